//! The people and the settlements of areas that are covered.
//!
//! Settlements say best where people live. Where an area has none with a population, its people are taken to be spread
//! evenly over each of its communes, else over itself: a bound, not a measurement.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::Coverage;
use super::figures::SettlementCounts;
use super::finding::{Asked, Found};
use super::network::ServingCell;
use super::question::{OperatorRule, Question};
use super::store::Known;
use super::villages::{Village, Villages};
use crate::coverage::footprint::{Footprint, SignalLevel};
use crate::coverage::lattice::Lattice;
use crate::coverage::layer::Layer;
use crate::coverage::sums::UnitCover;
use crate::coverage::window::Window;
use crate::db::DbConn;
use crate::domain::Level;
use crate::domain::area::Population;
use crate::domain::settlement::{FieldReport, Settlement, SettlementStatus};
use crate::error::Result;
use crate::geo::Position;
use crate::register::Geography;
use crate::register::geography::AreaInfo;

/// How many people are covered, and how that is known.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PopulationCoverage {
    /// People at covered places; null where nobody knows how many there are.
    pub covered: Option<i64>,
    /// People in all.
    pub total: Option<i64>,
    /// Covered share, percent.
    pub percent: Option<f64>,
    /// The share at the next stronger and at the next weaker level.
    pub range_percent: Option<[f64; 2]>,
    /// `settlements`, `uniform_in_commune`, `uniform_in_area` or `unknown`.
    pub basis: &'static str,
    /// Where the figures come from, where they say so.
    pub source: Option<String>,
    /// Year of the area's own figure.
    pub year: Option<i32>,
    /// People of the area's own figure that no settlement has.
    pub unlocated: Option<i64>,
}

/// Whether each place has a signal, by operator.
pub struct Signals<'a> {
    /// By operator, by place.
    by_operator: Vec<Vec<bool>>,
    /// The cells that may reach them, and what they cover.
    pub cells: Arc<[(&'a ServingCell, Known)]>,
}

impl<'a> Signals<'a> {
    /// The signals at some places at some levels.
    ///
    /// # Errors
    /// Those of the database.
    pub fn at<const N: usize>(
        conn: &mut DbConn,
        coverage: &Coverage,
        asked: &Asked<'a>,
        levels: [SignalLevel; N],
        places: &[Position],
    ) -> Result<[Self; N]> {
        let lattice = Lattice::ARCSEC_3;
        let cell = |place: &Position| {
            let (row, column) = (lattice.row(place.latitude), lattice.column(place.longitude));
            Window {
                lattice,
                rows: row..row + 1,
                columns: column..column + 1,
            }
        };
        let window = places
            .iter()
            .map(cell)
            .fold(Window::empty(lattice), Window::joined);
        let cells = asked.near(&window);
        let known = coverage.footprints(conn, lattice, &cells)?;
        let footprints: Vec<Arc<Footprint>> =
            known.iter().map(|it| Arc::clone(&it.footprint)).collect();
        let sides = asked.by_operator(&cells, &footprints);
        let reaching: Arc<[(&ServingCell, Known)]> = cells.into_iter().zip(known).collect();
        Ok(levels.map(|level| {
            let by_operator = sides.iter().map(|side| {
                let sets = side.iter().map(|footprint| footprint.level(level));
                let layer = Layer::of(window.clone(), sets);
                places.iter().map(|place| layer.covers(*place)).collect()
            });
            Self {
                by_operator: by_operator.collect(),
                cells: Arc::clone(&reaching),
            }
        }))
    }

    /// Whether a place has a signal by the rule; `only` is the operator that is meant by [`OperatorRule::Max`].
    #[must_use]
    pub fn covers(&self, rule: &OperatorRule, only: Option<usize>, place: usize) -> bool {
        let has = |side: &Vec<bool>| side.get(place).copied().unwrap_or(false);
        match (rule, only) {
            (OperatorRule::Max, Some(only)) => self.by_operator.get(only).is_some_and(has),
            (OperatorRule::All, _) => {
                !self.by_operator.is_empty() && self.by_operator.iter().all(has)
            }
            _ => self.by_operator.iter().any(has),
        }
    }
}

/// A cluster of homes: its place, as an index, and its households.
type Cluster = (usize, Option<i32>);

/// Where the homes of villages are: for each the places of its centre and of its clusters, as indices.
pub struct Homes {
    /// All places.
    pub places: Vec<Position>,
    /// By village: its centre, then its clusters with their households.
    by_village: Vec<(usize, Vec<Cluster>)>,
}

impl Homes {
    /// The homes of some villages.
    #[must_use]
    pub fn of(villages: &[&Village]) -> Self {
        let mut places = Vec::new();
        let mut take = |longitude, latitude| {
            // Positions of the register are on the Earth.
            places.extend(Position::new(longitude, latitude));
            places.len().saturating_sub(1)
        };
        let by_village = villages.iter().map(|village| {
            let own = &village.settlement;
            let centre = take(own.longitude, own.latitude);
            let clusters = own.clusters.iter();
            let clusters = clusters.map(|it| (take(it.longitude, it.latitude), it.households));
            (centre, clusters.collect())
        });
        let by_village = by_village.collect();
        Self { places, by_village }
    }

    /// The place of a village's centre.
    #[must_use]
    pub fn centre(&self, at: usize) -> Option<usize> {
        self.by_village.get(at).map(|(centre, _)| *centre)
    }

    /// The places where a village's people live, each with their share of them, as [`Self::people`] has it.
    #[must_use]
    pub fn shares(&self, at: usize) -> Vec<(usize, f64)> {
        let Some((centre, clusters)) = self.by_village.get(at) else {
            return Vec::new();
        };
        if clusters.is_empty() {
            return vec![(*centre, 1.0)];
        }
        let all: f64 = clusters.iter().map(|(_, it)| weight(*it)).sum();
        let own = clusters.iter().filter(|_| all > 0.0);
        own.map(|(place, it)| (*place, weight(*it) / all)).collect()
    }

    /// What the signal at a village is: what somebody found there, else what the signals say.
    #[must_use]
    pub fn status(
        &self,
        report: Option<&FieldReport>,
        at: usize,
        is_covered: &dyn Fn(usize) -> bool,
    ) -> SettlementStatus {
        if let Some(report) = report {
            return report.status;
        }
        let Some((centre, clusters)) = self.by_village.get(at) else {
            return SettlementStatus::Unknown;
        };
        let clusters = clusters.iter().map(|(place, _)| is_covered(*place));
        SettlementStatus::of(is_covered(*centre), clusters)
    }

    /// How many of a village's people have a signal: all or none by a report, else the share of the clusters' households
    /// that have one, else whether the centre has.
    fn people(
        &self,
        village: &Village,
        report: Option<&FieldReport>,
        at: usize,
        is_covered: &dyn Fn(usize) -> bool,
    ) -> f64 {
        let persons = f64::from(village.settlement.population.unwrap_or(0));
        let share = match (report, self.by_village.get(at)) {
            (Some(report), _) if report.status == SettlementStatus::Covered => 1.0,
            (Some(report), _) if report.status == SettlementStatus::TrangSong => 0.0,
            (_, Some((centre, clusters))) if clusters.is_empty() => {
                f64::from(u8::from(is_covered(*centre)))
            }
            (_, Some((_, clusters))) => {
                let all: f64 = clusters.iter().map(|(_, it)| weight(*it)).sum();
                let with = clusters.iter().filter(|(place, _)| is_covered(*place));
                let with: f64 = with.map(|(_, it)| weight(*it)).sum();
                if all > 0.0 { with / all } else { 0.0 }
            }
            (_, None) => 0.0,
        };
        persons * share
    }
}

/// What a cluster weighs among those of its settlement.
fn weight(households: Option<i32>) -> f64 {
    f64::from(households.unwrap_or(1).max(0))
}

/// What is known of the people of the areas asked about.
pub struct People<'v, 'a> {
    villages: Vec<(&'v Village, Option<&'v FieldReport>)>,
    homes: Homes,
    /// At the level that is asked for, at the next weaker one, at the next stronger one.
    signals: [Signals<'a>; 3],
    /// What was found for the communes of areas without settlements.
    communes: HashMap<i32, Found>,
}

impl<'v, 'a> People<'v, 'a> {
    /// Reads and finds all that the figures of some areas need.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        conn: &mut DbConn,
        coverage: &Coverage,
        geography: &Geography,
        asked: &Asked<'a>,
        villages: &'v Villages,
        areas: &[&AreaInfo],
    ) -> Result<Self> {
        let area_ids: Vec<i32> = areas.iter().map(|info| info.id).collect();
        let villages = villages.within(&area_ids);
        let homes = Homes::of(&villages);
        let told = |village: &'v Village| (village, village.report(asked.question));
        let villages: Vec<_> = villages.into_iter().map(told).collect();
        let [weaker, stronger] = asked.question.range();
        let levels = [asked.question.signal_level, weaker, stronger];
        let signals = Signals::at(conn, coverage, asked, levels, &homes.places)?;
        let spread: Vec<i32> = areas
            .iter()
            .filter(|info| !has_people(&villages, info.id))
            .flat_map(|info| communes_of(geography, info, division_day(asked.question)))
            .map(|commune| commune.id)
            .collect();
        let communes = super::finding::find(conn, coverage, geography, asked, spread)?;
        Ok(Self {
            villages,
            homes,
            signals,
            communes,
        })
    }

    fn people_at(&self, at: usize, is_covered: &dyn Fn(usize) -> bool) -> f64 {
        let of = |(village, report): &(&Village, Option<&FieldReport>)| {
            self.homes.people(village, *report, at, is_covered)
        };
        self.villages.get(at).map_or(0.0, of)
    }

    fn inside(&self, area_id: i32) -> impl Iterator<Item = usize> {
        let villages = self.villages.iter().enumerate();
        villages
            .filter(move |(_, (village, _))| village.areas.contains(&area_id))
            .map(|(at, _)| at)
    }

    /// Which operator covers most people of an area, where that is asked.
    fn most(&self, question: &Question, area_id: i32) -> Option<usize> {
        let [signals, ..] = &self.signals;
        let people = |side: usize| -> f64 {
            let is_covered = |place| signals.covers(&OperatorRule::Max, Some(side), place);
            let inside = self.inside(area_id);
            inside.map(|at| self.people_at(at, &is_covered)).sum()
        };
        (question.operator == OperatorRule::Max)
            .then(|| {
                let sides = 0..signals.by_operator.len();
                sides.max_by(|one, other| people(*one).total_cmp(&people(*other)))
            })
            .flatten()
    }

    /// The settlements of an area by their signal.
    #[must_use]
    pub fn settlements(&self, question: &Question, area_id: i32) -> SettlementCounts {
        let mut counts = SettlementCounts::default();
        for (_, status) in self.statuses(question, area_id) {
            counts.add(status);
        }
        counts
    }

    /// The settlements of an area, each with its signal.
    #[must_use]
    pub fn statuses(
        &self,
        question: &Question,
        area_id: i32,
    ) -> Vec<(&'v Settlement, SettlementStatus)> {
        let [signals, ..] = &self.signals;
        let only = self.most(question, area_id);
        let is_covered = |place| signals.covers(&question.operator, only, place);
        let of = |at| {
            let (village, report) = self.villages.get(at)?;
            let status = self.homes.status(*report, at, &is_covered);
            Some((&village.settlement, status))
        };
        self.inside(area_id).filter_map(of).collect()
    }

    /// The people of an area who are covered.
    #[must_use]
    pub fn population(
        &self,
        geography: &Geography,
        question: &Question,
        info: &AreaInfo,
        found: &Found,
    ) -> PopulationCoverage {
        let own = Population::at(&info.area.population, question.as_of.year());
        if has_people(&self.villages, info.id) {
            return self.in_settlements(question, info.id, own);
        }
        let communes = communes_of(geography, info, division_day(question));
        let parts: Vec<(f64, &Found)> = communes
            .iter()
            .filter_map(|commune| {
                let persons = Population::at(&commune.area.population, question.as_of.year())?;
                Some((f64::from(persons.persons), self.communes.get(&commune.id)?))
            })
            .collect();
        let are_all = !communes.is_empty() && parts.len() == communes.len();
        if are_all && info.area.level != Level::Commune {
            let total: f64 = parts.iter().map(|(persons, _)| persons).sum();
            return spread(&parts, total, "uniform_in_commune", own);
        }
        match own {
            Some(own) => {
                let persons = f64::from(own.persons);
                spread(&[(persons, found)], persons, "uniform_in_area", Some(own))
            }
            None => PopulationCoverage {
                covered: None,
                total: None,
                percent: None,
                range_percent: None,
                basis: "unknown",
                source: None,
                year: None,
                unlocated: None,
            },
        }
    }

    fn in_settlements(
        &self,
        question: &Question,
        area_id: i32,
        own: Option<&Population>,
    ) -> PopulationCoverage {
        let only = self.most(question, area_id);
        let total: i64 = self
            .inside(area_id)
            .filter_map(|at| self.villages.get(at)?.0.settlement.population)
            .map(i64::from)
            .sum();
        let covered = self.signals.each_ref().map(|signals| -> f64 {
            let is_covered = |place| signals.covers(&question.operator, only, place);
            let inside = self.inside(area_id);
            inside.map(|at| self.people_at(at, &is_covered)).sum()
        });
        let mut sources: BTreeMap<&str, u32> = BTreeMap::new();
        for at in self.inside(area_id) {
            let source = self
                .villages
                .get(at)
                .and_then(|(it, _)| it.settlement.source.as_deref());
            *sources.entry(source.unwrap_or("not stated")).or_default() += 1;
        }
        let source = sources.into_iter().max_by_key(|(_, count)| *count);
        #[expect(clippy::cast_precision_loss, reason = "persons")]
        let whole = total as f64;
        PopulationCoverage {
            basis: "settlements",
            source: source.map(|(source, _)| source.to_owned()),
            year: own.map(|figure| figure.year),
            unlocated: own.map(|figure| (i64::from(figure.persons) - total).max(0)),
            ..shares(covered, whole)
        }
    }
}

/// The day whose communes are meant.
fn division_day(question: &Question) -> NaiveDate {
    question.division_on.unwrap_or(question.as_of)
}

fn has_people(villages: &[(&Village, Option<&FieldReport>)], area_id: i32) -> bool {
    villages.iter().any(|(village, _)| {
        village.areas.contains(&area_id) && village.settlement.population.is_some_and(|it| it > 0)
    })
}

/// The communes that lie in an area on a day; a commune lies in itself.
fn communes_of<'g>(geography: &'g Geography, info: &AreaInfo, day: NaiveDate) -> Vec<&'g AreaInfo> {
    if info.area.level == Level::Commune {
        return Vec::new();
    }
    let communes = geography.division(Level::Commune, day).areas;
    let lies_in = |commune: &&AreaInfo| geography.wholes(commune.id).contains(&info.id);
    communes.into_iter().filter(lies_in).collect()
}

/// People spread evenly over each of some parts.
fn spread(
    parts: &[(f64, &Found)],
    total: f64,
    basis: &'static str,
    own: Option<&Population>,
) -> PopulationCoverage {
    let covered = |pick: &dyn Fn(&Found) -> UnitCover| -> f64 {
        let of = |(persons, found): &(f64, &Found)| {
            persons * pick(found).percent().unwrap_or(0.0) / 100.0
        };
        parts.iter().map(of).sum()
    };
    let covered = [
        covered(&|found| found.at_level),
        covered(&|found| found.range[0]),
        covered(&|found| found.range[1]),
    ];
    PopulationCoverage {
        basis,
        source: own.and_then(|figure| figure.source.clone()),
        year: own.map(|figure| figure.year),
        ..shares(covered, total)
    }
}

/// Figures of people at the level asked for, the next weaker one and the next stronger one.
#[expect(clippy::cast_possible_truncation, reason = "persons")]
fn shares([covered, weaker, stronger]: [f64; 3], total: f64) -> PopulationCoverage {
    let percent = |persons: f64| super::finding::rounded(persons / total * 100.0);
    let has_people = total > 0.0;
    PopulationCoverage {
        covered: Some(covered.round() as i64),
        total: Some(total.round() as i64),
        percent: has_people.then(|| percent(covered)),
        range_percent: has_people.then(|| [percent(stronger), percent(weaker)]),
        basis: "",
        source: None,
        year: None,
        unlocated: None,
    }
}
