//! Webhooks of the running service: nothing is lost or overtaken by a kill, nobody waits for somebody else's receiver,
//! two services on one database share the work.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{Place, Server, agent, put};

const FLAGS: [&str; 3] = [
    "--open-reading",
    "--webhook-http",
    "--webhook-private-addresses",
];

/// A register with an operator, and a key of the department.
fn ready(place: &Place) -> String {
    place.file("operators.json", r#"[{"code":"viettel","name":"Viettel"}]"#);
    place.done(&["import", "operators", "operators.json"]);
    let key = place.done(&["keys", "create", "--role", "department", "--name", "writer"]);
    key.trim().to_owned()
}

/// Makes a webhook for sites, and gives its path and its secret.
fn webhook(server: &Server, key: &str, url: &str) -> (String, String) {
    let mut made = agent()
        .post(format!("{}/api/v1/webhooks", server.base))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .send(json!({"name": "Map", "url": url, "resources": ["site"]}).to_string())
        .unwrap();
    let text = made.body_mut().read_to_string().unwrap();
    assert_eq!(made.status().as_u16(), 201, "{text}");
    let made: Value = serde_json::from_str(&text).unwrap();
    let id = made["record"]["id"].as_str().unwrap();
    (
        format!("/api/v1/webhooks/{id}"),
        made["secret"].as_str().unwrap().to_owned(),
    )
}

/// Records a site; false where no answer came.
fn write(base: &str, key: &str, code: &str) -> bool {
    let url = format!("{base}/api/v1/operators/viettel/sites/{code}");
    let site = json!({"operator": "viettel", "code": code, "kind": "bts", "name": code, "longitude": 103.05, "latitude": 22.05});
    put(&agent(), &url, key, &site).is_some_and(|(status, _)| status == 201)
}

/// Waits until the webhook at `path` has come as far as the journal.
fn wait_until_delivered(server: &Server, key: &str, path: &str, patience: Duration) {
    let deadline = Instant::now() + patience;
    let newest = server.ask("/api/v1/changes?limit=10000")["next_since"].clone();
    loop {
        let webhook: Value = serde_json::from_str(&server.get(key, path).1).unwrap();
        if webhook["delivered_revision"].as_i64() >= newest.as_i64() {
            return;
        }
        assert!(Instant::now() < deadline, "{webhook}\n{}", server.stderr());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The revisions of all changes of sites.
fn journal(server: &Server) -> Vec<i64> {
    let list = server.ask("/api/v1/changes?limit=10000");
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .filter(|item| item["resource"] == "site")
        .map(|item| item["revision"].as_i64().unwrap())
        .collect()
}

fn revisions(receiver: &Receiver, secret: &str) -> Vec<i64> {
    let got = receiver.take();
    let revision = |event: Value| event["data"]["revision"].as_i64().unwrap();
    got.iter().map(|got| revision(got.event(secret))).collect()
}

/// In the order in which each came first.
fn without_repeats(all: &[i64]) -> Vec<i64> {
    let mut seen = BTreeSet::new();
    all.iter()
        .copied()
        .filter(|one| seen.insert(*one))
        .collect()
}

#[test]
fn a_kill_loses_no_change_and_changes_no_order() {
    // Most of the time is spent waiting for the lease of the killed service to run out.
    std::thread::scope(|scope| {
        for place in Place::on_both_databases() {
            scope.spawn(move || kill_while_delivering(&place));
        }
    });
}

fn kill_while_delivering(place: &Place) {
    let key = ready(place);
    let receiver = Receiver::start();
    receiver.answer(&[204, 503]);
    let mut server = place.serve(&FLAGS);
    let (path, secret) = webhook(&server, &key, &receiver.url);
    let base = server.base.clone();
    let written = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while write(
                &base,
                &key,
                &format!("A-{}", written.load(Ordering::SeqCst)),
            ) {
                written.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let deadline = Instant::now() + Duration::from_mins(1);
        while receiver.got().len() < 40 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.kill();
    });
    let before = receiver.got().len();
    assert!(before >= 40, "{before}");

    let server = place.serve(&FLAGS);
    assert!(write(&server.base, &key, "B-1"));
    wait_until_delivered(&server, &key, &path, Duration::from_mins(2));
    let sites = journal(&server);
    assert!(sites.len() > written.load(Ordering::SeqCst));
    assert_eq!(without_repeats(&revisions(&receiver, &secret)), sites);
}

#[test]
fn a_receiver_that_never_answers_holds_up_nobody_else() {
    let place = Place::new();
    let key = ready(&place);
    let mut server = place.serve(&FLAGS);
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead_url = format!("http://{}/hooks", dead.local_addr().unwrap());
    let (dead_path, _) = webhook(&server, &key, &dead_url);
    let receiver = Receiver::start();
    let (path, secret) = webhook(&server, &key, &receiver.url);
    assert!(write(&server.base, &key, "A-1"));
    let (mut stream, _) = dead.accept().unwrap();
    stream.read_exact(&mut [0; 4]).unwrap();
    let held = Instant::now();
    for n in 2..5 {
        assert!(write(&server.base, &key, &format!("A-{n}")));
        wait_until_delivered(&server, &key, &path, Duration::from_secs(10));
    }
    assert_eq!(revisions(&receiver, &secret), journal(&server));
    assert!(
        held.elapsed() < Duration::from_secs(14),
        "it took too long to show anything"
    );
    let webhook: Value = serde_json::from_str(&server.get(&key, &dead_path).1).unwrap();
    assert_eq!(webhook["state"], "active", "it still waits for an answer");
    // It ends in good order, once the time of the request is over.
    Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status()
        .unwrap();
    assert_eq!(server.wait(), Some(0));
    let server = place.serve(&FLAGS);
    let webhook: Value = serde_json::from_str(&server.get(&key, &dead_path).1).unwrap();
    assert_eq!(webhook["state"], "failing");
    assert!(!server.stderr().contains("whsec_") && !server.stderr().contains(&secret));
}

#[test]
fn two_services_on_one_database_deliver_each_change_once() {
    for place in Place::on_both_databases() {
        let key = ready(&place);
        let receiver = Receiver::start();
        let servers = [place.serve(&FLAGS), place.serve(&FLAGS)];
        let (path, secret) = webhook(&servers[0], &key, &receiver.url);
        for n in 0..60 {
            assert!(write(&servers[n % 2].base, &key, &format!("A-{n}")));
            std::thread::sleep(Duration::from_millis(50));
        }
        wait_until_delivered(&servers[0], &key, &path, Duration::from_mins(1));
        assert_eq!(revisions(&receiver, &secret), journal(&servers[1]));
    }
}
