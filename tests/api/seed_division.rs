//! The seeds' boundaries by the geometry's own judgement: each level tiles the province, without gap, overlap or any
//! other finding, and every former commune lies in its district and in its successor.

use std::collections::BTreeMap;

use telecom_inventory::domain::Level;
use telecom_inventory::geo::division::{Candidate, Options, check, covered_share};
use telecom_inventory::geo::{MultiPolygon, Position};
use telecom_inventory::import::areas::{AreaFile, Incoming};

fn incoming() -> Vec<Incoming> {
    let text = include_str!("../../seeds/areas.geojson");
    AreaFile::default().read(text.as_bytes(), None).unwrap()
}

/// The areas of the seeds by level and first day.
fn divisions() -> BTreeMap<(Level, String), Vec<Candidate>> {
    let mut divisions: BTreeMap<(Level, String), Vec<Candidate>> = BTreeMap::new();
    for Incoming {
        row,
        area,
        boundary,
        closed_at,
    } in incoming()
    {
        assert!(closed_at.is_empty(), "{} has an open ring", area.code);
        let seat = area
            .seat
            .and_then(|[longitude, latitude]| Position::new(longitude, latitude));
        let candidate = Candidate {
            row,
            code: area.code,
            name: area.name,
            boundary: boundary.unwrap(),
            stated_area_km2: area.stated_area_km2,
            seat,
            parent: area.parent,
        };
        let key = (area.level, area.valid_from.to_string());
        divisions.entry(key).or_default().push(candidate);
    }
    divisions
}

#[test]
fn each_level_tiles_the_province() {
    let mut sizes = Vec::new();
    for (level, candidates) in divisions() {
        let count = candidates.len();
        let checked = check(candidates, &[], &Options::default());
        assert_eq!(checked.findings, [], "{level:?}");
        assert_eq!(checked.accepted.len(), count, "{level:?}");
        sizes.push((
            count,
            checked.accepted.iter().map(|(_, km2)| km2).sum::<f64>(),
        ));
    }
    let counts: Vec<usize> = sizes.iter().map(|(count, _)| *count).collect();
    assert_eq!(counts, [1, 8, 106, 38]);
    let province = sizes[0].1;
    assert!(
        sizes.iter().all(|(_, km2)| (km2 - province).abs() < 1e-3),
        "{sizes:?}"
    );
}

#[test]
fn every_former_commune_lies_in_its_district_and_in_one_successor() {
    let divisions = divisions();
    let of = |level: Level, from: &str| &divisions[&(level, from.to_owned())];
    let old = of(Level::Commune, "2013-12-27");
    let holders = |part: &MultiPolygon<f64>, wholes: &[Candidate]| -> Vec<String> {
        let holds = |whole: &&Candidate| covered_share(part, &whole.boundary) > 0.9999;
        wholes
            .iter()
            .filter(holds)
            .map(|whole| whole.code.clone())
            .collect()
    };
    for commune in old {
        let districts = holders(&commune.boundary, of(Level::District, "2013-12-27"));
        assert_eq!(
            Some(&districts),
            commune.parent.clone().map(|code| vec![code]).as_ref(),
            "{}",
            commune.code
        );
        let successors = holders(&commune.boundary, of(Level::Commune, "2025-07-01"));
        assert_eq!(successors.len(), 1, "{}: {successors:?}", commune.code);
    }
}
