//! What the service writes as a table, a map or lines comes back through the reader of files as it was.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use chrono::DateTime;
use serde_json::value::to_raw_value;
use telecom_inventory::api::views::SiteView;
use telecom_inventory::domain::site_input::{self, Submitted};
use telecom_inventory::domain::{Equipment, Faults, RecordKind, SubscriberCount};
use telecom_inventory::formats;
use telecom_inventory::import::row_file::{FileFormat, Limits, Options, RowFile};

const SITES: &str = include_str!("../../seeds/sites.ndjson");
const COUNTS: &str = include_str!("../../seeds/subscribers.ndjson");

fn options(kind: RecordKind, format: FileFormat) -> Options {
    Options {
        kind,
        format,
        columns: BTreeMap::new(),
        sheet: None,
        delimiter: None,
        encoding: None,
        decimal: None,
        crs: None,
        operator: None,
        plmns: HashMap::new(),
        limits: Limits::default(),
    }
}

/// A site as the service shows it.
fn view(submitted: &Submitted) -> SiteView {
    let site = &submitted.site;
    let mut view = SiteView {
        id: "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77".to_owned(),
        operator: site.operator.clone(),
        code: site.code.clone(),
        kind: site.kind.as_str().to_owned(),
        name: site.name.clone(),
        status: site.status.as_str().to_owned(),
        longitude: site.longitude,
        latitude: site.latitude,
        elevation_m: site.elevation_m,
        district: submitted.district.clone(),
        commune: submitted.commune.clone(),
        address: site.address.clone(),
        commissioned_on: site.commissioned_on,
        decommissioned_on: site.decommissioned_on,
        source: site.source.clone(),
        line_capacity: None,
        lines_in_use: None,
        host: None,
        structure: None,
        radios: None,
        version: 3,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        distance_m: None,
        warnings: None,
    };
    match &site.equipment {
        Equipment::Bts { structure, radios } => {
            let structure = structure.as_ref().map(|it| to_raw_value(it).unwrap());
            view.structure = Some(structure);
            view.radios = Some(to_raw_value(radios).unwrap());
        }
        Equipment::SwitchingStation {
            line_capacity,
            lines_in_use,
        } => {
            view.line_capacity = Some(*line_capacity);
            view.lines_in_use = Some(*lines_in_use);
        }
        Equipment::SatelliteExchange {
            line_capacity,
            lines_in_use,
            host,
        } => {
            view.line_capacity = Some(*line_capacity);
            view.lines_in_use = Some(*lines_in_use);
            view.host = Some(host.clone());
        }
    }
    view
}

/// The records of a file, each through the rules of its kind.
fn read<T: Debug>(
    bytes: &[u8],
    options: Options,
    through: impl Fn(&serde_json::Value) -> Result<T, Faults>,
) -> Vec<T> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let file = RowFile::open(file.path(), options).unwrap();
    let records = file.records().unwrap().map(|record| {
        let row = file.row(&record.unwrap());
        assert!(row.faults.is_empty(), "{row:?}");
        let read = through(&row.body);
        assert!(read.is_ok(), "{read:?} of {row:?}");
        read.unwrap()
    });
    records.collect()
}

#[test]
fn sites_come_back_from_every_format_that_the_service_writes() {
    let sites =
        |bytes: &[u8], format| read(bytes, options(RecordKind::Sites, format), site_input::read);
    let expected = sites(SITES.as_bytes(), FileFormat::NdJson);
    assert!(expected.len() > 500);
    let views: Vec<SiteView> = expected.iter().map(view).collect();
    let files = [
        (FileFormat::Csv, formats::csv::table(&views).unwrap()),
        (
            FileFormat::Xlsx,
            formats::xlsx::workbook("sites", &views).unwrap(),
        ),
        (
            FileFormat::GeoJson,
            formats::geojson::collection(&views, &[]).unwrap(),
        ),
        (FileFormat::Json, serde_json::to_vec(&views).unwrap()),
    ];
    for (format, bytes) in files {
        assert_eq!(sites(&bytes, format), expected, "{format:?}");
    }
}

#[test]
fn counts_come_back_as_they_are_exported() {
    let read_count = |body: &serde_json::Value| {
        let mut faults = Faults::default();
        let count = SubscriberCount::read(body, String::new(), &mut faults);
        faults.give(count)
    };
    let options = options(RecordKind::Subscribers, FileFormat::NdJson);
    let counts = read(COUNTS.as_bytes(), options, read_count);
    assert_eq!(counts.len(), COUNTS.lines().count());
}
