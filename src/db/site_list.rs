//! Lists of sites: filters that combine freely, four sort orders, keyset pages.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use super::page::Cursor;
use super::schema::{in_service, place_areas, site_versions};
use super::sites::Record;
use super::{DbConn, MultiBackend};
use crate::domain::{Kind, Rule, Status, Technology};
use crate::error::Result;
use crate::geo::BBox;

/// Rows that are read by one statement.
const BATCH: usize = 5_000;

/// What to list. Fields that are empty or none do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only sites in this box; one that crosses the antimeridian has its west east of its east.
    pub bbox: Option<BBox>,
    /// Only sites in one of these area versions, for each list.
    pub areas: Vec<Vec<i32>>,
    /// Only these row ids: what another search found.
    pub rows: Option<Vec<i64>>,
    /// Only of these operators.
    pub operators: Vec<String>,
    /// Only of these kinds.
    pub kinds: Vec<Kind>,
    /// Only with a radio of one of these; with `as_of`, one in service then.
    pub technologies: Vec<Technology>,
    /// Only in these states.
    pub statuses: Vec<Status>,
    /// Folded words, each of which is in the name, code or address.
    pub words: Vec<String>,
    /// Only recorded at or after this.
    pub updated_since: Option<NaiveDateTime>,
    /// Only in service on this day.
    pub as_of: Option<NaiveDate>,
    /// As the register said at this instant; now where none is given.
    pub known_at: Option<NaiveDateTime>,
}

/// The order of a list; every order ends in a unique key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// In the order in which they were first recorded.
    #[default]
    Id,
    /// By operator and code.
    Code,
    /// By name.
    Name,
    /// By the time of the newest version.
    UpdatedAt,
}

/// An order and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// The words of the API.
    pub const WORDS: &'static str = "id, code, name, updated_at, each also with a leading -";

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        let (name, descending) = word
            .strip_prefix('-')
            .map_or((word, false), |name| (name, true));
        let key = match name {
            "id" => SortKey::Id,
            "code" => SortKey::Code,
            "name" => SortKey::Name,
            "updated_at" => SortKey::UpdatedAt,
            _ => return Err(Rule::UnknownValue { known: Self::WORDS }),
        };
        Ok(Self { key, descending })
    }

    fn word(self) -> String {
        let name = match self.key {
            SortKey::Id => "id",
            SortKey::Code => "code",
            SortKey::Name => "name",
            SortKey::UpdatedAt => "updated_at",
        };
        if self.descending {
            format!("-{name}")
        } else {
            name.to_owned()
        }
    }

    /// Reads a cursor of this order.
    ///
    /// # Errors
    /// `BadCursor` for a cursor of another order, or of nobody.
    pub fn cursor(self, text: &str) -> Result<Cursor, Rule> {
        let length = if self.key == SortKey::Id { 1 } else { 2 };
        let cursor = Cursor::decode(text, &self.word(), length).ok_or(Rule::BadCursor)?;
        if self.key == SortKey::UpdatedAt
            && cursor
                .key
                .first()
                .and_then(|t| t.parse::<NaiveDateTime>().ok())
                .is_none()
        {
            return Err(Rule::BadCursor);
        }
        Ok(cursor)
    }

    /// The cursor after `record`.
    #[must_use]
    pub fn after(self, record: &Record) -> Cursor {
        let key = match self.key {
            SortKey::Id => vec![record.site_id.clone()],
            SortKey::Code => vec![record.operator.clone(), record.code.clone()],
            SortKey::Name => vec![record.name.clone(), record.site_id.clone()],
            SortKey::UpdatedAt => vec![
                record
                    .recorded_at
                    .format("%Y-%m-%dT%H:%M:%S%.6f")
                    .to_string(),
                record.site_id.clone(),
            ],
        };
        Cursor {
            sort: self.word(),
            key,
        }
    }
}

type Query<'a> = site_versions::BoxedQuery<'a, MultiBackend>;

/// At most `limit` sites after `cursor`, in the order of `sort`.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut DbConn,
    filter: &Filter,
    sort: Sort,
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Record>> {
    let way = Way::of(conn, filter, sort)?;
    // The rows of the page are found first, by the columns of one index, and only they are read.
    let rows: Vec<i64> = ordered(after(narrowed(filter, way), sort, cursor), sort)
        .limit(limit)
        .select(site_versions::row_id)
        .load(conn)?;
    let mut records = Vec::with_capacity(rows.len());
    for rows in rows.chunks(BATCH) {
        let query = site_versions::table.filter(site_versions::row_id.eq_any(rows));
        records.extend(query.select(Record::as_select()).load::<Record>(conn)?);
    }
    // Put in order here: the database would carry whole rows through its sorting.
    let places: HashMap<i64, usize> = rows.into_iter().zip(0..).collect();
    records.sort_by_key(|record| places.get(&record.row_id).copied());
    Ok(records)
}

/// Which indexes SQLite is kept from, as it knows neither how many rows a filter leaves nor how few a page needs.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// Not the one by operator: a handful of operators share all sites.
    around_operator: bool,
    /// Not the one by position: the box holds so many sites that going through the order of the list is shorter.
    around_position: bool,
}

impl Way {
    /// Sites in a box from which on it counts as full.
    const FULL: i64 = 1_000;

    fn of(conn: &mut DbConn, filter: &Filter, sort: Sort) -> Result<Self> {
        if matches!(conn, DbConn::Postgres(_)) {
            return Ok(Self::default());
        }
        let around_position = match filter.bbox {
            Some(bbox) if filter.areas.is_empty() => {
                let all = site_versions::table
                    .filter(site_versions::superseded_at.is_null())
                    .into_boxed();
                let in_box = within(all, bbox)
                    .select(site_versions::row_id)
                    .limit(Self::FULL);
                i64::try_from(in_box.load::<i64>(conn)?.len()) == Ok(Self::FULL)
            }
            Some(_) | None => false,
        };
        Ok(Self {
            around_operator: sort.key != SortKey::Code,
            around_position,
        })
    }
}

/// How many sites there are in all.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut DbConn, filter: &Filter) -> Result<i64> {
    let way = Way::of(conn, filter, Sort::default())?;
    Ok(narrowed(filter, way).select(count_star()).first(conn)?)
}

fn narrowed(filter: &Filter, way: Way) -> Query<'_> {
    let mut query = site_versions::table.into_boxed();
    query = match filter.known_at {
        None => query.filter(site_versions::superseded_at.is_null()),
        Some(at) => query.filter(site_versions::recorded_at.le(at)).filter(
            site_versions::superseded_at
                .is_null()
                .or(site_versions::superseded_at.gt(at)),
        ),
    };
    if let Some(bbox) = filter.bbox {
        query = if way.around_position {
            // No index serves a sum.
            let latitude = site_versions::latitude + 0.0;
            by_longitude(query.filter(latitude.between(bbox.south, bbox.north)), bbox)
        } else {
            within(query, bbox)
        };
    }
    for areas in &filter.areas {
        let places = place_areas::table
            .filter(place_areas::area_id.eq_any(areas))
            .select(place_areas::place_id);
        query = query.filter(site_versions::place_id.eq_any(places));
    }
    if let Some(rows) = &filter.rows {
        query = query.filter(site_versions::row_id.eq_any(rows));
    }
    if !filter.operators.is_empty() {
        query = if way.around_operator {
            // No index serves a text put together.
            let operator = site_versions::operator.concat("");
            query.filter(operator.eq_any(&filter.operators))
        } else {
            query.filter(site_versions::operator.eq_any(&filter.operators))
        };
    }
    if !filter.kinds.is_empty() {
        query =
            query.filter(site_versions::kind.eq_any(filter.kinds.iter().map(|kind| kind.as_str())));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(
            site_versions::status.eq_any(filter.statuses.iter().map(|status| status.as_str())),
        );
    }
    for word in &filter.words {
        query = query.filter(
            site_versions::search
                .like(format!("%{}%", escape_like(word)))
                .escape('!'),
        );
    }
    if let Some(since) = filter.updated_since {
        query = query.filter(site_versions::recorded_at.ge(since));
    }
    by_service(query, filter)
}

fn within(query: Query<'_>, bbox: BBox) -> Query<'_> {
    by_longitude(
        query.filter(site_versions::latitude.between(bbox.south, bbox.north)),
        bbox,
    )
}

fn by_longitude(query: Query<'_>, bbox: BBox) -> Query<'_> {
    if bbox.west <= bbox.east {
        query.filter(site_versions::longitude.between(bbox.west, bbox.east))
    } else {
        query.filter(
            site_versions::longitude
                .ge(bbox.west)
                .or(site_versions::longitude.le(bbox.east)),
        )
    }
}

/// Narrows by technology and by the day of service.
fn by_service<'a>(query: Query<'a>, filter: &'a Filter) -> Query<'a> {
    let Some(day) = filter.as_of else {
        let has = |technology: &Technology| {
            site_versions::technologies.like(format!("%{}%", technology.as_str()))
        };
        return match &filter.technologies[..] {
            [] => query,
            [a] => query.filter(has(a)),
            [a, b] => query.filter(has(a).or(has(b))),
            [a, b, c] => query.filter(has(a).or(has(b)).or(has(c))),
            [..] => query.filter(site_versions::technologies.ne("")),
        };
    };
    let items: Vec<&str> = if filter.technologies.is_empty() {
        Kind::ALL.iter().map(|kind| kind.as_str()).collect()
    } else {
        filter
            .technologies
            .iter()
            .map(|technology| technology.as_str())
            .collect()
    };
    query.filter(exists(
        in_service::table
            .filter(in_service::version_row.eq(site_versions::row_id))
            .filter(in_service::item.eq_any(items))
            .filter(in_service::since.le(day))
            .filter(in_service::until.gt(day)),
    ))
}

/// `!` is the escape character, as a backslash needs escaping itself in one of the databases.
pub(super) fn escape_like(word: &str) -> String {
    word.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}

/// Rows after the cursor. The first bound alone lets an index be used.
fn after<'a>(query: Query<'a>, sort: Sort, cursor: Option<&'a Cursor>) -> Query<'a> {
    use site_versions::{code, name, operator, recorded_at, site_id};
    let Some(cursor) = cursor else { return query };
    match (sort.key, &cursor.key[..], sort.descending) {
        (SortKey::Id, [id], false) => query.filter(site_id.gt(id)),
        (SortKey::Id, [id], true) => query.filter(site_id.lt(id)),
        (SortKey::Code, [o, c], false) => {
            query.filter(operator.ge(o).and(operator.gt(o).or(code.gt(c))))
        }
        (SortKey::Code, [o, c], true) => {
            query.filter(operator.le(o).and(operator.lt(o).or(code.lt(c))))
        }
        (SortKey::Name, [n, id], false) => {
            query.filter(name.ge(n).and(name.gt(n).or(site_id.gt(id))))
        }
        (SortKey::Name, [n, id], true) => {
            query.filter(name.le(n).and(name.lt(n).or(site_id.lt(id))))
        }
        (SortKey::UpdatedAt, [t, id], descending) => match (t.parse::<NaiveDateTime>(), descending)
        {
            (Ok(t), false) => {
                query.filter(recorded_at.ge(t).and(recorded_at.gt(t).or(site_id.gt(id))))
            }
            (Ok(t), true) => {
                query.filter(recorded_at.le(t).and(recorded_at.lt(t).or(site_id.lt(id))))
            }
            (Err(_), _) => query,
        },
        _ => query,
    }
}

fn ordered(query: Query<'_>, sort: Sort) -> Query<'_> {
    use site_versions::{code, name, operator, recorded_at, site_id};
    match (sort.key, sort.descending) {
        (SortKey::Id, false) => query.order(site_id.asc()),
        (SortKey::Id, true) => query.order(site_id.desc()),
        (SortKey::Code, false) => query.order((operator.asc(), code.asc())),
        (SortKey::Code, true) => query.order((operator.desc(), code.desc())),
        (SortKey::Name, false) => query.order((name.asc(), site_id.asc())),
        (SortKey::Name, true) => query.order((name.desc(), site_id.desc())),
        (SortKey::UpdatedAt, false) => query.order((recorded_at.asc(), site_id.asc())),
        (SortKey::UpdatedAt, true) => query.order((recorded_at.desc(), site_id.desc())),
    }
}
