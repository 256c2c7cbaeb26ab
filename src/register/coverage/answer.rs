//! Answers to questions about coverage: of one area, of all areas of a level.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Coverage;
use super::figures::SettlementCounts;
use super::figures::{
    AreaCoverage, AreaShare, CellCounts, Confidence, CoverageFigures, CoverageRow, CoveredArea,
    Definition, DemInfo, LevelCoverage, ModelInfo, TotalRow,
};
use super::finding::{Asked, Found, find, km2, rounded};
use super::network::{Network, ServingCell};
use super::people::People;
use super::question::{OperatorRule, Question};
use super::villages::Villages;
use crate::coverage::footprint::{Model, SignalLevel};
use crate::coverage::modelling::{ASSUMED_RADII_M, ASSUMED_SECTOR_DEG, MODEL_VERSION};
use crate::coverage::partition::Cells;
use crate::coverage::sums::UnitCover;
use crate::db::{DbConn, changes};
use crate::domain::{Level, Settlement, SettlementStatus, Technology};
use crate::error::{Error, Result};
use crate::register::geography::AreaInfo;
use crate::register::{Geography, Register};

/// Share of the covered area from assumed radii above which nothing can be trusted, percent.
const ASSUMED_MAX_PERCENT: f64 = 25.0;

/// Settlements, each with its signal.
pub type Statuses<'v> = Vec<(&'v Settlement, SettlementStatus)>;

/// Of what a table has a row for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Groups {
    /// For each technology.
    pub technology: bool,
    /// For each operator.
    pub operator: bool,
}

impl Register {
    /// The coverage of one area.
    ///
    /// # Errors
    /// `NotFound` when the register has never had an area of `level` with this code, and those of the database.
    pub fn coverage_of_area(
        &self,
        conn: &mut crate::db::DbConn,
        question: &Question,
        level: Option<Level>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<AreaCoverage> {
        let geography = self.geography(conn)?;
        let info = area(&geography, question, level, code)?;
        let network = self.coverage.asked_network(conn, question)?;
        let figures = self
            .coverage
            .figures(conn, &geography, question, &network, &[], &[info])?
            .pop()
            .ok_or_else(|| Error::internal("an area has no figures"))?;
        Ok(AreaCoverage {
            district: covered_area(info, question),
            as_of: question.as_of,
            known_at: question.known_at.map_or(now, |at| at.and_utc()),
            data_revision: changes::newest(conn)?,
            definition: definition(question),
            figures,
            model: self.coverage.model_info(),
        })
    }

    /// The coverage of every area of a level.
    ///
    /// # Errors
    /// Those of the database.
    pub fn coverage_of_level(
        &self,
        conn: &mut DbConn,
        question: &Question,
        level: Level,
        groups: Groups,
        now: DateTime<Utc>,
    ) -> Result<LevelCoverage> {
        let geography = self.geography(conn)?;
        let network = self.coverage.asked_network(conn, question)?;
        let division = geography.division(level, question.division_on.unwrap_or(question.as_of));
        let mut infos = division.areas;
        infos.sort_by(|one, other| one.area.code.cmp(&other.area.code));
        let mut areas = Vec::new();
        let mut total = Vec::new();
        for asked in grouped(question, groups, &network) {
            let figures = self
                .coverage
                .figures(conn, &geography, &asked, &network, &[], &infos)?;
            total.push(sum(&asked, &figures));
            areas.extend(
                infos
                    .iter()
                    .zip(figures)
                    .map(|(info, figures)| CoverageRow {
                        unit: covered_area(info, &asked),
                        technology: technology_word(&asked).to_owned(),
                        operator: asked.operator.word().to_owned(),
                        figures,
                    }),
            );
        }
        areas.sort_by(|one, other| one.unit.code.cmp(&other.unit.code));
        Ok(LevelCoverage {
            as_of: question.as_of,
            known_at: question.known_at.map_or(now, |at| at.and_utc()),
            data_revision: changes::newest(conn)?,
            level,
            division_on: division.on,
            definition: definition(question),
            areas,
            total,
            model: self.coverage.model_info(),
        })
    }
}

/// What `code` means for a question.
///
/// # Errors
/// `NotFound` when the register has never had such an area.
pub fn area<'g>(
    geography: &'g Geography,
    question: &Question,
    level: Option<Level>,
    code: &str,
) -> Result<&'g AreaInfo> {
    let day = question.division_on.unwrap_or(question.as_of);
    let info = match level {
        Some(level) => geography.by_code_at(level, code, day),
        None => geography.by_code(code, day),
    };
    info.ok_or_else(|| Error::NotFound {
        kind: level.map_or("area", Level::as_str),
        key: code.to_owned(),
    })
}

impl Coverage {
    /// The network that a question is about.
    ///
    /// # Errors
    /// Those of the database.
    pub fn asked_network(
        &self,
        conn: &mut DbConn,
        question: &Question,
    ) -> Result<std::sync::Arc<Network>> {
        match question.known_at {
            None => self.network(conn),
            Some(at) => Network::known_at(conn, at, &self.rules, self.elevation.as_ref())
                .map(std::sync::Arc::new),
        }
    }

    /// The figures of some areas, in their order. `others` are cells that are only asked about.
    ///
    /// # Errors
    /// Those of the database.
    pub fn figures(
        &self,
        conn: &mut DbConn,
        geography: &Geography,
        question: &Question,
        network: &Network,
        others: &[ServingCell],
        areas: &[&AreaInfo],
    ) -> Result<Vec<CoverageFigures>> {
        let villages = self.villages(conn, geography)?;
        let own = self.with_settlements(
            (conn, geography, &villages),
            question,
            network,
            others,
            areas,
        )?;
        Ok(own.into_iter().map(|(figures, _)| figures).collect())
    }

    /// The figures of some areas, in their order, and the signal of each settlement there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn with_settlements<'v>(
        &self,
        (conn, geography, villages): (&mut DbConn, &Geography, &'v Villages),
        question: &Question,
        network: &Network,
        others: &[ServingCell],
        areas: &[&AreaInfo],
    ) -> Result<Vec<(CoverageFigures, Statuses<'v>)>> {
        let asked = Asked::of(question, network, others);
        let ids = areas.iter().map(|info| info.id).collect();
        let found = find(conn, self, geography, &asked, ids)?;
        let people = People::of(conn, self, geography, &asked, villages, areas)?;
        let nothing = Found::default();
        let figures = areas.iter().map(|info| {
            let found = found.get(&info.id).unwrap_or(&nothing);
            let figures = CoverageFigures {
                area: area_share(found),
                population: people.population(geography, question, info, found),
                settlements: people.settlements(question, info.id),
                by_operators: by_operators(found),
                cells: CellCounts {
                    used: found.by_model.values().sum(),
                    by_model: found
                        .by_model
                        .iter()
                        .map(|(model, count)| (model.as_str().to_owned(), *count))
                        .collect(),
                    outside_area: found.from_outside,
                },
                grid_arcsec: found.grid_arcsec,
                pending_footprints: found.pending,
                confidence: self.confidence(found),
            };
            (figures, people.statuses(question, info.id))
        });
        Ok(figures.collect())
    }

    /// How far figures may be trusted, and why not further.
    fn confidence(&self, found: &Found) -> Confidence {
        let used: usize = found.by_model.values().sum();
        let of = |model: Model| found.by_model.get(&model).copied().unwrap_or(0);
        let mut reasons = Vec::new();
        let assumed_percent = if found.at_level.covered.area_mm2 > 0 {
            found.assumed_only.area_m2() / found.at_level.covered.area_m2() * 100.0
        } else {
            0.0
        };
        let [assumed, declared, formula, terrain] = [
            Model::AssumedRadius,
            Model::DeclaredRadius,
            Model::ExtendedHata,
            Model::ItuRP1812,
        ]
        .map(of);
        if assumed > 0 {
            reasons.push(format!(
                "{assumed} of {used} cells have neither frequency and power nor a declared radius: a radius is assumed"
            ));
        }
        if declared > 0 {
            reasons.push(format!(
                "{declared} of {used} cells have a declared radius and no frequency and power"
            ));
        }
        if formula > 0 {
            reasons.push(format!(
                "{formula} of {used} cells are computed without elevation data"
            ));
        }
        if found.pending > 0 {
            reasons.push(format!(
                "the terrain of {} of {used} cells is not computed yet",
                found.pending
            ));
        }
        if found.elevation_gaps > 0 {
            reasons.push(format!(
                "elevation data have holes or end for {} of {used} cells",
                found.elevation_gaps
            ));
        }
        if self.rules.clutter_height_m <= 0.0 && terrain > 0 {
            reasons.push("no land cover".to_owned());
        }
        reasons.push("not checked by measurements".to_owned());
        let class = if assumed_percent > ASSUMED_MAX_PERCENT {
            "very_low"
        } else if terrain * 10 >= used * 9 && used > 0 && found.pending == 0 {
            "medium"
        } else {
            "low"
        };
        Confidence { class, reasons }
    }

    /// What coverage is computed with.
    #[must_use]
    pub fn model_info(&self) -> ModelInfo {
        let rules = &self.rules;
        let by_technology = |of: &dyn Fn(Technology) -> f64| -> BTreeMap<&'static str, f64> {
            let each = Technology::ALL.into_iter();
            each.map(|technology| (technology.as_str(), of(technology)))
                .collect()
        };
        let [second, third, fourth, fifth] = ASSUMED_RADII_M;
        let tiles = self.elevation.as_ref().map_or(0, |it| it.sources().count());
        let margins = rules.margins;
        ModelInfo {
            version: MODEL_VERSION,
            order: [
                Model::ItuRP1812,
                Model::ExtendedHata,
                Model::DeclaredRadius,
                Model::AssumedRadius,
            ]
            .map(Model::as_str),
            delta_n: rules.surroundings.delta_n,
            clutter: if rules.clutter_height_m > 0.0 {
                format!("{} m everywhere", rules.clutter_height_m)
            } else {
                "none (optimistic)".to_owned()
            },
            environment: rules.environment.as_str(),
            dem: DemInfo {
                tiles,
                advice: (tiles == 0).then_some(
                    "a folder of SRTM tiles such as N22E103.hgt, given by --elevation-dir, would let cells with frequency and power be computed over terrain",
                ),
            },
            thresholds_dbm: by_technology(&|technology| rules.thresholds.dbm(technology)),
            threshold_source: rules.thresholds.source.clone(),
            margins_db: [
                (SignalLevel::Possible, margins.possible_db),
                (SignalLevel::Covered, margins.covered_db),
                (SignalLevel::Robust, margins.robust_db),
                (SignalLevel::Indoor, margins.indoor_db),
            ]
            .map(|(level, margin_db)| (level.as_str(), margin_db))
            .into(),
            assumed_radii_m: by_technology(&|technology| match technology {
                Technology::Second => second,
                Technology::Third => third,
                Technology::Fourth => fourth,
                Technology::Fifth => fifth,
            }),
            assumed_sector_deg: ASSUMED_SECTOR_DEG,
        }
    }
}

fn area_share(found: &Found) -> AreaShare {
    let percent = found.at_level.percent();
    let [weaker, stronger] = found.range.map(UnitCover::percent);
    AreaShare {
        covered_km2: km2(found.at_level.covered),
        percent: percent.map(rounded),
        range_percent: stronger
            .zip(weaker)
            .map(|(low, high)| [low, high].map(rounded)),
        uncovered_km2: km2(found.at_level.uncovered),
    }
}

fn by_operators(found: &Found) -> BTreeMap<String, f64> {
    let all: Cells = found.by_number.iter().copied().sum();
    let share = |cells: &Cells| rounded(cells.area_m2() / all.area_m2() * 100.0);
    let numbered = found.by_number.iter().enumerate();
    numbered
        .filter(|_| all.area_mm2 > 0)
        .map(|(number, cells)| (number.to_string(), share(cells)))
        .collect()
}

/// The area as an answer names it.
pub fn covered_area(info: &AreaInfo, question: &Question) -> CoveredArea {
    let day = question.division_on.unwrap_or(question.as_of);
    let last_day = info.area.valid_to.and_then(|end| end.pred_opt());
    CoveredArea {
        level: info.area.level,
        code: info.area.code.clone(),
        name: info.area.name.clone(),
        valid_from: info.area.valid_from,
        division_on: day.min(last_day.unwrap_or(day)).max(info.area.valid_from),
        area_km2: info.area_km2(),
    }
}

fn technology_word(question: &Question) -> &'static str {
    question.technology.map_or("any", Technology::as_str)
}

/// What the figures of a question mean.
#[must_use]
pub fn definition(question: &Question) -> Definition {
    Definition {
        operator: question.operator.word().to_owned(),
        technology: technology_word(question).to_owned(),
        at_least: question.at_least,
        signal_level: question.signal_level.as_str(),
        source: "model",
        receiver: "outdoors, 1.5 m above ground",
        statistic: "median, 50 % of locations and time",
    }
}

/// The question for each technology and each operator that has a cell.
fn grouped(question: &Question, groups: Groups, network: &Network) -> Vec<Question> {
    let technologies: Vec<Option<Technology>> =
        if groups.technology && question.technology.is_none() {
            Technology::ALL.into_iter().map(Some).collect()
        } else {
            vec![question.technology]
        };
    let asked = Asked::of(question, network, &[]);
    let operators: Vec<OperatorRule> = if groups.operator {
        let codes = asked.operators.iter();
        codes
            .map(|code| OperatorRule::One(code.to_string()))
            .collect()
    } else {
        vec![question.operator.clone()]
    };
    let one = |technology: Option<Technology>| {
        operators.iter().map(move |operator| Question {
            technology,
            operator: operator.clone(),
            ..question.clone()
        })
    };
    technologies.into_iter().flat_map(one).collect()
}

/// The figures of all areas together.
pub fn sum(question: &Question, figures: &[CoverageFigures]) -> TotalRow {
    let covered_km2: f64 = figures.iter().map(|it| it.area.covered_km2).sum();
    let uncovered_km2: f64 = figures.iter().map(|it| it.area.uncovered_km2).sum();
    let all_km2 = covered_km2 + uncovered_km2;
    let persons =
        |of: &dyn Fn(&CoverageFigures) -> Option<i64>| figures.iter().filter_map(of).sum();
    let mut settlements = SettlementCounts::default();
    for own in figures {
        settlements += own.settlements;
    }
    TotalRow {
        technology: technology_word(question).to_owned(),
        operator: question.operator.word().to_owned(),
        covered_km2: rounded(covered_km2),
        uncovered_km2: rounded(uncovered_km2),
        percent: (all_km2 > 0.0).then(|| rounded(covered_km2 / all_km2 * 100.0)),
        population_covered: persons(&|it| it.population.covered),
        population_total: persons(&|it| it.population.total),
        settlements,
    }
}
