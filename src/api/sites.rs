//! Sites over HTTP: read, record, replace, change, delete, and their versions.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format};
use super::params::{ChangeQuery, NoQuery, Params};
use super::site_input::SiteInput;
use super::views::{SiteView, site_views, utc, written_view};
use crate::db::DbConn;
use crate::db::sites::{self as rows, Record};
use crate::error::{Error, Result};
use crate::register::Register;
use crate::register::sites::{Precondition, Written, by_id};

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json, application/json";

/// Parameters of one site.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct OneSiteQuery {
    /// The day whose district and commune are given; today where none is.
    as_of: Option<NaiveDate>,
    /// As the register said at this instant.
    known_at: Option<DateTime<Utc>>,
    /// Representation: json, geojson; else by `Accept`.
    f: Option<String>,
}

/// One version of a site.
#[derive(Serialize, ToSchema)]
pub struct SiteVersion {
    /// Its number, from 1.
    version: i32,
    /// From when on the register said this.
    recorded_at: DateTime<Utc>,
    /// Until when; null while it still does. Of the version that deleted the site, the instant of the deletion.
    superseded_at: Option<DateTime<Utc>>,
    /// Who recorded it.
    changed_by: String,
    /// Why, in the words of who did.
    reason: Option<String>,
    /// Names of the fields that differ from the version before.
    changed_fields: Vec<String>,
    /// True for the last version of a deleted site.
    deleted: bool,
    /// The site as the register said.
    #[schema(value_type = SiteView)]
    site: SiteView,
}

/// The versions of a site.
#[derive(Serialize, ToSchema)]
pub struct SiteVersions {
    /// Newest first.
    items: Vec<SiteVersion>,
}

/// The strong entity tag of a version of a site: in one representation, one state of the boundaries, and with the areas
/// of one day.
fn etag(version: i32, geography: i64, day: NaiveDate, format: Format) -> String {
    format!("\"{version}-{geography}-{day}-{}\"", format.word())
}

/// Read a site
#[utoipa::path(
    tag = "sites",
    params(("id" = String, Path, description = "The site's id"), OneSiteQuery),
    responses(
        (status = 200, description = "The site", headers(("ETag" = String, description = "The version, for If-Match")),
            content((SiteView = "application/json"), (Object = "application/geo+json"))),
        (status = 304, description = "If-None-Match names this version"),
        Error
    ),
    security(("key" = ["reader"]))
)]
#[get("/sites/{id}")]
pub async fn get_site(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    let mut params = Params::of::<OneSiteQuery>(&asked.query);
    let f = params.raw("f");
    let (as_of, known_at) = (params.date("as_of"), params.instant("known_at"));
    params.give(())?;
    let format = asked.format(f, negotiate::SINGLE)?;
    let (register, day) = (asked.register(), as_of.unwrap_or_else(|| asked.today()));
    let db = register.db.clone();
    let (view, revision) = db
        .read(move |conn| {
            let record = by_id(conn, &id, known_at)?;
            let geography = register.geography(conn)?;
            let view = site_views(conn, &register, &geography, vec![record], day)?.pop();
            Ok((
                view.ok_or_else(|| Error::internal("a site without a view"))?,
                geography.revision,
            ))
        })
        .await?;
    let tag = etag(view.version, revision, day, format);
    if asked.has(&tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .insert_header((header::VARY, "Accept"))
            .finish());
    }
    let mut response = negotiate::single(format, &view)?;
    tagged(&mut response, &tag);
    Ok(response)
}

fn tagged(response: &mut HttpResponse, tag: &str) {
    if let Ok(value) = tag.parse() {
        response.headers_mut().insert(header::ETAG, value);
    }
}

/// What a change answers with: the site, its tag, and its address where it is new.
async fn write(
    asked: &Asked,
    job: impl FnOnce(&mut DbConn, &Register) -> Result<Written> + Send + 'static,
) -> Result<HttpResponse> {
    let (register, day, language) = (asked.register(), asked.today(), asked.language);
    let db = register.db.clone();
    let (view, created, revision) = db
        .write(move |conn| {
            let written = job(conn, &register)?;
            let (created, revision) = (written.created, written.geography.revision);
            Ok((
                written_view(conn, written, day, language)?,
                created,
                revision,
            ))
        })
        .await?;
    let mut response = if created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    if created {
        response.insert_header((header::LOCATION, format!("/api/v1/sites/{}", view.id)));
    }
    response.insert_header((
        header::ETAG,
        etag(view.version, revision, day, Format::Json),
    ));
    Ok(response.json(view))
}

/// Record a site
#[utoipa::path(
    tag = "sites",
    params(ChangeQuery),
    request_body(content = SiteInput, content_type = "application/json"),
    responses(
        (status = 201, description = "The new site", body = SiteView,
            headers(("Location" = String, description = "Its address"), ("ETag" = String, description = "Its version, for If-Match"))),
        Error
    ),
    security(("key" = ["operator"]))
)]
#[post("/sites")]
pub async fn create_site(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked.json(payload, JSON).await?;
    write(&asked, move |conn, register| {
        register.create_site(conn, &change, &body)
    })
    .await
}

/// Replace a site
///
/// `If-Match` names the version that the change is based on. A body that changes nothing makes no new version.
#[utoipa::path(
    tag = "sites",
    params(("id" = String, Path, description = "The site's id"), ("If-Match" = String, Header, description = "The site's ETag"), ChangeQuery),
    request_body(content = SiteInput, content_type = "application/json"),
    responses((status = 200, description = "The site", body = SiteView, headers(("ETag" = String, description = "Its version"))), Error),
    security(("key" = ["operator"]))
)]
#[put("/sites/{id}")]
pub async fn replace_site(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let body = asked.json(payload, JSON).await?;
    write(&asked, move |conn, register| {
        register.replace_site(conn, &change, &id, expected, &body)
    })
    .await
}

/// Change some fields of a site
///
/// An RFC 7396 merge patch: fields that it does not name stay, null removes; a list is replaced as a whole.
#[utoipa::path(
    tag = "sites",
    params(("id" = String, Path, description = "The site's id"), ("If-Match" = String, Header, description = "The site's ETag"), ChangeQuery),
    request_body(content = Object, content_type = "application/merge-patch+json", example = json!({"status": "suspended"})),
    responses((status = 200, description = "The site", body = SiteView, headers(("ETag" = String, description = "Its version"))), Error),
    security(("key" = ["operator"]))
)]
#[patch("/sites/{id}")]
pub async fn update_site(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let patch = asked.json(payload, MERGE_PATCH).await?;
    write(&asked, move |conn, register| {
        register.patch_site(conn, &change, &id, expected, &patch)
    })
    .await
}

/// Delete a site
///
/// The site is marked as deleted; its versions stay, and questions about earlier times still find it.
#[utoipa::path(
    tag = "sites",
    params(("id" = String, Path, description = "The site's id"), ("If-Match" = String, Header, description = "The site's ETag"), ChangeQuery),
    responses((status = 204, description = "It is deleted"), Error),
    security(("key" = ["operator"]))
)]
#[delete("/sites/{id}")]
pub async fn delete_site(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let register = asked.register();
    let db = register.db.clone();
    db.write(move |conn| register.delete_site(conn, &change, &id, expected))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the versions of a site
///
/// Who changed what, when and why; also of a deleted site.
#[utoipa::path(
    tag = "sites",
    params(("id" = String, Path, description = "The site's id")),
    responses((status = 200, description = "All versions, newest first", body = SiteVersions), Error),
    security(("key" = ["reader"]))
)]
#[get("/sites/{id}/versions")]
pub async fn list_site_versions(
    asked: Asked,
    id: web::Path<String>,
) -> Result<web::Json<SiteVersions>> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, day) = (asked.register(), asked.today());
    let db = register.db.clone();
    let items = db
        .snapshot(move |conn| {
            let records = rows::versions(conn, &id)?;
            if records.is_empty() {
                return Err(Error::NotFound {
                    kind: "site",
                    key: id.to_string(),
                });
            }
            let geography = register.geography(conn)?;
            let views = site_views(conn, &register, &geography, records.clone(), day)?;
            Ok(records
                .into_iter()
                .zip(views)
                .map(|(record, site)| version_view(record, site))
                .collect())
        })
        .await?;
    Ok(web::Json(SiteVersions { items }))
}

fn version_view(record: Record, site: SiteView) -> SiteVersion {
    SiteVersion {
        version: record.version,
        recorded_at: utc(record.recorded_at),
        superseded_at: record.superseded_at.map(utc),
        changed_by: record.changed_by,
        reason: record.reason,
        changed_fields: record
            .changed_fields
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        deleted: record.deleted,
        site,
    }
}

/// Record or replace an operator's site by its code
///
/// The same request twice changes nothing. `If-Match` may name the version that is to be replaced.
#[utoipa::path(
    tag = "sites",
    params(
        ("operator" = String, Path, description = "Code of the operator"), ("code" = String, Path, description = "The operator's code of the site"),
        ("If-Match" = Option<String>, Header, description = "The site's ETag"), ChangeQuery
    ),
    request_body(content = SiteInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The site was there", body = SiteView),
        (status = 201, description = "The site is new", body = SiteView, headers(("Location" = String, description = "Its address"))),
        Error
    ),
    security(("key" = ["operator"]))
)]
#[put("/operators/{operator}/sites/{code}")]
pub async fn put_operator_site(
    asked: Asked,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (operator, code) = path.into_inner();
    let (change, expected): (_, Precondition) = (asked.change(asked.reason()?), asked.if_match()?);
    let body = asked.json(payload, JSON).await?;
    write(&asked, move |conn, register| {
        register.put_site(conn, &change, &operator, &code, expected, &body)
    })
    .await
}
