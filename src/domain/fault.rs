//! Where a rule was broken, and the list of all faults of one request.

use serde_json::Value;

use super::Rule;

/// One broken rule: the place, the rule, the value that broke it.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, where the fault is there.
    pub pointer: Option<String>,
    /// Name of the query, path or header parameter, where the fault is there.
    pub parameter: Option<String>,
    /// Row of a file, counted from 1, where the input is a file.
    pub row: Option<usize>,
    /// The rule.
    pub rule: Rule,
    /// The value that was sent.
    pub value: Option<Value>,
}

/// Collects every fault of a request, so that the caller learns all of them at once.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Faults {
    list: Vec<FieldError>,
}

impl Faults {
    /// Adds a fault of the body at `pointer`.
    pub fn body(&mut self, pointer: impl Into<String>, rule: Rule, value: Option<&Value>) {
        self.list.push(FieldError {
            pointer: Some(pointer.into()),
            parameter: None,
            row: None,
            rule,
            value: value.map(shortened),
        });
    }

    /// Adds a fault of the parameter `name`.
    pub fn parameter(&mut self, name: &str, rule: Rule, value: Option<&str>) {
        self.list.push(FieldError {
            pointer: None,
            parameter: Some(name.to_owned()),
            row: None,
            rule,
            value: value.map(|text| shortened(&Value::from(text))),
        });
    }

    /// Adds a fault that was found elsewhere.
    pub fn push(&mut self, fault: FieldError) {
        self.list.push(fault);
    }

    /// Adds the faults of one row of a file.
    pub fn row(&mut self, row: usize, faults: Faults) {
        self.list
            .extend(faults.list.into_iter().map(|fault| FieldError {
                row: Some(row),
                ..fault
            }));
    }

    /// Adds the faults of a value that stands at the pointer `base` of the body.
    pub fn under(&mut self, base: &str, faults: Faults) {
        let own = faults.list.into_iter().map(|fault| FieldError {
            pointer: fault.pointer.map(|pointer| format!("{base}{pointer}")),
            ..fault
        });
        self.list.extend(own);
    }

    /// Adds the faults of another list behind these.
    pub fn append(&mut self, other: Faults) {
        self.list.extend(other.list);
    }

    /// True when nothing was wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many faults there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// `value` when nothing was wrong.
    ///
    /// # Errors
    /// All faults, when there are any or when there is no value.
    pub fn give<T>(self, value: Option<T>) -> Result<T, Faults> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            _ => Err(self),
        }
    }

    /// The faults, in the order in which they were found.
    #[must_use]
    pub fn into_list(self) -> Vec<FieldError> {
        self.list
    }
}

/// Long values are cut, so that an answer never grows with what was sent.
fn shortened(value: &Value) -> Value {
    const LONGEST: usize = 200;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return value.clone(),
    };
    if text.chars().count() <= LONGEST {
        return value.clone();
    }
    Value::from(
        text.chars()
            .take(LONGEST)
            .chain("…".chars())
            .collect::<String>(),
    )
}
