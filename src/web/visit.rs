//! A visit: somebody's request, with what it may reach.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::Serialize;

use super::{Page, Reply, back};
use crate::accounts::Actor;
use crate::accounts::sessions::{Reach, Token};
use crate::app::App;
use crate::deed::Deed;
use crate::seal::Keyring;
use crate::store::Db;
use crate::{Error, Result};

/// Who the guard recognised.
#[derive(Clone)]
pub(super) struct Known {
    pub token: Token,
    pub actor: Actor,
    pub reach: Reach,
}

/// A request by somebody who is signed in, or half way in.
pub struct Visit {
    pub app: App,
    pub actor: Actor,
    /// True on a route with [`super::Policy::Reporting`] when the session has timed out: what was sent may be saved, and
    /// nothing may be shown.
    pub timed_out: bool,
    /// How far the session reaches.
    pub reach: Reach,
    /// The session's own token.
    pub token: Token,
    path: String,
    /// The address of a file that is ready to be taken, after a proof.
    file: String,
    notice: String,
}

/// A request by anybody.
pub struct Visitor {
    pub app: App,
    pub actor: Option<Actor>,
    pub token: Option<Token>,
    path: String,
}

impl Visit {
    /// Looks, as this person.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Db, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let actor = self.actor.clone();
        self.app.read(move |db| look(db, &actor)).await
    }

    /// Looks, as this person, at what is sealed.
    pub async fn open<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Db, &Keyring, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let keys = Arc::clone(&self.app.keys);
        self.read(move |db, actor| look(db, &keys, actor)).await
    }

    /// Changes something, as this person, if their session still stands and with the posts that they hold then.
    pub async fn write<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Deed) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.write(self.token.clone(), self.reach, act).await
    }

    /// A sentence on top of the page that is drawn next.
    #[must_use]
    pub fn noticing(mut self, notice: impl Into<String>) -> Self {
        self.notice = notice.into();
        self
    }

    /// A page for this person.
    pub fn page(&self, template: &str, view: &impl Serialize) -> Result<Page> {
        self.page_under(template, view, &self.token)
    }

    /// The same, when the session has just got another token.
    pub fn page_under(&self, template: &str, view: &impl Serialize, token: &Token) -> Result<Page> {
        let known = Some((&self.actor, token.csrf()));
        let chrome = self.app.chrome(known, &self.path, &self.notice);
        self.app.page(template, view, &chrome.offering(&self.file))
    }

    /// The same page again, with the faults named.
    pub fn again(&self, template: &str, view: &impl Serialize) -> Result<Reply> {
        Ok(Reply::Again(self.page(template, view)?))
    }
}

impl Visitor {
    /// A page for whoever this is.
    pub fn page(&self, template: &str, view: &impl Serialize) -> Result<Page> {
        let csrf = self.token.as_ref().map(Token::csrf).unwrap_or_default();
        let known = self.actor.as_ref().map(|actor| (actor, csrf));
        self.app.page(template, view, &self.app.chrome(known, &self.path, ""))
    }
}

/// The file that the page offers, for as long as the proof counts.
fn ready_file(request: &HttpRequest, reach: Reach) -> Option<String> {
    let is_proved = matches!(reach, Reach::Whole { is_proved: true });
    back::ready(request.path(), request.query_string()).filter(|_| is_proved)
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Known>().cloned();
        let app = request.app_data::<App>().cloned();
        ready(app.zip(known).ok_or(Error::SignedOut).map(|(app, known)| Self {
            app,
            actor: known.actor,
            timed_out: known.reach == Reach::Late,
            reach: known.reach,
            token: known.token,
            path: request.path().to_owned(),
            file: ready_file(request, known.reach).unwrap_or_default(),
            notice: String::new(),
        }))
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (actor, token) =
            request.extensions().get::<Known>().cloned().map(|it| (it.actor, it.token)).unzip();
        let app = request.app_data::<App>().cloned();
        let path = request.path().to_owned();
        ready(app.ok_or(Error::SignedOut).map(|app| Self { app, actor, token, path }))
    }
}
