//! Summaries of random histories beside those of the model.

use std::collections::BTreeMap;

use chrono::Datelike;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::model::{
    CountKey, Figures, KINDS, LEVELS, Model, OPERATORS, Question, SERVICES, STATES, Site, Span,
    Step, TECHNOLOGIES, date, question, step,
};
use crate::support::TestApp;

const CASES: u32 = 32;

fn body(i: usize, site: &Site) -> Value {
    let at = |base: f64, step: i32| base + 0.0125 + 0.025 * f64::from(step);
    let mut body = json!({"operator": OPERATORS[i % 3], "code": format!("S{i}"), "kind": KINDS[site.kind], "name": format!("S{i}"), "status": STATES[site.state],
        "longitude": at(103.0, site.cell.0), "latitude": at(22.0, site.cell.1), "commissioned_on": site.span.0, "decommissioned_on": site.span.1});
    if site.kind == 2 {
        let radio = |(t, span): (&usize, &Span)| json!({"technology": TECHNOLOGIES[*t], "commissioned_on": span.0, "decommissioned_on": span.1});
        body["radios"] = site.radios.iter().map(radio).collect();
    }
    body
}

/// Does one step through the service.
async fn act(app: &TestApp, model: &Model, ids: &mut BTreeMap<usize, String>, step: &Step) {
    match step {
        Step::Put(i, site) => {
            let uri = format!("/api/v1/operators/{}/sites/S{i}", OPERATORS[i % 3]);
            let reply = app.put("department", &uri, &body(*i, site)).await;
            assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
            ids.insert(*i, reply.json()["id"].as_str().unwrap().to_owned());
        }
        Step::Delete(i) => {
            if let Some(id) = ids.remove(i) {
                let uri = format!("/api/v1/sites/{id}");
                app.send("department", "DELETE", &uri, &[("if-match", "*")], None)
                    .await
                    .expect(204);
            }
        }
        Step::Counts(counts) => {
            let row = |((operator, service, area, technology, site, end), n): (CountKey, i64)| {
                json!({"operator": OPERATORS[operator], "service": SERVICES[service], "area": area, "technology": technology.map(|t| TECHNOLOGIES[t]),
                    "site": site.map(|i| format!("S{i}")), "period_end": end, "subscribers": n})
            };
            let list: Value = model.list(counts).into_iter().map(row).collect();
            app.put("department", "/api/v1/subscribers", &list)
                .await
                .expect(200);
        }
    }
}

fn flat(figures: &Value) -> Figures {
    let (sites, radios, fixed) = (
        &figures["sites"],
        &figures["sites"]["radios"],
        &figures["subscribers"]["fixed"],
    );
    let all = [
        &sites["switching_station"],
        &sites["satellite_exchange"],
        &sites["bts"],
        &radios["2g"],
        &radios["3g"],
        &radios["4g"],
        &radios["5g"],
        &radios["total"],
        &fixed["fixed_wired"],
        &fixed["fixed_wireless"],
        &fixed["local_wireless"],
        &fixed["total"],
        &figures["subscribers"]["mobile"]["total"],
    ];
    (
        all.map(|n| n.as_i64().unwrap()),
        figures["subscribers"]["period_end"].as_str().map(date),
    )
}

fn joined(rows: &[Figures]) -> Figures {
    rows.iter().fold(Figures::default(), |sum, row| {
        (
            std::array::from_fn(|i| sum.0[i] + row.0[i]),
            sum.1.max(row.1),
        )
    })
}

async fn compare(app: &TestApp, model: &Model, question: &Question, known_at: Option<&String>) {
    let mut query = format!("as_of={}", question.as_of);
    let operators: Vec<&str> = question.operators.iter().map(|i| OPERATORS[*i]).collect();
    for (name, value) in [
        ("known_at", known_at.cloned()),
        (
            "operator",
            Some(operators.join(",")).filter(|list| !list.is_empty()),
        ),
        (
            "technology",
            question.technology.map(|t| TECHNOLOGIES[t].to_owned()),
        ),
        (
            "division_on",
            question.division_on.map(|day| day.to_string()),
        ),
    ] {
        if let Some(value) = value {
            query = format!("{query}&{name}={value}");
        }
    }
    let expected = model.answer(question);
    let level = LEVELS[question.level];
    let summary = app
        .ask(&format!("/api/v1/summary?level={level}&{query}"))
        .await;
    let mut parts = vec![flat(&summary["unlocated"])];
    assert_eq!(
        parts[0],
        expected.get("").copied().unwrap_or_default(),
        "unlocated: {level} {query}"
    );
    let rows = summary["areas"].as_array().unwrap();
    let codes = expected
        .keys()
        .filter(|code| !["", "*"].contains(&code.as_str()));
    assert!(
        rows.iter()
            .map(|row| row["area"]["code"].as_str().unwrap())
            .eq(codes),
        "{level} {query}"
    );
    for row in rows {
        let code = row["area"]["code"].as_str().unwrap();
        let own = flat(row);
        assert_eq!(own, expected[code], "{code}: {level} {query}");
        let shares: Vec<Figures> = row["by_operator"]
            .as_array()
            .unwrap()
            .iter()
            .map(flat)
            .collect();
        assert_eq!(joined(&shares), own, "{code} by operator: {level} {query}");
        let path = if level == "district" {
            "districts"
        } else {
            "areas"
        };
        let alone = app
            .ask(&format!("/api/v1/{path}/{code}/summary?{query}"))
            .await;
        if alone["area"]["valid_from"] == row["area"]["valid_from"] {
            let both = [
                "area",
                "sites",
                "by_operator",
                "subscribers",
                "per_100_inhabitants",
            ];
            assert!(
                both.iter().all(|name| alone[name] == row[name]),
                "{code} alone: {query}"
            );
        }
        parts.push(own);
    }
    let total = flat(&summary["total"]);
    assert_eq!(total, joined(&parts), "{level} {query}");
    assert_eq!(
        total,
        expected.get("*").copied().unwrap_or_default(),
        "{level} {query}"
    );
}

/// The annual report of the year in which the question is put.
async fn compare_report(app: &TestApp, model: &Model, year: i32, known_at: Option<&String>) {
    let last_day = |year: i32| date(&format!("{year}-12-31"));
    let known = known_at.map_or_else(String::new, |at| format!("&known_at={at}"));
    let report = app
        .ask(&format!("/api/v1/reports/annual?year={year}{known}"))
        .await;
    for (name, on) in [("current", year), ("previous", year - 1)] {
        let question = Question {
            as_of: last_day(on),
            known: None,
            operators: Vec::new(),
            technology: None,
            level: 1,
            division_on: Some(last_day(year)),
        };
        let expected = model.answer(&question);
        let of = |code: &str| expected.get(code).copied().unwrap_or_default();
        assert_eq!(
            flat(&report["total"][name]),
            of("*"),
            "{year} {name}{known}"
        );
        assert_eq!(flat(&report["unlocated"][name]), of(""), "{year} {name}");
        for row in report["by_district"].as_array().unwrap() {
            let code = row["area"]["code"].as_str().unwrap();
            assert_eq!(flat(&row[name]), of(code), "{code} {year} {name}{known}");
        }
    }
}

async fn story(app: TestApp, steps: Vec<Step>, questions: Vec<Question>) {
    app.with_division().await;
    let (mut model, mut ids, mut instants) = (Model::default(), BTreeMap::new(), Vec::new());
    for step in &steps {
        act(&app, &model, &mut ids, step).await;
        model.apply(step);
        instants.push(TestApp::now());
    }
    for question in &questions {
        let known = question.known.map(|percent| percent * steps.len() / 100);
        let mut then = Model::default();
        let last = known.map_or(steps.len(), |last| last + 1);
        steps.iter().take(last).for_each(|step| then.apply(step));
        let known_at = known.map(|last| &instants[last]);
        compare(&app, &then, question, known_at).await;
        compare_report(&app, &then, question.as_of.year(), known_at).await;
    }
}

/// Tells random stories; `open` gives a service for each, or none where its database is not there.
fn stories<F: Future<Output = Option<TestApp>>>(cases: u32, open: impl Fn() -> F) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let random = (
        prop::collection::vec(step(), 1..24),
        prop::collection::vec(question(), 6),
    );
    let told = TestRunner::new(config).run(&random, |(steps, questions)| {
        actix_web::rt::System::new().block_on(async {
            if let Some(app) = open().await {
                story(app, steps, questions).await;
            }
        });
        Ok(())
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn random_histories_are_summed_up_as_by_hand_on_sqlite() {
    stories(CASES, async || Some(TestApp::sqlite().await));
}

#[test]
fn random_histories_are_summed_up_as_by_hand_on_postgres() {
    stories(CASES / 4, TestApp::postgres);
}
