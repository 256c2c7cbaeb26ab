//! P.1812 along one radial, sample by sample: what the profile to a sample shares with the profile to the one before is kept,
//! so that each costs few steps instead of one for each sample before it.
//!
//! With equal steps and y = h − 500 `C_e` d², in which rays are straight lines, the steepest line from the transmitter is a
//! running maximum, that from the receiver a tangent to the upper hull, and the sums of the fitted line are prefix sums. Only
//! a path in line of sight looks at every sample. Over the smooth Earth the Fresnel parameter has one maximum.

use super::hull::Hull;
use crate::coverage::{
    number::{float, index},
    propagation::p1812::{
        DISTANCE_MIN_KM, Obstruction, P1812, add_step, clearance_loss_db, curved_loss_db,
        effective_heights_m, fitted_heights_m,
    },
};

/// Paths side by side in the search for the largest Fresnel parameter: as many as vector registers hold.
const LANES: usize = 8;

/// What all radials share.
#[derive(Debug)]
pub(super) struct Kernel<'a> {
    model: &'a P1812,
    clutter_height_m: f64,
    step_km: f64,
    /// 500 `C_e`: bulge of the Earth in metres over km².
    bulge: f64,
    /// 1/√i at i, and the same backwards; 0 at 0.
    roots: Vec<f64>,
    roots_backwards: Vec<f64>,
}

impl<'a> Kernel<'a> {
    pub(super) fn new(
        model: &'a P1812,
        clutter_height_m: f64,
        step_km: f64,
        samples: usize,
    ) -> Self {
        let root = |i: usize| {
            if i == 0 {
                0.0
            } else {
                (float(i)).sqrt().recip()
            }
        };
        let roots: Vec<f64> = (0..=samples).map(root).collect();
        Self {
            model,
            clutter_height_m,
            step_km,
            bulge: 500.0 * model.curvature_per_km(),
            roots_backwards: roots.iter().rev().copied().collect(),
            roots,
        }
    }
}

/// The loss at a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arrival {
    pub(super) loss_db: f64,
    /// Angle above the horizontal at which the wave leaves the transmitter.
    pub(super) departure_deg: f64,
}

/// A radial as far as it has come. Points between the ends of the present path are in the hulls and maxima; the last sample,
/// where the receiver stands, is not.
#[derive(Debug)]
pub(super) struct Ray<'a> {
    kernel: &'a Kernel<'a>,
    first_m: f64,
    last_m: f64,
    /// Number of the last sample; nothing before the start.
    arrived: Option<usize>,
    /// Heights of ground and clutter, lowered by the bulge, at each sample between the ends; the first is not used.
    lowered_m: Vec<f64>,
    covered: Hull,
    bare: Hull,
    /// Steepest slopes from the transmitter to lowered heights, and to bare ground, m/km.
    steepest_lowered: f64,
    steepest_bare: f64,
    sums: [f64; 2],
}

impl<'a> Ray<'a> {
    pub(super) fn new(kernel: &'a Kernel<'a>) -> Self {
        Self {
            kernel,
            first_m: 0.0,
            last_m: 0.0,
            arrived: None,
            lowered_m: Vec::with_capacity(kernel.roots.len()),
            covered: Hull::default(),
            bare: Hull::default(),
            steepest_lowered: f64::NEG_INFINITY,
            steepest_bare: f64::NEG_INFINITY,
            sums: [0.0; 2],
        }
    }

    /// Begins a new radial at the height of the ground under the transmitter; without one, nothing will arrive.
    pub(super) fn start(&mut self, ground_m: Option<f64>) {
        self.first_m = ground_m.unwrap_or_default();
        self.last_m = self.first_m;
        self.arrived = ground_m.map(|_| 0);
        self.lowered_m.clear();
        self.covered.clear();
        self.bare.clear();
        self.steepest_lowered = f64::NEG_INFINITY;
        self.steepest_bare = f64::NEG_INFINITY;
        self.sums = [0.0; 2];
    }

    /// Goes on to the next sample.
    pub(super) fn step(&mut self, ground_m: f64) {
        let Some(last) = self.arrived else {
            return;
        };
        let km = |sample: usize| float(sample) * self.kernel.step_km;
        let (from, to) = (km(last), km(last + 1));
        if last == 0 {
            self.lowered_m.push(self.first_m);
        } else {
            self.pass(from);
        }
        self.sums = add_step(self.sums, [from, to], [self.last_m, ground_m]);
        self.last_m = ground_m;
        self.arrived = Some(last + 1);
    }

    /// Makes the last sample one between the ends.
    fn pass(&mut self, at_km: f64) {
        let transmitter_m = self.transmitter_m();
        let lowered_m =
            self.last_m + self.kernel.clutter_height_m - self.kernel.bulge * at_km * at_km;
        let slope = |height_m: f64| (height_m - transmitter_m) / at_km;
        self.steepest_lowered = self.steepest_lowered.max(slope(lowered_m));
        self.steepest_bare = self.steepest_bare.max(slope(self.last_m));
        self.covered.push([at_km, lowered_m]);
        self.bare.push([at_km, self.last_m]);
        self.lowered_m.push(lowered_m);
    }

    fn transmitter_m(&self) -> f64 {
        self.first_m + self.kernel.model.link().transmitter_height_m
    }

    /// The loss from the transmitter to a receiver at the last sample.
    pub(super) fn arrive(&self) -> Option<Arrival> {
        let last = self.arrived?;
        let model = self.kernel.model;
        let path = Path {
            last,
            distance_km: float(last) * self.kernel.step_km,
            ends_m: [
                self.transmitter_m(),
                self.last_m + model.link().receiver_height_m,
            ],
        };
        let [ts, rs] = path.ends_m;
        let mut loss_db = model.free_space_db(path.distance_km, ts - rs);
        if last >= 2 && path.distance_km >= DISTANCE_MIN_KM {
            loss_db += self.diffraction_db(&path);
        }
        Some(Arrival {
            loss_db,
            departure_deg: self.departure_deg(&path),
        })
    }

    /// Towards the receiver, or the horizon where that is higher.
    fn departure_deg(&self, path: &Path) -> f64 {
        let [ts, rs] = path.ends_m;
        if path.last == 0 {
            return -90.0;
        }
        let d = path.distance_km;
        let towards_receiver = (rs - ts) / d - self.kernel.bulge * d;
        let metres_per_km = towards_receiver.max(self.steepest_lowered);
        (metres_per_km / 1000.0).atan().to_degrees()
    }

    fn diffraction_db(&self, path: &Path) -> f64 {
        let bullington_db = self.bullington_db(path);
        let effective_m = self.effective_heights_m(path);
        let spherical_db = self
            .kernel
            .model
            .spherical_earth_db(path.distance_km, effective_m);
        if spherical_db <= 0.0 {
            return bullington_db;
        }
        let smooth_db = self.smooth_bullington_db(path, effective_m);
        bullington_db + (spherical_db - smooth_db).max(0.0)
    }

    fn bullington_db(&self, path: &Path) -> f64 {
        let Path {
            distance_km: d,
            ends_m: [ts, rs],
            ..
        } = *path;
        let bulge = self.kernel.bulge;
        let from_transmitter = self.steepest_lowered + bulge * d;
        if from_transmitter < (rs - ts) / d {
            return clearance_loss_db(self.nu_in_sight(path), d);
        }
        // Slopes between lowered heights have 500 Ce (d + d_i) of the bulge, those of the formula 500 Ce d_i.
        let from_receiver = self.covered.steepest_from([d, rs - bulge * d * d]) - bulge * d;
        curved_loss_db(
            d,
            path.ends_m,
            [from_transmitter, from_receiver],
            self.kernel.model.wavelength_m(),
        )
    }

    /// Largest Fresnel parameter between the ends of a path in line of sight.
    fn nu_in_sight(&self, path: &Path) -> f64 {
        let Path {
            last,
            distance_km: d,
            ends_m: [ts, rs],
        } = *path;
        let rise_m = (rs - self.kernel.bulge * d * d - ts) / float(last);
        let size = self.kernel.roots.len();
        let lowered_m = self.lowered_m.get(1..last).unwrap_or_default();
        let roots = self.kernel.roots.get(1..last).unwrap_or_default();
        // 1/√(last − i) from i = 1 on.
        let backwards = self
            .kernel
            .roots_backwards
            .get(size - last..size - 1)
            .unwrap_or_default();
        let scale = self.nu_scale(last);
        scale * largest([lowered_m, roots, backwards], ts, rise_m)
    }

    /// The root of 0.002 d / (λ a b), with distances a and b from both ends, without the roots of the samples i and last − i.
    fn nu_scale(&self, last: usize) -> f64 {
        (0.002 * float(last) / (self.kernel.model.wavelength_m() * self.kernel.step_km)).sqrt()
    }

    fn effective_heights_m(&self, path: &Path) -> [f64; 2] {
        let Path {
            distance_km: d,
            ends_m: [ts, rs],
            ..
        } = *path;
        let slope = (rs - ts) / d;
        let from_transmitter = self.steepest_bare - slope;
        let obstruction = if from_transmitter > 0.0 {
            Obstruction {
                height_m: self.bare.highest_over(slope) - ts,
                slopes: [from_transmitter, self.bare.steepest_from([d, rs]) + slope],
            }
        } else {
            Obstruction::none()
        };
        let fitted_m = fitted_heights_m(d, self.sums);
        effective_heights_m(
            fitted_m,
            obstruction,
            [self.first_m, self.last_m],
            path.ends_m,
        )
    }

    /// The Bullington construction over a smooth Earth, at the same samples.
    fn smooth_bullington_db(&self, path: &Path, [te, re]: [f64; 2]) -> f64 {
        let Path {
            last,
            distance_km: d,
            ..
        } = *path;
        let from_transmitter = self.steepest_smooth(last, te);
        if from_transmitter < (re - te) / d {
            return clearance_loss_db(self.smooth_nu_in_sight(last, [te, re]), d);
        }
        let from_receiver = self.steepest_smooth(last, re);
        curved_loss_db(
            d,
            [te, re],
            [from_transmitter, from_receiver],
            self.kernel.model.wavelength_m(),
        )
    }

    /// Steepest slope from an end at height h over a smooth Earth to the samples, at distances a: 500 `C_e` (d − a) − h/a has its
    /// maximum where a² = h/(500 `C_e`).
    fn steepest_smooth(&self, last: usize, height_m: f64) -> f64 {
        let step_km = self.kernel.step_km;
        let bulge = self.kernel.bulge;
        let slope = |i: usize| {
            let at = float(i) * step_km;
            bulge * (float(last) * step_km - at) - height_m / at
        };
        let best = (height_m / bulge).sqrt() / step_km;
        let before = index(best.floor()).clamp(1, last - 1);
        let after = (before + 1).min(last - 1);
        slope(before).max(slope(after))
    }

    /// Largest Fresnel parameter over a smooth Earth. Over θ with a = d sin²θ it is concave, so halving finds it.
    fn smooth_nu_in_sight(&self, last: usize, [te, re]: [f64; 2]) -> f64 {
        let step_km = self.kernel.step_km;
        let d = float(last) * step_km;
        let root = |i: usize| self.kernel.roots.get(i).copied().unwrap_or_default();
        let nu = |i: usize| {
            let at = float(i) * step_km;
            let rise_m = self.kernel.bulge * at * (d - at) - (te * (d - at) + re * at) / d;
            rise_m * root(i) * root(last - i)
        };
        let (mut low, mut high) = (1, last - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if nu(middle) < nu(middle + 1) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        nu(low) * self.nu_scale(last)
    }
}

/// From the transmitter to a receiver at a sample.
#[derive(Clone, Copy, Debug)]
struct Path {
    last: usize,
    distance_km: f64,
    ends_m: [f64; 2],
}

/// The largest of (height − line) times both roots, at samples from 1 on, where the line begins at the transmitter and rises
/// by the same at each sample. In lanes, for the vector registers; a maximum does not depend on the order.
fn largest([heights_m, roots, backwards]: [&[f64]; 3], transmitter_m: f64, rise_m: f64) -> f64 {
    let mut best = [f64::NEG_INFINITY; LANES];
    let mut line_m: [f64; LANES] = std::array::from_fn(|lane| float(lane + 1));
    line_m = line_m.map(|samples| transmitter_m + rise_m * samples);
    let mut done = 0.0;
    let (heights_m, last_heights_m) = heights_m.as_chunks::<LANES>();
    let (roots, last_roots) = roots.as_chunks::<LANES>();
    let (backwards, last_backwards) = backwards.as_chunks::<LANES>();
    for ((h, r), b) in heights_m.iter().zip(roots).zip(backwards) {
        let on_m = rise_m * done;
        for lane in 0..LANES {
            let value = (h[lane] - (line_m[lane] + on_m)) * r[lane] * b[lane];
            best[lane] = if value > best[lane] {
                value
            } else {
                best[lane]
            };
        }
        done += float(LANES);
    }
    let rest = last_heights_m.iter().zip(last_roots).zip(last_backwards);
    for (((h, r), b), line_m) in rest.zip(line_m) {
        let value = (h - (line_m + rise_m * done)) * r * b;
        best[0] = best[0].max(value);
    }
    best.into_iter().fold(f64::NEG_INFINITY, f64::max)
}
