//! Losses from one antenna place to every cell of the lattice around it: over terrain by P.1812, radial by radial, and by
//! extended Hata where there is no terrain.
//!
//! The same input gives the same field, bit for bit. Nothing here runs in parallel: callers compute many fields at once.

mod hull;
mod ray;

use super::{
    Link, OutOfRange,
    hata::{self, Environment, ExtendedHata},
    p1812::{P1812, Surroundings},
};
use crate::{
    coverage::{
        elevation::Terrain,
        field::{CircleFault, LossField, Plane, bounds_deg, cells, window_around},
        lattice::Lattice,
        number::{float, index, single},
        window::Window,
    },
    geo::Position,
};

use ray::{Kernel, Ray};

/// Nodes around a window that its profiles may use where the data have holes, degrees.
const TERRAIN_MARGIN_DEG: f64 = 12.0 / 1200.0;
/// Highest trees and houses of P.1812's table of clutter, metres, with room for higher ones.
const CLUTTER_MAX_M: f64 = 100.0;

/// An antenna place and the circle of interest around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transmitter {
    /// Where it stands.
    pub position: Position,
    /// Frequency and heights above ground of both antennas.
    pub link: Link,
    /// Radius within which losses are wanted, km.
    pub radius_km: f64,
}

/// What is known of the ground besides its heights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ground {
    /// Air, sea, polarization.
    pub surroundings: Surroundings,
    /// Height of trees and houses everywhere between the antennas, metres; 0 is optimistic.
    pub clutter_height_m: f64,
    /// Around the receiver, for extended Hata where terrain is missing.
    pub environment: Environment,
}

/// Why there is no field.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A value for which no model holds.
    #[error(transparent)]
    Range(#[from] OutOfRange),
    /// A circle that no window holds.
    #[error(transparent)]
    Circle(#[from] CircleFault),
}

impl Transmitter {
    /// The cells within the radius and around it.
    ///
    /// # Errors
    /// When no window holds the circle.
    pub fn window(&self, lattice: Lattice) -> Result<Window, Fault> {
        Ok(window_around(lattice, self.position, self.radius_km)?)
    }

    /// Latitudes from south to north and longitudes from west to east of the terrain that [`over_terrain`] uses, degrees.
    ///
    /// # Errors
    /// When no window holds the circle.
    pub fn terrain_bounds_deg(&self, lattice: Lattice) -> Result<[[f64; 2]; 2], Fault> {
        Ok(bounds_deg(&self.window(lattice)?, TERRAIN_MARGIN_DEG))
    }
}

/// Losses by extended Hata, the same in all directions.
///
/// # Errors
/// When the formula does not hold for the link or as far as the radius, or no window holds the circle.
pub fn without_terrain(
    transmitter: &Transmitter,
    lattice: Lattice,
    environment: Environment,
) -> Result<LossField, Fault> {
    let model = ExtendedHata::new(transmitter.link, environment)?;
    model.loss_db(transmitter.radius_km)?;
    let mut field = LossField::empty(transmitter.window(lattice)?, transmitter.position);
    let curve = Curve::new(&model, transmitter.radius_km);
    for target in targets(transmitter, &field.window) {
        fill_by_formula(&mut field, &curve, &target);
    }
    Ok(field)
}

/// Distance between the points of a [`Curve`], km: straight lines between them are within 0.005 dB of the formula.
const CURVE_STEP_KM: f64 = 0.004;

/// The formula along a line: losses and angles at equal steps, as a field asks for the same distances again and again.
struct Curve {
    points: Vec<(f64, f64)>,
}

impl Curve {
    fn new(model: &ExtendedHata, radius_km: f64) -> Self {
        let count = index((radius_km / CURVE_STEP_KM).ceil()) + 2;
        let point = |at: usize| {
            let distance_km = (float(at) * CURVE_STEP_KM).min(hata::DISTANCE_MAX_KM);
            (
                model.loss_within_db(distance_km),
                departure_deg(model.link(), distance_km),
            )
        };
        Self {
            points: (0..count).map(point).collect(),
        }
    }

    /// Loss, dB, and angle at which the wave leaves the antenna, degrees.
    fn at(&self, distance_km: f64) -> Option<(f64, f64)> {
        let place = distance_km / CURVE_STEP_KM;
        let first = index(place.floor());
        let share = place - float(first);
        match self.points.get(first..first + 2)? {
            [(loss_db, departure_deg), (next_db, next_deg)] => Some((
                loss_db + share * (next_db - loss_db),
                departure_deg + share * (next_deg - departure_deg),
            )),
            _ => None,
        }
    }
}

/// Angle above the horizontal at which a wave over flat ground leaves the antenna, degrees.
fn departure_deg(link: Link, distance_km: f64) -> f64 {
    let fall_m = link.transmitter_height_m - link.receiver_height_m;
    (-fall_m).atan2(distance_km * 1000.0).to_degrees()
}

/// Losses over terrain by P.1812 at the median, with extended Hata in the cells to which terrain does not reach.
///
/// Radials run from the antenna at steps of the lattice's rows, so close that at the radius they are a step apart. Each cell
/// has the loss of the sample nearest to its centre.
///
/// # Errors
/// When P.1812 does not hold for the link, the clutter is not 0 to 100 m high, or no window holds the circle.
pub fn over_terrain(
    transmitter: &Transmitter,
    lattice: Lattice,
    terrain: &Terrain,
    ground: &Ground,
) -> Result<LossField, Fault> {
    let model = P1812::new(transmitter.link, ground.surroundings)?;
    OutOfRange::check(
        "clutter",
        "clutter_height_m",
        ground.clutter_height_m,
        [0.0, CLUTTER_MAX_M],
    )?;
    let formula = ExtendedHata::new(transmitter.link, ground.environment)
        .ok()
        .map(|model| Curve::new(&model, transmitter.radius_km.min(hata::DISTANCE_MAX_KM)));
    let mut field = LossField::empty(transmitter.window(lattice)?, transmitter.position);
    let radials = Radials::around(transmitter, lattice);
    let kernel = Kernel::new(
        &model,
        ground.clutter_height_m,
        radials.step_km,
        radials.samples,
    );
    let mut ray = Ray::new(&kernel);
    let aims = radials.aims(targets(transmitter, &field.window));
    for of_one_radial in aims.chunk_by(|one, other| one.radial == other.radial) {
        let heights = radials.heights(of_one_radial, terrain);
        trace(
            &mut field,
            &mut ray,
            of_one_radial,
            heights,
            formula.as_ref(),
        );
    }
    Ok(field)
}

/// A cell within the radius.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// Place in the values of the field.
    index: usize,
    east_m: f64,
    north_m: f64,
}

impl Target {
    fn distance_km(&self) -> f64 {
        self.east_m.hypot(self.north_m) / 1000.0
    }
}

/// The cells whose centres are within the radius, row by row.
fn targets(transmitter: &Transmitter, window: &Window) -> Vec<Target> {
    let plane = Plane::around(transmitter.position);
    let lattice = window.lattice;
    let target = |(index, (row, column)): (usize, (u32, u32))| {
        let [east_m, north_m] = plane.project(lattice.lat_deg(row), lattice.lon_deg(column));
        let target = Target {
            index,
            east_m,
            north_m,
        };
        (target.distance_km() <= transmitter.radius_km).then_some(target)
    };
    cells(window).enumerate().filter_map(target).collect()
}

fn fill_by_formula(field: &mut LossField, curve: &Curve, target: &Target) {
    if let Some((loss_db, departure_deg)) = curve.at(target.distance_km()) {
        set(field, target.index, loss_db, departure_deg);
    }
}

fn set(field: &mut LossField, index: usize, loss_db: f64, departure_deg: f64) {
    if let Some(place) = field.loss_db.get_mut(index) {
        *place = single(loss_db);
    }
    if let Some(place) = field.departure_deg.get_mut(index) {
        *place = single(departure_deg);
    }
}

/// A cell, and the sample of a radial that stands for it.
#[derive(Clone, Copy, Debug)]
struct Aim {
    radial: u32,
    sample: u32,
    target: Target,
}

/// Straight lines from the antenna in all directions, with samples at equal steps.
#[derive(Clone, Copy, Debug)]
struct Radials {
    plane: Plane,
    step_km: f64,
    count: f64,
    /// Samples of each after the antenna's own.
    samples: usize,
}

impl Radials {
    fn around(transmitter: &Transmitter, lattice: Lattice) -> Self {
        let plane = Plane::around(transmitter.position);
        let step_km = plane.latitude_degree_m() * lattice.step_deg() / 1000.0;
        let reach = transmitter.radius_km / step_km;
        Self {
            plane,
            step_km,
            count: (std::f64::consts::TAU * reach).ceil().max(8.0),
            samples: index(reach.round()),
        }
    }

    /// The samples nearest to the cells, radial by radial, outwards.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded numbers of radials and samples, which are not negative"
    )]
    fn aims(&self, targets: Vec<Target>) -> Vec<Aim> {
        let aim = |target: Target| {
            let turn = target.east_m.atan2(target.north_m) / std::f64::consts::TAU;
            Aim {
                radial: (turn * self.count).round().rem_euclid(self.count) as u32,
                sample: (target.distance_km() / self.step_km).round() as u32,
                target,
            }
        };
        let mut aims: Vec<Aim> = targets.into_iter().map(aim).collect();
        aims.sort_unstable_by_key(|aim| (aim.radial, aim.sample, aim.target.index));
        aims
    }

    /// Heights of the ground along the radial of some aims, from the antenna to the last of them or the last height.
    fn heights(&self, aims: &[Aim], terrain: &Terrain) -> Heights {
        let mut heights = Heights::default();
        let Some(last) = aims.last() else {
            return heights;
        };
        let (east, north) = (std::f64::consts::TAU * f64::from(last.radial) / self.count).sin_cos();
        for sample in 0..=last.sample {
            let distance_m = f64::from(sample) * self.step_km * 1000.0;
            let [latitude, longitude] = self
                .plane
                .unproject([east * distance_m, north * distance_m]);
            let Some(height) = terrain.height(latitude, longitude) else {
                break;
            };
            heights.filled_from = match heights.filled_from {
                None if height.filled => Some(sample),
                earlier => earlier,
            };
            heights.ground_m.push(height.height_m);
        }
        heights
    }
}

/// Heights along a radial.
#[derive(Debug, Default)]
struct Heights {
    ground_m: Vec<f64>,
    /// First sample for which others stood.
    filled_from: Option<u32>,
}

/// Sets the losses of the cells of one radial.
fn trace(
    field: &mut LossField,
    ray: &mut Ray,
    aims: &[Aim],
    heights: Heights,
    formula: Option<&Curve>,
) {
    let mut samples = heights.ground_m.into_iter();
    ray.start(samples.next());
    let mut arrived = 0;
    for aims in aims.chunk_by(|one, other| one.sample == other.sample) {
        let Some(Aim { sample, .. }) = aims.first().copied() else {
            continue;
        };
        while arrived < sample
            && let Some(height_m) = samples.next()
        {
            ray.step(height_m);
            arrived += 1;
        }
        let arrival = (arrived == sample).then(|| ray.arrive()).flatten();
        for Aim { target, .. } in aims {
            let Some(arrival) = arrival else {
                field.shortfalls.cells_without_dem += 1;
                if let Some(curve) = formula {
                    fill_by_formula(field, curve, target);
                }
                continue;
            };
            if heights.filled_from.is_some_and(|from| from <= sample) {
                field.shortfalls.void_cells += 1;
            }
            set(field, target.index, arrival.loss_db, arrival.departure_deg);
        }
    }
}

#[cfg(test)]
mod tests;
