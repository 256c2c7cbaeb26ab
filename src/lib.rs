//! The register of a region's telecom infrastructure, and its answers by district.
//!
//! ```text
//! main → cli → server → api → register → { db, import, geo, domain }
//!        cli → { courier, api, register, import, formats, db, config }
//!              api → { db, import, formats, geo, domain }
//!          courier → { api, register, db, config }
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | values and their rules; no HTTP, no SQL, no clock |
//! | [`geo`] | geometry; values in, values out |
//! | [`db`] | the only room that knows SQL |
//! | [`register`] | what the register does: record, file under areas, import, sum up, report |
//! | [`formats`] | CSV, GeoJSON, XLSX from rows |
//! | [`import`] | files in, rows out |
//! | [`api`] | HTTP, its contract and its access rules |
//! | [`courier`] | takes changes to webhooks: the only room that asks the network |
//! | [`cli`], [`config`], [`server`], [`telemetry`] | the program around it |

pub mod api;
pub mod cli;
pub mod config;
pub mod courier;
pub mod coverage;
pub mod db;
pub mod domain;
pub mod error;
pub mod formats;
pub mod geo;
pub mod import;
pub mod register;
pub mod server;
pub mod telemetry;
