//! Titles of columns and the fields that they mean.

use std::collections::HashMap;
use std::sync::LazyLock;

use strsim::normalized_damerau_levenshtein;

use super::count_fields::COUNT_FIELDS;
use super::settlement_fields::SETTLEMENT_FIELDS;
use super::site_fields::{RADIO_FIELDS, SITE_FIELDS};
use crate::domain::{Language, RecordKind, Technology, text::fold};
use crate::import::values::angle::Axis;
use crate::import::values::word::Vocabulary;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Free text.
    Text,
    /// A code: text, also where the file has a number.
    Code,
    /// The code of an area, which in Viet Nam has one of these numbers of digits.
    AreaCode(&'static [usize]),
    /// The code of an operator, in any case.
    Operator,
    /// Codes of operators, as a JSON list or with commas between.
    Operators,
    /// One of a closed set of words.
    Word(Vocabulary),
    /// A whole number.
    Count,
    /// A number of the unit `m`, and the least and the most that are believed.
    Metres(f64, f64),
    /// A longitude or latitude, or an easting or northing.
    Coordinate(Axis),
    /// X or Y: either coordinate.
    GridCoordinate,
    /// A day.
    Day,
    /// A day, or the period that it ends.
    PeriodEnd,
    /// A list in JSON.
    Json,
    /// Technologies of which the site has radios.
    Technologies,
    /// A mark that the site has a radio of one technology.
    Mark,
}

/// A field of the API that a column can hold.
#[derive(Debug)]
pub struct Field {
    /// Its name, with dots for what is nested. `{}` stands for a technology.
    pub path: &'static str,
    /// What its cells are.
    pub shape: Shape,
    /// A table without it cannot be read.
    pub required: bool,
    /// Its titles in English and Vietnamese; `{}` stands for a technology.
    pub titles: [&'static str; 2],
    /// Other titles that people use.
    pub others: &'static [&'static str],
    /// What it means, in English and Vietnamese. Empty where the server makes it, so that no template has it.
    pub meaning: [&'static str; 2],
}

/// What a column of the table is.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A field of the record.
    Field(&'static Field),
    /// A field of its radio of one technology.
    Radio(Technology, &'static Field),
    /// Nothing: a number of the row, or a column that was stated to mean nothing.
    PassedOver,
    /// A column without a title: what stands in it cannot be read.
    Untitled,
}

/// What is stated for a column that is to be passed over.
pub const PASSED_OVER: &str = "-";

/// Titles, in English and Vietnamese, of the column of findings that the service adds to a file; it is passed over when
/// the file comes back.
pub const FINDINGS: [&str; 2] = ["Findings", "Kết quả kiểm tra"];

/// Titles of columns that number the rows.
const NUMBERS: &[&str] = &[
    "STT",
    "TT",
    "Số TT",
    "Số thứ tự",
    "Thứ tự",
    "No",
    "Nr",
    "Row number",
];

/// What may stand in brackets at the end of a title without making it another column. Units are not passed over where
/// they are others than the field's own: `(km)`, `(nghìn thuê bao)`.
const REMARKS: &[&str] = &[
    "m",
    "met",
    "metre",
    "metres",
    "meter",
    "meters",
    "do",
    "deg",
    "degree",
    "degrees",
    "wgs84",
    "ddmmyyyy",
    "yyyymmdd",
    "ngaythangnam",
    "thuebao",
    "line",
    "lines",
    "e",
    "n",
    "batbuoc",
    "required",
    "json",
];
/// Longer titles are compared by their beginnings only.
const LONGEST: usize = 64;
/// Titles that are less like a known one bring no suggestion.
const NEAR: f64 = 0.6;

impl Field {
    /// The title in `language`, with the technology in its place.
    #[must_use]
    pub fn title(&self, language: Language, technology: Option<Technology>) -> String {
        let [english, vietnamese] = self.titles;
        let title = match language {
            Language::English => english,
            Language::Vietnamese => vietnamese,
        };
        filled(title, technology)
    }

    /// The meaning in `language`.
    #[must_use]
    pub fn meaning(&self, language: Language) -> &'static str {
        let [english, vietnamese] = self.meaning;
        match language {
            Language::English => english,
            Language::Vietnamese => vietnamese,
        }
    }

    fn names(&self, technology: Option<Technology>) -> Vec<String> {
        let names = self
            .titles
            .iter()
            .chain(self.others)
            .map(|title| filled(title, technology));
        std::iter::once(self.path_of(technology))
            .chain(names)
            .collect()
    }

    fn path_of(&self, technology: Option<Technology>) -> String {
        self.path
            .replace("{}", technology.map_or("", Technology::as_str))
    }
}

fn filled(title: &str, technology: Option<Technology>) -> String {
    let name = technology.map_or("", Technology::as_str).to_uppercase();
    title.replace("{}", &name)
}

impl Target {
    /// The name of the field; a dash where there is none.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Field(field) => field.path.to_owned(),
            Self::Radio(technology, field) => field.path_of(Some(*technology)),
            Self::PassedOver | Self::Untitled => PASSED_OVER.to_owned(),
        }
    }
}

/// The fields of a kind of record; those of radios are apart.
#[must_use]
pub fn fields(kind: RecordKind) -> &'static [Field] {
    match kind {
        RecordKind::Sites => SITE_FIELDS,
        RecordKind::Subscribers => COUNT_FIELDS,
        RecordKind::Settlements => SETTLEMENT_FIELDS,
    }
}

/// Every column that a table of `kind` can have, those of radios once for each technology.
pub fn targets(kind: RecordKind) -> impl Iterator<Item = Target> {
    let radios = match kind {
        RecordKind::Sites => RADIO_FIELDS,
        RecordKind::Subscribers | RecordKind::Settlements => &[],
    };
    let of_radios = Technology::ALL.into_iter().flat_map(|technology| {
        radios
            .iter()
            .map(move |field| Target::Radio(technology, field))
    });
    fields(kind).iter().map(Target::Field).chain(of_radios)
}

/// What tells titles apart: letters and digits without case and diacritics. Spaces and punctuation do not.
#[must_use]
pub fn key(title: &str) -> String {
    fold(title)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The known titles of one kind of table.
struct Index {
    by_key: HashMap<String, Target>,
    titles: Vec<(String, String)>,
}

static SITES: LazyLock<Index> = LazyLock::new(|| Index::of(RecordKind::Sites));
static SUBSCRIBERS: LazyLock<Index> = LazyLock::new(|| Index::of(RecordKind::Subscribers));
static SETTLEMENTS: LazyLock<Index> = LazyLock::new(|| Index::of(RecordKind::Settlements));

impl Index {
    fn of(kind: RecordKind) -> Self {
        let mut index = Self {
            by_key: HashMap::new(),
            titles: Vec::new(),
        };
        for target in targets(kind) {
            let names = match target {
                Target::Field(field) => field.names(None),
                Target::Radio(technology, field) => field.names(Some(technology)),
                Target::PassedOver | Target::Untitled => Vec::new(),
            };
            for name in names {
                index.by_key.insert(key(&name), target);
                index.titles.push((key(&name), name));
            }
        }
        for title in NUMBERS.iter().chain(&FINDINGS) {
            index.by_key.insert(key(title), Target::PassedOver);
        }
        index
    }

    fn get(kind: RecordKind) -> &'static Self {
        match kind {
            RecordKind::Sites => &SITES,
            RecordKind::Subscribers => &SUBSCRIBERS,
            RecordKind::Settlements => &SETTLEMENTS,
        }
    }
}

/// What the column with this title is, where the title is known.
#[must_use]
pub fn find(kind: RecordKind, title: &str) -> Option<Target> {
    let by_key = &Index::get(kind).by_key;
    match title.trim() {
        "" => Some(Target::Untitled),
        "#" | "№" => Some(Target::PassedOver),
        title => by_key
            .get(&key(title))
            .or_else(|| by_key.get(&key(without_remark(title)?)))
            .copied(),
    }
}

/// A title without what stands in brackets at its end.
fn without_remark(title: &str) -> Option<&str> {
    let inner = title
        .trim_end_matches([' ', '*'])
        .strip_suffix([')', ']'])?;
    let (before, remark) = inner.rsplit_once(['(', '['])?;
    REMARKS.contains(&key(remark).as_str()).then_some(before)
}

/// The target of a field's name, as a mapping states it.
#[must_use]
pub fn of_path(kind: RecordKind, path: &str) -> Option<Target> {
    if path == PASSED_OVER {
        return Some(Target::PassedOver);
    }
    targets(kind).find(|target| target.path() == path)
}

/// Every name that a mapping may state.
#[must_use]
pub fn paths(kind: RecordKind) -> String {
    let paths: Vec<String> = targets(kind).map(|target| target.path()).collect();
    format!("{}, {PASSED_OVER}", paths.join(", "))
}

/// The known title that is most like `title`, where one is.
#[must_use]
pub fn nearest(kind: RecordKind, title: &str) -> Option<String> {
    let wanted: String = key(title).chars().take(LONGEST).collect();
    let likeness = |known: &str| normalized_damerau_levenshtein(&wanted, known);
    Index::get(kind)
        .titles
        .iter()
        .map(|(key, title)| (likeness(key), title))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, title)| title.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn path(kind: RecordKind, title: &str) -> Option<String> {
        find(kind, title).map(|target| target.path())
    }

    #[test]
    fn no_title_means_two_fields() {
        for kind in RecordKind::ALL {
            let mut seen: HashMap<String, String> = HashMap::new();
            let (index, mut paths) = (Index::get(kind), HashSet::new());
            for (key, title) in &index.titles {
                assert!(!key.is_empty(), "{title}");
                let path = index.by_key[key].path();
                paths.insert(path.clone());
                let owner = targets(kind).find(|target| match target {
                    Target::Field(field) => field.names(None).contains(title),
                    Target::Radio(technology, field) => {
                        field.names(Some(*technology)).contains(title)
                    }
                    _ => false,
                });
                let owner = owner.unwrap().path();
                assert_eq!(
                    *seen.entry(key.clone()).or_insert(owner.clone()),
                    owner,
                    "{title}"
                );
                assert_eq!(path, owner, "{title}");
            }
            assert_eq!(paths.len(), targets(kind).count());
        }
    }

    #[test]
    fn titles_are_read_whatever_their_case_diacritics_and_spaces() {
        for (title, expected) in [
            ("structure.type", "structure.type"),
            ("Structure_Type", "structure.type"),
            ("MÃ TRẠM", "code"),
            ("ma tram", "code"),
            ("Ma\u{303} tra\u{323}m", "code"),
            ("Chiều cao cột (m)", "structure.height_m"),
            ("Chiều  cao\ncột", "structure.height_m"),
            ("Kinh độ (WGS84)", "longitude"),
            ("Tên trạm *", "name"),
            ("2g.commissioned_on", "2g.commissioned_on"),
            ("Ngày phát sóng 3G", "3g.commissioned_on"),
            ("4G", "4g"),
            ("X (m)", "x"),
            ("STT", "-"),
            ("#", "-"),
            ("Kết quả kiểm tra", "-"),
        ] {
            assert_eq!(
                path(RecordKind::Sites, title).as_deref(),
                Some(expected),
                "{title}"
            );
        }
        assert_eq!(
            path(RecordKind::Subscribers, "Công nghệ").as_deref(),
            Some("technology")
        );
        assert_eq!(
            path(RecordKind::Sites, "Công nghệ").as_deref(),
            Some("technologies")
        );
    }

    #[test]
    fn another_unit_is_another_column() {
        for title in ["Chiều cao cột (ft)", "Elevation (km)", "Kinh độ (VN-2000)"] {
            assert_eq!(path(RecordKind::Sites, title), None, "{title}");
        }
        assert_eq!(
            path(RecordKind::Subscribers, "Số thuê bao (nghìn thuê bao)"),
            None
        );
    }

    #[test]
    fn a_misspelt_title_is_near_a_known_one() {
        assert_eq!(
            nearest(RecordKind::Sites, "Mã trạn").as_deref(),
            Some("Mã trạm")
        );
        assert_eq!(
            nearest(RecordKind::Sites, "longtitude").as_deref(),
            Some("Longitude")
        );
        assert_eq!(nearest(RecordKind::Sites, "Màu sơn của hàng rào"), None);
        assert_eq!(nearest(RecordKind::Sites, &"x".repeat(100_000)), None);
    }
}
