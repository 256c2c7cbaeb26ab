//! Summaries against a count by hand: random sites, changes, counts and questions.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{TestApp, bts, with};

/// What was said of a site, from one instant until another.
struct Said {
    site: Value,
    from: String,
    until: Option<String>,
}

/// Everything that was said, kept beside the service.
#[derive(Default)]
struct Book {
    sites: Vec<Said>,
    counts: Vec<(Value, String, Option<String>)>,
}

const DAYS: [&str; 7] = [
    "2011-06-30",
    "2013-12-31",
    "2015-12-31",
    "2016-06-30",
    "2016-12-31",
    "2025-06-30",
    "2025-12-31",
];
const OPERATORS: [&str; 3] = ["viettel", "vnpt", "mobifone"];
const FIGURES: [&str; 13] = [
    "/sites/switching_station",
    "/sites/satellite_exchange",
    "/sites/bts",
    "/sites/radios/2g",
    "/sites/radios/3g",
    "/sites/radios/4g",
    "/sites/radios/5g",
    "/sites/radios/total",
    "/subscribers/fixed/fixed_wired",
    "/subscribers/fixed/fixed_wireless",
    "/subscribers/fixed/local_wireless",
    "/subscribers/fixed/total",
    "/subscribers/mobile/total",
];

fn pick<T: Clone + std::fmt::Debug + 'static>(runner: &mut TestRunner, from: &[T]) -> T {
    proptest::sample::select(from.to_vec())
        .new_tree(runner)
        .unwrap()
        .current()
}

fn number(runner: &mut TestRunner, below: i32) -> i32 {
    (0..below).new_tree(runner).unwrap().current()
}

/// Days of the random records: some known, some unknown.
fn some_day(runner: &mut TestRunner) -> Value {
    if number(runner, 5) == 0 {
        Value::Null
    } else {
        json!(pick(
            runner,
            &[
                "2010-01-01",
                "2012-01-01",
                "2014-07-01",
                "2016-06-30",
                "2016-12-31",
                "2020-01-01"
            ]
        ))
    }
}

fn random_site(runner: &mut TestRunner, code: usize) -> Value {
    // On a lattice inside the division and around it, off every border.
    let place = json!({"longitude": 102.983 + 0.0131 * f64::from(number(runner, 18)), "latitude": 21.987 + 0.0131 * f64::from(number(runner, 18)), "operator": pick(runner, &OPERATORS)});
    let dates = loop {
        let (start, end) = (
            some_day(runner),
            if number(runner, 2) == 0 {
                Value::Null
            } else {
                some_day(runner)
            },
        );
        if end.is_null() || start.is_null() || start.as_str() <= end.as_str() {
            break json!({"commissioned_on": start, "decommissioned_on": end});
        }
    };
    let status = json!({"status": pick(runner, &["active", "active", "active", "planned", "suspended", "decommissioned"])});
    let body = if number(runner, 4) == 0 {
        json!({"operator": "viettel", "code": format!("X-{code}"), "kind": pick(runner, &["switching_station", "satellite_exchange"]), "name": "Tổng đài"})
    } else {
        let mut radios = Vec::new();
        for technology in ["2g", "3g", "4g"] {
            if number(runner, 2) == 0 {
                radios.push(json!({"technology": technology, "commissioned_on": some_day(runner)}));
            }
        }
        with(&bts(&format!("B-{code}")), &json!({"radios": radios}))
    };
    with(&with(&with(&body, &place), &dates), &status)
}

impl Book {
    async fn fill(&mut self, app: &TestApp, runner: &mut TestRunner) {
        for i in 0..30 {
            let body = random_site(runner, i);
            let site = app
                .post("department", "/api/v1/sites", &body)
                .await
                .expect(201)
                .json();
            self.sites.push(Said {
                site: with(&body, &json!({"id": site["id"]})),
                from: site["updated_at"].as_str().unwrap().to_owned(),
                until: None,
            });
        }
        for i in 0..20 {
            self.change(app, runner, 100 + i).await;
        }
        for _ in 0..4 {
            let mut list: Vec<Value> = Vec::new();
            for _ in 0..6 {
                let count = json!({"operator": pick(runner, &OPERATORS), "service": pick(runner, &["fixed_wired", "fixed_wireless", "local_wireless", "mobile"]),
                    "area": pick(runner, &["105", "106", "107", "108"]), "period_end": pick(runner, &["2014-12-31", "2015-12-31", "2016-12-31"]), "subscribers": number(runner, 1000)});
                if list.iter().all(|other| key(other) != key(&count)) {
                    list.push(count);
                }
            }
            app.put("department", "/api/v1/subscribers", &json!(list))
                .await
                .expect(200);
            let at = TestApp::now();
            for count in list {
                for held in self
                    .counts
                    .iter_mut()
                    .filter(|held| key(&held.0) == key(&count) && held.2.is_none())
                {
                    held.2 = Some(at.clone());
                }
                self.counts.push((count, at.clone(), None));
            }
        }
    }

    async fn change(&mut self, app: &TestApp, runner: &mut TestRunner, code: usize) {
        let current: Vec<usize> = (0..self.sites.len())
            .filter(|i| self.sites[*i].until.is_none())
            .collect();
        let i = pick(runner, &current);
        let uri = format!(
            "/api/v1/sites/{}",
            self.sites[i].site["id"].as_str().unwrap()
        );
        if number(runner, 4) == 0 {
            app.send("department", "DELETE", &uri, &[("if-match", "*")], None)
                .await
                .expect(204);
            self.sites[i].until = Some(TestApp::now());
            return;
        }
        let body = random_site(runner, code);
        let site = app
            .send_json("department", "PUT", &uri, &[("if-match", "*")], &body)
            .await
            .expect(200)
            .json();
        let at = site["updated_at"].as_str().unwrap().to_owned();
        self.sites[i].until = Some(at.clone());
        self.sites.push(Said {
            site: with(&body, &json!({"id": site["id"]})),
            from: at,
            until: None,
        });
    }
}

fn key(count: &Value) -> String {
    format!(
        "{}{}{}{}",
        count["operator"], count["service"], count["area"], count["period_end"]
    )
}

/// A question, and what it narrows.
#[derive(Debug, Clone)]
struct Question {
    as_of: &'static str,
    known_at: Option<String>,
    operator: Option<&'static str>,
    technology: Option<&'static str>,
    level: &'static str,
    division_on: Option<&'static str>,
}

impl Question {
    fn random(runner: &mut TestRunner, instants: &[String]) -> Self {
        let maybe = |runner: &mut TestRunner| number(runner, 2) == 0;
        Self {
            as_of: pick(runner, &DAYS),
            known_at: maybe(runner).then(|| pick(runner, instants)),
            operator: maybe(runner).then(|| pick(runner, &OPERATORS)),
            technology: (number(runner, 3) == 0).then(|| pick(runner, &["2g", "3g", "4g", "5g"])),
            level: pick(runner, &["province", "district", "commune"]),
            division_on: maybe(runner).then(|| pick(runner, &DAYS)),
        }
    }

    fn query(&self) -> String {
        let mut query = format!("as_of={}", self.as_of);
        for (name, value) in [
            ("known_at", self.known_at.as_deref()),
            ("operator", self.operator),
            ("technology", self.technology),
            ("division_on", self.division_on),
        ] {
            if let Some(value) = value {
                query = format!("{query}&{name}={value}");
            }
        }
        query
    }

    fn was_known(&self, from: &str, until: Option<&String>) -> bool {
        match &self.known_at {
            None => until.is_none(),
            Some(at) => {
                instant(from) <= instant(at)
                    && until.is_none_or(|until| instant(at) < instant(until))
            }
        }
    }

    /// The area of the made-up division that holds a position, by arithmetic.
    fn area_of(&self, longitude: f64, latitude: f64) -> Option<String> {
        let (x, y) = ((longitude - 103.0) / 0.1, (latitude - 22.0) / 0.1);
        if !(0.0..2.0).contains(&x) || !(0.0..2.0).contains(&y) {
            return None;
        }
        let district = 105 + x as i32 + 2 * (y as i32);
        let is_new = self.division_on.unwrap_or(self.as_of) >= "2025-07-01";
        Some(match (self.level, is_new) {
            ("province", _) => "12".into(),
            ("district", _) => district.to_string(),
            (_, false) => format!("0{district}{}", (x.fract() * 2.0) as i32),
            (_, true) => ["01080", "01081", "01050", "01099"][(x * 2.0) as usize].into(),
        })
    }

    /// The area that holds a count for a district; a commune holds none of it.
    fn area_of_count(&self, district: &str) -> Option<String> {
        match self.level {
            "province" => Some("12".into()),
            "district" => Some(district.into()),
            _ => None,
        }
    }
}

fn instant(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

/// By area (none: unlocated) the thirteen figures, counted from the book.
fn by_hand(book: &Book, question: &Question) -> BTreeMap<Option<String>, [i64; 13]> {
    let mut figures: BTreeMap<Option<String>, [i64; 13]> = BTreeMap::new();
    let day = question.as_of;
    let served = |start: &Value, end: &Value| {
        start.as_str().is_none_or(|start| start <= day) && end.as_str().is_none_or(|end| day < end)
    };
    for said in book
        .sites
        .iter()
        .filter(|said| question.was_known(&said.from, said.until.as_ref()))
    {
        let site = &said.site;
        let counts = match site["status"].as_str().unwrap() {
            "active" => true,
            "decommissioned" => site["decommissioned_on"].is_string(),
            _ => false,
        };
        let is_asked = question
            .operator
            .is_none_or(|operator| site["operator"] == operator);
        if !counts || !is_asked || !served(&site["commissioned_on"], &site["decommissioned_on"]) {
            continue;
        }
        let place = question.area_of(
            site["longitude"].as_f64().unwrap(),
            site["latitude"].as_f64().unwrap(),
        );
        let row = figures.entry(place).or_default();
        let mut has_technology = false;
        for radio in site["radios"].as_array().into_iter().flatten() {
            let technology = radio["technology"].as_str().unwrap();
            if served(&radio["commissioned_on"], &Value::Null)
                && question.technology.is_none_or(|only| only == technology)
            {
                row[["2g", "3g", "4g", "5g"]
                    .iter()
                    .position(|t| *t == technology)
                    .unwrap()
                    + 3] += 1;
                row[7] += 1;
                has_technology = true;
            }
        }
        let kind = ["switching_station", "satellite_exchange", "bts"]
            .iter()
            .position(|kind| site["kind"] == *kind)
            .unwrap();
        if question.technology.is_none() || has_technology {
            row[kind] += 1;
        }
    }
    for (count, subscribers) in answering(book, question) {
        let row = figures
            .entry(question.area_of_count(count["area"].as_str().unwrap()))
            .or_default();
        match count["service"].as_str().unwrap() {
            "fixed_wired" => row[8] += subscribers,
            "fixed_wireless" => row[9] += subscribers,
            "local_wireless" => row[10] += subscribers,
            _ => row[12] += subscribers,
        }
        if count["service"] != "mobile" {
            row[11] += subscribers;
        }
    }
    figures.retain(|_, row| row.iter().any(|n| *n != 0));
    figures
}

/// The newest count of each operator, service and district, not older than the configured age.
fn answering<'b>(book: &'b Book, question: &Question) -> Vec<(&'b Value, i64)> {
    if question.technology.is_some() {
        return Vec::new();
    }
    let oldest = question.as_of.parse::<NaiveDate>().unwrap() - Days::new(550);
    let mut newest: BTreeMap<String, &Value> = BTreeMap::new();
    for (count, from, until) in &book.counts {
        let end = count["period_end"].as_str().unwrap();
        let answers = end <= question.as_of
            && end.parse::<NaiveDate>().unwrap() >= oldest
            && question.was_known(from, until.as_ref());
        if answers
            && question
                .operator
                .is_none_or(|operator| count["operator"] == operator)
        {
            let slot = newest
                .entry(format!(
                    "{}{}{}",
                    count["operator"], count["service"], count["area"]
                ))
                .or_insert(count);
            if slot["period_end"].as_str().unwrap() < end {
                *slot = count;
            }
        }
    }
    newest
        .into_values()
        .map(|count| (count, count["subscribers"].as_i64().unwrap()))
        .collect()
}

fn flat(figures: &Value) -> [i64; 13] {
    FIGURES.map(|path| figures.pointer(path).unwrap().as_i64().unwrap())
}

fn add(a: [i64; 13], b: [i64; 13]) -> [i64; 13] {
    std::array::from_fn(|i| a[i] + b[i])
}

async fn agree(app: &TestApp, book: &Book, question: &Question) {
    let expected = by_hand(book, question);
    let summary = app
        .ask(&format!(
            "/api/v1/summary?level={}&{}",
            question.level,
            question.query()
        ))
        .await;
    let mut sum = flat(&summary["unlocated"]);
    assert_eq!(
        sum,
        expected.get(&None).copied().unwrap_or_default(),
        "unlocated: {question:?}"
    );
    for area in summary["areas"].as_array().unwrap() {
        let code = area["area"]["code"].as_str().unwrap().to_owned();
        let own = flat(area);
        assert_eq!(
            own,
            expected
                .get(&Some(code.clone()))
                .copied()
                .unwrap_or_default(),
            "{code}: {question:?}"
        );
        let by_operator = area["by_operator"]
            .as_array()
            .unwrap()
            .iter()
            .map(flat)
            .fold([0; 13], add);
        assert_eq!(by_operator, own, "{code} by operator: {question:?}");
        sum = add(sum, own);
        let one = app
            .ask(&format!(
                "/api/v1/areas/{code}/summary?{}",
                question.query()
            ))
            .await;
        let is_same_area = one["area"]["valid_from"] == area["area"]["valid_from"];
        assert!(
            !is_same_area || flat(&one) == own,
            "{code} alone: {question:?}"
        );
    }
    assert_eq!(flat(&summary["total"]), sum, "{question:?}");
}

both_backends! {
    async fn summaries_agree_with_a_count_by_hand(app: TestApp) {
        app.with_division().await;
        let mut runner = TestRunner::deterministic();
        let mut book = Book::default();
        book.fill(&app, &mut runner).await;
        let instants: Vec<String> = book.sites.iter().map(|said| said.from.clone()).chain(book.counts.iter().map(|count| count.1.clone())).collect();
        for _ in 0..60 {
            let question = Question::random(&mut runner, &instants);
            agree(&app, &book, &question).await;
        }
    }

    async fn a_known_district_without_anything_is_zeros_and_an_unknown_one_is_not_found(app: TestApp) {
        app.with_division().await;
        let summary = app.ask("/api/v1/districts/108/summary?as_of=2016-12-31").await;
        assert_eq!((flat(&summary), &summary["by_operator"]), ([0; 13], &json!([])));
        app.get("/api/v1/districts/999/summary").await.expect(404);
        app.get("/api/v1/districts/12/summary").await.expect(404);
        assert_eq!(app.ask("/api/v1/areas/12/summary").await["area"]["level"], "province");
        app.get("/api/v1/summary?level=village&as_of=x&technology=6g").await.expect(400);
    }

    async fn districts_that_ended_still_answer(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &bts("A-1")).await;
        let today = app.ask("/api/v1/summary?level=district").await;
        assert_eq!((&today["division_on"], today["areas"].as_array().unwrap().len()), (&json!("2025-06-30"), 4));
        assert_eq!(today["areas"][0]["sites"]["bts"], 1);
        let one = app.ask("/api/v1/districts/105/summary").await;
        assert_eq!((&one["division_on"], &one["sites"]["bts"]), (&json!("2025-06-30"), &json!(1)));
    }

    async fn every_representation_of_a_summary_agrees(app: TestApp) {
        app.seed();
        let uri = "/api/v1/summary?as_of=2016-12-31";
        let json = app.ask(uri).await;
        let map = app.get(&format!("{uri}&f=geojson")).await.expect(200).json();
        for (area, feature) in json["areas"].as_array().unwrap().iter().zip(map["features"].as_array().unwrap()) {
            assert_eq!(&feature["properties"], area);
            assert_eq!(feature["geometry"]["type"], "Polygon");
        }
        assert_eq!((&map["total"], &map["unlocated"]), (&json["total"], &json["unlocated"]));
        let reply = app.get(&format!("{uri}&f=csv")).await.expect(200);
        let mut table = csv::Reader::from_reader(&reply.body[..]);
        let header = table.headers().unwrap().clone();
        for (row, area) in table.records().map(Result::unwrap).zip(json["areas"].as_array().unwrap()) {
            for (name, cell) in header.iter().zip(&row) {
                let value = name.split('.').fold(area, |value, part| &value[part]);
                let text = match value { Value::Null => String::new(), Value::String(text) => text.clone(), other => other.to_string() };
                assert_eq!(cell, text, "{name}");
            }
        }
        assert_eq!(reply.text().lines().count(), 1 + 8 + 2);
        app.get(&format!("{uri}&f=xlsx")).await.expect(200);
        assert_eq!(app.get("/api/v1/districts/105/summary?as_of=2016-12-31&f=geojson").await.expect(200).json()["geometry"]["type"], "Polygon");
    }
}
