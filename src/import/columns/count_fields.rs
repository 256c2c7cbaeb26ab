//! Columns of tables of subscriber counts.

use super::names::{Field, Shape};
use crate::import::values::word::Vocabulary;

/// Digits of a code of a province, a district or a commune in Viet Nam (Decision 124/2004/QĐ-TTg on the codes of
/// administrative units).
const AREA_DIGITS: &[usize] = &[2, 3, 5];

/// Fields of a subscriber count, in the order of the template.
#[rustfmt::skip] // one field to a paragraph
pub const COUNT_FIELDS: &[Field] = &[
    Field { path: "operator", shape: Shape::Operator, required: false, titles: ["Operator", "Doanh nghiệp"],
        others: &["Operator code", "Mã doanh nghiệp", "Tên doanh nghiệp", "Doanh nghiệp viễn thông", "Nhà mạng"],
        meaning: ["Code of the operator. May be left out where the sender is an operator.", "Mã doanh nghiệp. Có thể bỏ trống khi doanh nghiệp tự gửi tệp."] },
    Field { path: "service", shape: Shape::Word(Vocabulary::Service), required: true, titles: ["Service", "Dịch vụ"],
        others: &["Loại dịch vụ", "Dịch vụ viễn thông", "Loại thuê bao", "Loại hình dịch vụ"],
        meaning: ["What is subscribed to.", "Dịch vụ."] },
    Field { path: "technology", shape: Shape::Word(Vocabulary::Technology), required: false, titles: ["Technology", "Công nghệ"],
        others: &["Generation", "Loại công nghệ"],
        meaning: ["Of mobile subscribers, those of one technology; empty for all.", "Với thuê bao di động: một công nghệ; để trống là tất cả."] },
    Field { path: "area", shape: Shape::AreaCode(AREA_DIGITS), required: true, titles: ["Area code", "Mã đơn vị hành chính"],
        others: &["Mã địa bàn", "Địa bàn", "Mã huyện", "Huyện", "Mã xã", "Xã", "District", "District code", "Commune", "Commune code",
            "Quận/Huyện", "Huyện/Thành phố", "Xã/Phường", "Đơn vị hành chính"],
        meaning: ["Code of the district, commune or province, as valid at the period's end, with its leading zeros.",
            "Mã huyện, xã hoặc tỉnh tại thời điểm cuối kỳ, giữ số 0 ở đầu."] },
    Field { path: "site", shape: Shape::Code, required: false, titles: ["Site code", "Mã trạm"],
        others: &["Site ID", "Station code", "Mã tổng đài"],
        meaning: ["Code of the operator's site, where the count is of one site.", "Mã trạm của doanh nghiệp, khi số liệu chỉ của một trạm."] },
    Field { path: "period_end", shape: Shape::PeriodEnd, required: true, titles: ["Period end", "Kỳ báo cáo"],
        others: &["Period", "Reporting period", "Ngày chốt số liệu", "Ngày cuối kỳ", "Thời điểm báo cáo", "Đến ngày", "Tháng báo cáo", "Kỳ", "Cuối kỳ"],
        meaning: ["Last day of the period, or the month, quarter or year that it ends.", "Ngày cuối kỳ, hoặc tháng, quý, năm báo cáo."] },
    Field { path: "subscribers", shape: Shape::Count, required: true, titles: ["Subscribers", "Số thuê bao"],
        others: &["Number of subscribers", "Subscriber count", "Thuê bao", "Số lượng thuê bao", "Tổng số thuê bao", "Tổng thuê bao", "Thuê bao hiện có"],
        meaning: ["How many.", "Số lượng thuê bao."] },
    Field { path: "definition", shape: Shape::Text, required: false, titles: ["Definition", "Định nghĩa"],
        others: &["Cách tính", "Phương pháp tính"],
        meaning: ["By which definition they were counted.", "Định nghĩa hoặc cách tính số thuê bao."] },
    Field { path: "source", shape: Shape::Text, required: false, titles: ["Source", "Nguồn số liệu"],
        others: &["Nguồn", "Nguồn dữ liệu", "Data source"],
        meaning: ["Where the figure comes from.", "Nguồn của số liệu."] },
    Field { path: "version", shape: Shape::Count, required: false, titles: ["Record version", "Phiên bản"], others: &[], meaning: ["", ""] },
    Field { path: "recorded_at", shape: Shape::Text, required: false, titles: ["Recorded at", "Thời điểm ghi nhận"], others: &[], meaning: ["", ""] },
];
