//! Days and instants as SQLite keeps them: texts. diesel reads the pattern of the text anew for every value, which takes a
//! tenth of the time of many inserts; here it is written once, or without a pattern.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{IsNull, Output, Result, ToSql};
use diesel::sql_types::{Date, Timestamp};
use diesel::sqlite::Sqlite;

/// An instant that many rows share.
#[derive(Debug, Clone, AsExpression)]
#[diesel(sql_type = Timestamp)]
pub struct Moment {
    at: NaiveDateTime,
    text: Arc<str>,
}

impl Moment {
    /// The instant `at`; `known` where it is the same.
    pub fn of(at: NaiveDateTime, known: Option<&Self>) -> Self {
        known
            .filter(|known| known.at == at)
            .cloned()
            .unwrap_or_else(|| Self {
                at,
                text: at.format("%F %T%.f").to_string().into(),
            })
    }
}

impl ToSql<Timestamp, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> Result {
        out.set_value(&*self.text);
        Ok(IsNull::No)
    }
}

impl ToSql<Timestamp, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> Result {
        ToSql::<Timestamp, Pg>::to_sql(&self.at, &mut out.reborrow())
    }
}

/// A day.
#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = Date)]
pub struct Day(pub NaiveDate);

impl ToSql<Date, Sqlite> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl ToSql<Date, Pg> for Day {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> Result {
        ToSql::<Date, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    #[test]
    fn days_are_written_as_diesel_writes_them() {
        for day in [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::default()] {
            assert_eq!(day.to_string(), day.format("%F").to_string());
        }
    }

    #[test]
    fn an_instant_is_written_once() {
        let at = NaiveDate::default().and_time(NaiveTime::MIN);
        let moment = Moment::of(at, None);
        assert_eq!(&*moment.text, "1970-01-01 00:00:00");
        assert!(Arc::ptr_eq(
            &moment.text,
            &Moment::of(at, Some(&moment)).text
        ));
    }
}
