//! A made-up country for the benches: 700 districts in a jittered honeycomb, and sites in them. Every number comes from
//! a fixed seed; nothing is taken from anywhere.

use chrono::NaiveDate;
use serde_json::{Value, json};
use telecom_inventory::domain::area::{BoundaryKind, Population};
use telecom_inventory::domain::{Area, Level};
use telecom_inventory::geo::{AreaShape, MultiPolygon, Position};
use telecom_inventory::import::areas::Incoming;

/// Districts in a row and rows of them.
const COLUMNS: i32 = 28;
const ROWS: i32 = 25;
/// Edges of a border between two corners: six borders make a district of 102 vertices.
const STEPS: i32 = 17;
const WEST: f64 = 102.0;
const SOUTH: f64 = 10.0;
/// Degrees of one step of the lattice of corners.
const STEP_EAST: f64 = 0.15;
const STEP_NORTH: f64 = 0.25;

/// The codes of the operators.
pub const OPERATORS: [&str; 5] = ["north", "south", "east", "west", "middle"];

/// Numbers that look random and are the same each time.
pub struct Dice(u64);

impl Dice {
    /// Dice that begin at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D)
    }

    /// A number of 32 bits.
    pub fn number(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default()
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.number() % limit
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        f64::from(self.number()) / f64::from(u32::MAX)
    }

    /// One of `choices`.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(u32::try_from(choices.len()).unwrap_or(1)) as usize]
    }
}

/// The code of the district in a column and a row.
fn code(column: i32, row: i32) -> String {
    format!("{:03}", row * COLUMNS + column + 1)
}

/// The codes of all districts.
pub fn codes() -> Vec<String> {
    (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| code(column, row)))
        .collect()
}

/// A corner of the lattice, moved at random by the same way whoever asks.
fn corner((x, y): (i32, i32)) -> (f64, f64) {
    let mut dice = Dice::new(u64::from(x.unsigned_abs()) << 20 | u64::from(y.unsigned_abs()));
    let moved = |at: i32, dice: &mut Dice| f64::from(at) + (dice.share() - 0.5) * 0.4;
    let x = moved(x, &mut dice);
    (x, moved(y, &mut dice))
}

/// The border from one corner to the next, without the latter: a chord that waves. Both neighbours get the same points.
fn border(from: (i32, i32), to: (i32, i32)) -> Vec<(f64, f64)> {
    let (low, high) = (from.min(to), from.max(to));
    let seed = [low.0, low.1, high.0, high.1].iter().fold(7, |seed, part| {
        seed * 1_009 + u64::from(part.unsigned_abs())
    });
    let mut dice = Dice::new(seed);
    let (waves, phase) = (
        1.0 + 3.0 * dice.share(),
        std::f64::consts::TAU * dice.share(),
    );
    let (a, b) = (corner(low), corner(high));
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let point = |step: i32| {
        let t = f64::from(step) / f64::from(STEPS);
        let wave = (std::f64::consts::TAU * waves * t + phase).sin();
        let aside = 0.05 * (std::f64::consts::PI * t).sin() * wave;
        (a.0 + dx * t - dy * aside, a.1 + dy * t + dx * aside)
    };
    if from == low {
        (0..STEPS).map(point).collect()
    } else {
        (1..=STEPS).rev().map(point).collect()
    }
}

/// The boundary of the district in a column and a row.
fn boundary(column: i32, row: i32) -> MultiPolygon<f64> {
    let (x, y) = (2 * column + row % 2, row);
    let corners = [
        (x, y),
        (x + 1, y),
        (x + 2, y),
        (x + 2, y + 1),
        (x + 1, y + 1),
        (x, y + 1),
    ];
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let ring: Vec<(f64, f64)> = corners
        .iter()
        .zip(corners.iter().cycle().skip(1))
        .flat_map(|(from, to)| border(*from, *to))
        .map(|(x, y)| (round(WEST + x * STEP_EAST), round(SOUTH + y * STEP_NORTH)))
        .collect();
    MultiPolygon::new(vec![geo::Polygon::new(ring.into(), Vec::new())])
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default()
}

/// The districts, as a file of areas gives them.
pub fn incoming() -> Vec<Incoming> {
    let cells = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (column, row)));
    cells
        .enumerate()
        .map(|(i, (column, row))| Incoming {
            row: i + 1,
            area: Area {
                level: Level::District,
                code: code(column, row),
                valid_from: first_day(),
                valid_to: None,
                name: format!("District {} {}", column + 1, row + 1),
                parent: None,
                stated_area_km2: None,
                population: vec![Population {
                    year: 2020,
                    persons: 120_000,
                    source: None,
                }],
                seat: None,
                boundary_kind: BoundaryKind::Schematic,
                source: Some("made up".to_owned()),
            },
            boundary: Some(boundary(column, row)),
            closed_at: Vec::new(),
        })
        .collect()
}

/// The districts, ready to be indexed.
pub fn shapes() -> Vec<AreaShape> {
    let shape = |(id, incoming): (i32, Incoming)| {
        Some(AreaShape {
            id,
            layer: incoming.area.level.layer(),
            code: incoming.area.code,
            valid_from: incoming.area.valid_from,
            valid_to: None,
            boundary: incoming.boundary?,
        })
    };
    (1..).zip(incoming()).filter_map(shape).collect()
}

/// A position in the country, away from its outer border.
pub fn position(dice: &mut Dice) -> Position {
    let (wide, high) = (f64::from(2 * COLUMNS - 1), f64::from(ROWS - 1));
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    Position {
        longitude: round(WEST + STEP_EAST * (1.0 + (wide - 1.0) * dice.share())),
        latitude: round(SOUTH + STEP_NORTH * (0.5 + high * dice.share())),
    }
}

const SYLLABLES: [&str; 16] = [
    "Nậm", "Mường", "Pa", "Sin", "Hồ", "Tả", "Khun", "Bản", "Phìn", "Chà", "Lùng", "Than", "Uyên",
    "Sơn", "Thủy", "Đồng",
];

/// The site number `i`, as a client submits it: one in 100 a switching station, two a satellite exchange, the rest BTS.
pub fn site(i: usize) -> Value {
    let mut dice = Dice::new(i as u64 + 1_000_000);
    let Position {
        longitude,
        latitude,
    } = position(&mut dice);
    let name = [
        dice.of(&SYLLABLES),
        dice.of(&SYLLABLES),
        dice.of(&SYLLABLES),
    ]
    .join(" ");
    let year = 2005 + dice.below(18);
    let day = format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28));
    let mut site = json!({
        "operator": dice.of(&OPERATORS), "code": format!("S-{i:06}"), "name": format!("{name} {}", i % 100),
        "status": "active", "longitude": longitude, "latitude": latitude, "elevation_m": f64::from(dice.below(2_000)),
        "address": format!("{} {}", dice.of(&SYLLABLES), dice.of(&SYLLABLES)), "commissioned_on": day, "source": "made up",
    });
    let rest = match i % 100 {
        0 => {
            json!({"kind": "switching_station", "line_capacity": 4_000, "lines_in_use": dice.below(4_000)})
        }
        1 | 2 => {
            json!({"kind": "satellite_exchange", "line_capacity": 500, "lines_in_use": dice.below(500)})
        }
        _ => json!({"kind": "bts", "radios": radios(&mut dice, &day), "structure":
            {"type": "monopole", "height_m": f64::from(20 + dice.below(40)), "owner": null, "shared_with": []}}),
    };
    if let (Value::Object(site), Value::Object(rest)) = (&mut site, rest) {
        site.extend(rest);
    }
    site
}

/// Up to four radios of three sectors each.
fn radios(dice: &mut Dice, day: &str) -> Vec<Value> {
    let mut radios = Vec::new();
    for (technology, share) in [("2g", 0.6), ("3g", 0.7), ("4g", 0.8), ("5g", 0.1)] {
        if dice.share() > share {
            continue;
        }
        let sectors: Vec<Value> = [0, 120, 240]
            .map(|azimuth| {
                json!({"azimuth_deg": f64::from(azimuth + dice.below(40)), "beamwidth_deg": 65.0, "frequency_mhz": 2_117.0,
                    "eirp_dbm": 58.0, "downtilt_deg": 4.0})
            })
            .into();
        radios.push(
            json!({"technology": technology, "commissioned_on": day, "antenna_height_m": 20.0,
            "declared_radius_m": 3_000.0, "sectors": sectors}),
        );
    }
    radios
}

/// The newest subscriber counts: two services of every operator in every district.
pub fn subscribers() -> Vec<Value> {
    let mut dice = Dice::new(3);
    let mut counts = Vec::new();
    for area in codes() {
        for operator in OPERATORS {
            for service in ["mobile", "fixed_wired"] {
                counts.push(json!({"period_end": "2024-12-31", "operator": operator, "service": service, "area": area,
                    "subscribers": dice.below(20_000)}));
            }
        }
    }
    counts
}
