//! Words for values, in English and Vietnamese, and the word of the API that each means.

use crate::domain::site::StructureType;
use crate::domain::{Language, Rule, text::fold};
use crate::import::columns::names::key;

/// A closed set of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// Of kinds of sites.
    Kind,
    /// Of statuses.
    Status,
    /// Of services.
    Service,
    /// Of technologies.
    Technology,
    /// Of antenna structures.
    StructureType,
}

/// A word of the API, its names in English and Vietnamese, and other names that people use.
pub struct Word {
    /// The word of the API.
    pub api: &'static str,
    english: &'static str,
    vietnamese: &'static str,
    others: &'static [&'static str],
}

impl Word {
    /// Its name in `language`.
    #[must_use]
    pub fn name(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Vietnamese => self.vietnamese,
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.api, self.english, self.vietnamese]
            .into_iter()
            .chain(self.others.iter().copied())
    }
}

const fn word(
    api: &'static str,
    english: &'static str,
    vietnamese: &'static str,
    others: &'static [&'static str],
) -> Word {
    Word {
        api,
        english,
        vietnamese,
        others,
    }
}

impl Vocabulary {
    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static [Word] {
        match self {
            Self::Kind => KINDS,
            Self::Status => STATUSES,
            Self::Service => SERVICES,
            Self::Technology => TECHNOLOGIES,
            Self::StructureType => STRUCTURE_TYPES,
        }
    }

    /// The word of the API that `text` means; case, diacritics, spaces and punctuation are passed over.
    ///
    /// # Errors
    /// The rule on the vocabulary, for any other word.
    pub fn read(self, text: &str) -> Result<&'static str, Rule> {
        // Most files write a word as it is; folding every name for every cell would cost more than all else of a row.
        let as_it_is = |word: &&Word| word.names().any(|name| name == text);
        let alike = || {
            let wanted = key(text);
            let is_alike = |word: &&Word| word.names().any(|name| key(name) == wanted);
            self.words().iter().find(is_alike)
        };
        self.words()
            .iter()
            .find(as_it_is)
            .or_else(alike)
            .map(|word| word.api)
            .ok_or_else(|| self.unknown())
    }

    fn unknown(self) -> Rule {
        match self {
            Self::Kind => Rule::UnknownKind,
            Self::Status => Rule::UnknownStatus,
            Self::Service => Rule::UnknownService,
            Self::Technology => Rule::UnknownTechnology,
            Self::StructureType => Rule::UnknownValue {
                known: StructureType::WORDS,
            },
        }
    }
}

/// Whether a mark says yes (`x`, `có`, `1`) or no (`-`, `không`, `0`).
///
/// # Errors
/// `UnknownValue` for any other mark.
pub fn mark(text: &str) -> Result<bool, Rule> {
    match fold(text).as_str() {
        "x" | "co" | "yes" | "y" | "true" | "1" | "✓" | "✔" | "√" => Ok(true),
        "khong" | "no" | "n" | "false" | "0" | "-" | "–" => Ok(false),
        _ => Err(Rule::UnknownValue {
            known: "x, yes, có, 1, no, không, 0",
        }),
    }
}

/// Technologies of a list: `2G,3G`, `2G/3G`, `2g;4g`, `2 3 4`, `GSM + LTE`.
///
/// # Errors
/// `UnknownTechnology` where one of them is none.
pub fn technologies(text: &str) -> Result<Vec<&'static str>, Rule> {
    let parts = text.split(|c: char| c.is_whitespace() || ",;/+&|-".contains(c));
    let mut found = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let technology = Vocabulary::Technology.read(part)?;
        if !found.contains(&technology) {
            found.push(technology);
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[rustfmt::skip] // one word to a paragraph
const KINDS: &[Word] = &[
    word("switching_station", "Switching station", "Tổng đài", &[
        "Switch", "Exchange", "Host exchange", "Trạm chuyển mạch", "Tổng đài chuyển mạch", "Tổng đài host", "Tổng đài chủ",
        "Chuyển mạch"]),
    word("satellite_exchange", "Satellite exchange", "Tổng đài vệ tinh", &[
        "Remote unit", "Trạm vệ tinh", "Tổng đài trạm vệ tinh", "Vệ tinh"]),
    word("bts", "BTS", "Trạm BTS", &[
        "BTS site", "Base station", "Base transceiver station", "Trạm thu phát sóng", "Trạm thu phát sóng di động", "Trạm gốc",
        "Trạm phát sóng", "Trạm di động"]),
];

#[rustfmt::skip]
const STATUSES: &[Word] = &[
    word("planned", "Planned", "Quy hoạch", &[
        "Under construction", "Kế hoạch", "Dự kiến", "Đang xây dựng", "Chưa xây dựng", "Đang quy hoạch"]),
    word("active", "Active", "Đang hoạt động", &[
        "In service", "In operation", "On air", "Operating", "Hoạt động", "Đang phát sóng", "Phát sóng", "Đang khai thác",
        "Đang sử dụng", "Đang vận hành"]),
    word("suspended", "Suspended", "Tạm ngừng", &[
        "Tạm dừng", "Tạm ngừng hoạt động", "Tạm dừng hoạt động", "Tạm ngưng", "Tạm ngưng hoạt động"]),
    word("decommissioned", "Decommissioned", "Ngừng hoạt động", &[
        "Dismantled", "Removed", "Ngừng", "Đã ngừng", "Đã ngừng hoạt động", "Dừng", "Dừng hoạt động", "Đã dừng hoạt động",
        "Ngưng hoạt động", "Tháo dỡ", "Đã tháo dỡ", "Đã thanh lý"]),
];

#[rustfmt::skip]
const SERVICES: &[Word] = &[
    word("fixed_wired", "Fixed wired", "Cố định hữu tuyến", &[
        "Wired", "Fixed line", "Hữu tuyến", "Điện thoại cố định hữu tuyến", "Thuê bao cố định hữu tuyến", "Cố định có dây",
        "Điện thoại cố định có dây"]),
    word("fixed_wireless", "Fixed wireless", "Cố định không dây", &[
        "Cố định vô tuyến", "Điện thoại cố định không dây", "Thuê bao cố định không dây", "Điện thoại cố định vô tuyến"]),
    word("local_wireless", "Local wireless", "Vô tuyến nội thị", &[
        "Điện thoại vô tuyến nội thị", "Thuê bao vô tuyến nội thị", "Điện thoại nội thị không dây", "Nội thị"]),
    word("mobile", "Mobile", "Di động", &[
        "Mobile telephony", "Cellular", "Điện thoại di động", "Thông tin di động", "Thuê bao di động",
        "Thuê bao điện thoại di động"]),
];

#[rustfmt::skip]
const TECHNOLOGIES: &[Word] = &[
    word("2g", "2G", "2G", &["2", "GSM", "GPRS", "EDGE"]),
    word("3g", "3G", "3G", &["3", "UMTS", "WCDMA", "HSPA"]),
    word("4g", "4G", "4G", &["4", "LTE"]),
    word("5g", "5G", "5G", &["5", "NR"]),
];

#[rustfmt::skip]
const STRUCTURE_TYPES: &[Word] = &[
    word("guyed_mast", "Guyed mast", "Cột dây co", &["Guyed", "Dây co", "Cột dây néo", "Cột néo"]),
    word("self_supporting_tower", "Self-supporting tower", "Cột tự đứng", &[
        "Self supporting", "Lattice tower", "Tự đứng", "Tháp tự đứng"]),
    word("monopole", "Monopole", "Cột đơn thân", &["Pole", "Cột monopole", "Cột đơn", "Đơn thân"]),
    word("rooftop", "Rooftop", "Trên mái nhà", &["Roof top", "Trên mái", "Cột trên mái", "Cột trên mái nhà", "Mái nhà"]),
    word("existing_structure", "Existing structure", "Công trình có sẵn", &[
        "Trên công trình có sẵn", "Cột trên công trình có sẵn"]),
    word("other", "Other", "Khác", &["Loại khác"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::StructureType;
    use crate::domain::{Kind, Service, Status, Technology};

    #[test]
    fn every_word_of_the_api_is_there_and_each_name_means_one() {
        let api = |vocabulary: Vocabulary| {
            vocabulary
                .words()
                .iter()
                .map(|word| word.api)
                .collect::<Vec<_>>()
        };
        assert_eq!(api(Vocabulary::Kind), Kind::ALL.map(Kind::as_str));
        assert_eq!(api(Vocabulary::Status), Status::ALL.map(Status::as_str));
        assert_eq!(api(Vocabulary::Service), Service::ALL.map(Service::as_str));
        assert_eq!(
            api(Vocabulary::Technology),
            Technology::ALL.map(Technology::as_str)
        );
        assert_eq!(
            api(Vocabulary::StructureType).join(", "),
            StructureType::WORDS
        );
        for vocabulary in [
            Vocabulary::Kind,
            Vocabulary::Status,
            Vocabulary::Service,
            Vocabulary::Technology,
            Vocabulary::StructureType,
        ] {
            for word in vocabulary.words() {
                for name in word.names() {
                    assert_eq!(vocabulary.read(name), Ok(word.api), "{name}");
                }
            }
        }
    }

    #[test]
    fn words_are_read_as_people_write_them() {
        assert_eq!(Vocabulary::Kind.read("TRAM BTS"), Ok("bts"));
        assert_eq!(
            Vocabulary::Kind.read("tổng  đài vệ tinh"),
            Ok("satellite_exchange")
        );
        assert_eq!(Vocabulary::Status.read("ngừng"), Ok("decommissioned"));
        assert_eq!(Vocabulary::Status.read("Tạm ngừng"), Ok("suspended"));
        assert_eq!(Vocabulary::Status.read("hỏng"), Err(Rule::UnknownStatus));
        assert_eq!(
            Vocabulary::Service.read("cố định"),
            Err(Rule::UnknownService)
        );
    }

    #[test]
    fn lists_of_technologies_are_read_with_any_sign_between() {
        for text in [
            "2G,3G,4G",
            "2 3 4",
            "2G/3G/4G",
            "4g; 2g;3g",
            "GSM/UMTS/LTE",
            "2G + 3G + 4G",
            "2G-3G-4G",
            "2g,2g,3g,4g",
        ] {
            assert_eq!(
                technologies(text).as_deref(),
                Ok(["2g", "3g", "4g"].as_slice()),
                "{text}"
            );
        }
        assert_eq!(technologies("2G, 6G"), Err(Rule::UnknownTechnology));
        assert_eq!(technologies("234"), Err(Rule::UnknownTechnology));
    }

    #[test]
    fn marks_say_yes_or_no() {
        assert!(
            ["x", "X", "có", "Yes", "1", "✓"]
                .into_iter()
                .all(|text| mark(text) == Ok(true))
        );
        assert!(
            ["-", "không", "0", "No"]
                .into_iter()
                .all(|text| mark(text) == Ok(false))
        );
        assert!(mark("3").is_err());
    }
}
