//! How the step looks on which a place's district is confirmed.

use serde::Serialize;

use super::draft::Draft;
use super::gate_pages::Item;
use super::place::{self, Look};
use super::report::AREA;
use super::step_pages::{Frame, RowView};
use super::steps::ReportStep;
use crate::districts::{AreaCode, Neighbour, possessive};
use crate::web::FormErrors;

/// The step on which the district is confirmed.
#[derive(Serialize)]
pub(super) struct FoundPage {
    frame: Frame,
    /// What is wrong with what was found, if it leads to no team.
    trouble: String,
    rows: Vec<RowView>,
    legend: &'static str,
    items: Vec<Item>,
    value: String,
    name: &'static str,
    errors: FormErrors,
}

impl FoundPage {
    pub(super) fn of(draft: &Draft, look: &Look, errors: FormErrors) -> Self {
        let legend = match (&look.position, &look.team) {
            (Some(_), Some(_)) => "Is this the right district?",
            _ => "Which district is it in?",
        };
        Self {
            frame: Frame::of(draft, ReportStep::Found),
            trouble: trouble(look),
            rows: found_rows(draft, look),
            legend,
            items: districts(look),
            value: look.likely.as_ref().map(ToString::to_string).unwrap_or_default(),
            name: AREA,
            errors,
        }
    }
}

fn trouble(look: &Look) -> String {
    let kept = "Nothing that you wrote is lost.";
    match (&look.position, &look.area, &look.team) {
        _ if look.served.is_empty() => {
            format!(
                "No district has a team yet, so this report cannot be sent today. {kept} Ask the county’s lead."
            )
        }
        (Some(_), None, _) => format!(
            "This place is outside every district that this service covers. {kept} Go back and check the place, or choose \
             the district whose team should look at it."
        ),
        (Some(_), Some(area), None) => format!(
            "This place is in {}, which no team serves at the moment. {kept} Choose the district whose team should look at it.",
            area.name
        ),
        _ => String::new(),
    }
}

fn found_rows(draft: &Draft, look: &Look) -> Vec<RowView> {
    let Some(position) = &look.position else { return Vec::new() };
    let district = look.area.as_ref().map_or_else(
        || "None".to_owned(),
        |it| format!("{} (boundaries of the edition {})", it.name, it.edition),
    );
    vec![
        RowView::of("What you gave", draft.answers.get("place").to_owned()),
        RowView::of("Grid reference", position.grid_reference(4)),
        RowView::of("Latitude, longitude", place::lat_lon(position)),
        RowView::of("District", district),
    ]
}

/// The district that was found, its neighbours, then the others.
fn districts(look: &Look) -> Vec<Item> {
    let found = look.area.as_ref().map(|it| &it.code);
    let is_near = |code: &AreaCode| look.near.contains(code);
    let item = |it: &Neighbour, hint: &str| {
        let team = format!("{} team. {hint}", possessive(&it.team.name));
        Item::of(it.area.code.as_str(), &it.area.name, team.trim())
    };
    let mut first = Vec::new();
    let mut others = Vec::new();
    for served in &look.served {
        match &served.area.code {
            code if Some(code) == found => first.insert(0, item(served, "Found for this place.")),
            code if is_near(code) => {
                first.push(item(served, "Its boundary is less than 250 metres from this place."));
            }
            _ => others.push(item(served, "")),
        }
    }
    if !first.is_empty() && !others.is_empty() {
        first.push(Item { divider: "or", ..Item::of("", "", "") });
    }
    first.into_iter().chain(others).collect()
}
