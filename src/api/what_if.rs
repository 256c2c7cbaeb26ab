//! What coverage would be with another network, over HTTP. Nothing of it is stored.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::coverage::question;
use super::params::Params;
use super::site_input::SiteInput;
use crate::domain::{Level, Radio, what_if};
use crate::error::{Error, Result};
use crate::register::coverage::what_if::WhatIfAnswer;

/// Parameters of a question about coverage that is answered in JSON alone.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct WhatIfQuery {
    /// Only cells of this technology: 2g, 3g, 4g, 5g, or any (the default).
    #[param(example = "4g")]
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any (the default), all, max, or an operator's code, as of one area.
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// The day whose division into areas is used; `as_of` where none is given.
    division_on: Option<NaiveDate>,
    /// Ids of sites that are left out before and after, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
}

/// A change of the network that is only asked about.
#[derive(ToSchema)]
#[schema(example = json!({"level": "district", "areas": ["107"], "add": [{
    "operator": "viettel", "code": "NEW-1", "kind": "bts", "name": "Trạm mới", "longitude": 103.4012, "latitude": 22.4501,
    "radios": [{"technology": "4g", "declared_radius_m": 3000.0}]}]}))]
#[expect(dead_code, reason = "it describes the body; domain::what_if reads it")]
pub struct WhatIfInput {
    /// The level of the areas; district where none is given.
    #[schema(nullable)]
    level: Option<Level>,
    /// Codes of the areas; all of the level where none is given.
    #[schema(max_items = 1_000)]
    areas: Option<Vec<String>>,
    /// Sites that might be built, as they would be recorded.
    #[schema(max_items = 200)]
    add: Option<Vec<SiteInput>>,
    /// Ids of sites that might be taken away.
    #[schema(max_items = 200)]
    remove: Option<Vec<String>>,
    /// Sites that might get other radios.
    #[schema(max_items = 200)]
    retune: Option<Vec<RetunedInput>>,
}

/// A site of the register with other radios.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; domain::what_if reads it")]
pub struct RetunedInput {
    /// Its id.
    site: String,
    /// All its radios.
    #[schema(max_items = 16)]
    radios: Vec<Radio>,
}

/// Compute what coverage would be with another network
///
/// Sites are added, taken away, or given other radios, and each area is answered as it is and as it would be. Nothing is
/// stored. Terrain of new cells is computed on the spot; what takes longer than 20 s is answered without it and counted in
/// `pending_footprints`.
#[utoipa::path(
    tag = "coverage",
    params(WhatIfQuery),
    request_body(content = WhatIfInput, content_type = "application/json"),
    responses((status = 200, description = "The coverage before and after", body = WhatIfAnswer), Error),
    security(("key" = ["reader"]))
)]
#[post("/coverage/what-if")]
pub async fn compute_what_if(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let mut params = Params::of::<WhatIfQuery>(&asked.query);
    let question = question(&mut params, &asked);
    params.give(())?;
    let body = asked.json(payload, "application/json").await?;
    let what_if = what_if::read(&body)?;
    let (register, today, now) = (asked.register(), asked.today(), asked.now);
    let db = register.db.clone();
    let answer = db
        .snapshot(move |conn| register.coverage_what_if(conn, &question, &what_if, today, now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(answer))
}
