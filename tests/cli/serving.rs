//! The running service: the demonstration, keys that come and go, an orderly end.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Place, agent, get, outcome, put};

/// Every address in a text.
fn addresses(text: &str) -> Vec<&str> {
    text.match_indices("http://")
        .map(|(at, _)| {
            let rest = &text[at..];
            &rest[..rest.find(['\'', ' ', '\n']).unwrap_or(rest.len())]
        })
        .collect()
}

fn assert_is_2016(sites: &Value) {
    assert_eq!(
        (&sites["switching_station"], &sites["satellite_exchange"]),
        (&json!(27), &json!(26))
    );
    assert_eq!(
        sites["radios"],
        json!({"2g": 410, "3g": 269, "4g": 0, "5g": 0, "total": 679})
    );
}

#[test]
fn the_demonstration_answers_what_it_proposes() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    assert!(server.stderr().contains("Seeded "), "{}", server.stderr());
    let said = server.stdout_with("keys create");
    let proposed = addresses(&said);
    assert_eq!(proposed.len(), 6, "{said}");
    let mut answers = Vec::new();
    for url in proposed {
        assert!(url.starts_with(&server.base), "{url}");
        let (status, text) = get(url, "");
        assert_eq!(status, 200, "{url}: {text}");
        answers.push((url, text));
    }
    let json = |part: &str| -> Value {
        let found = answers
            .iter()
            .find(|(url, _)| url.contains(part) && !url.contains("&f="))
            .unwrap();
        serde_json::from_str(&found.1).unwrap()
    };
    let city = json("/districts/105/summary");
    assert_eq!(
        city["sites"],
        json!({"switching_station": 5, "satellite_exchange": 2, "bts": 60, "radios": {"2g": 55, "3g": 47, "4g": 0, "5g": 0, "total": 102}})
    );
    let report = json("/reports/annual");
    assert_is_2016(&report["total"]["current"]["sites"]);
    let subscribers = &report["total"]["current"]["subscribers"];
    assert_eq!(
        (
            &subscribers["fixed"]["total"],
            &subscribers["mobile"]["total"]
        ),
        (&json!(7_665), &json!(364_742))
    );
    assert_eq!(json("/api/v1/sites")["items"].as_array().unwrap().len(), 3);
    let table = &answers
        .iter()
        .find(|(url, _)| url.contains("&f=csv"))
        .unwrap()
        .1;
    let total = table.lines().last().unwrap();
    assert!(
        total.contains(",27,26,440,410,269,0,0,679,") && total.contains(",7665,364742,"),
        "{total}"
    );
    assert_is_2016(&server.ask("/api/v1/summary?as_of=2016-12-31")["total"]["sites"]);

    // The command that it proposes makes a key that writes.
    let line = said
        .lines()
        .find(|line| line.contains("keys create"))
        .unwrap();
    let made = outcome(
        Command::new("/bin/sh")
            .args(["-c", line.trim()])
            .current_dir(place.folder.path()),
    )
    .expect(0);
    let site = json!({"operator": "vnpt", "code": "NEW-1", "kind": "bts", "name": "Mới", "longitude": 103.45, "latitude": 22.39});
    let url = format!("{}/api/v1/operators/vnpt/sites/NEW-1", server.base);
    let (status, text) = put(&agent(), &url, made.stdout.trim(), &site).unwrap();
    assert_eq!(status, 201, "{text}");
    assert_eq!(put(&agent(), &url, "tik.no.key", &site).unwrap().0, 401);
}

#[test]
fn a_second_start_of_the_demonstration_does_not_seed_again() {
    let place = Place::new();
    let mut first = place.serve(&["--demo"]);
    let before = first.ask("/api/v1/sites?limit=1000&count=true&sort=code");
    first.kill();
    let second = place.serve(&["--demo"]);
    assert!(!second.stderr().contains("Seeded "), "{}", second.stderr());
    assert_eq!(addresses(&second.stdout_with("keys create")).len(), 6);
    assert_eq!(
        second.ask("/api/v1/sites?limit=1000&count=true&sort=code"),
        before
    );
    assert_eq!(before["total"], 509);
}

#[test]
fn keys_work_as_soon_as_they_are_made_and_until_they_are_revoked() {
    for place in Place::on_both_databases() {
        place.file(
            "operators.json",
            r#"[{"code":"viettel","name":"Viettel"},{"code":"vnpt","name":"VNPT"}]"#,
        );
        place.done(&["import", "operators", "operators.json"]);
        let server = place.serve(&[]);
        let path = "/api/v1/operators";
        assert_eq!(server.get("", path).0, 401, "reading needs a key");
        let make = |role: &str, more: &[&str]| {
            let mut arguments = vec!["keys", "create", "--role", role, "--name", role];
            arguments.extend_from_slice(more);
            let key = place.done(&arguments);
            assert_eq!(key.lines().count(), 1, "{key}");
            key.trim().to_owned()
        };
        let (reader, operator) = (
            make("reader", &[]),
            make("operator", &["--operator", "viettel"]),
        );
        let department = make("department", &["--expires-at", "2999-01-01T00:00:00Z"]);
        let expired = make("reader", &["--expires-at", "2020-01-01T00:00:00Z"]);
        for (key, status) in [
            (&reader, 200),
            (&operator, 200),
            (&department, 200),
            (&expired, 401),
        ] {
            assert_eq!(server.get(key, path).0, status);
        }
        let write = |key: &str, of: &str| {
            let site = json!({"operator": of, "code": "K-1", "kind": "bts", "name": "K", "longitude": 103.45, "latitude": 22.39});
            put(
                &agent(),
                &format!("{}/api/v1/operators/{of}/sites/K-1", server.base),
                key,
                &site,
            )
            .unwrap()
            .0
        };
        assert_eq!(
            (write(&reader, "viettel"), write(&operator, "vnpt")),
            (403, 403)
        );
        assert_eq!(
            (write(&operator, "viettel"), write(&department, "vnpt")),
            (201, 201)
        );

        let listed = place.done(&["keys", "list"]);
        for key in [&reader, &operator, &department, &expired] {
            let mut parts = key.split('.').skip(1);
            let (id, secret) = (parts.next().unwrap(), parts.next().unwrap());
            assert!(listed.contains(id) && !listed.contains(secret), "{listed}");
        }
        assert_eq!(
            (
                listed.matches(" valid ").count(),
                listed.matches(" expired ").count()
            ),
            (3, 1),
            "{listed}"
        );
        let id = reader.split('.').nth(1).unwrap();
        assert_eq!(
            place.done(&["keys", "revoke", id]),
            format!("Revoked {id}\n")
        );
        assert_eq!(
            (server.get(&reader, path).0, server.get(&operator, path).0),
            (401, 200)
        );
        assert_eq!(
            place.done(&["keys", "list"]).matches(" revoked ").count(),
            1
        );
        for key in [&reader, &operator, &department, &expired] {
            assert!(
                !server.stderr().contains(key.as_str()),
                "a key stands in the log"
            );
        }
    }
}

#[test]
fn what_is_no_terminal_gets_no_colours() {
    let place = Place::new();
    let server = place.serve(&["--open-reading"]);
    assert_eq!(server.get("", "/healthz").0, 200);
    assert!(!server.stderr().contains('\u{1b}'), "{:?}", server.stderr());
}

#[test]
fn a_service_that_is_told_to_stop_ends_well() {
    let place = Place::new();
    for signal in ["-TERM", "-INT"] {
        let mut server = place.serve(&["--open-reading"]);
        assert_eq!(server.get("", "/readyz").0, 200);
        let told = Command::new("kill")
            .args([signal, &server.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        assert_eq!(server.wait(), Some(0), "{signal}: {}", server.stderr());
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let place = Place::new();
    let server = place.serve(&[]);
    let address = server.base.trim_start_matches("http://");
    let failed = Place::new().run(&["serve", "--listen", address]).expect(1);
    assert!(failed.stderr.contains(address), "{}", failed.stderr);
}
