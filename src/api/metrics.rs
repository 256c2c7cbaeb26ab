//! Counters and timers in the Prometheus text format, labelled by route, never by address.

use actix_web::{HttpResponse, get};
use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use super::asked::Asked;
use crate::error::{Error, Result};

/// What is counted of every request, and of what couriers do.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    deliveries: IntCounterVec,
    delivery_seconds: Histogram,
    webhooks: IntGaugeVec,
    behind: IntGauge,
}

impl Metrics {
    /// Counters at zero.
    ///
    /// # Errors
    /// `Internal` when a name is not allowed.
    pub fn new() -> Result<Self> {
        Self::registered().map_err(|error| Error::Internal(Box::new(error)))
    }

    fn registered() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests answered"),
            &["method", "route", "status"],
        )?;
        let options = HistogramOpts::new("http_request_duration_seconds", "Time to answer")
            .buckets(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
            ]);
        let seconds = HistogramVec::new(options, &["method", "route"])?;
        let deliveries = IntCounterVec::new(
            Opts::new(
                "webhook_deliveries_total",
                "Attempts that arrived or failed, and changes that were given up",
            ),
            &["outcome"],
        )?;
        let options = HistogramOpts::new("webhook_delivery_duration_seconds", "Time of an attempt")
            .buckets(vec![0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0]);
        let delivery_seconds = Histogram::with_opts(options)?;
        let webhooks = IntGaugeVec::new(
            Opts::new("webhooks", "Webhooks, by their state"),
            &["state"],
        )?;
        let behind = IntGauge::new(
            "webhook_behind_revisions",
            "By how many revisions the last webhook that is not paused is behind",
        )?;
        let collectors: [Box<dyn Collector>; 6] = [
            Box::new(requests.clone()),
            Box::new(seconds.clone()),
            Box::new(deliveries.clone()),
            Box::new(delivery_seconds.clone()),
            Box::new(webhooks.clone()),
            Box::new(behind.clone()),
        ];
        for collector in collectors {
            registry.register(collector)?;
        }
        Ok(Self {
            registry,
            requests,
            seconds,
            deliveries,
            delivery_seconds,
            webhooks,
            behind,
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

    /// Counts one attempt at a delivery.
    pub fn note_attempt(&self, has_arrived: bool, seconds: f64) {
        let outcome = if has_arrived { "delivered" } else { "failed" };
        self.deliveries.with_label_values(&[outcome]).inc();
        self.delivery_seconds.observe(seconds);
    }

    /// Counts changes that were given up.
    pub fn note_dead(&self, changes: u64) {
        self.deliveries.with_label_values(&["dead"]).inc_by(changes);
    }

    /// Shows how many webhooks are active, failing and paused, and by how many revisions the last one is behind.
    pub fn show_webhooks(&self, states: [i64; 3], behind: i64) {
        for (state, count) in ["active", "failing", "paused"].iter().zip(states) {
            self.webhooks.with_label_values(&[*state]).set(count);
        }
        self.behind.set(behind);
    }
}

/// Show counters and timers
///
/// In the Prometheus text format: requests by method, route and status, and the time to answer them; attempts at
/// deliveries to webhooks by outcome, their time, and the webhooks by state.
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
