//! The list of settlements over HTTP: filters, search and pages.

use std::collections::HashMap;

use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::coverage;
use super::negotiate::{self, Format, List};
use super::params::Params;
use super::settlements::SettlementView;
use super::site_list::{LIMIT_DEFAULT, LIMIT_MAX, TABLE_MAX, next_address, resolve_areas};
use crate::db::DbConn;
use crate::db::settlements::{self as rows, Filter, Placed};
use crate::domain::{Faults, Rule, SettlementStatus, text};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::geo::Position;
use crate::register::coverage::Question;
use crate::register::coverage::places::{SettlementDetail, SettlementSignal, Signalled};
use crate::register::{Geography, Register};

/// Most rows of a page with details.
const DETAILED_MAX: i64 = 1_000;
/// Most settlements that are put in order by how short they are.
const SORTED_MAX: usize = 20_000;
/// The order by shortage, in cursors and in `sort`.
const BY_SHORTAGE: &str = "short_db";

/// Parameters of the list of settlements.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct SettlementQuery {
    /// Only with their centre in these districts: codes as valid on `division_on`, else on the nearest day.
    #[param(example = "105,109")]
    district: Option<String>,
    /// Only with their centre in these communes, by the same rule.
    commune: Option<String>,
    /// The day whose districts and communes are meant and shown; today where none is given.
    #[param(example = "2016-12-31")]
    division_on: Option<NaiveDate>,
    /// Only with their centre in this box: west,south,east,north in degrees; west may lie east of east, over the antimeridian.
    #[param(example = "103.2,22.2,103.6,22.6")]
    bbox: Option<String>,
    /// Only with these words in code, name or name of a cluster, with or without diacritics.
    #[param(max_length = 200, example = "nam ban")]
    q: Option<String>,
    /// Only with this status: covered, `lom_song`, `trang_song`, unknown.
    #[param(example = "trang_song,lom_song")]
    status: Option<String>,
    /// Only the signal of this technology: 2g, 3g, 4g, 5g, or any (the default).
    #[param(example = "4g")]
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any: a signal of at least one operator (the default); all: of every operator that has a cell of the technology; or
    /// an operator's code.
    #[param(example = "any")]
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    #[param(example = "covered")]
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
    /// Whether to tell what is behind the signal at each centre, or missing to it; a page then has at most 1000 rows.
    detail: Option<bool>,
    /// code (the default), or `short_db`: the fewest dB short first, those without a predicted level last.
    #[param(example = "short_db")]
    sort: Option<String>,
    /// Rows of a page: at most 10000, for CSV and XLSX 100000.
    #[param(minimum = 1, maximum = 100_000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all settlements of the list into `total`.
    count: Option<bool>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// A page of settlements.
#[derive(Serialize, ToSchema)]
pub struct SettlementPage {
    /// In the order that was asked for.
    items: Vec<SettlementItem>,
    /// Cursor of the next page; null on the last.
    next: Option<String>,
    /// How many settlements there are on all pages; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    total: Option<i64>,
}

/// A settlement and the signal there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettlementWithSignal)]
pub struct SettlementItem {
    #[serde(flatten)]
    settlement: SettlementView,
    #[serde(flatten)]
    signal: SettlementSignal,
    #[serde(flatten)]
    detail: Option<SettlementDetail>,
}

impl SettlementItem {
    /// Settlements with their signals, which are in the same order.
    #[must_use]
    pub fn all(settlements: Vec<SettlementView>, signalled: Signalled) -> Vec<Self> {
        let details = signalled.details.into_iter().map(Some);
        let details = details.chain(std::iter::repeat_with(|| None));
        let pairs = settlements.into_iter().zip(signalled.signals);
        let items = pairs.zip(details);
        items
            .map(|((settlement, signal), detail)| Self {
                settlement,
                signal,
                detail,
            })
            .collect()
    }

    /// Number of the settlement's version.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.settlement.version()
    }
}

impl Feature for SettlementItem {
    const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "district",
        "commune",
        "longitude",
        "latitude",
        "population",
        "households",
        "has_grid_power",
        "clusters",
        "source",
        "version",
        "created_at",
        "updated_at",
        "status",
        "status_basis",
        "nearest_cell",
        "best_level_dbm",
        "short_db",
        "line_of_sight",
        "sites_seen",
        "single_point_of_failure",
    ];

    fn id(&self) -> String {
        self.settlement.id()
    }

    fn geometry(&self) -> Geometry<'_> {
        self.settlement.geometry()
    }
}

/// What a list asks for, read from its parameters.
struct Listed {
    filter: Filter,
    districts: Vec<String>,
    communes: Vec<String>,
    statuses: Vec<SettlementStatus>,
    question: Question,
    detail: bool,
    order: &'static str,
    cursor: Option<String>,
    limit: i64,
    count: bool,
    day: NaiveDate,
}

impl Listed {
    fn is_sorted(&self) -> bool {
        self.order == BY_SHORTAGE
    }
}

fn read_list(asked: &Asked) -> Result<(Listed, Format)> {
    let mut params = Params::of::<SettlementQuery>(&asked.query);
    let f = params.raw("f");
    let format = asked.format(f, negotiate::TABLES);
    let is_table = matches!(format, Ok(Format::Csv | Format::Xlsx));
    let words = params.text("q", 200).map(|q| text::fold(&q));
    let question = coverage::question_of_places(&mut params, asked);
    let detail = params.flag("detail");
    let order = params.checked("sort", |word| match word {
        "code" => Ok(rows::BY_CODE),
        "short_db" => Ok(BY_SHORTAGE),
        _ => Err(Rule::UnknownValue {
            known: "code, short_db",
        }),
    });
    let order = order.unwrap_or(rows::BY_CODE);
    let (most, usual) = match (detail, is_table) {
        (true, true) => (DETAILED_MAX, DETAILED_MAX),
        (true, false) => (DETAILED_MAX, LIMIT_DEFAULT),
        (false, true) => (TABLE_MAX, TABLE_MAX),
        (false, false) => (LIMIT_MAX, LIMIT_DEFAULT),
    };
    let listed = Listed {
        filter: Filter {
            bbox: params.bbox("bbox"),
            words: words
                .map(|q| q.split(' ').map(str::to_owned).collect())
                .unwrap_or_default(),
        },
        districts: params.list("district", text::area_code),
        communes: params.list("commune", text::area_code),
        statuses: params.list("status", SettlementStatus::parse),
        detail,
        order,
        cursor: params.checked("cursor", |text| {
            rows::cursor(text, order).ok_or(Rule::BadCursor)
        }),
        limit: params.integer("limit", 1, most).unwrap_or(usual),
        count: params.flag("count"),
        day: question.division_on.unwrap_or_else(|| asked.today()),
        question,
    };
    let listed = params.give(listed)?;
    Ok((listed, format?))
}

/// Codes of the settlements that lie in the areas and have one of the statuses, in the order that was asked for.
fn codes(
    conn: &mut DbConn,
    register: &Register,
    geography: &Geography,
    areas: &[Vec<i32>],
    listed: &Listed,
) -> Result<Vec<String>> {
    let mut inside = rows::placed(conn, &listed.filter)?;
    if !areas.is_empty() {
        inside.retain(|placed| lies_in(geography, areas, placed));
    }
    let codes: Vec<String> = inside.into_iter().map(|(code, ..)| code).collect();
    if listed.statuses.is_empty() && !listed.is_sorted() {
        return Ok(codes);
    }
    let statuses = signals(conn, register, geography, listed, &codes, false)?.signals;
    let has = |status| listed.statuses.is_empty() || listed.statuses.contains(&status);
    let with_status = codes.into_iter().zip(statuses);
    let mut codes: Vec<String> = with_status
        .filter(|(_, signal)| has(signal.status))
        .map(|(code, _)| code)
        .collect();
    if listed.is_sorted() {
        if codes.len() > SORTED_MAX {
            let mut faults = Faults::default();
            let rule = Rule::TooMany { max: SORTED_MAX };
            faults.parameter("sort", rule, Some(BY_SHORTAGE));
            return Err(faults.into());
        }
        let details = signals(conn, register, geography, listed, &codes, true)?.details;
        let mut keyed: Vec<(f64, String)> = details
            .into_iter()
            .map(|detail| detail.short_db.unwrap_or(f64::INFINITY))
            .zip(codes)
            .collect();
        keyed.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
        codes = keyed.into_iter().map(|(_, code)| code).collect();
    }
    Ok(codes)
}

fn signals(
    conn: &mut DbConn,
    register: &Register,
    geography: &Geography,
    listed: &Listed,
    codes: &[String],
    detail: bool,
) -> Result<Signalled> {
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let coverage = &register.coverage;
    coverage.settlement_signals(conn, geography, &listed.question, &codes, detail)
}

/// The codes after that of the cursor.
fn from_cursor<'c>(codes: &'c [String], listed: &Listed) -> Result<&'c [String]> {
    let Some(cursor) = listed.cursor.as_deref() else {
        return Ok(codes);
    };
    let after = if listed.is_sorted() {
        let at = codes.iter().position(|code| code == cursor);
        // What the cursor stood on has left the list.
        let gone = || {
            let mut faults = Faults::default();
            faults.parameter("cursor", Rule::BadCursor, None);
            Error::from(faults)
        };
        at.ok_or_else(gone)? + 1
    } else {
        codes.partition_point(|code| code.as_str() <= cursor)
    };
    Ok(codes.get(after..).unwrap_or_default())
}

fn find(conn: &mut DbConn, register: &Register, listed: &Listed) -> Result<(SettlementPage, bool)> {
    let geography = register.geography(conn)?;
    let areas = resolve_areas(&geography, &listed.districts, &listed.communes, listed.day)?;
    let (cursor, most) = (listed.cursor.as_deref(), listed.limit + 1);
    let kept = usize::try_from(listed.limit).unwrap_or(usize::MAX);
    let mut total = None;
    let mut records = if areas.is_empty() && listed.statuses.is_empty() && !listed.is_sorted() {
        if listed.count {
            total = Some(rows::count(conn, &listed.filter)?);
        }
        rows::page(conn, &listed.filter, cursor, most)?
    } else {
        let codes = codes(conn, register, &geography, &areas, listed)?;
        if listed.count {
            total = Some(i64::try_from(codes.len()).unwrap_or(i64::MAX));
        }
        let rest = from_cursor(&codes, listed)?;
        let of_page: Vec<&str> = rest
            .iter()
            .take(kept.saturating_add(1))
            .map(String::as_str)
            .collect();
        let mut records = rows::of_codes(conn, &of_page)?;
        if listed.is_sorted() {
            let place: HashMap<&str, usize> = of_page
                .iter()
                .enumerate()
                .map(|(at, code)| (*code, at))
                .collect();
            records.sort_by_key(|record| place.get(record.code.as_str()).copied());
        }
        records
    };
    let has_more = records.len() > kept;
    records.truncate(kept);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| rows::after(&last.code, listed.order).encode());
    let codes: Vec<String> = records.iter().map(|record| record.code.clone()).collect();
    let signalled = signals(conn, register, &geography, listed, &codes, listed.detail)?;
    let is_pending = signalled.is_pending;
    let settlements = records
        .iter()
        .map(|record| SettlementView::new(&geography, listed.day, record))
        .collect::<Result<Vec<_>>>()?;
    let items = SettlementItem::all(settlements, signalled);
    Ok((SettlementPage { items, next, total }, is_pending))
}

/// Whether one area of each list holds the settlement's centre.
fn lies_in(geography: &Geography, areas: &[Vec<i32>], (_, longitude, latitude): &Placed) -> bool {
    Position::new(*longitude, *latitude).is_some_and(|position| {
        let holding = geography.locate(position);
        let holds = |ids: &Vec<i32>| ids.iter().any(|id| holding.contains(id));
        areas.iter().all(holds)
    })
}

/// List settlements
///
/// Filters combine freely; an unknown area code is refused. Each has the status of its signal by what somebody found there
/// last, else by the model. By code, or by how many dB it is short of a signal; pages follow by `next`.
#[utoipa::path(
    tag = "settlements",
    params(SettlementQuery),
    responses(
        (status = 200, description = "A page of settlements", headers(("Link" = String, description = "The next page, rel=next")), content(
            (SettlementPage = "application/json"), (Object = "application/geo+json"), (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )),
        Error
    ),
    security(("key" = ["reader"]))
)]
#[get("/settlements")]
pub async fn list_settlements(asked: Asked) -> Result<HttpResponse> {
    let (listed, format) = read_list(&asked)?;
    let register = asked.register();
    let db = register.db.clone();
    let (page, is_pending) = db
        .snapshot(move |conn| find(conn, &register, &listed))
        .await?;
    let mut extra: Vec<(&str, Value)> = vec![("next", Value::from(page.next.as_deref()))];
    extra.extend(page.total.map(|total| ("total", Value::from(total))));
    let next = page
        .next
        .as_deref()
        .map(|cursor| next_address(&asked, cursor));
    let list = List {
        name: "settlements",
        rows: &page.items,
        extra: &extra,
        next,
    };
    let response = negotiate::list(format, &list, &page)?;
    Ok(coverage::uncached(response, is_pending))
}
