//! The register of a region's telecom infrastructure, and its answers by district.
//!
//! ```text
//! main → cli → server → api → register → { db, import, geo, domain }
//!        cli → { api, register, import, formats, db, config }
//!              api → { db, import, formats, geo, domain }
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
//! | [`cli`], [`config`], [`server`], [`telemetry`] | the program around it |

pub mod api;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod error;
pub mod formats;
pub mod geo;
pub mod import;
pub mod register;
pub mod server;
pub mod telemetry;
