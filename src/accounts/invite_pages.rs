//! The pages on which an administrator invites somebody, or gives them a further post.

use actix_web::web::Path;
use serde::Serialize;

use super::give::{Places, PostForm, give, places};
use super::invite::{InviteForm, Invited, invite};
use super::people_pages::{APPOINTING, Choice};
use super::{AccountId, Role, people};
use crate::schools::{FOUND_MAX, School};
use crate::web::{Form, FormErrors, Page, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/admin/people/invite", APPOINTING, blank)
        .post("/admin/people/invite", APPOINTING, submit)
        .get("/admin/people/{id}/posts/new", APPOINTING, blank_post)
        .post("/admin/people/{id}/posts/new", APPOINTING, submit_post)
}

async fn blank(visit: Visit) -> Result<Page> {
    let form = InviteForm::default();
    let found = found(&visit, &form.post).await?;
    visit.page("accounts/invite.html", &InvitePage::of(form, &found, FormErrors::default()))
}

async fn submit(visit: Visit, form: Form<InviteForm>) -> Result<Reply> {
    let (Form(form), today) = (form, calendar::day((visit.app.clock)()));
    let found = found(&visit, &form.post).await?;
    let done = match form.check(&found, today) {
        Ok(invitation) => visit.write(move |deed| invite(deed, &invitation)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok((id, invited)) => Ok(redirect(format!("/admin/people/{id}?done={}", word(invited)))),
        Err(Error::Invalid(errors)) => {
            visit.again("accounts/invite.html", &InvitePage::of(form, &found, errors))
        }
        Err(error) => Err(error),
    }
}

async fn blank_post(visit: Visit, id: Path<AccountId>) -> Result<Page> {
    let (form, id) = (PostForm::default(), id.into_inner());
    let found = found(&visit, &form).await?;
    let name = name(&visit, id).await?;
    let errors = FormErrors::default();
    visit.page("accounts/give.html", &GivePage::of((id, name), (form, &found), errors))
}

async fn submit_post(visit: Visit, id: Path<AccountId>, form: Form<PostForm>) -> Result<Reply> {
    let (Form(form), id) = (form, id.into_inner());
    let (name, today) = (name(&visit, id).await?, calendar::day((visit.app.clock)()));
    let found = found(&visit, &form).await?;
    let done = match form.check(&found, today, FormErrors::default()) {
        Ok(giving) => visit.write(move |deed| give(deed, id, &giving)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(redirect(format!("/admin/people/{id}?done=given"))),
        Err(Error::Invalid(errors)) => {
            visit.again("accounts/give.html", &GivePage::of((id, name), (form, &found), errors))
        }
        Err(error) => Err(error),
    }
}

/// The schools and teams that a form may mean.
async fn found(visit: &Visit, form: &PostForm) -> Result<Places> {
    let form = form.clone();
    visit.read(move |db, _| places(db, &form)).await
}

async fn name(visit: &Visit, id: AccountId) -> Result<String> {
    Ok(visit.read(move |db, by| people::show(db, by, id)).await?.0.person.name)
}

/// What became of an invitation, for the page of its person.
fn word(invited: Invited) -> &'static str {
    match invited {
        Invited::Anew => "invited",
        Invited::Again => "invited-again",
        Invited::Known => "known",
    }
}

#[derive(Serialize)]
struct InvitePage {
    email: String,
    name: String,
    post: PostFields,
    errors: FormErrors,
}

impl InvitePage {
    fn of(form: InviteForm, found: &Places, errors: FormErrors) -> Self {
        let post = PostFields::of(form.post, found);
        Self { email: form.email, name: form.name, post, errors }
    }
}

#[derive(Serialize)]
struct GivePage {
    id: String,
    name: String,
    post: PostFields,
    errors: FormErrors,
}

impl GivePage {
    fn of(
        (id, name): (AccountId, String),
        (form, found): (PostForm, &Places),
        errors: FormErrors,
    ) -> Self {
        Self { id: id.to_string(), name, post: PostFields::of(form, found), errors }
    }
}

/// The part of both forms that is about the post.
#[derive(Serialize)]
struct PostFields {
    role: String,
    roles: Vec<Choice>,
    school: String,
    urn: String,
    /// The schools that what was typed may mean, when there are several.
    schools: Vec<Choice>,
    team: String,
    teams: Vec<Choice>,
    from: [String; 3],
    until: [String; 3],
}

impl PostFields {
    fn of(form: PostForm, found: &Places) -> Self {
        let hint = |role| match role {
            Role::Dsl => "Reports concerns for one school. A deputy is a lead as well",
            Role::Coordinator => "Sees and answers the concerns of one team",
            Role::Partner => "From another agency; sees when one team meets",
            Role::County => "Sees the concerns of every team",
            Role::Admin => "Looks after people, schools and settings; sees no concern",
        };
        let role = |it: &Role| Choice::of(it.as_str(), it.title(), hint(*it));
        let mut teams = vec![Choice::of("", "No team", "")];
        teams.extend(found.teams.iter().map(|it| Choice::of(it.id.as_str(), &it.name, "")));
        let school = |it: &School| Choice::of(&it.urn.to_string(), &school_words(it), "");
        let are_several = (2..=FOUND_MAX).contains(&found.schools.len());
        Self {
            role: form.role,
            roles: Role::ALL.iter().map(role).collect(),
            school: form.school,
            urn: form.urn,
            schools: found.schools.iter().filter(|_| are_several).map(school).collect(),
            team: form.team,
            teams,
            from: [form.from_day, form.from_month, form.from_year],
            until: [form.until_day, form.until_month, form.until_year],
        }
    }
}

fn school_words(school: &School) -> String {
    let closed = if school.is_open { "" } else { ", closed" };
    format!("{} (URN {}{closed})", school.name, school.urn)
}
