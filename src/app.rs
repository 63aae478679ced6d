//! What a request can reach, and the site made of the slices' routes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::{self, Data, ServiceConfig};
use chrono::NaiveDateTime;
use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};
use webauthn_rs::prelude::Webauthn;

use crate::accounts::factors::passkeys;
use crate::accounts::passwords::Passwords;
use crate::accounts::sessions::{self, Reach, Token};
use crate::accounts::sign_on::provider::Provider;
use crate::accounts::{AccountId, Actor, Role};
use crate::concerns::questions;
use crate::config::Settings;
use crate::curriculum::shelf::Shelf;
use crate::deed::Deed;
use crate::districts::AtlasCache;
use crate::seal::Keyring;
use crate::store::journal::Journal;
use crate::store::{Db, Store};
use crate::web::assets::Assets;
use crate::web::form::label;
use crate::web::{Page, Routes};
use crate::{
    Error, Result, accounts, calendar, concerns, contexts, curriculum, digests, mail, meetings,
    retention, trail, upkeep, web as http,
};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The portal, as handlers receive it.
pub type App = Data<Portal>;

/// The time, in UTC. A field, so that tests have their own.
pub type Clock = Arc<dyn Fn() -> NaiveDateTime + Send + Sync>;

/// Everything that a request can reach.
pub struct Portal {
    pub settings: Settings,
    pub store: Store,
    /// What seals and opens free text.
    pub keys: Arc<Keyring>,
    /// The second place for concerns.
    pub journal: Journal,
    pub clock: Clock,
    pub templates: Tera,
    pub assets: Assets,
    pub passwords: Passwords,
    /// The council's own sign-on, if there is one.
    pub sign_on: Option<Arc<Provider>>,
    pub shelf: Shelf,
    /// The site that passkeys are for, unless `base_url` is a bare address.
    pub passkeys: Option<Arc<Webauthn>>,
    /// Today's areas, in memory.
    pub atlas: AtlasCache,
    /// True once the process was told to stop: a long chore ends early, and leaves things as another can take them up.
    pub stopping: AtomicBool,
}

impl Portal {
    /// Opens the store and reads what the binary carries.
    pub fn open(settings: Settings, clock: Clock) -> Result<Self> {
        let brand = &settings.brand_colour;
        let theme = format!(":root{{--e4s-brand:{brand};--e4s-brand-text:#ffffff}}");
        let sign_on = settings.sign_on.clone();
        let sign_on = sign_on.map(|it| Provider::new(it, &settings.base_url)).transpose()?;
        Ok(Self {
            sign_on: sign_on.map(Arc::new),
            keys: Arc::new(Keyring::open(&settings.keys, settings.escrow.as_deref())?),
            store: Store::open(&settings.database)?,
            journal: Journal::open(&settings.journal)?,
            shelf: Shelf::new(settings.curriculum.clone()),
            passkeys: passkeys::site(&settings).map(Arc::new),
            settings,
            clock,
            templates: templates()?,
            assets: Assets::load(theme)?,
            passwords: Passwords::default(),
            atlas: AtlasCache::default(),
            stopping: AtomicBool::new(false),
        })
    }

    /// Looks, off the request threads.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.store.clone();
        web::block(move || store.read(look)).await?
    }

    /// Changes what belongs to the service's own running (sessions, leases), off the request threads.
    pub async fn change<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.store.clone();
        web::block(move || store.write(act)).await?
    }

    /// One deed by the person of a session that was seen to reach so far. The session and the posts are read again inside
    /// the transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        token: Token,
        reach: Reach,
        mut act: impl FnMut(&mut Deed) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (at, keys) = ((self.clock)(), Arc::clone(&self.keys));
        self.change(move |db| {
            let now = sessions::standing(db, &token, at)?.filter(|it| reach.may_still(it.reach));
            let by = now.ok_or(Error::SignedOut)?.actor;
            act(&mut Deed { db, by: &by, at, keys: &keys })
        })
        .await
    }

    /// One deed by somebody who has shown otherwise than by a session who they are: with a letter that only they have.
    pub async fn write_for<T: Send + 'static>(
        &self,
        person: AccountId,
        mut act: impl FnMut(&mut Deed) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (at, keys) = ((self.clock)(), Arc::clone(&self.keys));
        self.change(move |db| {
            let by = accounts::queries::actor(db, person, calendar::day(at))?;
            act(&mut Deed { db, by: &by, at, keys: &keys })
        })
        .await
    }

    /// One deed by the house itself: imports, chores, the command line.
    pub fn write_as_house<T>(&self, act: impl FnMut(&mut Deed) -> Result<T>) -> Result<T> {
        self.write_as(&Actor::house(), (self.clock)(), act)
    }

    /// One deed by somebody whose posts the caller has read: for chores and for the demonstration's story.
    pub fn write_as<T>(
        &self,
        by: &Actor,
        at: NaiveDateTime,
        mut act: impl FnMut(&mut Deed) -> Result<T>,
    ) -> Result<T> {
        self.store.write(|db| act(&mut Deed { db, by, at, keys: &self.keys }))
    }

    /// Draws a page: its view, and what frames every page.
    pub fn page(&self, template: &str, view: &impl Serialize, chrome: &Chrome) -> Result<Page> {
        let mut context = Context::from_serialize(view)?;
        context.insert("chrome", chrome);
        Ok(Page(self.templates.render(template, &context)?))
    }

    /// What frames a page for this person (with the token of their forms), or for nobody in particular.
    pub fn chrome(&self, known: Option<(&Actor, String)>, path: &str, notice: &str) -> Chrome {
        let (actor, csrf) =
            known.map_or((None, String::new()), |(actor, csrf)| (Some(actor), csrf));
        Chrome {
            council_name: self.settings.council_name.clone(),
            service_name: "E4S",
            signed_in: actor.is_some(),
            person_name: actor.map(|it| it.name.clone()).unwrap_or_default(),
            csrf,
            nav: nav(actor, path),
            demo: self.settings.is_demo,
            assets: self.assets.paths().clone(),
            notice: notice.to_owned(),
            file: String::new(),
        }
    }

    /// The page for somebody whose form could not be taken, with what they had typed.
    pub fn handed_back(&self, words: &[(String, String)], path: &str, back: Back) -> Result<Page> {
        let words = named(words.to_vec(), path);
        let typed = words.iter().map(|(key, value)| Typed { key, value }).collect();
        let (way, href) = match back {
            Back::ToPage(path) => ("page", path),
            Back::ToSignIn(path) => ("sign-in", path),
            Back::ToProof(path) => ("proof", path),
        };
        let view = HandedBack { typed, way, href };
        self.page("signed-out.html", &view, &self.chrome(None, "", ""))
    }
}

/// What somebody typed into the form at `path`, as its page says it: a report's answers by their questions.
pub fn named(words: Vec<(String, String)>, path: &str) -> Vec<(String, String)> {
    let is_report = path.starts_with("/concerns/drafts/");
    let name = |(name, value): (String, String)| {
        let said = if is_report { questions::said(&name, &value) } else { None };
        said.unwrap_or_else(|| (label(&name), value))
    };
    words.into_iter().map(name).collect()
}

/// What somebody typed, handed back.
#[derive(Serialize)]
struct HandedBack<'a> {
    typed: Vec<Typed<'a>>,
    way: &'static str,
    href: String,
}

#[derive(Serialize)]
struct Typed<'a> {
    key: &'a str,
    value: &'a str,
}

/// Where somebody whose form was too old goes on.
#[derive(Debug)]
pub enum Back {
    /// To the page that the form is on, signed in as they are.
    ToPage(String),
    /// To sign in, and from there on.
    ToSignIn(String),
    /// To confirm that it is them, and from there on.
    ToProof(String),
}

/// What frames a page.
#[derive(Serialize)]
pub struct Chrome {
    council_name: String,
    service_name: &'static str,
    signed_in: bool,
    person_name: String,
    csrf: String,
    nav: Vec<NavItem>,
    demo: bool,
    assets: BTreeMap<String, String>,
    notice: String,
    /// The address of a file that is ready to be taken; empty if none is.
    file: String,
}

impl Chrome {
    /// The same, with a file to be taken.
    #[must_use]
    pub fn offering(mut self, file: &str) -> Self {
        file.clone_into(&mut self.file);
        self
    }
}

#[derive(Serialize)]
struct NavItem {
    href: &'static str,
    text: &'static str,
    current: bool,
}

/// Where a person can go from every page.
fn nav(actor: Option<&Actor>, path: &str) -> Vec<NavItem> {
    let Some(actor) = actor else {
        return items(&[("/curriculum", "Curriculum"), ("/concerns", "Concerns")], path);
    };
    let mut places = vec![("/curriculum", "Curriculum")];
    let in_team = actor.is(Role::Coordinator) || actor.is(Role::County);
    if in_team || actor.is(Role::Dsl) {
        places.push(("/concerns", "Concerns"));
    }
    if in_team {
        places.push(("/contexts", "Contexts"));
    }
    if in_team || actor.is(Role::Partner) || actor.is(Role::Dsl) {
        places.push(("/meetings", "Meetings"));
        places.push(("/digests", "Digests"));
    }
    if actor.is(Role::Admin) {
        places.push(("/admin", "Administration"));
    } else if actor.is(Role::County) {
        places.push(("/admin/retention", "Records kept"));
        places.push(("/admin/audit", "Audit log"));
    }
    items(&places, path)
}

fn items(places: &[(&'static str, &'static str)], path: &str) -> Vec<NavItem> {
    let item = |(href, text): &(&'static str, &'static str)| NavItem {
        href,
        text,
        current: path.starts_with(href),
    };
    places.iter().map(item).collect()
}

/// Every template the binary carries.
pub fn templates() -> Result<Tera> {
    let mut tera = Tera::default();
    let files: Vec<(String, String)> = Templates::iter()
        .filter(|name| name.ends_with(".html") || name.ends_with(".txt") || name.ends_with(".xml"))
        .filter_map(|name| {
            let text = String::from_utf8(Templates::get(&name)?.data.into_owned()).ok()?;
            Some((name.into_owned(), text))
        })
        .collect();
    tera.add_raw_templates(files)?;
    Ok(tera)
}

/// Every route of the service.
pub fn routes() -> Routes {
    http::assets::routes()
        .and(accounts::pages::routes())
        .and(accounts::password_pages::routes())
        .and(accounts::invite_pages::routes())
        .and(accounts::people_pages::routes())
        .and(accounts::enter_pages::routes())
        .and(accounts::prove_pages::routes())
        .and(accounts::sign_on::pages::routes())
        .and(accounts::factors::pages::routes())
        .and(accounts::account_pages::routes())
        .and(accounts::recoveries::pages::routes())
        .and(curriculum::pages::routes())
        .and(concerns::report_pages::routes())
        .and(concerns::pages::routes())
        .and(contexts::pages::routes())
        .and(meetings::pages::routes())
        .and(digests::pages::routes())
        .and(retention::pages::routes())
        .and(mail::pages::routes())
        .and(trail::pages::routes())
        .and(upkeep::pages::routes())
}

/// The whole site, for the server and for tests.
pub fn site(site: &mut ServiceConfig) {
    site.app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()));
    site.app_data(web::QueryConfig::default().error_handler(|_, _| Error::NotFound.into()));
    routes().register(site);
}

/// The clock on the wall.
pub fn wall_clock() -> Clock {
    Arc::new(calendar::now)
}
