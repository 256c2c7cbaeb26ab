//! Boundaries from and to GeoJSON (RFC 7946); whether a boundary makes sense is judged in `boundary`.

use geo::orient::Direction;
use geo::{Coord, LineString, MultiPolygon, Orient, Polygon};
use serde_json::{Value, json};

use super::Position;

/// Most vertices that one boundary may have.
pub const MAX_VERTICES: usize = 2_000_000;

/// Decimal digits of a degree that are kept: 1.1 cm on the ground.
pub const DECIMALS: i32 = 7;

/// Fewest positions of a ring: three corners and the first again (RFC 7946, 3.1.6).
const FEWEST_POSITIONS: usize = 4;

/// Why a value is no boundary. `pointer` is a JSON pointer into the geometry.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// The value is not a JSON object with a `type`.
    #[error("a boundary must be a GeoJSON geometry object")]
    NotAGeometry,
    /// The geometry is of another type.
    #[error("a boundary must be a Polygon or a MultiPolygon, not a {found}")]
    WrongType {
        /// The type that was found.
        found: String,
    },
    /// Something other than an array stands where an array must stand.
    #[error("{pointer} must be an array")]
    NotAnArray {
        /// Where.
        pointer: String,
    },
    /// A list of parts or rings is empty.
    #[error("{pointer} is empty")]
    Empty {
        /// Where.
        pointer: String,
    },
    /// A position does not begin with two numbers.
    #[error("{pointer} must be two or three numbers: longitude, latitude and, ignored, height")]
    NotAPosition {
        /// Where.
        pointer: String,
    },
    /// A coordinate is infinite or not a number.
    #[error("{pointer} has a coordinate that is not finite")]
    NotFinite {
        /// Where.
        pointer: String,
    },
    /// A coordinate lies off the Earth, or the coordinates are not degrees.
    #[error(
        "{pointer} is longitude {longitude}, latitude {latitude}: out of range, WGS 84 degrees are expected with longitude first"
    )]
    OutOfRange {
        /// Where.
        pointer: String,
        /// The first number.
        longitude: f64,
        /// The second number.
        latitude: f64,
    },
    /// A ring has fewer than four positions.
    #[error("{pointer} has {count} positions; a ring has at least 4")]
    TooFewPositions {
        /// Where.
        pointer: String,
        /// How many there are.
        count: usize,
    },
    /// The last position of a ring is not its first.
    #[error("{pointer} is not closed: its last position must repeat its first")]
    NotClosed {
        /// Where.
        pointer: String,
        /// The ring's first position.
        position: Position,
    },
    /// The boundary has more than [`MAX_VERTICES`] vertices.
    #[error("a boundary may have at most {MAX_VERTICES} vertices")]
    TooManyVertices,
}

/// A boundary and the rings that had to be closed to read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The boundary.
    pub boundary: MultiPolygon<f64>,
    /// The first position of each ring that was not closed.
    pub closed_at: Vec<Position>,
}

/// Reads a GeoJSON `Polygon` or `MultiPolygon`, its coordinates rounded to [`DECIMALS`] digits.
///
/// What the register checks is what it stores: rounding happens here, before any check. A third
/// coordinate (height) is dropped.
///
/// # Errors
/// Any [`GeometryError`]; the first one in the order of the document.
pub fn parse(geometry: &Value) -> Result<MultiPolygon<f64>, GeometryError> {
    let mut reader = Reader::default();
    let boundary = reader.geometry(geometry)?;
    match reader.unclosed.into_iter().next() {
        None => Ok(boundary),
        Some((pointer, position)) => Err(GeometryError::NotClosed { pointer, position }),
    }
}

/// Reads as [`parse`], but closes rings that are not closed and says where.
///
/// # Errors
/// Any [`GeometryError`] but [`GeometryError::NotClosed`].
pub fn parse_closing(geometry: &Value) -> Result<Closed, GeometryError> {
    let mut reader = Reader::default();
    let boundary = reader.geometry(geometry)?;
    let closed_at = reader.unclosed.into_iter().map(|(_, at)| at).collect();
    Ok(Closed {
        boundary,
        closed_at,
    })
}

/// Writes a boundary as a GeoJSON geometry: `Polygon` when it has one part, else `MultiPolygon`.
///
/// Outer rings run counter-clockwise and holes clockwise (the right-hand rule of RFC 7946, 3.1.6),
/// and coordinates have at most [`DECIMALS`] digits.
#[must_use]
pub fn to_geojson(boundary: &MultiPolygon<f64>) -> Value {
    let ordered = boundary.orient(Direction::Default);
    let mut parts: Vec<Value> = ordered.iter().map(part_coordinates).collect();
    match parts.pop() {
        Some(only) if parts.is_empty() => json!({"type": "Polygon", "coordinates": only}),
        last => {
            parts.extend(last);
            json!({"type": "MultiPolygon", "coordinates": parts})
        }
    }
}

fn part_coordinates(part: &Polygon<f64>) -> Value {
    let rings = std::iter::once(part.exterior()).chain(part.interiors());
    let coordinates = rings.map(|ring| {
        let positions = ring.coords().map(|coord| {
            let coord = rounded(*coord);
            json!([coord.x, coord.y])
        });
        positions.collect::<Value>()
    });
    coordinates.collect()
}

/// A coordinate with [`DECIMALS`] digits after the point.
pub(super) fn rounded(coord: Coord<f64>) -> Coord<f64> {
    let scale = 10_f64.powi(DECIMALS);
    // Adding zero turns −0 into 0.
    let round = |degrees: f64| (degrees * scale).round() / scale + 0.0;
    Coord {
        x: round(coord.x),
        y: round(coord.y),
    }
}

/// Walks a geometry and remembers what is wanted at the end.
#[derive(Default)]
struct Reader {
    vertices: usize,
    unclosed: Vec<(String, Position)>,
}

impl Reader {
    fn geometry(&mut self, geometry: &Value) -> Result<MultiPolygon<f64>, GeometryError> {
        let found = geometry.get("type").and_then(Value::as_str);
        let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
        let pointer = "/coordinates";
        match found.ok_or(GeometryError::NotAGeometry)? {
            "Polygon" => Ok(MultiPolygon::new(vec![self.part(coordinates, pointer)?])),
            "MultiPolygon" => {
                let parts = items(coordinates, pointer)?;
                let read = parts.map(|(pointer, part)| self.part(part, &pointer));
                Ok(MultiPolygon::new(read.collect::<Result<_, _>>()?))
            }
            other => Err(GeometryError::WrongType {
                found: other.chars().take(40).collect(),
            }),
        }
    }

    fn part(&mut self, part: &Value, pointer: &str) -> Result<Polygon<f64>, GeometryError> {
        let mut rings = Vec::new();
        for (pointer, ring) in items(part, pointer)? {
            rings.push(self.ring(ring, pointer)?);
        }
        let mut rings = rings.into_iter();
        let shell = rings.next().unwrap_or_else(LineString::empty);
        Ok(Polygon::new(shell, rings.collect()))
    }

    fn ring(&mut self, ring: &Value, pointer: String) -> Result<LineString<f64>, GeometryError> {
        let mut coords: Vec<Coord<f64>> = Vec::new();
        for (index, value) in array(ring, &pointer)?.iter().enumerate() {
            self.vertices += 1;
            if self.vertices > MAX_VERTICES {
                return Err(GeometryError::TooManyVertices);
            }
            coords.push(rounded(
                position(value, || format!("{pointer}/{index}"))?.into(),
            ));
        }
        let is_open = coords.first() != coords.last();
        let count = coords.len();
        if count + usize::from(is_open) < FEWEST_POSITIONS {
            return Err(GeometryError::TooFewPositions { pointer, count });
        }
        if let Some(first) = coords.first().copied().filter(|_| is_open) {
            coords.push(first);
            self.unclosed.push((pointer, first.into()));
        }
        Ok(LineString::new(coords))
    }
}

fn position(value: &Value, pointer: impl Fn() -> String) -> Result<Position, GeometryError> {
    let numbers = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let (x, y) = match numbers {
        [x, y] | [x, y, Value::Number(_)] => (x.as_f64(), y.as_f64()),
        _ => (None, None),
    };
    let Some((longitude, latitude)) = x.zip(y) else {
        return Err(GeometryError::NotAPosition { pointer: pointer() });
    };
    if !(longitude.is_finite() && latitude.is_finite()) {
        return Err(GeometryError::NotFinite { pointer: pointer() });
    }
    Position::new(longitude, latitude).ok_or_else(|| GeometryError::OutOfRange {
        pointer: pointer(),
        longitude,
        latitude,
    })
}

fn array<'a>(value: &'a Value, pointer: &str) -> Result<&'a [Value], GeometryError> {
    let found = value.as_array().map(Vec::as_slice);
    found.ok_or_else(|| GeometryError::NotAnArray {
        pointer: pointer.to_owned(),
    })
}

/// The entries of an array that must not be empty, each with its pointer.
fn items<'a>(
    value: &'a Value,
    pointer: &'a str,
) -> Result<impl Iterator<Item = (String, &'a Value)>, GeometryError> {
    let entries = array(value, pointer)?;
    if entries.is_empty() {
        return Err(GeometryError::Empty {
            pointer: pointer.to_owned(),
        });
    }
    let numbered = entries.iter().enumerate();
    Ok(numbered.map(move |(index, entry)| (format!("{pointer}/{index}"), entry)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{real, square};
    use super::*;

    fn polygon(coordinates: &Value) -> Result<MultiPolygon<f64>, GeometryError> {
        parse(&json!({"type": "Polygon", "coordinates": coordinates}))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let boundary = square(103.0, 22.0, 1.0);
        assert_eq!(parse(&to_geojson(&boundary)), Ok(boundary.clone()));
        let mut two = boundary;
        two.0.extend(square(105.0, 22.0, 0.5));
        let written = to_geojson(&two);
        assert_eq!(written["type"], "MultiPolygon");
        assert_eq!(parse(&written), Ok(two));
    }

    #[test]
    fn rings_are_written_by_the_right_hand_rule_with_seven_digits() {
        let clockwise = json!([[[0, 0], [0, 1], [1.123_456_789, 1], [0, 0, 812.5]]]);
        let written = to_geojson(&polygon(&clockwise).unwrap());
        let expected = json!([[[0.0, 0.0], [1.123_456_8, 1.0], [0.0, 1.0], [0.0, 0.0]]]);
        assert_eq!(written["coordinates"], expected);
    }

    #[test]
    fn faulty_geometries_are_refused_with_their_place() {
        let message = |coordinates: Value| polygon(&coordinates).unwrap_err().to_string();
        let cases = [
            (json!([]), "/coordinates is empty"),
            (json!([7]), "/coordinates/0 must be an array"),
            (
                json!([[[0, 0], ["a", 1]]]),
                "/coordinates/0/1 must be two or three numbers",
            ),
            (
                json!([[[0, 0], [1], [1, 1], [0, 0]]]),
                "/coordinates/0/1 must be",
            ),
            (
                json!([[[0, 0], [22, 103]]]),
                "/coordinates/0/1 is longitude 22, latitude 103",
            ),
            (
                json!([[[0, 0], [1, 1], [0, 0]]]),
                "/coordinates/0 has 3 positions",
            ),
            (
                json!([[[0, 0], [1, 0], [1, 1], [0, 1]]]),
                "/coordinates/0 is not closed",
            ),
        ];
        for (coordinates, expected) in cases {
            let found = message(coordinates);
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn other_values_are_refused() {
        assert_eq!(parse(&json!([1, 2])), Err(GeometryError::NotAGeometry));
        let point = json!({"type": "Point", "coordinates": [103, 22]});
        let refusal = parse(&point).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "a boundary must be a Polygon or a MultiPolygon, not a Point"
        );
        let no_coordinates = parse(&json!({"type": "Polygon"}));
        assert!(matches!(
            no_coordinates,
            Err(GeometryError::NotAnArray { .. })
        ));
    }

    #[test]
    fn an_open_ring_can_be_closed_on_demand() {
        let open = json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]});
        let read = parse_closing(&open).unwrap();
        assert_eq!(read.boundary, square(0.0, 0.0, 1.0));
        assert_eq!(read.closed_at, [Position::new(0.0, 0.0).unwrap()]);
    }

    #[test]
    fn too_many_vertices_are_refused() {
        let ring = vec![json!([1.0, 1.0]); MAX_VERTICES + 1];
        assert_eq!(polygon(&json!([ring])), Err(GeometryError::TooManyVertices));
    }

    #[test]
    fn real_boundaries_survive_a_round_trip() {
        for area in real("laichau/laichau_communes_2025.geojson").unwrap_or_default() {
            assert_eq!(parse(&to_geojson(&area.boundary)), Ok(area.boundary));
        }
    }
}
