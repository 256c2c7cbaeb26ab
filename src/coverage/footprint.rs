//! A footprint: the cells of the lattice that one cell of a radio network covers, at four levels of signal.

mod bytes;
mod disc;
mod key;

use std::sync::Arc;

use geo::MultiPolygon;

use super::Refusal;
use super::lattice::Lattice;
use super::runs::{Builder, Run, Runs};
use super::units;
use super::window::Window;
use crate::geo::Position;

pub use disc::{RADIUS_MAX_M, Sector};
pub use key::{FootprintKey, KeyBuilder};

/// How strong the signal is, the weakest first. (`robust`, `covered`, `possible`) is the stated range of uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalLevel {
    /// At least the threshold less the margin of uncertainty.
    Possible,
    /// At least the threshold.
    Covered,
    /// At least the threshold and the margin of uncertainty.
    Robust,
    /// At least the threshold and the loss of walls.
    Indoor,
}

impl SignalLevel {
    /// All of them, the weakest first.
    pub const ALL: [Self; 4] = [Self::Possible, Self::Covered, Self::Robust, Self::Indoor];

    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Covered => "covered",
            Self::Robust => "robust",
            Self::Indoor => "indoor",
        }
    }
}

/// What a footprint was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Recommendation ITU-R P.1812-8 over elevation data.
    ItuRP1812,
    /// Extended Hata, Report ITU-R SM.2028.
    ExtendedHata,
    /// The radius that the operator declared.
    DeclaredRadius,
    /// The area that the operator declared.
    DeclaredPolygon,
    /// A radius assumed for the technology.
    AssumedRadius,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ItuRP1812,
        Self::ExtendedHata,
        Self::DeclaredRadius,
        Self::DeclaredPolygon,
        Self::AssumedRadius,
    ];

    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ItuRP1812 => "itu_r_p1812_8",
            Self::ExtendedHata => "extended_hata",
            Self::DeclaredRadius => "declared_radius",
            Self::DeclaredPolygon => "declared_polygon",
            Self::AssumedRadius => "assumed_radius",
        }
    }
}

/// How a footprint came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// The model.
    pub model: Model,
    /// Its version: a calibrated model is a new version of it.
    pub model_version: u32,
    /// Distance from the antenna up to which it was looked, metres; nothing where no distance bounds it.
    pub radius_m: Option<f64>,
    /// Some elevations on the way were missing and filled in from around.
    pub has_void_elevations: bool,
    /// The elevation data ended before the radius did.
    pub is_elevation_incomplete: bool,
}

impl Origin {
    /// An origin without elevation data.
    #[must_use]
    pub fn new(model: Model, model_version: u32, radius_m: Option<f64>) -> Self {
        Self {
            model,
            model_version,
            radius_m,
            has_void_elevations: false,
            is_elevation_incomplete: false,
        }
    }
}

/// Received powers from which on a cell has each level, dBm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    levels_dbm: [f64; 4],
}

impl Thresholds {
    /// No power is enough.
    pub const NEVER: Self = Self {
        levels_dbm: [f64::MAX; 4],
    };

    /// The thresholds of `possible`, `covered`, `robust` and `indoor`.
    ///
    /// # Errors
    /// When one is not finite or below the one before.
    pub fn of_levels(levels_dbm: [f64; 4]) -> Result<Self, Refusal> {
        if levels_dbm.iter().all(|it| it.is_finite()) && levels_dbm.is_sorted() {
            return Ok(Self { levels_dbm });
        }
        Err(Refusal {
            field: "thresholds_dbm",
            rule: "must be finite, `possible` <= `covered` <= `robust` <= `indoor`",
        })
    }

    /// The threshold of a level, dBm.
    #[must_use]
    pub fn dbm(&self, level: SignalLevel) -> f64 {
        let [possible, covered, robust, indoor] = self.levels_dbm;
        match level {
            SignalLevel::Possible => possible,
            SignalLevel::Covered => covered,
            SignalLevel::Robust => robust,
            SignalLevel::Indoor => indoor,
        }
    }
}

/// The covered cells of one cell of a network; what is served indoors is robust, what is robust is
/// covered, and what is covered is possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprint {
    window: Window,
    /// By level; equal levels share one set.
    levels: [Arc<Runs>; 4],
    origin: Origin,
}

impl Footprint {
    /// A footprint of four sets, from `possible` to `indoor`.
    ///
    /// # Errors
    /// When a set is not within the one before.
    pub fn new(lattice: Lattice, levels: [Runs; 4], origin: Origin) -> Result<Self, Refusal> {
        let mut levels = levels.map(Arc::new);
        let are_nested = levels.windows(2).all(|pair| match pair {
            [weaker, stronger] => stronger.is_within(weaker),
            _ => true,
        });
        if !are_nested {
            return Err(Refusal {
                field: "levels",
                rule: "must each hold the next stronger one",
            });
        }
        // Equal sets are kept once.
        let mut weaker: Option<Arc<Runs>> = None;
        for level in &mut levels {
            if let Some(same) = weaker.filter(|weaker| weaker == level) {
                *level = same;
            }
            weaker = Some(Arc::clone(level));
        }
        let [possible, ..] = &levels;
        Ok(Self {
            window: possible.window(lattice),
            levels,
            origin,
        })
    }

    /// A footprint with one set at all levels.
    fn uniform(lattice: Lattice, runs: Runs, origin: Origin) -> Self {
        let runs = Arc::new(runs);
        Self {
            window: runs.window(lattice),
            levels: [(); 4].map(|()| Arc::clone(&runs)),
            origin,
        }
    }

    /// The cells of a window by their received power, `dbm(row, column)`; NaN is no signal.
    pub fn of_levels<L: Into<f64>>(
        window: &Window,
        dbm: impl Fn(u32, u32) -> L,
        thresholds: &Thresholds,
        origin: Origin,
    ) -> Self {
        let mut builders = [(); 4].map(|()| Builder::new(window.rows.start));
        let mut powers_dbm: Vec<f64> = Vec::with_capacity(window.columns.len());
        for row in window.rows.clone() {
            powers_dbm.clear();
            powers_dbm.extend(window.columns.clone().map(|column| dbm(row, column).into()));
            for (builder, threshold_dbm) in builders.iter_mut().zip(thresholds.levels_dbm) {
                builder.push_row(stretches(window.columns.start, &powers_dbm, threshold_dbm));
            }
        }
        // Nested, as the thresholds are sorted.
        let levels = builders.map(|builder| Arc::new(builder.finish()));
        let [possible, ..] = &levels;
        Self {
            window: possible.window(window.lattice),
            levels,
            origin,
        }
    }

    /// The cells whose centres lie within a radius of a position, by geodesic distance on WGS 84, and in the sector if
    /// one is given. The position is rounded to 10⁻⁶ degrees, as in [`FootprintKey`]. All levels are the same.
    ///
    /// # Errors
    /// When the radius is not above 0 and at most [`RADIUS_MAX_M`].
    pub fn of_radius(
        lattice: Lattice,
        position: Position,
        radius_m: f64,
        sector: Option<Sector>,
        (model, model_version): (Model, u32),
    ) -> Result<Self, Refusal> {
        let runs = disc::runs(lattice, key::rounded(position), radius_m, sector)?;
        let origin = Origin::new(model, model_version, Some(radius_m));
        Ok(Self::uniform(lattice, runs, origin))
    }

    /// The cells whose centres a declared area holds (even-odd rule). All levels are the same.
    ///
    /// # Errors
    /// When the area has too many lines to be laid on the lattice.
    pub fn of_polygon(lattice: Lattice, area: &MultiPolygon<f64>) -> Result<Self, Refusal> {
        let origin = Origin::new(Model::DeclaredPolygon, 1, None);
        Ok(Self::uniform(lattice, units::runs(lattice, area)?, origin))
    }

    /// The cells at a level or better.
    #[must_use]
    pub fn level(&self, level: SignalLevel) -> &Runs {
        let [possible, covered, robust, indoor] = &self.levels;
        match level {
            SignalLevel::Possible => possible,
            SignalLevel::Covered => covered,
            SignalLevel::Robust => robust,
            SignalLevel::Indoor => indoor,
        }
    }

    /// Whether all levels are one set, as where no level was computed.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        let [possible, .., indoor] = &self.levels;
        Arc::ptr_eq(possible, indoor)
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        const FIXED: usize = 256;
        let mut weaker: Option<&Arc<Runs>> = None;
        let mut runs = 0;
        for level in &self.levels {
            if !weaker.is_some_and(|weaker| Arc::ptr_eq(weaker, level)) {
                runs += level.run_count();
            }
            weaker = Some(level);
        }
        FIXED + runs * size_of::<Run>()
    }

    /// The same cells on a finer lattice, whose cells divide those of its own.
    ///
    /// # Errors
    /// When the lattice is not a finer one.
    pub fn refined(&self, lattice: Lattice) -> Result<Self, Refusal> {
        let own = self.window.lattice.cells_per_degree();
        let factor = lattice.cells_per_degree() / own;
        if factor == 0 || factor * own != lattice.cells_per_degree() {
            return Err(Refusal {
                field: "lattice",
                rule: "must be finer by a whole factor",
            });
        }
        let levels = SignalLevel::ALL.map(|level| self.level(level).refined(factor));
        Self::new(lattice, levels, self.origin)
    }

    /// The smallest window around all cells.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// How it came about.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The best level at a position; nothing where there is no signal.
    #[must_use]
    pub fn level_at(&self, position: Position) -> Option<SignalLevel> {
        let lattice = self.window.lattice;
        let (row, column) = (
            lattice.row(position.latitude),
            lattice.column(position.longitude),
        );
        let best = SignalLevel::ALL.into_iter().rev();
        best.into_iter()
            .find(|level| self.level(*level).contains(row, column))
    }
}

/// The stretches of a row with at least some power.
fn stretches(west: u32, powers_dbm: &[f64], threshold_dbm: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, _) in (west..)
        .zip(powers_dbm)
        .filter(|(_, dbm)| **dbm >= threshold_dbm)
    {
        match runs.last_mut() {
            Some(run) if run.end == column => run.end += 1,
            _ => runs.push(Run {
                start: column,
                end: column + 1,
            }),
        }
    }
    runs
}

#[cfg(test)]
pub(crate) mod tests;
