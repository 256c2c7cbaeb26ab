//! Reads the query string and lists everything that is wrong with it. Which parameters there are is read from the
//! contract itself, so that code and contract name the same ones.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use utoipa::IntoParams;

use crate::db::stored;
use crate::domain::{Faults, Rule, fields, text};
use crate::error::Result;
use crate::geo::{BBox, Position};

/// The parameters of one request, and what is wrong with them.
pub struct Params {
    pairs: Vec<(String, String)>,
    /// What is wrong so far.
    pub faults: Faults,
}

/// Names of the parameters of `Q`; describing them takes longer than most requests, so it is done once.
fn known<Q: IntoParams + 'static>() -> Arc<[String]> {
    static KNOWN: RwLock<BTreeMap<TypeId, Arc<[String]>>> = RwLock::new(BTreeMap::new());
    let key = TypeId::of::<Q>();
    let held = KNOWN
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .map(Arc::clone);
    held.unwrap_or_else(|| {
        let names: Arc<[String]> = Q::into_params(|| None)
            .into_iter()
            .map(|parameter| parameter.name)
            .collect();
        KNOWN
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, Arc::clone(&names));
        names
    })
}

impl Params {
    /// Reads `query`, in which only the parameters of `Q` are known, each at most once.
    #[must_use]
    pub fn of<Q: IntoParams + 'static>(query: &str) -> Self {
        let known = known::<Q>();
        let mut faults = Faults::default();
        let pairs: Vec<(String, String)> = match serde_urlencoded::from_str(query) {
            Ok(pairs) => pairs,
            Err(error) => {
                faults.parameter(
                    "",
                    Rule::Malformed {
                        why: error.to_string(),
                    },
                    Some(query),
                );
                Vec::new()
            }
        };
        for (i, (name, value)) in pairs.iter().enumerate() {
            if !known.contains(name) {
                faults.parameter(
                    name,
                    Rule::UnknownParameter {
                        known: known.join(", "),
                    },
                    Some(value),
                );
            } else if pairs.iter().take(i).any(|(earlier, _)| earlier == name) {
                faults.parameter(name, Rule::Duplicate, Some(value));
            }
        }
        Self { pairs, faults }
    }

    /// The text of a parameter; an empty one counts as a fault.
    pub fn raw(&mut self, name: &str) -> Option<String> {
        let value = self
            .pairs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.clone())?;
        if value.is_empty() {
            self.faults.parameter(name, Rule::Empty, None);
            return None;
        }
        Some(value)
    }

    /// A parameter through `check`.
    pub fn checked<T>(&mut self, name: &str, check: impl Fn(&str) -> Result<T, Rule>) -> Option<T> {
        let value = self.raw(name)?;
        check(&value)
            .map_err(|rule| self.faults.parameter(name, rule, Some(&value)))
            .ok()
    }

    /// A comma-separated list, each item through `check`.
    pub fn list<T>(&mut self, name: &str, check: impl Fn(&str) -> Result<T, Rule>) -> Vec<T> {
        const LONGEST: usize = 200;
        let Some(value) = self.raw(name) else {
            return Vec::new();
        };
        let items: Vec<&str> = value.split(',').collect();
        if items.len() > LONGEST {
            self.faults
                .parameter(name, Rule::TooMany { max: LONGEST }, None);
            return Vec::new();
        }
        let mut read = |item: &&str| {
            check(item)
                .map_err(|rule| self.faults.parameter(name, rule, Some(item)))
                .ok()
        };
        items.iter().filter_map(&mut read).collect()
    }

    /// A free text.
    pub fn text(&mut self, name: &str, max: usize) -> Option<String> {
        self.checked(name, |raw| text::clean(raw, max))
    }

    /// A date.
    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        self.checked(name, fields::date)
    }

    /// An instant in RFC 3339.
    pub fn instant(&mut self, name: &str) -> Option<NaiveDateTime> {
        self.checked(name, instant)
    }

    /// A whole number from `min` to `max`.
    pub fn integer(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        #[expect(clippy::cast_precision_loss, reason = "limits are small")]
        self.checked(name, |raw| match raw.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n),
            Ok(_) => Err(Rule::OutOfRange {
                min: min as f64,
                max: max as f64,
            }),
            Err(_) => Err(Rule::WrongType {
                expected: "a whole number",
            }),
        })
    }

    /// A number from `min` to `max`.
    pub fn number(&mut self, name: &str, min: f64, max: f64) -> Option<f64> {
        self.checked(name, |raw| match raw.parse::<f64>() {
            Ok(n) if n.is_finite() && (min..=max).contains(&n) => Ok(n),
            Ok(_) => Err(Rule::OutOfRange { min, max }),
            Err(_) => Err(Rule::WrongType {
                expected: "a number",
            }),
        })
    }

    /// `true` or `false`; false where it is not given.
    pub fn flag(&mut self, name: &str) -> bool {
        let read = self.checked(name, |raw| match raw {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Rule::WrongType {
                expected: "true or false",
            }),
        });
        read.unwrap_or(false)
    }

    /// Four numbers: west, south, east, north; west may lie east of east, over the antimeridian.
    pub fn bbox(&mut self, name: &str) -> Option<BBox> {
        self.checked(name, |raw| {
            let expected = Rule::BadFormat {
                expected: "west,south,east,north in degrees",
            };
            match numbers(raw)[..] {
                [west, south, east, north] => BBox::new(west, south, east, north).ok_or(expected),
                _ => Err(expected),
            }
        })
    }

    /// Two numbers: longitude and latitude.
    pub fn position(&mut self, name: &str) -> Option<Position> {
        self.checked(name, |raw| {
            let expected = Rule::BadFormat {
                expected: "longitude,latitude in degrees",
            };
            match numbers(raw)[..] {
                [longitude, latitude] => Position::new(longitude, latitude).ok_or(expected),
                _ => Err(expected),
            }
        })
    }

    /// `value` when nothing was wrong.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn give<T>(self, value: T) -> Result<T> {
        Ok(self.faults.give(Some(value))?)
    }
}

/// Reads an RFC 3339 instant. A plus sign that came as a space is taken for what it was.
fn instant(raw: &str) -> Result<NaiveDateTime, Rule> {
    let instant = DateTime::parse_from_rfc3339(&raw.replace(' ', "+"));
    let instant = instant.map_err(|_| Rule::BadFormat {
        expected: "an instant such as 2016-12-31T00:00:00Z",
    })?;
    let stored = stored(instant.to_utc());
    fields::date(&stored.date().to_string()).map(|_| stored)
}

fn numbers(raw: &str) -> Vec<f64> {
    raw.split(',')
        .map_while(|part| part.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect()
}

/// Parameters of a change.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct ChangeQuery {
    /// Why, for the history.
    #[param(max_length = 500)]
    reason: Option<String>,
}

/// An operation without parameters.
#[derive(IntoParams)]
pub struct NoQuery {}
