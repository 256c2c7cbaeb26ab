//! Columns of tables of settlements.

use super::names::{Field, Shape};
use super::site_fields::{COMMUNE_DIGITS, DISTRICT_DIGITS, field, required};
use crate::import::values::angle::Axis;

/// Fields of a settlement, in the order of a table.
#[rustfmt::skip] // one field to a paragraph
pub const SETTLEMENT_FIELDS: &[Field] = &[
    required("code", Shape::Code, ["Settlement code", "Mã thôn bản"],
        &["Village code", "Mã thôn", "Mã bản", "Mã thôn, bản", "Mã số thôn bản"],
        ["Code of the settlement. Rows with the same code are one settlement.", "Mã thôn bản. Các dòng cùng mã là một thôn bản."]),
    required("name", Shape::Text, ["Settlement name", "Tên thôn bản"],
        &["Village", "Village name", "Thôn", "Bản", "Thôn bản", "Tên thôn", "Tên bản", "Thôn/Bản", "Tên"],
        ["Its name.", "Tên thôn bản."]),
    field("cluster", Shape::Text, ["Cluster", "Cụm dân cư"],
        &["Cluster name", "Cluster of homes", "Tên cụm dân cư", "Cụm", "Nhóm hộ", "Điểm dân cư"],
        ["Name of a cluster of homes: then the row is that of the cluster. Empty in the settlement's own row.",
         "Tên cụm dân cư: khi đó dòng là của cụm. Để trống ở dòng của chính thôn bản."]),
    required("longitude", Shape::Coordinate(Axis::East), ["Longitude", "Kinh độ"],
        &["Lon", "Long", "Lng", "E", "East", "Easting", "Kinh độ Đông", "Tọa độ E", "Kinh độ E", "Tọa độ kinh độ"],
        ["Of the centre, or of the cluster: decimal degrees of WGS 84, or degrees, minutes and seconds; metres only where the file's coordinate system is stated.",
         "Của trung tâm thôn bản hoặc của cụm: độ thập phân WGS 84, hoặc độ phút giây; chỉ dùng mét khi khai báo hệ tọa độ của tệp."]),
    required("latitude", Shape::Coordinate(Axis::North), ["Latitude", "Vĩ độ"],
        &["Lat", "N", "North", "Northing", "Vĩ độ Bắc", "Tọa độ N", "Vĩ độ N", "Tọa độ vĩ độ"],
        ["As the longitude.", "Như kinh độ."]),
    field("x", Shape::GridCoordinate, ["X", "Tọa độ X"],
        &["X (VN-2000)", "Tọa độ X (VN-2000)", "X coordinate"], ["", ""]),
    field("y", Shape::GridCoordinate, ["Y", "Tọa độ Y"],
        &["Y (VN-2000)", "Tọa độ Y (VN-2000)", "Y coordinate"], ["", ""]),
    field("population", Shape::Count, ["Population", "Dân số"],
        &["Inhabitants", "Persons", "Số dân", "Nhân khẩu", "Số nhân khẩu", "Số khẩu"],
        ["Inhabitants of the settlement.", "Dân số của thôn bản."]),
    field("households", Shape::Count, ["Households", "Số hộ"],
        &["Number of households", "Hộ", "Hộ dân", "Số hộ dân", "Tổng số hộ"],
        ["Households of the settlement, or of the cluster.", "Số hộ của thôn bản hoặc của cụm."]),
    field("has_grid_power", Shape::Mark, ["Has grid power", "Có điện lưới"],
        &["Grid power", "Electricity", "Điện lưới", "Điện lưới quốc gia", "Có điện", "Có điện lưới quốc gia"],
        ["Whether it has power from the grid.", "Thôn bản có điện lưới quốc gia hay không."]),
    field("clusters", Shape::Json, ["Clusters (JSON)", "Cụm dân cư (JSON)"], &["Các cụm dân cư"], ["", ""]),
    field("district", Shape::AreaCode(DISTRICT_DIGITS), ["District code", "Mã huyện"],
        &["Huyện", "Quận/Huyện", "Huyện/Thành phố", "Huyện/Thị xã/Thành phố", "Mã quận huyện"], ["", ""]),
    field("commune", Shape::AreaCode(COMMUNE_DIGITS), ["Commune code", "Mã xã"],
        &["Xã", "Phường/Xã", "Xã/Phường", "Xã/Phường/Thị trấn", "Mã phường xã"], ["", ""]),
    field("source", Shape::Text, ["Source", "Nguồn số liệu"],
        &["Nguồn", "Nguồn dữ liệu", "Data source"],
        ["Where the record comes from.", "Nguồn của số liệu."]),
    field("version", Shape::Count, ["Record version", "Phiên bản"], &[], ["", ""]),
    field("created_at", Shape::Text, ["Created at", "Thời điểm tạo"], &[], ["", ""]),
    field("updated_at", Shape::Text, ["Updated at", "Thời điểm cập nhật"], &[], ["", ""]),
];
