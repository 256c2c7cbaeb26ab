//! Empty tables to fill in, with the titles that the reader knows, and what each column means.

mod examples;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, Note, Workbook, Worksheet, XlsxError,
};
use serde::Serialize;

use super::columns::names::{Field, Shape, Target, targets};
use super::values::word::Vocabulary;
use crate::domain::{Language, RecordKind};
use crate::error::{Error, Result};

/// Rows that the lists of words are offered in.
const ROWS: u32 = 10_000;
/// Characters that Excel takes in a list of words.
const LIST_MAX: usize = 255;
/// Width of a column with sentences, in characters.
const WIDE: f64 = 60.0;
/// Width of any other column.
const NARROW: f64 = 18.0;
/// Byte order mark, by which Excel knows UTF-8.
const MARK: &str = "\u{FEFF}";

/// What a column is, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnHelp {
    /// Its title in English and in Vietnamese.
    pub titles: [String; 2],
    /// The field of the API, with dots for what is nested.
    pub field: String,
    /// What it means, in English and in Vietnamese.
    pub meaning: [String; 2],
    /// Its unit, where it has one.
    pub unit: Option<&'static str>,
    /// What may stand in it, in English and in Vietnamese.
    pub allowed: [String; 2],
    /// Whether a table needs it.
    pub required: bool,
}

/// The columns of the template, in its order.
#[must_use]
pub fn help(kind: RecordKind) -> Vec<ColumnHelp> {
    columns(kind).iter().map(help_of).collect()
}

/// A CSV file with nothing but the header: UTF-8 with a byte order mark, commas. No title has a comma or a quote.
#[must_use]
pub fn csv(kind: RecordKind, language: Language) -> Vec<u8> {
    let titles: Vec<String> = columns(kind)
        .iter()
        .map(|target| title(target, language))
        .collect();
    format!("{MARK}{}\r\n", titles.join(",")).into_bytes()
}

/// A workbook of three sheets: the table to fill in, two examples, and what each column means.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn xlsx(kind: RecordKind, language: Language) -> Result<Vec<u8>> {
    workbook(kind, language).map_err(Error::internal)
}

fn workbook(kind: RecordKind, language: Language) -> Result<Vec<u8>, XlsxError> {
    let targets = columns(kind);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(say(language, ["Data", "Dữ liệu"]))?;
    header(sheet, &targets, language)?;
    for (column, target) in (0..).zip(&targets) {
        prepare(sheet, column, target, language)?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(say(language, ["Examples", "Ví dụ"]))?;
    header(sheet, &targets, language)?;
    for (row, example) in (1..).zip(examples::of(kind)) {
        for (column, target) in (0..).zip(&targets) {
            let text = example_text(target, example, language);
            sheet.write_string_with_format(row, column, text, &Format::new().set_italic())?;
        }
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(say(language, ["Help", "Hướng dẫn"]))?;
    explain(sheet, &help(kind))?;
    workbook.save_to_buffer()
}

/// What a person fills in: not what the server makes, nor what another column says more simply.
fn columns(kind: RecordKind) -> Vec<Target> {
    let mut columns: Vec<Target> = targets(kind)
        .filter(|target| field(target).is_some_and(|field| !field.meaning.concat().is_empty()))
        .collect();
    // Where the record comes from ends the table.
    columns.sort_by_key(|target| matches!(field(target), Some(Field { path: "source", .. })));
    columns
}

fn field(target: &Target) -> Option<&'static Field> {
    match target {
        Target::Field(field) | Target::Radio(_, field) => Some(field),
        Target::PassedOver | Target::Untitled => None,
    }
}

fn title(target: &Target, language: Language) -> String {
    match target {
        Target::Field(field) => field.title(language, None),
        Target::Radio(technology, field) => field.title(language, Some(*technology)),
        Target::PassedOver | Target::Untitled => String::new(),
    }
}

fn meaning(target: &Target, language: Language) -> String {
    let text = field(target).map_or("", |field| field.meaning(language));
    match target {
        Target::Radio(technology, _) => text.replace("{}", &technology.as_str().to_uppercase()),
        _ => text.to_owned(),
    }
}

fn help_of(target: &Target) -> ColumnHelp {
    let both = [Language::English, Language::Vietnamese];
    let shape = field(target).map_or(Shape::Text, |field| field.shape);
    ColumnHelp {
        titles: both.map(|language| title(target, language)),
        field: target.path(),
        meaning: both.map(|language| meaning(target, language)),
        unit: unit(shape),
        allowed: both.map(|language| allowed(shape, language)),
        required: field(target).is_some_and(|field| field.required),
    }
}

fn unit(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Metres(..) => Some("m"),
        Shape::Coordinate(_) => Some("°"),
        _ => None,
    }
}

fn allowed(shape: Shape, language: Language) -> String {
    let text = match shape {
        Shape::Text => ["text", "văn bản"],
        Shape::Code | Shape::AreaCode(_) | Shape::Operator => [
            "code; format the cells as text",
            "mã; định dạng ô là văn bản",
        ],
        Shape::Operators => [
            "codes with commas between",
            "các mã cách nhau bằng dấu phẩy",
        ],
        Shape::Word(vocabulary) => return words(vocabulary, language).join("; "),
        Shape::Count => ["whole number, such as 7665", "số nguyên, ví dụ 7665"],
        Shape::Metres(min, max) => {
            return match language {
                Language::English => format!("number from {min} to {max}"),
                Language::Vietnamese => format!("số từ {min} đến {max}"),
            };
        }
        Shape::Coordinate(_) | Shape::GridCoordinate => [
            "such as 103.4586 or 103°27'30.9\"",
            "ví dụ 103,4586 hoặc 103°27'30,9\"",
        ],
        Shape::Day => [
            "day/month/year or YYYY-MM-DD",
            "ngày/tháng/năm hoặc YYYY-MM-DD",
        ],
        Shape::PeriodEnd => [
            "31/12/2016, 12/2016, Q4/2016 or 2016",
            "31/12/2016, 12/2016, Quý IV/2016 hoặc 2016",
        ],
        Shape::Json => ["JSON", "JSON"],
        Shape::Technologies => [
            "2G, 3G, 4G, 5G with commas between",
            "2G, 3G, 4G, 5G cách nhau bằng dấu phẩy",
        ],
        Shape::Mark => ["x or empty", "x hoặc để trống"],
    };
    say(language, text).to_owned()
}

fn words(vocabulary: Vocabulary, language: Language) -> Vec<&'static str> {
    vocabulary
        .words()
        .iter()
        .map(|word| word.name(language))
        .collect()
}

fn say(language: Language, [english, vietnamese]: [&'static str; 2]) -> &'static str {
    match language {
        Language::English => english,
        Language::Vietnamese => vietnamese,
    }
}

/// The titles, bold where a table needs the column, each with its meaning as a note.
fn header(sheet: &mut Worksheet, targets: &[Target], language: Language) -> Result<(), XlsxError> {
    let (plain, bold) = (
        Format::new().set_text_wrap(),
        Format::new().set_text_wrap().set_bold(),
    );
    for (column, target) in (0..).zip(targets) {
        let help = help_of(target);
        let format = if help.required { &bold } else { &plain };
        sheet.write_string_with_format(0, column, title(target, language), format)?;
        let needed = say(language, ["Required.", "Bắt buộc."]);
        let needed = if help.required { needed } else { "" };
        let shape = field(target).map_or(Shape::Text, |field| field.shape);
        let text = format!(
            "{}\n{}\n{needed}",
            meaning(target, language),
            allowed(shape, language)
        );
        sheet.insert_note(
            0,
            column,
            &Note::new(text.trim_end())
                .set_width(300)
                .add_author_prefix(false),
        )?;
        sheet.set_column_width(column, NARROW)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// The cells below a title: codes as text, days as days, and the words that are known.
fn prepare(
    sheet: &mut Worksheet,
    column: u16,
    target: &Target,
    language: Language,
) -> Result<(), XlsxError> {
    let Some(field) = field(target) else {
        return Ok(());
    };
    match field.shape {
        Shape::Text
        | Shape::Code
        | Shape::AreaCode(_)
        | Shape::Operator
        | Shape::Operators
        | Shape::Technologies => {
            sheet.set_column_format(column, &Format::new().set_num_format("@"))?;
        }
        Shape::Day | Shape::PeriodEnd => {
            sheet.set_column_format(column, &Format::new().set_num_format("dd/mm/yyyy"))?;
        }
        Shape::Word(vocabulary) => {
            let words = words(vocabulary, language);
            if words.join(",").chars().count() <= LIST_MAX {
                let list = DataValidation::new()
                    .allow_list_strings(&words)?
                    .set_error_style(DataValidationErrorStyle::Stop);
                sheet.add_data_validation(1, column, ROWS, column, &list)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The value of an example; words of the API become those of the language.
fn example_text(target: &Target, example: &[(&str, &str)], language: Language) -> String {
    let path = target.path();
    let text = example
        .iter()
        .find(|(known, _)| *known == path)
        .map_or("", |(_, text)| text);
    match field(target).map(|field| field.shape) {
        Some(Shape::Word(vocabulary)) => {
            let word = vocabulary.words().iter().find(|word| word.api == text);
            word.map_or(text, |word| word.name(language)).to_owned()
        }
        _ => text.to_owned(),
    }
}

/// The sheet of help, in both languages.
fn explain(sheet: &mut Worksheet, help: &[ColumnHelp]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    let wrapped = Format::new().set_text_wrap();
    let columns = [
        ("Column", NARROW),
        ("Cột", NARROW),
        ("Field of the API", NARROW),
        ("Required / Bắt buộc", NARROW),
        ("Unit / Đơn vị", NARROW),
        ("Meaning", WIDE),
        ("Ý nghĩa", WIDE),
        ("Allowed values", WIDE),
        ("Giá trị cho phép", WIDE),
    ];
    for (column, (title, width)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    for (row, help) in (1..).zip(help) {
        let [title, title_vi] = &help.titles;
        let [meaning, meaning_vi] = &help.meaning;
        let [allowed, allowed_vi] = &help.allowed;
        let needed = if help.required { "x" } else { "" };
        let unit = help.unit.unwrap_or_default();
        let texts = [
            title,
            title_vi,
            &help.field,
            needed,
            unit,
            meaning,
            meaning_vi,
            allowed,
            allowed_vi,
        ];
        for (column, text) in (0..).zip(texts) {
            sheet.write_string_with_format(row, column, text, &wrapped)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests;
