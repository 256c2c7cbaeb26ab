//! Subscriber counts over HTTP.

use actix_web::{HttpResponse, get, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::{ChangeQuery, Params};
use super::site_list::{LIMIT_DEFAULT, LIMIT_MAX, TABLE_MAX, next_address};
use super::views::utc;
use crate::db::subscribers::{self as rows, Filter, Record};
use crate::domain::{Rule, Service, SubscriberCount, Technology, text};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::bulk::Imported;

/// How many subscribers an operator has of a service in an area at the end of a period.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"operator": "viettel", "service": "mobile", "technology": null, "area": "105", "site": null,
    "period_end": "2016-12-31", "subscribers": 20113, "definition": "report_2016", "source": null, "version": 1,
    "recorded_at": "2017-01-04T02:11:09Z"}))]
pub struct CountView {
    /// Code of the operator.
    operator: String,
    /// The service.
    service: Service,
    /// Of mobile subscribers, those of one technology.
    technology: Option<Technology>,
    /// Code of the area, as valid on `period_end`.
    area: String,
    /// Code of the operator's site, where the count is of one site.
    site: Option<String>,
    /// Last day of the period.
    period_end: NaiveDate,
    /// How many.
    subscribers: i32,
    /// By which definition they were counted.
    definition: Option<String>,
    /// Where the figure comes from.
    source: Option<String>,
    /// Number of the version, from 1.
    version: i32,
    /// When this version was recorded.
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Record> for CountView {
    type Error = Error;

    fn try_from(record: Record) -> Result<Self> {
        let SubscriberCount {
            key,
            subscribers,
            definition,
            source,
        } = record.count()?;
        Ok(Self {
            operator: key.operator,
            service: key.service,
            technology: key.technology,
            area: key.area,
            site: key.site,
            period_end: key.period_end,
            subscribers,
            definition,
            source,
            version: record.version,
            recorded_at: utc(record.recorded_at),
        })
    }
}

impl Feature for CountView {
    const COLUMNS: &'static [&'static str] = &[
        "operator",
        "service",
        "technology",
        "area",
        "site",
        "period_end",
        "subscribers",
        "definition",
        "source",
        "version",
        "recorded_at",
    ];

    fn id(&self) -> String {
        format!(
            "{}/{}/{}/{}",
            self.operator,
            self.service.as_str(),
            self.area,
            self.period_end
        )
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::None
    }
}

/// A count as it is sent.
#[derive(ToSchema)]
#[schema(as = CountInput, example = json!({"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 20113}))]
#[expect(
    dead_code,
    reason = "it describes the body; domain::subscribers reads it"
)]
pub struct CountInput {
    /// Code of the operator.
    #[schema(max_length = 32, pattern = "^[a-z0-9_-]+$")]
    operator: String,
    /// The service.
    service: Service,
    /// Of mobile subscribers, those of one technology.
    technology: Option<Technology>,
    /// Code of the area, as valid on `period_end`.
    #[schema(max_length = 16)]
    area: String,
    /// Code of the operator's site, where the count is of one site.
    #[schema(max_length = 64)]
    site: Option<String>,
    /// Last day of the period.
    period_end: NaiveDate,
    /// How many.
    #[schema(minimum = 0)]
    subscribers: i32,
    /// By which definition they were counted.
    #[schema(max_length = 500)]
    definition: Option<String>,
    /// Where the figure comes from.
    #[schema(max_length = 500)]
    source: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    version: Option<i32>,
    /// Passed over.
    #[schema(read_only)]
    recorded_at: Option<String>,
}

/// A page of counts.
#[derive(Serialize, ToSchema)]
pub struct CountPage {
    /// In the order in which they were recorded.
    items: Vec<CountView>,
    /// Cursor of the next page; null on the last.
    next: Option<String>,
    /// How many counts there are on all pages; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    total: Option<i64>,
}

/// Parameters of the list of counts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct CountQuery {
    /// Only of these operators.
    #[param(example = "viettel")]
    operator: Option<String>,
    /// Only of these services: `fixed_wired`, `fixed_wireless`, `local_wireless`, mobile.
    #[param(example = "mobile")]
    service: Option<String>,
    /// Only for these area codes.
    #[param(example = "105")]
    area: Option<String>,
    /// Only counts of this technology.
    technology: Option<String>,
    /// Only of the period that ended on this day.
    #[param(example = "2016-12-31")]
    period_end: Option<NaiveDate>,
    /// As the register said at this instant.
    known_at: Option<DateTime<Utc>>,
    /// Rows of a page: at most 10000, for CSV and XLSX 100000.
    #[param(minimum = 1, maximum = 100_000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all of the list into `total`.
    count: Option<bool>,
    /// Representation: json, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// List subscriber counts
#[utoipa::path(
    tag = "subscribers",
    params(CountQuery),
    responses((status = 200, description = "A page of counts", content((CountPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/subscribers")]
pub async fn list_subscribers(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<CountQuery>(&asked.query);
    let f = params.raw("f");
    let period_end = params.date("period_end");
    let filter = Filter {
        operators: params.list("operator", text::operator_code),
        services: params.list("service", Service::parse),
        areas: params.list("area", text::area_code),
        from: period_end,
        to: period_end,
        technology: params.checked("technology", Technology::parse),
        known_at: params.instant("known_at"),
    };
    let limit = params.integer("limit", 1, TABLE_MAX);
    let cursor = params.checked("cursor", |text| rows::cursor(text).ok_or(Rule::BadCursor));
    let count = params.flag("count");
    let format = asked.format(f, negotiate::PLAIN_TABLES);
    let is_table = matches!(format, Ok(Format::Csv | Format::Xlsx));
    if !is_table && limit.is_some_and(|limit| limit > LIMIT_MAX) {
        params.faults.parameter(
            "limit",
            Rule::OutOfRange {
                min: 1.0,
                max: 10_000.0,
            },
            None,
        );
    }
    params.give(())?;
    let format = format?;
    let limit = limit.unwrap_or(if is_table { TABLE_MAX } else { LIMIT_DEFAULT });
    let (records, total) = asked
        .state
        .register
        .db
        .snapshot(move |conn| {
            let records = rows::page(conn, &filter, cursor.as_ref(), limit + 1)?;
            Ok((
                records,
                if count {
                    Some(rows::count(conn, &filter)?)
                } else {
                    None
                },
            ))
        })
        .await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = records.len() > page;
    let kept: Vec<Record> = records.into_iter().take(page).collect();
    let next = kept
        .last()
        .filter(|_| has_more)
        .map(|last| rows::after(last).encode());
    let items = kept
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<Vec<CountView>>>()?;
    let address = next.as_deref().map(|cursor| next_address(&asked, cursor));
    let body = CountPage { items, next, total };
    negotiate::list(
        format,
        &List {
            name: "subscribers",
            rows: &body.items,
            extra: &[],
            next: address,
        },
        &body,
    )
}

/// Record or replace subscriber counts
///
/// A list of counts by their keys (operator, service, area, technology, site, `period_end)`: all of it is stored, or
/// nothing. The same request twice changes nothing.
#[utoipa::path(
    tag = "subscribers",
    params(ChangeQuery),
    request_body(content = Vec<CountInput>, content_type = "application/json"),
    responses((status = 200, description = "What became of the counts", body = Imported, example = json!({"created": 4, "updated": 1, "unchanged": 0})), Error),
    security(("key" = ["operator"]))
)]
#[put("/subscribers")]
pub async fn put_subscribers(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body: Value = asked.json(payload, "application/json").await?;
    let register = asked.register();
    let db = register.db.clone();
    let outcome = db
        .write(move |conn| register.put_subscribers(conn, &change, &body))
        .await?;
    Ok(HttpResponse::Ok().json(outcome))
}
