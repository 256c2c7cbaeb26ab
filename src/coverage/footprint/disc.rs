//! Discs by geodesic distance on WGS 84, and sectors of them.
//!
//! A chord through the Earth is computed in closed form; the geodesic that belongs to it is known to within centimetres.
//! So each row's half width is solved for a chord that is surely inside and for one that surely is not, and only the cells
//! between the two, one in some thousands, are asked for their geodesic distance.

use std::cmp::Ordering;
use std::ops::Range;

use super::super::Refusal;
use super::super::lattice::{ECCENTRICITY_SQUARED, Lattice, SEMI_MAJOR_AXIS_M};
use super::super::runs::{Run, Runs};
use crate::geo::{Position, measure};

/// Longest radius of a footprint, metres.
pub const RADIUS_MAX_M: f64 = crate::domain::radio::RADIUS_MAX_M;

/// Smallest and largest radius of curvature anywhere on WGS 84, metres: a(1 − e²) and a/√(1 − e²).
const CURVATURE_RADII_M: [f64; 2] = [6_335_439.327, 6_399_593.626];
/// What rounding may add to a chord, with much to spare, metres.
const ROUNDING_M: f64 = 0.001;
/// Metres in one degree of latitude where it is shortest, with something to spare.
const LATITUDE_DEGREE_M: f64 = 110_570.0;

/// The directions that a sector antenna serves, whole millionths of a degree: so sectors side by side share their edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sector {
    /// First direction, half millionths of a degree clockwise from north, below a whole turn.
    from: i64,
    /// The direction behind the last one.
    to: i64,
    is_whole: bool,
}

/// Half millionths of a degree in a whole turn.
const TURN: i64 = 720_000_000;

impl Sector {
    /// The sector of a horizontal beamwidth about an azimuth (degrees clockwise from north); nothing, for all directions,
    /// when neither is given. It holds its first direction and not its last.
    ///
    /// # Errors
    /// When there is a beamwidth without an azimuth or the reverse, the azimuth is not from 0 to below 360, or the
    /// beamwidth not from 0.001 to 360.
    pub fn new(
        azimuth_deg: Option<f64>,
        beamwidth_deg: Option<f64>,
    ) -> Result<Option<Self>, Refusal> {
        let refusal = |field, rule| Err(Refusal { field, rule });
        match (azimuth_deg, beamwidth_deg) {
            (None, None) => Ok(None),
            (None, Some(_)) => refusal("azimuth_deg", "must be given with a beamwidth"),
            (Some(_), None) => refusal("beamwidth_deg", "must be given with an azimuth"),
            (Some(azimuth), Some(_)) if !(0.0..360.0).contains(&azimuth) => {
                refusal("azimuth_deg", "must be from 0 to below 360")
            }
            (Some(_), Some(width)) if !(1e-3..=360.0).contains(&width) => {
                refusal("beamwidth_deg", "must be from 0.001 to 360")
            }
            (Some(azimuth), Some(width)) => Ok(Some(Self::between(azimuth, width))),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most 3.6e8")]
    fn between(azimuth_deg: f64, beamwidth_deg: f64) -> Self {
        let millionths = |degrees: f64| (degrees * 1e6).round() as i64;
        let (middle, width) = (2 * millionths(azimuth_deg), millionths(beamwidth_deg));
        Self {
            from: (middle - width).rem_euclid(TURN),
            to: (middle + width).rem_euclid(TURN),
            is_whole: 2 * width >= TURN,
        }
    }

    /// Whether directions are in it.
    fn test(self) -> impl Fn(Direction) -> bool {
        let (from, to) = (Ray::new(self.from), Ray::new(self.to));
        let turns = self.from >= self.to;
        move |direction| {
            let (is_behind, is_before) = (!direction.is_before(from), direction.is_before(to));
            self.is_whole
                || if turns {
                    is_behind || is_before
                } else {
                    is_behind && is_before
                }
        }
    }
}

/// A place seen from an antenna: metres east and north on its level plane, in the direction of the normal section.
#[derive(Clone, Copy)]
struct Direction {
    east: f64,
    north: f64,
}

/// An edge of a sector.
#[derive(Clone, Copy)]
struct Ray {
    east: f64,
    north: f64,
    is_eastern: bool,
}

impl Ray {
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    fn new(azimuth: i64) -> Self {
        let (east, north) = (azimuth as f64 / 2e6).to_radians().sin_cos();
        Self {
            east,
            north,
            is_eastern: azimuth < TURN / 2,
        }
    }
}

impl Direction {
    /// Whether it comes before a ray, clockwise from north. Due north is the first direction, due south the first western.
    fn is_before(self, ray: Ray) -> bool {
        let is_eastern = self.east > 0.0 || (self.east == 0.0 && self.north > 0.0);
        match ray.is_eastern.cmp(&is_eastern) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => self.east * ray.north < self.north * ray.east,
        }
    }
}

/// The cells of a disc, or of a sector of it.
pub(super) fn runs(
    lattice: Lattice,
    centre: Position,
    radius_m: f64,
    sector: Option<Sector>,
) -> Result<Runs, Refusal> {
    if !(radius_m > 0.0 && radius_m <= RADIUS_MAX_M) {
        return Err(Refusal {
            field: "radius_m",
            rule: "must be above 0 and at most 100000",
        });
    }
    let disc = Disc::new(lattice, centre, radius_m);
    let tall_deg = radius_m / LATITUDE_DEGREE_M;
    let first_row = lattice.first_row_from(centre.latitude - tall_deg);
    let end_row = lattice.first_row_from(centre.latitude + tall_deg);
    let rows = (first_row..end_row).map(|row| {
        let columns = disc.columns(row);
        let within = match sector {
            Some(sector) => disc.in_sector(row, columns, &sector.test()),
            None => vec![columns],
        };
        within.into_iter().flat_map(|it| disc.wrapped(&it))
    });
    Ok(Runs::from_rows(first_row, rows.map(Vec::from_iter)))
}

/// A circle of latitude as the axis sees it.
#[derive(Clone, Copy)]
struct Parallel {
    /// Distance from the axis, metres.
    radius_m: f64,
    /// Height above the equator's plane, metres.
    height_m: f64,
}

impl Parallel {
    fn at(lat_deg: f64) -> Self {
        let (sine, cosine) = lat_deg.to_radians().sin_cos();
        let normal_m = SEMI_MAJOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * sine * sine).sqrt();
        Self {
            radius_m: normal_m * cosine,
            height_m: normal_m * (1.0 - ECCENTRICITY_SQUARED) * sine,
        }
    }
}

struct Disc {
    lattice: Lattice,
    centre: Position,
    parallel: Parallel,
    radius_m: f64,
    /// Chords that are surely within the radius, and those beyond which all are surely outside, metres.
    chords_m: [f64; 2],
}

impl Disc {
    fn new(lattice: Lattice, centre: Position, radius_m: f64) -> Self {
        // Of a curve of a given length the chord is the shorter the more it is bent (Schur's theorem); a geodesic's bend
        // is that of the surface.
        let [inner_m, outer_m] =
            CURVATURE_RADII_M.map(|bend_m| 2.0 * bend_m * (radius_m / (2.0 * bend_m)).sin());
        Self {
            lattice,
            centre,
            parallel: Parallel::at(centre.latitude),
            radius_m,
            chords_m: [inner_m - ROUNDING_M, outer_m + ROUNDING_M],
        }
    }

    /// The columns of a row, counted on beyond the antimeridian on either side.
    fn columns(&self, row: u32) -> Range<i64> {
        let parallel = Parallel::at(self.lattice.lat_deg(row));
        let [inner, outer] = self.chords_m.map(|chord_m| self.reach(parallel, chord_m));
        let asked = |column: &i64| !inner.contains(column) && !self.holds(row, *column);
        let start = outer.start + count(outer.clone().take_while(asked));
        let left = start..outer.end;
        let end = outer.end - count(left.rev().take_while(asked));
        start..end
    }

    /// The columns whose centres are within a chord on a parallel.
    fn reach(&self, parallel: Parallel, chord_m: f64) -> Range<i64> {
        let apart_m = (parallel.radius_m - self.parallel.radius_m)
            .hypot(parallel.height_m - self.parallel.height_m);
        let left = (chord_m - apart_m) * (chord_m + apart_m);
        if chord_m <= 0.0 || left < 0.0 {
            return 0..0;
        }
        // c² = (p − p₀)² + (z − z₀)² + 4 p p₀ sin²(Δλ/2)
        let sine_2 = left / (4.0 * parallel.radius_m * self.parallel.radius_m);
        let half_width_deg = if sine_2 < 1.0 {
            2.0 * sine_2.sqrt().asin().to_degrees()
        } else {
            180.0
        };
        let per_degree = f64::from(self.lattice.cells_per_degree());
        let column = |lon_deg: f64| (lon_deg + 180.0) * per_degree - 0.5;
        let start = whole(column(self.centre.longitude - half_width_deg).ceil());
        let end = whole(column(self.centre.longitude + half_width_deg).floor()) + 1;
        start..end.min(start + i64::from(self.lattice.columns()))
    }

    /// Whether a cell's centre is within the radius, by its geodesic distance.
    fn holds(&self, row: u32, column: i64) -> bool {
        let centre = Position {
            longitude: self.lattice.lon_deg(self.turned(column)),
            latitude: self.lattice.lat_deg(row),
        };
        measure::distance_m(self.centre, centre) <= self.radius_m
    }

    /// The stretches of a row's columns that are in a sector.
    fn in_sector(
        &self,
        row: u32,
        columns: Range<i64>,
        is_in: &impl Fn(Direction) -> bool,
    ) -> Vec<Range<i64>> {
        let mut stretches: Vec<Range<i64>> = Vec::new();
        let look = self.look(row);
        for column in columns.filter(|column| is_in(look(*column))) {
            match stretches.last_mut() {
                Some(last) if last.end == column => last.end += 1,
                _ => stretches.push(column..column + 1),
            }
        }
        stretches
    }

    /// Directions from the antenna to the cells of a row.
    fn look(&self, row: u32) -> impl Fn(i64) -> Direction {
        let parallel = Parallel::at(self.lattice.lat_deg(row));
        let (sine, cosine) = self.centre.latitude.to_radians().sin_cos();
        let north_m = cosine * (parallel.height_m - self.parallel.height_m)
            - sine * (parallel.radius_m - self.parallel.radius_m);
        let step_deg = self.lattice.step_deg();
        let first_deg = -180.0 + step_deg / 2.0 - self.centre.longitude;
        move |column| {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            let half_rad = f64::midpoint(column as f64 * step_deg, first_deg).to_radians();
            let (half_sine, half_cosine) = half_rad.sin_cos();
            Direction {
                east: 2.0 * parallel.radius_m * half_sine * half_cosine,
                north: north_m + 2.0 * sine * parallel.radius_m * half_sine * half_sine,
            }
        }
    }

    /// A stretch that may run over the antimeridian, as one or two that do not.
    fn wrapped(&self, columns: &Range<i64>) -> Vec<Run> {
        if columns.is_empty() {
            return Vec::new();
        }
        let all = self.lattice.columns();
        let (start, last) = (self.turned(columns.start), self.turned(columns.end - 1));
        if start <= last {
            return vec![Run::from(start..last + 1)];
        }
        vec![Run::from(start..all), Run::from(0..last + 1)]
    }

    fn turned(&self, column: i64) -> u32 {
        let turned = column.rem_euclid(i64::from(self.lattice.columns()));
        u32::try_from(turned).unwrap_or(0)
    }
}

fn count(columns: impl Iterator<Item = i64>) -> i64 {
    columns.fold(0, |count, _| count + 1)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a few turns around the Earth"
)]
fn whole(column: f64) -> i64 {
    column as i64
}
