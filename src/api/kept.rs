//! Answers that are kept until the register changes: lists, summaries and reports, which are asked again and again.
//!
//! The newest revision of the journal is part of what an answer is kept under, so that no answer outlives a change, of
//! whichever process. The same question asked by many at once is answered once.

use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::State;
use crate::db::{changes, stored};
use crate::error::Error;

/// Routes whose answers are kept: what they answer depends on the register, the request and the day alone. Single
/// records are not among them, as reading one costs no more than finding what is kept.
const ROUTES: &[&str] = &[
    "/api/v1/sites",
    "/api/v1/areas",
    "/api/v1/districts",
    "/api/v1/districts/{code}/summary",
    "/api/v1/areas/{code}/summary",
    "/api/v1/summary",
    "/api/v1/districts/{code}/coverage",
    "/api/v1/areas/{code}/coverage",
    "/api/v1/districts/{code}/gaps",
    "/api/v1/coverage",
    "/api/v1/coverage/diff",
    "/api/v1/reports/annual",
    "/api/v1/subscribers",
    "/api/v1/settlements",
];

/// Headers of a request by which its answer may differ.
const VARYING: [header::HeaderName; 3] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
];

/// An answer as it was sent.
#[derive(Clone)]
struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone)]
struct Weight;

impl Weighter<String, Answer> for Weight {
    fn weight(&self, key: &String, answer: &Answer) -> u64 {
        const HEADERS: usize = 512;
        (key.len() + answer.body.len() + HEADERS) as u64
    }
}

/// The answers that are kept, up to a number of bytes; those not asked for longest make room.
pub struct Kept {
    answers: Cache<String, Answer, Weight>,
    largest: usize,
    revision: AtomicI64,
}

impl Kept {
    /// Keeps nothing yet, and at most `bytes`.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        const USUAL: usize = 16_384;
        Self {
            answers: Cache::with_weighter(bytes / USUAL + 1, bytes as u64, Weight),
            largest: bytes / 4,
            revision: AtomicI64::new(0),
        }
    }

    /// Forgets the answers of earlier revisions, which nobody will ask for.
    fn advance(&self, revision: i64) {
        if self.revision.fetch_max(revision, Ordering::Relaxed) < revision {
            self.answers.clear();
        }
    }
}

/// Answers with what is kept, or by `next`, whose answer is then kept where the route is one of those.
///
/// # Errors
/// Those of `next`, and of the database.
pub async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (Some(state), true) = (
        request.app_data::<web::Data<State>>().cloned(),
        is_kept(&request),
    ) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let revision = state.register.db.read(changes::newest).await?;
    state.kept.advance(revision);
    let key = key(&request, &state, revision);
    let place = match state.kept.answers.get_value_or_guard_async(&key).await {
        Ok(Answer { headers, body }) => {
            let mut response = HttpResponse::Ok().body(body);
            *response.headers_mut() = headers;
            return Ok(ServiceResponse::new(request.into_parts().0, response));
        }
        Err(place) => place,
    };
    let response = next.call(request).await?;
    // An answer that will soon be better says so.
    let is_for_now = response.headers().contains_key(header::CACHE_CONTROL);
    if response.status() != StatusCode::OK || is_for_now {
        return Ok(response.map_into_boxed_body());
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = body::to_bytes(body)
        .await
        .map_err(|error| Error::internal(Into::<Box<dyn std::error::Error>>::into(error)))?;
    if body.len() <= state.kept.largest {
        // A full or renewed cache keeps nothing, which only costs time.
        let _ = place.insert(Answer {
            headers: response.headers().clone(),
            body: body.clone(),
        });
    }
    let response = response.set_body(BoxBody::new(body));
    Ok(ServiceResponse::new(request, response))
}

/// Whether the answer to `request` may be one of those that are kept.
fn is_kept(request: &ServiceRequest) -> bool {
    request.method() == Method::GET
        && request
            .match_pattern()
            .is_some_and(|route| ROUTES.contains(&route.as_str()))
}

fn key(request: &ServiceRequest, state: &State, revision: i64) -> String {
    let day = state.register.day(stored((state.clock)()).and_utc());
    let varying = VARYING.map(|name| {
        let value = request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    });
    let target = request.uri().path_and_query().map_or("", |it| it.as_str());
    format!("{revision} {day} {target}\n{}", varying.join("\n"))
}
