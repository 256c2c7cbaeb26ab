//! Rows of the templates' second sheet. Their codes and names say that they are examples.

use crate::domain::RecordKind;

/// A row: field and value, in the words of the API.
pub type Example = &'static [(&'static str, &'static str)];

/// The examples of a kind of record.
#[must_use]
pub fn of(kind: RecordKind) -> &'static [Example] {
    match kind {
        RecordKind::Sites => SITES,
        RecordKind::Subscribers => COUNTS,
        RecordKind::Settlements => SETTLEMENTS,
    }
}

#[rustfmt::skip] // a few fields to a line
const SITES: &[Example] = &[
    &[
        ("operator", "example"), ("code", "EXAMPLE-0001"), ("kind", "bts"), ("name", "Ví dụ / Example 1"), ("status", "active"),
        ("longitude", "103.4012"), ("latitude", "22.4501"), ("elevation_m", "1410"), ("district", "109"), ("commune", "03394"),
        ("address", "bản Ví dụ"), ("commissioned_on", "01/05/2012"), ("structure.type", "guyed_mast"), ("structure.height_m", "42"),
        ("structure.owner", "example"), ("structure.shared_with", "example-2, example-3"), ("technologies", "2G, 3G"),
        ("2g.commissioned_on", "01/05/2012"), ("3g.commissioned_on", "15/08/2014"), ("source", "Ví dụ / Example"),
    ],
    &[
        ("operator", "example"), ("code", "EXAMPLE-0002"), ("kind", "satellite_exchange"), ("name", "Ví dụ / Example 2"),
        ("status", "decommissioned"), ("longitude", "103°27'30.9\"E"), ("latitude", "22°23'47.1\"N"),
        ("commissioned_on", "31/12/2005"), ("decommissioned_on", "30/06/2016"), ("line_capacity", "512"), ("lines_in_use", "437"),
        ("host", "EXAMPLE-0003"), ("source", "Ví dụ / Example"),
    ],
];

#[rustfmt::skip]
const COUNTS: &[Example] = &[
    &[
        ("operator", "example"), ("service", "mobile"), ("technology", "3g"), ("area", "105"), ("period_end", "31/12/2016"),
        ("subscribers", "7665"), ("source", "Ví dụ / Example"),
    ],
    &[
        ("operator", "example"), ("service", "fixed_wired"), ("area", "03394"), ("site", "EXAMPLE-0002"),
        ("period_end", "12/2016"), ("subscribers", "437"), ("definition", "example"), ("source", "Ví dụ / Example"),
    ],
];

#[rustfmt::skip]
const SETTLEMENTS: &[Example] = &[
    &[
        ("code", "EXAMPLE-01"), ("name", "Ví dụ / Example 1"), ("longitude", "103.4012"), ("latitude", "22.4501"), ("population", "412"),
        ("households", "90"), ("has_grid_power", "x"), ("source", "Ví dụ / Example"),
    ],
    &[
        ("code", "EXAMPLE-02"), ("name", "Ví dụ / Example 2"), ("longitude", "103°27'30.9\"E"), ("latitude", "22°23'47.1\"N"),
        ("has_grid_power", "không"),
    ],
];
