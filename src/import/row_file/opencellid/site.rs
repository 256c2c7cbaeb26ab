//! Cells of one base station, and base stations at one place, as a site in the shape of the API.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::SPREAD_MAX_M;
use super::cell::{Identity, Observation};
use crate::domain::{Faults, Rule};
use crate::geo::{Position, measure};

/// What is known of a base station's cells so far.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// Row of its first cell.
    pub number: usize,
    cells: u32,
    longitudes: f64,
    latitudes: f64,
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    exact: Option<(f64, f64)>,
    range_m: f64,
    updated: Option<NaiveDate>,
}

impl Gathered {
    /// A base station after its first cell.
    pub fn new(number: usize, seen: &Observation) -> Self {
        let mut gathered = Self {
            number,
            cells: 0,
            longitudes: 0.0,
            latitudes: 0.0,
            west: seen.longitude,
            south: seen.latitude,
            east: seen.longitude,
            north: seen.latitude,
            exact: None,
            range_m: 0.0,
            updated: None,
        };
        gathered.add(seen);
        gathered
    }

    /// Takes a further cell in.
    pub fn add(&mut self, seen: &Observation) {
        self.cells += 1;
        self.longitudes += seen.longitude;
        self.latitudes += seen.latitude;
        self.west = self.west.min(seen.longitude);
        self.south = self.south.min(seen.latitude);
        self.east = self.east.max(seen.longitude);
        self.north = self.north.max(seen.latitude);
        if seen.is_exact {
            self.exact.get_or_insert((seen.longitude, seen.latitude));
        }
        self.range_m = self.range_m.max(seen.range_m);
        self.updated = self.updated.max(seen.updated);
    }

    fn position(&self) -> (f64, f64) {
        let cells = f64::from(self.cells);
        let degrees = |sum: f64| (sum / cells * 1e6).round() / 1e6;
        self.exact
            .unwrap_or((degrees(self.longitudes), degrees(self.latitudes)))
    }

    fn spread_m(&self) -> f64 {
        let corners =
            Position::new(self.west, self.south).zip(Position::new(self.east, self.north));
        corners.map_or(0.0, |(from, to)| measure::distance_m(from, to))
    }
}

/// A site: its base stations, one for each technology.
#[derive(Debug, Clone)]
pub struct Site {
    nodes: Vec<(Identity, Gathered)>,
}

impl Site {
    /// The site in the shape of the API, and what is wrong with it.
    pub fn body(&self, faults: &mut Faults) -> Value {
        let Some((first, gathered)) = self.nodes.first() else {
            return Value::Null;
        };
        for distance_m in self.nodes.iter().map(|(_, node)| node.spread_m()) {
            if distance_m > SPREAD_MAX_M {
                let max_m = SPREAD_MAX_M;
                faults.body("/longitude", Rule::CellsApart { distance_m, max_m }, None);
            }
        }
        let (longitude, latitude) = gathered.position();
        let radios: Vec<Value> = self
            .nodes
            .iter()
            .map(|(of, node)| radio(of, node))
            .collect();
        json!({
            "operator": first.operator,
            "code": first.code(),
            "name": first.code(),
            "kind": "bts",
            "longitude": longitude,
            "latitude": latitude,
            "radios": radios,
            "source": self.source(),
        })
    }

    fn source(&self) -> String {
        let cells: u32 = self.nodes.iter().map(|(_, node)| node.cells).sum();
        let updated = self.nodes.iter().filter_map(|(_, node)| node.updated).max();
        let is_exact = self.nodes.iter().any(|(_, node)| node.exact.is_some());
        let position = if is_exact { "exact" } else { "mean" };
        let updated = updated.map_or(String::new(), |day| format!(", updated {day}"));
        format!("OpenCelliD form: {cells} cells, {position} position{updated}")
    }
}

fn radio(identity: &Identity, node: &Gathered) -> Value {
    let technology = identity.system.technology().as_str();
    if node.range_m > 0.0 {
        json!({"technology": technology, "declared_radius_m": node.range_m})
    } else {
        json!({"technology": technology})
    }
}

/// Puts base stations of one operator with the very same exact position and different technologies together, and orders
/// the sites by their first row.
pub fn together(nodes: HashMap<Identity, Gathered>) -> Vec<(usize, Site)> {
    let mut nodes: Vec<_> = nodes.into_iter().collect();
    nodes.sort_unstable_by_key(|(_, node)| node.number);
    let mut at: HashMap<(String, u64, u64), usize> = HashMap::new();
    let mut sites: Vec<(usize, Site)> = Vec::with_capacity(nodes.len());
    for (identity, node) in nodes {
        let place = node
            .exact
            .map(|(x, y)| (identity.plmn.clone(), x.to_bits(), y.to_bits()));
        let there = place.as_ref().and_then(|place| at.get(place)).copied();
        let technology = identity.system.technology();
        let site = there
            .and_then(|index| sites.get_mut(index))
            .filter(|(_, site)| {
                let mut others = site
                    .nodes
                    .iter()
                    .map(|(other, _)| other.system.technology());
                others.all(|other| other != technology)
            });
        if let Some((_, site)) = site {
            site.nodes.push((identity, node));
            continue;
        }
        if let Some(place) = place {
            at.entry(place).or_insert(sites.len());
        }
        let nodes = vec![(identity, node)];
        sites.push((nodes[0].1.number, Site { nodes }));
    }
    for (_, site) in &mut sites {
        site.nodes
            .sort_by_key(|(identity, _)| identity.system.technology());
    }
    sites
}
