//! The rules in Vietnamese.

use super::Rule;

impl Rule {
    #[expect(clippy::too_many_lines, reason = "one line for each rule")]
    pub(super) fn vietnamese(&self) -> String {
        match self {
            Self::Required => "Trường này là bắt buộc.".into(),
            Self::UnknownField { known } => {
                format!("Không có trường này. Các trường được dùng: {known}.")
            }
            Self::UnknownParameter { known } => {
                format!("Không có tham số này. Các tham số được dùng: {known}.")
            }
            Self::WrongType { expected } => format!("Sai kiểu dữ liệu; cần: {}.", expected_in_vietnamese(expected)),
            Self::Malformed { why } => format!("Không đọc được: {why}."),
            Self::Empty => "Không được để trống.".into(),
            Self::TooLong { max } => format!("Không được dài quá {max} ký tự."),
            Self::TooMany { max } => format!("Tối đa {max} mục."),
            Self::ControlCharacter => "Không được dùng ký tự điều khiển hoặc ký tự ẩn.".into(),
            Self::BadFormat { expected } => format!("Sai định dạng; cần: {expected}."),
            Self::BadDate => {
                "Ngày phải có thật và viết dạng YYYY-MM-DD, từ năm 1900 đến 2200.".into()
            }
            Self::NotYet => "Ngày này chưa đến.".into(),
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
            Self::UnknownSiteId => "Không có trạm mang định danh (id) này.".into(),
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
                "Tọa độ có vẻ là mét VN-2000; hãy gửi độ thập phân WGS 84, hoặc nêu hệ tọa độ của tệp: crs=EPSG:….".into()
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
            Self::UnknownColumn { nearest } => {
                let nearest = nearest.as_ref().map(|title| format!(" Có phải là `{title}`?"));
                format!(
                    "Không có cột nào mang tiêu đề này.{} Hãy khai báo trường tương ứng (`columns`), hoặc `-` để bỏ qua.",
                    nearest.unwrap_or_default()
                )
            }
            Self::DuplicateColumn { field, other } => {
                format!("Cột này và cột `{other}` cùng được đọc là {field}; hãy khai báo `-` cho một cột để bỏ qua.")
            }
            Self::MissingColumn { english, vietnamese } => {
                format!("Bảng thiếu cột này. Tiêu đề có thể là `{vietnamese}` hoặc `{english}`, hoặc khai báo cột tương ứng.")
            }
            Self::AbsentColumn => "Có khai báo trường cho tiêu đề này nhưng bảng không có cột đó.".into(),
            Self::UntitledCell => "Ô này nằm trong cột không có tiêu đề nên không đọc được.".into(),
            Self::AmbiguousNumber { point, comma } => format!(
                "Có thể đọc là {point} (dấu chấm thập phân) hoặc {comma} (dấu phẩy thập phân), tệp không cho biết cách nào; hãy khai báo dấu thập phân, hoặc viết số không có dấu phân cách hàng nghìn."
            ),
            Self::UnreadableDay => "Ngày phải có thật và viết dạng ngày/tháng/năm (31/12/2016) hoặc YYYY-MM-DD.".into(),
            Self::LostZeros => {
                "Mã loại này có nhiều chữ số hơn: khi lưu dạng số đã mất các số 0 ở đầu. Hãy định dạng cột là văn bản.".into()
            }
            Self::OutsideGrid { crs } => format!(
                "Trong EPSG:{crs}, tọa độ đông ở Việt Nam từ 100000 đến 900000 m và tọa độ bắc từ 800000 đến 2700000 m; hai giá trị này không phù hợp. Có thể bị đảo, hoặc thuộc hệ tọa độ khác."
            ),
            Self::UnlistedTechnology => "Giá trị này thuộc một công nghệ mà dòng không liệt kê.".into(),
            Self::MissingCentre => "Thôn bản này chỉ có các dòng cụm dân cư, thiếu dòng của trung tâm.".into(),
            Self::NotOfCluster => "Dòng của cụm dân cư không nêu giá trị này khác với dòng của thôn bản.".into(),
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
            Self::OtherOperator { operator } => {
                format!("Hồ sơ này của {operator}; dòng này của doanh nghiệp khác.")
            }
            Self::Exists => "Sổ đăng ký đã có bản ghi này.".into(),
            Self::LeftOut => "Cơ quan quản lý đã loại dòng này.".into(),
            Self::ChangedSinceReview => "Bản ghi đã thay đổi sau khi xem xét.".into(),
            Self::Cancelled => "Đã bị hủy.".into(),
            Self::TakesTooLong { max_s } => {
                format!("Chưa xử lý xong các dòng trong {max_s} giây: hãy chia thành nhiều tệp.")
            }
            Self::TooManyMissing { missing, held } => {
                format!(
                    "Tệp thiếu {missing} trong {held} trạm của doanh nghiệp, nhiều hơn mức được phép đánh dấu ngừng hoạt động."
                )
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

/// The kinds of values that tables have, in Vietnamese; the rest are patterns, which read alike in both languages.
fn expected_in_vietnamese(expected: &str) -> &str {
    match expected {
        "a number" => "một số",
        "a whole number" => "một số nguyên",
        "a text" => "văn bản",
        "a list" => "một danh sách",
        "an object" => "một đối tượng",
        "true or false" => "true hoặc false",
        "a coordinate" => "một tọa độ",
        other => other,
    }
}
