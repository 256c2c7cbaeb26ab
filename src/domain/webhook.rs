//! A webhook: where changes are sent, and which of them.

use serde_json::Value;
use url::Url;

use super::fields::Fields;
use super::text::{self, NAME_MAX};
use super::{Faults, Rule};

/// Longest address, in characters.
pub const URL_MAX: usize = 2_000;

/// What the journal has changes of.
pub const RESOURCES: [&str; 10] = [
    "site",
    "operator",
    "area",
    "boundaries",
    "subscribers",
    "settlement",
    "settlement_report",
    "key",
    "webhook",
    "submission",
];

/// What the journal says was done.
pub const ACTIONS: [&str; 10] = [
    "create", "replace", "update", "delete", "import", "revoke", "approve", "reject", "revert",
    "withdraw",
];

/// Where changes are sent, and which of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, for people.
    pub name: String,
    /// Where deliveries are sent.
    pub url: String,
    /// Only changes of these resources; of all where there is none.
    pub resources: Vec<String>,
    /// Only these actions; all where there is none.
    pub actions: Vec<String>,
    /// Only changes of records of this operator.
    pub operator: Option<String>,
    /// Whether nothing is sent for the time being.
    pub paused: bool,
}

impl Webhook {
    /// Reads a webhook that is there already; with `allows_http` its address may do without TLS.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read(body: &Value, allows_http: bool) -> Result<Self, Faults> {
        Self::read_all(body, allows_http, false).map(|(webhook, _)| webhook)
    }

    /// Reads a new webhook, and after which revision it begins where the body says so.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read_new(body: &Value, allows_http: bool) -> Result<(Self, Option<i64>), Faults> {
        Self::read_all(body, allows_http, true)
    }

    fn read_all(
        body: &Value,
        allows_http: bool,
        is_new: bool,
    ) -> Result<(Self, Option<i64>), Faults> {
        let mut faults = Faults::default();
        let Some(mut fields) = Fields::of(body, "", &mut faults) else {
            return Err(faults);
        };
        fields.require(&["name", "url"], &mut faults);
        fields.pass_over(&MADE_BY_SERVER);
        let webhook = Self::read_fields(&mut fields, allows_http, &mut faults);
        let since = if is_new {
            since(&mut fields, &mut faults)
        } else {
            None
        };
        fields.refuse_others(&mut faults);
        faults.give(webhook.map(|webhook| (webhook, since)))
    }

    fn read_fields(fields: &mut Fields, allows_http: bool, faults: &mut Faults) -> Option<Self> {
        let name = fields.text("name", NAME_MAX, faults);
        let url = fields.checked("url", faults, |raw| address(raw, allows_http));
        let resources = words(fields, "resources", &RESOURCES, RESOURCES_KNOWN, faults);
        let actions = words(fields, "actions", &ACTIONS, ACTIONS_KNOWN, faults);
        let operator = fields.checked("operator", faults, text::operator_code);
        let paused = fields.boolean("paused", faults).unwrap_or(false);
        Some(Self {
            name: name?,
            url: url?,
            resources,
            actions,
            operator,
            paused,
        })
    }

    /// Whether a change of `resource` by `action` is one of those that it wants, whatever the operator.
    #[must_use]
    pub fn wants(&self, resource: &str, action: &str) -> bool {
        let named =
            |list: &[String], word: &str| list.is_empty() || list.iter().any(|own| own == word);
        named(&self.resources, resource) && named(&self.actions, action)
    }
}

const MADE_BY_SERVER: [&str; 11] = [
    "id",
    "owner",
    "state",
    "delivered_revision",
    "delivered_at",
    "failing_since",
    "next_attempt_at",
    "dead",
    "version",
    "created_at",
    "updated_at",
];

const RESOURCES_KNOWN: &str = "site, operator, area, boundaries, subscribers, settlement, settlement_report, key, webhook, submission";
const ACTIONS_KNOWN: &str =
    "create, replace, update, delete, import, revoke, approve, reject, revert, withdraw";

/// A list of words of `all`, each at most once.
fn words(
    fields: &mut Fields,
    name: &'static str,
    all: &[&str],
    known: &'static str,
    faults: &mut Faults,
) -> Vec<String> {
    let word = |value: &Value, pointer: String, faults: &mut Faults| {
        let word = value.as_str().filter(|word| all.contains(word));
        if word.is_none() {
            faults.body(&pointer, Rule::UnknownValue { known }, Some(value));
        }
        word.map(|word| (pointer, word.to_owned()))
    };
    let read = fields.list(name, all.len(), faults, word);
    let mut words: Vec<String> = Vec::new();
    for (pointer, word) in read.unwrap_or_default() {
        if words.contains(&word) {
            faults.body(pointer, Rule::Duplicate, Some(&Value::from(word)));
        } else {
            words.push(word);
        }
    }
    words
}

fn since(fields: &mut Fields, faults: &mut Faults) -> Option<i64> {
    let value = fields.value("since")?;
    let revision = value.as_i64().filter(|revision| *revision >= 0);
    if revision.is_none() {
        let expected = "a revision: a whole number from 0";
        faults.body(
            fields.pointer("since"),
            Rule::WrongType { expected },
            Some(value),
        );
    }
    revision
}

/// Checks where deliveries are sent, as the WHATWG's URL standard reads it. What its name resolves to is judged when a
/// connection is made: names move.
fn address(raw: &str, allows_http: bool) -> Result<String, Rule> {
    let url = Url::parse(&text::clean(raw, URL_MAX)?).map_err(|error| Rule::Malformed {
        why: error.to_string(),
    })?;
    if url.scheme() != "https" && !(allows_http && url.scheme() == "http") {
        return Err(Rule::BadFormat {
            expected: "an address that begins with https://",
        });
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(Rule::BadFormat {
            expected: "an address without user, password and fragment",
        });
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn faults(body: &Value, is_new: bool) -> Vec<(String, &'static str)> {
        Webhook::read_all(body, false, is_new)
            .unwrap_err()
            .into_list()
            .into_iter()
            .map(|fault| (fault.pointer.unwrap(), fault.rule.code()))
            .collect()
    }

    #[test]
    fn the_words_in_messages_are_the_words_that_are_taken() {
        assert_eq!(RESOURCES.join(", "), RESOURCES_KNOWN);
        assert_eq!(ACTIONS.join(", "), ACTIONS_KNOWN);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let body = json!({"url": "ftp://a.example", "resources": ["site", "tower", "site"], "actions": "create",
            "operator": "Viettel", "paused": 1, "since": -1, "secret": "mine"});
        let expected = [
            ("/name", "required"),
            ("/url", "bad_format"),
            ("/resources/1", "unknown_value"),
            ("/resources/2", "duplicate"),
            ("/actions", "wrong_type"),
            ("/operator", "bad_format"),
            ("/paused", "wrong_type"),
            ("/since", "wrong_type"),
            ("/secret", "unknown_field"),
        ];
        assert_eq!(
            faults(&body, true),
            expected.map(|(place, code)| (place.to_owned(), code))
        );
        let moved = json!({"name": "n", "url": "https://a.example/", "since": 3});
        assert_eq!(
            faults(&moved, false),
            [("/since".to_owned(), "unknown_field")]
        );
    }

    #[test]
    fn an_address_has_tls_unless_it_may_do_without_and_holds_no_password() {
        assert_eq!(
            address(" https://Bản.Example:8443/a?b=c ", false).unwrap(),
            "https://xn--bn-l5s.example:8443/a?b=c"
        );
        assert_eq!(
            address("http://10.0.0.1:80/", true).unwrap(),
            "http://10.0.0.1/"
        );
        assert_eq!(
            address("http://0x7f.1/", true).unwrap(),
            "http://127.0.0.1/"
        );
        for raw in [
            "http://a.example",
            "file:///etc/passwd",
            "https://me:pw@a.example",
            "https://me@a.example",
            "https://a.example/#b",
        ] {
            assert!(
                matches!(address(raw, false), Err(Rule::BadFormat { .. })),
                "{raw}"
            );
        }
        for raw in ["a.example", "https://", "https://a b/", "https://[::1"] {
            assert!(
                matches!(address(raw, false), Err(Rule::Malformed { .. })),
                "{raw}"
            );
        }
    }

    #[test]
    fn a_webhook_without_filters_wants_everything() {
        let read = |filter: Value| {
            let mut body = json!({"name": "n", "url": "https://a.example/"});
            json_patch::merge(&mut body, &filter);
            Webhook::read(&body, false).unwrap()
        };
        assert!(read(json!({})).wants("site", "create"));
        let sites = read(json!({"resources": ["site"]}));
        assert!(sites.wants("site", "delete") && !sites.wants("area", "create"));
        let both = read(json!({"resources": ["site", "area"], "actions": ["create"]}));
        assert!(both.wants("area", "create") && !both.wants("site", "update"));
    }

    proptest! {
        #[test]
        fn no_address_makes_it_panic_and_a_taken_one_is_taken_again(raw in "(https?://)?\\PC{0,40}") {
            if let Ok(url) = address(&raw, true) {
                prop_assert_eq!(address(&url, true).unwrap(), url);
            }
        }
    }
}
