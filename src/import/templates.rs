//! Templates of the files that operators hand in: a header that the reader takes, and what each column means.

use rust_xlsxwriter::{DataValidation, Format, Workbook, XlsxError};

use super::columns::names::{self, Field, Reading};
use crate::domain::{Language, RecordKind};

/// Rows of a template's sheet in which a list of words can be chosen from.
const ROWS: u32 = 100_000;

/// The columns of a template: those that people fill in.
fn fields(kind: RecordKind) -> impl Iterator<Item = &'static Field> {
    names::of(kind)
        .iter()
        .filter(|field| !matches!(field.reading, Reading::Made | Reading::Json))
}

/// The title of a column: the field of the API in English, what people call it in Vietnamese.
fn title(field: &Field, language: Language) -> &'static str {
    let vietnamese = field.titles.first().copied().unwrap_or(field.path);
    language.say(field.path, vietnamese)
}

/// A table of the header alone, in UTF-8 with a byte order mark, as spreadsheets want it.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn csv(kind: RecordKind, language: Language) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    table.write_record(fields(kind).map(|field| title(field, language)))?;
    table
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// A workbook with the header on its first sheet, and what each column means on its second, in both languages.
///
/// # Errors
/// Those of writing it.
pub fn workbook(kind: RecordKind, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name(kind.as_str())?;
    for (column, field) in (0_u16..).zip(fields(kind)) {
        sheet.write_with_format(0, column, title(field, language), &bold)?;
        sheet.set_column_width(column, 18)?;
        match field.reading {
            // As texts, so that leading zeros stay.
            Reading::Code => {
                sheet.set_column_format(column, &text)?;
            }
            Reading::Word(words) => {
                let mut known: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
                known.sort_unstable();
                known.dedup();
                let list = DataValidation::new().allow_list_strings(&known)?;
                sheet.add_data_validation(1, column, ROWS, column, &list)?;
            }
            _ => {}
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let help = book
        .add_worksheet()
        .set_name(language.say("help", "hướng dẫn"))?;
    let heads = [
        "field",
        "title",
        "required",
        "meaning",
        "trường",
        "bắt buộc",
        "ý nghĩa",
    ];
    for (column, head) in (0_u16..).zip(heads) {
        help.write_with_format(0, column, head, &bold)?;
        help.set_column_width(column, if column == 3 || column == 6 { 60 } else { 20 })?;
    }
    for (row, field) in (1_u32..).zip(fields(kind)) {
        let [english, vietnamese] = field.help;
        let is = |yes, no| if field.is_required { yes } else { no };
        let own = title(field, Language::Vietnamese);
        let cells = [
            field.path,
            field.titles.join(", ").as_str(),
            is("yes", "no"),
            english,
            own,
            is("có", "không"),
            vietnamese,
        ]
        .map(str::to_owned);
        for (column, cell) in (0_u16..).zip(cells) {
            help.write(row, column, cell)?;
        }
    }
    book.save_to_buffer()
}
