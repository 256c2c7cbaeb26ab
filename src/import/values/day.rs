//! Days as people write them: `31/12/2016`, `31-12-2016`, `31.12.2016`, `2016-12-31`; and the ends of periods.

use chrono::NaiveDate;

use crate::domain::{Rule, text::fold};

/// More characters are no day.
const LONGEST: usize = 40;

/// A day: `YYYY-MM-DD` or, as Viet Nam writes it, day, month, year. A time of midnight after it is passed over.
///
/// # Errors
/// `UnreadableDay` for anything else: also for a month over 12, and for years of two digits.
pub fn read(text: &str) -> Result<NaiveDate, Rule> {
    if text.len() > LONGEST {
        return Err(Rule::UnreadableDay);
    }
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let is_midnight = time.chars().all(|c| "0:. Z".contains(c));
    (is_midnight.then(|| calendar_day(day)).flatten()).ok_or(Rule::UnreadableDay)
}

fn calendar_day(text: &str) -> Option<NaiveDate> {
    let sign = text.chars().find(|c| "/-.".contains(*c))?;
    let parts: Vec<&str> = text.split(sign).collect();
    let &[first, second, third] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else {
        (third, second, first)
    };
    NaiveDate::from_ymd_opt(year_of(year)?, small(month)?, small(day)?)
}

/// The last day of a period: a day, a month (`12/2016`, `tháng 12 năm 2016`), a quarter (`Quý IV/2016`, `Q4 2016`) or a
/// year (`2016`).
///
/// # Errors
/// `UnreadableDay` for anything else.
pub fn period_end(text: &str) -> Result<NaiveDate, Rule> {
    read(text).or_else(|rule| {
        let is_short = text.len() <= LONGEST;
        is_short
            .then(|| last_day(&fold(text)))
            .flatten()
            .ok_or(rule)
    })
}

fn last_day(folded: &str) -> Option<NaiveDate> {
    let mut months = 1;
    let mut numbers = Vec::new();
    for word in folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        match word {
            "thang" | "nam" | "ky" | "month" | "year" => {}
            "quy" | "quarter" | "q" => months = 3,
            _ => match word.strip_prefix('q') {
                Some(quarter) => {
                    months = 3;
                    numbers.push(quarter);
                }
                None => numbers.push(word),
            },
        }
    }
    let (year, month) = match *numbers.as_slice() {
        [year] if months == 1 => (year_of(year)?, 12),
        [year, part] if year.len() == 4 => (year_of(year)?, months * part_of(part)?),
        [part, year] => (year_of(year)?, months * part_of(part)?),
        _ => return None,
    };
    let next = match month {
        12 => NaiveDate::from_ymd_opt(year + 1, 1, 1),
        _ => NaiveDate::from_ymd_opt(year, month + 1, 1),
    };
    next?.pred_opt()
}

/// The number of a month or a quarter.
fn part_of(text: &str) -> Option<u32> {
    let number = match text {
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        _ => small(text)?,
    };
    (1..=12).contains(&number).then_some(number)
}

fn year_of(text: &str) -> Option<i32> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| text.parse().ok()).flatten()
}

fn small(text: &str) -> Option<u32> {
    let is_small = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_small.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<String> {
        read(text).ok().map(|day| day.to_string())
    }

    #[test]
    fn a_day_is_read_day_first() {
        for (text, expected) in [
            ("31/12/2016", "2016-12-31"),
            ("03/04/2016", "2016-04-03"),
            ("3-4-2016", "2016-04-03"),
            ("3.4.2016", "2016-04-03"),
            ("2016-04-03", "2016-04-03"),
            ("2016/4/3", "2016-04-03"),
            ("2016-04-03T00:00:00Z", "2016-04-03"),
            ("2016-04-03 00:00:00", "2016-04-03"),
        ] {
            assert_eq!(day(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "13/25/2016",
            "30/02/2016",
            "03/04/16",
            "2016",
            "2016-04",
            "3/4-2016",
            "3/4/2016 08:30",
            "",
            "-",
            "ngày",
            "٣/٤/2016",
            "1/2/3/2016",
            "+1/2/2016",
        ] {
            assert_eq!(read(text), Err(Rule::UnreadableDay), "{text}");
        }
    }

    #[test]
    fn a_period_ends_on_its_last_day() {
        for (text, expected) in [
            ("31/12/2016", "2016-12-31"),
            ("12/2016", "2016-12-31"),
            ("2016-02", "2016-02-29"),
            ("Tháng 6 năm 2016", "2016-06-30"),
            ("Quý IV/2016", "2016-12-31"),
            ("Q1/2016", "2016-03-31"),
            ("2016-Q2", "2016-06-30"),
            ("quý 3 năm 2016", "2016-09-30"),
            ("Năm 2016", "2016-12-31"),
            ("2016", "2016-12-31"),
        ] {
            let found = period_end(text).map(|day| day.to_string());
            assert_eq!(found.as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "13/2016",
            "Q5/2016",
            "quý 2016",
            "16",
            "2016 2017",
            "nửa năm 2016",
            "",
        ] {
            assert_eq!(period_end(text), Err(Rule::UnreadableDay), "{text}");
        }
    }
}
