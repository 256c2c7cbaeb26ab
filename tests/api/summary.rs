//! Summaries: held against a count made by hand from what was sent, and in every representation.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::support::{TestApp, bts};

const TECHNOLOGIES: [&str; 4] = ["2g", "3g", "4g", "5g"];
const SERVICES: [&str; 4] = ["fixed_wired", "fixed_wireless", "local_wireless", "mobile"];
const OPERATORS: [&str; 3] = ["viettel", "vnpt", "mobifone"];
/// Days around which things happen: the borders of divisions, ends of periods, today.
const DAYS: [&str; 12] = [
    "2012-12-31",
    "2014-06-30",
    "2015-12-31",
    "2016-06-30",
    "2016-12-31",
    "2017-06-30",
    "2018-07-04",
    "2024-12-31",
    "2025-06-30",
    "2025-07-01",
    "2025-12-31",
    "2026-11-23",
];

/// Splitmix64: the same numbers on every run of the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// A day on or beside one of [`DAYS`].
    fn day(&mut self) -> NaiveDate {
        let day = date(self.one(&DAYS));
        match self.below(4) {
            0 => day.pred_opt().unwrap(),
            1 => day.succ_opt().unwrap(),
            _ => day,
        }
    }

    /// A beginning and an end, either of which may be missing.
    fn span(&mut self) -> (Value, Value) {
        let (a, b) = (self.day(), self.day());
        let start = self.chance(80).then(|| a.min(b));
        let end = self.chance(35).then(|| a.max(b));
        (json!(start), json!(end))
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An area of the made-up division: the cells of its eight (four strips, two rows) that it covers.
struct Area {
    level: &'static str,
    code: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    cells: u8,
}

impl Area {
    fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|end| day < end)
    }
}

fn cell(strip: u32, row: u32) -> u8 {
    1 << (row * 4 + strip)
}

/// The same areas as those of `support::division`, by their cells.
fn areas() -> Vec<Area> {
    let (start, reform) = (date("2013-01-01"), date("2025-07-01"));
    let mut areas = vec![Area {
        level: "province",
        code: "12".into(),
        from: start,
        to: None,
        cells: 255,
    }];
    let mut add = |level, code: String, from, to, cells| {
        areas.push(Area {
            level,
            code,
            from,
            to,
            cells,
        });
    };
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let code = 105 + row * 2 + column;
        let halves = [0, 1].map(|half| cell(column * 2 + half, row));
        add(
            "district",
            code.to_string(),
            start,
            Some(reform),
            halves[0] | halves[1],
        );
        for (half, cells) in halves.into_iter().enumerate() {
            add(
                "commune",
                format!("0{code}{half}"),
                start,
                Some(reform),
                cells,
            );
        }
    }
    for (strip, code) in (0..).zip(["01080", "01081", "01050", "01099"]) {
        add(
            "commune",
            code.into(),
            reform,
            None,
            cell(strip, 0) | cell(strip, 1),
        );
    }
    areas
}

/// What a code means on a day: valid then, else the last before, else the first after.
fn meaning<'a>(areas: &'a [Area], code: &str, day: NaiveDate) -> &'a Area {
    let of = || areas.iter().filter(|area| area.code == code);
    of().find(|area| area.is_valid_on(day))
        .or_else(|| {
            of().filter(|area| area.to.is_some_and(|end| end <= day))
                .max_by_key(|area| area.to)
        })
        .or_else(|| of().min_by_key(|area| area.from))
        .unwrap()
}

/// The areas of a level on a day, and the day on which they were valid.
fn targets<'a>(areas: &'a [Area], level: &str, day: NaiveDate) -> (NaiveDate, Vec<&'a Area>) {
    let of: Vec<&Area> = areas.iter().filter(|area| area.level == level).collect();
    let on = if of.iter().any(|area| area.is_valid_on(day)) {
        day
    } else if let Some(end) = of
        .iter()
        .filter_map(|area| area.to)
        .filter(|end| *end <= day)
        .max()
    {
        end.pred_opt().unwrap()
    } else {
        of.iter().map(|area| area.from).min().unwrap()
    };
    let mut valid: Vec<&Area> = of.into_iter().filter(|area| area.is_valid_on(on)).collect();
    valid.sort_by(|a, b| a.code.cmp(&b.code));
    (on, valid)
}

/// Operator, service, technology, area, site, end of period.
type Key = (String, String, String, String, String, NaiveDate);

/// What the register should hold.
#[derive(Clone, Default)]
struct World {
    /// Each with its cell; none outside.
    sites: BTreeMap<(String, String), (Value, Option<u8>)>,
    counts: BTreeMap<Key, i64>,
}

#[derive(Clone, Debug)]
struct Question {
    as_of: NaiveDate,
    operators: Vec<String>,
    technology: Option<&'static str>,
}

/// One answering count: operator, service, end of period, subscribers, cells.
type Answering = (String, String, NaiveDate, i64, u8);

fn within(since: &Value, until: &Value, day: NaiveDate) -> bool {
    let of = |value: &Value| value.as_str().map(date);
    of(since).is_none_or(|start| start <= day) && of(until).is_none_or(|end| day < end)
}

impl World {
    fn answering(&self, areas: &[Area], question: &Question) -> Vec<Answering> {
        let asked = |op: &String| question.operators.is_empty() || question.operators.contains(op);
        let oldest = question.as_of - Days::new(550);
        let candidates: Vec<(&Key, i64)> = self
            .counts
            .iter()
            .filter(|(key, _)| {
                asked(&key.0)
                    && question.technology.is_none_or(|only| key.2 == only)
                    && key.5 <= question.as_of
                    && key.5 >= oldest
            })
            .map(|(key, n)| (key, *n))
            .collect();
        let mut answering = Vec::new();
        for (key, n) in &candidates {
            let rivals: Vec<&Key> = candidates
                .iter()
                .map(|(other, _)| *other)
                .filter(|other| (&other.0, &other.1) == (&key.0, &key.1))
                .collect();
            let newest = rivals.iter().map(|other| other.5).max().unwrap();
            let lives = |other: &Key| {
                meaning(areas, &other.3, other.5)
                    .to
                    .is_none_or(|end| newest < end)
            };
            if !lives(key) {
                continue;
            }
            let living: Vec<&Key> = rivals.into_iter().filter(|other| lives(other)).collect();
            let cells = meaning(areas, &key.3, key.5).cells;
            let is_part = living.iter().any(|other| {
                let whole = meaning(areas, &other.3, other.5).cells;
                whole != cells && whole & cells == cells
            });
            let of_area = || living.iter().filter(|other| other.3 == key.3);
            let is_old = of_area().any(|other| other.5 > key.5);
            let same = || of_area().filter(|other| other.5 == key.5);
            let has_area_total = same().any(|other| other.4.is_empty());
            let is_detail = (!key.4.is_empty() && has_area_total)
                || (!key.2.is_empty()
                    && same().any(|other| {
                        other.2.is_empty() && (!has_area_total || other.4.is_empty())
                    }));
            if !is_part && !is_old && !is_detail {
                answering.push((key.0.clone(), key.1.clone(), key.5, *n, cells));
            }
        }
        answering
    }

    /// The figures of what lies where `is_in` says.
    fn figures(
        &self,
        question: &Question,
        answering: &[Answering],
        is_in: &dyn Fn(Option<u8>) -> bool,
    ) -> Value {
        let mut operators: BTreeSet<&str> = BTreeSet::new();
        let mut things: Vec<(&str, &str)> = Vec::new();
        for ((operator, _), (site, cells)) in &self.sites {
            if !is_in(*cells)
                || !(question.operators.is_empty() || question.operators.contains(operator))
            {
                continue;
            }
            let status = site["status"].as_str().unwrap();
            let counts = status == "active"
                || (status == "decommissioned" && !site["decommissioned_on"].is_null());
            if !counts
                || !within(
                    &site["commissioned_on"],
                    &site["decommissioned_on"],
                    question.as_of,
                )
            {
                continue;
            }
            let kind = site["kind"].as_str().unwrap();
            if question.technology.is_none() {
                things.push((operator, kind));
            }
            for radio in site["radios"].as_array().into_iter().flatten() {
                let technology = radio["technology"].as_str().unwrap();
                let is_asked = question.technology.is_none_or(|only| only == technology);
                if is_asked
                    && within(
                        &radio["commissioned_on"],
                        &radio["decommissioned_on"],
                        question.as_of,
                    )
                {
                    things.push((operator, technology));
                    if question.technology.is_some() {
                        things.push((operator, kind));
                    }
                }
            }
        }
        let counts: Vec<&Answering> = answering
            .iter()
            .filter(|count| is_in(Some(count.4)))
            .collect();
        operators.extend(things.iter().map(|(operator, _)| *operator));
        operators.extend(counts.iter().map(|count| count.0.as_str()));
        let sites_of = |operator: Option<&str>| {
            let n = |item: &str| {
                things
                    .iter()
                    .filter(|(o, i)| operator.is_none_or(|only| only == *o) && *i == item)
                    .count()
            };
            let radios: usize = TECHNOLOGIES.iter().map(|technology| n(technology)).sum();
            json!({"switching_station": n("switching_station"), "satellite_exchange": n("satellite_exchange"), "bts": n("bts"),
                "radios": {"2g": n("2g"), "3g": n("3g"), "4g": n("4g"), "5g": n("5g"), "total": radios}})
        };
        let subscribers_of = |operator: Option<&str>| {
            let own = || {
                counts
                    .iter()
                    .filter(|count| operator.is_none_or(|only| only == count.0))
            };
            let n = |service: &str| -> i64 {
                own()
                    .filter(|count| count.1 == service)
                    .map(|count| count.3)
                    .sum()
            };
            let fixed: i64 = SERVICES[..3].iter().map(|service| n(service)).sum();
            json!({"fixed": {"fixed_wired": n("fixed_wired"), "fixed_wireless": n("fixed_wireless"), "local_wireless": n("local_wireless"), "total": fixed},
                "mobile": {"total": n("mobile")}, "period_end": own().map(|count| count.2).max()})
        };
        let by_operator: Vec<Value> = operators
            .into_iter()
            .map(|operator| json!({"operator": operator, "sites": sites_of(Some(operator)), "subscribers": subscribers_of(Some(operator))}))
            .collect();
        json!({"sites": sites_of(None), "by_operator": by_operator, "subscribers": subscribers_of(None)})
    }
}

/// A site as it may be sent, and the cell it stands in.
fn random_site(random: &mut Random, operator: &str, code: &str) -> (Value, Option<u8>) {
    let is_outside = random.chance(12);
    let (strip, row) = (random.below(4) as u32, random.below(2) as u32);
    let mut part = || 0.1 + 0.8 * (random.below(1_000) as f64) / 1_000.0;
    let (longitude, latitude) = if is_outside {
        (103.21 + part() / 100.0, 22.1)
    } else {
        (
            103.0 + 0.05 * (f64::from(strip) + part()),
            22.0 + 0.1 * (f64::from(row) + part()),
        )
    };
    let (start, end) = random.span();
    let status = random.one(&[
        "active",
        "active",
        "active",
        "decommissioned",
        "suspended",
        "planned",
    ]);
    let kind = random.one(&[
        "bts",
        "bts",
        "bts",
        "switching_station",
        "satellite_exchange",
    ]);
    let mut site = json!({"operator": operator, "code": code, "kind": kind, "name": format!("Trạm {code}"), "status": status,
        "longitude": longitude, "latitude": latitude, "commissioned_on": start, "decommissioned_on": end});
    if kind == "bts" {
        let radios: Vec<Value> = TECHNOLOGIES
            .iter()
            .filter_map(|technology| {
                let (start, end) = random.span();
                let radio = json!({"technology": technology, "commissioned_on": start, "decommissioned_on": end});
                random.chance(45).then_some(radio)
            })
            .collect();
        site["radios"] = json!(radios);
    }
    let cells = (!is_outside).then(|| cell(strip, row));
    (site, cells)
}

/// One change of the register, and the same of the world.
async fn change(app: &TestApp, random: &mut Random, world: &mut World, areas: &[Area]) {
    let operator = random.one(&OPERATORS);
    match random.below(10) {
        0..=4 => {
            let code = format!("S-{}", random.below(14));
            let (site, cells) = random_site(random, operator, &code);
            let uri = format!("/api/v1/operators/{operator}/sites/{code}");
            let reply = app.put("department", &uri, &site).await;
            assert!(
                matches!(reply.status, 200 | 201),
                "{site}\n{}",
                reply.text()
            );
            world
                .sites
                .insert((operator.into(), code), (reply.json(), cells));
        }
        5 => {
            let Some((key, (site, _))) = world.sites.first_key_value() else {
                return;
            };
            let (key, uri) = (
                key.clone(),
                format!("/api/v1/sites/{}", site["id"].as_str().unwrap()),
            );
            app.send("department", "DELETE", &uri, &[("if-match", "*")], None)
                .await
                .expect(204);
            world.sites.remove(&key);
        }
        _ => {
            let mut sent = BTreeMap::new();
            for _ in 0..=random.below(5) {
                let service = random.one(&SERVICES);
                let technology = if service == "mobile" && random.chance(50) {
                    random.one(&TECHNOLOGIES)
                } else {
                    ""
                };
                let own: Vec<&String> = world
                    .sites
                    .keys()
                    .filter(|key| key.0 == operator)
                    .map(|key| &key.1)
                    .collect();
                let site = if !own.is_empty() && random.chance(20) {
                    random.one(&own).clone()
                } else {
                    String::new()
                };
                let area = &areas[random.below(areas.len() as u64) as usize].code;
                let key: Key = (
                    operator.into(),
                    service.into(),
                    technology.into(),
                    area.clone(),
                    site,
                    random.day(),
                );
                sent.insert(key, random.below(3_000) as i64);
            }
            let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let body: Vec<Value> = sent
                .iter()
                .map(|(key, n)| {
                    let mut count = json!({"operator": key.0, "service": key.1, "area": key.3, "period_end": key.5, "subscribers": n});
                    for (name, value) in [("technology", given(&key.2)), ("site", given(&key.4))] {
                        if let Some(value) = value {
                            count[name] = json!(value);
                        }
                    }
                    count
                })
                .collect();
            app.put("department", "/api/v1/subscribers", &json!(body))
                .await
                .expect(200);
            world.counts.extend(sent);
        }
    }
}

/// The figures among an answer's fields.
fn figures_of(answer: &Value) -> Value {
    json!({"sites": answer["sites"], "by_operator": answer["by_operator"], "subscribers": answer["subscribers"]})
}

/// Every number below `value`, with its path.
fn numbers(value: &Value, path: &str, out: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(number) => {
            *out.entry(path.to_owned()).or_default() += number.as_f64().unwrap()
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                numbers(value, &format!("{path}/{name}"), out);
            }
        }
        Value::Array(items) => {
            for item in items {
                let operator = item["operator"].as_str().unwrap_or_default();
                numbers(item, &format!("{path}/{operator}"), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The total is the sum of the areas and of what is unlocated, in every figure.
fn assert_adds_up(summary: &Value, context: &str) {
    let (mut parts, mut total) = (BTreeMap::new(), BTreeMap::new());
    for part in summary["areas"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&summary["unlocated"]])
    {
        numbers(&figures_of(part), "", &mut parts);
    }
    numbers(&figures_of(&summary["total"]), "", &mut total);
    assert_eq!(parts, total, "{context}");
}

async fn ask_and_compare(
    app: &TestApp,
    random: &mut Random,
    areas: &[Area],
    history: &[(String, World)],
    context: &str,
) {
    let level = random.one(&["province", "district", "commune"]);
    let mut query = String::new();
    let as_of = if random.chance(10) {
        date(&TestApp::now()[..10])
    } else {
        let day = random.day();
        query.push_str(&format!("&as_of={day}"));
        day
    };
    let mut question = Question {
        as_of,
        operators: Vec::new(),
        technology: None,
    };
    if random.chance(30) {
        question.operators = OPERATORS
            .iter()
            .filter(|_| random.chance(60))
            .map(|code| (*code).to_owned())
            .collect();
        if !question.operators.is_empty() {
            query.push_str(&format!("&operator={}", question.operators.join(",")));
        }
    }
    if random.chance(30) {
        let technology = random.one(&TECHNOLOGIES);
        question.technology = Some(technology);
        query.push_str(&format!("&technology={technology}"));
    }
    let mut world = &history.last().unwrap().1;
    if random.chance(50) {
        let (known_at, then) = &history[random.below(history.len() as u64) as usize];
        query.push_str(&format!("&known_at={known_at}"));
        world = then;
    }
    let mut day = as_of;
    if random.chance(40) {
        day = random.day();
        query.push_str(&format!("&division_on={day}"));
    }

    let (on, targets) = targets(areas, level, day);
    let answering = world.answering(areas, &question);
    let is_part = |cells: Option<u8>, whole: u8| cells.is_some_and(|cells| cells & whole == cells);
    let uri = format!("/api/v1/summary?level={level}{query}");
    let summary = app.ask(&uri).await;
    let context = format!("{context}: {uri}");
    assert_eq!(summary["division_on"], json!(on), "{context}");
    assert_eq!(summary["as_of"], json!(as_of), "{context}");
    let codes: Vec<&str> = summary["areas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|area| area["area"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        targets
            .iter()
            .map(|area| area.code.as_str())
            .collect::<Vec<_>>(),
        "{context}"
    );
    for (given, target) in summary["areas"].as_array().unwrap().iter().zip(&targets) {
        let expected = world.figures(&question, &answering, &|cells| is_part(cells, target.cells));
        assert_eq!(figures_of(given), expected, "{context}: {}", target.code);
        assert_eq!(
            given["area"]["valid_from"],
            json!(target.from),
            "{context}: {}",
            target.code
        );
        if level == "district" && random.chance(40) {
            let uri = format!("/api/v1/districts/{}/summary?{query}", target.code);
            let alone = app.ask(&uri.replace("?&", "?")).await;
            assert_eq!(figures_of(&alone), expected, "{uri}");
            assert_eq!(
                (&alone["area"], &alone["division_on"]),
                (&given["area"], &json!(on)),
                "{uri}"
            );
        }
    }
    let nowhere = |cells: Option<u8>| !targets.iter().any(|area| is_part(cells, area.cells));
    assert_eq!(
        figures_of(&summary["unlocated"]),
        world.figures(&question, &answering, &nowhere),
        "{context}: unlocated"
    );
    assert_eq!(
        figures_of(&summary["total"]),
        world.figures(&question, &answering, &|_| true),
        "{context}: total"
    );
    assert_adds_up(&summary, &context);
}

/// Rounds of changes and questions. `SUMMARY_SEED` makes another run of it.
async fn compare_with_a_count_by_hand(app: TestApp) {
    let seed: u64 = std::env::var("SUMMARY_SEED").map_or(20_161_231, |seed| seed.parse().unwrap());
    let (mut random, mut world, areas) = (Random(seed), World::default(), areas());
    app.with_division().await;
    let mut history = vec![(TestApp::now(), world.clone())];
    for round in 0..30 {
        for _ in 0..=random.below(6) {
            change(&app, &mut random, &mut world, &areas).await;
        }
        history.push((TestApp::now(), world.clone()));
        TestApp::forward_days(random.below(4) as i64);
        for _ in 0..8 {
            let context = format!("seed {seed}, round {round}");
            ask_and_compare(&app, &mut random, &areas, &history, &context).await;
        }
    }
}

both_backends! {
    async fn a_summary_is_what_a_count_by_hand_gives(app: TestApp) {
        compare_with_a_count_by_hand(app).await;
    }

    async fn a_district_without_data_answers_with_zeros_and_an_unknown_one_is_not_found(app: TestApp) {
        app.with_division().await;
        let summary = app.ask("/api/v1/districts/108/summary?as_of=2016-12-31").await;
        assert_eq!((&summary["area"]["code"], &summary["area"]["level"]), (&json!("108"), &json!("district")));
        let question = Question { as_of: date("2016-12-31"), operators: Vec::new(), technology: None };
        assert_eq!(figures_of(&summary), World::default().figures(&question, &[], &|_| true));
        assert_eq!(summary["per_100_inhabitants"], json!({"fixed": null, "mobile": null}));
        for code in ["999", "01050", "12"] {
            let problem = app.get(&format!("/api/v1/districts/{code}/summary")).await.expect(404).json();
            assert_eq!(problem["status"], 404, "{problem}");
        }
        assert_eq!(app.ask("/api/v1/areas/01050/summary?as_of=2016-12-31").await["area"]["name"], "Xã 105-0");
        assert_eq!(app.ask("/api/v1/areas/01050/summary").await["area"]["name"], "Xã mới 2");
    }

    async fn wrong_questions_are_told_with_every_fault(app: TestApp) {
        let reply = app.get("/api/v1/summary?level=county&as_of=2016-13-01&technology=6g&known_at=x&colour=red").await.expect(400);
        let mut faults: Vec<String> = reply.faults().into_iter().map(|(place, _)| place).collect();
        faults.sort();
        assert_eq!(faults, ["as_of", "colour", "known_at", "level", "technology"]);
    }

    async fn the_sites_of_2016_stand_in_the_communes_of_2025(app: TestApp) {
        app.seed();
        let then = app.ask("/api/v1/summary?level=commune&as_of=2016-12-31").await;
        assert_eq!((&then["division_on"], then["areas"].as_array().unwrap().len()), (&json!("2016-12-31"), 106));
        let later = app.ask("/api/v1/summary?level=commune&as_of=2016-12-31&division_on=2025-07-01").await;
        assert_eq!((&later["division_on"], later["areas"].as_array().unwrap().len()), (&json!("2025-07-01"), 38));
        for summary in [&then, &later] {
            let sites = json!({"switching_station": 27, "satellite_exchange": 26, "bts": 440,
                "radios": {"2g": 410, "3g": 269, "4g": 0, "5g": 0, "total": 679}});
            assert_eq!(summary["total"]["sites"], sites);
            assert_eq!(summary["unlocated"]["sites"]["bts"], 0);
            assert_eq!(summary["unlocated"]["subscribers"]["mobile"]["total"], 364_742, "districts lie in no commune");
            assert_adds_up(summary, "communes");
        }
        let today = app.ask("/api/v1/summary").await;
        assert_eq!((&today["level"], &today["division_on"], today["areas"].as_array().unwrap().len()), (&json!("district"), &json!("2025-06-30"), 8));
        assert_eq!(today["total"]["subscribers"]["mobile"]["total"], 0, "the counts are too old to answer");
    }

    async fn subscribers_are_set_against_the_inhabitants(app: TestApp) {
        app.seed();
        let summary = app.ask("/api/v1/summary?as_of=2016-12-31").await;
        for area in summary["areas"].as_array().unwrap() {
            let persons = area["area"]["population"].as_f64().unwrap();
            for (name, count) in [("fixed", &area["subscribers"]["fixed"]["total"]), ("mobile", &area["subscribers"]["mobile"]["total"])] {
                let exact = count.as_f64().unwrap() * 100.0 / persons;
                let given = area["per_100_inhabitants"][name].as_f64().unwrap();
                assert!((given - exact).abs() <= 0.005_001, "{name} of {}: {given}, not {exact}", area["area"]["code"]);
            }
        }
        let city = &summary["areas"][0];
        assert_eq!((&city["area"]["code"], &city["area"]["population_year"]), (&json!("105"), &json!(2016)));
        let sites = json!({"switching_station": 5, "satellite_exchange": 2, "bts": 60, "radios": {"2g": 55, "3g": 47, "4g": 0, "5g": 0, "total": 102}});
        assert_eq!(city["sites"], sites);
    }

    async fn tables_and_maps_carry_the_same_values(app: TestApp) {
        app.seed();
        app.site("viettel", &crate::support::with(&bts("OUT"), &json!({"longitude": 102.31, "latitude": 22.55}))).await;
        let uri = "/api/v1/summary?as_of=2016-12-31";
        let summary = app.ask(uri).await;
        assert_eq!(summary["unlocated"]["sites"]["bts"], 1, "one stands outside");
        let mut rows: Vec<Value> = summary["areas"].as_array().unwrap().clone();
        for name in ["unlocated", "total"] {
            let mut row = summary[name].clone();
            row["area"] = json!({"level": "district", "name": name});
            rows.push(row);
        }
        let at = |row: &Value, name: &str| name.split('.').fold(row.clone(), |value, part| value[part].clone());

        let reply = app.get(&format!("{uri}&f=csv")).await.expect(200);
        let mut reader = csv::Reader::from_reader(&reply.body[..]);
        let header = reader.headers().unwrap().clone();
        assert!(header.iter().any(|name| name == "sites.radios.3g") && header.iter().any(|name| name == "per_100_inhabitants.mobile"));
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len());
        for (record, row) in records.iter().zip(&rows) {
            for (name, text) in header.iter().zip(record) {
                let expected = match at(row, name) {
                    Value::Null => String::new(),
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                assert_eq!(text, expected, "csv {name}");
            }
        }

        let reply = app.get(&format!("{uri}&f=xlsx")).await.expect(200);
        let sheet = sheet(&reply.body);
        assert_eq!(sheet.len(), rows.len() + 1);
        assert_eq!(sheet[0].iter().map(ToString::to_string).collect::<Vec<_>>(), header.iter().collect::<Vec<_>>());
        for (cells, row) in sheet[1..].iter().zip(&rows) {
            for (name, cell) in header.iter().zip(cells) {
                assert_same_cell(cell, &at(row, name), name);
            }
        }

        let map = app.ask(&format!("{uri}&f=geojson")).await;
        assert_eq!(map["type"], "FeatureCollection");
        let features = map["features"].as_array().unwrap();
        assert_eq!(features.len(), 8);
        for (feature, row) in features.iter().zip(&rows) {
            assert_eq!(feature["properties"], *row);
            assert_eq!(feature["id"], format!("{}@2013-12-27", row["area"]["code"].as_str().unwrap()));
            assert!(feature["geometry"]["type"].as_str().unwrap().ends_with("Polygon"));
        }
        assert_eq!((&map["total"], &map["unlocated"]), (&summary["total"], &summary["unlocated"]));

        let one = app.ask("/api/v1/districts/105/summary?as_of=2016-12-31").await;
        let map = app.ask("/api/v1/districts/105/summary?as_of=2016-12-31&f=geojson").await;
        for name in ["as_of", "area", "sites", "by_operator", "subscribers", "per_100_inhabitants"] {
            assert_eq!(map["properties"][name], one[name], "geojson {name}");
        }
        let table = app.get("/api/v1/districts/105/summary?as_of=2016-12-31&f=csv").await.expect(200);
        let mut reader = csv::Reader::from_reader(&table.body[..]);
        assert_eq!(reader.headers().unwrap(), &header);
        assert_eq!(reader.records().map(Result::unwrap).collect::<Vec<_>>(), records[..1]);
    }
}

/// The rows of a workbook's only sheet.
pub fn sheet(body: &[u8]) -> Vec<Vec<calamine::Data>> {
    use calamine::Reader;
    let mut workbook = calamine::Xlsx::new(std::io::Cursor::new(body)).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[calamine::Data]>::to_vec).collect()
}

/// A cell holds the value: numbers as numbers, dates as dates, codes as text.
pub fn assert_same_cell(cell: &calamine::Data, expected: &Value, name: &str) {
    use calamine::Data;
    match (cell, expected) {
        (Data::Empty, Value::Null) => {}
        (Data::String(text), Value::String(expected)) => assert_eq!(text, expected, "xlsx {name}"),
        (Data::Float(number), Value::Number(expected)) => {
            assert!(
                (number - expected.as_f64().unwrap()).abs() < 1e-9,
                "xlsx {name}: {number}"
            );
        }
        (Data::Int(number), Value::Number(expected)) => {
            assert_eq!(Some(*number), expected.as_i64(), "xlsx {name}");
        }
        (Data::DateTime(day), Value::String(expected)) => {
            let days = (date(expected) - date("1899-12-30")).num_days();
            assert_eq!(day.as_f64() as i64, days, "xlsx {name}");
        }
        other => panic!("xlsx {name}: {other:?}"),
    }
}

#[actix_web::test]
async fn a_count_answers_as_long_as_the_setting_says() {
    let app = TestApp::with_flags(&["--subscriber-max-age-days", "30"]).await;
    app.with_division().await;
    let count = json!([{"operator": "vnpt", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 7}]);
    app.put("vnpt", "/api/v1/subscribers", &count)
        .await
        .expect(200);
    for (day, expected, period) in [
        ("2016-12-30", 0, Value::Null),
        ("2016-12-31", 7, json!("2016-12-31")),
        ("2017-01-30", 7, json!("2016-12-31")),
        ("2017-01-31", 0, Value::Null),
    ] {
        let district = app
            .ask(&format!("/api/v1/districts/105/summary?as_of={day}"))
            .await;
        let level = app.ask(&format!("/api/v1/summary?as_of={day}")).await;
        for figures in [&district, &level["areas"][0], &level["total"]] {
            assert_eq!(
                figures["subscribers"]["mobile"]["total"], expected,
                "{day}: {figures}"
            );
            assert_eq!(figures["subscribers"]["period_end"], period, "{day}");
        }
    }
}
