//! The list of settlements over HTTP: filters, search and pages.

use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::Params;
use super::settlements::SettlementView;
use super::site_list::{LIMIT_DEFAULT, LIMIT_MAX, TABLE_MAX, next_address, resolve_areas};
use crate::db::DbConn;
use crate::db::settlements::{self as rows, Filter, Placed};
use crate::domain::{Rule, text};
use crate::error::{Error, Result};
use crate::geo::Position;
use crate::register::{Geography, Register};

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
    /// By code.
    items: Vec<SettlementView>,
    /// Cursor of the next page; null on the last.
    next: Option<String>,
    /// How many settlements there are on all pages; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    total: Option<i64>,
}

/// What a list asks for, read from its parameters.
struct Listed {
    filter: Filter,
    districts: Vec<String>,
    communes: Vec<String>,
    cursor: Option<String>,
    limit: i64,
    count: bool,
    day: NaiveDate,
}

fn read_list(asked: &Asked) -> Result<(Listed, Format)> {
    let mut params = Params::of::<SettlementQuery>(&asked.query);
    let f = params.raw("f");
    let format = asked.format(f, negotiate::TABLES);
    let is_table = matches!(format, Ok(Format::Csv | Format::Xlsx));
    let words = params.text("q", 200).map(|q| text::fold(&q));
    let listed = Listed {
        filter: Filter {
            bbox: params.bbox("bbox"),
            words: words
                .map(|q| q.split(' ').map(str::to_owned).collect())
                .unwrap_or_default(),
        },
        districts: params.list("district", text::area_code),
        communes: params.list("commune", text::area_code),
        cursor: params.checked("cursor", |text| rows::cursor(text).ok_or(Rule::BadCursor)),
        limit: params
            .integer("limit", 1, if is_table { TABLE_MAX } else { LIMIT_MAX })
            .unwrap_or(if is_table { TABLE_MAX } else { LIMIT_DEFAULT }),
        count: params.flag("count"),
        day: params.date("division_on").unwrap_or_else(|| asked.today()),
    };
    let listed = params.give(listed)?;
    Ok((listed, format?))
}

fn find(conn: &mut DbConn, register: &Register, listed: &Listed) -> Result<SettlementPage> {
    let geography = register.geography(conn)?;
    let areas = resolve_areas(&geography, &listed.districts, &listed.communes, listed.day)?;
    let (cursor, most) = (listed.cursor.as_deref(), listed.limit + 1);
    let kept = usize::try_from(listed.limit).unwrap_or(usize::MAX);
    let mut total = None;
    let mut records = if areas.is_empty() {
        if listed.count {
            total = Some(rows::count(conn, &listed.filter)?);
        }
        rows::page(conn, &listed.filter, cursor, most)?
    } else {
        let mut inside = rows::placed(conn, &listed.filter)?;
        inside.retain(|placed| lies_in(&geography, &areas, placed));
        if listed.count {
            total = Some(i64::try_from(inside.len()).unwrap_or(i64::MAX));
        }
        let codes = inside.iter().map(|(code, ..)| code.as_str());
        let codes: Vec<&str> = codes
            .filter(|code| cursor.is_none_or(|cursor| *code > cursor))
            .take(kept.saturating_add(1))
            .collect();
        rows::of_codes(conn, &codes)?
    };
    let has_more = records.len() > kept;
    records.truncate(kept);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| rows::after(&last.code).encode());
    let items = records
        .iter()
        .map(|record| SettlementView::new(&geography, listed.day, record))
        .collect::<Result<Vec<_>>>()?;
    Ok(SettlementPage { items, next, total })
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
/// Filters combine freely; an unknown area code is refused. By code; pages follow by `next`.
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
    let page = db
        .snapshot(move |conn| find(conn, &register, &listed))
        .await?;
    let mut extra: Vec<(&str, Value)> = vec![("next", Value::from(page.next.as_deref()))];
    extra.extend(page.total.map(|total| ("total", Value::from(total))));
    let next = page
        .next
        .as_deref()
        .map(|cursor| next_address(&asked, cursor));
    negotiate::list(
        format,
        &List {
            name: "settlements",
            rows: &page.items,
            extra: &extra,
            next,
        },
        &page,
    )
}
