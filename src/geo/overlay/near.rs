//! Two boundaries without the lines that cannot count for what they have in common.

use geo::{BoundingRect, Coord, CoordsIter, LineString, MultiPolygon, Polygon, Rect};

/// Two boundaries where their boxes meet: the same lines there, and as few as possible elsewhere.
///
/// Each ring is a part of its own, so that only the even-odd rule tells what is inside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Common {
    pub(crate) a: MultiPolygon<f64>,
    pub(crate) b: MultiPolygon<f64>,
}

impl Common {
    /// How many lines there are, about.
    pub(crate) fn lines(&self) -> usize {
        self.a.coords_count() + self.b.coords_count()
    }
}

/// The common surroundings of two boundaries; nothing when their boxes do not meet.
///
/// A way that stays on one outer side of the common box is replaced by a straight line on that
/// side, which changes nothing in the box. What both boundaries hold lies in the box, and nothing
/// else is added to it, as on each side one of the two has nothing beyond.
pub(crate) fn common(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> Option<Common> {
    let (one, other) = (a.bounding_rect()?, b.bounding_rect()?);
    let low = Coord {
        x: one.min().x.max(other.min().x),
        y: one.min().y.max(other.min().y),
    };
    let high = Coord {
        x: one.max().x.min(other.max().x),
        y: one.max().y.min(other.max().y),
    };
    let is_apart = low.x > high.x || low.y > high.y;
    let rect = (!is_apart).then(|| Rect::new(low, high))?;
    Some(Common {
        a: near(a, rect),
        b: near(b, rect),
    })
}

fn near(boundary: &MultiPolygon<f64>, rect: Rect<f64>) -> MultiPolygon<f64> {
    let rings = boundary
        .iter()
        .flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    let shortened = rings.filter_map(|ring| shortened(ring, rect));
    shortened
        .map(|ring| Polygon::new(ring, Vec::new()))
        .collect()
}

/// A ring without the points in the middle of ways beyond one side; nothing when all of it is beyond one.
fn shortened(ring: &LineString<f64>, rect: Rect<f64>) -> Option<LineString<f64>> {
    let mut kept: Vec<(Coord<f64>, u8)> = Vec::new();
    let mut beyond_all = u8::MAX;
    for coord in ring.coords() {
        let beyond = sides_beyond(*coord, rect);
        beyond_all &= beyond;
        if let [.., (_, before), (_, last)] = kept.as_slice()
            && before & last & beyond != 0
        {
            kept.pop();
        }
        kept.push((*coord, beyond));
    }
    (beyond_all == 0).then(|| kept.into_iter().map(|(coord, _)| coord).collect())
}

/// The sides of a box beyond which a point lies, one bit for each.
fn sides_beyond(coord: Coord<f64>, rect: Rect<f64>) -> u8 {
    let bit = |is_beyond, bit| if is_beyond { bit } else { 0 };
    bit(coord.x < rect.min().x, 1)
        | bit(coord.x > rect.max().x, 2)
        | bit(coord.y < rect.min().y, 4)
        | bit(coord.y > rect.max().y, 8)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{shape, square};
    use super::*;

    #[test]
    fn a_long_way_round_becomes_short() {
        let mut corners = vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)];
        corners.extend((0..1000).map(|step| (-1.0 - f64::from(step % 7), f64::from(step) / 1e3)));
        let long = common(&shape(&corners), &square(0.5, 0.2, 0.3)).unwrap();
        assert!(long.a.0[0].exterior().0.len() < 8, "{long:?}");
        assert_eq!(common(&square(0.0, 0.0, 1.0), &square(2.0, 0.0, 1.0)), None);
    }
}
