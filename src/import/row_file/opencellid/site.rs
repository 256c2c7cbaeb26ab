//! Cells of one base station, and base stations at one place, as a site in the shape of the API.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::SPREAD_MAX_M;
use super::cell::{Identity, Observation};
use crate::domain::{Faults, Rule, Technology};
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

/// A base station and its cells.
type Node = (Identity, Gathered);

/// A site: its base stations, one for each technology, the oldest technology first.
#[derive(Debug, Clone)]
pub struct Site {
    first: Node,
    others: Vec<Node>,
}

impl Site {
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The site in the shape of the API, and what is wrong with it.
    pub fn body(&self, faults: &mut Faults) -> Value {
        for distance_m in self.nodes().map(|(_, node)| node.spread_m()) {
            if distance_m > SPREAD_MAX_M {
                let max_m = SPREAD_MAX_M;
                faults.body("/longitude", Rule::CellsApart { distance_m, max_m }, None);
            }
        }
        let (identity, gathered) = &self.first;
        let (longitude, latitude) = gathered.position();
        let radios: Vec<Value> = self.nodes().map(|(of, node)| radio(of, node)).collect();
        json!({
            "operator": identity.network.operator,
            "code": identity.code(),
            "name": identity.code(),
            "kind": "bts",
            "longitude": longitude,
            "latitude": latitude,
            "radios": radios,
            "source": self.source(),
        })
    }

    fn source(&self) -> String {
        let cells: u32 = self.nodes().map(|(_, node)| node.cells).sum();
        let updated = self.nodes().filter_map(|(_, node)| node.updated).max();
        let is_exact = self.nodes().any(|(_, node)| node.exact.is_some());
        let position = if is_exact { "exact" } else { "mean" };
        let updated = updated.map_or(String::new(), |day| format!(", updated {day}"));
        format!("OpenCelliD form: {cells} cells, {position} position{updated}")
    }

    fn has(&self, technology: Technology) -> bool {
        self.nodes()
            .any(|(identity, _)| identity.system.technology() == technology)
    }

    /// Takes a base station of a further technology in.
    fn join(&mut self, mut node: Node) {
        if node.0.system.technology() < self.first.0.system.technology() {
            std::mem::swap(&mut self.first, &mut node);
        }
        self.others.push(node);
        self.others
            .sort_by_key(|(identity, _)| identity.system.technology());
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

/// Puts base stations of one network with the very same exact position and different technologies together, and orders
/// the sites by their first row.
pub fn together(nodes: HashMap<Identity, Gathered>) -> Vec<(usize, Site)> {
    let mut nodes: Vec<Node> = nodes.into_iter().collect();
    nodes.sort_unstable_by_key(|(_, node)| node.number);
    let mut at: HashMap<_, usize> = HashMap::new();
    let mut sites: Vec<(usize, Site)> = Vec::with_capacity(nodes.len());
    for node in nodes {
        if let Some((x, y)) = node.1.exact {
            let place = (Arc::clone(&node.0.network), x.to_bits(), y.to_bits());
            let index = *at.entry(place).or_insert(sites.len());
            if let Some((_, site)) = sites.get_mut(index)
                && !site.has(node.0.system.technology())
            {
                site.join(node);
                continue;
            }
        }
        let others = Vec::new();
        sites.push((
            node.1.number,
            Site {
                first: node,
                others,
            },
        ));
    }
    sites
}
