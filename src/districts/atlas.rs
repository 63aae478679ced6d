//! Every area in force on a day, in memory: which one holds a point, and which are near it.

use std::sync::Arc;

use chrono::NaiveDate;
use geo::{Distance, Euclidean, Intersects, MultiPolygon, Point};
use geojson::Geometry;
use parking_lot::RwLock;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{Area, AreaCode, Position, outlines, queries};
use crate::store::Db;
use crate::{Error, Result};

/// The areas of one day.
#[derive(Default)]
pub struct Atlas {
    sheets: Vec<Sheet>,
    /// The boxes around the outlines, with their place in `sheets`.
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

struct Sheet {
    area: Area,
    /// In metres of the British National Grid.
    outline: MultiPolygon,
}

impl Atlas {
    /// The areas in force on `day`, from the database.
    pub fn on(db: &mut Db, day: NaiveDate) -> Result<Self> {
        Self::draw(queries::outlines_on(db, day)?)
    }

    fn draw(rows: Vec<(Area, String)>) -> Result<Self> {
        let sheets = rows.into_iter().map(|(area, text)| {
            let outline = read(&text).ok_or(Error::Corrupt("the outline of an area"))?;
            Ok(Sheet { area, outline })
        });
        let sheets = sheets.collect::<Result<Vec<_>>>()?;
        let boxes = sheets.iter().enumerate().filter_map(|(place, sheet)| {
            let bounds = geo::BoundingRect::bounding_rect(&sheet.outline)?;
            let (low, high) = (bounds.min(), bounds.max());
            let around = Rectangle::from_corners([low.x, low.y], [high.x, high.y]);
            Some(GeomWithData::new(around, place))
        });
        let tree = RTree::bulk_load(boxes.collect());
        Ok(Self { sheets, tree })
    }

    /// Every area, by name.
    pub fn areas(&self) -> impl Iterator<Item = &Area> {
        self.sheets.iter().map(|it| &it.area)
    }

    /// The area with this code.
    pub fn area(&self, code: &AreaCode) -> Option<&Area> {
        self.areas().find(|it| it.code == *code)
    }

    /// The area that holds a position. On a boundary, the first of its two by name.
    pub fn area_at(&self, position: &Position) -> Option<&Area> {
        let point = point(position);
        let mut under = self.around(position, 0.0);
        under.find(|it| it.outline.intersects(&point)).map(|it| &it.area)
    }

    /// The other areas within `distance_m` of a position, the nearest first. For a position in no area (outlines are
    /// generalised, and a pier stands in the sea) that is where it may belong.
    pub fn near(&self, position: &Position, distance_m: f64) -> Vec<&Area> {
        let home = self.area_at(position);
        let near = self.within(position, distance_m).into_iter().map(|it| &it.area);
        near.filter(|it| home.is_none_or(|home| home.code != it.code)).collect()
    }

    fn within(&self, position: &Position, distance_m: f64) -> Vec<&Sheet> {
        let point = point(position);
        let mut near: Vec<(f64, &Sheet)> = self
            .around(position, distance_m)
            .map(|it| (Euclidean.distance(&point, &it.outline), it))
            .filter(|(distance, _)| *distance <= distance_m)
            .collect();
        near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        near.into_iter().map(|(_, sheet)| sheet).collect()
    }

    /// The sheets whose boxes come within `distance_m`, by name.
    fn around(&self, position: &Position, distance_m: f64) -> impl Iterator<Item = &Sheet> {
        let (x, y) = (f64::from(position.easting), f64::from(position.northing));
        let window =
            AABB::from_corners([x - distance_m, y - distance_m], [x + distance_m, y + distance_m]);
        let mut places: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(window).map(|it| it.data).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|it| self.sheets.get(it))
    }
}

fn point(position: &Position) -> Point {
    Point::new(f64::from(position.easting), f64::from(position.northing))
}

fn read(text: &str) -> Option<MultiPolygon> {
    let geometry: Geometry = text.parse().ok()?;
    outlines::of_geometry(&geometry).and_then(|it| outlines::on_grid(&it)).ok()
}

/// The atlas of today, drawn again only when an import or midnight has changed it. Cheap to clone.
#[derive(Clone, Default)]
pub struct AtlasCache(Arc<RwLock<Option<Drawn>>>);

struct Drawn {
    day: NaiveDate,
    stamp: queries::Stamp,
    atlas: Arc<Atlas>,
}

impl AtlasCache {
    /// The atlas of `day`. Costs one small query when nothing has changed, also where another process has imported.
    pub fn on(&self, db: &mut Db, day: NaiveDate) -> Result<Arc<Atlas>> {
        let stamp = queries::stamp(db)?;
        if let Some(drawn) = &*self.0.read()
            && drawn.day == day
            && drawn.stamp == stamp
        {
            return Ok(Arc::clone(&drawn.atlas));
        }
        let atlas = Arc::new(Atlas::on(db, day)?);
        *self.0.write() = Some(Drawn { day, stamp, atlas: Arc::clone(&atlas) });
        Ok(atlas)
    }
}
