//! Many at once: whoever comes first wins, nobody's change is lost, and no follower of the journal misses a line.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::support::{TestApp, bts, division, with};
use futures_util::future::join_all;
use serde_json::{Value, json};
use telecom_inventory::db::DbConn;
use telecom_inventory::domain::Caller;
use telecom_inventory::error::Result;
use telecom_inventory::import::areas::AreaFile;
use telecom_inventory::register::areas::ImportOptions;
use telecom_inventory::register::{Change, Register};

const SITES: &str = "/api/v1/sites";

fn sorted(mut statuses: Vec<u16>) -> Vec<u16> {
    statuses.sort_unstable();
    statuses
}

/// Runs `slow` in a transaction that is held open until `quick`, which starts after it in a transaction of its own, has
/// ended too, or waits for it.
fn overlapped(
    register: &Arc<Register>,
    slow: impl FnOnce(&Register, &mut DbConn, &Change) -> Result<()> + Send,
    quick: impl FnOnce(&Register, &mut DbConn, &Change) -> Result<()> + Send,
    between: impl FnOnce(),
) {
    let now = TestApp::now().parse().unwrap();
    let change = register.change(Caller::CommandLine, now, None);
    let (started, has_started) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    let (end, may_end) = mpsc::channel();
    std::thread::scope(|scope| {
        let (register, change) = (&**register, &change);
        let first = scope.spawn(move || {
            register.db.write_here(|conn| {
                slow(register, conn, change)?;
                started.send(()).unwrap();
                may_end.recv().unwrap();
                Ok(())
            })
        });
        has_started.recv().unwrap();
        let second = scope.spawn(move || {
            let outcome = register.db.write_here(|conn| quick(register, conn, change));
            let _ = done.send(());
            outcome
        });
        // A second writer that waits for the first is not done in this time.
        let _ = is_done.recv_timeout(Duration::from_millis(300));
        between();
        end.send(()).unwrap();
        first.join().unwrap().unwrap();
        second.join().unwrap().unwrap();
    });
}

fn operators(app: &TestApp, since: i64) -> (Vec<String>, i64) {
    let lines = app
        .register
        .db
        .read_here(|conn| telecom_inventory::db::changes::since(conn, since, 1_000, true))
        .unwrap();
    let next = lines.last().map_or(since, |line| line.revision);
    (lines.into_iter().map(|line| line.key).collect(), next)
}

both_backends! {
    async fn of_the_same_put_one_makes_the_site(app: TestApp) {
        let uri = "/api/v1/operators/viettel/sites/A-1";
        let puts = join_all((0..8).map(|_| {
            let app = &app;
            async move { app.put("viettel", uri, &bts("A-1")).await.status }
        })).await;
        assert_eq!(sorted(puts), [200, 200, 200, 200, 200, 200, 200, 201]);
        let list = app.ask(&format!("{SITES}?count=true")).await;
        assert_eq!((&list["total"], &list["items"][0]["version"]), (&json!(1), &json!(1)));
    }

    async fn puts_without_a_condition_follow_each_other(app: TestApp) {
        let uri = "/api/v1/operators/viettel/sites/A-1";
        let puts = join_all((0..8).map(|i| {
            let app = &app;
            async move { app.put("viettel", uri, &with(&bts("A-1"), &json!({"name": format!("Tên {i}")}))).await.status }
        })).await;
        assert_eq!(sorted(puts), [200, 200, 200, 200, 200, 200, 200, 201]);
        let site = app.ask(SITES).await["items"][0].clone();
        assert_eq!(site["version"], 8, "each of them is a version");
        let versions = app.ask(&format!("{SITES}/{}/versions", site["id"].as_str().unwrap())).await["items"].clone();
        let mut names: Vec<&str> = versions.as_array().unwrap().iter().map(|v| v["site"]["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 8);
    }

    async fn who_reads_and_then_writes_loses_nothing(app: TestApp) {
        let site = app.site("viettel", &with(&bts("A-1"), &json!({"elevation_m": 0}))).await;
        let uri = format!("{SITES}/{}", site["id"].as_str().unwrap());
        join_all((0..6).map(|_| {
            let (app, uri) = (&app, &uri);
            async move {
                let mut done = 0;
                while done < 5 {
                    let read = app.get(uri).await;
                    let higher = json!({"elevation_m": read.json()["elevation_m"].as_f64().unwrap() + 1.0});
                    let status = app.send_json("viettel", "PATCH", uri, &[("if-match", &read.header("etag"))], &higher).await.status;
                    assert!(status == 200 || status == 412, "{status}");
                    done += u32::from(status == 200);
                }
            }
        })).await;
        let site = app.ask(&uri).await;
        assert_eq!((&site["elevation_m"], &site["version"]), (&json!(30.0), &json!(31)));
    }

    async fn of_a_deletion_and_changes_one_wins(app: TestApp) {
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = format!("{SITES}/{}", site["id"].as_str().unwrap());
        let statuses = join_all((0..8).map(|i| {
            let (app, uri) = (&app, &uri);
            async move {
                let first = [("if-match", "\"1\"")];
                if i % 2 == 0 {
                    app.send("viettel", "DELETE", uri, &first, None).await.status
                } else {
                    app.send_json("viettel", "PATCH", uri, &first, &json!({"name": format!("Tên {i}")})).await.status
                }
            }
        })).await;
        assert_eq!(statuses.iter().filter(|status| [200, 204].contains(status)).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 204, 404, 412].contains(status)), "{statuses:?}");
        assert_eq!(app.ask(&format!("{uri}/versions")).await["items"].as_array().unwrap().len(), 2);
    }

    async fn an_operator_is_recorded_once(app: TestApp) {
        let posts = join_all((0..6).map(|_| {
            let app = &app;
            async move { app.post("department", "/api/v1/operators", &json!({"code": "gmobile", "name": "Gmobile"})).await.status }
        })).await;
        assert_eq!(sorted(posts), [201, 409, 409, 409, 409, 409]);
        let puts = join_all((0..6).map(|i| {
            let app = &app;
            async move { app.put("department", "/api/v1/operators/itelecom", &json!({"name": format!("Indochina Telecom {i}")})).await.status }
        })).await;
        assert_eq!(sorted(puts), [200, 200, 200, 200, 200, 201]);
        assert_eq!(app.ask("/api/v1/operators/itelecom").await["version"], 6);
    }

    async fn counts_of_the_same_key_follow_each_other(app: TestApp) {
        app.with_division().await;
        let puts = join_all((0..6).map(|i| {
            let app = &app;
            let count = json!([{"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": i}]);
            async move { app.put("viettel", "/api/v1/subscribers", &count).await.expect(200).json() }
        })).await;
        let sum = |name: &str| puts.iter().map(|put| put[name].as_u64().unwrap()).sum::<u64>();
        assert_eq!((sum("created"), sum("updated"), sum("unchanged")), (1, 5, 0));
        let held = app.ask("/api/v1/subscribers?count=true").await;
        assert_eq!((&held["total"], &held["items"][0]["version"]), (&json!(1), &json!(6)));
    }

    async fn a_follower_of_the_journal_misses_nothing(app: TestApp) {
        let record = |code: &'static str| {
            move |register: &Register, conn: &mut DbConn, change: &Change| {
                register.create_operator(conn, change, &json!({"code": code, "name": code})).map(|_| ())
            }
        };
        let (_, start) = operators(&app, 0);
        let (mut seen, mut since) = (Vec::new(), start);
        overlapped(&app.register, record("slow"), record("quick"), || (seen, since) = operators(&app, start));
        seen.extend(operators(&app, since).0);
        seen.sort_unstable();
        assert_eq!(seen, ["quick", "slow"]);
    }

    async fn a_site_that_is_recorded_while_boundaries_come_in_is_filed_under_them(app: TestApp) {
        let site = |register: &Register, conn: &mut DbConn, change: &Change| register.create_site(conn, change, &bts("A-1")).map(|_| ());
        let areas = |register: &Register, conn: &mut DbConn, change: &Change| {
            let features = serde_json::to_vec(&division()).unwrap();
            let incoming = AreaFile::default().read(&features[..], None)?;
            register.import_areas(conn, change, incoming, ImportOptions::default()).map(|_| ())
        };
        overlapped(&app.register, site, areas, || ());
        let found: Value = app.ask(&format!("{SITES}?district=105")).await;
        assert_eq!(found["items"][0]["code"], "A-1", "{found}");
    }
}
