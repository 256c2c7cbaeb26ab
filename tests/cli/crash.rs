//! A power cut in the middle of writing: what was acknowledged is there, what was not is there wholly or not at all.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::{Value, json};

use crate::support::{Place, Server, agent, put};

const WRITERS: usize = 3;
const SEEDED_SITES: usize = 509;

/// What a writer sends.
#[derive(Clone)]
enum Sent {
    Site(Value),
    /// A list of counts for a day of its own.
    Counts(Vec<Value>),
}

/// What was sent, and whether the service said that it has it.
struct Outcome {
    sent: Sent,
    is_acknowledged: bool,
}

fn site(code: &str, number: usize, name: &str) -> Value {
    let (column, row) = (number % 40, number / 40 % 40);
    let radios: Vec<Value> = ["2g", "3g", "4g"]
        .iter()
        .take(1 + number % 3)
        .map(|technology| {
            json!({"technology": technology, "commissioned_on": "2012-05-01", "sectors": [{"azimuth_deg": 120.0}, {"azimuth_deg": 240.0}]})
        })
        .collect();
    let degrees = |base: f64, step: usize| base + f64::from(u16::try_from(step).unwrap()) / 1e3;
    json!({"operator": "viettel", "code": code, "kind": "bts", "name": name, "status": "active", "commissioned_on": "2012-05-01",
        "longitude": degrees(103.40, column), "latitude": degrees(22.36, row), "radios": radios})
}

fn counts(day: usize) -> Vec<Value> {
    let start = chrono::NaiveDate::from_ymd_opt(1950, 1, 1).unwrap();
    let day = start + chrono::Days::new(day as u64);
    let row = |area: u32| json!({"operator": "viettel", "service": "mobile", "area": area.to_string(), "period_end": day.to_string(), "subscribers": area});
    (105..=112).map(row).collect()
}

/// Writes until the service is gone; `done` hears of each answer. Gives what was sent, in its order.
fn write(base: String, key: String, first: usize, done: Sender<()>) -> JoinHandle<Vec<Outcome>> {
    thread::spawn(move || {
        let agent = agent();
        let mut outcomes = Vec::new();
        for number in (first..).step_by(WRITERS) {
            let code = format!("K-{number}");
            let mut list = vec![Sent::Site(site(&code, number, "Một"))];
            if number % 4 == 0 {
                list.push(Sent::Site(site(&code, number, "Hai")));
            }
            if number % 5 == 0 {
                list.push(Sent::Counts(counts(number)));
            }
            for sent in list {
                let answer = match &sent {
                    Sent::Site(body) => {
                        let address = format!("{base}/api/v1/operators/viettel/sites/{code}");
                        put(&agent, &address, &key, body)
                    }
                    Sent::Counts(rows) => {
                        let address = format!("{base}/api/v1/subscribers");
                        put(&agent, &address, &key, &Value::from(rows.clone()))
                    }
                };
                let is_acknowledged = matches!(answer, Some((200 | 201, _)));
                assert!(is_acknowledged || answer.is_none(), "{answer:?}");
                outcomes.push(Outcome {
                    sent,
                    is_acknowledged,
                });
                if !is_acknowledged {
                    return outcomes;
                }
                let _ = done.send(());
            }
        }
        outcomes
    })
}

/// What the service says of all that was ever sent must be what was sent.
fn examine(service: &Server, sent: &[Outcome]) {
    assert_eq!(service.get("", "/readyz").0, 200);
    let mut sites: HashMap<String, Value> = HashMap::new();
    let mut next = "/api/v1/sites?operator=viettel&q=K-&limit=10000".to_owned();
    loop {
        let page = service.ask(&next);
        for item in page["items"].as_array().unwrap() {
            sites.insert(item["code"].as_str().unwrap().to_owned(), item.clone());
        }
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("/api/v1/sites?operator=viettel&q=K-&limit=10000&cursor={cursor}");
    }
    let mut allowed: HashMap<&str, Vec<&Value>> = HashMap::new();
    let mut radios = 0;
    for Outcome {
        sent,
        is_acknowledged,
    } in sent
    {
        match sent {
            Sent::Site(body) => {
                let states = allowed.entry(body["code"].as_str().unwrap()).or_default();
                if *is_acknowledged {
                    states.clear();
                }
                states.push(body);
            }
            Sent::Counts(rows) => {
                let day = rows[0]["period_end"].as_str().unwrap();
                let kept = service.ask(&format!("/api/v1/subscribers?period_end={day}"));
                let kept = kept["items"].as_array().unwrap().len();
                assert!(
                    kept == rows.len() || (kept == 0 && !is_acknowledged),
                    "{day}: {kept} rows"
                );
            }
        }
    }
    for (code, states) in &allowed {
        let is_acknowledged = sent.iter().any(|outcome| {
            outcome.is_acknowledged
                && matches!(&outcome.sent, Sent::Site(body) if body["code"] == **code)
        });
        let Some(kept) = sites.get(*code) else {
            assert!(!is_acknowledged, "{code} was acknowledged and is lost");
            continue;
        };
        assert!(
            states.iter().any(|state| is_same(state, kept)),
            "{code}: {kept}"
        );
        assert!(
            kept["district"].is_string() && kept["commune"].is_string(),
            "{code}: {kept}"
        );
        let id = kept["id"].as_str().unwrap();
        let versions = service.ask(&format!("/api/v1/sites/{id}/versions"));
        assert_eq!(
            versions["items"].as_array().unwrap().len(),
            kept["version"],
            "{code}"
        );
        radios += kept["radios"].as_array().unwrap().len();
    }
    let strangers: Vec<&String> = sites
        .keys()
        .filter(|code| !allowed.contains_key(code.as_str()))
        .collect();
    assert_eq!(strangers, Vec::<&String>::new());
    let total = &service.ask("/api/v1/summary?as_of=2014-06-30&operator=viettel")["total"]["sites"];
    let before = &service
        .ask("/api/v1/summary?as_of=2014-06-30&operator=viettel&known_at=2016-01-01T00:00:00Z")["total"];
    assert_eq!(before["sites"]["bts"], 0, "the register was not there then");
    let seeds = seeded();
    assert_eq!(
        total["bts"],
        seeds.0 + sites.len(),
        "summaries count each site once"
    );
    assert_eq!(total["radios"]["total"], seeds.1 + radios);
    journal(service, &sites);
}

/// Every version of a site stands in the journal, and no other.
fn journal(service: &Server, sites: &HashMap<String, Value>) {
    let mut told: HashMap<String, i64> = HashMap::new();
    let mut since = 0;
    loop {
        let part = service.ask(&format!("/api/v1/changes?since={since}&limit=10000"));
        for item in part["items"].as_array().unwrap() {
            if item["resource"] == "site" {
                let key = item["key"].as_str().unwrap();
                *told.entry(key.to_owned()).or_default() += 1;
            }
        }
        let next = part["next_since"].as_i64().unwrap();
        if next == since {
            break;
        }
        since = next;
    }
    for (code, site) in sites {
        let lines = told.get(site["id"].as_str().unwrap());
        assert_eq!(lines.copied(), site["version"].as_i64(), "{code}");
    }
    assert_eq!(
        told.len(),
        sites.len() + SEEDED_SITES,
        "the journal tells of lost sites"
    );
}

fn is_same(sent: &Value, kept: &Value) -> bool {
    let plain = [
        "name",
        "kind",
        "status",
        "longitude",
        "latitude",
        "commissioned_on",
    ];
    let radios = |site: &Value| -> Vec<(Value, usize)> {
        let list = site["radios"].as_array().unwrap().iter();
        list.map(|radio| {
            (
                radio["technology"].clone(),
                radio["sectors"].as_array().unwrap().len(),
            )
        })
        .collect()
    };
    plain.iter().all(|name| sent[name] == kept[name]) && radios(sent) == radios(kept)
}

/// The seeds' BTS sites and radios of the operator in the middle of 2014.
fn seeded() -> (usize, usize) {
    let text = include_str!("../../seeds/sites.ndjson");
    let is_on = |value: &Value| {
        let day = |name: &str| value[name].as_str().map(str::to_owned);
        day("commissioned_on").is_none_or(|from| from.as_str() <= "2014-06-30")
            && day("decommissioned_on").is_none_or(|to| to.as_str() > "2014-06-30")
    };
    let (mut sites, mut radios) = (0, 0);
    for line in text.lines() {
        let site: Value = serde_json::from_str(line).unwrap();
        let status = site["status"].as_str().unwrap_or("active");
        let counts = status == "active"
            || (status == "decommissioned" && site["decommissioned_on"].is_string());
        if site["operator"] == "viettel" && site["kind"] == "bts" && counts && is_on(&site) {
            sites += 1;
            radios += site["radios"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|radio| is_on(radio))
                .count();
        }
    }
    (sites, radios)
}

/// Kills the service `kills` times, each time at another moment of its work.
fn survive(place: &Place, kills: usize) {
    place.done(&["seed"]);
    let make = [
        "keys",
        "create",
        "--name",
        "w",
        "--role",
        "operator",
        "--operator",
        "viettel",
    ];
    let key = place.done(&make).trim().to_owned();
    let mut sent: Vec<Outcome> = Vec::new();
    for kill in 0..kills {
        let mut service = place.serve(&["--open-reading"]);
        if kill > 0 {
            examine(&service, &sent);
        }
        let (done, heard) = channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                write(
                    service.base.clone(),
                    key.clone(),
                    kill * 1_000 + writer,
                    done.clone(),
                )
            })
            .collect();
        drop(done);
        for _ in 0..=(kill * 7 % 30) {
            heard.recv().unwrap();
        }
        service.kill();
        for writer in writers {
            sent.extend(writer.join().unwrap());
        }
    }
    examine(&place.serve(&["--open-reading"]), &sent);
    let kept = sent
        .iter()
        .filter(|outcome| outcome.is_acknowledged)
        .count();
    assert!(
        kept > kills * 3 && kept < sent.len(),
        "{kept} of {}",
        sent.len()
    );
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "no `Db` here: the file itself is looked at"
)]
fn after_each_kill_lists_journal_and_sums_are_whole() {
    for place in Place::on_both_databases() {
        survive(&place, 5);
        if place.url.is_none() {
            let path = place.path("data/register.sqlite").display().to_string();
            let mut file = SqliteConnection::establish(&path).unwrap();
            let told: Vec<Told> = sql_query("PRAGMA integrity_check").load(&mut file).unwrap();
            let told: Vec<&str> = told
                .iter()
                .map(|line| line.integrity_check.as_str())
                .collect();
            assert_eq!(told, ["ok"]);
        }
    }
}
