//! The whole tree, in passes: sort the files, read each, resolve what points elsewhere, hold
//! everything against the rules, and put it in order.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::read::{self, Draft, Name, ResourceDraft, UnitDraft};
use super::report::{Fault, Faults, Report};
use super::words::{Cornerstone, Half, Kind, Phase};
use super::{Curriculum, Point, Tree, UnitKey, check};
use crate::documents::Block;

const FRAMEWORK: &str = "framework/rshe-2026.csv";

/// What a path in the tree stands for.
enum Spot {
    Framework,
    Unit(UnitKey),
    Lesson(UnitKey, Name),
    Resource(UnitKey, Name, Kind),
}

/// Reads and checks a curriculum. Whether to use it is the caller's choice, by the report.
pub fn load(tree: &Tree, today: NaiveDate) -> (Curriculum, Report) {
    let mut found: Vec<Fault> = tree.unreadable().to_vec();
    let points = points(tree, &mut found);
    let mut sheets = sort_and_read(tree, &mut found);
    gather(&mut sheets, &mut found);
    judge(&sheets, &points, today, &mut found);
    let curriculum = in_order(sheets, points);
    found.sort();
    found.dedup();
    let notes = notes(&curriculum);
    (curriculum, Report { faults: found, notes })
}

#[derive(Default)]
struct Sheets {
    units: BTreeMap<UnitKey, (String, UnitDraft)>,
    lessons: BTreeMap<(UnitKey, Name), Draft>,
    resources: Vec<(UnitKey, Name, ResourceDraft)>,
}

fn spot(path: &str) -> Result<Spot, &'static str> {
    if path == FRAMEWORK {
        return Ok(Spot::Framework);
    }
    let steps: Vec<&str> = path.split('/').collect();
    let (cornerstone, phase, rest) = match steps.as_slice() {
        [cornerstone, phase, rest @ ..] => (*cornerstone, *phase, rest),
        _ => return Err("no lesson, unit or resource has its place here"),
    };
    let cornerstone = Cornerstone::parse(cornerstone).ok_or("the folder is no cornerstone")?;
    let phase = Phase::parse(phase).ok_or("the folder is no phase")?;
    let unit = (cornerstone, phase);
    match rest {
        ["unit.md"] => Ok(Spot::Unit(unit)),
        [file] => {
            let name = file.strip_suffix(".md").and_then(Name::parse);
            name.map(|it| Spot::Lesson(unit, it)).ok_or("a lesson is named <nn>-<slug>.md")
        }
        [folder, file] => {
            let name = Name::parse(folder).ok_or("the folder is not that of a lesson")?;
            let kind = Kind::of_file(file).ok_or("no resource has this name")?;
            Ok(Spot::Resource(unit, name, kind))
        }
        _ => Err("no lesson, unit or resource has its place here"),
    }
}

fn sort_and_read(tree: &Tree, found: &mut Vec<Fault>) -> Sheets {
    let mut sheets = Sheets::default();
    for (path, text) in tree.files() {
        let shown = tree.shown(path);
        let faults = &mut Faults::new(&shown, found);
        match spot(path) {
            Ok(Spot::Framework) => continue,
            Ok(Spot::Unit(key)) => {
                if let Some(draft) = read::unit(key, text, faults) {
                    sheets.units.insert(key, (shown.clone(), draft));
                }
            }
            Ok(Spot::Lesson(key, name)) => {
                if let Some(draft) = read::lesson(key, &name, text, faults) {
                    sheets.lessons.insert((key, name), draft);
                }
            }
            Ok(Spot::Resource(key, name, kind)) => {
                sheets.resources.push((key, name, read::resource(kind, text, faults)));
            }
            Err(why) => {
                faults.say(1, why);
                continue;
            }
        }
        check::glyphs(text, faults);
    }
    sheets
}

/// Gives each lesson its resources, and the links to them their addresses.
fn gather(sheets: &mut Sheets, found: &mut Vec<Fault>) {
    for (key, name, draft) in std::mem::take(&mut sheets.resources) {
        let file = draft.resource.file.clone();
        let faults = &mut Faults::new(&file, found);
        match sheets.lessons.get_mut(&(key, name)) {
            Some(owner) => {
                check::resource(&draft, &owner.lesson, faults);
                owner.lesson.resources.push(draft.resource);
            }
            None => faults.say(1, "this resource belongs to no lesson"),
        }
    }
    for ((_, name), Draft { lesson, .. }) in &mut sheets.lessons {
        lesson.resources.sort_by_key(|it| it.kind);
        let (folder, path) = (name.folder(), lesson.path());
        let address = |to: &str| {
            let kind = Kind::of_file(to.strip_prefix(folder.as_str())?.strip_prefix('/')?)?;
            Some(format!("{path}/{}", kind.code()))
        };
        for (_, blocks) in &mut lesson.parts {
            Block::relink(blocks, &address);
        }
    }
}

fn judge(sheets: &Sheets, points: &[Point], today: NaiveDate, found: &mut Vec<Fault>) {
    for (file, unit) in sheets.units.values() {
        check::unit(unit, today, &mut Faults::new(file, found));
    }
    let mut last: Option<&(UnitKey, Name)> = None;
    for (key, draft) in &sheets.lessons {
        let file = draft.lesson.file.clone();
        let faults = &mut Faults::new(&file, found);
        check::lesson(draft, points, today, faults);
        if let Some(before) = last.filter(|it| it.0 == key.0)
            && before.1.order == key.1.order
        {
            faults.say(1, format!("{:02} is taken by {}.md", key.1.order, before.1.folder()));
        }
        let same_slug =
            |it: &&(UnitKey, Name)| it.0 == key.0 && it.1.slug == key.1.slug && *it < key;
        if let Some(other) = sheets.lessons.keys().find(same_slug) {
            faults
                .say(1, format!("the address `{}` is that of {}.md", key.1.slug, other.1.folder()));
        }
        if !sheets.units.contains_key(&key.0) {
            faults.say(1, "the unit of this lesson has no unit.md");
        }
        last = Some(key);
    }
}

fn in_order(sheets: Sheets, points: Vec<Point>) -> Curriculum {
    let units = sheets.units.into_iter().map(|(key, (_, draft))| (key, draft.unit)).collect();
    let lessons = sheets.lessons.into_values().map(|it| it.lesson).collect();
    Curriculum { units, lessons, points }
}

fn notes(curriculum: &Curriculum) -> Vec<String> {
    let (lessons, units) = (curriculum.lessons.len(), curriculum.units.len());
    let mut notes = vec![format!("{lessons} lessons in {units} units")];
    let open = check::uncovered(curriculum);
    if open > 0 {
        let all = curriculum.points.len();
        notes.push(format!("{open} of {all} statutory points have no lesson yet"));
    }
    notes
}

#[derive(serde::Deserialize)]
struct PointRow {
    code: String,
    phase: String,
    strand: String,
    point: String,
}

fn points(tree: &Tree, found: &mut Vec<Fault>) -> Vec<Point> {
    let file = tree.shown(FRAMEWORK);
    let faults = &mut Faults::new(&file, found);
    let Some(text) = tree.text(FRAMEWORK) else {
        faults.say(1, "the statutory points are missing");
        return Vec::new();
    };
    let mut points: Vec<Point> = Vec::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    for record in reader.records() {
        let row = record.and_then(|it| {
            let line = it.position().map_or(1, csv::Position::line);
            it.deserialize::<PointRow>(Some(&headers)).map(|row| (line, row))
        });
        match row {
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                faults.say(usize::try_from(line).unwrap_or(1), error.to_string());
            }
            Ok((line, row)) => {
                let line = usize::try_from(line).unwrap_or(1);
                let Some(half) = Half::parse(&row.phase) else {
                    faults.say(line, format!("`{}` is neither primary nor secondary", row.phase));
                    continue;
                };
                if points.iter().any(|it| it.code == row.code) {
                    faults.say(line, format!("`{}` stands here twice", row.code));
                }
                points.push(Point { code: row.code, half, strand: row.strand, text: row.point });
            }
        }
    }
    points
}
