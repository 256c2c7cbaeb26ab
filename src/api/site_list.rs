//! The list of sites over HTTP: filters, search, nearness, order and pages.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::Params;
use super::views::{SiteView, site_views};
use crate::db::DbConn;
use crate::db::page::Cursor;
use crate::db::site_list::{self, Filter, Sort};
use crate::db::sites::Record;
use crate::domain::{Faults, Kind, Level, Rule, Status, Technology, text};
use crate::error::{Error, Result};
use crate::geo::{BBox, Position, measure};
use crate::register::{Geography, Register};

/// Most rows of a page of JSON or GeoJSON.
pub const LIMIT_MAX: i64 = 10_000;
/// Most rows of a table to take away.
pub const TABLE_MAX: i64 = 100_000;
/// Rows of a page where nothing is said.
pub const LIMIT_DEFAULT: i64 = 100;

/// Parameters of the list of sites.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct SiteQuery {
    /// Only in this box: west,south,east,north in degrees; west may lie east of east, over the antimeridian.
    #[param(example = "103.2,22.2,103.6,22.6")]
    bbox: Option<String>,
    /// Only in these districts: codes as valid on `as_of`, else today, else on the nearest day.
    #[param(example = "105,109")]
    district: Option<String>,
    /// Only in these communes: codes as valid on `as_of`, else today, else on the nearest day.
    commune: Option<String>,
    /// Only of these operators.
    #[param(example = "viettel")]
    operator: Option<String>,
    /// Only of these kinds: `switching_station`, `satellite_exchange`, bts.
    #[param(example = "bts")]
    kind: Option<String>,
    /// Only with a radio of one of these technologies: 2g, 3g, 4g, 5g; with `as_of`, one in service then.
    #[param(example = "3g")]
    technology: Option<String>,
    /// Only in these states: planned, active, suspended, decommissioned.
    #[param(example = "active")]
    status: Option<String>,
    /// Only near this position: longitude,latitude; nearest first.
    #[param(example = "103.4586,22.3964")]
    near: Option<String>,
    /// How near, in metres; with `near`.
    #[param(minimum = 0, maximum = 50_000)]
    radius_m: Option<f64>,
    /// Only with these words in name, code or address, with or without diacritics.
    #[param(max_length = 200, example = "muong te")]
    q: Option<String>,
    /// Only recorded or changed at or after this instant.
    updated_since: Option<DateTime<Utc>>,
    /// Only in service on this day.
    as_of: Option<NaiveDate>,
    /// As the register said at this instant.
    known_at: Option<DateTime<Utc>>,
    /// Order: id (the default), code, name, `updated_at`; with a leading - backwards.
    #[param(example = "-updated_at")]
    sort: Option<String>,
    /// Rows of a page: at most 10000, for CSV and XLSX 100000.
    #[param(minimum = 1, maximum = 100_000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all sites of the list into `total`.
    count: Option<bool>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// A page of sites.
#[derive(Serialize, ToSchema)]
pub struct SitePage {
    /// The sites.
    #[schema(value_type = Vec<SiteView>)]
    items: Value,
    /// Cursor of the next page; null on the last.
    next: Option<String>,
    /// How many sites there are on all pages; only with `count=true`.
    #[schema(value_type = Option<i64>)]
    total: Option<i64>,
}

#[derive(Serialize)]
struct Page<'a> {
    items: &'a [SiteView],
    next: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// What a list asks for, read from its parameters.
struct Listed {
    filter: Filter,
    districts: Vec<String>,
    communes: Vec<String>,
    near: Option<(Position, f64)>,
    sort: Sort,
    cursor: Option<Cursor>,
    limit: i64,
    count: bool,
    day: NaiveDate,
}

fn read_list(asked: &Asked) -> Result<(Listed, Format)> {
    let mut params = Params::of::<SiteQuery>(&asked.query);
    let format = asked.format(params.raw("f"), negotiate::TABLES);
    let near = near(&mut params);
    let sort = params.checked("sort", Sort::parse).unwrap_or_default();
    let as_of = params.date("as_of");
    let is_table = matches!(format, Ok(Format::Csv | Format::Xlsx));
    let filter = Filter {
        bbox: params.bbox("bbox"),
        areas: Vec::new(),
        rows: None,
        operators: params.list("operator", text::operator_code),
        kinds: params.list("kind", Kind::parse),
        technologies: params.list("technology", Technology::parse),
        statuses: params.list("status", Status::parse),
        words: params
            .text("q", 200)
            .map(|q| text::fold(&q).split(' ').map(str::to_owned).collect())
            .unwrap_or_default(),
        updated_since: params.instant("updated_since"),
        as_of,
        known_at: params.instant("known_at"),
    };
    let listed = Listed {
        districts: params.list("district", text::area_code),
        communes: params.list("commune", text::area_code),
        limit: params
            .integer("limit", 1, if is_table { TABLE_MAX } else { LIMIT_MAX })
            .unwrap_or(if is_table { TABLE_MAX } else { LIMIT_DEFAULT }),
        cursor: if near.is_some() {
            None
        } else {
            params.checked("cursor", |text| sort.cursor(text))
        },
        count: params.flag("count"),
        day: as_of.unwrap_or_else(|| asked.today()),
        filter,
        near,
        sort,
    };
    let format = format.or_else(|error| match error {
        Error::Invalid(faults) => {
            for fault in faults.into_list() {
                params.faults.parameter(
                    "f",
                    fault.rule,
                    fault.value.as_ref().and_then(Value::as_str),
                );
            }
            Ok(Format::Json)
        }
        other => Err(other),
    })?;
    Ok((params.give(listed)?, format))
}

fn near(params: &mut Params) -> Option<(Position, f64)> {
    const RADIUS_DEFAULT_M: f64 = 5_000.0;
    const RADIUS_MAX_M: f64 = 50_000.0;
    let position = params.position("near");
    let radius_m = params.number("radius_m", 0.0, RADIUS_MAX_M);
    match (position, radius_m) {
        (Some(position), radius_m) => {
            for other in ["bbox", "sort", "cursor"] {
                if let Some(value) = params.raw(other) {
                    params
                        .faults
                        .parameter(other, Rule::BothGiven { other: "near" }, Some(&value));
                }
            }
            Some((position, radius_m.unwrap_or(RADIUS_DEFAULT_M)))
        }
        (None, Some(radius_m)) if params.raw("near").is_none() => {
            params
                .faults
                .parameter("near", Rule::Required, Some(&radius_m.to_string()));
            None
        }
        (None, _) => None,
    }
}

/// The area versions that the codes of districts and of communes mean on `day`, a list for each level that is narrowed.
///
/// # Errors
/// `Invalid` with each code that the register has never had.
pub fn resolve_areas(
    geography: &Geography,
    districts: &[String],
    communes: &[String],
    day: NaiveDate,
) -> Result<Vec<Vec<i32>>> {
    let mut faults = Faults::default();
    let mut areas = Vec::new();
    for (level, codes) in [(Level::District, districts), (Level::Commune, communes)] {
        if codes.is_empty() {
            continue;
        }
        let mut ids = Vec::new();
        for code in codes {
            match geography.by_code_at(level, code, day) {
                Some(info) => ids.push(info.id),
                None => faults.parameter(
                    level.as_str(),
                    Rule::UnknownArea {
                        date: day.to_string(),
                    },
                    Some(code),
                ),
            }
        }
        areas.push(ids);
    }
    Ok(faults.give(Some(areas))?)
}

/// A page of a list and what stands beside it.
struct Found {
    views: Vec<SiteView>,
    next: Option<String>,
    total: Option<i64>,
}

fn find(conn: &mut DbConn, register: &Register, mut listed: Listed) -> Result<Found> {
    let geography = register.geography(conn)?;
    listed.filter.areas =
        resolve_areas(&geography, &listed.districts, &listed.communes, listed.day)?;
    if let Some((position, radius_m)) = listed.near {
        return find_near(conn, register, &geography, listed, position, radius_m);
    }
    let mut records = site_list::page(
        conn,
        &listed.filter,
        listed.sort,
        listed.cursor.as_ref(),
        listed.limit + 1,
    )?;
    let kept = usize::try_from(listed.limit).unwrap_or(usize::MAX);
    let has_more = records.len() > kept;
    records.truncate(kept);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| listed.sort.after(last).encode());
    let total = if listed.count {
        Some(site_list::count(conn, &listed.filter)?)
    } else {
        None
    };
    Ok(Found {
        views: site_views(conn, register, &geography, records, listed.day)?,
        next,
        total,
    })
}

/// The nearest sites within the radius; a box narrows in the database, geodesics decide.
fn find_near(
    conn: &mut DbConn,
    register: &Register,
    geography: &Geography,
    mut listed: Listed,
    position: Position,
    radius_m: f64,
) -> Result<Found> {
    let bbox = BBox::around(position).expand_m(radius_m);
    let distance = |longitude, latitude| {
        Position::new(longitude, latitude).map(|there| measure::distance_m(position, there))
    };
    listed.filter.bbox = Some(bbox);
    let everything = site_list::page(conn, &listed.filter, Sort::default(), None, i64::MAX)?;
    let mut near: Vec<(f64, Record)> = everything
        .into_iter()
        .filter_map(|record| Some((distance(record.longitude, record.latitude)?, record)))
        .filter(|(distance_m, _)| *distance_m <= radius_m)
        .collect();
    near.sort_by(|(a, first), (b, second)| {
        a.total_cmp(b)
            .then_with(|| first.site_id.cmp(&second.site_id))
    });
    let total = listed
        .count
        .then_some(i64::try_from(near.len()).unwrap_or(i64::MAX));
    near.truncate(usize::try_from(listed.limit).unwrap_or(usize::MAX));
    let (distances, records): (Vec<f64>, Vec<Record>) = near.into_iter().unzip();
    let mut views = site_views(conn, register, geography, records, listed.day)?;
    for (view, distance_m) in views.iter_mut().zip(distances) {
        view.distance_m = Some((distance_m * 10.0).round() / 10.0);
    }
    Ok(Found {
        views,
        next: None,
        total,
    })
}

/// List sites
///
/// Filters combine freely. Pages follow by `next`; a page never skips or repeats a site that stays as it is.
#[utoipa::path(
    tag = "sites",
    params(SiteQuery),
    responses(
        (status = 200, description = "A page of sites", headers(("Link" = String, description = "The next page, rel=next")), content(
            (SitePage = "application/json", example = json!({"items": [], "next": null, "total": 0})),
            (Object = "application/geo+json"), (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )),
        Error
    ),
    security(("key" = ["reader"]))
)]
#[get("/sites")]
pub async fn list_sites(asked: Asked) -> Result<HttpResponse> {
    let (listed, format) = read_list(&asked)?;
    let register = asked.register();
    let db = register.db.clone();
    let found = db
        .snapshot(move |conn| find(conn, &register, listed))
        .await?;
    let page = Page {
        items: &found.views,
        next: found.next.as_deref(),
        total: found.total,
    };
    let mut extra: Vec<(&str, Value)> = vec![("next", Value::from(found.next.as_deref()))];
    extra.extend(found.total.map(|total| ("total", Value::from(total))));
    let next = found
        .next
        .as_deref()
        .map(|cursor| next_address(&asked, cursor));
    negotiate::list(
        format,
        &List {
            name: "sites",
            rows: &found.views,
            extra: &extra,
            next,
        },
        &page,
    )
}

/// The address of the next page: this one's, with another cursor.
#[must_use]
pub fn next_address(asked: &Asked, cursor: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&asked.query).unwrap_or_default();
    let kept = pairs.into_iter().filter(|(name, _)| name != "cursor");
    let pairs: Vec<(String, String)> = kept
        .chain([("cursor".to_owned(), cursor.to_owned())])
        .collect();
    format!(
        "{}?{}",
        asked.path(),
        serde_urlencoded::to_string(pairs).unwrap_or_default()
    )
}
