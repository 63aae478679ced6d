//! Outlines as GeoJSON has them, checked, and laid on the British National Grid.

use geo::{Coord, LineString, MapCoords, MultiPolygon, Polygon};
use geojson::Geometry;

use super::grid;

/// The outline of a geometry in longitude and latitude, or what is wrong with it.
pub fn of_geometry(geometry: &Geometry) -> Result<MultiPolygon, String> {
    let shape = geo::Geometry::<f64>::try_from(geometry).map_err(|why| why.to_string())?;
    let outline = match shape {
        geo::Geometry::Polygon(one) => MultiPolygon(vec![one]),
        geo::Geometry::MultiPolygon(many) => many,
        _ => return Err("its geometry is not a polygon or a multipolygon".to_owned()),
    };
    if outline.0.is_empty() {
        return Err("its outline is empty".to_owned());
    }
    outline.iter().flat_map(rings).try_for_each(is_ring)?;
    Ok(outline)
}

/// The same outline in metres, so that distances are metres too.
pub fn on_grid(outline: &MultiPolygon) -> Result<MultiPolygon, String> {
    outline.try_map_coords(|at| {
        let metres = grid::metres(at.x, at.y);
        let (x, y) = metres.ok_or_else(|| {
            format!("the point {}, {} of its outline is outside Great Britain", at.x, at.y)
        })?;
        Ok(Coord { x, y })
    })
}

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn is_ring(ring: &LineString) -> Result<(), String> {
    if ring.0.len() < 4 {
        return Err("a ring of its outline has fewer than four points".to_owned());
    }
    let is_angle = |at: &Coord| at.x.abs() <= 180.0 && at.y.abs() <= 90.0;
    if ring.0.iter().all(is_angle) {
        return Ok(());
    }
    Err("its coordinates are not longitude and latitude: get the file in WGS 84 (EPSG:4326)"
        .to_owned())
}
