//! Candidates made ready: each with a sound boundary, its box and its area; others are reported.

use std::collections::HashMap;

use geo::MultiPolygon;

use super::super::boundary::{self, FaultKind, Refusal};
use super::super::{AreaShape, BBox, TooIntricate, measure};
use super::{Candidate, Finding, Options, Severity};

/// A candidate with a sound boundary.
pub(super) struct Parcel {
    pub(super) candidate: Candidate,
    pub(super) bbox: BBox,
    /// Area now, in km².
    pub(super) area_km2: f64,
    /// Area before anything was cut off or filled in, in km².
    pub(super) first_km2: f64,
}

impl Parcel {
    pub(super) fn boundary(&self) -> &MultiPolygon<f64> {
        &self.candidate.boundary
    }

    /// Gives the parcel another boundary, unless that is not sound.
    pub(super) fn reshape(&mut self, boundary: &MultiPolygon<f64>) -> Option<()> {
        let repaired = boundary::repair(boundary).ok()?;
        self.bbox = BBox::of(&repaired.geometry)?;
        self.area_km2 = repaired.after_km2;
        self.candidate.boundary = repaired.geometry;
        Some(())
    }

    fn plot(&self) -> Plot<'_> {
        Plot {
            code: &self.candidate.code,
            row: Some(self.candidate.row),
            boundary: self.boundary(),
            bbox: self.bbox,
        }
    }

    pub(super) fn into_accepted(self) -> (Candidate, f64) {
        (self.candidate, self.area_km2)
    }
}

/// An area beside others: a candidate or a registered one.
#[derive(Clone, Copy)]
pub(super) struct Plot<'a> {
    pub(super) code: &'a str,
    pub(super) row: Option<usize>,
    pub(super) boundary: &'a MultiPolygon<f64>,
    pub(super) bbox: BBox,
}

/// All areas side by side: the candidates first and in their order, then the registered ones.
pub(super) struct Ground<'a> {
    pub(super) parcels: Vec<Parcel>,
    pub(super) registered: Vec<Plot<'a>>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(parcels: Vec<Parcel>, neighbours: &'a [&AreaShape]) -> Self {
        let registered = neighbours.iter().filter_map(|shape| {
            Some(Plot {
                code: &shape.code,
                row: None,
                boundary: &shape.boundary,
                bbox: BBox::of(&shape.boundary)?,
            })
        });
        Self {
            parcels,
            registered: registered.collect(),
        }
    }

    /// The area at a place of the list.
    pub(super) fn plot(&self, place: usize) -> Option<Plot<'_>> {
        let own = self.parcels.get(place).map(Parcel::plot);
        own.or_else(|| {
            let beyond = place.checked_sub(self.parcels.len())?;
            self.registered.get(beyond).copied()
        })
    }

    /// The whole list.
    pub(super) fn plots(&self) -> impl Iterator<Item = Plot<'_>> {
        let own = self.parcels.iter().map(Parcel::plot);
        own.chain(self.registered.iter().copied())
    }
}

/// The candidates with sound boundaries; what is wrong with the others, or was mended, is a finding.
pub(super) fn prepared(
    candidates: Vec<Candidate>,
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Vec<Parcel> {
    let mut rows: HashMap<String, usize> = HashMap::new();
    let mut parcels = Vec::new();
    for candidate in candidates {
        if let Some(first) = rows.get(&candidate.code) {
            let detail = format!("Area {} stands in row {first} already.", candidate.code);
            findings.push(about(
                &candidate,
                Severity::Refused,
                "duplicate_code",
                detail,
            ));
            continue;
        }
        rows.insert(candidate.code.clone(), candidate.row);
        parcels.extend(parcel(candidate, options, findings));
    }
    parcels
}

fn parcel(
    mut candidate: Candidate,
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Option<Parcel> {
    if candidate.boundary.0.is_empty() {
        let detail = format!("Area {} has no boundary.", candidate.code);
        findings.push(about(&candidate, Severity::Refused, "empty", detail));
        return None;
    }
    let repaired = match boundary::repair(&candidate.boundary) {
        Ok(repaired) => repaired,
        Err(refusal) => {
            findings.push(refused(&candidate, &refusal));
            return None;
        }
    };
    let mut is_usable = true;
    for repair in &repaired.repairs {
        let is_mended = options.repair || repair.kind.is_harmless();
        is_usable &= is_mended;
        findings.push(mended(&candidate, repair, is_mended));
    }
    candidate.boundary = repaired.geometry;
    let bbox = BBox::of(&candidate.boundary).filter(|_| is_usable)?;
    let area_km2 = measure::area_km2(&candidate.boundary);
    Some(Parcel {
        candidate,
        bbox,
        area_km2,
        first_km2: area_km2,
    })
}

fn mended(candidate: &Candidate, repair: &boundary::Repair, is_mended: bool) -> Finding {
    let boundary::Repair {
        kind,
        position,
        changed_km2,
    } = *repair;
    let (severity, verb) = if is_mended {
        (Severity::Repaired, "changed")
    } else {
        (Severity::Refused, "would change")
    };
    let (code, fault) = (&candidate.code, kind.describe());
    let detail = format!(
        "In the boundary of area {code}, {fault}; repair {verb} its area by {changed_km2:.6} km²."
    );
    Finding {
        area_km2: Some(changed_km2),
        position: Some(position),
        ..about(candidate, severity, "invalid_ring", detail)
    }
}

fn refused(candidate: &Candidate, refusal: &Refusal) -> Finding {
    let faults = match refusal {
        Refusal::NotAPosition | Refusal::Empty | Refusal::TooIntricate(_) => &[][..],
        Refusal::ChangesTooMuch { faults, .. } | Refusal::Tangled { faults } => faults,
    };
    let (rule, place) = match refusal {
        Refusal::Empty => ("empty", None),
        Refusal::TooIntricate(TooIntricate { position }) => ("too_intricate", Some(*position)),
        _ => ("invalid_ring", None),
    };
    let grave = faults.iter().find(|fault| !fault.kind.is_harmless());
    let named = grave.map_or("it has no area", |fault| FaultKind::describe(fault.kind));
    let detail = match refusal {
        Refusal::NotAPosition | Refusal::Empty | Refusal::TooIntricate(_) => {
            format!(
                "The boundary of area {} cannot be used: {refusal}.",
                candidate.code
            )
        }
        Refusal::ChangesTooMuch { .. } | Refusal::Tangled { .. } => {
            format!(
                "In the boundary of area {}, {named}; {refusal}.",
                candidate.code
            )
        }
    };
    Finding {
        position: place.or(grave.map(|fault| fault.position)),
        ..about(candidate, Severity::Refused, rule, detail)
    }
}

/// A finding about one candidate, without place and size.
pub(super) fn about(
    candidate: &Candidate,
    severity: Severity,
    rule: &'static str,
    detail: String,
) -> Finding {
    Finding {
        severity,
        rule,
        areas: vec![candidate.code.clone()],
        rows: vec![candidate.row],
        area_km2: None,
        position: None,
        detail,
    }
}
