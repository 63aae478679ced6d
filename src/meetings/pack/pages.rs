//! The pack of a meeting as a file, and the agenda as partners see it.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{self, Path, Query};
use serde::{Deserialize, Serialize};

use super::words::{self, Copy};
use super::{Pack, for_partners, pack};
use crate::accounts::Role;
use crate::audit::Event;
use crate::districts::MeetingId;
use crate::documents::pack::{self as document, PackSheet};
use crate::web::{Page, Visit};
use crate::{Error, Result, calendar};

/// As whom somebody wants to see it, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::meetings) struct AsQuery {
    /// `partner`, or nothing.
    r#as: String,
}

impl AsQuery {
    pub fn is_partner(&self) -> bool {
        self.r#as == "partner"
    }
}

fn copy(visit: &Visit) -> Copy {
    Copy {
        reader: visit.actor.name.clone(),
        made: calendar::moment((visit.app.clock)()),
        council: visit.app.settings.council_name.clone(),
    }
}

pub(in crate::meetings) async fn take(
    visit: Visit,
    id: Path<MeetingId>,
    query: Query<AsQuery>,
) -> Result<HttpResponse> {
    let asked = (id.into_inner(), query.is_partner());
    let found = visit.write(move |deed| pack(deed, asked)).await?;
    let (sheet, day, end) = match &found {
        Pack::Whole(it) => (words::for_team(it, copy(&visit)), it.front.meeting.starts_at, ""),
        Pack::Sanitised(it) => {
            (words::for_partners(it, copy(&visit)), it.front.meeting.starts_at, "-partners")
        }
    };
    let name = format!("meeting-{}{end}.pdf", calendar::day(day));
    let made_on = calendar::day((visit.app.clock)());
    let made = web::block(move || document::pdf(sheet, made_on)).await?;
    let file = made.map_err(|error| Error::Document(error.to_string()))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "application/pdf"));
    response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    Ok(response.body(file))
}

/// The agenda as partners see it.
pub(in crate::meetings) async fn show(visit: &Visit, id: MeetingId) -> Result<Page> {
    let found = visit.write(move |deed| for_partners(deed, (id, Event::MeetingShown))).await?;
    let view = SharedPage {
        id: id.to_string(),
        is_preview: visit.actor.coordinates(found.front.meeting.team)
            || visit.actor.is(Role::County),
        sheet: words::for_partners(&found, copy(visit)),
    };
    visit.page("meetings/shared.html", &view)
}

#[derive(Serialize)]
struct SharedPage {
    id: String,
    /// True for the team and the county, who look at what its partners see.
    is_preview: bool,
    sheet: PackSheet,
}
