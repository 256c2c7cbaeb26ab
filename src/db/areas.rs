//! Areas: administrative units in their validities, with their boundaries.

#![expect(clippy::ref_option_ref, reason = "in what a derive writes")]

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::DbConn;
use super::schema::areas;
use crate::domain::area::{BoundaryKind, Population};
use crate::domain::{Area, Level, text};
use crate::error::{Error, Result};

/// An area version without its boundary.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = areas)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: i32,
    pub level: String,
    pub code: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub name: String,
    pub search: String,
    pub parent: Option<String>,
    pub stated_area_km2: Option<f64>,
    pub area_km2: Option<f64>,
    pub population: String,
    pub seat_longitude: Option<f64>,
    pub seat_latitude: Option<f64>,
    pub boundary_kind: String,
    pub source: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Record {
    /// The area as a value.
    ///
    /// # Errors
    /// `Internal` when the row holds what no area can be.
    pub fn area(&self) -> Result<Area> {
        let broken = || Error::internal(format!("area {} cannot be read", self.id));
        Ok(Area {
            level: Level::parse(&self.level).map_err(|_| broken())?,
            code: self.code.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            name: self.name.clone(),
            parent: self.parent.clone(),
            stated_area_km2: self.stated_area_km2,
            population: serde_json::from_str::<Vec<Population>>(&self.population)
                .map_err(|_| broken())?,
            seat: self
                .seat_longitude
                .zip(self.seat_latitude)
                .map(|(longitude, latitude)| [longitude, latitude]),
            boundary_kind: BoundaryKind::parse(&self.boundary_kind).map_err(|_| broken())?,
            source: self.source.clone(),
        })
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = areas, treat_none_as_null = true)]
struct Row<'a> {
    level: &'static str,
    code: &'a str,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    name: &'a str,
    search: String,
    parent: Option<&'a str>,
    stated_area_km2: Option<f64>,
    area_km2: Option<f64>,
    population: String,
    seat_longitude: Option<f64>,
    seat_latitude: Option<f64>,
    boundary: Option<&'a str>,
    boundary_kind: &'static str,
    source: Option<&'a str>,
    version: i32,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// An area version to be written, with its boundary as a GeoJSON geometry.
#[derive(Debug, Clone)]
pub struct NewArea {
    /// The area.
    pub area: Area,
    /// Its boundary.
    pub boundary: Option<String>,
    /// The boundary's geodesic size.
    pub area_km2: Option<f64>,
    /// Its version, from 1.
    pub version: i32,
    /// When it was first recorded.
    pub created_at: NaiveDateTime,
    /// When this version is recorded.
    pub updated_at: NaiveDateTime,
}

impl NewArea {
    fn row(&self) -> Result<Row<'_>> {
        let area = &self.area;
        Ok(Row {
            level: area.level.as_str(),
            code: &area.code,
            valid_from: area.valid_from,
            valid_to: area.valid_to,
            name: &area.name,
            search: text::fold(&format!("{} {}", area.name, area.code)),
            parent: area.parent.as_deref(),
            stated_area_km2: area.stated_area_km2,
            area_km2: self.area_km2,
            population: serde_json::to_string(&area.population)
                .map_err(|error| Error::Internal(Box::new(error)))?,
            seat_longitude: area.seat.map(|[longitude, _]| longitude),
            seat_latitude: area.seat.map(|[_, latitude]| latitude),
            boundary: self.boundary.as_deref(),
            boundary_kind: area.boundary_kind.as_str(),
            source: area.source.as_deref(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Every area version, by level, code and validity.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<Vec<Record>> {
    Ok(areas::table
        .order((areas::code, areas::valid_from))
        .select(Record::as_select())
        .load(conn)?)
}

/// The boundaries of the area versions `ids`, as GeoJSON geometries.
///
/// # Errors
/// Those of the database.
pub fn boundaries(conn: &mut DbConn, ids: &[i32]) -> Result<Vec<(i32, Option<String>)>> {
    Ok(areas::table
        .filter(areas::id.eq_any(ids))
        .select((areas::id, areas::boundary))
        .load(conn)?)
}

/// Every boundary there is.
///
/// # Errors
/// Those of the database.
pub fn all_boundaries(conn: &mut DbConn) -> Result<Vec<(i32, Option<String>)>> {
    Ok(areas::table
        .filter(areas::boundary.is_not_null())
        .select((areas::id, areas::boundary))
        .load(conn)?)
}

/// Adds an area version and gives its id.
///
/// # Errors
/// `Conflict` when its key is taken.
pub fn insert(conn: &mut DbConn, new: &NewArea) -> Result<i32> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error as Diesel};
    match diesel::insert_into(areas::table)
        .values(new.row()?)
        .returning(areas::id)
        .get_result(conn)
    {
        Ok(id) => Ok(id),
        Err(Diesel::DatabaseError(UniqueViolation, _)) => {
            let key = format!("{}@{}", new.area.code, new.area.valid_from);
            Err(Error::Conflict {
                kind: "area",
                key,
                why: "exists already",
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Replaces the area version `id`, whose version is one less than that of `new`.
///
/// # Errors
/// `Stale` when it has another version.
pub fn replace(conn: &mut DbConn, id: i32, new: &NewArea) -> Result<()> {
    let replaced = diesel::update(areas::table.find(id))
        .filter(areas::version.eq(new.version - 1))
        .set(new.row()?)
        .execute(conn)?;
    if replaced == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}
