//! Every rule that input can break, with its stable code and its words in English and Vietnamese.

/// The languages of messages. Codes never change with the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// Vietnamese.
    Vietnamese,
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

    #[expect(clippy::too_many_lines, reason = "one line for each rule")]
    fn english(&self) -> String {
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
                "The coordinates look like metres of VN-2000; send decimal degrees of WGS 84."
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

    #[expect(clippy::too_many_lines, reason = "one line for each rule")]
    fn vietnamese(&self) -> String {
        match self {
            Self::Required => "Trường này là bắt buộc.".into(),
            Self::UnknownField { known } => {
                format!("Không có trường này. Các trường được dùng: {known}.")
            }
            Self::UnknownParameter { known } => {
                format!("Không có tham số này. Các tham số được dùng: {known}.")
            }
            Self::WrongType { expected } => format!("Sai kiểu dữ liệu; cần: {expected}."),
            Self::Malformed { why } => format!("Không đọc được: {why}."),
            Self::Empty => "Không được để trống.".into(),
            Self::TooLong { max } => format!("Không được dài quá {max} ký tự."),
            Self::TooMany { max } => format!("Tối đa {max} mục."),
            Self::ControlCharacter => "Không được dùng ký tự điều khiển hoặc ký tự ẩn.".into(),
            Self::BadFormat { expected } => format!("Sai định dạng; cần: {expected}."),
            Self::BadDate => {
                "Ngày phải có thật và viết dạng YYYY-MM-DD, từ năm 1900 đến 2200.".into()
            }
            Self::OutOfRange { min, max } => {
                format!("Giá trị phải nằm trong khoảng từ {min} đến {max}.")
            }
            Self::UnknownTechnology => "Công nghệ phải là một trong: 2g, 3g, 4g, 5g.".into(),
            Self::UnknownKind => {
                "Loại trạm phải là một trong: switching_station, satellite_exchange, bts.".into()
            }
            Self::UnknownStatus => {
                "Trạng thái phải là một trong: planned, active, suspended, decommissioned.".into()
            }
            Self::UnknownService => {
                "Dịch vụ phải là một trong: fixed_wired, fixed_wireless, local_wireless, mobile."
                    .into()
            }
            Self::UnknownLevel => "Cấp phải là một trong: province, district, commune.".into(),
            Self::UnknownRole => "Vai trò phải là một trong: reader, operator, department.".into(),
            Self::UnknownValue { known } => format!("Giá trị phải là một trong: {known}."),
            Self::UnknownOperator => "Sổ đăng ký không có doanh nghiệp này.".into(),
            Self::UnknownHost { operator } => {
                format!("{operator} không có trạm chuyển mạch mang mã này.")
            }
            Self::UnknownArea { date } => {
                format!("Không có đơn vị hành chính cấp này mang mã này (hỏi cho ngày {date}).")
            }
            Self::UnknownSite { operator } => format!("{operator} không có trạm mang mã này."),
            Self::NotForKind { kind } => format!("Loại trạm {kind} không có trường này."),
            Self::DuplicateTechnology => {
                "Mỗi trạm chỉ có một thiết bị vô tuyến cho mỗi công nghệ.".into()
            }
            Self::Duplicate => "Khóa này xuất hiện hai lần trong yêu cầu.".into(),
            Self::DecommissionedBeforeCommissioned => {
                "Ngày ngừng hoạt động không được trước ngày đưa vào hoạt động.".into()
            }
            Self::ValidToBeforeValidFrom => "valid_to phải sau valid_from.".into(),
            Self::LinesExceedCapacity { capacity } => {
                format!("Số thuê bao sử dụng vượt quá dung lượng {capacity}.")
            }
            Self::OutsideTerritory {
                west,
                south,
                east,
                north,
            } => {
                format!(
                    "Vị trí nằm ngoài lãnh thổ của sổ đăng ký (kinh độ {west} đến {east}, vĩ độ {south} đến {north})."
                )
            }
            Self::CoordinatesSwapped => "Kinh độ và vĩ độ có vẻ bị đảo.".into(),
            Self::CoordinatesInMetres => {
                "Tọa độ có vẻ là mét VN-2000; hãy gửi độ thập phân WGS 84.".into()
            }
            Self::CoordinatesDegreesMinutes { degrees } => {
                format!("Có vẻ là độ và phút; dạng độ thập phân là {degrees:.6}.")
            }
            Self::AreaContradiction {
                found, distance_m, ..
            } => {
                format!("Vị trí nằm trong {found}, cách đơn vị đã khai báo {distance_m:.0} m.")
            }
            Self::ContradictsPath { path } => format!("Mâu thuẫn với địa chỉ yêu cầu ({path})."),
            Self::OverlapsValidity { other } => {
                format!("Mã đã có hiệu lực trong thời gian đó, xem {other}.")
            }
            Self::BoundaryRefused { detail, .. } => format!("Ranh giới bị từ chối: {detail}"),
            Self::BadGeometry { why } => format!("Không dùng được hình học: {why}."),
            Self::BadCursor => "Con trỏ trang không thuộc danh sách và thứ tự này.".into(),
            Self::BothGiven { other } => format!("Không dùng cùng với {other}."),
            Self::Undecodable { offset, encoding } => {
                format!("Tệp không phải {encoding}: byte ở vị trí {offset} không hợp lệ.")
            }
            Self::WrongCellCount { expected, found } => {
                format!("Dòng có {found} ô, cần {expected} ô.")
            }
            Self::UnknownSheet { known } => {
                format!("Sổ tính không có trang này. Các trang có: {known}.")
            }
            Self::SheetError { error } => format!("Ô này mang lỗi {error} của chính trang tính."),
            Self::UnknownPlmn { plmn } => {
                format!("Sổ đăng ký không có doanh nghiệp nào mang mã mạng {plmn}.")
            }
            Self::CellsApart { distance_m, max_m } => format!(
                "Các ô phủ sóng của trạm này cách nhau {distance_m:.0} m; của một trạm thì trong vòng {max_m:.0} m."
            ),
            Self::RefusedCrs => {
                "Hệ tọa độ ghi trong tệp không được hỗ trợ hoặc khác với hệ đã khai báo.".into()
            }
            Self::OutsideCrs { crs } => {
                format!("Không có vị trí nào mang tọa độ này trong EPSG:{crs}.")
            }
            Self::NearOtherOperator { site, distance_m } => {
                format!("Trạm {site} của doanh nghiệp khác cách {distance_m:.1} m.")
            }
            Self::NearOwnSite { site, distance_m } => {
                format!("Trạm {site} của cùng doanh nghiệp cách {distance_m:.1} m.")
            }
            Self::Moved { distance_m } => format!("Trạm đã dời {distance_m:.0} m."),
            Self::FutureCommissioning => "Ngày đưa vào hoạt động ở tương lai.".into(),
            Self::NoDecommissioningDate => {
                "Thiếu decommissioned_on nên trạm không được tính ở ngày nào.".into()
            }
            Self::Unlocated => "Không có đơn vị hành chính nào chứa vị trí này.".into(),
        }
    }
}
