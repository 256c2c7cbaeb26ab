//! The rules in English.

use super::Rule;

impl Rule {
    #[expect(clippy::too_many_lines, reason = "one line for each rule")]
    pub(super) fn english(&self) -> String {
        match self {
            Self::Required => "This is required.".into(),
            Self::UnknownField { known } => format!("There is no such field. Known here: {known}."),
            Self::UnknownParameter { known } => {
                format!("There is no such parameter. Known here: {known}.")
            }
            Self::WrongType { expected } => format!("This must be {expected}."),
            Self::Malformed { why } => format!("This cannot be read: {why}."),
            Self::Empty => "This must not be empty.".into(),
            Self::TooLong { max } => format!("This must have at most {max} characters."),
            Self::TooMany { max } => format!("At most {max} are allowed here."),
            Self::ControlCharacter => "Control and invisible characters are not allowed.".into(),
            Self::BadFormat { expected } => format!("This must be written as: {expected}."),
            Self::BadDate => {
                "This must be a date of the calendar written YYYY-MM-DD, from 1900 to 2200.".into()
            }
            Self::NotYet => "This day has not come yet.".into(),
            Self::OutOfRange { min, max } => format!("This must lie between {min} and {max}."),
            Self::UnknownTechnology => "A technology is one of 2g, 3g, 4g, 5g.".into(),
            Self::UnknownKind => {
                "A kind is one of switching_station, satellite_exchange, bts.".into()
            }
            Self::UnknownStatus => {
                "A status is one of planned, active, suspended, decommissioned.".into()
            }
            Self::UnknownService => {
                "A service is one of fixed_wired, fixed_wireless, local_wireless, mobile.".into()
            }
            Self::UnknownLevel => "A level is one of province, district, commune.".into(),
            Self::UnknownRole => "A role is one of reader, operator, department.".into(),
            Self::UnknownValue { known } => format!("This must be one of {known}."),
            Self::UnknownOperator => "The register has no such operator.".into(),
            Self::UnknownHost { operator } => {
                format!("{operator} has no switching station with this code.")
            }
            Self::UnknownArea { date } => {
                format!("The register has no area with this code at this level (asked for {date}).")
            }
            Self::UnknownSite { operator } => format!("{operator} has no site with this code."),
            Self::UnknownSiteId => "The register has no site with this id.".into(),
            Self::NotForKind { kind } => format!("A {kind} does not have this field."),
            Self::DuplicateTechnology => "A site has at most one radio of a technology.".into(),
            Self::Duplicate => "This key occurs twice in the request.".into(),
            Self::DecommissionedBeforeCommissioned => {
                "It cannot be decommissioned before it was commissioned.".into()
            }
            Self::ValidToBeforeValidFrom => "valid_to must be later than valid_from.".into(),
            Self::LinesExceedCapacity { capacity } => {
                format!("More lines are in use than the capacity of {capacity}.")
            }
            Self::OutsideTerritory {
                west,
                south,
                east,
                north,
            } => {
                format!(
                    "The position lies outside the register's territory (longitude {west} to {east}, latitude {south} to {north})."
                )
            }
            Self::CoordinatesSwapped => "Longitude and latitude look swapped.".into(),
            Self::CoordinatesInMetres => {
                "The coordinates look like metres of VN-2000; send decimal degrees of WGS 84, or state the file's system as crs=EPSG:…."
                    .into()
            }
            Self::CoordinatesDegreesMinutes { degrees } => {
                format!(
                    "This looks like degrees and minutes; as decimal degrees it would be {degrees:.6}."
                )
            }
            Self::AreaContradiction {
                level,
                found,
                distance_m,
            } => {
                format!(
                    "The position lies in {found}, {distance_m:.0} m from the {level} that was submitted."
                )
            }
            Self::ContradictsPath { path } => {
                format!("This contradicts the address, which says {path}.")
            }
            Self::OverlapsValidity { other } => {
                format!("The code is already valid in that time, see {other}.")
            }
            Self::BoundaryRefused { detail, .. } => detail.clone(),
            Self::BadGeometry { why } => format!("The geometry cannot be used: {why}."),
            Self::BadCursor => {
                "This cursor was not made by this list, with this sort order.".into()
            }
            Self::BothGiven { other } => format!("This cannot be given together with {other}."),
            Self::UnknownColumn { nearest } => {
                let nearest = nearest.as_ref().map(|title| format!(" Is it `{title}`?"));
                format!(
                    "No known column has this title.{} State the field that it is (`columns`), or `-` to leave it out.",
                    nearest.unwrap_or_default()
                )
            }
            Self::DuplicateColumn { field, other } => {
                format!("This column and `{other}` are both read as {field}; state `-` for one of them to leave it out.")
            }
            Self::MissingColumn { english, vietnamese } => {
                format!("The table lacks this column. Its title may be `{english}` or `{vietnamese}`, or state which column it is.")
            }
            Self::AbsentColumn => "A field is stated for this title, but the table has no such column.".into(),
            Self::UntitledCell => "This stands in a column without a title, so it cannot be read.".into(),
            Self::AmbiguousNumber { point, comma } => format!(
                "This can be read as {point} (decimal point) or as {comma} (decimal comma), and nothing in the file decides; state the decimal sign, or write the number without thousands separators."
            ),
            Self::UnreadableDay => {
                "This must be a date of the calendar: day/month/year (31/12/2016) or YYYY-MM-DD.".into()
            }
            Self::LostZeros => {
                "A code of this kind has more digits: as a number it has lost its leading zeros. Format the column as text.".into()
            }
            Self::OutsideGrid { crs } => format!(
                "In EPSG:{crs} the places of Viet Nam have eastings from 100000 to 900000 m and northings from 800000 to 2700000 m; these two do not fit. They may be exchanged, or of another system."
            ),
            Self::UnlistedTechnology => {
                "This is said of the radio of a technology that the row does not list.".into()
            }
            Self::MissingCentre => "All rows of this settlement are of clusters: the row of its centre is missing.".into(),
            Self::NotOfCluster => "The row of a cluster says no other value than the row of its settlement.".into(),
            Self::Undecodable { offset, encoding } => {
                format!("The file is not {encoding}: the byte at offset {offset} does not fit.")
            }
            Self::WrongCellCount { expected, found } => {
                format!("The row has {found} cells where {expected} are expected.")
            }
            Self::UnknownSheet { known } => {
                format!("The workbook has no such sheet. It has: {known}.")
            }
            Self::SheetError { error } => format!("The sheet itself has the error {error} here."),
            Self::UnknownPlmn { plmn } => {
                format!("No operator of the register has the network {plmn}.")
            }
            Self::CellsApart { distance_m, max_m } => format!(
                "The cells of this site lie {distance_m:.0} m apart; those of one site lie within {max_m:.0} m."
            ),
            Self::RefusedCrs => "The coordinate system that the file names is not known here, or is not the one that was stated.".into(),
            Self::OutsideCrs { crs } => {
                format!("No position on Earth has these coordinates in EPSG:{crs}.")
            }
            Self::OtherOperator { operator } => {
                format!("The submission is of {operator}; this row is of another operator.")
            }
            Self::Exists => "The register has this record already.".into(),
            Self::LeftOut => "The department left this row out.".into(),
            Self::ChangedSinceReview => "The record has changed since the review.".into(),
            Self::Cancelled => "This was cancelled.".into(),
            Self::TakesTooLong { max_s } => format!(
                "The rows were not done within {max_s} seconds: hand them in in several files."
            ),
            Self::TooManyMissing { missing, held } => {
                format!(
                    "The file lacks {missing} of the {held} sites that the operator has, more than may be marked as decommissioned."
                )
            }
            Self::NearOtherOperator { site, distance_m } => {
                format!("{site} of another operator is {distance_m:.1} m away.")
            }
            Self::NearOwnSite { site, distance_m } => {
                format!("{site} of the same operator is {distance_m:.1} m away.")
            }
            Self::Moved { distance_m } => format!("The site moved by {distance_m:.0} m."),
            Self::FutureCommissioning => "The commissioning date is in the future.".into(),
            Self::NoDecommissioningDate => {
                "Without decommissioned_on a decommissioned site counts on no date.".into()
            }
            Self::Unlocated => "No area of the register holds this position.".into(),
        }
    }
}
