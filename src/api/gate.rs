//! The one gate that every request passes: it gives it an id, finds its route, checks the key and the role that the
//! contract states for the route, and writes the problem document of whatever fails behind it.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tracing::{error, info};
use uuid::Uuid;

use super::State;
use super::asked::language;
use super::document::Route;
use super::kept;
use super::problem::{self, Context};
use crate::db::stored;
use crate::domain::{Caller, Role};
use crate::error::{Error, Result};
use crate::register::keys;

/// Lets a request through to its handler, or answers in its place.
///
/// # Errors
/// None: every failure becomes an answer.
pub async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let request_id = Uuid::now_v7().to_string();
    let asked_method = request.method().clone();
    if asked_method == Method::HEAD {
        // The server leaves the body of an answer to HEAD away by itself.
        request.head_mut().method = Method::GET;
    }
    let route = request.match_pattern();
    let response = match admit(&request, route.as_deref()).await {
        Err(refusal) => {
            ServiceResponse::new(request.into_parts().0, HttpResponse::from_error(refusal))
        }
        Ok(Admitted::Options(methods)) => {
            let answer = HttpResponse::NoContent()
                .insert_header((header::ALLOW, methods))
                .finish();
            ServiceResponse::new(request.into_parts().0, answer)
        }
        Ok(Admitted::Caller(caller)) => {
            request.extensions_mut().insert(caller);
            kept::answer(request, next).await?
        }
    };
    let mut response = explained(response, &request_id);
    let headers = response.headers_mut();
    if let Ok(value) = request_id.parse() {
        headers.insert(header::HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        header::HeaderValue::from_static("nosniff"),
    );
    let seconds = started.elapsed().as_secs_f64();
    note(
        &response,
        &asked_method,
        route.as_deref().unwrap_or("none"),
        &request_id,
        seconds,
    );
    Ok(response)
}

enum Admitted {
    Caller(Caller),
    Options(String),
}

/// Finds who asks, and whether they may ask this.
async fn admit(request: &ServiceRequest, route: Option<&str>) -> Result<Admitted> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(|| Error::internal("the service was set up without its state"))?;
    if request.path().contains('\0') || request.path().contains("%00") {
        // No key holds NUL, and PostgreSQL cannot even be asked for one.
        return Err(Error::NoRoute);
    }
    let caller = caller(request, state).await?;
    let Some(methods) = route.and_then(|route| state.contract.routes.get(route)) else {
        return Ok(Admitted::Caller(caller));
    };
    if request.method() == Method::OPTIONS {
        return Ok(Admitted::Options(allow(methods)));
    }
    let Some(route) = methods
        .iter()
        .find(|route| route.method == *request.method())
    else {
        return Err(Error::MethodNotAllowed(allow(methods)));
    };
    let needed = match route.role {
        None => return Ok(Admitted::Caller(caller)),
        Some(Role::Reader) if state.open_reading => return Ok(Admitted::Caller(caller)),
        Some(role) => role,
    };
    match caller {
        Caller::Anonymous => Err(Error::Unauthenticated),
        caller if caller.has(needed) => Ok(Admitted::Caller(caller)),
        Caller::Key { .. } | Caller::CommandLine => Err(Error::Forbidden(format!(
            "this needs a key with the role `{}`",
            needed.as_str()
        ))),
    }
}

fn allow(methods: &[Route]) -> String {
    let mut names: Vec<&str> = methods.iter().map(|route| route.method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}

/// The holder of the key that the request carries; a key that does not hold is refused even where none is needed.
async fn caller(request: &ServiceRequest, state: &web::Data<State>) -> Result<Caller> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(Caller::Anonymous);
    };
    let key = value
        .to_str()
        .ok()
        .and_then(key)
        .ok_or(Error::Unauthenticated)?;
    let now = stored((state.clock)());
    state
        .register
        .db
        .read(move |conn| keys::holder(conn, &key, now))
        .await
}

/// The key of `Bearer <key>`, or of `Basic` with the key as password.
fn key(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':')
        .map(|(_, password)| password.to_owned())
}

/// Puts a problem document in the place of a failure.
fn explained(response: ServiceResponse<BoxBody>, request_id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_explained = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == problem::MEDIA_TYPE);
    if is_explained || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let language = language(response.request());
    let instance = response.request().uri().path().to_owned();
    let context = Context {
        instance: &instance,
        request_id,
        language,
    };
    let answer = match response.response().error() {
        Some(failure) => match failure.as_error::<Error>() {
            Some(own) => {
                log(own, request_id);
                problem::answer(own, &context)
            }
            None => problem::framework_answer(status, &failure.to_string(), &context),
        },
        None if status == StatusCode::NOT_FOUND => problem::answer(&Error::NoRoute, &context),
        None => {
            problem::framework_answer(status, status.canonical_reason().unwrap_or(""), &context)
        }
    };
    response.into_response(answer)
}

/// Logs a failure of the service, once, with its cause.
fn log(failure: &Error, request_id: &str) {
    if let Error::Internal(source) | Error::Unavailable(source) = failure {
        error!(request.id = request_id, error = %source, "Request failed: {failure}");
    }
}

/// One line and one count for each request.
fn note(
    response: &ServiceResponse<BoxBody>,
    method: &Method,
    route: &str,
    request_id: &str,
    seconds: f64,
) {
    let status = response.status().as_u16();
    if let Some(state) = response.request().app_data::<web::Data<State>>() {
        state.metrics.note(method.as_str(), route, status, seconds);
    }
    let extensions = response.request().extensions();
    let caller = extensions.get::<Caller>().map_or("refused", Caller::name);
    info!(request.id = request_id, http.method = %method, http.route = route, http.status = status, duration_s = seconds, caller, "Answered {method} {route} with {status}");
}
