//! Sums up what was in service, and who subscribed, by area. The same function answers for one area and for all.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::geography::AreaInfo;
use super::{Geography, Settings, subscribers};
use crate::db::subscribers::Filter;
use crate::db::{DbConn, in_service, places};
use crate::domain::area::{BoundaryKind, Population};
use crate::domain::tally::{SiteCounts, SubscriberTotals};
use crate::domain::{Level, Technology};
use crate::error::{Error, Result};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge is used; now where none is given.
    pub known_at: Option<NaiveDateTime>,
    /// Only these operators; all where empty.
    pub operators: Vec<String>,
    /// Only radios of this technology, and the BTS sites that have one.
    pub technology: Option<Technology>,
    /// The day whose division is used; that of `as_of` where none is given.
    pub division_on: Option<NaiveDate>,
}

/// What one operator has.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OperatorFigures {
    /// Code of the operator.
    pub operator: String,
    /// Its sites in service.
    pub sites: SiteCounts,
    /// Its subscribers.
    pub subscribers: SubscriberTotals,
}

/// Sites and subscribers, in all and by operator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Sites in service.
    pub sites: SiteCounts,
    /// The same by operator, those that have anything.
    pub by_operator: Vec<OperatorFigures>,
    /// Subscribers.
    pub subscribers: SubscriberTotals,
}

/// Subscribers for each hundred inhabitants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Density {
    /// Of fixed telephony; null where the population is unknown.
    pub fixed: Option<f64>,
    /// Of mobile telephony; null where the population is unknown.
    pub mobile: Option<f64>,
}

/// Which area a summary is about.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaHead {
    /// Its level.
    pub level: Level,
    /// Its code.
    #[schema(example = "105")]
    pub code: String,
    /// Its name.
    pub name: String,
    /// First day of its validity.
    pub valid_from: NaiveDate,
    /// First day no more; null while it is valid.
    pub valid_to: Option<NaiveDate>,
    /// Its size in km²: what its authority states, else what its boundary measures.
    pub area_km2: Option<f64>,
    /// Its inhabitants: the newest figure at or before the day asked about, else the oldest after it.
    pub population: Option<i32>,
    /// The year of that figure.
    pub population_year: Option<i32>,
    /// How much its boundary, by which sites are filed under it, may be trusted.
    pub boundary_kind: BoundaryKind,
}

/// The summary of one area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaFigures {
    /// The area.
    pub area: AreaHead,
    /// Sites in service.
    pub sites: SiteCounts,
    /// The same by operator, those that have anything.
    pub by_operator: Vec<OperatorFigures>,
    /// Subscribers.
    pub subscribers: SubscriberTotals,
    /// Subscribers for each hundred inhabitants.
    pub per_100_inhabitants: Density,
}

/// The summary of one area, with what it answers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaSummary {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The day whose division was used.
    pub division_on: NaiveDate,
    /// The area.
    pub area: AreaHead,
    /// Sites in service.
    pub sites: SiteCounts,
    /// The same by operator, those that have anything.
    pub by_operator: Vec<OperatorFigures>,
    /// Subscribers.
    pub subscribers: SubscriberTotals,
    /// Subscribers for each hundred inhabitants.
    pub per_100_inhabitants: Density,
}

/// The summary of every area of a level.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Summary {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The level of the areas.
    pub level: Level,
    /// The day whose division was used; where the level had no areas then, the nearest day on which it had.
    pub division_on: NaiveDate,
    /// One for each area, by code.
    pub areas: Vec<AreaFigures>,
    /// What is in none of the areas.
    pub unlocated: Figures,
    /// The whole register: the sum of the areas and of what is unlocated.
    pub total: Figures,
}

/// Figures while they are summed up.
type Tally = BTreeMap<String, (SiteCounts, SubscriberTotals)>;

/// Sums up every area of `level`.
///
/// # Errors
/// Those of the database.
pub fn by_level(
    conn: &mut DbConn,
    geography: &Geography,
    settings: &Settings,
    question: &Question,
    level: Level,
    now: DateTime<Utc>,
) -> Result<Summary> {
    let division = geography.division(level, question.division_on.unwrap_or(question.as_of));
    let mut tallies = tallies(conn, geography, settings, question, &division.areas, None)?;
    let mut areas: Vec<AreaFigures> = division
        .areas
        .iter()
        .map(|info| {
            area_figures(
                info,
                tallies.remove(&Some(info.id)).unwrap_or_default(),
                question,
            )
        })
        .collect();
    areas.sort_by(|a, b| a.area.code.cmp(&b.area.code));
    let unlocated = figures(tallies.remove(&None).unwrap_or_default());
    let total = sum(areas
        .iter()
        .flat_map(|area| &area.by_operator)
        .chain(&unlocated.by_operator));
    Ok(Summary {
        as_of: question.as_of,
        known_at: known_at(question, now),
        level,
        division_on: division.on,
        areas,
        unlocated,
        total,
    })
}

/// Sums up one area.
///
/// # Errors
/// `NotFound` when the register has never had an area of `level` with this code.
pub fn of_area(
    conn: &mut DbConn,
    geography: &Geography,
    settings: &Settings,
    question: &Question,
    level: Option<Level>,
    code: &str,
    now: DateTime<Utc>,
) -> Result<AreaSummary> {
    let day = question.division_on.unwrap_or(question.as_of);
    let info = match level {
        Some(level) => geography.by_code_at(level, code, day),
        None => geography.by_code(code, day),
    };
    let kind = level.map_or("area", Level::as_str);
    let info = info.ok_or_else(|| Error::NotFound {
        kind,
        key: code.to_owned(),
    })?;
    let mut tallies = tallies(conn, geography, settings, question, &[info], Some(info.id))?;
    let AreaFigures {
        area,
        sites,
        by_operator,
        subscribers,
        per_100_inhabitants,
    } = area_figures(
        info,
        tallies.remove(&Some(info.id)).unwrap_or_default(),
        question,
    );
    let last_day = info.area.valid_to.and_then(|end| end.pred_opt());
    let division_on = day.min(last_day.unwrap_or(day)).max(info.area.valid_from);
    Ok(AreaSummary {
        as_of: question.as_of,
        known_at: known_at(question, now),
        division_on,
        area,
        sites,
        by_operator,
        subscribers,
        per_100_inhabitants,
    })
}

fn known_at(question: &Question, now: DateTime<Utc>) -> DateTime<Utc> {
    question.known_at.map_or(now, |at| at.and_utc())
}

/// Counts by target area and operator; what no target holds is under `None`.
fn tallies(
    conn: &mut DbConn,
    geography: &Geography,
    settings: &Settings,
    question: &Question,
    targets: &[&AreaInfo],
    only: Option<i32>,
) -> Result<HashMap<Option<i32>, Tally>> {
    let mut tallies: HashMap<Option<i32>, Tally> = HashMap::new();
    let places = places::all(conn)?;
    let target_ids: std::collections::HashSet<i32> = targets.iter().map(|info| info.id).collect();
    let target_of: HashMap<i32, Option<i32>> = places
        .into_iter()
        .map(|(place, areas)| (place, areas.into_iter().find(|id| target_ids.contains(id))))
        .collect();
    let counted = in_service::Question {
        as_of: question.as_of,
        known_at: question.known_at,
        operators: question.operators.clone(),
        technology: question.technology,
        area: only,
    };
    for count in in_service::counts(conn, &counted)? {
        let target = target_of.get(&count.place_id).copied().flatten();
        let (sites, _) = tallies
            .entry(target)
            .or_default()
            .entry(count.operator)
            .or_default();
        if !sites.add(&count.item, count.count) {
            return Err(Error::internal(format!("unknown item `{}`", count.item)));
        }
        if question.technology.is_some() {
            // One radio of a technology to a site: so many radios, so many sites.
            sites.bts += count.count;
        }
    }
    let filter = Filter {
        operators: question.operators.clone(),
        technology: question.technology,
        known_at: question.known_at,
        ..Filter::default()
    };
    for located in subscribers::answering_on(
        conn,
        geography,
        &filter,
        question.as_of,
        settings.subscriber_max_age_days,
    )? {
        let wholes = located.area_id.map(|id| geography.wholes(id));
        let target = wholes.and_then(|ids| ids.iter().copied().find(|id| target_ids.contains(id)));
        let key = located.count.key;
        let (_, totals) = tallies
            .entry(target)
            .or_default()
            .entry(key.operator)
            .or_default();
        totals.add(
            key.service,
            i64::from(located.count.subscribers),
            key.period_end,
        );
    }
    Ok(tallies)
}

fn figures(tally: Tally) -> Figures {
    let by_operator: Vec<OperatorFigures> = tally
        .into_iter()
        .map(|(operator, (sites, subscribers))| OperatorFigures {
            operator,
            sites,
            subscribers,
        })
        .collect();
    let mut figures = Figures {
        by_operator,
        ..Figures::default()
    };
    for own in &figures.by_operator {
        figures.sites += own.sites;
        figures.subscribers += own.subscribers;
    }
    figures
}

fn sum<'a>(parts: impl Iterator<Item = &'a OperatorFigures>) -> Figures {
    let mut tally = Tally::new();
    for part in parts {
        let (sites, subscribers) = tally.entry(part.operator.clone()).or_default();
        *sites += part.sites;
        *subscribers += part.subscribers;
    }
    figures(tally)
}

fn area_figures(info: &AreaInfo, tally: Tally, question: &Question) -> AreaFigures {
    let Figures {
        sites,
        by_operator,
        subscribers,
    } = figures(tally);
    let area = head(info, question.as_of);
    let per_100 = |count: i64| {
        let persons = area.population.filter(|persons| *persons > 0)?;
        let count = i32::try_from(count).ok()?;
        Some((f64::from(count) * 1e4 / f64::from(persons)).round() / 100.0)
    };
    let per_100_inhabitants = Density {
        fixed: per_100(subscribers.fixed.total),
        mobile: per_100(subscribers.mobile.total),
    };
    AreaFigures {
        area,
        sites,
        by_operator,
        subscribers,
        per_100_inhabitants,
    }
}

fn head(info: &AreaInfo, as_of: NaiveDate) -> AreaHead {
    let population = Population::at(&info.area.population, as_of.year());
    AreaHead {
        level: info.area.level,
        code: info.area.code.clone(),
        name: info.area.name.clone(),
        valid_from: info.area.valid_from,
        valid_to: info.area.valid_to,
        area_km2: info.area_km2(),
        population: population.map(|figure| figure.persons),
        population_year: population.map(|figure| figure.year),
        boundary_kind: info.area.boundary_kind,
    }
}
