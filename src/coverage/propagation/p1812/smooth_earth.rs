//! The smooth surface that stands for a terrain profile in diffraction (P.1812-8, attachment 1, 5.6).

/// How far terrain stands over the straight line between the antennas (87).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Obstruction {
    /// Highest point over the line, metres; below 0 where all terrain is below.
    pub(in super::super) height_m: f64,
    /// Steepest slopes to points over the line from the transmitter and from the receiver, m/km.
    pub(in super::super) slopes: [f64; 2],
}

impl Obstruction {
    /// All terrain is below the line.
    pub(in super::super) fn none() -> Self {
        Self {
            height_m: f64::NEG_INFINITY,
            slopes: [f64::NEG_INFINITY; 2],
        }
    }

    /// Of the points between the ends: distance in km, height of the ground in metres.
    pub(super) fn over(
        points: impl Iterator<Item = (f64, f64)>,
        distance_km: f64,
        [ts, rs]: [f64; 2],
    ) -> Self {
        let d = distance_km;
        points.fold(Self::none(), |most, (at, h)| {
            let over_m = h - (ts * (d - at) + rs * at) / d;
            Self {
                height_m: most.height_m.max(over_m),
                slopes: [
                    most.slopes[0].max(over_m / at),
                    most.slopes[1].max(over_m / (d - at)),
                ],
            }
        })
    }
}

/// `v_1` and `v_2` with one more step of the profile (83), (84).
pub(in super::super) fn add_step(
    [v1, v2]: [f64; 2],
    [d0, d1]: [f64; 2],
    [h0, h1]: [f64; 2],
) -> [f64; 2] {
    [
        v1 + (d1 - d0) * (h1 + h0),
        v2 + (d1 - d0) * (h1 * (2.0 * d1 + d0) + h0 * (d1 + 2.0 * d0)),
    ]
}

/// Heights of the least-squares line through the profile at both ends (85), (86).
pub(in super::super) fn fitted_heights_m(distance_km: f64, [v1, v2]: [f64; 2]) -> [f64; 2] {
    let d = distance_km;
    [(2.0 * v1 * d - v2) / (d * d), (v2 - v1 * d) / (d * d)]
}

/// Heights of the antennas over the smooth surface, metres (37), (88), (89): the fitted line, lowered where terrain stands
/// over the line of sight, and never above the ground at the ends.
pub(in super::super) fn effective_heights_m(
    fitted_m: [f64; 2],
    obstruction: Obstruction,
    ground_m: [f64; 2],
    ends_m: [f64; 2],
) -> [f64; 2] {
    let Obstruction { height_m, slopes } = obstruction;
    let lowered_m = if height_m <= 0.0 {
        [0.0; 2]
    } else {
        let share = slopes[0] / (slopes[0] + slopes[1]);
        [height_m * share, height_m * (1.0 - share)]
    };
    let over = |end: usize| ends_m[end] - (fitted_m[end] - lowered_m[end]).min(ground_m[end]);
    [over(0), over(1)]
}
