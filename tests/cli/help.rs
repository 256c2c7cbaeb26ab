//! `--help` of every command, which is the reference of the settings.

use clap::{Command, CommandFactory};
use telecom_inventory::cli::Arguments;

use crate::support::Place;

/// Every command with the words that name it, the program itself first.
fn all(command: &Command, path: &[String]) -> Vec<(Vec<String>, Command)> {
    let mut list = vec![(path.to_vec(), command.clone())];
    for child in command.get_subcommands() {
        if child.get_name() != "help" {
            list.extend(all(child, &[path, &[child.get_name().to_owned()]].concat()));
        }
    }
    list
}

fn built() -> Command {
    let mut command = Arguments::command();
    command.build();
    command
}

#[test]
fn every_command_explains_itself_and_all_that_it_takes() {
    let place = Place::new();
    let commands = all(&built(), &[]);
    assert!(commands.len() > 12, "{}", commands.len());
    for (path, command) in commands {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let ran = place.run(&words).expect(0);
        let usage = ["Usage: telecom-inventory"]
            .into_iter()
            .chain(path.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ");
        assert!(ran.stdout.contains(&usage), "{words:?}: no `{usage}`");
        assert!(ran.stdout.contains("\nOptions:\n"), "{words:?}");
        assert!(ran.stdout.contains("--log-format"), "{words:?}");
        assert_eq!(ran.stderr, "", "{words:?}");
        let about = command.get_about().map(ToString::to_string);
        assert!(about.is_some_and(|about| !about.is_empty()), "{words:?}");
        if command.has_subcommands() {
            assert!(ran.stdout.contains("\nCommands:\n"), "{words:?}");
        }
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(!help.is_empty(), "{words:?} {}", argument.get_id());
            if argument.is_positional() {
                let name = argument.get_id().as_str().to_uppercase();
                assert!(
                    ran.stdout.contains(&format!("<{name}>")),
                    "{words:?} {name}"
                );
            }
        }
    }
}

#[test]
fn every_setting_of_serve_has_its_variable_and_its_default() {
    let out = Place::new().done(&["serve", "--help"]);
    let command = built();
    let serve = command.find_subcommand("serve").unwrap();
    let mut settings = 0;
    for argument in serve.get_arguments() {
        let Some(flag) = argument
            .get_long()
            .filter(|flag| !["help", "version"].contains(flag))
        else {
            continue;
        };
        let variable = flag.replace('-', "_").to_uppercase();
        let told = argument
            .get_env()
            .map(|name| name.to_string_lossy().into_owned());
        assert_eq!(told.as_deref(), Some(variable.as_str()), "--{flag}");
        assert!(out.contains(&format!("--{flag}")), "--{flag}");
        assert!(out.contains(&format!("[env: {variable}")), "{variable}");
        settings += 1;
    }
    assert!(settings > 12, "{settings}");
    for default in [
        "[default: ./data]",
        "[default: 127.0.0.1:8080]",
        "[default: 200]",
    ] {
        assert!(out.contains(default), "{default}");
    }
    assert!(out.contains("Try it: telecom-inventory serve --demo"));
}

#[test]
fn the_help_names_every_exit_code() {
    let out = Place::new().done(&["--help"]);
    let line = out.lines().find(|line| line.starts_with("Exit codes:"));
    let text = line.unwrap();
    for code in ["0 ", "1 ", "2 ", "3 "] {
        assert!(text.contains(code), "{text}");
    }
}
