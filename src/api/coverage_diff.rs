//! How coverage changed from one day to another, over HTTP.

use actix_web::http::header;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use utoipa::IntoParams;

use super::asked::Asked;
use super::coverage::question;
use super::params::Params;
use crate::domain::{Level, Rule};
use crate::error::{Error, Result};
use crate::register::coverage::Question;
use crate::register::coverage::comparison::AreaComparison;
use crate::register::coverage::diff::CoverageDiff;

/// Parameters of a comparison of two days.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct DiffQuery {
    /// The first day of service.
    #[param(required = true, example = "2015-12-31")]
    from: Option<NaiveDate>,
    /// The second day of service; today where none is given.
    #[param(example = "2016-12-31")]
    to: Option<NaiveDate>,
    /// The level: province, district (the default) or commune.
    #[param(example = "district")]
    level: Option<String>,
    /// Only cells of this technology: 2g, 3g, 4g, 5g, or any (the default).
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any (the default), all, max, or an operator's code, as of one area.
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    signal_level: Option<String>,
    /// The instant whose knowledge is used for both days; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// The day whose division into areas is used for both days; `to` where none is given.
    division_on: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
}

/// Compare the coverage of two days
///
/// Every area of a level on both days in one division, the difference, and the sites of which other cells count on the
/// second day than on the first.
#[utoipa::path(
    tag = "coverage",
    params(DiffQuery),
    responses((status = 200, description = "The coverage on both days", body = CoverageDiff), Error),
    security(("key" = ["reader"]))
)]
#[get("/coverage/diff")]
pub async fn diff_coverage(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<DiffQuery>(&asked.query);
    let level = params
        .checked("level", Level::parse)
        .unwrap_or(Level::District);
    let count = params.faults.len();
    let from = params.date("from");
    if from.is_none() && params.faults.len() == count {
        params.faults.parameter("from", Rule::Required, None);
    }
    let to = params.date("to").unwrap_or_else(|| asked.today());
    let question = Question {
        as_of: to,
        ..question(&mut params, &asked)
    };
    let from = params.give(from)?.unwrap_or(to);
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let diff = db
        .snapshot(move |conn| register.coverage_diff(conn, &question, from, level, now))
        .await?;
    let of_area =
        |area: &AreaComparison| area.before.pending_footprints + area.after.pending_footprints > 0;
    let is_pending = diff.areas.iter().any(of_area);
    let mut response = HttpResponse::Ok();
    if is_pending {
        // What is answered without its terrain is better answered soon: it is not kept.
        response.insert_header((header::CACHE_CONTROL, "no-store"));
    }
    Ok(response.json(diff))
}
