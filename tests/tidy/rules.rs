//! The house rules, each a function from a file to its faults, and samples that show each at work.
//! A rule knows by a file's path whether the file is meant.

use std::collections::BTreeSet;

use super::source::{Source, line_at, words};

/// Files that may be longer, with the reason.
const LONG: &[&str] = &[
    "src/db/schema.rs", // one table after the other; splitting it would hide one from the other
];

/// Files of `src/api` with handlers and without a file of the same name in `tests/api`.
pub const WITHOUT_TWIN: &[&str] = &[];

/// Layers that see values only: no network, no clock, no database.
const PURE: &[&str] = &[
    "src/domain/",
    "src/geo/",
    "src/coverage/",
    "src/formats/",
    "src/import/",
];

/// Layers, and what is above each and so not to be imported.
const LAYERS: &[(&str, &[&str])] = &[
    ("src/domain/", ABOVE_VALUES),
    ("src/geo/", ABOVE_VALUES),
    ("src/coverage/", ABOVE_VALUES),
    ("src/formats/", ABOVE_VALUES),
    ("src/import/", ABOVE_VALUES),
    (
        "src/db/",
        &[
            "crate::formats",
            "crate::import",
            "crate::register",
            "crate::api",
            "crate::server",
            "crate::courier",
            "crate::cli",
        ],
    ),
    (
        "src/register/",
        &[
            "crate::formats",
            "crate::api",
            "crate::server",
            "crate::courier",
            "crate::cli",
        ],
    ),
    // A request never waits for another system: what is to be sent is recorded, and the courier comes for it.
    (
        "src/api/",
        &["crate::courier", "crate::server", "crate::cli"],
    ),
    ("src/courier.rs", ABOVE_COURIER),
    ("src/courier/", ABOVE_COURIER),
];

const ABOVE_COURIER: &[&str] = &["crate::server", "crate::cli"];

const ABOVE_VALUES: &[&str] = &[
    "crate::db",
    "crate::register",
    "crate::api",
    "crate::server",
    "crate::courier",
    "crate::cli",
    "crate::config",
];

/// A second word for a known thing, and the word of the glossary. `_` joins words of one name, in
/// `snake_case` and `CamelCase` alike.
const GLOSSARY: &[(&str, &str)] = &[
    ("carrier", "operator"),
    ("carriers", "operators"),
    ("telco", "operator"),
    ("telcos", "operators"),
    ("tower_company", "operator"),
    ("service_provider", "operator"),
    ("county", "district"),
    ("huyen", "district"),
    ("remote_unit", "satellite_exchange"),
    ("remote_units", "satellite_exchanges"),
    ("base_station", "bts"),
    ("base_stations", "bts"),
    ("customer", "subscribers"),
    ("customers", "subscribers"),
    ("transceiver", "radio"),
    ("transceivers", "radios"),
    ("cell_sector", "sector"),
    ("upload", "submission"),
    ("uploads", "submissions"),
];

/// A place where a rule is broken.
pub struct Finding {
    /// Where.
    pub file: String,
    /// On which line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
    /// What to do.
    pub fix: &'static str,
}

impl Finding {
    fn new(file: &Source, line: usize, what: impl Into<String>, fix: &'static str) -> Self {
        Self {
            file: file.path.clone(),
            line,
            what: what.into(),
            fix,
        }
    }
}

/// A rule on single files.
pub type Rule = fn(&Source) -> Vec<Finding>;

/// Nothing is too long to be read at once.
pub fn length(file: &Source) -> Vec<Finding> {
    const MOST: usize = 500;
    let lines = file.text.lines().count();
    if lines <= MOST || LONG.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let what = format!("{lines} lines, more than {MOST}");
    vec![Finding::new(
        file,
        lines,
        what,
        "split it by resource or by verb",
    )]
}

/// Every file says what it holds.
pub fn opening(file: &Source) -> Vec<Finding> {
    if file.text.starts_with("//! ") {
        return Vec::new();
    }
    let fix = "begin with `//! ` and a sentence that says what is in the file";
    vec![Finding::new(file, 1, "no opening line", fix)]
}

/// Only the database layer knows diesel.
pub fn diesel(file: &Source) -> Vec<Finding> {
    let fix = "move the query into `src/db`, behind a function that takes domain values";
    crates(file, "diesel", &["src/db/", "src/error.rs"], fix)
}

/// Only the HTTP layer knows actix-web.
pub fn actix(file: &Source) -> Vec<Finding> {
    let fix = "keep HTTP in `src/api` and pass plain values down";
    crates(
        file,
        "actix",
        &["src/api/", "src/server.rs", "src/main.rs"],
        fix,
    )
}

/// Only the courier asks other machines.
pub fn network(file: &Source) -> Vec<Finding> {
    let fix = "record what is to be sent and let `src/courier` send it: its addresses are checked, its time is bounded";
    crates(file, "ureq", &["src/courier.rs", "src/courier/"], fix)
}

/// Words with `name` in them, outside `allowed`.
fn crates(file: &Source, name: &str, allowed: &[&str], fix: &'static str) -> Vec<Finding> {
    if allowed.iter().any(|place| file.is_in(place)) {
        return Vec::new();
    }
    words(&file.code)
        .filter(|(_, word)| word.contains(name))
        .map(|(line, word)| {
            Finding::new(file, line, format!("`{word}` is not for this layer"), fix)
        })
        .collect()
}

/// The layers of values see nothing but their arguments.
pub fn purity(file: &Source) -> Vec<Finding> {
    if !PURE.iter().any(|place| file.is_in(place)) {
        return Vec::new();
    }
    let outside = [
        "Utc::now",
        "Local::now",
        "SystemTime::now",
        "net::",
        "env::var",
    ];
    phrases(
        file,
        &outside,
        "this layer gets values only: pass what it needs as an argument",
    )
}

/// A layer knows nothing of those above.
pub fn direction(file: &Source) -> Vec<Finding> {
    let fix = "this layer is below: return values and let the caller go on";
    LAYERS
        .iter()
        .filter(|(layer, _)| file.is_in(layer))
        .flat_map(|(_, above)| phrases(file, above, fix))
        .collect()
}

/// Nothing shipped panics by itself, `main` excepted.
pub fn panics(file: &Source) -> Vec<Finding> {
    if file.is_in("src/main.rs") || file.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let calls = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
    ];
    phrases(
        file,
        &calls,
        "return an `Error`; input and a missing record are no bugs",
    )
}

/// Where one of `phrases` begins a word or stands after one, in what is shipped.
fn phrases(file: &Source, phrases: &[&str], fix: &'static str) -> Vec<Finding> {
    let code = file.shipped_code();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut findings = Vec::new();
    for phrase in phrases {
        for (at, _) in code.match_indices(phrase) {
            let inside_a_word = phrase.starts_with(is_part) && code[..at].ends_with(is_part);
            let goes_on =
                phrase.ends_with(is_part) && code[at + phrase.len()..].starts_with(is_part);
            if !inside_a_word && !goes_on {
                let what = format!("`{phrase}` does not belong here");
                findings.push(Finding::new(file, line_at(&code, at), what, fix));
            }
        }
    }
    findings
}

/// No record goes over the wire.
pub fn records(file: &Source) -> Vec<Finding> {
    if !file.is_in("src/db/") {
        return Vec::new();
    }
    let fix = "make a view in `src/api` from the record: the wire is a promise, the table is not";
    file.code
        .match_indices("derive(")
        .filter(|(at, _)| {
            let list = file.code[*at..].split(')').next().unwrap_or_default();
            words(list).any(|(_, word)| word == "Serialize")
        })
        .map(|(at, _)| {
            Finding::new(
                file,
                line_at(&file.code, at),
                "a record derives `Serialize`",
                fix,
            )
        })
        .collect()
}

/// SQL is text of the database layer.
pub fn sql(file: &Source) -> Vec<Finding> {
    if file.is_in("src/db/") {
        return Vec::new();
    }
    let statements = [
        ("SELECT", "FROM"),
        ("INSERT", "INTO"),
        ("UPDATE", "SET"),
        ("DELETE", "FROM"),
    ];
    let is_sql = |literal: &str| {
        let spoken: Vec<&str> = words(literal).map(|(_, word)| word).collect();
        statements.iter().any(|(verb, then)| {
            let start = spoken.iter().position(|word| word == verb);
            start.is_some_and(|at| spoken[at..].contains(then))
        })
    };
    let fix = "move it into a function of `src/db`, or into a migration";
    file.literals
        .iter()
        .filter(|(_, literal)| is_sql(literal))
        .map(|(line, _)| Finding::new(file, *line, "SQL in a string", fix))
        .collect()
}

/// Names use the words of the glossary, not second words for the same.
pub fn glossary(file: &Source) -> Vec<Finding> {
    let fix =
        "one word per idea, over tables, JSON, Rust and docs: see the glossary in docs/API.md";
    let mut findings = Vec::new();
    for (line, word) in words(&file.code) {
        let parts = format!("_{}_", snake_case(word));
        for (second, known) in GLOSSARY {
            if parts.contains(&format!("_{second}_")) {
                let what = format!("`{word}`: say `{known}`, not `{second}`");
                findings.push(Finding::new(file, line, what, fix));
            }
        }
    }
    findings
}

fn snake_case(name: &str) -> String {
    let mut parts = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            parts.push('_');
        }
        after_lower = c.is_lowercase() || c.is_numeric();
        parts.extend(c.to_lowercase());
    }
    parts
}

/// Files with handlers in `api` that no test file in `twins` mirrors; and exceptions that are none.
pub fn without_twin(api: &[Source], twins: &[String], exceptions: &[&str]) -> Vec<Finding> {
    let has_handlers = |file: &Source| {
        let methods = ["get(", "post(", "put(", "patch(", "delete(", "route("];
        let begins =
            |prefix: &str, method: &str| file.code.contains(&format!("#[{prefix}{method}"));
        methods
            .iter()
            .any(|method| begins("", method) || begins("actix_web::", method))
    };
    let resource = |path: &str| {
        let inside = path.trim_start_matches("src/api/");
        inside
            .trim_end_matches(".rs")
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut findings = Vec::new();
    for file in api {
        let excepted = exceptions.contains(&file.path.as_str());
        let missing = has_handlers(file) && !twins.contains(&resource(&file.path));
        match (missing, excepted) {
            (true, false) => {
                let what = format!("no tests/api/{}.rs", resource(&file.path));
                let fix = "tell its stories there, on both databases";
                findings.push(Finding::new(file, 1, what, fix));
            }
            (false, true) => {
                let fix = "take it off `WITHOUT_TWIN` in tests/tidy.rs";
                findings.push(Finding::new(file, 1, "has its twin, or needs none", fix));
            }
            (true, true) | (false, false) => {}
        }
    }
    findings
}

/// Migrations that one database has and the other has not, and those without a way up or down.
/// `files` are paths below `migrations/`.
pub fn unpaired_migrations(files: &[&str]) -> Vec<String> {
    let names: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.split('/').nth(1))
        .collect();
    let mut missing = Vec::new();
    for name in names {
        for database in ["sqlite", "postgres"] {
            for direction in ["up.sql", "down.sql"] {
                let file = format!("{database}/{name}/{direction}");
                if !files.contains(&file.as_str()) {
                    missing.push(file);
                }
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_sees_what_it_forbids_and_nothing_else() {
        let long = "\n".repeat(501);
        #[rustfmt::skip]
    let samples: &[(Rule, &str, &str, &[usize])] = &[
        (length, "src/a.rs", &long, &[501]),
        (length, "src/a.rs", &long[1..], &[]),
        (length, "src/db/schema.rs", &long, &[]),
        (opening, "src/a.rs", "// Values.\n", &[1]),
        (opening, "src/a.rs", "\n//! Values.\n", &[1]),
        (opening, "src/a.rs", "//! Values.\n", &[]),
        (diesel, "src/api/a.rs", "use x;\nuse diesel::prelude::*;", &[2]),
        (diesel, "src/cli.rs", "fn a() { diesel_migrations::b() }", &[1]),
        (diesel, "src/api/a.rs", "// diesel\nlet a = \"diesel\";", &[]),
        (diesel, "src/db/a.rs", "use diesel::prelude::*;", &[]),
        (diesel, "src/error.rs", "impl From<diesel::result::Error> for E {}", &[]),
        (actix, "src/db/a.rs", "use actix_web::web;", &[1]),
        (actix, "src/import/a.rs", "use utoipa_actix_web::scope;", &[1]),
        (actix, "src/server.rs", "use actix_web::App;", &[]),
        (network, "src/api/a.rs", "use x;\nureq::get(y)", &[2]),
        (network, "src/courier/a.rs", "use ureq::Agent;", &[]),
        (purity, "src/domain/a.rs", "let t = Utc::now();", &[1]),
        (purity, "src/geo/a.rs", "use std::net::IpAddr;", &[1]),
        (direction, "src/formats/a.rs", "use crate::db;\nuse crate::dbase;", &[1]),
        (purity, "src/import/a.rs", "#[cfg(test)]\nmod tests { fn a() { Utc::now(); } }", &[]),
        (purity, "src/geo/a.rs", "magnet::pull()", &[]),
        (purity, "src/geo/a.rs", "use std::{fmt, net::IpAddr};", &[1]),
        (purity, "src/api/a.rs", "Utc::now()", &[]),
        (direction, "src/db/a.rs", "use crate::api::sites::SiteView;", &[1]),
        (direction, "src/db/a.rs", "use crate::domain::Site;", &[]),
        (direction, "src/register/a.rs", "use crate::db;\nuse crate::api;", &[2]),
        (direction, "src/api/a.rs", "use crate::register;\nuse crate::courier;", &[2]),
        (direction, "src/courier.rs", "use crate::api;\nuse crate::cli;", &[2]),
        (panics, "src/a.rs", "a.unwrap();\nb\n    .expect(\"c\");\npanic!(\"d\");\ntodo!()", &[1, 3, 4, 5]),
        (panics, "src/a.rs", "a.unwrap_or(1); // .unwrap()\nassert_panic!(x);", &[]),
        (panics, "src/a.rs", "#[cfg(test)]\nmod tests {\n fn a() { b.unwrap() }\n}\nfn c() { d.unwrap() }", &[5]),
        (panics, "src/main.rs", "a.unwrap()", &[]),
        (records, "src/db/a.rs", "\n#[derive(\n    Debug,\n    Serialize,\n)]", &[2]),
        (records, "src/db/a.rs", "#[derive(Debug)]\nfn a<T: Serialize>() {}", &[]),
        (records, "src/api/a.rs", "#[derive(Serialize)]", &[]),
        (sql, "src/api/a.rs", "x();\nrun(\"SELECT a\n FROM b\")", &[2]),
        (sql, "src/api/a.rs", "run(r#\"INSERT INTO a\"#); run(\"UPDATE a SET b\"); run(\"DELETE FROM a\")", &[1, 1, 1]),
        (sql, "src/api/a.rs", "say(\"Select one from the list\"); f(\"SELECT\", \"FROM\"); // SELECT a FROM b", &[]),
        (sql, "src/db/a.rs", "run(\"SELECT a FROM b\")", &[]),
        (glossary, "src/a.rs", "struct TelcoName;\nfn remote_unit_count() {}\nlet customers = 1;", &[1, 2, 3]),
        (glossary, "src/a.rs", "let operator = 1; // a carrier\nlet baseline_station = remote + unit;", &[]),
    ];
        for (rule, path, text, expected) in samples {
            let mut lines: Vec<usize> = rule(&Source::rust(path, text))
                .iter()
                .map(|finding| finding.line)
                .collect();
            lines.sort_unstable();
            assert_eq!(lines, *expected, "{path}:\n{text}");
        }

        let table = Source::sql("migrations/a.sql", "-- carrier\nCREATE TABLE carriers ();");
        assert_eq!(glossary(&table).len(), 1);
    }

    #[test]
    fn a_missing_twin_and_a_needless_exception_are_seen() {
        let api = [
            Source::rust(
                "src/api/sites.rs",
                "#[get(\"/sites\")]\nasync fn list_sites() {}",
            ),
            Source::rust(
                "src/api/areas/boundary.rs",
                "#[actix_web::put(\"/areas\")]\nfn a() {}",
            ),
            Source::rust("src/api/problem.rs", "fn get() {}"),
        ];
        let files = |twins: &[&str], exceptions: &[&str]| -> Vec<String> {
            let twins: Vec<String> = twins.iter().map(ToString::to_string).collect();
            without_twin(&api, &twins, exceptions)
                .into_iter()
                .map(|finding| finding.file)
                .collect()
        };
        assert_eq!(files(&["areas", "sites"], &[]), [""; 0]);
        assert_eq!(files(&["areas"], &[]), ["src/api/sites.rs"]);
        assert_eq!(files(&["sites"], &["src/api/areas/boundary.rs"]), [""; 0]);
        assert_eq!(
            files(&["areas", "sites"], &["src/api/sites.rs"]),
            ["src/api/sites.rs"]
        );
    }

    #[test]
    fn a_migration_that_one_database_lacks_is_seen() {
        let whole = [
            "sqlite/1_a/up.sql",
            "sqlite/1_a/down.sql",
            "postgres/1_a/up.sql",
            "postgres/1_a/down.sql",
        ];
        assert_eq!(unpaired_migrations(&whole), [""; 0]);
        assert_eq!(unpaired_migrations(&whole[..3]), ["postgres/1_a/down.sql"]);
        assert_eq!(
            unpaired_migrations(&whole[2..]),
            ["sqlite/1_a/up.sql", "sqlite/1_a/down.sql"]
        );
    }
}
