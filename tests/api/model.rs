//! A model of the register for tests: random histories of sites and counts, counted again from the raw records by cells of
//! a lattice and sets of cells, without geometry, tables or any code of the service.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

/// Operators.
pub const OPERATORS: [&str; 3] = ["mobifone", "viettel", "vnpt"];
/// Kinds of sites.
pub const KINDS: [&str; 3] = ["switching_station", "satellite_exchange", "bts"];
/// States of sites.
pub const STATES: [&str; 4] = ["active", "planned", "suspended", "decommissioned"];
/// Technologies of radios.
pub const TECHNOLOGIES: [&str; 4] = ["2g", "3g", "4g", "5g"];
/// What subscribers subscribe to.
pub const SERVICES: [&str; 4] = ["fixed_wired", "fixed_wireless", "local_wireless", "mobile"];
/// Levels of areas, largest first.
pub const LEVELS: [&str; 3] = ["province", "district", "commune"];
/// Codes that counts are for; `01050` and `01080` mean another place after the reform.
const CODES: [&str; 10] = [
    "12", "105", "106", "108", "01050", "01051", "01080", "01081", "01060", "01099",
];
const MAX_AGE: Days = Days::new(550);

/// A day as it is written.
pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// From the first day until the other, which is outside; without end on a side where none is given.
#[derive(Debug, Clone, Copy)]
pub struct Span(pub Option<NaiveDate>, pub Option<NaiveDate>);

impl Span {
    fn holds(self, day: NaiveDate) -> bool {
        self.0.is_none_or(|from| from <= day) && self.1.is_none_or(|until| day < until)
    }
}

/// What an operator says of a site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its kind.
    pub kind: usize,
    /// Its state.
    pub state: usize,
    /// Column and row of its cell; those of the division are 0 to 7.
    pub cell: (i32, i32),
    /// When it serves.
    pub span: Span,
    /// Its radios by technology, each with its own days.
    pub radios: BTreeMap<usize, Span>,
}

/// Operator, service, area, technology, site and end of the period.
pub type CountKey = (
    usize,
    usize,
    &'static str,
    Option<usize>,
    Option<usize>,
    NaiveDate,
);

/// Operator, service, technology, area, whether of a site, end of the period, subscribers.
type Count = (usize, usize, usize, usize, bool, NaiveDate, i64);

/// One thing that is done.
#[derive(Debug, Clone)]
pub enum Step {
    /// A site is put by its own code.
    Put(usize, Site),
    /// A site is deleted, if it is there.
    Delete(usize),
    /// A list of counts is put.
    Counts(Vec<Count>),
}

/// A question, and what it narrows.
#[derive(Debug, Clone)]
pub struct Question {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The share of the history that is known, in percent; all of it where none is given.
    pub known: Option<usize>,
    /// Only these; all where empty.
    pub operators: Vec<usize>,
    /// Only this.
    pub technology: Option<usize>,
    /// The level.
    pub level: usize,
    /// The day of the division.
    pub division_on: Option<NaiveDate>,
}

/// Days at which something turns, and those beside them.
fn day() -> impl Strategy<Value = NaiveDate> {
    let turns = [
        "2012-12-31",
        "2013-01-01",
        "2015-06-30",
        "2015-12-31",
        "2016-12-31",
        "2017-01-01",
        "2025-06-30",
        "2025-07-01",
        "2026-06-30",
    ];
    (prop::sample::select(turns.to_vec()), 0..5_u64).prop_map(|(turn, beside)| {
        let turn = date(turn);
        match beside {
            0 => turn - Days::new(1),
            1 => turn + Days::new(1),
            _ => turn,
        }
    })
}

fn span() -> impl Strategy<Value = Span> {
    (
        prop::option::weighted(0.8, day()),
        prop::option::weighted(0.4, day()),
    )
        .prop_map(|(from, until)| {
            // What ends does not end before it began.
            let from = from.filter(|from| until.is_none_or(|until| *from <= until));
            Span(from, until)
        })
}

fn site() -> impl Strategy<Value = Site> {
    let state = prop_oneof![6 => Just(0_usize), 1 => Just(1), 1 => Just(2), 3 => Just(3)];
    let kind = prop_oneof![1 => Just(0_usize), 1 => Just(1), 4 => Just(2)];
    let radios = prop::collection::btree_map(0..4_usize, span(), 0..4);
    (kind, state, (-1..9, -1..9), span(), radios).prop_map(|(kind, state, cell, span, radios)| {
        Site {
            kind,
            state,
            cell,
            span,
            radios,
        }
    })
}

/// Anything that may be done.
pub fn step() -> impl Strategy<Value = Step> {
    let end = prop::sample::select(vec![
        "2014-12-31",
        "2015-12-31",
        "2016-06-30",
        "2016-12-31",
        "2025-06-30",
        "2025-12-31",
    ]);
    let count = (
        0..3_usize,
        prop_oneof![Just(0_usize), Just(3)],
        0..6_usize,
        0..CODES.len(),
        prop::bool::weighted(0.15),
        end.prop_map(date),
        1..1_000_i64,
    );
    prop_oneof![
        6 => (0..9_usize, site()).prop_map(|(i, site)| Step::Put(i, site)),
        1 => (0..9_usize).prop_map(Step::Delete),
        4 => prop::collection::vec(count, 1..6).prop_map(Step::Counts),
    ]
}

/// Anything that may be asked.
pub fn question() -> impl Strategy<Value = Question> {
    (
        day(),
        prop::option::of(0..100_usize),
        prop::sample::subsequence(vec![0, 1, 2], 0..3),
        prop::option::weighted(0.3, 0..4_usize),
        0..3_usize,
        prop::option::of(day()),
    )
        .prop_map(
            |(as_of, known, operators, technology, level, division_on)| Question {
                as_of,
                known,
                operators,
                technology,
                level,
                division_on,
            },
        )
}

/// An area version of the made-up division as a set of cells.
#[derive(Debug, Clone)]
struct Area {
    level: usize,
    code: String,
    span: Span,
    cells: u64,
}

fn cells(columns: std::ops::Range<i32>, rows: std::ops::Range<i32>) -> u64 {
    let bit = |column: i32| rows.clone().map(move |row| 1_u64 << (row * 8 + column));
    columns.flat_map(bit).sum()
}

fn areas() -> Vec<Area> {
    let (start, reform) = (Some(date("2013-01-01")), Some(date("2025-07-01")));
    let area = |level, code: String, span, cells| Area {
        level,
        code,
        span,
        cells,
    };
    let mut all = vec![area(0, "12".into(), Span(start, None), u64::MAX)];
    for i in 0..4 {
        let (column, row, code) = (i % 2 * 4, i / 2 * 4, 105 + i);
        all.push(area(
            1,
            code.to_string(),
            Span(start, reform),
            cells(column..column + 4, row..row + 4),
        ));
        for half in 0..2 {
            let west = column + 2 * half;
            all.push(area(
                2,
                format!("0{code}{half}"),
                Span(start, reform),
                cells(west..west + 2, row..row + 4),
            ));
        }
    }
    for (strip, code) in (0..).zip(["01080", "01081", "01050", "01099"]) {
        all.push(area(
            2,
            code.into(),
            Span(reform, None),
            cells(strip * 2..strip * 2 + 2, 0..8),
        ));
    }
    all
}

/// The areas of a level on a day; before the first and after the last division that one.
fn division(level: usize, day: NaiveDate) -> Vec<Area> {
    let last = if level == 1 {
        "2025-06-30"
    } else {
        "2100-01-01"
    };
    let day = day.clamp(date("2013-01-01"), date(last));
    areas()
        .into_iter()
        .filter(|area| area.level == level && area.span.holds(day))
        .collect()
}

/// What a code meant at the end of a period.
fn meaning(code: &str, day: NaiveDate) -> Area {
    let versions: Vec<Area> = areas()
        .into_iter()
        .filter(|area| area.code == code)
        .collect();
    let found = versions.iter().find(|area| area.span.holds(day));
    let outside = || {
        if day < date("2013-01-01") {
            versions.first()
        } else {
            versions.last()
        }
    };
    found.or_else(outside).unwrap().clone()
}

/// Whether all of `part` lies in `whole`, which is another area and none that was beside it.
fn is_inside(part: &Area, whole: &Area) -> bool {
    let are_beside = part.level == whole.level
        && part.span.0 < whole.span.1.or(Some(NaiveDate::MAX))
        && whole.span.0 < part.span.1.or(Some(NaiveDate::MAX));
    part.cells & !whole.cells == 0 && !are_beside
}

fn is_same(a: &Area, b: &Area) -> bool {
    (&a.code, a.span.0) == (&b.code, b.span.0)
}

/// The register after some steps, in the words of its users.
#[derive(Default)]
pub struct Model {
    sites: BTreeMap<usize, Site>,
    counts: BTreeMap<CountKey, i64>,
}

/// Twelve figures and the sum of radios, as [`flat`] gives them, and the newest period.
pub type Figures = ([i64; 13], Option<NaiveDate>);

impl Model {
    /// The counts of a step, without those that a list may not hold.
    pub fn list(&self, counts: &[Count]) -> BTreeMap<CountKey, i64> {
        let key = |&(operator, service, technology, area, of_site, end, subscribers): &(
            usize,
            usize,
            usize,
            usize,
            bool,
            NaiveDate,
            i64,
        )| {
            let technology = Some(technology).filter(|t| service == 3 && *t < 4);
            let site = self
                .sites
                .keys()
                .copied()
                .find(|i| of_site && i % 3 == operator);
            (
                (operator, service, CODES[area], technology, site, end),
                subscribers,
            )
        };
        counts.iter().map(key).collect()
    }

    /// Does a step.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Put(i, site) => drop(self.sites.insert(*i, site.clone())),
            Step::Delete(i) => drop(self.sites.remove(i)),
            Step::Counts(counts) => self.counts.extend(self.list(counts)),
        }
    }

    /// The figures of each area by its code, of what is in none (the empty code), and of everything (`*`).
    pub fn answer(&self, question: &Question) -> BTreeMap<String, Figures> {
        let division = division(
            question.level,
            question.division_on.unwrap_or(question.as_of),
        );
        let mut figures: BTreeMap<String, Figures> = division
            .iter()
            .map(|area| (area.code.clone(), Figures::default()))
            .collect();
        let mut add = |code: &str, slot: usize, n: i64, end: Option<NaiveDate>| {
            for code in [code, "*"] {
                let row = figures.entry(code.to_owned()).or_default();
                row.0[slot] += n;
                row.1 = row.1.max(end);
            }
        };
        let is_asked = |operator: usize| {
            question.operators.is_empty() || question.operators.contains(&operator)
        };
        for (i, site) in self.sites.iter().filter(|(i, _)| is_asked(*i % 3)) {
            let counts = site.state == 0 || (site.state == 3 && site.span.1.is_some());
            if !counts || !site.span.holds(question.as_of) {
                continue;
            }
            let (column, row) = site.cell;
            let is_in = (0..8).contains(&column) && (0..8).contains(&row);
            let holds = |area: &&Area| is_in && area.cells & (1 << (row * 8 + column)) != 0;
            let code = division
                .iter()
                .find(holds)
                .map_or("", |area| area.code.as_str());
            let radios = site.radios.iter().filter(|(t, span)| {
                site.kind == 2
                    && span.holds(question.as_of)
                    && question.technology.is_none_or(|only| only == **t)
            });
            let mut on_air = 0;
            for (technology, _) in radios {
                add(code, 3 + technology, 1, None);
                add(code, 7, 1, None);
                on_air += 1;
            }
            if question.technology.is_none() || on_air > 0 {
                add(code, site.kind, 1, None);
            }
            assert!(*i < 9);
        }
        for operator in (0..3).filter(|operator| is_asked(*operator)) {
            for service in 0..4 {
                for (area, end, n) in self.answering(operator, service, question) {
                    let target = division
                        .iter()
                        .find(|target| is_same(&area, target) || is_inside(&area, target));
                    let code = target.map_or("", |target| target.code.as_str());
                    add(code, [8, 9, 10, 12][service], n, Some(end));
                    if service < 3 {
                        add(code, 11, n, Some(end));
                    }
                }
            }
        }
        figures
    }

    /// The counts of one operator and service that answer: nobody twice, nothing older than need be.
    fn answering(
        &self,
        operator: usize,
        service: usize,
        question: &Question,
    ) -> Vec<(Area, NaiveDate, i64)> {
        let mut own: Vec<(&CountKey, i64)> = self.counts.iter().map(|(key, n)| (key, *n)).collect();
        own.retain(|((o, s, _, technology, _, end), _)| {
            let is_of = *o == operator
                && *s == service
                && (question.technology.is_none() || *technology == question.technology);
            is_of && *end <= question.as_of && *end + MAX_AGE >= question.as_of
        });
        let newest = own.iter().map(|(key, _)| key.5).max();
        own.retain(|(key, _)| {
            meaning(key.2, key.5)
                .span
                .1
                .is_none_or(|ended| newest < Some(ended))
        });
        let all = own.clone();
        own.retain(|(key, _)| {
            let of_area = |k: &CountKey| k.2 == key.2;
            let is_newest = all.iter().all(|(k, _)| !of_area(k) || k.5 <= key.5);
            let beside = || all.iter().filter(|(k, _)| of_area(k) && k.5 == key.5);
            let has_whole = beside().any(|(k, _)| k.4.is_none());
            let fits_site = key.4.is_none() || !has_whole;
            let has_total = beside().any(|(k, _)| k.4.is_none() == has_whole && k.3.is_none());
            is_newest && fits_site && (key.3.is_none() || !has_total)
        });
        let located: Vec<(Area, NaiveDate, i64)> = own
            .iter()
            .map(|(key, n)| (meaning(key.2, key.5), key.5, *n))
            .collect();
        let is_part = |area: &Area| {
            located
                .iter()
                .any(|(other, ..)| !is_same(area, other) && is_inside(area, other))
        };
        located
            .iter()
            .filter(|(area, ..)| !is_part(area))
            .cloned()
            .collect()
    }
}
