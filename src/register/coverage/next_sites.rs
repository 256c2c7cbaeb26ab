//! Where to build next: the places from which most people, or most settlements, that have no signal would get one.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Coverage;
use super::answer::definition;
use super::figures::{Definition, ModelInfo};
use super::finding::{Asked, rounded};
use super::network::{Network, ServingCell};
use super::people::{Homes, Signals};
use super::question::{OperatorRule, Question};
use super::store::unmade;
use super::villages::Village;
use super::what_if::areas;
use crate::coverage::cell::Cell;
use crate::coverage::choice::{self, Choice, Weight};
use crate::coverage::lattice::Lattice;
use crate::coverage::modelling::Way;
use crate::db::{DbConn, changes};
use crate::domain::next_sites::{NextSites, Worth};
use crate::domain::{Faults, Rule, SettlementStatus};
use crate::error::Result;
use crate::geo::Position;
use crate::register::{Register, site_checks};

/// Most places that are looked at.
const CANDIDATES_MAX: usize = 500;
/// How long places are looked at.
const TIME_MAX: Duration = Duration::from_secs(30);
/// Places that are looked at before the clock is looked at again.
const BATCH: usize = 16;
/// A person, or a settlement.
const ONE: f64 = 1e3;

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// A position of the request.
    Position,
    /// A site of the register that might be shared.
    Site,
    /// The centre of a settlement without a signal.
    Settlement,
}

/// A settlement that would get a signal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReachedSettlement {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it adds to the gain: people, or 1 for the settlement.
    pub gain: f64,
}

/// A place to build.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NextSite {
    /// Its number, from 1.
    pub rank: usize,
    /// Decimal degrees east, WGS 84.
    pub longitude: f64,
    /// Decimal degrees north, WGS 84.
    pub latitude: f64,
    /// What is there.
    pub kind: CandidateKind,
    /// Id of the site, where it is one.
    pub site: Option<String>,
    /// Code of the site or of the settlement, where it is one.
    pub code: Option<String>,
    /// Code of the operator of the site, where it is one.
    pub operator: Option<String>,
    /// The model by which its cell was computed.
    pub model: &'static str,
    /// What it adds to those before it.
    pub gain: f64,
    /// What it and those before it add.
    pub cumulative_gain: f64,
    /// The settlements that it adds, by code.
    pub settlements: Vec<ReachedSettlement>,
}

/// How many places were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CandidateCounts {
    /// Positions of the request that were looked at.
    pub positions: usize,
    /// Sites that were looked at.
    pub sites: usize,
    /// Settlements that were looked at.
    pub settlements: usize,
    /// Places within reach of a settlement without a signal that were not looked at: over 500, or out of time.
    pub left_out: usize,
}

/// Where to build next.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NextSitesAnswer {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The revision of the register.
    pub data_revision: i64,
    /// What having a signal means.
    pub definition: Definition,
    /// What counts: `population` or `settlements`.
    pub value: &'static str,
    /// What could be gained at most, if every settlement got a signal.
    pub without_signal: f64,
    /// The places that were looked at.
    pub candidates: CandidateCounts,
    /// The places to build, the one that adds most first; fewer than asked for where no other adds anything.
    pub sites: Vec<NextSite>,
    /// What they gain together.
    pub gain: f64,
    /// No choice of as many of the places that were looked at gains more.
    pub upper_bound: f64,
    /// By how much the gain is below the upper bound, percent of it.
    pub gap_percent: f64,
    /// The gain is at least this share of the best choice's, whatever the gap says, percent: 1 − 1/e.
    pub guarantee_percent: f64,
    /// What coverage was computed with.
    pub model: ModelInfo,
}

/// What has no signal, and where.
struct Open {
    place: Position,
    weight: Weight,
    village: usize,
}

/// A place that is looked at.
struct Candidate {
    place: Position,
    kind: CandidateKind,
    /// Id, code and operator of a site; the code of a settlement.
    names: [Option<String>; 3],
    way: Way,
    cell: Cell,
    /// No more than this can be gained.
    most: Weight,
}

impl Register {
    /// The places to build next.
    ///
    /// # Errors
    /// `Invalid` for an unknown area or operator, and those of the database.
    pub fn next_sites(
        &self,
        conn: &mut DbConn,
        question: &Question,
        wanted: &NextSites,
        now: DateTime<Utc>,
    ) -> Result<NextSitesAnswer> {
        let end = Instant::now() + TIME_MAX;
        let coverage = &self.coverage;
        let geography = self.geography(conn)?;
        let mut faults = Faults::default();
        let day = question.division_on.unwrap_or(question.as_of);
        let (_, infos) = areas(&geography, wanted.level, day, &wanted.areas, &mut faults);
        if let Some(code) = &wanted.operator
            && !site_checks::Known::default().has_operator(conn, code)?
        {
            let value = Value::from(code.as_str());
            faults.body("/operator", Rule::UnknownOperator, Some(&value));
        }
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let question = &Question {
            technology: Some(wanted.technology),
            operator: wanted
                .operator
                .clone()
                .map_or(OperatorRule::Any, OperatorRule::One),
            ..question.clone()
        };
        let network = coverage.asked_network(conn, question)?;
        let villages = coverage.villages(conn, &geography)?;
        let ids: Vec<i32> = infos.iter().map(|info| info.id).collect();
        let villages = villages.within(&ids);
        let open = coverage.open(conn, question, &network, &villages, wanted.worth)?;
        let all = coverage.candidates(question, wanted, &network, &villages, &open);
        let found = all.len();
        let (candidates, reached) = coverage.reached(question, all, &open, end)?;
        let weights: Vec<Weight> = open.iter().map(|it| it.weight).collect();
        let choice = choice::choose(&weights, &reached, wanted.count);
        let mut counts = CandidateCounts {
            left_out: found - candidates.len(),
            ..CandidateCounts::default()
        };
        for candidate in &candidates {
            *match candidate.kind {
                CandidateKind::Position => &mut counts.positions,
                CandidateKind::Site => &mut counts.sites,
                CandidateKind::Settlement => &mut counts.settlements,
            } += 1;
        }
        let gain = choice.chosen.last().map_or(0, |it| it.covered);
        let gap = choice.upper_bound.saturating_sub(gain);
        Ok(NextSitesAnswer {
            as_of: question.as_of,
            known_at: question.known_at.map_or(now, |at| at.and_utc()),
            data_revision: changes::newest(conn)?,
            definition: definition(question),
            value: wanted.worth.as_str(),
            without_signal: value(weights.iter().sum()),
            candidates: counts,
            sites: sites(&choice, &candidates, &reached, &open, &villages),
            gain: value(gain),
            upper_bound: value(choice.upper_bound),
            gap_percent: if choice.upper_bound > 0 {
                rounded(value(gap) / value(choice.upper_bound) * 100.0)
            } else {
                0.0
            },
            guarantee_percent: rounded((1.0 - (-1.0_f64).exp()) * 100.0),
            model: coverage.model_info(),
        })
    }
}

impl Coverage {
    /// What has no signal, from south to north.
    fn open(
        &self,
        conn: &mut DbConn,
        question: &Question,
        network: &Network,
        villages: &[&Village],
        worth: Worth,
    ) -> Result<Vec<Open>> {
        let asked = Asked::of(question, network, &[]);
        let homes = Homes::of(villages);
        let levels = [question.signal_level];
        let [signals] = Signals::at(conn, self, &asked, levels, &homes.places)?;
        let mut open = Vec::new();
        for (at, village) in villages.iter().enumerate() {
            let found = village.report(question).map(|report| report.status);
            if found == Some(SettlementStatus::Covered) {
                continue;
            }
            let is_without = found == Some(SettlementStatus::TrangSong);
            let worths = match worth {
                Worth::People => {
                    let persons = f64::from(village.settlement.population.unwrap_or(0).max(0));
                    let shares = homes.shares(at).into_iter();
                    shares.map(|(place, it)| (place, persons * it)).collect()
                }
                Worth::Settlements => homes.centre(at).map_or(Vec::new(), |it| vec![(it, 1.0)]),
            };
            for (place, worth) in worths {
                let is_open = is_without || !signals.covers(&question.operator, None, place);
                let weight = weight(worth);
                if let (true, Some(place)) = (is_open && weight > 0, homes.places.get(place)) {
                    let (place, village) = (*place, at);
                    open.push(Open {
                        place,
                        weight,
                        village,
                    });
                }
            }
        }
        open.sort_by(|one, other| one.place.latitude.total_cmp(&other.place.latitude));
        Ok(open)
    }

    /// The places from which something may be gained: those of the request, then those from which most may.
    fn candidates(
        &self,
        question: &Question,
        wanted: &NextSites,
        network: &Network,
        villages: &[&Village],
        open: &[Open],
    ) -> Vec<Candidate> {
        let lattice = Lattice::ARCSEC_3;
        let mut seen = HashSet::new();
        let mut candidates = Vec::new();
        let mut take = |place: Position, kind: CandidateKind, names: [Option<String>; 3]| {
            if !seen.insert((lattice.row(place.latitude), lattice.column(place.longitude))) {
                return;
            }
            let cell = cell(wanted, place);
            let way = self.rules.way(&cell, self.elevation.as_ref());
            let most = near(open, place, way.reach_m())
                .map(|(_, it)| it.weight)
                .sum();
            if most > 0 {
                candidates.push(Candidate {
                    place,
                    kind,
                    names,
                    way,
                    cell,
                    most,
                });
            }
        };
        for place in &wanted.places {
            take(*place, CandidateKind::Position, [None, None, None]);
        }
        for (id, cell) in shareable(question, network) {
            let names = [id, &*cell.site_code, &*cell.operator];
            let names = names.map(|name| Some(name.to_owned()));
            take(cell.cell.position, CandidateKind::Site, names);
        }
        let mut without: Vec<usize> = open.iter().map(|it| it.village).collect();
        without.sort_unstable();
        without.dedup();
        for village in without.into_iter().filter_map(|at| villages.get(at)) {
            let own = &village.settlement;
            if let Some(place) = Position::new(own.longitude, own.latitude) {
                let names = [None, Some(own.code.clone()), None];
                take(place, CandidateKind::Settlement, names);
            }
        }
        let is_asked = |it: &Candidate| it.kind == CandidateKind::Position;
        // Of equal places, they stay in their order.
        candidates.sort_by_key(|it| (!is_asked(it), std::cmp::Reverse(it.most)));
        candidates
    }

    /// The first of the candidates, with what each reaches.
    fn reached(
        &self,
        question: &Question,
        mut candidates: Vec<Candidate>,
        open: &[Open],
        end: Instant,
    ) -> Result<(Vec<Candidate>, Vec<Vec<usize>>)> {
        let lattice = Lattice::ARCSEC_3;
        candidates.truncate(CANDIDATES_MAX);
        let mut reached = Vec::with_capacity(candidates.len());
        for batch in candidates.chunks(BATCH) {
            if Instant::now() >= end {
                break;
            }
            let inputs: Vec<_> = batch.iter().map(|it| (&it.cell, &it.way)).collect();
            let made = self
                .rules
                .footprints(lattice, &inputs, self.elevation.as_ref());
            for (candidate, made) in batch.iter().zip(made) {
                let footprint = made.map_err(unmade)?;
                let runs = footprint.level(question.signal_level);
                let is_reached = |(_, it): &(usize, &Open)| {
                    let (row, column) = (
                        lattice.row(it.place.latitude),
                        lattice.column(it.place.longitude),
                    );
                    runs.contains(row, column)
                };
                let near = near(open, candidate.place, candidate.way.reach_m());
                reached.push(near.filter(is_reached).map(|(at, _)| at).collect());
            }
        }
        candidates.truncate(reached.len());
        Ok((candidates, reached))
    }
}

/// Sites in service without a cell that counts, of operators other than the one that is meant, with one of their cells.
fn shareable<'n>(question: &Question, network: &'n Network) -> BTreeMap<&'n str, &'n ServingCell> {
    let mut sites: BTreeMap<&str, &ServingCell> = BTreeMap::new();
    let mut own: HashSet<&str> = HashSet::new();
    for cell in network.cells() {
        let is_own = match &question.operator {
            OperatorRule::One(code) => *cell.operator == **code,
            _ => question.takes(cell),
        };
        let is_left_out = question
            .exclude_sites
            .iter()
            .any(|id| **id == *cell.site_id);
        if is_own || is_left_out {
            own.insert(&cell.site_id);
        } else if cell.serves(question.as_of, question.include_planned) {
            sites.insert(&cell.site_id, cell);
        }
    }
    sites.retain(|id, _| !own.contains(id));
    sites
}

/// What has no signal in the box around a reach, with its place in the list, which is sorted from south to north.
fn near(open: &[Open], place: Position, reach_m: f64) -> impl Iterator<Item = (usize, &Open)> {
    // A degree of latitude has at least 110.5 km anywhere, a degree of longitude that much at the equator; half a cell
    // of the lattice may stand over the edge.
    let up_deg = reach_m / 110_500.0 + Lattice::ARCSEC_3.step_deg();
    let across_deg = up_deg / (place.latitude.abs() + up_deg).min(89.0).to_radians().cos();
    let first = open.partition_point(|it| it.place.latitude < place.latitude - up_deg);
    let from_first = open.iter().enumerate().skip(first);
    from_first
        .take_while(move |(_, it)| it.place.latitude <= place.latitude + up_deg)
        .filter(move |(_, it)| {
            let away_deg = (it.place.longitude - place.longitude).abs();
            away_deg.min(360.0 - away_deg) <= across_deg
        })
}

/// The cell that would be built at a place.
fn cell(wanted: &NextSites, position: Position) -> Cell {
    Cell {
        technology: wanted.technology,
        sector: 0,
        position,
        azimuth_deg: None,
        beamwidth_deg: None,
        downtilt_deg: None,
        frequency_mhz: wanted.frequency_mhz,
        eirp_dbm: wanted.eirp_dbm,
        antenna_height_m: wanted.antenna_height_m,
        declared_radius_m: wanted.declared_radius_m,
    }
}

/// The chosen places with what each adds.
fn sites(
    choice: &Choice,
    candidates: &[Candidate],
    reached: &[Vec<usize>],
    open: &[Open],
    villages: &[&Village],
) -> Vec<NextSite> {
    let mut taken = HashSet::new();
    let mut sites = Vec::with_capacity(choice.chosen.len());
    for (chosen, rank) in choice.chosen.iter().zip(1..) {
        let Some(candidate) = candidates.get(chosen.candidate) else {
            continue;
        };
        let mut added: BTreeMap<usize, Weight> = BTreeMap::new();
        for item in reached.get(chosen.candidate).into_iter().flatten() {
            if let (true, Some(it)) = (taken.insert(*item), open.get(*item)) {
                *added.entry(it.village).or_default() += it.weight;
            }
        }
        let settlement = |(village, gain): (usize, Weight)| {
            let own = &villages.get(village)?.settlement;
            Some(ReachedSettlement {
                code: own.code.clone(),
                name: own.name.clone(),
                gain: value(gain),
            })
        };
        let mut settlements: Vec<_> = added.into_iter().filter_map(settlement).collect();
        settlements.sort_by(|one, other| one.code.cmp(&other.code));
        let [site, code, operator] = candidate.names.clone();
        sites.push(NextSite {
            rank,
            longitude: candidate.place.longitude,
            latitude: candidate.place.latitude,
            kind: candidate.kind,
            site,
            code,
            operator,
            model: candidate.way.model().as_str(),
            gain: value(chosen.gain),
            cumulative_gain: value(chosen.covered),
            settlements,
        });
    }
    sites
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, at most the people of a settlement"
)]
fn weight(value: f64) -> Weight {
    (value * ONE).round() as Weight
}

#[expect(clippy::cast_precision_loss, reason = "people in thousandths")]
fn value(weight: Weight) -> f64 {
    weight as f64 / ONE
}
