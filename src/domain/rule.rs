//! Every rule that input can break, with its stable code and its words in English and Vietnamese.

mod english;
mod vietnamese;

/// The languages of messages. Codes never change with the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// Vietnamese.
    Vietnamese,
}

impl Language {
    /// Of a text in both languages, the one in this.
    #[must_use]
    pub fn say<T>(self, english: T, vietnamese: T) -> T {
        match self {
            Self::English => english,
            Self::Vietnamese => vietnamese,
        }
    }
}

/// A rule on input. Those that only warn are listed at the end.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the codes and messages below say what each means"
)]
pub enum Rule {
    Required,
    UnknownField {
        known: String,
    },
    UnknownParameter {
        known: String,
    },
    WrongType {
        expected: &'static str,
    },
    Malformed {
        why: String,
    },
    Empty,
    TooLong {
        max: usize,
    },
    TooMany {
        max: usize,
    },
    ControlCharacter,
    BadFormat {
        expected: &'static str,
    },
    BadDate,
    NotYet,
    OutOfRange {
        min: f64,
        max: f64,
    },
    UnknownTechnology,
    UnknownKind,
    UnknownStatus,
    UnknownService,
    UnknownLevel,
    UnknownRole,
    UnknownValue {
        known: &'static str,
    },
    UnknownOperator,
    UnknownHost {
        operator: String,
    },
    UnknownArea {
        date: String,
    },
    UnknownSite {
        operator: String,
    },
    UnknownSiteId,
    NotForKind {
        kind: &'static str,
    },
    DuplicateTechnology,
    Duplicate,
    DecommissionedBeforeCommissioned,
    ValidToBeforeValidFrom,
    LinesExceedCapacity {
        capacity: i32,
    },
    OutsideTerritory {
        west: f64,
        south: f64,
        east: f64,
        north: f64,
    },
    CoordinatesSwapped,
    CoordinatesInMetres,
    CoordinatesDegreesMinutes {
        degrees: f64,
    },
    AreaContradiction {
        level: &'static str,
        found: String,
        distance_m: f64,
    },
    ContradictsPath {
        path: String,
    },
    OverlapsValidity {
        other: String,
    },
    BoundaryRefused {
        finding: &'static str,
        detail: String,
    },
    BadGeometry {
        why: String,
    },
    BadCursor,
    BothGiven {
        other: &'static str,
    },
    // Of files.
    Undecodable {
        offset: u64,
        encoding: String,
    },
    WrongCellCount {
        expected: usize,
        found: usize,
    },
    UnknownSheet {
        known: String,
    },
    SheetError {
        error: String,
    },
    UnknownPlmn {
        plmn: String,
    },
    CellsApart {
        distance_m: f64,
        max_m: f64,
    },
    RefusedCrs,
    OutsideCrs {
        crs: u32,
    },
    // Of tables.
    UnknownColumn {
        nearest: Option<String>,
    },
    DuplicateColumn {
        field: String,
        other: String,
    },
    MissingColumn {
        english: &'static str,
        vietnamese: &'static str,
    },
    AbsentColumn,
    UntitledCell,
    AmbiguousNumber {
        point: f64,
        comma: f64,
    },
    UnreadableDay,
    LostZeros,
    OutsideGrid {
        crs: u32,
    },
    UnlistedTechnology,
    MissingCentre,
    NotOfCluster,
    // Of submissions.
    OtherOperator {
        operator: String,
    },
    Exists,
    LeftOut,
    ChangedSinceReview,
    Cancelled,
    TakesTooLong {
        max_s: u64,
    },
    TooManyMissing {
        missing: usize,
        held: usize,
    },
    // Warnings: the record is taken, the caller is told.
    NearOtherOperator {
        site: String,
        distance_m: f64,
    },
    NearOwnSite {
        site: String,
        distance_m: f64,
    },
    Moved {
        distance_m: f64,
    },
    FutureCommissioning,
    NoDecommissioningDate,
    Unlocated,
}

impl Rule {
    /// The code that programs act on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField { .. } => "unknown_field",
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::WrongType { .. } => "wrong_type",
            Self::Malformed { .. } => "malformed",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::TooMany { .. } => "too_many",
            Self::ControlCharacter => "control_character",
            Self::BadFormat { .. } => "bad_format",
            Self::BadDate => "bad_date",
            Self::NotYet => "not_yet",
            Self::OutOfRange { .. } => "out_of_range",
            Self::UnknownTechnology => "unknown_technology",
            Self::UnknownKind => "unknown_kind",
            Self::UnknownStatus => "unknown_status",
            Self::UnknownService => "unknown_service",
            Self::UnknownLevel => "unknown_level",
            Self::UnknownRole => "unknown_role",
            Self::UnknownValue { .. } => "unknown_value",
            Self::UnknownOperator => "unknown_operator",
            Self::UnknownHost { .. } => "unknown_host",
            Self::UnknownArea { .. } => "unknown_area",
            Self::UnknownSite { .. } => "unknown_site",
            Self::UnknownSiteId => "unknown_site_id",
            Self::NotForKind { .. } => "not_for_kind",
            Self::DuplicateTechnology => "duplicate_technology",
            Self::Duplicate => "duplicate",
            Self::DecommissionedBeforeCommissioned => "decommissioned_before_commissioned",
            Self::ValidToBeforeValidFrom => "valid_to_before_valid_from",
            Self::LinesExceedCapacity { .. } => "lines_exceed_capacity",
            Self::OutsideTerritory { .. } => "outside_territory",
            Self::CoordinatesSwapped => "coordinates_swapped",
            Self::CoordinatesInMetres => "coordinates_in_metres",
            Self::CoordinatesDegreesMinutes { .. } => "coordinates_degrees_minutes",
            Self::AreaContradiction {
                level: "commune", ..
            } => "commune_contradiction",
            Self::AreaContradiction { .. } => "district_contradiction",
            Self::ContradictsPath { .. } => "contradicts_path",
            Self::OverlapsValidity { .. } => "overlapping_validity",
            Self::BoundaryRefused { finding, .. } => finding,
            Self::BadGeometry { .. } => "bad_geometry",
            Self::BadCursor => "bad_cursor",
            Self::BothGiven { .. } => "both_given",
            Self::Undecodable { .. } => "undecodable",
            Self::WrongCellCount { .. } => "wrong_cell_count",
            Self::UnknownSheet { .. } => "unknown_sheet",
            Self::SheetError { .. } => "sheet_error",
            Self::UnknownPlmn { .. } => "unknown_plmn",
            Self::CellsApart { .. } => "cells_apart",
            Self::RefusedCrs => "refused_crs",
            Self::OutsideCrs { .. } => "outside_crs",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::MissingColumn { .. } => "missing_column",
            Self::AbsentColumn => "absent_column",
            Self::UntitledCell => "untitled_cell",
            Self::AmbiguousNumber { .. } => "ambiguous_number",
            Self::UnreadableDay => "unreadable_day",
            Self::LostZeros => "lost_zeros",
            Self::OutsideGrid { .. } => "outside_grid",
            Self::UnlistedTechnology => "unlisted_technology",
            Self::MissingCentre => "missing_centre",
            Self::NotOfCluster => "not_of_cluster",
            Self::OtherOperator { .. } => "other_operator",
            Self::Exists => "exists",
            Self::LeftOut => "left_out",
            Self::ChangedSinceReview => "changed_since_review",
            Self::Cancelled => "cancelled",
            Self::TakesTooLong { .. } => "takes_too_long",
            Self::TooManyMissing { .. } => "too_many_missing",
            Self::NearOtherOperator { .. } => "near_other_operator",
            Self::NearOwnSite { .. } => "near_own_site",
            Self::Moved { .. } => "moved",
            Self::FutureCommissioning => "future_commissioning",
            Self::NoDecommissioningDate => "no_decommissioning_date",
            Self::Unlocated => "unlocated",
        }
    }

    /// The rule in words, for people.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Vietnamese => self.vietnamese(),
        }
    }
}
