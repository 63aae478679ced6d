//! The way in: after the password (or the council's sign-on) the second step.

use std::sync::Arc;

use actix_web::http::header::USER_AGENT;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Deserialize;

use super::sessions::{self, How, Reach, Way};
use super::{AccountId, device, queries};
use crate::app::App;
use crate::deed::Deed;
use crate::web::{Policy, Reply, Routes, Visit, back, guard, redirect};
use crate::{Result, calendar};

/// The routes of the second step.
pub fn routes() -> Routes {
    Routes::new().get("/sign-in/second", Policy::Entering, ask)
}

/// Lets somebody in who has proved who they are as `how` says: begins their session, sets its cookie, and leads to the
/// second step, or to the page that they had asked for (`wanted`, a word of `web::back`).
pub async fn enter(
    app: &App,
    request: &HttpRequest,
    (account, how): (AccountId, How),
    wanted: &str,
) -> Result<HttpResponse> {
    let agent = request.headers().get(USER_AGENT).and_then(|it| it.to_str().ok());
    let device = device::words(agent.unwrap_or_default());
    let way = Way { how, second_factor: app.settings.second_factor, device };
    let before = guard::token(request, app);
    let (at, keys) = ((app.clock)(), Arc::clone(&app.keys));
    let begin = move |db: &mut crate::store::Db| {
        let by = queries::actor(db, account, calendar::day(at))?;
        let deed = &mut Deed { db, by: &by, at, keys: &keys };
        let token = sessions::enter(deed, account, before.as_ref(), &way)?;
        let standing = sessions::standing(deed.db, &token, at)?;
        Ok((token, standing.is_some_and(|it| it.reach.is_whole())))
    };
    let (token, is_whole) = app.change(begin).await?;
    let place = back::path(wanted).unwrap_or_else(|| "/".to_owned());
    let to = if is_whole { place } else { back::second_step(&place) };
    guard::with_cookie(redirect(to).respond_to(request), app, &token)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct BackQuery {
    back: String,
}

async fn ask(visit: Visit, query: Query<BackQuery>) -> Result<Reply> {
    let place = back::path(&query.back).unwrap_or_else(|| "/".to_owned());
    match visit.reach {
        Reach::Whole { .. } | Reach::Late => Ok(redirect(place)),
        Reach::Half { .. } => {
            Ok(Reply::Page(visit.page("accounts/second.html", &serde_json::json!({}))?))
        }
    }
}
