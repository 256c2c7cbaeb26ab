//! The columns of files: what each holds, the titles by which it is known, and its help.

use crate::domain::RecordKind;

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A text.
    Text,
    /// A text that a spreadsheet may hold as a number.
    Code,
    /// A number from one to another.
    Number(f64, f64),
    /// A whole number up to another.
    Count(f64),
    /// A day.
    Date,
    /// A word of the API, or one of those that stand for it.
    Word(&'static [(&'static str, &'static str)]),
    /// Degrees or metres to the east.
    East,
    /// Degrees or metres to the north.
    North,
    /// A list of technologies, each of which is a radio.
    Technologies,
    /// JSON.
    Json,
    /// A list of codes, or JSON.
    Codes,
    /// What the server makes; passed over.
    Made,
}

/// A column that is known.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The field of the record, with dots for what is nested.
    pub path: &'static str,
    /// How its cells are read.
    pub reading: Reading,
    /// Whether every row has it.
    pub is_required: bool,
    /// Other titles; case, diacritics, blanks and what stands in parentheses do not matter. The first is the Vietnamese
    /// one of the templates.
    pub titles: &'static [&'static str],
    /// What it holds, in English and in Vietnamese.
    pub help: [&'static str; 2],
}

const fn field(
    path: &'static str,
    reading: Reading,
    titles: &'static [&'static str],
    help: [&'static str; 2],
) -> Field {
    Field {
        path,
        reading,
        is_required: false,
        titles,
        help,
    }
}

const fn required(field: Field) -> Field {
    Field {
        is_required: true,
        ..field
    }
}

const KINDS: &[(&str, &str)] = &[
    ("tram bts", "bts"),
    ("bts", "bts"),
    ("tram phat song", "bts"),
    ("tram thu phat song", "bts"),
    ("tong dai", "switching_station"),
    ("tram chuyen mach", "switching_station"),
    ("switching station", "switching_station"),
    ("tong dai ve tinh", "satellite_exchange"),
    ("tram ve tinh", "satellite_exchange"),
    ("ve tinh", "satellite_exchange"),
    ("satellite exchange", "satellite_exchange"),
    ("remote unit", "satellite_exchange"),
];

const STATES: &[(&str, &str)] = &[
    ("dang hoat dong", "active"),
    ("hoat dong", "active"),
    ("du kien", "planned"),
    ("ke hoach", "planned"),
    ("tam ngung", "suspended"),
    ("tam dung", "suspended"),
    ("ngung hoat dong", "decommissioned"),
    ("ngung", "decommissioned"),
    ("da thao do", "decommissioned"),
];

const SERVICES: &[(&str, &str)] = &[
    ("co dinh co day", "fixed_wired"),
    ("dien thoai co dinh co day", "fixed_wired"),
    ("fixed wired", "fixed_wired"),
    ("co dinh khong day", "fixed_wireless"),
    ("fixed wireless", "fixed_wireless"),
    ("vo tuyen noi thi", "local_wireless"),
    ("local wireless", "local_wireless"),
    ("di dong", "mobile"),
    ("thue bao di dong", "mobile"),
];

const STRUCTURES: &[(&str, &str)] = &[
    ("cot day co", "guyed_mast"),
    ("guyed mast", "guyed_mast"),
    ("cot tu dung", "lattice_tower"),
    ("lattice tower", "lattice_tower"),
    ("cot don than", "monopole"),
];

const DAYS: [&str; 2] = [
    "2016-12-31 or 31/12/2016 (day first)",
    "2016-12-31 hoặc 31/12/2016 (ngày trước)",
];

/// Columns of sites, in the order of the templates.
pub const SITES: &[Field] = &[
    field(
        "operator",
        Reading::Text,
        &["Doanh nghiệp", "Mã doanh nghiệp", "Nhà mạng"],
        [
            "Code of the operator; may be left out where the submission names it",
            "Mã doanh nghiệp; có thể bỏ trống nếu đã nêu khi gửi tệp",
        ],
    ),
    required(field(
        "code",
        Reading::Code,
        &["Mã trạm", "Site code", "Site ID", "Ký hiệu trạm"],
        [
            "The operator's own code of the site",
            "Mã trạm của doanh nghiệp",
        ],
    )),
    required(field(
        "kind",
        Reading::Word(KINDS),
        &["Loại trạm", "Site kind", "Type"],
        [
            "switching_station, satellite_exchange or bts",
            "Tổng đài, Tổng đài vệ tinh hoặc Trạm BTS",
        ],
    )),
    required(field(
        "name",
        Reading::Text,
        &["Tên trạm", "Site name"],
        ["Name of the site", "Tên trạm"],
    )),
    field(
        "status",
        Reading::Word(STATES),
        &["Trạng thái", "Tình trạng", "State"],
        [
            "planned, active (the default), suspended or decommissioned",
            "Dự kiến, Đang hoạt động (mặc định), Tạm ngừng hoặc Ngừng hoạt động",
        ],
    ),
    required(field(
        "longitude",
        Reading::East,
        &["Kinh độ", "Long", "Lon", "Lng", "Easting", "E"],
        [
            "Decimal degrees, or degrees with minutes and seconds; metres where a crs is stated",
            "Độ thập phân, hoặc độ phút giây; mét nếu nêu hệ tọa độ",
        ],
    )),
    required(field(
        "latitude",
        Reading::North,
        &["Vĩ độ", "Lat", "Northing", "N"],
        ["As the longitude", "Như kinh độ"],
    )),
    field(
        "elevation_m",
        Reading::Number(-500.0, 9_000.0),
        &["Độ cao", "Cao độ", "Elevation"],
        [
            "Height of the ground above sea level, in metres",
            "Độ cao mặt đất so với mực nước biển, mét",
        ],
    ),
    field(
        "district",
        Reading::Code,
        &["Huyện", "Mã huyện", "District"],
        [
            "Code of the district, to be checked against the position",
            "Mã huyện, để đối chiếu với tọa độ",
        ],
    ),
    field(
        "commune",
        Reading::Code,
        &["Xã", "Mã xã", "Commune"],
        [
            "Code of the commune, to be checked against the position",
            "Mã xã, để đối chiếu với tọa độ",
        ],
    ),
    field(
        "address",
        Reading::Text,
        &["Địa chỉ", "Địa điểm"],
        ["Where it is, in words", "Địa chỉ"],
    ),
    field(
        "commissioned_on",
        Reading::Date,
        &[
            "Ngày phát sóng",
            "Ngày đưa vào hoạt động",
            "Ngày hoạt động",
            "Commissioned",
        ],
        DAYS,
    ),
    field(
        "decommissioned_on",
        Reading::Date,
        &["Ngày ngừng hoạt động", "Ngày tháo dỡ", "Decommissioned"],
        DAYS,
    ),
    field(
        "line_capacity",
        Reading::Count(10_000_000.0),
        &["Dung lượng", "Dung lượng lắp đặt", "Capacity"],
        [
            "Lines that can be connected (exchanges)",
            "Dung lượng thuê bao (tổng đài)",
        ],
    ),
    field(
        "lines_in_use",
        Reading::Count(10_000_000.0),
        &["Dung lượng sử dụng", "Lines in use"],
        [
            "Lines that are connected (exchanges)",
            "Dung lượng đang dùng (tổng đài)",
        ],
    ),
    field(
        "host",
        Reading::Code,
        &["Tổng đài chủ", "Mã tổng đài chủ", "Host"],
        [
            "Code of the switching station (satellite exchanges)",
            "Mã tổng đài chủ (tổng đài vệ tinh)",
        ],
    ),
    field(
        "structure.type",
        Reading::Word(STRUCTURES),
        &["Loại cột", "Kết cấu cột", "Structure"],
        ["What carries the antennas", "Loại cột ăng-ten"],
    ),
    field(
        "structure.height_m",
        Reading::Number(0.0, 500.0),
        &["Chiều cao cột", "Tower height"],
        ["Height of the structure, in metres", "Chiều cao cột, mét"],
    ),
    field(
        "structure.owner",
        Reading::Text,
        &["Chủ sở hữu cột", "Tower owner"],
        ["Who owns the structure", "Chủ sở hữu cột"],
    ),
    field(
        "structure.shared_with",
        Reading::Codes,
        &["Dùng chung với", "Shared with"],
        [
            "Codes of operators that share the structure",
            "Mã các doanh nghiệp dùng chung",
        ],
    ),
    field(
        "technologies",
        Reading::Technologies,
        &["Công nghệ", "Thế hệ", "Technology", "Generations"],
        [
            "2G, 3G, 4G, 5G: a radio for each (BTS sites)",
            "2G, 3G, 4G, 5G: mỗi loại một thiết bị (trạm BTS)",
        ],
    ),
    field(
        "radios",
        Reading::Json,
        &["Thiết bị vô tuyến"],
        [
            "The radios with their sectors, as JSON",
            "Thiết bị vô tuyến, dạng JSON",
        ],
    ),
    field(
        "source",
        Reading::Text,
        &["Nguồn", "Nguồn số liệu"],
        ["Where the record comes from", "Nguồn số liệu"],
    ),
    field("id", Reading::Made, &[], ["", ""]),
    field("version", Reading::Made, &[], ["", ""]),
    field("created_at", Reading::Made, &[], ["", ""]),
    field("updated_at", Reading::Made, &[], ["", ""]),
];

/// Columns of subscriber counts, in the order of the templates.
pub const SUBSCRIBERS: &[Field] = &[
    field(
        "operator",
        Reading::Text,
        &["Doanh nghiệp", "Mã doanh nghiệp", "Nhà mạng"],
        [
            "Code of the operator; may be left out where the submission names it",
            "Mã doanh nghiệp; có thể bỏ trống nếu đã nêu khi gửi tệp",
        ],
    ),
    required(field(
        "service",
        Reading::Word(SERVICES),
        &["Dịch vụ", "Loại dịch vụ"],
        [
            "fixed_wired, fixed_wireless, local_wireless or mobile",
            "Cố định có dây, Cố định không dây, Vô tuyến nội thị hoặc Di động",
        ],
    )),
    field(
        "technology",
        Reading::Text,
        &["Công nghệ"],
        [
            "Of mobile subscribers, those of one technology",
            "Của thuê bao di động: một công nghệ",
        ],
    ),
    required(field(
        "area",
        Reading::Code,
        &[
            "Mã đơn vị hành chính",
            "Địa bàn",
            "Mã huyện",
            "Huyện",
            "Mã xã",
        ],
        [
            "Code of the area, as valid on the last day of the period",
            "Mã đơn vị hành chính có hiệu lực cuối kỳ",
        ],
    )),
    field(
        "site",
        Reading::Code,
        &["Mã trạm", "Site code"],
        [
            "Code of the site, where the count is of one site",
            "Mã trạm, nếu số liệu của một trạm",
        ],
    ),
    required(field(
        "period_end",
        Reading::Date,
        &["Kỳ báo cáo", "Ngày cuối kỳ", "Period"],
        DAYS,
    )),
    required(field(
        "subscribers",
        Reading::Count(2_147_483_647.0),
        &["Số thuê bao", "Thuê bao", "Subscribers count"],
        ["How many", "Số thuê bao"],
    )),
    field(
        "definition",
        Reading::Text,
        &["Định nghĩa", "Cách tính"],
        ["By which definition they were counted", "Cách tính"],
    ),
    field(
        "source",
        Reading::Text,
        &["Nguồn", "Nguồn số liệu"],
        ["Where the figure comes from", "Nguồn số liệu"],
    ),
    field("version", Reading::Made, &[], ["", ""]),
    field("recorded_at", Reading::Made, &[], ["", ""]),
];

/// The columns that files of `kind` may have.
#[must_use]
pub fn of(kind: RecordKind) -> &'static [Field] {
    match kind {
        RecordKind::Sites => SITES,
        RecordKind::Subscribers => SUBSCRIBERS,
    }
}
