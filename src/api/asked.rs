//! What a handler knows of the request: who asks, when, in which language, for which representation.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, Header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::StreamExt;
use serde_json::Value;

use super::State;
use super::negotiate::Format;
use super::params::{ChangeQuery, Params};
use crate::db::stored;
use crate::domain::{Caller, Faults, Language, Rule, text};
use crate::error::{Error, Result};
use crate::register::sites::Precondition;
use crate::register::{Change, Register};

/// The request, as handlers need it.
pub struct Asked {
    /// The state of the service.
    pub state: web::Data<State>,
    /// Who asks.
    pub caller: Caller,
    /// When.
    pub now: DateTime<Utc>,
    /// In which language.
    pub language: Language,
    /// The query string.
    pub query: String,
    request: HttpRequest,
}

impl FromRequest for Asked {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(state) = request.app_data::<web::Data<State>>() else {
            return ready(Err(Error::internal(
                "the service was set up without its state",
            )));
        };
        let caller = request
            .extensions()
            .get::<Caller>()
            .cloned()
            .unwrap_or(Caller::Anonymous);
        ready(Ok(Self {
            state: state.clone(),
            caller,
            now: stored((state.clock)()).and_utc(),
            language: language(request),
            query: request.query_string().to_owned(),
            request: request.clone(),
        }))
    }
}

impl Asked {
    /// The register.
    #[must_use]
    pub fn register(&self) -> std::sync::Arc<Register> {
        std::sync::Arc::clone(&self.state.register)
    }

    /// Today where the register is.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.state.register.day(self.now)
    }

    /// A change by the caller.
    #[must_use]
    pub fn change(&self, reason: Option<String>) -> Change {
        self.state
            .register
            .change(self.caller.clone(), self.now, reason)
    }

    /// Why a change is made, from its only parameter.
    ///
    /// # Errors
    /// `Invalid` for any other parameter.
    pub fn reason(&self) -> Result<Option<String>> {
        let mut params = Params::of::<ChangeQuery>(&self.query);
        let reason = params.text("reason", text::REMARK_MAX);
        params.give(reason)
    }

    /// The representation that is wanted: that of `f=`, else the best of `Accept`.
    ///
    /// # Errors
    /// `Invalid` for an unknown `f=`, `NotAcceptable` when none of `offered` is accepted.
    pub fn format(&self, f: Option<String>, offered: &'static [Format]) -> Result<Format> {
        match f {
            Some(word) => offered
                .iter()
                .copied()
                .find(|format| format.word() == word)
                .ok_or_else(|| {
                    let mut faults = Faults::default();
                    faults.parameter(
                        "f",
                        Rule::UnknownValue {
                            known: Format::words(offered),
                        },
                        Some(&word),
                    );
                    Error::Invalid(faults)
                }),
            None => self.accepted(offered),
        }
    }

    fn accepted(&self, offered: &'static [Format]) -> Result<Format> {
        let first = offered
            .first()
            .copied()
            .ok_or_else(|| Error::internal("nothing is offered"))?;
        if !self.request.headers().contains_key(header::ACCEPT) {
            return Ok(first);
        }
        let Ok(accept) = header::Accept::parse(&self.request) else {
            return Ok(first);
        };
        for wanted in accept.ranked() {
            let fits =
                |format: &&Format| is_of(**format, &wanted) && !is_refused(**format, &accept);
            if let Some(format) = offered.iter().find(fits) {
                return Ok(*format);
            }
        }
        Err(Error::NotAcceptable(Format::words(offered)))
    }

    /// What `If-Match` says.
    ///
    /// # Errors
    /// `Stale` for an entity tag that this service never made.
    pub fn if_match(&self) -> Result<Precondition> {
        let Some(value) = self.request.headers().get(header::IF_MATCH) else {
            return Ok(Precondition::None);
        };
        let text = value.to_str().unwrap_or("").trim();
        if text == "*" {
            return Ok(Precondition::Any);
        }
        let version = text
            .trim_matches('"')
            .split('-')
            .next()
            .and_then(|version| version.parse().ok());
        version.map(Precondition::Version).ok_or(Error::Stale)
    }

    /// Whether the caller has already what `etag` names.
    #[must_use]
    pub fn has(&self, etag: &str) -> bool {
        let value = self
            .request
            .headers()
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        value.is_some_and(|list| {
            list.split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
        })
    }

    /// The path that was asked, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// Reads a JSON body that was sent as one of `media_types`.
    ///
    /// # Errors
    /// `UnsupportedMedia`, `TooLarge`, or `Invalid` for what is no JSON.
    pub async fn json(&self, payload: web::Payload, media_types: &'static str) -> Result<Value> {
        let bytes = self.body(payload, media_types, self.state.body_max).await?;
        parse_json(&bytes)
    }

    /// A header of the request.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    }

    /// The media type that the body was sent as, without its parameters.
    #[must_use]
    pub fn media_type(&self) -> &str {
        self.request.content_type()
    }

    /// Reads a body of at most `max` bytes that was sent as one of `media_types`, which are parted by commas.
    ///
    /// # Errors
    /// `UnsupportedMedia`, `TooLarge`, or `Invalid` when the body breaks off.
    pub async fn body(
        &self,
        mut payload: web::Payload,
        media_types: &'static str,
        max: usize,
    ) -> Result<Vec<u8>> {
        let sent = self.request.content_type();
        if !media_types
            .split(", ")
            .any(|media_type| sent.eq_ignore_ascii_case(media_type))
        {
            return Err(Error::UnsupportedMedia(media_types));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| malformed(error.to_string()))?;
            if bytes.len() + chunk.len() > max {
                return Err(Error::TooLarge(format!("{max} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Reads JSON.
///
/// # Errors
/// `Invalid` that says where the text stops being JSON.
pub fn parse_json(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))
}

fn malformed(why: String) -> Error {
    let mut faults = Faults::default();
    faults.body("", Rule::Malformed { why }, None);
    faults.into()
}

/// Whether the media type of `format` is one of `range`.
fn is_of(format: Format, range: &actix_web::mime::Mime) -> bool {
    let (kind, sub) = format.media_type().split_once('/').unwrap_or_default();
    let sub = sub.split(';').next().unwrap_or(sub);
    (range.type_() == "*" || range.type_() == kind)
        && (range.subtype() == "*" || essence_subtype(range) == sub)
}

/// Whether the closest of the ranges that hold `format` says `q=0`.
fn is_refused(format: Format, accept: &header::Accept) -> bool {
    let of_format = accept.iter().filter(|range| is_of(format, &range.item));
    let closest = of_format.min_by_key(|range| {
        u8::from(range.item.type_() == "*") + u8::from(range.item.subtype() == "*")
    });
    closest.is_some_and(|range| range.quality == header::Quality::ZERO)
}

/// `geo+json` of `application/geo+json`.
fn essence_subtype(mime: &actix_web::mime::Mime) -> String {
    mime.suffix().map_or_else(
        || mime.subtype().to_string(),
        |suffix| format!("{}+{}", mime.subtype(), suffix),
    )
}

/// The language of `Accept-Language`: Vietnamese where it is preferred to English, else English.
#[must_use]
pub fn language(request: &HttpRequest) -> Language {
    let Ok(accepted) = header::AcceptLanguage::parse(request) else {
        return Language::English;
    };
    for tag in accepted.ranked() {
        match tag
            .item()
            .map(|tag| tag.primary_language().to_ascii_lowercase())
            .as_deref()
        {
            Some("vi") => return Language::Vietnamese,
            Some("en") => return Language::English,
            Some(_) | None => {}
        }
    }
    Language::English
}
