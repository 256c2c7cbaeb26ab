//! Settlements put together from rows: in a table, each cluster of homes has a row of its own, with the code of its
//! settlement and the name of the cluster. A row without such a name is the settlement itself.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::row_file::Row;
use crate::domain::{Faults, FieldError, Rule};

/// The field that makes a row that of a cluster.
const CLUSTER: &str = "cluster";
/// What the row of a cluster says of the cluster itself.
const OF_CLUSTER: [&str; 3] = ["longitude", "latitude", "households"];
/// What it may say besides and nobody reads.
const PASSED_OVER: [&str; 6] = [
    "code",
    "district",
    "commune",
    "version",
    "created_at",
    "updated_at",
];

/// The rows of one settlement.
#[derive(Debug)]
pub struct Group {
    /// The settlement in the shape of the API; null where there is none.
    pub body: Value,
    /// What is wrong with each of its rows as such.
    pub faults: BTreeMap<usize, Faults>,
    /// Number of the settlement's own row, else of its first one.
    number: usize,
    /// Clusters that its own row lists.
    listed: usize,
    /// Numbers of the rows of its other clusters.
    clusters: Vec<usize>,
}

/// Puts rows together by their codes, in the order in which the codes come. A second row of a settlement itself is a
/// group of its own, for the rule on keys to refuse.
#[must_use]
pub fn grouped(rows: Vec<Row>) -> Vec<Group> {
    let mut groups: Vec<Parts> = Vec::new();
    let mut by_code: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let code = row.body.get("code").and_then(Value::as_str);
        let is_cluster = row.body.get(CLUSTER).is_some_and(|name| !name.is_null());
        let known = code.and_then(|code| by_code.get(code).copied());
        match known.and_then(|index| groups.get_mut(index)) {
            Some(group) if is_cluster => group.clusters.push(row),
            Some(group) if group.own.is_none() => group.own = Some(row),
            known => {
                let is_first = known.is_none();
                if let Some(code) = code.filter(|_| is_first) {
                    by_code.insert(code.to_owned(), groups.len());
                }
                let mut group = Parts::default();
                if is_cluster {
                    group.clusters.push(row);
                } else {
                    group.own = Some(row);
                }
                groups.push(group);
            }
        }
    }
    groups.into_iter().map(Parts::joined).collect()
}

/// The rows of one code.
#[derive(Default)]
struct Parts {
    own: Option<Row>,
    clusters: Vec<Row>,
}

impl Parts {
    fn joined(self) -> Group {
        let mut faults: BTreeMap<usize, Faults> = BTreeMap::new();
        let Some(own) = self.own else {
            return Self::without_centre(self.clusters);
        };
        let number = own.number;
        faults.entry(number).or_default().append(own.faults);
        let mut body = own.body;
        let mut rows = Vec::with_capacity(self.clusters.len());
        let mut clusters = match body.get_mut("clusters").map(Value::take) {
            Some(Value::Array(listed)) => listed,
            None | Some(Value::Null) => Vec::new(),
            // No list: left as it is, for the rule on it.
            Some(other) => {
                body["clusters"] = other;
                return Group {
                    body,
                    faults,
                    number,
                    listed: 0,
                    clusters: rows,
                };
            }
        };
        let listed = clusters.len();
        for row in self.clusters {
            let mut found = row.faults;
            clusters.push(cluster(&row.body, &body, &mut found));
            rows.push(row.number);
            faults.entry(row.number).or_default().append(found);
        }
        if let Some(fields) = body.as_object_mut() {
            fields.remove(CLUSTER);
            fields.insert("clusters".to_owned(), clusters.into());
        }
        Group {
            body,
            faults,
            number,
            listed,
            clusters: rows,
        }
    }

    fn without_centre(clusters: Vec<Row>) -> Group {
        let mut faults: BTreeMap<usize, Faults> = BTreeMap::new();
        let number = clusters.first().map_or(0, |row| row.number);
        for row in clusters {
            let code = row.body.get("code").cloned();
            let own = faults.entry(row.number).or_default();
            own.append(row.faults);
            if row.number == number {
                own.body("/code", Rule::MissingCentre, code.as_ref());
            }
        }
        Group {
            body: Value::Null,
            faults,
            number,
            listed: 0,
            clusters: Vec::new(),
        }
    }
}

/// The cluster of a row. What else the row says must be what the settlement's own row says.
fn cluster(row: &Value, settlement: &Value, faults: &mut Faults) -> Value {
    let mut cluster = Map::new();
    for (name, value) in row.as_object().into_iter().flatten() {
        if name == CLUSTER {
            cluster.insert("name".to_owned(), value.clone());
        } else if OF_CLUSTER.contains(&name.as_str()) {
            cluster.insert(name.clone(), value.clone());
        } else if !PASSED_OVER.contains(&name.as_str())
            && !value.is_null()
            && settlement.get(name) != Some(value)
        {
            faults.body(format!("/{name}"), Rule::NotOfCluster, Some(value));
        }
    }
    cluster.into()
}

impl Group {
    /// Puts the faults of the body to the rows that they come from.
    #[must_use]
    pub fn place(&self, own: Faults) -> BTreeMap<usize, Faults> {
        let mut placed: BTreeMap<usize, Faults> = BTreeMap::new();
        for fault in own.into_list() {
            let (number, pointer) = self.place_of(fault.pointer.as_deref().unwrap_or_default());
            let fault = FieldError {
                pointer: Some(pointer),
                ..fault
            };
            placed.entry(number).or_default().push(fault);
        }
        placed
    }

    /// The row that the value at `pointer` of the body was read from, and the pointer in that row.
    fn place_of(&self, pointer: &str) -> (usize, String) {
        let row = || {
            let (index, rest) = match pointer.strip_prefix("/clusters/")?.split_once('/') {
                Some((index, rest)) => (index, format!("/{rest}")),
                None => (pointer.strip_prefix("/clusters/")?, String::new()),
            };
            let index = index.parse::<usize>().ok()?.checked_sub(self.listed)?;
            let rest = if rest == "/name" {
                format!("/{CLUSTER}")
            } else {
                rest
            };
            Some((*self.clusters.get(index)?, rest))
        };
        row().unwrap_or_else(|| (self.number, pointer.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(number: usize, body: Value) -> Row {
        Row {
            number,
            body,
            faults: Faults::default(),
        }
    }

    fn codes(faults: &BTreeMap<usize, Faults>) -> Vec<(usize, String, &'static str)> {
        let of_row = |(number, faults): (&usize, &Faults)| {
            let number = *number;
            let list = faults.clone().into_list().into_iter();
            list.map(move |fault| (number, fault.pointer.unwrap(), fault.rule.code()))
                .collect::<Vec<_>>()
        };
        faults.iter().flat_map(of_row).collect()
    }

    #[test]
    fn the_rows_of_a_code_are_one_settlement_wherever_they_stand() {
        let groups = grouped(vec![
            row(
                2,
                json!({"code": "A", "cluster": "Khu Suối", "longitude": 103.1, "latitude": 22.1, "households": 4}),
            ),
            row(
                3,
                json!({"code": "A", "name": "Bản A", "longitude": 103.0, "latitude": 22.0, "population": 400}),
            ),
            row(
                4,
                json!({"code": "B", "name": "Bản B", "longitude": 103.2, "latitude": 22.2}),
            ),
            row(
                5,
                json!({"code": "A", "name": "Bản A", "cluster": "Khu Đồi", "longitude": 103.3, "latitude": 22.3}),
            ),
        ]);
        let bodies: Vec<&Value> = groups.iter().map(|group| &group.body).collect();
        let first = json!({"code": "A", "name": "Bản A", "longitude": 103.0, "latitude": 22.0, "population": 400, "clusters": [
            {"name": "Khu Suối", "longitude": 103.1, "latitude": 22.1, "households": 4},
            {"name": "Khu Đồi", "longitude": 103.3, "latitude": 22.3}]});
        let second = json!({"code": "B", "name": "Bản B", "longitude": 103.2, "latitude": 22.2, "clusters": []});
        assert_eq!(bodies, [&first, &second]);
        assert!(groups.iter().all(|group| codes(&group.faults).is_empty()));
    }

    #[test]
    fn the_faults_of_a_cluster_are_told_of_its_row() {
        let groups = grouped(vec![
            row(
                2,
                json!({"code": "A", "name": "Bản A", "longitude": 103.0, "latitude": 22.0, "clusters": [{"longitude": 103.0, "latitude": 22.0}]}),
            ),
            row(
                3,
                json!({"code": "A", "cluster": "Khu Suối", "population": 5}),
            ),
        ]);
        assert_eq!(
            codes(&groups[0].faults),
            [(3, "/population".to_owned(), "not_of_cluster")]
        );
        let mut own = Faults::default();
        for pointer in [
            "/name",
            "/clusters/0/latitude",
            "/clusters/1",
            "/clusters/1/name",
            "/clusters",
        ] {
            own.body(pointer, Rule::Required, None);
        }
        let places = [
            (2, "/name"),
            (2, "/clusters/0/latitude"),
            (2, "/clusters"),
            (3, ""),
            (3, "/cluster"),
        ];
        let expected = places.map(|(number, place)| (number, place.to_owned(), "required"));
        assert_eq!(codes(&groups[0].place(own)), expected);
    }

    #[test]
    fn clusters_without_a_centre_and_a_second_centre_are_seen() {
        let groups = grouped(vec![
            row(2, json!({"code": "A", "cluster": "Khu Suối"})),
            row(3, json!({"code": "A", "cluster": "Khu Đồi"})),
            row(4, json!({"code": "B", "name": "Một"})),
            row(5, json!({"code": "B", "name": "Hai"})),
            row(6, json!({"name": "no code"})),
            row(7, Value::Null),
        ]);
        assert_eq!(groups.len(), 5);
        assert_eq!(
            codes(&groups[0].faults),
            [(2, "/code".to_owned(), "missing_centre")]
        );
        assert!(groups[0].body.is_null() && groups[4].body.is_null());
    }
}
