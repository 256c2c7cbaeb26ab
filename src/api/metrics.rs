//! Counters and timers in the Prometheus text format, labelled by route, never by address.

use actix_web::{HttpResponse, get};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};

use super::asked::Asked;
use crate::error::{Error, Result};

/// What is counted of every request.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
}

impl Metrics {
    /// Counters at zero.
    ///
    /// # Errors
    /// `Internal` when a name is not allowed.
    pub fn new() -> Result<Self> {
        let failed = |error: prometheus::Error| Error::Internal(Box::new(error));
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests answered"),
            &["method", "route", "status"],
        )
        .map_err(failed)?;
        let options = HistogramOpts::new("http_request_duration_seconds", "Time to answer")
            .buckets(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
            ]);
        let seconds = HistogramVec::new(options, &["method", "route"]).map_err(failed)?;
        registry
            .register(Box::new(requests.clone()))
            .map_err(failed)?;
        registry
            .register(Box::new(seconds.clone()))
            .map_err(failed)?;
        Ok(Self {
            registry,
            requests,
            seconds,
        })
    }

    /// Counts one answered request.
    pub fn note(&self, method: &str, route: &str, status: u16, seconds: f64) {
        self.requests
            .with_label_values(&[method, route, &status.to_string()])
            .inc();
        self.seconds
            .with_label_values(&[method, route])
            .observe(seconds);
    }
}

/// Show counters and timers
///
/// In the Prometheus text format: requests by method, route and status, and the time to answer them.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain"), Error),
    security(())
)]
#[get("/metrics")]
pub async fn show_metrics(asked: Asked) -> Result<HttpResponse> {
    let mut text = Vec::new();
    let families = asked.state.metrics.registry.gather();
    TextEncoder::new()
        .encode(&families, &mut text)
        .map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}
