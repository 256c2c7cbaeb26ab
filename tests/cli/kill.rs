//! A service that is killed while it writes: what it acknowledged is there when it comes back.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Place, Server, agent, put};

const ROUNDS: u64 = 8;
const WRITERS: usize = 4;
/// No longer than this, however slow the machine is: later rounds are left out, but never all.
const PATIENCE: Duration = Duration::from_secs(90);

/// Codes that were acknowledged, each with the newest number that its name had.
type Acknowledged = Mutex<BTreeMap<String, u64>>;

fn site(code: &str, number: u64, writer: usize) -> Value {
    let longitude = 103.05 + 0.02 * f64::from(u8::try_from(writer).unwrap());
    json!({"operator": "viettel", "code": code, "kind": "bts", "name": format!("Trạm {number}"), "status": "active",
        "longitude": longitude, "latitude": 22.05, "commissioned_on": "2016-01-01",
        "radios": [{"technology": "2g", "sectors": [{"azimuth_deg": 0.0}]}, {"technology": "4g"}]})
}

/// Puts new sites and every third time an older one again, until the service is gone.
fn write(
    base: &str,
    key: &str,
    round: u64,
    writer: usize,
    acknowledged: &Acknowledged,
    is_over: &AtomicBool,
) {
    let agent = agent();
    for number in 1.. {
        let of = if number % 3 == 0 { number - 2 } else { number };
        let code = format!("R{round}-{writer}-{of}");
        let url = format!("{base}/api/v1/operators/viettel/sites/{code}");
        let answer = put(&agent, &url, key, &site(&code, number, writer));
        match answer {
            Some((200 | 201, _)) => {
                acknowledged.lock().unwrap().insert(code, number);
            }
            None => return,
            Some((status, text)) => {
                assert!(is_over.load(Ordering::SeqCst), "{status}: {text}");
                return;
            }
        }
    }
}

/// Every site of the register, over all pages.
fn all_sites(server: &Server) -> Vec<Value> {
    let mut sites = Vec::new();
    let mut path = "/api/v1/sites?limit=5000&sort=code".to_owned();
    loop {
        let page = server.ask(&path);
        sites.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return sites;
        };
        path = if next.starts_with('/') {
            next.to_owned()
        } else {
            format!("/api/v1/sites?limit=5000&sort=code&cursor={next}")
        };
    }
}

fn number_of(site: &Value) -> u64 {
    site["name"]
        .as_str()
        .unwrap()
        .trim_start_matches("Trạm ")
        .parse()
        .unwrap()
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let place = Place::new();
    place.file("operators.json", r#"[{"code":"viettel","name":"Viettel"}]"#);
    place.done(&["import", "operators", "operators.json"]);
    let ring = "[[[103.0,22.0],[103.2,22.0],[103.2,22.2],[103.0,22.2],[103.0,22.0]]]";
    place.file("areas.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":{ring}}},
        "properties":{{"level":"district","code":"105","name":"Một","valid_from":"2013-01-01"}}}}]}}"#));
    place.done(&["import", "areas", "areas.geojson"]);
    let key = place.done(&["keys", "create", "--role", "department", "--name", "writer"]);
    let key = key.trim();

    let acknowledged = Acknowledged::default();
    let (started, mut moment) = (Instant::now(), 0x2016_1231_u64);
    for round in 0..ROUNDS {
        if round > 1 && started.elapsed() > PATIENCE {
            eprintln!("left out from round {round} on: too slow here");
            break;
        }
        let mut server = place.serve(&["--open-reading"]);
        let (base, is_over, before) = (
            server.base.clone(),
            AtomicBool::new(false),
            acknowledged.lock().unwrap().len(),
        );
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (base, acknowledged, is_over) = (&base, &acknowledged, &is_over);
                scope.spawn(move || write(base, key, round, writer, acknowledged, is_over));
            }
            let deadline = Instant::now() + Duration::from_secs(30);
            while acknowledged.lock().unwrap().len() < before + WRITERS && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(1));
            }
            moment = moment
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_micros((moment >> 33) % 300_000));
            is_over.store(true, Ordering::SeqCst);
            server.kill();
        });

        let server = place.serve(&["--open-reading"]);
        let stored = all_sites(&server);
        let by_code: BTreeMap<&str, &Value> = stored
            .iter()
            .map(|site| (site["code"].as_str().unwrap(), site))
            .collect();
        let acknowledged = acknowledged.lock().unwrap();
        assert!(
            acknowledged.len() > before,
            "nothing was acknowledged in round {round}"
        );
        for (code, number) in acknowledged.iter() {
            let site = by_code
                .get(code.as_str())
                .unwrap_or_else(|| panic!("round {round}: {code} is lost"));
            assert!(
                number_of(site) >= *number,
                "round {round}: {code} fell back to {} from {number}",
                number_of(site)
            );
        }
        for site in &stored {
            let radios: Vec<&Value> = site["radios"]
                .as_array()
                .unwrap()
                .iter()
                .map(|radio| &radio["technology"])
                .collect();
            assert_eq!(radios, ["2g", "4g"], "round {round}: {site}");
            assert_eq!(
                site["radios"][0]["sectors"].as_array().unwrap().len(),
                1,
                "round {round}: {site}"
            );
            assert_eq!(site["district"], "105", "round {round}: {site}");
        }
        assert!(
            stored.len() <= acknowledged.len() + WRITERS * usize::try_from(round + 1).unwrap(),
            "more sites than were sent"
        );
        for path in ["/api/v1/districts/105/summary", "/api/v1/summary"] {
            let summary = server.ask(path);
            let sites = if path.contains("districts") {
                &summary["sites"]
            } else {
                &summary["total"]["sites"]
            };
            let n = stored.len();
            assert_eq!(
                (
                    &sites["bts"],
                    &sites["radios"]["2g"],
                    &sites["radios"]["4g"],
                    &sites["radios"]["total"]
                ),
                (&json!(n), &json!(n), &json!(n), &json!(2 * n)),
                "round {round}: {path}"
            );
        }
    }
}
