//! A service that is killed while a submission takes effect: it is in the register whole or not at all, and every one that
//! was acknowledged is there when the service comes back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Place, Server, agent};

const ROUNDS: u64 = 20;
const SITES: usize = 1_500;
/// The latest moment of a kill after a file was sent.
const LATEST_MS: u64 = 900;

/// The file of one round: sites that no other round has, as NDJSON.
fn file(round: u64) -> String {
    let line = |i: usize| {
        let longitude = 103.01 + 0.0001 * f64::from(u32::try_from(i).unwrap());
        json!({"operator": "viettel", "code": format!("R{round}-{i}"), "kind": "bts", "name": format!("Trạm {i}"),
            "longitude": longitude, "latitude": 22.05, "radios": [{"technology": "2g"}]})
        .to_string()
            + "\n"
    };
    (0..SITES).map(line).collect()
}

/// Hands a file in; the submission's id, where the service lived to acknowledge it.
fn submit(base: &str, key: &str, round: u64) -> Option<String> {
    let answer = agent()
        .post(&format!("{base}/api/v1/submissions?operator=viettel"))
        .header("authorization", &format!("Bearer {key}"))
        .header("content-type", "application/x-ndjson")
        .header("idempotency-key", &format!("round-{round}"))
        .send(file(round));
    let mut answer = answer.ok()?;
    assert!(matches!(answer.status().as_u16(), 200..=202), "{answer:?}");
    let submission: Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
    submission["id"].as_str().map(str::to_owned)
}

fn stored(server: &Server) -> usize {
    let all = server.ask("/api/v1/sites?limit=1&count=true");
    usize::try_from(all["total"].as_u64().unwrap()).unwrap()
}

fn ask(base: &str, key: &str, path: &str) -> Value {
    let mut answer = agent()
        .get(&format!("{base}{path}"))
        .header("authorization", &format!("Bearer {key}"))
        .call()
        .unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

#[test]
fn a_submission_takes_effect_whole_or_not_at_all_at_whatever_moment_the_service_dies() {
    let place = Place::new();
    place.file("operators.json", r#"[{"code":"viettel","name":"Viettel"}]"#);
    place.done(&["import", "operators", "operators.json"]);
    let key = place.done(&["keys", "create", "--role", "department", "--name", "writer"]);
    let key = key.trim();
    let (mut whole, mut moment, mut acknowledged) = (0, 0x2016_1231_u64, 0);
    for round in 0..ROUNDS {
        let mut server = place.serve(&["--open-reading", "--submission-wait-s", "0"]);
        let base = server.base.clone();
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let pause = Duration::from_millis((moment >> 33) % LATEST_MS);
        let id = std::thread::scope(|scope| {
            let sent = scope.spawn(|| submit(&base, key, round));
            std::thread::sleep(pause);
            server.kill();
            sent.join().unwrap()
        });
        let server = place.serve(&["--open-reading"]);
        let total = stored(&server);
        assert!(
            total == whole || total == whole + SITES,
            "round {round}: {total} of {whole}"
        );
        acknowledged += u64::from(id.is_some());
        // What was not acknowledged is sent again, and taken once, whether the service had received it or not.
        let id = id.unwrap_or_else(|| submit(&server.base, key, round).unwrap());
        let path = format!("/api/v1/submissions/{id}");
        let end = Instant::now() + Duration::from_mins(1);
        let mut submission = ask(&server.base, key, &path);
        while submission["state"] == "draft" && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
            submission = ask(&server.base, key, &path);
        }
        assert_eq!(
            submission["state"], "approved",
            "round {round}: {submission}"
        );
        assert_eq!(submission["counts"]["created"], SITES, "round {round}");
        whole += SITES;
        assert_eq!(stored(&server), whole, "round {round}");
        let radios = server.ask("/api/v1/summary")["total"]["sites"]["radios"]["2g"].clone();
        assert_eq!(radios, json!(whole), "round {round}");
    }
    assert!(
        acknowledged > 0 && acknowledged < ROUNDS,
        "{acknowledged} of {ROUNDS} were acknowledged"
    );
}
