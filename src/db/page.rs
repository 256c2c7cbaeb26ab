//! Keyset paging: an opaque cursor that holds the sort key of the last row, never an offset.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The position after one row: the sort order it belongs to, and the row's sort key with its unique id last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort order, as the query said it.
    pub sort: String,
    /// The key of the last row.
    pub key: Vec<String>,
}

impl Cursor {
    /// The opaque text that a client sends back.
    #[must_use]
    pub fn encode(&self) -> String {
        let parts: Vec<&str> = std::iter::once(self.sort.as_str())
            .chain(self.key.iter().map(String::as_str))
            .collect();
        URL_SAFE_NO_PAD.encode(Value::from(parts).to_string())
    }

    /// Reads what [`Cursor::encode`] wrote; nothing where it is of another sort order, or was made by nobody.
    #[must_use]
    pub fn decode(text: &str, sort: &str, key_length: usize) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let parts: Vec<String> = serde_json::from_slice(&bytes).ok()?;
        let (first, key) = parts.split_first()?;
        let usable =
            first == sort && key.len() == key_length && key.iter().all(|part| !part.contains('\0'));
        usable.then(|| Self {
            sort: first.clone(),
            key: key.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_back(sort in "-?[a-z]{1,9}", key in proptest::collection::vec("[^\0]{0,20}", 1..3)) {
            let cursor = Cursor { sort: sort.clone(), key: key.clone() };
            prop_assert_eq!(Cursor::decode(&cursor.encode(), &sort, key.len()), Some(cursor));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = Cursor::decode(&text, "id", 1);
        }
    }
}
