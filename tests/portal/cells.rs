//! Every route, for everybody, on their own record, on somebody else's and on nobody's: the status that `cells.txt` says.

use actix_web::http::Method;
use chrono::{Days, TimeDelta};
use diesel::prelude::*;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::sessions::How;
use e4s::accounts::{AccountId, Actor, Post, Role};
use e4s::app;
use e4s::concerns::{DraftId, draft};
use e4s::districts::TeamId;
use e4s::mail::LetterId;
use e4s::schools::Urn;
use e4s::store::schema::{letters, posts, responses};

use crate::world::{Person, World};

const TABLE: &str = include_str!("cells.txt");
/// Nothing has this id.
const NOTHING: &str = "00000000000000000000000000";

/// One side of the county: a school, its team, its lead.
struct Side<'a> {
    school: Urn,
    team: TeamId,
    lead: Person<'a>,
    coordinator: Person<'a>,
}

/// Everybody who knocks: a column of the table each.
struct Cast<'a> {
    own: Side<'a>,
    other: Side<'a>,
    everybody: Vec<(&'static str, Option<Person<'a>>)>,
    /// The session that has timed out once more, to be signed out of.
    idle_too: Person<'a>,
}

fn lead_of(school: Urn) -> Post {
    Post { role: Role::Dsl, school: Some(school), team: None }
}

fn coordinator_of(team: TeamId) -> Post {
    Post { role: Role::Coordinator, school: None, team: Some(team) }
}

impl<'a> Cast<'a> {
    fn of(world: &'a World) -> Self {
        let (crawley, horsham) =
            (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
        let school = world.school(100_001, "Elm Bank School", "E07000226");
        let neighbour = world.school(100_002, "Ash Vale School", "E07000226");
        let far = world.school(100_003, "Far School", "E07000227");
        // Signed in so long ago that the session has timed out since.
        let idle = world.dsl(school);
        let idle_too = world.signed_in(idle.id);
        world.later(TimeDelta::minutes(14));
        // Signed in just long enough ago that nothing is proved any more.
        let unproved = [world.admin(), world.dsl(school), world.county()];
        world.later(TimeDelta::minutes(6));
        let side = |school, team| Side {
            school,
            team,
            lead: world.dsl(school),
            coordinator: world.coordinator(team),
        };
        let (own, other) = (side(school, crawley), side(far, horsham));
        let nobody = Post { role: Role::County, school: None, team: None };
        let everybody = vec![
            ("out", None),
            ("idle", Some(idle)),
            ("lead", Some(own.lead.clone())),
            ("deputy", Some(world.dsl(school))),
            ("neighbour", Some(world.dsl(neighbour))),
            ("far-lead", Some(other.lead.clone())),
            ("left-lead", Some(ended(world, lead_of(school)))),
            ("next-lead", Some(to_come(world, lead_of(school)))),
            ("coord", Some(own.coordinator.clone())),
            ("far-coord", Some(other.coordinator.clone())),
            ("left-coord", Some(ended(world, coordinator_of(crawley)))),
            ("next-coord", Some(to_come(world, coordinator_of(crawley)))),
            ("partner", Some(world.partner(crawley))),
            ("far-partner", Some(world.partner(horsham))),
            ("county", Some(world.county())),
            ("left-county", Some(ended(world, nobody))),
            ("admin", Some(world.admin())),
            ("old-admin", Some(unproved[0].clone())),
            ("old-lead", Some(unproved[1].clone())),
            ("old-county", Some(unproved[2].clone())),
            ("half", Some(half(world, world.with_app(world.dsl(school).id).0.id))),
            ("half-new", Some(half(world, world.admin().id))),
        ];
        Self { own, other, everybody, idle_too }
    }
}

/// Somebody who has given their password and nothing else.
fn half(world: &World, id: AccountId) -> Person<'_> {
    world.entered(id, How::Password)
}

/// Somebody whose only post ended yesterday, and who is still signed in.
fn ended(world: &World, post: Post) -> Person<'_> {
    let person = world.person("left", post);
    let yesterday = e4s::calendar::day(world.now()) - Days::new(1);
    world.house(|deed| {
        let theirs = posts::table.filter(posts::account_id.eq(person.id));
        diesel::update(theirs).set(posts::until_on.eq(yesterday)).execute(deed.db)?;
        Ok(())
    });
    person
}

/// Somebody whose only post begins tomorrow.
fn to_come(world: &World, post: Post) -> Person<'_> {
    let newcomer = Newcomer {
        email: format!("next-{}@example.org", post.role.as_str()),
        name: "Somebody new".to_owned(),
        password_hash: "none".to_owned(),
    };
    let id = world.house(|deed| {
        let id = appoint::add(deed, &newcomer)?;
        appoint::appoint(deed, id, &post, Some(deed.today() + Days::new(1)))?;
        Ok(id)
    });
    world.signed_in(id)
}

/// The address of a record of a side, made for one knock alone; nobody's when there is no side.
async fn address(world: &World, pattern: &str, side: Option<&Side<'_>>) -> String {
    let id = match side {
        None => NOTHING.to_owned(),
        Some(side) => record(world, pattern, side).await,
    };
    let pattern = match side {
        Some(side) if pattern.contains("{goal}") => with_goal(world, pattern, (side, &id)).await,
        _ => pattern.to_owned(),
    };
    let post = side.map_or_else(|| NOTHING.to_owned(), |it| post_of(world, &it.lead));
    let lesson = ("physical-health-and-wellbeing", "ks3", "vapes-shops-and-the-park");
    pattern
        .replace("{id}", &id)
        .replace("{post}", &post)
        .replace("{token}", NOTHING)
        .replace("{step}", "kind")
        .replace("{gate}", "danger")
        .replace("{cornerstone}", lesson.0)
        .replace("{phase}", lesson.1)
        .replace("{lesson}", lesson.2)
        .replace("{resource}", "worksheet")
        .replace("{file}", "nothing.css")
        .replace("{year}", "2026")
        .replace("{side}", "guardianship")
        .replace("{goal}", NOTHING)
        .replace("{response}", NOTHING)
        .replace("{measure}", NOTHING)
}

async fn record(world: &World, pattern: &str, side: &Side<'_>) -> String {
    if pattern.starts_with("/concerns/drafts/") {
        let (id, actor) = (DraftId::random(), side.lead.actor());
        let begun = |deed: &mut e4s::deed::Deed| draft::begin(deed, id, side.school);
        world.portal.write_as(&actor, world.now(), begun).expect("a draft");
        return id.to_string();
    }
    if pattern.starts_with("/concerns/") {
        return world.concern(&side.lead, side.team, "The bus station").to_string();
    }
    if pattern.starts_with("/contexts/") {
        let concern = world.concern(&side.lead, side.team, "The bus station");
        let form = [("context", "new"), ("label", "Skate park"), ("kind", "location")];
        let linked = side.coordinator.post(&format!("/concerns/{concern}/context"), &form).await;
        return linked.path().trim_start_matches("/contexts/").to_owned();
    }
    if pattern.starts_with("/meetings/") {
        return world.meeting(side.team, (10, 3), "Town Hall").to_string();
    }
    if pattern.starts_with("/digests/") {
        return letter(world, &side.lead);
    }
    if pattern.starts_with("/admin/people/") {
        return side.lead.id.to_string();
    }
    NOTHING.to_owned()
}

/// The address with a goal of the context in it, and with a response or a measure of the goal if it asks for one.
async fn with_goal(world: &World, pattern: &str, (side, id): (&Side<'_>, &str)) -> String {
    let team = &side.coordinator;
    let form = [("indicator", "feel_safe")];
    let goal = team.post(&format!("/contexts/{id}/goals/new"), &form).await.path().to_owned();
    let day = |name: &'static str| format!("{name}_day={0}&{name}_month={0}&{name}_year=2026", 11);
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut pattern = pattern.replace("{goal}", &last(&goal));
    if pattern.contains("{response}") {
        let form = format!("what=Light&owner=Parks&sort=environment&{}", day("from"));
        let form: Vec<(&str, &str)> = form.split('&').filter_map(|it| it.split_once('=')).collect();
        team.post(&format!("{goal}/response"), &form).await.path();
        let found = responses::table.filter(responses::goal_id.eq(last(&goal)));
        let response: String = world.look(|db| Ok(found.select(responses::id).first(db)?));
        pattern = pattern.replace("{response}", &response);
    }
    if pattern.contains("{measure}") {
        let form = format!("what=Incidents&unit=a week&wanted=fewer&amount=12&{}", day("taken"));
        let form: Vec<(&str, &str)> = form.split('&').filter_map(|it| it.split_once('=')).collect();
        let measure = team.post(&format!("{goal}/measure"), &form).await.path().to_owned();
        pattern = pattern.replace("{measure}", &last(&measure));
    }
    pattern
}

/// The only post of somebody.
fn post_of(world: &World, person: &Person) -> String {
    world.look(|db| {
        let theirs = posts::table.filter(posts::account_id.eq(person.id));
        Ok(theirs.select(posts::id).first(db)?)
    })
}

/// A digest that somebody was sent.
fn letter(world: &World, to: &Person) -> String {
    let id = LetterId::random();
    world.house(|deed| {
        diesel::insert_into(letters::table)
            .values((
                letters::id.eq(id),
                letters::kind.eq("digest"),
                letters::account_id.eq(to.id),
                letters::period.eq(id.as_str()),
                letters::facts.eq("{}"),
                letters::queued_at.eq(deed.at),
                letters::due_at.eq(deed.at),
                letters::sent_at.eq(deed.at),
                letters::recipient.eq("lead@example.org"),
                letters::subject.eq("Nothing needs you"),
                letters::text.eq("Nothing needs you."),
                letters::html.eq("<p>Nothing needs you.</p>"),
            ))
            .execute(deed.db)?;
        Ok(())
    });
    id.to_string()
}

async fn knock(world: &World, method: &Method, path: &str, by: Option<&Person<'_>>) -> String {
    let answer = match (method, by) {
        (&Method::GET, Some(person)) => person.get(path).await,
        (&Method::GET, None) => world.get(path).await,
        (_, Some(person)) => person.post(path, &[]).await,
        (_, None) => world.post(path, &[]).await,
    };
    match answer.location {
        Some(to) if to.starts_with("/sign-in/second") => "2nd".to_owned(),
        Some(to) if to.starts_with("/sign-in") => "in".to_owned(),
        Some(to) if to.starts_with("/prove") => "ask".to_owned(),
        _ => answer.status.as_u16().to_string(),
    }
}

#[actix_web::test]
async fn everybody_gets_what_the_table_says_of_every_route_and_record() {
    let world = World::with(|it| it.second_factor = true);
    let cast = Cast::of(&world);
    let mut lines = vec![head(&cast)];
    let mut cells = 0;
    for row in app::routes().rows() {
        let sides: &[(&str, Option<&Side>)] = if row.path.contains("{id}") {
            &[("own", Some(&cast.own)), ("other", Some(&cast.other)), ("nobody's", None)]
        } else {
            &[("-", Some(&cast.own))]
        };
        for (whose, side) in sides {
            let mut line = format!("{:<4} {:<52} {whose:<8}", row.method.as_str(), row.path);
            for (name, person) in &cast.everybody {
                let path = address(&world, row.path, *side).await;
                // Signing out ends the session of that person, who is needed again.
                let knocks = match (row.path, person) {
                    ("/sign-out", Some(_)) if *name == "idle" => Some(cast.idle_too.clone()),
                    ("/sign-out", Some(person)) if name.starts_with("half") => {
                        Some(half(&world, person.id))
                    }
                    ("/sign-out", Some(person)) => Some(world.signed_in(person.id)),
                    _ => person.clone(),
                };
                let status = knock(&world, &row.method, &path, knocks.as_ref()).await;
                line.extend([" ".repeat(5 - status.len()), status]);
                cells += 1;
            }
            lines.push(line);
        }
    }
    let expected: Vec<&str> = TABLE.lines().filter(|it| !it.starts_with('#')).collect();
    let differs: Vec<&String> =
        lines.iter().filter(|it| !expected.contains(&it.as_str())).collect();
    assert!(differs.is_empty(), "these lines are not in cells.txt:\n{}", join(&differs));
    assert_eq!(lines.len(), expected.len(), "cells.txt has lines of routes that are gone");
    assert!(cells >= 2_000, "{cells} cells");
}

/// Nobody acts for the house from outside.
#[test]
fn the_house_holds_no_post() {
    assert!(Actor::house().posts().is_empty());
}

fn head(cast: &Cast) -> String {
    let names: Vec<&str> = cast.everybody.iter().map(|(name, _)| *name).collect();
    format!("columns: {}", names.join(" "))
}

fn join(lines: &[&String]) -> String {
    lines.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("\n")
}
