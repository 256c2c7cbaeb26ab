//! Boundaries under the wrong label: stated areas that do not fit, seats elsewhere, shapes swapped.

use geo::{Intersects, Point};

use super::super::Position;
use super::super::hosts::Hosts;
use super::parcels::{Parcel, about};
use super::{Finding, Options, Severity};

/// Most areas among which swaps are looked for, two by two: where more labels do not fit, the file is wrong as a whole.
const MOST_SUSPECTS: usize = 2_000;

/// Compares each parcel with its stated area and its seat.
///
/// A swap explains the mismatches and the seats of both areas, which are then not told again.
pub(super) fn check(parcels: &[Parcel], options: &Options, findings: &mut Vec<Finding>) {
    let mut explained = vec![false; parcels.len()];
    let suspects = suspects(parcels, options);
    for (first, second) in swaps(&suspects, options) {
        let pair = (suspects.get(first), suspects.get(second));
        let (Some(first), Some(second)) = pair else {
            continue;
        };
        let is_free = |place: usize| explained.get(place) == Some(&false);
        if !is_free(first.place) || !is_free(second.place) {
            continue;
        }
        for place in [first.place, second.place] {
            if let Some(flag) = explained.get_mut(place) {
                *flag = true;
            }
        }
        findings.push(swapped(first, second));
    }
    let hosts = Hosts::new(parcels.iter().map(Parcel::boundary));
    for suspect in suspects
        .iter()
        .filter(|suspect| explained.get(suspect.place) == Some(&false))
    {
        findings.extend(suspect.mismatch.then(|| mismatch(suspect.parcel, options)));
        findings.extend(suspect.seat.map(|seat| {
            let host = hosts.first(seat).and_then(|place| parcels.get(place));
            elsewhere(suspect, seat, host)
        }));
    }
}

/// A parcel that its label does not fit.
struct Suspect<'a> {
    place: usize,
    parcel: &'a Parcel,
    /// The stated area does not fit.
    mismatch: bool,
    /// The seat, when it lies outside.
    seat: Option<Position>,
}

fn suspects<'a>(parcels: &'a [Parcel], options: &Options) -> Vec<Suspect<'a>> {
    let labelled = parcels.iter().enumerate().map(|(place, parcel)| Suspect {
        place,
        parcel,
        mismatch: stated(parcel).is_some_and(|stated| !fits(parcel.area_km2, stated, options)),
        seat: parcel.candidate.seat.filter(|seat| !holds(parcel, *seat)),
    });
    labelled
        .filter(|suspect| suspect.mismatch || suspect.seat.is_some())
        .collect()
}

fn stated(parcel: &Parcel) -> Option<f64> {
    parcel.candidate.stated_area_km2
}

/// Whether a measured area fits a stated one; nothing fits a stated area that is not positive.
fn fits(measured_km2: f64, stated_km2: f64, options: &Options) -> bool {
    difference_percent(measured_km2, stated_km2) <= options.area_tolerance_percent
        && stated_km2 > 0.0
}

fn difference_percent(measured_km2: f64, stated_km2: f64) -> f64 {
    100.0 * (measured_km2 - stated_km2).abs() / stated_km2
}

fn holds(parcel: &Parcel, seat: Position) -> bool {
    parcel.bbox.contains(seat) && parcel.boundary().intersects(&Point::from(seat))
}

/// Pairs of suspects that fit each other's labels: by their seats first, then by area, the best fit first.
fn swaps(suspects: &[Suspect], options: &Options) -> Vec<(usize, usize)> {
    if suspects.len() > MOST_SUSPECTS {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (first, one) in suspects.iter().enumerate() {
        for (second, other) in suspects.iter().enumerate().skip(first + 1) {
            let rank = swap_rank(one, other, options);
            found.extend(rank.map(|rank| (rank, first, second)));
        }
    }
    found.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    found
        .into_iter()
        .map(|(_, first, second)| (first, second))
        .collect()
}

/// How well two suspects would fit if they were swapped, 0 best; nothing when they would not.
///
/// Where both seats are known they alone decide.
fn swap_rank(one: &Suspect, other: &Suspect, options: &Options) -> Option<f64> {
    let seats = one.parcel.candidate.seat.zip(other.parcel.candidate.seat);
    if let Some((seat, other_seat)) = seats {
        let crossed = one.seat.is_some() && other.seat.is_some();
        let fits = holds(other.parcel, seat) && holds(one.parcel, other_seat);
        return (crossed && fits).then_some(0.0);
    }
    let (first, second) = stated(one.parcel).zip(stated(other.parcel))?;
    let (area, other_area) = (one.parcel.area_km2, other.parcel.area_km2);
    let crossed = one.mismatch && other.mismatch;
    let fit = fits(other_area, first, options) && fits(area, second, options);
    (crossed && fit)
        .then(|| difference_percent(other_area, first) + difference_percent(area, second))
}

fn swapped(one: &Suspect, other: &Suspect) -> Finding {
    let (first, second) = (&one.parcel.candidate, &other.parcel.candidate);
    let seats = one.seat.and(other.seat);
    let reason = if seats.is_some() {
        "each has its seat inside the other's boundary".to_owned()
    } else {
        let side = |suspect: &Suspect| {
            let stated = stated(suspect.parcel).unwrap_or_default();
            format!(
                "{:.1} km² against {stated:.1} km² stated",
                suspect.parcel.area_km2
            )
        };
        format!(
            "{} measures {}, {} measures {}, and each fits the other",
            first.code,
            side(one),
            second.code,
            side(other)
        )
    };
    Finding {
        severity: Severity::Refused,
        rule: "swapped_boundaries",
        areas: vec![first.code.clone(), second.code.clone()],
        rows: vec![first.row, second.row],
        area_km2: None,
        position: first.seat,
        detail: format!(
            "Areas {} and {} seem to carry each other's boundary: {reason}.",
            first.code, second.code
        ),
    }
}

fn mismatch(parcel: &Parcel, options: &Options) -> Finding {
    let candidate = &parcel.candidate;
    let (code, measured) = (&candidate.code, parcel.area_km2);
    let stated = stated(parcel).unwrap_or_default();
    let tolerance = options.area_tolerance_percent;
    let detail = if stated > 0.0 {
        let percent = difference_percent(measured, stated);
        format!(
            "Area {code} measures {measured:.3} km² where {stated:.3} km² is stated, {percent:.1} % apart; up to {tolerance} % is tolerated."
        )
    } else {
        format!("Area {code} measures {measured:.3} km²; the stated {stated} km² is no area.")
    };
    Finding {
        area_km2: Some(measured),
        ..about(candidate, Severity::Refused, "area_mismatch", detail)
    }
}

fn elsewhere(suspect: &Suspect, seat: Position, host: Option<&Parcel>) -> Finding {
    let candidate = &suspect.parcel.candidate;
    let host = host.map(|host| &host.candidate);
    let place = host.map_or_else(
        || "in none of the areas".to_owned(),
        |host| format!("in area {} ({})", host.code, host.name),
    );
    let code = &candidate.code;
    let detail = format!("The seat of area {code} ({}) lies {place}.", candidate.name);
    let mut finding = about(candidate, Severity::Refused, "seat_elsewhere", detail);
    finding.areas.extend(host.map(|host| host.code.clone()));
    finding.rows.extend(host.map(|host| host.row));
    finding.position = Some(seat);
    finding
}
