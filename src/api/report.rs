//! The annual report over HTTP: JSON, a page to print, XLSX and CSV.

use actix_web::http::header;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Datelike, Utc};
use maud::{DOCTYPE, Markup, html};
use serde::Serialize;
use utoipa::IntoParams;

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::Params;
use crate::domain::Language;
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::report::{self, AnnualReport, YearFigures};

/// Parameters of the annual report.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct ReportQuery {
    /// The year; the one before today's where none is given.
    #[param(minimum = 1901, maximum = 2200, example = 2016)]
    year: Option<i64>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// Representation: json, csv, xlsx, html; else by `Accept`.
    f: Option<String>,
}

const OFFERED: &[Format] = &[Format::Json, Format::Csv, Format::Xlsx, Format::Html];

/// One row of the report as a table.
#[derive(Serialize)]
struct Row<'a> {
    district: &'a str,
    district_name: &'a str,
    operator: &'a str,
    year: i32,
    #[serde(flatten)]
    figures: YearFigures,
}

impl Feature for Row<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "district",
        "district_name",
        "operator",
        "year",
        "sites.switching_station",
        "sites.satellite_exchange",
        "sites.bts",
        "sites.radios.2g",
        "sites.radios.3g",
        "sites.radios.4g",
        "sites.radios.5g",
        "sites.radios.total",
        "subscribers.fixed.fixed_wired",
        "subscribers.fixed.fixed_wireless",
        "subscribers.fixed.local_wireless",
        "subscribers.fixed.total",
        "subscribers.mobile.total",
    ];

    fn id(&self) -> String {
        format!("{}/{}/{}", self.district, self.operator, self.year)
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::None
    }
}

/// Report a year
///
/// The figures of the founding report: stations and radios in service on the year's last day and subscribers at its end,
/// by district and operator, beside the year before, with the sources of the records.
#[utoipa::path(
    tag = "summaries",
    params(ReportQuery),
    responses((status = 200, description = "The report", content((AnnualReport = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/html"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/reports/annual")]
pub async fn report_annual(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<ReportQuery>(&asked.query);
    let f = params.raw("f");
    let year = params
        .integer("year", 1901, 2200)
        .and_then(|year| i32::try_from(year).ok());
    let known_at = params.instant("known_at");
    params.give(())?;
    let format = asked.format(f, OFFERED)?;
    let year = year.unwrap_or_else(|| asked.today().year() - 1);
    let (register, now, language) = (asked.register(), asked.now, asked.language);
    let db = register.db.clone();
    let report = db
        .snapshot(move |conn| {
            let geography = register.geography(conn)?;
            let question = report::Question {
                year,
                known_at,
                language,
            };
            report::annual(conn, &geography, &register.settings, &question, now)
        })
        .await?;
    if format == Format::Html {
        return Ok(HttpResponse::Ok()
            .content_type(format.media_type())
            .insert_header((header::VARY, "Accept, Accept-Language"))
            .body(page(&report, language).into_string()));
    }
    let name = format!("annual-report-{year}");
    negotiate::list(
        format,
        &List {
            name: &name,
            rows: &rows(&report),
            extra: &[],
            next: None,
        },
        &report,
    )
}

/// The report as rows: each district in all and by operator, what is unlocated, the total; each for both years.
fn rows(report: &AnnualReport) -> Vec<Row<'_>> {
    let both = |district, district_name, operator, current, previous| {
        let row = |year, figures| Row {
            district,
            district_name,
            operator,
            year,
            figures,
        };
        [row(report.year, current), row(report.year - 1, previous)]
    };
    let mut rows = Vec::new();
    for district in &report.by_district {
        let (code, name) = (district.area.code.as_str(), district.area.name.as_str());
        rows.extend(both(code, name, "all", district.current, district.previous));
        for own in &district.by_operator {
            rows.extend(both(code, name, &own.operator, own.current, own.previous));
        }
    }
    rows.extend(both(
        "",
        "unlocated",
        "all",
        report.unlocated.current,
        report.unlocated.previous,
    ));
    rows.extend(both(
        "",
        "total",
        "all",
        report.total.current,
        report.total.previous,
    ));
    for own in &report.by_operator {
        rows.extend(both("", "total", &own.operator, own.current, own.previous));
    }
    rows
}

const STYLE: &str = "body{font:14px/1.45 sans-serif;margin:2rem auto;max-width:82rem;padding:0 1rem;color:#1a1a1a}\
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:1.8rem}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #999;padding:.25rem .5rem;text-align:right;white-space:nowrap}\
th{background:#eef2f5;text-align:center;vertical-align:bottom;white-space:normal}\
td:first-child{text-align:left;white-space:normal;min-width:12rem}tr.total td{font-weight:bold}tr.total small{font-weight:normal}\
small{color:#555;display:block}.scroll{overflow-x:auto}\
@media print{body{margin:0;max-width:none;padding:0;font-size:10px}@page{size:A4 landscape;margin:12mm}tr{break-inside:avoid}\
thead{display:table-header-group}h2{break-after:avoid}td:first-child{min-width:9rem}th,td{padding:.15rem .35rem}}";

fn page(report: &AnnualReport, language: Language) -> Markup {
    let vietnamese = language == Language::Vietnamese;
    let title = format!(
        "{} {}",
        language.say(
            "Telecom infrastructure and subscribers",
            "Hạ tầng và thuê bao viễn thông năm"
        ),
        report.year
    );
    html! {
        (DOCTYPE)
        html lang=(if vietnamese { "vi" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                p { (report.department) " · " (language.say("as of", "tính đến")) " " (report.as_of) ", " (language.say("beside", "so với")) " " (report.previous_as_of) }
                @for note in &report.notes { p { strong { (note) } } }
                h2 { (language.say("By district", "Theo huyện, thành phố")) }
                (table(report, language, true))
                h2 { (language.say("By operator", "Theo doanh nghiệp")) }
                (table(report, language, false))
                h2 { (language.say("Sources", "Nguồn số liệu")) }
                ul {
                    @for source in &report.sources {
                        li { (about(source.about, language)) " (" (source.records) "): " (source.source.as_deref().unwrap_or("—")) }
                    }
                }
                p { small { (language.say("Known at", "Theo dữ liệu lúc")) " " (report.known_at.to_rfc3339()) } }
            }
        }
    }
}

/// What a source is about, in words.
fn about(about: &'static str, language: Language) -> &'static str {
    match about {
        "sites" => language.say("Sites", "Trạm"),
        "subscribers" => language.say("Subscriber counts", "Số thuê bao"),
        "areas" => language.say("Districts", "Huyện, thành phố"),
        other => other,
    }
}

fn table(report: &AnnualReport, language: Language, by_district: bool) -> Markup {
    let mut rows: Vec<(String, YearFigures, YearFigures)> = if by_district {
        report
            .by_district
            .iter()
            .map(|row| {
                (
                    format!("{} {}", row.area.code, row.area.name),
                    row.current,
                    row.previous,
                )
            })
            .collect()
    } else {
        report
            .by_operator
            .iter()
            .map(|row| (row.name.clone(), row.current, row.previous))
            .collect()
    };
    if by_district {
        let name = language
            .say("In no district", "Không thuộc huyện nào")
            .to_owned();
        rows.push((name, report.unlocated.current, report.unlocated.previous));
    }
    rows.push((
        language.say("Total", "Tổng cộng").to_owned(),
        report.total.current,
        report.total.previous,
    ));
    let last = rows.len() - 1;
    let heads = [
        language.say("Switching stations", "Trạm chuyển mạch"),
        language.say("Satellite exchanges", "Trạm vệ tinh"),
        language.say("BTS sites", "Vị trí BTS"),
        "2G",
        "3G",
        "4G",
        "5G",
        language.say("Radios", "Tổng trạm BTS"),
        language.say("Fixed wired", "Cố định có dây"),
        language.say("Fixed wireless", "Cố định không dây"),
        language.say("Local wireless", "Vô tuyến nội thị"),
        language.say("Fixed", "Tổng cố định"),
        language.say("Mobile", "Di động"),
    ];
    html! {
        div class="scroll" { table {
            thead { tr { th { } @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for (i, (name, current, previous)) in rows.iter().enumerate() {
                    tr.total[i == last] {
                        td { (name) }
                        @for (now, before) in cells(current).iter().zip(cells(previous)) {
                            td { (grouped(*now, language)) small { (grouped(before, language)) } }
                        }
                    }
                }
            }
        } }
        p { small { (language.say("Below each figure: the year before.", "Dưới mỗi số: năm trước.")) } }
    }
}

fn cells(figures: &YearFigures) -> [i64; 13] {
    let (sites, fixed) = (figures.sites, figures.subscribers.fixed);
    [
        sites.switching_station,
        sites.satellite_exchange,
        sites.bts,
        sites.radios.second,
        sites.radios.third,
        sites.radios.fourth,
        sites.radios.fifth,
        sites.radios.total,
        fixed.fixed_wired,
        fixed.fixed_wireless,
        fixed.local_wireless,
        fixed.total,
        figures.subscribers.mobile.total,
    ]
}

/// `364742` as `364,742`, in Vietnamese as `364.742`.
fn grouped(number: i64, language: Language) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 {
        "−".to_owned()
    } else {
        String::new()
    };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(if language == Language::Vietnamese {
                '.'
            } else {
                ','
            });
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_as_the_language_does() {
        assert_eq!(grouped(364_742, Language::English), "364,742");
        assert_eq!(grouped(7_665, Language::Vietnamese), "7.665");
        assert_eq!(grouped(27, Language::Vietnamese), "27");
    }
}
