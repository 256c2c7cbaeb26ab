//! House rules on the source tree that no linter has; each test's name is the rule.
//!
//! A broken rule prints the file, the line and what to do. The rules themselves are in
//! `tests/tidy/rules.rs`, with samples of what each forbids.

use std::fmt::Write;
use std::path::Path;

#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use rules::{Finding, Rule, WITHOUT_TWIN, unpaired_migrations, without_twin};
use source::{Source, tree};

fn check(files: &[Source], rule: Rule) {
    assert!(!files.is_empty(), "there are no files to check");
    report(&files.iter().flat_map(rule).collect::<Vec<_>>());
}

fn report(findings: &[Finding]) {
    let mut text = String::new();
    for Finding {
        file,
        line,
        what,
        fix,
    } in findings
    {
        let _ = write!(text, "\n{file}:{line}: {what}\n    {fix}");
    }
    assert!(findings.is_empty(), "{} broken:{text}", findings.len());
}

fn src() -> Vec<Source> {
    tree("src", "rs")
}

#[test]
fn no_file_is_over_500_lines() {
    let all: Vec<Source> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|it| tree(it, "rs"))
        .collect();
    check(&all, rules::length);
}

#[test]
fn every_module_opens_with_what_it_holds() {
    check(&src(), rules::opening);
}

#[test]
fn diesel_appears_only_under_db() {
    check(&src(), rules::diesel);
}

#[test]
fn actix_web_appears_only_under_api_and_the_server() {
    check(&src(), rules::actix);
}

#[test]
fn only_the_courier_asks_other_machines() {
    check(&src(), rules::network);
}

#[test]
fn domain_geo_formats_and_import_touch_no_network_clock_or_database() {
    check(&src(), rules::purity);
}

#[test]
fn no_layer_imports_one_above_it() {
    check(&src(), rules::direction);
}

#[test]
fn nothing_panics_outside_tests_and_main() {
    check(&src(), rules::panics);
}

#[test]
fn no_record_is_serialized() {
    check(&src(), rules::records);
}

#[test]
fn sql_is_written_only_under_db_and_migrations() {
    check(&src(), rules::sql);
}

#[test]
fn every_idea_has_one_word() {
    let all: Vec<Source> = src().into_iter().chain(tree("migrations", "sql")).collect();
    check(&all, rules::glossary);
}

#[test]
fn every_file_of_handlers_has_its_twin_in_the_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api");
    let twins: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    report(&without_twin(&tree("src/api", "rs"), &twins, WITHOUT_TWIN));
}

#[test]
fn both_databases_have_the_same_migrations_up_and_down() {
    let files = tree("migrations", "sql");
    let paths: Vec<&str> = files
        .iter()
        .map(|file| file.path.trim_start_matches("migrations/"))
        .collect();
    assert!(!paths.is_empty(), "there are no migrations");
    let missing = unpaired_migrations(&paths);
    assert!(
        missing.is_empty(),
        "write these under migrations/: {missing:#?}"
    );
}
