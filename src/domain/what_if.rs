//! Changes to the network that are only asked about: sites that might be built, taken away, or given other radios.

use std::collections::HashSet;

use serde_json::Value;

use super::fields::Fields;
use super::site_input::{self, Submitted};
use super::{Faults, Level, Radio, Rule, text};

/// Most sites that a question may add, take away, or give other radios, of each.
pub const SITES_MAX: usize = 200;
/// Most areas that a question may name.
pub const AREAS_MAX: usize = 1_000;

/// What is asked: the areas, and the changes.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The level of the areas.
    pub level: Level,
    /// Their codes; all of the level where there are none.
    pub areas: Vec<String>,
    /// Sites that might be built.
    pub add: Vec<Submitted>,
    /// Ids of sites that might be taken away.
    pub remove: Vec<String>,
    /// Sites that might get other radios.
    pub retune: Vec<Retuned>,
}

/// A site of the register with other radios.
#[derive(Debug, Clone, PartialEq)]
pub struct Retuned {
    /// Its id.
    pub site: String,
    /// All its radios.
    pub radios: Vec<Radio>,
}

impl WhatIf {
    /// The sites that are not there any more as they are.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        let retuned = self.retune.iter().map(|it| it.site.clone());
        self.remove.iter().cloned().chain(retuned).collect()
    }
}

/// Reads the body of a question.
///
/// # Errors
/// Every fault, with its pointer.
pub fn read(body: &Value) -> Result<WhatIf, Faults> {
    let mut faults = Faults::default();
    let what_if = read_object(body, &mut faults);
    faults.give(what_if)
}

fn read_object(body: &Value, faults: &mut Faults) -> Option<WhatIf> {
    let mut fields = Fields::of(body, "", faults)?;
    let level = fields
        .checked("level", faults, Level::parse)
        .unwrap_or(Level::District);
    let areas = fields.list("areas", AREAS_MAX, faults, |item, pointer, faults| {
        word(item, pointer, faults, text::area_code)
    });
    let add = fields.list("add", SITES_MAX, faults, |item, pointer, faults| {
        let read = site_input::read(item);
        read.map_err(|own| faults.under(&pointer, own)).ok()
    });
    let remove = fields.list("remove", SITES_MAX, faults, |item, pointer, faults| {
        word(item, pointer, faults, text::site_id)
    });
    let retune = fields.list("retune", SITES_MAX, faults, Retuned::read);
    fields.refuse_others(faults);
    let what_if = WhatIf {
        level,
        areas: areas.unwrap_or_default(),
        add: add.unwrap_or_default(),
        remove: remove.unwrap_or_default(),
        retune: retune.unwrap_or_default(),
    };
    if faults.is_empty() {
        twice(&what_if, faults);
    }
    Some(what_if)
}

/// Reads a text of a list.
pub(super) fn word(
    item: &Value,
    pointer: String,
    faults: &mut Faults,
    check: fn(&str) -> Result<String, Rule>,
) -> Option<String> {
    let text = item.as_str().ok_or(Rule::WrongType { expected: "a text" });
    text.and_then(check)
        .map_err(|rule| faults.body(pointer, rule, Some(item)))
        .ok()
}

/// Each area is meant once, and each site is changed once.
fn twice(what_if: &WhatIf, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for (at, code) in what_if.areas.iter().enumerate() {
        if !seen.insert(code.as_str()) {
            let value = Value::from(code.as_str());
            faults.body(format!("/areas/{at}"), Rule::Duplicate, Some(&value));
        }
    }
    let removed = what_if.remove.iter().enumerate();
    let removed = removed.map(|(at, id)| (id, format!("/remove/{at}")));
    let retuned = what_if.retune.iter().enumerate();
    let retuned = retuned.map(|(at, it)| (&it.site, format!("/retune/{at}/site")));
    let mut seen = HashSet::new();
    for (id, pointer) in removed.chain(retuned) {
        if !seen.insert(id.as_str()) {
            faults.body(pointer, Rule::Duplicate, Some(&Value::from(id.as_str())));
        }
    }
}

impl Retuned {
    fn read(item: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(item, base, faults)?;
        fields.require(&["site", "radios"], faults);
        let site = fields.checked("site", faults, text::site_id);
        let radios = site_input::radios(&mut fields, faults);
        fields.refuse_others(faults);
        Some(Self {
            site: site?,
            radios,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_is_listed_with_its_place() {
        let site = "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77";
        let body = json!({"level": "hamlet", "areas": ["107", 7], "colour": 1, "remove": [site, "x"],
            "add": [{"operator": "viettel"}, 5], "retune": [{"site": site, "radios": [{"technology": "9g"}]}, {}]});
        let faults = read(&body).unwrap_err().into_list();
        let places: Vec<String> = faults.into_iter().filter_map(|it| it.pointer).collect();
        for expected in [
            "/level",
            "/areas/1",
            "/colour",
            "/remove/1",
            "/add/0/code",
            "/add/1",
            "/retune/0/radios/0/technology",
            "/retune/1/site",
            "/retune/1/radios",
        ] {
            assert!(
                places.iter().any(|place| place == expected),
                "{expected} in {places:?}"
            );
        }
        let body = json!({"areas": ["1", "1"], "remove": [site], "retune": [{"site": site, "radios": []}]});
        let faults = read(&body).unwrap_err().into_list();
        let places: Vec<String> = faults.into_iter().filter_map(|it| it.pointer).collect();
        assert_eq!(places, ["/areas/1", "/retune/0/site"]);
        assert!(read(&json!({})).is_ok());
    }
}
