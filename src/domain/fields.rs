//! Reads the fields of a JSON object and collects everything that is wrong with them.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};

use super::{Faults, Rule, text};

/// The fields of one object of the body. Each reader gives `None` where the field is absent, null or wrong;
/// what is wrong is in the faults.
pub struct Fields<'v> {
    object: &'v Map<String, Value>,
    base: String,
    asked: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    /// The fields of `value`, which stands at the pointer `base` of the body.
    pub fn of(value: &'v Value, base: impl Into<String>, faults: &mut Faults) -> Option<Self> {
        let base = base.into();
        if let Some(object) = value.as_object() {
            return Some(Self {
                object,
                base,
                asked: Vec::new(),
            });
        }
        faults.body(
            base,
            Rule::WrongType {
                expected: "an object",
            },
            Some(value),
        );
        None
    }

    /// The pointer of the field `name`.
    #[must_use]
    pub fn pointer(&self, name: &str) -> String {
        format!(
            "{}/{}",
            self.base,
            name.replace('~', "~0").replace('/', "~1")
        )
    }

    /// Notes each of `names` that is absent or null as missing.
    pub fn require(&self, names: &[&'static str], faults: &mut Faults) {
        for name in names {
            if self.object.get(*name).is_none_or(Value::is_null) {
                faults.body(self.pointer(name), Rule::Required, None);
            }
        }
    }

    /// Notes each field that no reader asked for.
    pub fn refuse_others(&self, faults: &mut Faults) {
        for (name, value) in self.object {
            if !self.asked.contains(&name.as_str()) {
                faults.body(
                    self.pointer(name),
                    Rule::UnknownField {
                        known: self.asked.join(", "),
                    },
                    Some(value),
                );
            }
        }
    }

    /// Notes each of `names` that is given as one that `kind` does not have; null counts as not given.
    pub fn refuse_for_kind(
        &mut self,
        names: &[&'static str],
        kind: &'static str,
        faults: &mut Faults,
    ) {
        for name in names {
            if let Some(value) = self.value(name) {
                faults.body(self.pointer(name), Rule::NotForKind { kind }, Some(value));
            }
        }
    }

    /// Accepts `names` without reading them: what the server makes and a client may send back.
    pub fn pass_over(&mut self, names: &[&'static str]) {
        self.asked.extend_from_slice(names);
    }

    /// The raw value, where it is given and not null.
    pub fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text through `check`.
    pub fn checked<T>(
        &mut self,
        name: &'static str,
        faults: &mut Faults,
        check: impl Fn(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let result = value
            .as_str()
            .ok_or(Rule::WrongType { expected: "a text" })
            .and_then(check);
        self.noted(name, value, result, faults)
    }

    /// A free text of at most `max` characters.
    pub fn text(&mut self, name: &'static str, max: usize, faults: &mut Faults) -> Option<String> {
        self.checked(name, faults, |raw| text::clean(raw, max))
    }

    /// A date of the calendar.
    pub fn date(&mut self, name: &'static str, faults: &mut Faults) -> Option<NaiveDate> {
        self.checked(name, faults, date)
    }

    /// A finite number from `min` to `max`.
    pub fn number(
        &mut self,
        name: &'static str,
        min: f64,
        max: f64,
        faults: &mut Faults,
    ) -> Option<f64> {
        let value = self.value(name)?;
        let result = match value.as_f64().filter(|n| n.is_finite()) {
            None => Err(Rule::WrongType {
                expected: "a number",
            }),
            Some(n) if n < min || n > max => Err(Rule::OutOfRange { min, max }),
            Some(n) => Ok(n),
        };
        self.noted(name, value, result, faults)
    }

    /// A whole number from `min` to `max`.
    pub fn integer(
        &mut self,
        name: &'static str,
        min: i32,
        max: i32,
        faults: &mut Faults,
    ) -> Option<i32> {
        let value = self.value(name)?;
        // JSON knows no difference between 512 and 512.0; every i32 is exact as f64.
        let result = match value.as_f64().filter(|n| n.fract() == 0.0) {
            None => Err(Rule::WrongType {
                expected: "a whole number",
            }),
            #[expect(clippy::cast_possible_truncation, reason = "within the range")]
            Some(n) if (f64::from(min)..=f64::from(max)).contains(&n) => Ok(n as i32),
            Some(_) => Err(Rule::OutOfRange {
                min: f64::from(min),
                max: f64::from(max),
            }),
        };
        self.noted(name, value, result, faults)
    }

    /// True or false.
    pub fn boolean(&mut self, name: &'static str, faults: &mut Faults) -> Option<bool> {
        let value = self.value(name)?;
        self.noted(
            name,
            value,
            value.as_bool().ok_or(Rule::WrongType {
                expected: "true or false",
            }),
            faults,
        )
    }

    /// A list of at most `max` items, each read by `item` with its pointer.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        max: usize,
        faults: &mut Faults,
        item: impl Fn(&Value, String, &mut Faults) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.value(name)?;
        let result = match value.as_array() {
            None => Err(Rule::WrongType { expected: "a list" }),
            Some(items) if items.len() > max => Err(Rule::TooMany { max }),
            Some(items) => Ok(items),
        };
        let items = self.noted(name, value, result, faults)?;
        let base = self.pointer(name);
        Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(i, v)| item(v, format!("{base}/{i}"), faults))
                .collect(),
        )
    }

    fn noted<T>(
        &self,
        name: &str,
        value: &Value,
        result: Result<T, Rule>,
        faults: &mut Faults,
    ) -> Option<T> {
        result
            .map_err(|rule| faults.body(self.pointer(name), rule, Some(value)))
            .ok()
    }
}

/// The code of the address, through the same `check` as the body's own, which it must not contradict.
pub fn key_of_path(
    own: Option<&str>,
    path: &str,
    check: impl Fn(&str) -> Result<String, Rule>,
    faults: &mut Faults,
) -> Option<String> {
    if let Some(own) = own.filter(|own| *own != path) {
        let rule = Rule::ContradictsPath {
            path: path.to_owned(),
        };
        faults.body("/code", rule, Some(&Value::from(own)));
    }
    match check(path) {
        Ok(code) if code == path => Some(code),
        Ok(_) => {
            faults.parameter(
                "code",
                Rule::BadFormat {
                    expected: "a code without white space around it",
                },
                Some(path),
            );
            None
        }
        Err(rule) => {
            faults.parameter("code", rule, Some(path));
            None
        }
    }
}

/// Reads `YYYY-MM-DD`, a date of the calendar from 1900 to 2200.
///
/// # Errors
/// `BadDate` for anything else.
pub fn date(raw: &str) -> Result<NaiveDate, Rule> {
    if raw.len() != 10 {
        return Err(Rule::BadDate);
    }
    let date = NaiveDate::parse_from_str(raw, "%Y-%m-%d").map_err(|_| Rule::BadDate)?;
    if (1900..=2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err(Rule::BadDate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_is_listed_with_its_pointer() {
        let body = json!({"a": 5, "b": "x", "c": "2016-02-30", "d/e": 1, "n": 4_000_000_000_u64});
        let mut faults = Faults::default();
        let mut fields = Fields::of(&body, "", &mut faults).unwrap();
        fields.require(&["missing"], &mut faults);
        assert!(fields.text("a", 3, &mut faults).is_none());
        assert!(fields.number("b", 0.0, 1.0, &mut faults).is_none());
        assert!(fields.date("c", &mut faults).is_none());
        assert!(fields.integer("n", 0, 10, &mut faults).is_none());
        fields.refuse_others(&mut faults);
        let found: Vec<_> = faults
            .into_list()
            .into_iter()
            .map(|f| (f.pointer.unwrap(), f.rule.code()))
            .collect();
        let expected = [
            ("/missing", "required"),
            ("/a", "wrong_type"),
            ("/b", "wrong_type"),
            ("/c", "bad_date"),
            ("/n", "out_of_range"),
            ("/d~1e", "unknown_field"),
        ];
        assert_eq!(found, expected.map(|(p, c)| (p.to_owned(), c)));
    }
}
