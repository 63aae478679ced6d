//! Letters leave, once, to whom they are meant for, whatever the mail server does.

use std::sync::atomic::Ordering;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use e4s::app::Portal;
use e4s::config::{Mail, Tls};
use e4s::districts::TeamId;
use e4s::mail::safety::{self, News};
use e4s::mail::{Failure, deliver, question, urgent};
use e4s::store::schema::{letters, posts};
use e4s::worker;

use crate::postbox::Postbox;
use crate::world::{Person, World};

const CONCERN: &str = "0000000000000000000000000c";

/// An urgent concern comes in.
fn tell(world: &World, team: TeamId) {
    world.house(|deed| urgent::tell(deed, team, CONCERN, "C-7KQ4-M2"));
}

/// The worker's turn. Says how many letters it sent.
fn deliver(world: &World) -> usize {
    deliver::run(&world.portal, world.now()).expect("delivered").count
}

fn address(world: &World, person: &Person) -> String {
    let today = e4s::calendar::day(world.now());
    let found = world.look(|db| e4s::accounts::queries::address(db, person.id, today));
    found.expect("a post").0
}

/// How each letter stands: tries, reason, sent, stopped.
fn standing(world: &World) -> Vec<(i32, Option<Failure>, bool, bool)> {
    type Row = (i32, Option<Failure>, Option<NaiveDateTime>, Option<NaiveDateTime>);
    let rows: Vec<Row> = world.look(|db| {
        let columns = (letters::tries, letters::failure, letters::sent_at, letters::stopped_at);
        Ok(letters::table.order(letters::id).select(columns).load(db)?)
    });
    rows.into_iter()
        .map(|(tries, why, sent, stopped)| (tries, why, sent.is_some(), stopped.is_some()))
        .collect()
}

#[test]
fn a_question_about_an_urgent_concern_is_told_to_the_leads_of_its_school() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let school = world.school(100_001, "A School", "A1");
    let other = world.school(100_002, "Another School", "A1");
    let (lead, _other) = (world.dsl(school), world.dsl(other));

    world.house(|deed| question::tell(deed, school, CONCERN, "C-7KQ4-M2"));
    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.recipients(), [address(&world, &lead)]);
    let letter = postbox.letter().read();
    assert!(letter.contains("C-7KQ4-M2") && letter.contains(CONCERN), "{letter}");
}

#[test]
fn an_urgent_concern_is_told_to_every_coordinator_of_its_team_and_to_nobody_else() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let (team, other) = (world.team("Alder", "A1"), world.team("Birch", "B1"));
    let (one, two) = (world.coordinator(team), world.coordinator(team));
    let _others = (world.coordinator(other), world.partner(team), world.county(), world.admin());

    tell(&world, team);
    tell(&world, team);
    assert_eq!((deliver(&world), deliver(&world)), (2, 0));

    let mut both = [address(&world, &one), address(&world, &two)];
    both.sort();
    assert_eq!(postbox.recipients(), both);
    let letter = &postbox.letters()[0];
    insta::assert_snapshot!(letter.read());
    let [text, html] = letter.words_of_both();
    assert_eq!(text, html);
}

#[test]
fn a_team_without_coordinators_has_the_county_told() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let county = world.county();
    tell(&world, world.team("Alder", "A1"));
    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.recipients(), [address(&world, &county)]);
}

#[test]
fn a_letter_has_the_headers_that_mail_programs_look_for() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    let person = world.coordinator(team);
    tell(&world, team);
    deliver(&world);

    let letter = postbox.letter();
    let id: e4s::mail::LetterId =
        world.look(|db| Ok(letters::table.select(letters::id).first(db)?));
    assert_eq!(letter.message_id, format!("<{id}@127.0.0.1>"));
    assert_eq!(letter.to_header, address(&world, &person));
    assert_eq!(letter.from, "\"E4S\" <e4s@localhost.example>");
    assert_eq!(letter.date, "2026-11-23T12:00:00.000Z");
    assert_eq!(
        letter.headers["list-unsubscribe"],
        "List-Unsubscribe: <http://127.0.0.1:8400/digests>"
    );
    assert_eq!(letter.headers["auto-submitted"], "Auto-Submitted: auto-generated");
    assert!(!letter.headers.contains_key("reply-to"));
}

#[test]
fn a_leaver_gets_nothing() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    let leaver = world.coordinator(team);
    tell(&world, team);
    let yesterday = e4s::calendar::day(world.now()).pred_opt();
    world.house(|deed| {
        let theirs = posts::table.filter(posts::account_id.eq(leaver.id));
        diesel::update(theirs).set(posts::until_on.eq(yesterday)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(deliver(&world), 0);
    assert_eq!(standing(&world), [(1, Some(Failure::Left), false, true)]);
    assert!(postbox.letters().is_empty());
}

#[test]
fn a_dead_server_loses_nothing() {
    let mut postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);

    postbox.stop();
    for _ in 0..9 {
        assert_eq!(deliver(&world), 0);
        assert_eq!(deliver(&world), 0, "it is not tried again at once");
        world.later(TimeDelta::hours(1));
    }
    assert_eq!(standing(&world), [(9, Some(Failure::Unreachable), false, false)]);

    postbox.start("accept", 0);
    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.letters().len(), 1);
    assert_eq!(standing(&world), [(10, None, true, false)]);
}

#[test]
fn a_server_that_says_later_is_asked_again() {
    let postbox = Postbox::that("later", 2);
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);

    assert_eq!(deliver(&world), 0);
    assert_eq!(standing(&world), [(1, Some(Failure::Deferred), false, false)]);
    world.later(TimeDelta::seconds(59));
    assert_eq!((deliver(&world), standing(&world)[0].0), (0, 1));
    world.later(TimeDelta::seconds(20));
    assert_eq!((deliver(&world), standing(&world)[0].0), (0, 2));
    world.later(TimeDelta::minutes(3));
    assert_eq!(deliver(&world), 1);
    postbox.letter();
}

#[test]
fn a_refused_address_stops_its_letter_and_no_other() {
    use e4s::accounts::{Post, Role};
    let postbox = Postbox::that("refuse", 0);
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    let good = world.coordinator(team);
    world.person("refused", Post { role: Role::Coordinator, school: None, team: Some(team) });
    tell(&world, team);

    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.recipients(), [address(&world, &good)]);
    let mut standing = standing(&world);
    standing.sort_by_key(|it| it.3);
    assert_eq!(standing, [(1, None, true, false), (1, Some(Failure::Refused), false, true)]);
    world.later(TimeDelta::days(1));
    assert_eq!(deliver(&world), 0);
}

#[test]
fn without_an_answer_the_same_bytes_go_once_more_after_ten_minutes() {
    let postbox = Postbox::that("silent", 1);
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);

    assert_eq!(deliver(&world), 0);
    world.later(TimeDelta::seconds(599));
    assert_eq!((deliver(&world), postbox.letters().len()), (0, 1));
    world.later(TimeDelta::seconds(1));
    assert_eq!(deliver(&world), 1);
    let letters = postbox.letters();
    assert_eq!(letters.iter().map(|it| it.is_answered).collect::<Vec<_>>(), [false, true]);
    assert_eq!(letters[0].raw, letters[1].raw);
}

#[test]
fn after_two_silences_a_letter_is_stopped() {
    let postbox = Postbox::that("silent", 9);
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);
    for _ in 0..4 {
        assert_eq!(deliver(&world), 0);
        world.later(TimeDelta::minutes(10));
    }
    assert_eq!(standing(&world), [(2, Some(Failure::Unanswered), false, true)]);
    assert_eq!(postbox.letters().len(), 2);
}

#[test]
fn two_workers_at_once_send_each_letter_once() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    for _ in 0..60 {
        world.coordinator(team);
    }
    tell(&world, team);
    let now = world.now();
    let second = Portal::open(world.portal.settings.clone(), world.portal.clock.clone());
    let second = second.expect("opens");
    let sent: usize = std::thread::scope(|scope| {
        let workers = [&*world.portal, &second, &*world.portal, &second]
            .map(|portal| scope.spawn(move || deliver::run(portal, now).expect("delivered").count));
        workers.into_iter().map(|it| it.join().expect("a worker")).sum()
    });
    let mut ids: Vec<String> = postbox.letters().into_iter().map(|it| it.message_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((sent, ids.len(), postbox.letters().len()), (60, 60, 60));
}

#[test]
fn what_a_dead_worker_held_goes_when_its_lease_is_over() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);
    let until = world.now() + TimeDelta::minutes(10);
    world.house(|deed| {
        let held = (letters::lease.eq("a dead one's"), letters::leased_until.eq(until));
        diesel::update(letters::table).set(held).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(deliver(&world), 0);
    world.later(TimeDelta::minutes(10));
    assert_eq!(deliver(&world), 1);
}

#[test]
fn a_worker_that_stops_gives_back_what_it_has_not_begun() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);
    world.portal.stopping.store(true, Ordering::Relaxed);
    assert_eq!(deliver(&world), 0);
    assert_eq!(standing(&world), [(0, None, false, false)]);
    world.portal.stopping.store(false, Ordering::Relaxed);
    assert_eq!(deliver(&world), 1);
}

#[test]
fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    let postbox = Postbox::open();
    let port = postbox.port;
    let world = World::with(|settings| {
        settings.mail = Mail::Smtp { host: "localhost".to_owned(), port, tls: Tls::StartTls };
    });
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);
    assert_eq!(deliver(&world), 0);
    assert_eq!(standing(&world), [(1, Some(Failure::Unreachable), false, false)]);
    assert!(postbox.letters().is_empty());
}

#[actix_web::test]
async fn the_worker_sends_what_is_queued_until_it_is_stopped() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Alder", "A1");
    world.coordinator(team);
    tell(&world, team);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker =
        tokio::spawn(worker::run(worker::CHORES, world.portal.clone().into_inner(), stopped));
    while postbox.letters().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send(true).expect("the worker listens");
    worker.await.expect("the worker ends");
}

#[test]
fn a_letter_about_signing_in_says_once_what_to_do_if_it_was_not_its_reader() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let person = world.admin();
    let all = [
        News::FactorAdded,
        News::FactorRemoved,
        News::CodesMade,
        News::CodeUsed,
        News::RecoveryAsked,
        News::RecoveryAgreed,
        News::RecoveryGranted,
        News::RecoveryRefused,
        News::RecoveryStopped,
        News::SignOnLinked,
        News::SignOnUnlinked,
    ];
    for news in all {
        world.house(|deed| safety::tell(deed, person.id, news, "one"));
    }
    assert_eq!(deliver(&world), all.len());
    for letter in postbox.letters() {
        let [text, html] = letter.words_of_both();
        assert_eq!(text, html);
        let text = text.join(" ");
        let not_you = ["not you", "If not,"].map(|it| text.matches(it).count());
        assert_eq!(not_you.iter().sum::<usize>(), 1, "{text}");
        assert_eq!(text.matches("the person who looks after accounts").count(), 1, "{text}");
    }
}

#[actix_web::test]
async fn the_demonstration_shows_every_letter_with_both_parts_and_nobody_else_does() {
    let world = World::with(|settings| settings.is_demo = true);
    let team = world.team("Alder", "A1");
    let person = world.coordinator(team);
    tell(&world, team);
    assert_eq!(deliver(&world), 1);

    let list = world.get("/demo/mailbox").await;
    assert!(list.main().contains(&address(&world, &person)), "{}", list.main());
    let id: e4s::mail::LetterId =
        world.look(|db| Ok(letters::table.select(letters::id).first(db)?));
    let letter = world.get(&format!("/demo/mailbox/{id}")).await;
    insta::assert_snapshot!(letter.main().replace(&address(&world, &person), "TO"));

    let other = World::new();
    for path in ["/demo/mailbox".to_owned(), format!("/demo/mailbox/{id}")] {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
}
