//! Whatever is typed, clicked or waited for: a page says what to do, nothing is lost, nothing is doubled.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use e4s::store::schema::*;
use futures_util::future::join_all;

use crate::shire::{EAST, Fields, SOUTH, Shire, WEST, begun, filled, sent};
use crate::world::Answer;

/// The page again, with this fault in its summary and beside its field, and with what was typed.
#[track_caller]
fn refused(answer: &Answer, fault: &str, typed: &str) {
    assert_eq!(answer.status, 422, "{}", answer.main());
    assert!(answer.body.contains("<title>Error: "), "{}", answer.body);
    assert!(answer.main().contains("There is a problem"), "{}", answer.main());
    assert!(answer.main().matches(fault).count() >= 2, "{}", answer.main());
    assert!(answer.body.contains(typed), "what was typed is kept: {}", answer.body);
}

#[actix_web::test]
async fn a_wrong_place_is_named_and_kept() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    for (typed, fault) in [
        ("WM9 9ZZ", "We do not know the postcode WM9 9ZZ"),
        ("WM9", "Enter the whole postcode"),
        ("behind the shops", "Enter a postcode such as"),
        ("TQ 1234 567", "Enter a grid reference"),
        ("48.85, 2.35", "Enter a position in Great Britain"),
    ] {
        let form = [("place", typed), ("words", "at the back"), ("relation", "off")];
        let answer = lead.post(&format!("{draft}/place"), &form).await;
        refused(&answer, fault, typed);
        assert!(
            answer.body.contains("at the back</textarea>")
                && answer.body.contains("value=\"off\" checked")
        );
        let again = lead.get(&format!("{draft}/place")).await;
        assert!(again.body.contains(typed) && again.main().contains(fault), "{}", again.main());
    }
}

#[actix_web::test]
async fn a_place_outside_every_district_or_without_a_team_says_so_and_lets_the_writer_choose() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let outside: Fields = &[("place", "TQ 300 800")];
    let teamless: Fields = &[("place", "51.0250, -0.0500")];
    for (place, says) in [
        (outside, "outside every district that this service covers"),
        (teamless, "This place is in Eastmere, which no team serves at the moment"),
    ] {
        let draft = begun(&lead).await;
        lead.post(&format!("{draft}/place"), place).await;
        let at = format!("{draft}/found");
        let page = lead.get(&at).await;
        assert!(page.main().contains(says), "{}", page.main());
        assert!(page.main().contains("Nothing that you wrote is lost."), "{}", page.main());
        assert!(!page.body.contains(" checked"), "nothing is chosen for the writer: {}", page.body);
        refused(&lead.post(&at, &[]).await, "Choose the district", says);
        refused(&lead.post(&at, &[("area", EAST)]).await, "Choose the district", says);
        refused(&lead.post(&at, &[("area", "' OR 1=1")]).await, "Choose the district", says);

        let draft = filled(&lead, &[("place", place), ("found", &[("area", SOUTH)])]).await;
        assert!(
            lead.get(&format!("{draft}/check")).await.main().contains("Send to Southmere’s team")
        );
        sent(&lead, &draft).await;
    }
    assert_eq!(shire.count(), 2);
}

#[actix_web::test]
async fn days_are_real_and_not_in_the_future_and_every_fault_is_named_at_once() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let at = format!("{}/when", begun(&lead).await);
    let days = |first: [&'static str; 3], last: [&'static str; 3]| {
        let names = ["day", "month", "year"];
        let part = |which: &'static str, all: [&'static str; 3]| {
            names.into_iter().zip(all).map(move |(name, it)| (format!("{which}_seen_{name}"), it))
        };
        part("first", first).chain(part("last", last)).collect::<Vec<_>>()
    };
    for (first, last, fault) in [
        (["24", "11", "2026"], ["", "", ""], "First seen must be today or in the past"),
        (["31", "2", "2026"], ["", "", ""], "First seen: this must be a real date"),
        (["1", "9", "26"], ["", "", ""], "First seen: the year must have 4 numbers"),
        (["1", "", "2026"], ["", "", ""], "First seen: enter a day, a month and a year"),
        (["x", "9", "2026"], ["", "", ""], "First seen: this must be a real date"),
        (
            ["2", "9", "2026"],
            ["1", "9", "2026"],
            "Last seen must be the same day as first seen, or later",
        ),
    ] {
        let form = days(first, last);
        let form: Vec<(&str, &str)> = form.iter().map(|it| (it.0.as_str(), it.1)).collect();
        let answer = lead.post(&at, &form).await;
        refused(&answer, fault, &format!("value=\"{}\"", first[0]));
        refused(&answer, "Say whether it has happened more than once", "");
        refused(&answer, "Choose how soon the team should look", "");
    }
}

#[actix_web::test]
async fn an_account_is_neither_empty_nor_endless() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    let at = format!("{draft}/what");
    refused(
        &lead.post(&at, &[("seen", " \r\n "), ("think", "a guess")]).await,
        "Enter what was seen or said",
        "a guess",
    );

    let long = "é".repeat(100_000);
    let answer = lead.post(&at, &[("seen", &long), ("sure", "one")]).await;
    refused(
        &answer,
        "Seen or said must be 4,000 characters or fewer. You have 96,000 too many",
        &long,
    );
    assert!(answer.body.contains("value=\"one\" checked"));
    assert!(lead.get(&at).await.body.contains(&long), "it is still there on another day");

    let just = format!("{}\r\n{}", "a".repeat(1_999), "b".repeat(2_000));
    assert_eq!(lead.post(&at, &[("seen", &just)]).await.status, 303, "a line end is one character");
    let name = "n".repeat(201);
    let long_name =
        lead.post(&format!("{draft}/kind"), &[("kind", "location"), ("name", &name)]).await;
    refused(&long_name, "Name or label must be 200 characters or fewer", &name);
    let unknown = lead.post(&format!("{draft}/kind"), &[("kind", "child"), ("name", "n")]).await;
    refused(&unknown, "Kind: choose one of these", "value=\"n\"");
}

#[actix_web::test]
async fn twenty_clicks_on_send_are_one_concern() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let at = format!("{}/check", filled(&lead, &[]).await);
    let clicks = join_all((0..20).map(|_| lead.post(&at, &[]))).await;
    let first = clicks[0].path();
    assert!(clicks.iter().all(|it| it.path() == first), "{clicks:?}");
    assert_eq!(shire.count(), 1);
    assert_eq!(shire.audit(), ["draft-begun", "concern-raised"]);
    let drafts: i64 = shire.world.look(|db| Ok(drafts::table.count().get_result(db)?));
    assert_eq!(drafts, 0, "its text is kept in one place");
}

#[actix_web::test]
async fn back_after_sent_leads_to_the_sent_page_and_changes_nothing() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    let concern = format!("{}/sent", sent(&lead, &draft).await);
    for step in ["kind", "found", "what", "done", "check"] {
        let at = format!("{draft}/{step}");
        assert_eq!(lead.get(&at).await.path(), concern);
        assert_eq!(lead.post(&at, &[("seen", "changed"), ("kind", "route")]).await.path(), concern);
    }
    assert_eq!(lead.get(&draft).await.path(), concern);
    assert_eq!(lead.get(&format!("{draft}/discard")).await.path(), concern);
    assert_eq!(lead.post(&format!("{draft}/discard"), &[]).await.path(), concern);
    let kind: Vec<String> =
        shire.world.look(|db| Ok(concerns::table.select(concerns::kind).load(db)?));
    assert_eq!(kind, ["location"]);
    assert_eq!(
        shire.world.dsl(shire.school).get(&draft).await.status,
        404,
        "it was somebody else's"
    );
}

#[actix_web::test]
async fn a_form_from_before_a_restart_still_counts_once() {
    let mut shire = Shire::new();
    let (id, token, draft) = {
        let lead = shire.world.dsl(shire.school);
        let draft = filled(&lead, &[]).await;
        (lead.id, lead.token.clone(), draft)
    };
    shire.world.restart();
    let lead = shire.world.known(id, token.clone());
    assert!(lead.get(&format!("{draft}/what")).await.body.contains("Pupils buy vapes"));
    let concern = sent(&lead, &draft).await;
    shire.world.restart();
    assert_eq!(sent(&shire.world.known(id, token), &draft).await, concern);
    assert_eq!(shire.count(), 1);
}

#[actix_web::test]
async fn a_draft_is_its_writers_alone() {
    let shire = Shire::new();
    let world = &shire.world;
    let lead = world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    let unknown = "/concerns/drafts/00000000000000000000000001";
    let stranger = world.dsl(world.school(100_002, "Ash Vale School", WEST));
    for person in [world.dsl(shire.school), stranger] {
        for end in ["", "/kind", "/found", "/check", "/discard"] {
            let (theirs, nobodys) = (
                person.get(&format!("{draft}{end}")).await,
                person.get(&format!("{unknown}{end}")).await,
            );
            assert_eq!((theirs.status.as_u16(), theirs.body), (404, nobodys.body), "{end}");
        }
        for end in ["/kind", "/found", "/check", "/discard"] {
            let form = [("kind", "route"), ("name", "Taken over")];
            assert_eq!(person.post(&format!("{draft}{end}"), &form).await.status, 404, "{end}");
        }
    }
    for path in ["/concerns/drafts/x", "/concerns/drafts/x/kind", &format!("{draft}/nothing")] {
        assert_eq!(lead.get(path).await.status, 404, "{path}");
    }
    for outsider in [world.coordinator(shire.west), world.county(), world.admin()] {
        assert_eq!(outsider.get(&format!("{draft}/check")).await.status, 403);
    }
    assert!(lead.get(&format!("{draft}/check")).await.main().contains("Riverside Park shelter"));
}

#[actix_web::test]
async fn a_lead_who_left_the_school_can_neither_read_nor_send_the_draft() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let other = shire.world.school(100_002, "Ash Vale School", WEST);
    let draft = filled(&lead, &[]).await;
    shire.world.house(|deed| {
        let own = posts::table.filter(posts::account_id.eq(lead.id));
        diesel::update(own).set(posts::school_urn.eq(other)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(lead.get(&format!("{draft}/what")).await.status, 404);
    assert_eq!(lead.post(&format!("{draft}/check"), &[]).await.status, 404);
    assert_eq!(shire.count(), 0);
}

#[actix_web::test]
async fn a_step_that_comes_after_a_time_out_is_kept_and_nothing_is_shown() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    lead.post(&format!("{draft}/kind"), &[("kind", "location"), ("name", "The old mill")]).await;
    shire.world.later(TimeDelta::minutes(16));
    let at = format!("{draft}/what");
    let late = lead.post(&at, &[("seen", "A long account of the weir")]).await;
    let id = draft.rsplit('/').next().expect("an id");
    assert_eq!(late.path(), format!("/sign-in?back=concerns/drafts/{id}"));
    assert_eq!(late.body, "");
    assert_eq!(lead.get(&at).await.path(), "/sign-in", "it can be saved and not read");
    let page = shire.world.get(late.path()).await;
    assert!(page.main().contains("What you wrote has been saved"), "{}", page.main());

    let back = shire.world.signed_in(lead.id);
    assert_eq!(
        back.get(late.path()).await.path(),
        draft,
        "whoever signs in goes on where they were"
    );
    assert_eq!(back.get(&draft).await.path(), format!("{draft}/place"), "to what is not finished");
    assert!(back.get(&at).await.body.contains("A long account of the weir"));
}

#[actix_web::test]
async fn a_report_sent_after_a_time_out_is_kept_and_not_sent() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    shire.world.later(TimeDelta::minutes(16));
    let late = lead.post(&format!("{draft}/check"), &[]).await;
    assert!(late.path().starts_with("/sign-in?back=concerns/drafts/"));
    assert_eq!(shire.count(), 0);
    let back = shire.world.signed_in(lead.id);
    assert_eq!(back.get(&draft).await.path(), format!("{draft}/check"));
    sent(&back, &draft).await;
    assert_eq!(shire.count(), 1);
}

#[actix_web::test]
async fn a_failure_half_way_leaves_the_draft_and_nothing_else() {
    let shire = Shire::new();
    shire.world.coordinator(shire.west);
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[("when", &[("recurring", "once"), ("urgency", "urgent")])]).await;
    let rename =
        |sql: &'static str| shire.world.house(move |deed| Ok(deed.db.batch_execute(sql)?));
    rename("ALTER TABLE letters RENAME TO lost_letters");
    let failed = lead.post(&format!("{draft}/check"), &[]).await;
    assert_eq!(failed.status, 500);
    assert!(!failed.body.contains("letters"), "what is ours is not told: {}", failed.body);
    let steps: i64 = shire.world.look(|db| Ok(concern_steps::table.count().get_result(db)?));
    assert_eq!((shire.count(), steps), (0, 0));
    assert_eq!(shire.audit(), ["draft-begun"]);

    rename("ALTER TABLE lost_letters RENAME TO letters");
    sent(&lead, &draft).await;
    assert_eq!(shire.count(), 1);
}

#[actix_web::test]
async fn a_team_that_goes_between_check_and_send_leads_back_to_the_district() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    shire.world.house(|deed| {
        diesel::delete(team_areas::table.filter(team_areas::area_code.eq(WEST)))
            .execute(deed.db)?;
        Ok(())
    });
    let answer = lead.post(&format!("{draft}/check"), &[]).await;
    assert_eq!(answer.path(), format!("{draft}/found"));
    assert!(lead.get(answer.path()).await.main().contains("which no team serves at the moment"));
    assert_eq!(lead.post(answer.path(), &[("area", SOUTH)]).await.path(), format!("{draft}/check"));
    sent(&lead, &draft).await;
    assert_eq!(shire.count(), 1);
}

#[actix_web::test]
async fn a_draft_sent_after_the_session_was_ended_comes_back_in_the_pages_own_words() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    shire.world.house(|deed| Ok(diesel::delete(sessions::table).execute(deed.db)?));
    let typed = [("kind", "location"), ("first_seen_day", "3")];
    let page = lead.post(&format!("{draft}/kind"), &typed).await;
    let main = page.main();
    assert!(main.contains("somebody ended this session, or it had lasted too long"), "{main}");
    assert!(main.contains("A place") && !main.contains("location"), "{main}");
}
