//! Rings that touch themselves at a vertex, split there; the overlay leaves such rings now and then.

use std::collections::HashMap;

use geo::winding_order::{Winding, WindingOrder};
use geo::{Area, Coord, LineString, MultiPolygon, Polygon};

use super::super::hosts::Hosts;
use super::super::measure;

/// A boundary whose rings meet no vertex twice; loops become parts or holes by their direction.
pub(super) fn split(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape.into_iter().flat_map(split_part).collect()
}

fn split_part(part: Polygon<f64>) -> Vec<Polygon<f64>> {
    let rings = std::iter::once(part.exterior()).chain(part.interiors());
    let loops: Vec<LineString<f64>> = rings.flat_map(loops).collect();
    if loops.len() == 1 + part.interiors().len() {
        return vec![part];
    }
    let is_shell =
        |ring: &LineString<f64>| ring.winding_order() == Some(WindingOrder::CounterClockwise);
    let (shells, holes): (Vec<_>, Vec<_>) = loops.into_iter().partition(is_shell);
    let shells = shells.into_iter().map(|shell| Polygon::new(shell, vec![]));
    let mut parts: Vec<Polygon<f64>> = shells.collect();
    // Small shells first: a hole belongs to the smallest shell around it.
    parts.sort_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let solid =
        |ring: &LineString<f64>| MultiPolygon::new(vec![Polygon::new(ring.clone(), vec![])]);
    let solids: Vec<_> = parts.iter().map(|part| solid(part.exterior())).collect();
    let hosts = Hosts::new(solids.iter());
    for hole in holes {
        let inside = measure::interior_position(&solid(&hole));
        let host = inside.and_then(|inside| hosts.first(inside));
        if let Some(part) = host.and_then(|host| parts.get_mut(host)) {
            part.interiors_push(hole);
        }
    }
    parts
}

/// A closed ring cut at each vertex that it meets again.
fn loops(ring: &LineString<f64>) -> Vec<LineString<f64>> {
    let mut found = Vec::new();
    let mut way: Vec<Coord<f64>> = Vec::new();
    let mut met: HashMap<(u64, u64), usize> = HashMap::new();
    for coord in ring.coords() {
        let key = |coord: &Coord<f64>| (coord.x.to_bits(), coord.y.to_bits());
        if let Some(place) = met.get(&key(coord)).copied() {
            let mut closed = way.split_off(place);
            for coord in &closed {
                met.remove(&key(coord));
            }
            closed.push(*coord);
            found.extend((closed.len() > 3).then(|| LineString::new(closed)));
        }
        met.insert(key(coord), way.len());
        way.push(*coord);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::shape;
    use super::*;

    #[test]
    fn a_ring_that_touches_itself_becomes_parts_and_holes() {
        let eight = shape(&[(1., 1.), (0., 2.), (0., 0.), (1., 1.), (2., 0.), (2., 2.)]);
        assert_eq!(split(eight).0.len(), 2);
        let ring = [(2., 0.), (4., 4.), (0., 4.), (2., 0.), (1., 3.), (3., 3.)];
        let holed = split(shape(&ring));
        assert_eq!(holed.0.len(), 1);
        assert_eq!(holed.0[0].interiors().len(), 1);
    }
}
