//! Values and their rules: what a site, a radio, an area, a count is. No HTTP, no SQL, no clock.

pub mod access;
pub mod area;
pub mod fault;
pub mod fields;
pub mod next_sites;
pub mod operator;
pub mod radio;
pub mod record_kind;
pub mod rule;
pub mod settlement;
pub mod site;
pub mod site_input;
pub mod submission;
pub mod subscribers;
pub mod tally;
pub mod text;
pub mod webhook;
pub mod what_if;

pub use access::{Caller, Role};
pub use area::{Area, Level};
pub use fault::{Faults, FieldError};
pub use operator::Operator;
pub use radio::{Radio, Sector, Technology};
pub use record_kind::RecordKind;
pub use rule::{Language, Rule};
pub use settlement::{FieldReport, Settlement, SettlementStatus};
pub use site::{Equipment, Kind, Site, Status, Structure};
pub use subscribers::{CountKey, Service, SubscriberCount};
pub use webhook::Webhook;
