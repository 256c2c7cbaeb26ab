//! The radios of a row, from columns that hold one value each.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::{Faults, Rule, Technology};
use crate::import::cell::Cell;

/// What the columns of a row say of radios.
#[derive(Default)]
pub(super) struct Radios {
    /// Technologies that are listed or marked; none where no cell says anything of that.
    stated: Option<Vec<Technology>>,
    fields: BTreeMap<Technology, Vec<Set>>,
}

/// A field of a radio.
struct Set {
    name: &'static str,
    value: Result<Value, Rule>,
    cell: Value,
}

impl Radios {
    /// Takes the list of technologies, in the words of the API.
    pub fn list(&mut self, list: &Value) {
        let words = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let technologies = words.filter_map(|word| Technology::parse(word).ok());
        self.stated.get_or_insert_default().extend(technologies);
    }

    /// Takes a mark of one technology.
    pub fn mark(&mut self, technology: Technology, is_there: bool) {
        let stated = self.stated.get_or_insert_default();
        if is_there {
            stated.push(technology);
        }
    }

    /// Takes a field of the radio of one technology.
    pub fn set(
        &mut self,
        technology: Technology,
        name: &'static str,
        value: Result<Value, Rule>,
        cell: &Cell,
    ) {
        let set = Set {
            name,
            value,
            cell: cell.value(),
        };
        self.fields.entry(technology).or_default().push(set);
    }

    /// Puts the radios into `body`, oldest technology first. Where technologies are listed or marked, a field of another one
    /// is a fault; so is any of this beside a list in JSON.
    pub fn settle(mut self, body: &mut Map<String, Value>, faults: &mut Faults) {
        for technology in self.stated.iter().flatten() {
            self.fields.entry(*technology).or_default();
        }
        if self.fields.is_empty() {
            return;
        }
        if let Some(list) = body.get("radios") {
            let other = "radios";
            faults.body("/radios", Rule::BothGiven { other }, Some(list));
            return;
        }
        let mut radios = Vec::new();
        for (technology, sets) in self.fields {
            if self
                .stated
                .as_ref()
                .is_some_and(|stated| !stated.contains(&technology))
            {
                for set in sets {
                    faults.body("/radios", Rule::UnlistedTechnology, Some(&set.cell));
                }
                continue;
            }
            let at = format!("/radios/{}", radios.len());
            radios.push(radio(technology, sets, &at, faults));
        }
        if !radios.is_empty() {
            body.insert("radios".to_owned(), Value::Array(radios));
        }
    }
}

fn radio(technology: Technology, sets: Vec<Set>, at: &str, faults: &mut Faults) -> Value {
    let mut radio = Map::new();
    radio.insert("technology".to_owned(), technology.as_str().into());
    for set in sets {
        match set.value {
            Ok(value) => {
                radio.insert(set.name.to_owned(), value);
            }
            Err(rule) => faults.body(format!("{at}/{}", set.name), rule, Some(&set.cell)),
        }
    }
    Value::Object(radio)
}
