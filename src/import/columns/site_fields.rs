//! Columns of tables of sites.

use super::names::{Field, Shape};
use crate::domain::radio::{HEIGHT_MAX_M, RADIUS_MAX_M};
use crate::import::values::angle::Axis;
use crate::import::values::word::Vocabulary;

/// Digits of a code of a district in Viet Nam (Decision 124/2004/QĐ-TTg on the codes of administrative units).
pub const DISTRICT_DIGITS: &[usize] = &[3];
/// Digits of a code of a commune.
pub const COMMUNE_DIGITS: &[usize] = &[5];

/// A field that a table may do without.
pub(super) const fn field(
    path: &'static str,
    shape: Shape,
    titles: [&'static str; 2],
    others: &'static [&'static str],
    meaning: [&'static str; 2],
) -> Field {
    Field {
        path,
        shape,
        required: false,
        titles,
        others,
        meaning,
    }
}

/// A field that every table has.
pub(super) const fn required(
    path: &'static str,
    shape: Shape,
    titles: [&'static str; 2],
    others: &'static [&'static str],
    meaning: [&'static str; 2],
) -> Field {
    Field {
        required: true,
        ..field(path, shape, titles, others, meaning)
    }
}

/// Fields of a site, in the order of the template.
#[rustfmt::skip] // one field to a paragraph
pub const SITE_FIELDS: &[Field] = &[
    field("operator", Shape::Operator, ["Operator", "Doanh nghiệp"],
        &["Operator code", "Mã doanh nghiệp", "Tên doanh nghiệp", "Doanh nghiệp viễn thông", "Nhà mạng"],
        ["Code of the operator. May be left out where the sender is an operator.", "Mã doanh nghiệp. Có thể bỏ trống khi doanh nghiệp tự gửi tệp."]),
    required("code", Shape::Code, ["Site code", "Mã trạm"],
        &["Site ID", "Station code", "Mã trạm BTS", "Mã số trạm", "Mã vị trí", "ID trạm"],
        ["The operator's own code of the site; with the operator it identifies the site.", "Mã trạm của doanh nghiệp; cùng với doanh nghiệp xác định trạm."]),
    required("kind", Shape::Word(Vocabulary::Kind), ["Kind", "Loại trạm"],
        &["Site kind", "Site type", "Type of site", "Type", "Loại", "Loại hình trạm", "Loại thiết bị"],
        ["What equipment the site holds.", "Loại thiết bị đặt tại trạm."]),
    required("name", Shape::Text, ["Site name", "Tên trạm"],
        &["Station name", "Tên vị trí", "Tên trạm BTS", "Tên"],
        ["Its name.", "Tên trạm."]),
    field("status", Shape::Word(Vocabulary::Status), ["Status", "Trạng thái"],
        &["Tình trạng", "Hiện trạng", "Trạng thái hoạt động", "Tình trạng hoạt động"],
        ["Where it stands in its life; active where this is empty.", "Tình trạng hoạt động; để trống là đang hoạt động."]),
    required("longitude", Shape::Coordinate(Axis::East), ["Longitude", "Kinh độ"],
        &["Lon", "Long", "Lng", "E", "East", "Easting", "Kinh độ Đông", "Tọa độ E", "Kinh độ E", "Tọa độ kinh độ"],
        ["Decimal degrees of WGS 84, or degrees, minutes and seconds; metres only where the file's coordinate system is stated.",
         "Độ thập phân WGS 84, hoặc độ phút giây; chỉ dùng mét khi khai báo hệ tọa độ của tệp."]),
    required("latitude", Shape::Coordinate(Axis::North), ["Latitude", "Vĩ độ"],
        &["Lat", "N", "North", "Northing", "Vĩ độ Bắc", "Tọa độ N", "Vĩ độ N", "Tọa độ vĩ độ"],
        ["As the longitude.", "Như kinh độ."]),
    field("x", Shape::GridCoordinate, ["X", "Tọa độ X"],
        &["X (VN-2000)", "Tọa độ X (VN-2000)", "X coordinate"], ["", ""]),
    field("y", Shape::GridCoordinate, ["Y", "Tọa độ Y"],
        &["Y (VN-2000)", "Tọa độ Y (VN-2000)", "Y coordinate"], ["", ""]),
    field("elevation_m", Shape::Metres(-500.0, 9_000.0), ["Elevation (m)", "Độ cao mặt đất (m)"],
        &["Elevation", "Altitude", "Ground elevation", "Độ cao", "Cao độ", "Cao trình", "Độ cao mặt đất", "Độ cao so với mực nước biển"],
        ["Height of the ground above sea level.", "Độ cao mặt đất so với mực nước biển."]),
    field("district", Shape::AreaCode(DISTRICT_DIGITS), ["District code", "Mã huyện"],
        &["Huyện", "Quận/Huyện", "Huyện/Thành phố", "Huyện/Thị xã/Thành phố", "Mã quận huyện"],
        ["Code of the district, with its leading zeros; checked against the position.", "Mã cấp huyện, giữ số 0 ở đầu; được đối chiếu với tọa độ."]),
    field("commune", Shape::AreaCode(COMMUNE_DIGITS), ["Commune code", "Mã xã"],
        &["Xã", "Phường/Xã", "Xã/Phường", "Xã/Phường/Thị trấn", "Mã phường xã"],
        ["Code of the commune, with its leading zeros; checked against the position.", "Mã cấp xã, giữ số 0 ở đầu; được đối chiếu với tọa độ."]),
    field("address", Shape::Text, ["Address", "Địa chỉ"],
        &["Địa chỉ lắp đặt", "Địa chỉ trạm", "Vị trí lắp đặt", "Địa điểm", "Địa điểm lắp đặt"],
        ["Where it is, in words.", "Địa chỉ bằng lời."]),
    field("commissioned_on", Shape::Day, ["Commissioned on", "Ngày phát sóng"],
        &["Commissioning date", "On-air date", "Ngày đưa vào sử dụng", "Ngày đưa vào hoạt động", "Ngày đưa vào khai thác", "Ngày hoạt động", "Ngày vận hành"],
        ["First day in service.", "Ngày đầu tiên hoạt động."]),
    field("decommissioned_on", Shape::Day, ["Decommissioned on", "Ngày ngừng hoạt động"],
        &["Decommissioning date", "Ngày ngừng phát sóng", "Ngày dừng hoạt động", "Ngày tháo dỡ", "Ngày ngừng khai thác"],
        ["First day out of service.", "Ngày đầu tiên không còn hoạt động."]),
    field("line_capacity", Shape::Count, ["Line capacity", "Dung lượng lắp đặt"],
        &["Capacity", "Dung lượng", "Dung lượng tổng đài", "Số line lắp đặt", "Tổng dung lượng"],
        ["Of an exchange: lines that can be connected.", "Của tổng đài: số đường dây có thể đấu nối."]),
    field("lines_in_use", Shape::Count, ["Lines in use", "Dung lượng sử dụng"],
        &["Dung lượng đang sử dụng", "Số line sử dụng", "Số line đang sử dụng", "Số thuê bao sử dụng"],
        ["Of an exchange: lines that are connected.", "Của tổng đài: số đường dây đang sử dụng."]),
    field("host", Shape::Code, ["Host exchange", "Tổng đài chủ"],
        &["Host code", "Tổng đài host", "Mã tổng đài chủ", "Mã tổng đài host", "Tổng đài mẹ"],
        ["Of a satellite exchange: code of its switching station.", "Của tổng đài vệ tinh: mã tổng đài chủ."]),
    field("structure.type", Shape::Word(Vocabulary::StructureType), ["Structure type", "Loại cột"],
        &["Tower type", "Mast type", "Kiểu cột", "Loại cột anten", "Loại cột ăng ten"],
        ["Of a BTS: what carries the antennas. Required where the structure has any other value.", "Của trạm BTS: loại cột. Bắt buộc khi khai báo thông tin khác của cột."]),
    field("structure.height_m", Shape::Metres(0.0, HEIGHT_MAX_M), ["Structure height (m)", "Chiều cao cột (m)"],
        &["Structure height", "Tower height", "Mast height", "Chiều cao cột", "Chiều cao cột anten", "Chiều cao cột ăng ten", "Độ cao cột"],
        ["Its height above ground.", "Chiều cao cột tính từ mặt đất."]),
    field("structure.owner", Shape::Text, ["Structure owner", "Chủ sở hữu cột"],
        &["Tower owner", "Chủ sở hữu", "Chủ sở hữu cột anten", "Đơn vị sở hữu cột"],
        ["Who owns it: an operator's code or a company's name.", "Chủ sở hữu cột: mã doanh nghiệp hoặc tên công ty."]),
    field("structure.shared_with", Shape::Operators, ["Shared with", "Dùng chung với"],
        &["Structure shared with", "Doanh nghiệp dùng chung", "Đơn vị dùng chung", "Dùng chung hạ tầng với"],
        ["Codes of the operators that use it too, with commas between.", "Mã các doanh nghiệp dùng chung, cách nhau bằng dấu phẩy."]),
    field("technologies", Shape::Technologies, ["Technologies", "Công nghệ"],
        &["Technology", "Generation", "RAT", "Công nghệ sử dụng", "Loại công nghệ", "Công nghệ phát sóng"],
        ["Of a BTS: the technologies of its radios.", "Của trạm BTS: các công nghệ vô tuyến."]),
    field("radios", Shape::Json, ["Radios (JSON)", "Thiết bị vô tuyến (JSON)"], &[], ["", ""]),
    field("source", Shape::Text, ["Source", "Nguồn số liệu"],
        &["Nguồn", "Nguồn dữ liệu", "Data source"],
        ["Where the record comes from.", "Nguồn của số liệu."]),
    field("id", Shape::Text, ["Record ID", "ID bản ghi"], &[], ["", ""]),
    field("version", Shape::Count, ["Record version", "Phiên bản"], &[], ["", ""]),
    field("created_at", Shape::Text, ["Created at", "Thời điểm tạo"], &[], ["", ""]),
    field("updated_at", Shape::Text, ["Updated at", "Thời điểm cập nhật"], &[], ["", ""]),
];

/// Fields of a radio, whose titles name its technology in the place of `{}`.
#[rustfmt::skip]
pub const RADIO_FIELDS: &[Field] = &[
    field("{}", Shape::Mark, ["Has {}", "Có {}"],
        &["{} in use", "Trạm {}", "Phát sóng {}", "Mạng {}"], ["", ""]),
    field("{}.commissioned_on", Shape::Day, ["{} commissioned on", "Ngày phát sóng {}"],
        &["{} on-air date", "Ngày phát sóng mạng {}", "Ngày hoạt động {}", "Ngày đưa vào sử dụng {}"],
        ["First day in service of its {} radio; the site's own date where this is empty.", "Ngày đầu tiên phát sóng {}; để trống là theo ngày của trạm."]),
    field("{}.decommissioned_on", Shape::Day, ["{} decommissioned on", "Ngày ngừng {}"],
        &["Ngày ngừng phát sóng {}", "Ngày ngừng hoạt động {}", "Ngày tắt sóng {}"], ["", ""]),
    field("{}.antenna_height_m", Shape::Metres(0.0, HEIGHT_MAX_M), ["{} antenna height (m)", "Chiều cao anten {} (m)"],
        &["{} antenna height", "Chiều cao anten {}", "Chiều cao ăng ten {}", "Độ cao anten {}"], ["", ""]),
    field("{}.declared_radius_m", Shape::Metres(0.0, RADIUS_MAX_M), ["{} radius (m)", "Bán kính phủ sóng {} (m)"],
        &["{} radius", "{} coverage radius", "Bán kính phủ sóng {}", "Bán kính {}"], ["", ""]),
];
