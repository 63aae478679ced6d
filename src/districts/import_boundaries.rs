//! `e4s import boundaries FILE --from DATE`: outlines as the Office for National Statistics publishes them (GeoJSON, WGS 84).
//!
//! The names of the properties change with each edition (`LAD13CD`, `lad26cd`), so they are found by their pattern. A
//! file is an edition of its own from that day on: areas of other editions end the day before, whether or not the new
//! edition still has them.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, NaiveDate};
use geojson::{Geometry, JsonValue};

use super::queries::{self, Kept};
use super::{Area, AreaCode, Edition, outlines};
use crate::app::Portal;
use crate::audit::Event;
use crate::calendar::long_date;
use crate::deed::Deed;
use crate::import::{Bad, Progress, Report, unreadable};
use crate::{Error, Result};

/// One feature of the file, read and checked.
#[derive(Debug, Clone)]
struct Feature {
    code: AreaCode,
    name: String,
    edition: Edition,
    /// GeoJSON of the geometry alone, in one spelling.
    outline: String,
}

/// Reads a file of outlines that are in force from a day.
pub fn import(portal: &Portal, path: &Path, from: NaiveDate, progress: Progress) -> Result<Report> {
    let text = std::fs::read(path).map_err(|why| unreadable(path, &why))?;
    let file: JsonValue = serde_json::from_slice(&text).map_err(|why| unreadable(path, &why))?;
    let found = file.get("features").and_then(JsonValue::as_array);
    let found =
        found.ok_or_else(|| unreadable(path, &"it is not a GeoJSON collection of features"))?;

    let mut features: BTreeMap<AreaCode, Feature> = BTreeMap::new();
    let mut bad = Vec::new();
    for (number, value) in (1..).zip(found) {
        match read(value) {
            Ok(feature) if features.contains_key(&feature.code) => {
                let reason = format!("{} is in the file already", feature.code);
                bad.push(Bad { unit: "feature", line: number, reason });
            }
            Ok(feature) => {
                features.insert(feature.code.clone(), feature);
            }
            Err(reason) => bad.push(Bad { unit: "feature", line: number, reason }),
        }
        progress(number);
    }
    let features: Vec<Feature> = features.into_values().collect();
    let mut report = portal.write_as_house(|deed| lay(deed, &features, from, bad.is_empty()))?;
    report.bad = bad;
    Ok(report)
}

fn read(value: &JsonValue) -> Result<Feature, String> {
    let properties = value.get("properties").and_then(JsonValue::as_object);
    let properties = properties.ok_or("it has no properties")?;
    let property = |ending: &str| {
        let found = properties.iter().filter_map(|(name, value)| {
            let edition = Edition::parse(name.to_ascii_uppercase().strip_suffix(ending)?)?;
            Some((edition, value.as_str().unwrap_or_default().trim()))
        });
        // Of several editions side by side, the newest.
        found.max()
    };
    let (edition, code) = property("CD").ok_or("it has no property such as LAD13CD with a code")?;
    let code = AreaCode::parse(code)
        .ok_or_else(|| format!("{code:?} is not an area code such as E07000226"))?;
    let name = property("NM").map(|(_, name)| name).filter(|it| !it.is_empty());
    let name = name.ok_or_else(|| format!("{code} has no name"))?.to_owned();
    let outline = outline(value).map_err(|why| format!("{code} {name}: {why}"))?;
    Ok(Feature { code, name, edition, outline })
}

fn outline(value: &JsonValue) -> Result<String, String> {
    let geometry = value.get("geometry").filter(|it| !it.is_null()).ok_or("it has no outline")?;
    let geometry: Geometry =
        serde_json::from_value(geometry.clone()).map_err(|why| why.to_string())?;
    let drawn = outlines::of_geometry(&geometry)?;
    outlines::on_grid(&drawn)?;
    Ok(Geometry::new(geojson::GeometryValue::from(&drawn)).to_string())
}

/// An edition on its way into force, and what is there already.
struct Laying<'a> {
    features: &'a [Feature],
    from: NaiveDate,
    /// Every feature of the file could be read.
    is_whole: bool,
    known: Vec<Kept>,
}

fn lay(deed: &mut Deed, features: &[Feature], from: NaiveDate, is_whole: bool) -> Result<Report> {
    let mut report = Report::of("areas");
    let laying = Laying { features, from, is_whole, known: queries::every_area(deed.db)? };
    for feature in features {
        laying.lay(deed, feature, &mut report)?;
    }
    laying.end_others(deed, &mut report)?;
    if report.has_changes() {
        deed.record(Event::AreasImported, "areas", None)?;
    }
    Ok(report)
}

impl Laying<'_> {
    fn lay(&self, deed: &mut Deed, feature: &Feature, report: &mut Report) -> Result<()> {
        let Feature { code, name, edition, outline } = feature;
        let from = self.from;
        let mut of_code = self.known.iter().filter(|it| it.area.code == *code);
        let old = of_code.clone().find(|it| is_in_force(it, from));
        let later = of_code.find(|it| it.area.from_on > from);
        let mut until_on = later.and_then(|it| it.area.from_on.pred_opt());
        if let Some(old) = old {
            let Area { name: old_name, edition: old_edition, .. } = &old.area;
            if (old_name, old_edition, &old.outline) == (name, edition, outline) {
                report.unchanged += 1;
                return Ok(());
            }
            until_on = old.area.until_on;
            if old.area.from_on == from {
                queries::remove_area(deed.db, old.id)?;
            } else {
                end(deed, old, from)?;
            }
            report.changed += 1;
            let day = long_date(from);
            report.tell(|| format!("changed: {code} {name} follows {edition} from {day}"));
        } else {
            report.added += 1;
            let day = long_date(from);
            report.tell(|| format!("added: {code} {name} ({edition}) from {day}"));
        }
        let (code, name, edition) = (code.clone(), name.clone(), edition.clone());
        let area = Area { code, name, edition, from_on: from, until_on };
        queries::insert_area(deed.db, &area, outline)
    }

    /// Ends the areas of other editions that this one does not have: the county may have been reorganised.
    fn end_others(&self, deed: &mut Deed, report: &mut Report) -> Result<()> {
        let Some(edition) = self.features.first().map(|it| &it.edition) else { return Ok(()) };
        let is_left = |old: &&Kept| {
            is_in_force(old, self.from)
                && old.area.from_on < self.from
                && old.area.edition != *edition
                && !self.features.iter().any(|it| it.code == old.area.code)
        };
        for old in self.known.iter().filter(is_left) {
            let Area { code, name, edition, .. } = &old.area;
            if self.is_whole {
                end(deed, old, self.from)?;
                report.ended += 1;
                let day = long_date(self.from);
                report.tell(|| format!("ended: {code} {name} ({edition}) the day before {day}"));
            } else {
                // A feature that could not be read may be this one; better an old outline than none.
                report.notes.push(format!(
                    "{code} {name} ({edition}) stays in force, because not every feature of the file could be read"
                ));
            }
        }
        Ok(())
    }
}

fn end(deed: &mut Deed, old: &Kept, from: NaiveDate) -> Result<()> {
    let eve = from.checked_sub_days(Days::new(1)).ok_or(Error::Corrupt("a date"))?;
    queries::end_area(deed.db, old.id, eve)
}

fn is_in_force(kept: &Kept, day: NaiveDate) -> bool {
    kept.area.from_on <= day && kept.area.until_on.is_none_or(|it| it >= day)
}
