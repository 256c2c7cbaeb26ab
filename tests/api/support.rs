//! The service under test: set up as the program sets it up, on either database, with keys for every role.

mod division;

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use actix_http::Request;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::test;
use actix_web::web::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use serde_json::{Value, json};
use tempfile::TempDir;

use telecom_inventory::api::State;
use telecom_inventory::config::{Rules, Serving};
use telecom_inventory::courier::Courier;
use telecom_inventory::db::Db;
use telecom_inventory::domain::{Caller, Role};
use telecom_inventory::register::Register;
use telecom_inventory::register::keys::NewKey;
use telecom_inventory::server;

pub use division::{area, division, square};

use crate::{contract, postgres};

/// Writes each story as two tests, one for each database.
macro_rules! both_backends {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports, reason = "stories differ")]
            use super::*;

            async fn story($app: TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                story(TestApp::sqlite().await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                if let Some(app) = TestApp::postgres().await {
                    story(app).await;
                }
            }
        })*
    };
}

thread_local! {
    /// Microseconds by which the test's clock has been set forward.
    static FORWARD_US: Cell<i64> = const { Cell::new(0) };
}

/// The test's clock: it stands still until the test sets it forward, but that no two readings are the same.
fn clock() -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
    FORWARD_US.set(FORWARD_US.get() + 1);
    start + TimeDelta::microseconds(FORWARD_US.get())
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    serving: Serving,
}

/// The receivers of tests are on this machine.
const INSIDE: &[&str] = &["--webhook-http", "--webhook-private-addresses"];

type Answer = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// A running service and the keys to it.
pub struct TestApp {
    url: String,
    /// The register behind it.
    pub register: Arc<Register>,
    state: Arc<State>,
    serving: Serving,
    call: Box<dyn Fn(Request) -> Answer>,
    keys: Vec<(&'static str, String)>,
    _files: TempDir,
    _place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "held until the test ends")] TempDir),
    Schema(#[expect(dead_code, reason = "held until the test ends")] postgres::Database),
    /// Held by another.
    Shared,
}

/// An answer, already held against the contract.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    /// The same, if its status is `status`.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The codes of a problem document's errors, each with its place.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|e| {
                (
                    text(&e["pointer"]) + &text(&e["parameter"]),
                    text(&e["code"]),
                )
            })
            .collect()
    }
}

static TEMPLATE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let db = Db::open(&folder.path().join("t.sqlite").display().to_string(), 1).unwrap();
    db.migrate().unwrap();
    folder
});

impl TestApp {
    /// On a fresh SQLite file.
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("t.sqlite");
        std::fs::copy(TEMPLATE.path().join("t.sqlite"), &path).unwrap();
        let url = path.display().to_string();
        Self::on(&url, Place::Folder(folder), INSIDE).await.set_up()
    }

    /// On a fresh PostgreSQL schema, where there is a server.
    pub async fn postgres() -> Option<Self> {
        let database = postgres::database()?;
        let url = database.url.clone();
        Db::open(&url, 1).unwrap().migrate().unwrap();
        let app = Self::on(&url, Place::Schema(database), INSIDE);
        Some(app.await.set_up())
    }

    /// On a fresh SQLite file, with these flags of `serve`.
    pub async fn with_flags(flags: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let url = folder.path().join("t.sqlite").display().to_string();
        Db::open(&url, 1).unwrap().migrate().unwrap();
        Self::on(&url, Place::Folder(folder), flags).await.set_up()
    }

    async fn on(url: &str, place: Place, flags: &[&str]) -> Self {
        FORWARD_US.set(0);
        let settings = Settings::parse_from(std::iter::once("serve").chain(flags.iter().copied()));
        let db = Db::open(url, 4).unwrap();
        let files = TempDir::new().unwrap();
        let submissions = files.path().join("submissions");
        let rules = &settings.rules;
        let coverage = rules.models.coverage().unwrap();
        let register = Arc::new(Register::new(db, rules.settings(), submissions, coverage));
        let state = server::state(Arc::clone(&register), &settings.serving, clock).unwrap();
        let inner = state.clone().into_inner();
        let service = std::rc::Rc::new(test::init_service(server::app(state)).await);
        let call = move |request: Request| -> Answer {
            let service = std::rc::Rc::clone(&service);
            Box::pin(async move { service.call(request).await.unwrap().map_into_boxed_body() })
        };
        Self {
            url: url.to_owned(),
            register,
            state: inner,
            serving: settings.serving,
            call: Box::new(call),
            keys: Vec::new(),
            _files: files,
            _place: place,
        }
    }

    /// Another service over the same database.
    pub async fn again(&self) -> Self {
        let mut other = Self::on(&self.url, Place::Shared, INSIDE).await;
        other.keys.clone_from(&self.keys);
        other
    }

    /// Operators, and a key for each role.
    fn set_up(mut self) -> Self {
        let change = self.register.change(Caller::CommandLine, clock(), None);
        let keys = self.register.db.write_here(|conn| {
            for code in ["viettel", "vnpt", "mobifone"] {
                self.register.create_operator(
                    conn,
                    &change,
                    &json!({"code": code, "name": code.to_uppercase()}),
                )?;
            }
            let mut made = Vec::new();
            for (name, role, operator) in [
                ("reader", Role::Reader, None),
                ("viettel", Role::Operator, Some("viettel")),
                ("vnpt", Role::Operator, Some("vnpt")),
                ("department", Role::Department, None),
                ("reviewer", Role::Department, None),
            ] {
                let new = NewKey {
                    name: name.into(),
                    role,
                    operator: operator.map(str::to_owned),
                    expires_at: None,
                };
                made.push((name, self.register.create_key(conn, &change, &new)?.1));
            }
            Ok(made)
        });
        self.keys = keys.unwrap();
        self
    }

    /// Puts the committed seeds into a register of its own, without the operators of other tests.
    pub fn seed(&self) {
        let change = self
            .register
            .change(Caller::CommandLine, clock(), Some("seeds".into()));
        self.register
            .db
            .write_here(|conn| self.register.seed_all(conn, &change, &mut |_, _| ()))
            .unwrap();
    }

    /// The present instant of the test, and a little later.
    pub fn now() -> String {
        clock().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    }

    /// Sets the test's clock forward.
    pub fn forward_days(days: i64) {
        Self::forward_seconds(days * 86_400);
    }

    /// Sets the test's clock forward.
    pub fn forward_seconds(seconds: i64) {
        FORWARD_US.set(FORWARD_US.get() + seconds * 1_000_000);
    }

    /// A courier of the service.
    pub fn courier(&self) -> Courier {
        Courier::new(Arc::clone(&self.state), &self.serving.webhooks)
    }

    /// Delivers to webhooks what is due at this instant.
    pub fn deliver(&self) {
        let courier = self.courier();
        for id in courier.due().unwrap() {
            while courier.visit(&id).unwrap() {}
        }
    }

    /// The key of `who`: a role or an operator that was set up.
    pub fn key(&self, who: &str) -> &str {
        self.keys
            .iter()
            .find(|(name, _)| *name == who)
            .map(|(_, key)| key.as_str())
            .unwrap()
    }

    /// Sends a request with these headers and this body; `who` is empty for nobody.
    pub async fn send(
        &self,
        who: &str,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Reply {
        let mut request = test::TestRequest::with_uri(uri).method(method.parse().unwrap());
        if !who.is_empty() {
            request = request.insert_header(("authorization", format!("Bearer {}", self.key(who))));
        }
        for header in headers {
            request = request.insert_header(*header);
        }
        if let Some(body) = body {
            request = request.set_payload(body);
        }
        let response = (self.call)(request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = test::read_body(response).await;
        let media_type = headers
            .get("content-type")
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default();
        let path = uri.split('?').next().unwrap();
        if method != "HEAD" {
            let wrong = contract::answer(method, path, status, media_type, &body);
            assert!(
                wrong.is_empty(),
                "{method} {uri}: {wrong:#?}\n{}",
                String::from_utf8_lossy(&body)
            );
        }
        Reply {
            status,
            headers,
            body,
        }
    }

    /// Sends JSON; an accepted body is held against the contract.
    pub async fn send_json(
        &self,
        who: &str,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        let media_type = if method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let mut all = vec![("content-type", media_type)];
        all.extend_from_slice(headers);
        let reply = self
            .send(
                who,
                method,
                uri,
                &all,
                Some(serde_json::to_vec(body).unwrap()),
            )
            .await;
        if reply.status < 300 {
            let wrong = contract::request(method, uri.split('?').next().unwrap(), body);
            assert!(
                wrong.is_empty(),
                "{method} {uri} took what the contract does not: {wrong:#?}"
            );
        }
        reply
    }

    /// Reads as the reader.
    pub async fn get(&self, uri: &str) -> Reply {
        self.send("reader", "GET", uri, &[], None).await
    }

    /// Reads JSON that must be there.
    pub async fn ask(&self, uri: &str) -> Value {
        self.get(uri).await.expect(200).json()
    }

    /// Posts JSON.
    pub async fn post(&self, who: &str, uri: &str, body: &Value) -> Reply {
        self.send_json(who, "POST", uri, &[], body).await
    }

    /// Puts JSON.
    pub async fn put(&self, who: &str, uri: &str, body: &Value) -> Reply {
        self.send_json(who, "PUT", uri, &[], body).await
    }

    /// Imports a feature collection as the department.
    pub async fn import(&self, query: &str, collection: &Value) -> Reply {
        let body = Some(serde_json::to_vec(collection).unwrap());
        let uri = format!("/api/v1/areas/import?{query}");
        self.send(
            "department",
            "POST",
            &uri,
            &[("content-type", "application/geo+json")],
            body,
        )
        .await
    }

    /// Imports the made-up division of [`division`].
    pub async fn with_division(&self) {
        self.import("", &division()).await.expect(200);
    }

    /// Records a site that must be taken, and gives it.
    pub async fn site(&self, operator: &str, body: &Value) -> Value {
        self.post(operator, "/api/v1/sites", body)
            .await
            .expect(201)
            .json()
    }
}

/// `base` with the fields of `patch`.
pub fn with(base: &Value, patch: &Value) -> Value {
    let mut merged = base.clone();
    json_patch::merge(&mut merged, patch);
    merged
}

/// A BTS with a 2G and a 3G radio in the district 105.
pub fn bts(code: &str) -> Value {
    json!({"operator": "viettel", "code": code, "kind": "bts", "name": format!("Trạm {code}"), "status": "active",
        "longitude": 103.02, "latitude": 22.03, "commissioned_on": "2012-05-01",
        "radios": [{"technology": "2g"}, {"technology": "3g", "commissioned_on": "2014-01-01", "sectors": [{"azimuth_deg": 120.0, "beamwidth_deg": 65.0}]}]})
}

/// A switching station in the district 105.
pub fn switching_station(code: &str) -> Value {
    json!({"operator": "viettel", "code": code, "kind": "switching_station", "name": format!("Tổng đài {code}"),
        "longitude": 103.03, "latitude": 22.04, "line_capacity": 512, "lines_in_use": 100})
}
