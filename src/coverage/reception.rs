//! What a receiver at one place has of one cell: the level, and whether it sees the antenna. Footprints say the same of all
//! places around a cell; here a path is looked at by itself.

use super::cell::Cell;
use super::elevation::Terrain;
use super::field::Plane;
use super::footprint::Model;
use super::modelling::{Rules, Way, antenna};
use super::number::{float, index};
use super::propagation::Link;
use super::propagation::hata::ExtendedHata;
use super::propagation::link_budget::{
    ASSUMED_ANTENNA_HEIGHT_M, Direction, RECEIVER_HEIGHT_M, radius_cap_km,
};
use super::propagation::p1812::{P1812, Profile};
use crate::geo::{Position, measure};

/// Steps of a path, metres: those of the elevation data.
const STEP_M: f64 = 90.0;
/// Most steps of a path.
const STEPS_MAX: f64 = 4_000.0;
/// The shortest path that is looked at, km: a receiver at the foot of the mast is a metre away from it.
const NEAREST_KM: f64 = 1e-3;

/// The ground between an antenna and a receiver.
struct Path {
    distances_km: Vec<f64>,
    heights_m: Vec<f64>,
    /// Heights of both antennas above sea level, metres.
    ends_m: [f64; 2],
    /// Metres by which the Earth falls off at a km squared.
    bulge: f64,
}

impl Path {
    /// The path from a cell to a place; nothing where a height is missing.
    fn over(
        terrain: &Terrain,
        rules: &Rules,
        cell: &Cell,
        [transmitter_m, receiver_m]: [f64; 2],
        place: Position,
    ) -> Option<Self> {
        let length_km = (measure::distance_m(cell.position, place) / 1e3).max(NEAREST_KM);
        let steps = (length_km * 1e3 / STEP_M).ceil().clamp(2.0, STEPS_MAX);
        let shares = (0..=index(steps)).map(|step| float(step) / steps);
        let from = cell.position;
        let height = |share: f64| {
            let latitude = from.latitude + (place.latitude - from.latitude) * share;
            let longitude = from.longitude + (place.longitude - from.longitude) * share;
            Some(terrain.height(latitude, longitude)?.height_m)
        };
        let heights_m: Vec<f64> = shares.clone().map(height).collect::<Option<_>>()?;
        let (first_m, last_m) = (*heights_m.first()?, *heights_m.last()?);
        Some(Self {
            distances_km: shares.map(|share| share * length_km).collect(),
            ends_m: [first_m + transmitter_m, last_m + receiver_m],
            heights_m,
            bulge: 500.0 / rules.surroundings.effective_radius_km(),
        })
    }

    fn length_km(&self) -> f64 {
        self.distances_km.last().copied().unwrap_or(NEAREST_KM)
    }

    /// Points between the ends: distance in km and height in metres.
    fn interior(&self) -> impl Iterator<Item = (f64, f64)> {
        let last = self.distances_km.len().saturating_sub(1);
        let points = self.distances_km.iter().zip(&self.heights_m);
        points.take(last).skip(1).map(|(at, height)| (*at, *height))
    }

    /// Whether no ground stands in the straight line between the antennas.
    fn is_clear(&self) -> bool {
        let (d, [from_m, to_m]) = (self.length_km(), self.ends_m);
        self.interior().all(|(at, height_m)| {
            let line_m = from_m + (to_m - from_m) * at / d;
            height_m + self.bulge * at * (d - at) < line_m
        })
    }

    /// Angle above the horizontal at which the wave leaves: towards the receiver, or the horizon where that is higher.
    fn departure_deg(&self) -> f64 {
        let [from_m, to_m] = self.ends_m;
        let rise = |at: f64, height_m: f64| (height_m - from_m) / at - self.bulge * at;
        let towards_receiver = rise(self.length_km(), to_m);
        let steepest = self.interior().map(|(at, height_m)| rise(at, height_m));
        let metres_per_km = steepest.fold(towards_receiver, f64::max);
        (metres_per_km / 1e3).atan().to_degrees()
    }

    fn loss_db(&self, rules: &Rules, link: Link) -> Option<f64> {
        let method = P1812::new(link, rules.surroundings).ok()?;
        let clutter_m = vec![rules.clutter_height_m; self.heights_m.len()];
        let profile = Profile::new(&self.distances_km, &self.heights_m, &clutter_m).ok()?;
        Some(method.loss(&profile).ok()?.total_db())
    }
}

impl Rules {
    /// The level of a cell's reference signal at a place, dBm: by P.1812 along the path where the cell is computed over
    /// terrain and all heights are there, else by extended Hata. Nothing of a cell without frequency and power, and beyond
    /// the distance at which its technology ends.
    #[must_use]
    pub fn level_dbm(
        &self,
        cell: &Cell,
        way: &Way,
        place: Position,
        terrain: Option<&Terrain>,
    ) -> Option<f64> {
        let Way::Field {
            model,
            transmitter,
            reference_eirp_dbm,
        } = way
        else {
            return None;
        };
        let link = transmitter.link;
        let distance_km = measure::distance_m(cell.position, place) / 1e3;
        if distance_km > radius_cap_km(cell.technology, link.frequency_mhz) {
            return None;
        }
        let ends_m = [link.transmitter_height_m, link.receiver_height_m];
        let path = terrain
            .filter(|_| *model == Model::ItuRP1812)
            .and_then(|terrain| Path::over(terrain, self, cell, ends_m, place));
        let by_terrain =
            path.and_then(|path| Some((path.loss_db(self, link)?, path.departure_deg())));
        let (loss_db, elevation_deg) = if let Some(found) = by_terrain {
            found
        } else {
            let formula = ExtendedHata::new(link, self.environment).ok()?;
            let fall_m = link.transmitter_height_m - link.receiver_height_m;
            let down = (-fall_m).atan2(distance_km.max(NEAREST_KM) * 1e3);
            (formula.loss_db(distance_km).ok()?, down.to_degrees())
        };
        let direction = Direction {
            azimuth_deg: azimuth_deg(cell.position, place),
            elevation_deg,
        };
        let gain_db = antenna(cell).ok()?.relative_gain_db(direction);
        Some(reference_eirp_dbm + gain_db - loss_db).filter(|level_dbm| level_dbm.is_finite())
    }

    /// Whether a receiver at a place sees a cell's antenna over the bare ground; nothing where a height is missing.
    #[must_use]
    pub fn sees(&self, cell: &Cell, place: Position, terrain: &Terrain) -> Option<bool> {
        let transmitter_m = cell.antenna_height_m.unwrap_or(ASSUMED_ANTENNA_HEIGHT_M);
        let path = Path::over(
            terrain,
            self,
            cell,
            [transmitter_m, RECEIVER_HEIGHT_M],
            place,
        )?;
        Some(path.is_clear())
    }
}

/// The direction from one position to another, degrees clockwise from north.
fn azimuth_deg(from: Position, to: Position) -> f64 {
    let turns = ((from.longitude - to.longitude) / 360.0).round();
    let [east_m, north_m] = Plane::around(from).project(to.latitude, to.longitude + 360.0 * turns);
    east_m.atan2(north_m).to_degrees()
}

#[cfg(test)]
mod tests;
