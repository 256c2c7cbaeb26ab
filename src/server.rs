//! Builds and runs the HTTP server: the same services that the tests set up, behind the same gate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::AppExt;

use crate::api::{self, State, document::Contract, gate::gate, kept::Kept, metrics::Metrics};
use crate::config::Serving;
use crate::error::{Error, Result};
use crate::register::Register;
use crate::register::submissions::queue::Queue;

/// The present instant: the one place that reads the clock for the service.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The runtime on which the server runs.
pub fn runtime() -> actix_web::rt::SystemRunner {
    actix_web::rt::System::new()
}

/// The state of a service over `register`.
///
/// # Errors
/// `Internal` when the contract is broken.
pub fn state(
    register: Arc<Register>,
    serving: &Serving,
    clock: fn() -> DateTime<Utc>,
) -> Result<web::Data<State>> {
    Ok(web::Data::new(State {
        queue: Queue::start(Arc::clone(&register), clock)?,
        submission_max: serving.submission_max_bytes,
        submission_wait: Duration::from_secs(serving.submission_wait_s),
        register,
        open_reading: serving.open_reading || serving.demo,
        body_max: serving.body_max_bytes,
        import_max: serving.import_max_bytes,
        clock,
        contract: Contract::build()?,
        metrics: Metrics::new()?,
        kept: Kept::new(serving.answers_max_bytes),
    }))
}

/// The whole service over `state`: routes, compression, gate. What is compressed is kept compressed, so the gate, which
/// keeps it, stands before. Tests set up this same one.
pub fn app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .into_utoipa_app()
        .map(|app| app.wrap(Compress::default()).wrap(from_fn(gate)))
        .configure(api::routes)
        .into_app()
        .configure(|config| api::configure(config, state))
}

/// Listens and gives the running server with the address it listens on.
///
/// # Errors
/// `Internal` when the address cannot be listened on.
pub fn build(state: &web::Data<State>, serving: &Serving) -> Result<(Server, SocketAddr)> {
    let failed = |error: std::io::Error| {
        Error::internal(format!("cannot listen on {}: {error}", serving.listen))
    };
    let connections = state.register.db.connections();
    let state = state.clone();
    let server = HttpServer::new(move || app(state.clone()))
        .tcp_nodelay(true)
        .client_request_timeout(Duration::from_secs(30))
        .shutdown_timeout(20);
    let workers = serving.workers.map_or_else(
        || available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    // More threads than connections would only wait for one, and each keeps memory of its own.
    let threads = connections.div_ceil(workers) + 1;
    let server = server
        .workers(workers)
        .worker_max_blocking_threads(threads)
        .bind(serving.listen)
        .map_err(failed)?;
    let address = server.addrs().first().copied().unwrap_or(serving.listen);
    Ok((server.run(), address))
}
