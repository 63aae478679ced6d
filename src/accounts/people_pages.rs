//! The pages about people, for administrators: the list, one person, and how a post ends.

use actix_web::web::{Path, Query};
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::end::{EndForm, end};
use super::invite::send_again;
use super::people::{self, Line, ListForm, Listing, Names};
use super::tickets::TicketKind;
use super::{AccountId, PostId, Role, Tenure, When, tries};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

/// Who looks at people and their posts.
pub(super) const ADMINS: Policy = Policy::Holding(&[Role::Admin]);
/// Who gives posts, ends them, and sends letters that let people in.
pub(super) const APPOINTING: Policy = Policy::Proved(&[Role::Admin]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/admin/people", ADMINS, index)
        .get("/admin/people/{id}", ADMINS, show)
        .post("/admin/people/{id}/invitation", APPOINTING, invite_again)
        .post("/admin/people/{id}/reset", APPOINTING, reset)
        .get("/admin/people/{id}/posts/{post}", APPOINTING, ask_end)
        .post("/admin/people/{id}/posts/{post}", APPOINTING, submit_end)
}

async fn index(visit: Visit, query: Query<ListForm>) -> Result<Page> {
    let (form, at) = (query.into_inner(), (visit.app.clock)());
    let asked = form.clone();
    let today = calendar::day(at);
    let found = visit.read(move |db, by| people::list(db, by, (&asked, today))).await?;
    visit.page("accounts/people.html", &ListPage::of(&form, &found, at))
}

async fn show(visit: Visit, id: Path<AccountId>, query: Query<ShowQuery>) -> Result<Page> {
    let (id, at) = (id.into_inner(), (visit.app.clock)());
    let (line, names) = visit.read(move |db, by| people::show(db, by, id)).await?;
    let page = PersonPage::of((&line, &names), at, id == visit.actor.id);
    visit.noticing(notice(&query.done)).page("accounts/person.html", &page)
}

async fn invite_again(visit: Visit, id: Path<AccountId>, _: Form<Nothing>) -> Result<Reply> {
    send(&visit, id.into_inner(), (TicketKind::Invitation, "invited-again")).await
}

async fn reset(visit: Visit, id: Path<AccountId>, _: Form<Nothing>) -> Result<Reply> {
    send(&visit, id.into_inner(), (TicketKind::Reset, "reset")).await
}

async fn send(visit: &Visit, id: AccountId, (kind, done): (TicketKind, &str)) -> Result<Reply> {
    if tries::count(&visit.app, tries::LETTER, format!("sent:{id}")).await?.is_some() {
        return Err(Error::TooMany);
    }
    visit.write(move |deed| send_again(deed, id, kind)).await?;
    Ok(redirect(format!("/admin/people/{id}?done={done}")))
}

async fn ask_end(visit: Visit, ids: Path<(AccountId, PostId)>) -> Result<Page> {
    let page = end_page(&visit, ids.into_inner()).await?;
    visit.page("accounts/end.html", &page)
}

async fn submit_end(
    visit: Visit,
    ids: Path<(AccountId, PostId)>,
    form: Form<EndForm>,
) -> Result<Reply> {
    let (ids, today) = (ids.into_inner(), calendar::day((visit.app.clock)()));
    let (line, _) = visit.read(move |db, by| people::post(db, by, ids)).await?;
    let tenure = line.tenures.first().copied().ok_or(Error::NotFound)?;
    let done = match form.0.check(&tenure, today) {
        Ok(last_day) => visit.write(move |deed| end(deed, ids, last_day)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(redirect(format!("/admin/people/{}?done=ended", ids.0))),
        Err(Error::Invalid(errors)) => {
            let page = EndPage { form: form.0.into(), errors, ..end_page(&visit, ids).await? };
            visit.again("accounts/end.html", &page)
        }
        Err(error) => Err(error),
    }
}

async fn end_page(visit: &Visit, ids: (AccountId, PostId)) -> Result<EndPage> {
    let (line, names) = visit.read(move |db, by| people::post(db, by, ids)).await?;
    let row = line.tenures.first().map(|it| PostRow::of(it, &names)).ok_or(Error::NotFound)?;
    Ok(EndPage {
        id: ids.0.to_string(),
        post: ids.1.to_string(),
        name: line.person.name,
        row,
        form: EndTyped::default(),
        errors: FormErrors::default(),
    })
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ShowQuery {
    done: String,
}

/// What has just been done, in words.
fn notice(done: &str) -> &'static str {
    match done {
        "invited" => "The invitation is on its way by e-mail. It works once, for 72 hours",
        "invited-again" => {
            "The invitation is on its way again. It works once, for 72 hours; the one before works no more"
        }
        "known" => {
            "They had an account already. They have the further post, keep their name and password, and got no invitation"
        }
        "given" => {
            "They have the further post. They are signed out, and have it when they sign in again"
        }
        "ended" => "The end of the post is written down, and they are signed out",
        "reset" => {
            "A letter is on its way to their own address. Its link works once, for 60 minutes"
        }
        _ => "",
    }
}

#[derive(Serialize)]
struct ListPage {
    q: String,
    school: String,
    team: String,
    teams: Vec<Choice>,
    role: String,
    roles: Vec<Choice>,
    is_filtered: bool,
    rows: Vec<ListRow>,
    first: String,
    next: String,
}

#[derive(Serialize)]
struct ListRow {
    href: String,
    name: String,
    email: String,
    posts: Vec<String>,
    tags: Vec<Tag>,
}

/// Something that can be chosen.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    pub value: String,
    pub text: String,
    pub hint: &'static str,
}

impl Choice {
    pub(super) fn of(value: &str, text: &str, hint: &'static str) -> Self {
        Self { value: value.to_owned(), text: text.to_owned(), hint }
    }
}

#[derive(Serialize)]
struct Tag {
    text: &'static str,
    colour: &'static str,
}

impl Tag {
    fn of(text: &'static str, colour: &'static str) -> Self {
        Self { text, colour }
    }

    /// What is amiss with a person.
    fn amiss(line: &Line, at: NaiveDateTime) -> Vec<Self> {
        let today = calendar::day(at);
        let are = |when| line.tenures.iter().filter(move |it| it.when(today) == when);
        let mut tags = Vec::new();
        let next = are(When::Ahead).map(|it| it.from_on).min();
        match (are(When::Now).count(), next) {
            (0, None) => tags.push(Self::of("No post", "grey")),
            (0, Some(_)) => tags.push(Self::of("Not begun yet", "grey")),
            _ => {}
        }
        if let Some(told) = invitation(line, at).filter(|_| tags.is_empty() || next.is_some()) {
            let colour = if told == WAITING { "yellow" } else { "red" };
            tags.push(Self::of(told, colour));
        }
        let month = |day: NaiveDate| (day.year(), day.month());
        let mut ends = are(When::Now).filter_map(|it| it.until_on);
        if ends.any(|it| month(it) == month(today)) {
            tags.push(Self::of("Ends this month", "orange"));
        }
        tags
    }
}

const WAITING: &str = "Invitation waiting";

/// How the invitation of somebody who has not come in yet stands.
fn invitation(line: &Line, at: NaiveDateTime) -> Option<&'static str> {
    match line.invited_until {
        _ if line.person.has_accepted() => None,
        Some(until) if until > at => Some(WAITING),
        Some(_) => Some("Invitation has run out"),
        None => Some("Not invited"),
    }
}

impl ListPage {
    fn of(form: &ListForm, found: &Listing, at: NaiveDateTime) -> Self {
        let mut teams = vec![Choice::of("", "All teams", "")];
        teams.extend(found.teams.iter().map(|it| Choice::of(it.id.as_str(), &it.name, "")));
        let mut roles = vec![Choice::of("", "All posts", "")];
        roles.extend(Role::ALL.iter().map(|it| Choice::of(it.as_str(), it.title(), "")));
        let asked = [&form.q, &form.school, &form.team, &form.role];
        Self {
            q: form.q.clone(),
            school: form.school.clone(),
            team: form.team.clone(),
            teams,
            role: form.role.clone(),
            roles,
            is_filtered: asked.iter().any(|it| !it.is_empty()),
            rows: found.lines.iter().map(|it| ListRow::of(it, &found.names, at)).collect(),
            first: if form.after.is_empty() { String::new() } else { address(form, "") },
            next: found.next.map(|it| address(form, it.as_str())).unwrap_or_default(),
        }
    }
}

impl ListRow {
    fn of(line: &Line, names: &Names, at: NaiveDateTime) -> Self {
        let today = calendar::day(at);
        let current = line.tenures.iter().filter(|it| it.when(today) != When::Past);
        Self {
            href: format!("/admin/people/{}", line.person.id),
            name: line.person.name.clone(),
            email: line.person.email.clone(),
            posts: current.map(|it| in_a_line(it, names, today)).collect(),
            tags: Tag::amiss(line, at),
        }
    }
}

fn address(form: &ListForm, after: &str) -> String {
    let all = [
        ("q", form.q.as_str()),
        ("school", &form.school),
        ("team", &form.team),
        ("role", &form.role),
        ("after", after),
    ];
    let said: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/admin/people?{}", serde_html_form::to_string(&said).unwrap_or_default())
}

#[derive(Serialize)]
struct PersonPage {
    id: String,
    name: String,
    tags: Vec<Tag>,
    rows: Vec<Fact>,
    now: Vec<PostRow>,
    ahead: Vec<PostRow>,
    past: Vec<PostRow>,
    is_self: bool,
    may_invite: bool,
    may_reset: bool,
}

#[derive(Serialize)]
struct Fact {
    key: &'static str,
    value: String,
}

/// A post in words.
#[derive(Serialize)]
struct PostRow {
    href: String,
    role: &'static str,
    /// The school with its number, or the team; may be empty.
    at: String,
    from: String,
    until: String,
}

impl PostRow {
    fn of(tenure: &Tenure, names: &Names) -> Self {
        let school = tenure.post.school.map(|urn| {
            let name = names.schools.get(&urn).map_or("", String::as_str);
            format!("{name} (URN {urn})")
        });
        let team = tenure.post.team.and_then(|it| names.teams.get(&it).cloned());
        let until = match tenure.until_on {
            _ if tenure.is_void() => "Ended before it began".to_owned(),
            Some(day) => calendar::long_date(day),
            None => "No end is set".to_owned(),
        };
        Self {
            href: format!("/admin/people/{}/posts/{}", tenure.account, tenure.id),
            role: tenure.post.role.title(),
            at: school.or(team).unwrap_or_default(),
            from: calendar::long_date(tenure.from_on),
            until,
        }
    }
}

/// A post in one line: what, where, and the day on which it begins or ends, if there is one ahead.
fn in_a_line(tenure: &Tenure, names: &Names, today: NaiveDate) -> String {
    let school = tenure.post.school.and_then(|it| names.schools.get(&it));
    let team = tenure.post.team.and_then(|it| names.teams.get(&it));
    let from = (tenure.from_on > today).then(|| calendar::long_date(tenure.from_on));
    let until = tenure.until_on.map(calendar::long_date);
    let parts = [
        Some(tenure.post.role.title().to_owned()),
        school.or(team).cloned(),
        from.map(|it| format!("from {it}")),
        until.map(|it| format!("until {it}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl PersonPage {
    fn of((line, names): (&Line, &Names), at: NaiveDateTime, is_self: bool) -> Self {
        let today = calendar::day(at);
        let rows = |when| -> Vec<PostRow> {
            let such = line.tenures.iter().filter(|it| it.when(today) == when);
            such.map(|it| PostRow::of(it, names)).collect()
        };
        let (now, ahead, past) = (rows(When::Now), rows(When::Ahead), rows(When::Past));
        let is_expected = !(now.is_empty() && ahead.is_empty());
        let password = match (invitation(line, at), line.invited_until) {
            (None, _) if line.person.has_password => "Chosen".to_owned(),
            (None, _) => "None. They sign in with their council account".to_owned(),
            (Some(told), Some(until)) if told == WAITING => {
                format!("Not chosen yet. The invitation works until {}", calendar::moment(until))
            }
            (Some(_), Some(until)) => {
                format!("Not chosen. The invitation ran out on {}", calendar::moment(until))
            }
            (Some(_), None) => "Not chosen. No invitation was sent".to_owned(),
        };
        let person = &line.person;
        let fact = |key, value: &str| Fact { key, value: value.to_owned() };
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            tags: Tag::amiss(line, at),
            rows: vec![fact("E-mail address", &person.email), fact("Password", &password)],
            now,
            ahead,
            past,
            is_self,
            may_invite: is_expected && !person.has_accepted(),
            may_reset: is_expected && person.has_accepted(),
        }
    }
}

#[derive(Serialize)]
struct EndPage {
    id: String,
    post: String,
    name: String,
    row: PostRow,
    form: EndTyped,
    errors: FormErrors,
}

#[derive(Serialize, Default)]
struct EndTyped {
    when: String,
    day: String,
    month: String,
    year: String,
}

impl From<EndForm> for EndTyped {
    fn from(form: EndForm) -> Self {
        let EndForm { when, last_day, last_month, last_year } = form;
        Self { when, day: last_day, month: last_month, year: last_year }
    }
}
