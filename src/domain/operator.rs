//! An operator: a company that holds sites and reports subscribers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields::{self, Fields};
use super::text::{self, NAME_MAX, REMARK_MAX};
use super::{Faults, Rule};

/// A company that holds sites and reports subscribers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Short code, the key: lower-case letters, digits, `-` and `_`.
    #[schema(
        min_length = 1,
        max_length = 32,
        pattern = "^[a-z0-9_-]+$",
        example = "viettel"
    )]
    pub code: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Viettel")]
    pub name: String,
    /// Its mobile network codes, each MCC and MNC in one text: five or six digits (ITU-T E.212).
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["45204"]))]
    pub plmns: Vec<String>,
    /// Whom to ask.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub contact: Option<String>,
    /// Whether it still operates.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl Operator {
    /// Reads an operator; with `code`, the one of the address, the body may leave its own out.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read(body: &Value, code: Option<&str>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let operator = Self::read_object(body, code, &mut faults);
        faults.give(operator)
    }

    fn read_object(body: &Value, path: Option<&str>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(body, "", faults)?;
        fields.require(
            if path.is_some() {
                &["name"]
            } else {
                &["code", "name"]
            },
            faults,
        );
        fields.pass_over(&["version", "created_at", "updated_at"]);
        let code = fields.checked("code", faults, text::operator_code);
        let path = path.and_then(|path| {
            fields::key_of_path(code.as_deref(), path, text::operator_code, faults)
        });
        let name = fields.text("name", NAME_MAX, faults);
        let plmns = fields.list("plmns", 20, faults, plmn).unwrap_or_default();
        let contact = fields.text("contact", REMARK_MAX, faults);
        let active = fields.boolean("active", faults).unwrap_or(true);
        fields.refuse_others(faults);
        Some(Self {
            code: code.or(path)?,
            name: name?,
            plmns,
            contact,
            active,
        })
    }
}

fn plmn(value: &Value, pointer: String, faults: &mut Faults) -> Option<String> {
    let digits = value
        .as_str()
        .filter(|text| (5..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()));
    if digits.is_none() {
        faults.body(
            pointer,
            Rule::BadFormat {
                expected: "five or six digits, MCC and MNC",
            },
            Some(value),
        );
    }
    digits.map(str::to_owned)
}
