//! The annual report: the figures of the year's last day, by district and operator, beside those of the year before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::summary::{self, AreaHead, Figures, OperatorFigures, Summary};
use super::{Geography, Settings, subscribers};
use crate::db::subscribers::Filter;
use crate::db::{DbConn, in_service, operators};
use crate::domain::area::BoundaryKind;
use crate::domain::tally::{SiteCounts, SubscriberTotals};
use crate::domain::{Language, Level};
use crate::error::{Error, Result};

/// The figures of one year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct YearFigures {
    /// Sites in service on the year's last day.
    pub sites: SiteCounts,
    /// Subscribers at the end of the year.
    pub subscribers: SubscriberTotals,
}

/// This year beside the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Compared {
    /// The year that was asked for.
    pub current: YearFigures,
    /// The year before.
    pub previous: YearFigures,
}

/// One operator in a row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OperatorRow {
    /// Code of the operator.
    pub operator: String,
    /// Its name.
    pub name: String,
    /// The year that was asked for.
    pub current: YearFigures,
    /// The year before.
    pub previous: YearFigures,
}

/// One district of the report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DistrictRow {
    /// The district.
    pub area: AreaHead,
    /// The year that was asked for.
    pub current: YearFigures,
    /// The year before.
    pub previous: YearFigures,
    /// The same by operator.
    pub by_operator: Vec<OperatorRow>,
}

/// Where figures come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ReportSource {
    /// `sites`, `subscribers` or `areas`.
    pub about: &'static str,
    /// The source, in the words of the records; null where they name none.
    pub source: Option<String>,
    /// How many records come from there.
    pub records: i64,
}

/// The annual report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnualReport {
    /// The year.
    #[schema(example = 2016)]
    pub year: i32,
    /// Its last day, on which everything is counted.
    pub as_of: NaiveDate,
    /// The last day of the year before.
    pub previous_as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The authority that reports.
    pub department: String,
    /// The day whose division into districts was used, for both years.
    pub division_on: NaiveDate,
    /// The whole register.
    pub total: Compared,
    /// The same by operator.
    pub by_operator: Vec<OperatorRow>,
    /// The same by district, sorted by code.
    pub by_district: Vec<DistrictRow>,
    /// What is in no district.
    pub unlocated: Compared,
    /// Where the figures of the year come from.
    pub sources: Vec<ReportSource>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The year.
    pub year: i32,
    /// The instant whose knowledge is used; now where none is given.
    pub known_at: Option<NaiveDateTime>,
    /// The language of the notes.
    pub language: Language,
}

/// Makes the report of a year.
///
/// # Errors
/// `Internal` for a year that has no days; otherwise those of the database.
pub fn annual(
    conn: &mut DbConn,
    geography: &Geography,
    settings: &Settings,
    question: &Question,
    now: DateTime<Utc>,
) -> Result<AnnualReport> {
    let Question {
        year,
        known_at,
        language,
    } = *question;
    let last_day = |year| {
        NaiveDate::from_ymd_opt(year, 12, 31).ok_or_else(|| Error::internal("a year without days"))
    };
    let (as_of, previous_as_of) = (last_day(year)?, last_day(year - 1)?);
    let on = |day| summary::Question {
        as_of: day,
        known_at,
        operators: Vec::new(),
        technology: None,
        division_on: Some(as_of),
    };
    let current = summary::by_level(conn, geography, settings, &on(as_of), Level::District, now)?;
    let previous = summary::by_level(
        conn,
        geography,
        settings,
        &on(previous_as_of),
        Level::District,
        now,
    )?;
    let names: BTreeMap<String, String> = operators::all(conn)?
        .into_iter()
        .map(|record| (record.code, record.name))
        .collect();
    let sources = sources(conn, geography, settings, as_of, known_at, &current)?;
    Ok(AnnualReport {
        year,
        as_of,
        previous_as_of,
        known_at: current.known_at,
        department: settings.department_name.clone(),
        division_on: current.division_on,
        total: compared(&current.total, &previous.total),
        by_operator: operator_rows(
            &current.total.by_operator,
            &previous.total.by_operator,
            &names,
        ),
        by_district: district_rows(&current, &previous, &names),
        unlocated: compared(&current.unlocated, &previous.unlocated),
        sources,
        notes: notes(&current, language),
    })
}

fn compared(current: &Figures, previous: &Figures) -> Compared {
    let year = |figures: &Figures| YearFigures {
        sites: figures.sites,
        subscribers: figures.subscribers,
    };
    Compared {
        current: year(current),
        previous: year(previous),
    }
}

fn operator_rows(
    current: &[OperatorFigures],
    previous: &[OperatorFigures],
    names: &BTreeMap<String, String>,
) -> Vec<OperatorRow> {
    let of = |list: &[OperatorFigures], code: &str| {
        let own = list.iter().find(|own| own.operator == code);
        own.map_or_else(YearFigures::default, |own| YearFigures {
            sites: own.sites,
            subscribers: own.subscribers,
        })
    };
    let codes: BTreeSet<&str> = current
        .iter()
        .chain(previous)
        .map(|own| own.operator.as_str())
        .collect();
    let row = |code: &str| OperatorRow {
        operator: code.to_owned(),
        name: names.get(code).cloned().unwrap_or_default(),
        current: of(current, code),
        previous: of(previous, code),
    };
    codes.into_iter().map(row).collect()
}

fn district_rows(
    current: &Summary,
    previous: &Summary,
    names: &BTreeMap<String, String>,
) -> Vec<DistrictRow> {
    let year = |sites, subscribers| YearFigures { sites, subscribers };
    let row = |now: &summary::AreaFigures| {
        let before = previous
            .areas
            .iter()
            .find(|area| area.area.code == now.area.code);
        DistrictRow {
            area: now.area.clone(),
            current: year(now.sites, now.subscribers),
            previous: before.map_or_else(YearFigures::default, |area| {
                year(area.sites, area.subscribers)
            }),
            by_operator: operator_rows(
                &now.by_operator,
                before.map_or(&[], |area| &area.by_operator[..]),
                names,
            ),
        }
    };
    current.areas.iter().map(row).collect()
}

fn sources(
    conn: &mut DbConn,
    geography: &Geography,
    settings: &Settings,
    as_of: NaiveDate,
    known_at: Option<NaiveDateTime>,
    current: &Summary,
) -> Result<Vec<ReportSource>> {
    let mut counted: BTreeMap<(&'static str, Option<String>), i64> = BTreeMap::new();
    for (source, records) in in_service::sources(conn, as_of, known_at)? {
        *counted.entry(("sites", source)).or_default() += records;
    }
    let filter = Filter {
        known_at,
        ..Filter::default()
    };
    for located in subscribers::answering_on(
        conn,
        geography,
        &filter,
        as_of,
        settings.subscriber_max_age_days,
    )? {
        *counted
            .entry(("subscribers", located.count.source))
            .or_default() += 1;
    }
    for area in &current.areas {
        let info = geography
            .versions(&area.area.code)
            .find(|info| info.area.valid_from == area.area.valid_from);
        *counted
            .entry(("areas", info.and_then(|info| info.area.source.clone())))
            .or_default() += 1;
    }
    Ok(counted
        .into_iter()
        .map(|((about, source), records)| ReportSource {
            about,
            source,
            records,
        })
        .collect())
}

fn notes(current: &Summary, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    if current
        .areas
        .iter()
        .any(|area| area.area.boundary_kind == BoundaryKind::Schematic)
    {
        let note = language.say(
            "District boundaries are schematic: sites are filed under districts for demonstration.",
            "Ranh giới huyện là sơ đồ: việc xếp trạm theo huyện chỉ để minh họa.",
        );
        notes.push(note.to_owned());
    }
    if current.unlocated != Figures::default() {
        let note = language.say(
            "Some records are in no district; they are in the total and shown as unlocated.",
            "Một số bản ghi không thuộc huyện nào; chúng có trong tổng và ghi riêng một dòng.",
        );
        notes.push(note.to_owned());
    }
    if current.division_on != current.as_of {
        let (day, used) = (current.as_of, current.division_on);
        notes.push(language.say(
            format!("There were no districts on {day}; those of {used} are used."),
            format!("Ngày {day} không có cấp huyện; số liệu theo các huyện của ngày {used}."),
        ));
    }
    notes
}
