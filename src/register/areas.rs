//! Records areas and their boundaries: one by one, or a whole file that is checked as a division.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::area_succession::{self, Standing};
use super::filing::{self, Refiled};
use super::geography::AreaInfo;
use super::{Change, Geography, Register, area_store};
use crate::db::DbConn;
use crate::db::changes;
use crate::domain::{Area, Faults, Level, Rule};
use crate::error::{Error, Result};
use crate::geo::division::{self, Candidate, Checked, Finding, Options, Severity};
use crate::geo::{AreaShape, Position, geometry};
use crate::import::areas::Incoming;

/// How a file is imported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions {
    /// Mend what can be mended, instead of refusing it.
    pub repair: bool,
    /// Check everything and store nothing.
    pub dry_run: bool,
    /// End the areas of the same level that the new ones replace, on the day the new ones begin.
    pub end_previous: bool,
    /// Most difference between a boundary's size and the stated one, in percent.
    pub area_tolerance_percent: f64,
}

/// One thing that was found about boundaries.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BoundaryFinding {
    /// `refused`, `repaired` or `warning`.
    pub severity: &'static str,
    /// The rule.
    #[schema(example = "overlap")]
    pub code: &'static str,
    /// Codes of the areas.
    pub areas: Vec<String>,
    /// Rows of the file.
    pub rows: Vec<usize>,
    /// The size of what was found.
    pub area_km2: Option<f64>,
    /// Longitude and latitude of a position in it.
    pub position: Option<[f64; 2]>,
    /// What was found, in words and figures.
    pub detail: String,
}

/// What became of an import of areas.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreasImported {
    /// Area versions that are new.
    pub created: usize,
    /// Area versions that were replaced.
    pub updated: usize,
    /// Area versions that were there already, just so.
    pub unchanged: usize,
    /// Codes of areas that were ended by the new ones.
    pub ended: Vec<String>,
    /// What was found about the boundaries, the gravest first.
    pub findings: Vec<BoundaryFinding>,
    /// What became of the sites.
    pub sites: Refiled,
    /// True where nothing was stored, as was asked.
    pub dry_run: bool,
}

impl From<Finding> for BoundaryFinding {
    fn from(finding: Finding) -> Self {
        let Finding {
            severity,
            rule,
            areas,
            rows,
            area_km2,
            position,
            detail,
        } = finding;
        let severity = match severity {
            Severity::Refused => "refused",
            Severity::Repaired => "repaired",
            Severity::Warning => "warning",
        };
        let position = position.map(|p| [p.longitude, p.latitude]);
        Self {
            severity,
            code: rule,
            areas,
            rows,
            area_km2: area_km2.filter(|size| size.is_finite()),
            position,
            detail,
        }
    }
}

/// An area that passed the checks, ready to be stored.
pub(super) struct Prepared {
    /// Its row in the file.
    pub row: usize,
    /// The area.
    pub area: Area,
    /// Its boundary as a GeoJSON geometry.
    pub boundary: Option<String>,
    /// The boundary's geodesic size.
    pub area_km2: Option<f64>,
}

impl Register {
    /// Imports the areas of a file: all of them, or none. A dry run goes all the way and is then taken back.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong with every area.
    pub fn run_import(
        &self,
        change: &Change,
        incoming: Vec<Incoming>,
        options: ImportOptions,
    ) -> Result<AreasImported> {
        let job = |conn: &mut DbConn| self.import_areas(conn, change, incoming, options);
        if options.dry_run {
            self.db.rehearse_here(job)
        } else {
            self.db.write_here(job)
        }
    }

    /// Imports areas within a transaction.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong with every area.
    pub fn import_areas(
        &self,
        conn: &mut DbConn,
        change: &Change,
        mut incoming: Vec<Incoming>,
        options: ImportOptions,
    ) -> Result<AreasImported> {
        let geography = self.geography(conn)?;
        area_succession::judge_kept_boundaries(&geography, &mut incoming);
        let mut faults = Faults::default();
        let ended = area_succession::ended(&geography, &incoming, options)?;
        area_succession::check_validities(&geography, &incoming, &ended, &mut faults);
        let (mut prepared, mut findings) =
            Self::checked_divisions(&geography, incoming, &ended, options, &mut faults);
        faults.give(Some(()))?;
        find_parents(&geography, &mut prepared)?;
        findings.extend(unknown_parents(&geography, &prepared));
        let ended_codes = ended.iter().map(|info| info.area.code.clone()).collect();
        let mut outcome = AreasImported {
            created: 0,
            updated: 0,
            unchanged: 0,
            ended: ended_codes,
            findings,
            sites: Refiled::default(),
            dry_run: options.dry_run,
        };
        area_store::store_ends(conn, change, &ended)?;
        area_store::store(conn, change, &geography, &prepared, &mut outcome)?;
        if outcome.created + outcome.updated + ended.len() > 0 {
            changes::note(
                conn,
                &[area_store::note(
                    change,
                    "boundaries",
                    "",
                    "import",
                    None,
                    None,
                )],
            )?;
            let fresh = Geography::read(conn)?;
            outcome.sites = filing::refile_all(conn, &fresh)?;
        }
        Ok(outcome)
    }

    fn checked_divisions(
        geography: &Geography,
        incoming: Vec<Incoming>,
        ended: &[AreaInfo],
        options: ImportOptions,
        faults: &mut Faults,
    ) -> (Vec<Prepared>, Vec<BoundaryFinding>) {
        let standing = Standing::of(geography, &incoming, ended);
        let mut divisions: BTreeMap<(Level, NaiveDate, Option<NaiveDate>), Vec<Incoming>> =
            BTreeMap::new();
        for area in incoming {
            divisions
                .entry((area.area.level, area.area.valid_from, area.area.valid_to))
                .or_default()
                .push(area);
        }
        let (mut prepared, mut findings) = (Vec::new(), Vec::new());
        let mut earlier: Vec<AreaShape> = Vec::new();
        for members in divisions.into_values() {
            let mut own = check_division(&standing, &earlier, members, options, faults);
            earlier.append(&mut own.shapes);
            prepared.append(&mut own.prepared);
            findings.extend(own.findings.into_iter().map(BoundaryFinding::from));
        }
        (prepared, findings)
    }
}

/// What became of areas that are valid on the same days.
#[derive(Default)]
struct Division {
    prepared: Vec<Prepared>,
    /// The boundaries that were accepted, for the divisions that are checked after this one.
    shapes: Vec<AreaShape>,
    findings: Vec<Finding>,
}

fn check_division(
    standing: &Standing,
    earlier: &[AreaShape],
    members: Vec<Incoming>,
    options: ImportOptions,
    faults: &mut Faults,
) -> Division {
    let Some(first) = members.first().map(|member| member.area.clone()) else {
        return Division::default();
    };
    let is_beside = |shape: &&AreaShape| {
        let overlaps = first.valid_to.is_none_or(|end| shape.valid_from < end)
            && shape.valid_to.is_none_or(|end| first.valid_from < end);
        shape.layer == first.level.layer() && overlaps
    };
    let neighbours: Vec<&AreaShape> = standing
        .untouched
        .iter()
        .copied()
        .chain(&standing.changed)
        .chain(earlier)
        .filter(is_beside)
        .collect();
    let closed = members
        .iter()
        .flat_map(closed_rings)
        .collect::<Vec<Finding>>();
    let (with_boundary, without): (Vec<Incoming>, Vec<Incoming>) = members
        .into_iter()
        .partition(|member| member.boundary.is_some());
    let areas: HashMap<usize, Area> = with_boundary
        .iter()
        .map(|member| (member.row, member.area.clone()))
        .collect();
    let candidates = with_boundary.into_iter().filter_map(candidate).collect();
    let tolerances = Options {
        repair: options.repair,
        area_tolerance_percent: options.area_tolerance_percent,
        ..Options::default()
    };
    let Checked {
        accepted,
        mut findings,
    } = division::check(candidates, &neighbours, &tolerances);
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Refused)
    {
        let mut own = Faults::default();
        let rule = Rule::BoundaryRefused {
            finding: finding.rule,
            detail: finding.detail.clone(),
        };
        own.body(
            "/geometry",
            rule,
            Some(&Value::from(finding.areas.join(", "))),
        );
        faults.row(finding.rows.first().copied().unwrap_or_default(), own);
    }
    findings.extend(closed);
    let shape = |candidate: &Candidate| AreaShape {
        id: 0,
        layer: first.level.layer(),
        code: candidate.code.clone(),
        valid_from: first.valid_from,
        valid_to: first.valid_to,
        boundary: candidate.boundary.clone(),
    };
    let shapes = accepted
        .iter()
        .map(|(candidate, _)| shape(candidate))
        .collect();
    let checked = accepted.into_iter().filter_map(|(candidate, area_km2)| {
        let boundary = geometry::to_geojson(&candidate.boundary).to_string();
        let area = areas.get(&candidate.row)?.clone();
        Some(Prepared {
            row: candidate.row,
            area,
            boundary: Some(boundary),
            area_km2: Some(area_km2),
        })
    });
    let bare = without.into_iter().map(|member| Prepared {
        row: member.row,
        area: member.area,
        boundary: None,
        area_km2: None,
    });
    Division {
        prepared: checked.chain(bare).collect(),
        shapes,
        findings,
    }
}

/// What was found of rings that had to be closed to be read at all.
fn closed_rings(member: &Incoming) -> Vec<Finding> {
    let finding = |position: &Position| Finding {
        severity: Severity::Repaired,
        rule: "invalid_ring",
        areas: vec![member.area.code.clone()],
        rows: vec![member.row],
        area_km2: None,
        position: Some(*position),
        detail: format!(
            "{} {}: a ring was not closed and has been",
            member.area.code, member.area.name
        ),
    };
    member.closed_at.iter().map(finding).collect()
}

fn candidate(member: Incoming) -> Option<Candidate> {
    let Incoming {
        row,
        area,
        boundary,
        closed_at: _,
    } = member;
    let seat = area
        .seat
        .and_then(|[longitude, latitude]| Position::new(longitude, latitude));
    Some(Candidate {
        row,
        code: area.code,
        name: area.name,
        boundary: boundary?,
        stated_area_km2: area.stated_area_km2,
        seat,
        parent: area.parent,
    })
}

/// Parents that neither the file nor the register has: they may come later, so this is a warning.
fn unknown_parents(geography: &Geography, prepared: &[Prepared]) -> Vec<BoundaryFinding> {
    let is_known = |parent: &str| {
        geography.versions(parent).next().is_some()
            || prepared.iter().any(|other| other.area.code == parent)
    };
    let mut unknown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for area in prepared.iter().map(|new| &new.area) {
        if let Some(parent) = area.parent.as_deref().filter(|parent| !is_known(parent)) {
            unknown.entry(parent).or_default().push(area.code.clone());
        }
    }
    let finding = |(parent, areas): (&str, Vec<String>)| BoundaryFinding {
        severity: "warning",
        code: "unknown_parent",
        detail: format!(
            "the register has no area {parent}, which {} area(s) name as parent",
            areas.len()
        ),
        areas,
        rows: Vec::new(),
        area_km2: None,
        position: None,
    };
    unknown.into_iter().map(finding).collect()
}

/// Gives areas that name no parent the area of the next level that holds most of them, of this file or of the register.
fn find_parents(geography: &Geography, prepared: &mut [Prepared]) -> Result<()> {
    let mut above: Vec<AreaShape> = geography.atlas().shapes().cloned().collect();
    for (i, area) in prepared.iter().enumerate() {
        if let Some(boundary) = &area.boundary {
            let value =
                serde_json::from_str(boundary).map_err(|error| Error::Internal(Box::new(error)))?;
            let boundary =
                geometry::parse(&value).map_err(|error| Error::internal(error.to_string()))?;
            above.push(AreaShape {
                id: -(i32::try_from(i).unwrap_or(i32::MAX)) - 1,
                layer: area.area.level.layer(),
                code: area.area.code.clone(),
                valid_from: area.area.valid_from,
                valid_to: area.area.valid_to,
                boundary,
            });
        }
    }
    for (i, area) in prepared.iter_mut().enumerate() {
        let own = -(i32::try_from(i).unwrap_or(i32::MAX)) - 1;
        let Some(shape) = above.iter().find(|shape| shape.id == own) else {
            continue;
        };
        if area.area.parent.is_some() || area.area.level == Level::Province {
            continue;
        }
        let day = area.area.valid_from;
        let of_layer = |layer: u16| {
            above
                .iter()
                .filter(move |other| other.layer == layer && other.is_valid_on(day))
        };
        let found = (0..shape.layer)
            .rev()
            .find_map(|layer| division::parent_of(&shape.boundary, of_layer(layer)).transpose())
            .transpose()
            .map_err(|intricate| area_succession::too_intricate(area.row, &area.area, intricate))?;
        area.area.parent = found
            .filter(|(_, share)| *share > 0.5)
            .map(|(parent, _)| parent.code.clone());
    }
    Ok(())
}
