//! Where to build next, over HTTP. Nothing of it is stored.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::coverage::question;
use super::params::Params;
use crate::domain::{Level, Technology, next_sites};
use crate::error::{Error, Result};
use crate::register::coverage::next_sites::NextSitesAnswer;

/// Parameters of the question where to build next.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct NextSitesQuery {
    /// Who has a signal of a newer technology needs no new site.
    at_least: Option<bool>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// The day whose division into areas is used; `as_of` where none is given.
    division_on: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
}

/// What would be built, and what counts.
#[derive(ToSchema)]
#[schema(example = json!({"technology": "4g", "operator": "any", "count": 5, "antenna_height_m": 30.0, "declared_radius_m": 3000.0}))]
#[expect(
    dead_code,
    reason = "it describes the body; domain::next_sites reads it"
)]
pub struct NextSitesInput {
    /// The technology of the new sites.
    technology: Technology,
    /// Code of the operator whose coverage counts; any (the default): a signal of anybody is enough.
    #[schema(max_length = 32, pattern = "^[a-z0-9_-]+$")]
    operator: Option<String>,
    /// How many sites; 10 where no number is given.
    #[schema(minimum = 1, maximum = 50)]
    count: Option<i32>,
    /// What counts: population (the default), or settlements.
    #[schema(nullable, pattern = "^(population|settlements)$")]
    value: Option<String>,
    /// Height of the antennas above ground, in metres.
    #[schema(minimum = 1, maximum = 700)]
    antenna_height_m: Option<f64>,
    /// Downlink frequency, MHz.
    #[schema(minimum = 30, maximum = 100_000)]
    frequency_mhz: Option<f64>,
    /// Equivalent isotropically radiated power, dBm.
    #[schema(minimum = -50, maximum = 100)]
    eirp_dbm: Option<f64>,
    /// Radius that a new site is taken to serve where frequency and power are not given, in metres.
    #[schema(minimum = 1, maximum = 120_000)]
    declared_radius_m: Option<f64>,
    /// The level of the areas; district where none is given.
    #[schema(nullable)]
    level: Option<Level>,
    /// Codes of the areas whose settlements count; all of the level where none is given.
    #[schema(max_items = 1_000)]
    areas: Option<Vec<String>>,
    /// Places to look at besides settlements and sites: longitude and latitude of each.
    #[schema(max_items = 200)]
    candidates: Option<Vec<Vec<f64>>>,
}

/// Choose where to build next
///
/// Looks at the centres of settlements without a signal, at sites of the register that might be shared, and at the places of
/// the request; chooses those from which most people or settlements get a signal, each adding most to those before it. The
/// answer says how far a better choice could be from it at most.
#[utoipa::path(
    tag = "coverage",
    params(NextSitesQuery),
    request_body(content = NextSitesInput, content_type = "application/json"),
    responses((status = 200, description = "The places, the one that adds most first", body = NextSitesAnswer), Error),
    security(("key" = ["reader"]))
)]
#[post("/coverage/next-sites")]
pub async fn choose_next_sites(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let mut params = Params::of::<NextSitesQuery>(&asked.query);
    let question = question(&mut params, &asked);
    params.give(())?;
    let body = asked.json(payload, "application/json").await?;
    let wanted = next_sites::read(&body)?;
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let answer = db
        .snapshot(move |conn| register.next_sites(conn, &question, &wanted, now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(answer))
}
