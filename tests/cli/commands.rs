//! Commands that end: help, exit codes, migrations, the contract.

use std::path::Path;

use clap::CommandFactory;

use crate::support::{Place, outcome};

const MIGRATION: &str = "register";

#[test]
fn the_arguments_are_consistent() {
    telecom_inventory::cli::Arguments::command().debug_assert();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list")]
fn help_names_what_each_command_takes() {
    let register = ["--data-dir", "DATA_DIR", "--database-url", "DATABASE_URL"];
    let commands: [(&[&str], &[&str]); 17] = [
        (
            &[],
            &[
                "serve",
                "migrate",
                "seed",
                "import",
                "export",
                "keys",
                "openapi",
                "Exit codes",
            ],
        ),
        (
            &["serve"],
            &[
                "--listen",
                "LISTEN",
                "--open-reading",
                "--demo",
                "--workers",
                "--body-max-bytes",
                "--import-max-bytes",
                "--department-name",
                "--boundary-tolerance-m",
                "--subscriber-max-age-days",
                "--territory",
                "--utc-offset-hours",
                "--log-format",
                "--database-connections",
                "telecom-inventory serve --demo",
            ],
        ),
        (&["migrate"], &["--status", "--down"]),
        (&["seed"], &[]),
        (
            &["import"],
            &["areas", "operators", "sites", "subscribers", "settlements"],
        ),
        (
            &["import", "areas"],
            &[
                "<FILE>",
                "--level",
                "--code-property",
                "--name-property",
                "--parent-property",
                "--area-property",
                "--valid-from",
                "--valid-to",
                "--boundary-kind",
                "--source",
                "--area-tolerance-percent",
                "--repair",
                "--dry-run",
                "--end-previous",
            ],
        ),
        (&["import", "operators"], &["<FILE>", "--reason"]),
        (&["import", "sites"], &["<FILE>", "--operator", "--reason"]),
        (
            &["import", "subscribers"],
            &["<FILE>", "--operator", "--reason"],
        ),
        (
            &["import", "settlements"],
            &["<FILE>", "--dry-run", "--crs", "--reason"],
        ),
        (
            &["export"],
            &[
                "<WHAT>",
                "sites",
                "subscribers",
                "settlements",
                "areas",
                "operators",
                "--out",
                "--format",
                "ndjson",
                "csv",
            ],
        ),
        (&["keys"], &["create", "list", "revoke"]),
        (
            &["keys", "create"],
            &["--role", "--name", "--operator", "--expires-at"],
        ),
        (&["keys", "list"], &[]),
        (&["keys", "revoke"], &["<ID>"]),
        (&["openapi"], &["--check"]),
        (&["help"], &["serve", "openapi"]),
    ];
    let place = Place::new();
    for (command, expected) in commands {
        let mut arguments = command.to_vec();
        if command != ["help"] {
            arguments.push("--help");
        }
        let help = place.done(&arguments);
        let works_on_one = !matches!(command, [] | ["help" | "import" | "keys" | "openapi"]);
        let all = expected
            .iter()
            .chain(register.iter().filter(|_| works_on_one));
        for part in all {
            assert!(
                help.contains(part),
                "{command:?} --help does not name {part}:\n{help}"
            );
        }
    }
    assert!(
        place
            .done(&["--version"])
            .contains(env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(
        std::fs::read_dir(place.folder.path()).unwrap().count(),
        0,
        "help makes no files"
    );
}

#[test]
fn the_exit_code_tells_what_kind_of_trouble_it_was() {
    let place = Place::new();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["serve", "--listen", "nowhere"],
        &["migrate", "--down", "--status"],
        &["import", "sites"],
        &["export", "everything"],
        &["keys", "create", "--name", "x"],
        &["serve", "--territory", "1,2,3"],
        &["serve", "--log-format", "xml"],
        &["serve", "--demo", "--database-url", "x.sqlite"],
        &["export", "areas", "--format", "csv"],
        &["import", "sites", "sites.doc"],
    ] {
        let wrong = place.run(arguments).expect(2);
        assert!(
            wrong.stdout.is_empty() && !wrong.stderr.is_empty(),
            "{arguments:?}: {wrong:?}"
        );
    }
    assert_eq!(
        std::fs::read_dir(place.folder.path()).unwrap().count(),
        0,
        "wrong arguments make no files"
    );
    let nowhere = place.path("no/such/folder/x.ndjson").display().to_string();
    for arguments in [
        &["import", "sites", "missing.ndjson"][..],
        &["export", "sites", "--out", &nowhere],
        &["openapi", "--check", "missing.json"],
        &["migrate", "--log", "=="],
    ] {
        let failed = place.run(arguments).expect(1);
        assert!(
            failed.stdout.is_empty() && failed.stderr.contains("error: "),
            "{arguments:?}: {failed:?}"
        );
    }
    let rows = place.file("rows.ndjson", "{}\n");
    for arguments in [
        &["import", "sites", &rows][..],
        &["import", "subscribers", &rows],
        &["keys", "create", "--role", "king", "--name", "x"],
        &["keys", "create", "--role", "operator", "--name", "x"],
        &[
            "keys",
            "create",
            "--role",
            "operator",
            "--name",
            "x",
            "--operator",
            "nobody",
        ],
        &["keys", "create", "--role", "reader", "--name", ""],
        &["keys", "revoke", "nothing"],
        &["keys", "revoke", "-begins-as-some-ids-do"],
    ] {
        let refused = place.run(arguments).expect(3);
        assert!(
            refused.stdout.is_empty() && !refused.stderr.is_empty(),
            "{arguments:?}: {refused:?}"
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_said_soon() {
    let place = Place::new();
    let started = std::time::Instant::now();
    let failed = place
        .run(&[
            "migrate",
            "--database-url",
            "postgres://nobody:secret@127.0.0.1:1/x",
        ])
        .expect(1);
    assert!(started.elapsed().as_secs() < 60);
    assert!(!failed.stderr.contains("secret"), "{}", failed.stderr);
}

#[test]
fn migrations_go_up_and_down_and_tell_where_they_are() {
    for place in Place::on_both_databases() {
        let state = |place: &Place| place.done(&["migrate", "--status"]);
        let before = state(&place);
        assert!(
            before.contains(MIGRATION) && !before.contains("applied"),
            "{before}"
        );
        place.run(&["migrate", "--down"]).expect(1);
        let up = place.done(&["migrate"]);
        assert!(up.starts_with("Applied "), "{up}");
        assert_eq!(state(&place), before.replace("pending", "applied"));
        assert!(place.done(&["migrate"]).contains("newest form already"));
        let mut downs = 0;
        while state(&place).contains("applied") {
            let down = place.done(&["migrate", "--down"]);
            assert!(down.starts_with("Took back "), "{down}");
            downs += 1;
            assert!(downs < 100);
        }
        assert_eq!(state(&place), before);
        assert_eq!(place.done(&["migrate"]), up);
        assert!(place.done(&["keys", "list"]).starts_with("id "));
    }
}

#[test]
fn a_mistyped_scheme_makes_no_file() {
    let place = Place::new();
    for url in [
        "postgre://localhost/register",
        "postgress://x",
        "mysql://localhost/x",
        "http://x",
        "sqlite:",
    ] {
        for command in ["migrate", "seed"] {
            let failed = place.run(&[command, "--database-url", url]).expect(1);
            assert!(
                failed.stderr.contains("postgres://"),
                "{url}: {}",
                failed.stderr
            );
        }
        outcome(
            place
                .command(&["export", "sites"], false)
                .env("DATABASE_URL", url),
        )
        .expect(1);
    }
    assert_eq!(std::fs::read_dir(place.folder.path()).unwrap().count(), 0);
}

#[test]
fn the_contract_is_compared_with_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let text = place.done(&["openapi"]);
    assert_eq!(
        text,
        std::fs::read_to_string(root.join("openapi/openapi.json")).unwrap()
    );
    let mut check = place.command(&["openapi", "--check"], false);
    assert!(
        outcome(check.current_dir(root))
            .expect(0)
            .stdout
            .contains("in step")
    );

    let copy = place.file("copy.json", &text);
    place.run(&["openapi", "--check", &copy]).expect(0);
    let changed = place.file(
        "changed.json",
        &text.replacen("/districts/", "/counties/", 1),
    );
    let failed = place.run(&["openapi", "--check", &changed]).expect(1);
    assert!(
        failed.stdout.contains("/counties/") && failed.stdout.contains("/districts/"),
        "{}",
        failed.stdout
    );
    assert!(failed.stderr.contains("differs"), "{}", failed.stderr);
    let cut = place.file("cut.json", text.trim_end().trim_end_matches('}'));
    place.run(&["openapi", "--check", &cut]).expect(1);
}
