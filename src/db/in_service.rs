//! The counts behind every summary: one grouped read over what was in service on a day.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::DbConn;
use super::schema::{in_service, place_areas, site_versions};
use crate::domain::{Kind, Technology};
use crate::error::Result;

/// How many of one item an operator had in service in one place.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Count {
    /// The place.
    pub place_id: i32,
    /// Code of the operator.
    pub operator: String,
    /// A kind of site or a technology of radio.
    pub item: String,
    /// How many.
    pub count: i64,
}

/// What to count.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The day of service.
    pub as_of: NaiveDate,
    /// As the register said at this instant; now where none is given.
    pub known_at: Option<NaiveDateTime>,
    /// Only of these operators; all where empty.
    pub operators: Vec<String>,
    /// Only radios of this technology.
    pub technology: Option<Technology>,
    /// Only in this area version.
    pub area: Option<i32>,
}

/// Counts by place, operator and item.
///
/// # Errors
/// Those of the database.
pub fn counts(conn: &mut DbConn, question: &Question) -> Result<Vec<Count>> {
    let mut query = in_service::table
        .group_by((in_service::place_id, in_service::operator, in_service::item))
        .select((
            in_service::place_id,
            in_service::operator,
            in_service::item,
            count_star(),
        ))
        .filter(in_service::since.le(question.as_of))
        .filter(in_service::until.gt(question.as_of))
        .into_boxed();
    query = match question.known_at {
        None => query.filter(in_service::superseded_at.is_null()),
        Some(at) => query.filter(in_service::recorded_at.le(at)).filter(
            in_service::superseded_at
                .is_null()
                .or(in_service::superseded_at.gt(at)),
        ),
    };
    if !question.operators.is_empty() {
        query = query.filter(in_service::operator.eq_any(&question.operators));
    }
    if let Some(technology) = question.technology {
        query = query.filter(in_service::item.eq(technology.as_str()));
    }
    if let Some(area) = question.area {
        let places = place_areas::table
            .filter(place_areas::area_id.eq(area))
            .select(place_areas::place_id);
        query = query.filter(in_service::place_id.eq_any(places));
    }
    Ok(query.load(conn)?)
}

/// Where the records of the sites in service on `as_of` come from, and how many come from there.
///
/// # Errors
/// Those of the database.
pub fn sources(
    conn: &mut DbConn,
    as_of: NaiveDate,
    known_at: Option<NaiveDateTime>,
) -> Result<Vec<(Option<String>, i64)>> {
    let mut query = in_service::table
        .inner_join(site_versions::table.on(site_versions::row_id.eq(in_service::version_row)))
        .group_by(site_versions::source)
        .select((site_versions::source, count_star()))
        .filter(in_service::since.le(as_of))
        .filter(in_service::until.gt(as_of))
        .filter(in_service::item.eq_any(Kind::ALL.map(Kind::as_str)))
        .into_boxed();
    query = match known_at {
        None => query.filter(in_service::superseded_at.is_null()),
        Some(at) => query.filter(in_service::recorded_at.le(at)).filter(
            in_service::superseded_at
                .is_null()
                .or(in_service::superseded_at.gt(at)),
        ),
    };
    Ok(query.load(conn)?)
}
