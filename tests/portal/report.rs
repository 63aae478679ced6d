//! A designated lead reports a place or a group, one step a page.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::{Post, Role};
use e4s::concerns::Kind;
use e4s::store::schema::*;

use crate::shire::{BY_SOUTH, Fields, MIDDLE, SOUTH, Shire, WEST, begun, filled, hidden, sent};

#[actix_web::test]
async fn a_report_of_each_kind_goes_from_the_gate_to_the_team() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let coordinator = shire.world.coordinator(shire.west);
    for kind in Kind::ALL {
        let fields: Fields = match kind {
            Kind::Location => &[("kind", "location"), ("name", "The place")],
            Kind::PeerGroup => &[("kind", "peer_group"), ("name", "The group")],
            Kind::Route => &[("kind", "route"), ("name", "The path")],
            Kind::OnlineSpace => &[("kind", "online_space"), ("name", "The chat")],
            Kind::SchoolSetting => &[("kind", "school_setting"), ("name", "The gate")],
        };
        let place: Fields = match kind {
            Kind::Location | Kind::SchoolSetting => &[("place", "TQ 298 150")],
            Kind::PeerGroup => &[("place", MIDDLE)],
            Kind::Route | Kind::OnlineSpace => &[("words", "From the bridge to the shops")],
        };
        let draft = filled(&lead, &[("kind", fields), ("place", place)]).await;
        let check = lead.get(&format!("{draft}/check")).await;
        assert!(check.main().contains("Send to Westmere’s team"), "{}", check.main());
        let concern = sent(&lead, &draft).await;
        let page = coordinator.get(&concern).await.main();
        assert!(page.contains(fields[1].1), "{page}");
    }
    assert_eq!(shire.count(), 5);
}

/// An answer to everything, in words that stand nowhere else.
const ALL: [(&str, Fields); 9] = [
    ("kind", &[("kind", "peer_group"), ("name", "The group at the old mill")]),
    (
        "place",
        &[
            ("place", "WM1 1AA"),
            ("words", "behind the mill\r\nby the weir"),
            ("relation", "on_journey"),
        ],
    ),
    ("found", &[("area", WEST)]),
    ("harm", &[("harm", "robbery"), ("other_harms", "weapons"), ("other_harms", "missing")]),
    (
        "what",
        &[
            ("seen", "telephones are taken"),
            ("think", "perhaps a dare"),
            ("told_by", "parent"),
            ("told_by", "cctv"),
            ("sure", "several"),
        ],
    ),
    (
        "when",
        &[
            ("first_seen_day", "27"),
            ("first_seen_month", "9"),
            ("first_seen_year", "2026"),
            ("last_seen_day", "23"),
            ("last_seen_month", "11"),
            ("last_seen_year", "2026"),
            ("days", "thu"),
            ("days", "fri"),
            ("times", "after_school"),
            ("season", "term"),
            ("recurring", "recurring"),
            ("urgency", "routine"),
        ],
    ),
    (
        "who",
        &[
            ("how_many", "10-19"),
            ("years", "9"),
            ("years", "10"),
            ("other_schools", "Ash Vale College"),
            ("adults", "yes"),
            ("adults_do", "they buy the telephones"),
        ],
    ),
    (
        "strengths",
        &[
            ("guardians", "the angling club"),
            ("strengths", "they look after their friends"),
            ("young_people", "there is nowhere else to go"),
        ],
    ),
    (
        "done",
        &[
            ("school_did", "an assembly"),
            ("referral", "yes"),
            ("referral_reference", "IFD-11-22"),
            ("also_told", "the neighbourhood police"),
            ("hopes", "a youth worker on Fridays"),
            ("risk", "one pupil could be blamed"),
        ],
    ),
];

#[actix_web::test]
async fn everything_that_a_report_says_is_kept_checked_and_read_by_the_team() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &ALL).await;
    let check = lead.get(&format!("{draft}/check")).await.main();
    let concern = sent(&lead, &draft).await;
    let team = shire.world.coordinator(shire.west).get(&concern).await.main();
    for said in [
        "A group of young people",
        "The group at the old mill",
        "WM1 1AA",
        "behind the mill by the weir",
        "On the journey to or from school",
        "Westmere",
        "By the boundaries of the edition LAD24",
        "TQ ",
        "51.0250, -0.1500",
        "Robbery",
        "Weapons",
        "Missing or truanting patterns",
        "telephones are taken",
        "perhaps a dare",
        "A parent or carer",
        "CCTV",
        "several people say the same",
        "27 September 2026",
        "23 November 2026",
        "Thursday",
        "Friday",
        "After school",
        "In term time",
        "More than once",
        "For the next meeting",
        "10 to 19",
        "Year 9",
        "Year 10",
        "Ash Vale College",
        "they buy the telephones",
        "the angling club",
        "they look after their friends",
        "there is nowhere else to go",
        "an assembly",
        "IFD-11-22",
        "the neighbourhood police",
        "a youth worker on Fridays",
        "one pupil could be blamed",
    ] {
        assert!(check.contains(said), "the check lacks {said:?}:\n{check}");
        assert!(team.contains(said), "the team lacks {said:?}:\n{team}");
    }
    assert_eq!(shire.audit()[..2], ["draft-begun", "concern-raised"]);
}

#[actix_web::test]
async fn every_step_shows_what_was_typed_and_leads_back_and_on() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &ALL).await;
    let mut back = "/concerns".to_owned();
    for (step, fields) in ALL {
        let at = format!("{draft}/{step}");
        let page = lead.get(&at).await;
        assert!(
            page.body.contains(&format!("href=\"{back}\" class=\"govuk-back-link\"")),
            "{step}"
        );
        for (name, value) in fields {
            let (value, name) = (value.replace("\r\n", "\n"), format!("name=\"{name}\""));
            let ticked = format!("value=\"{value}\" checked");
            let filled = format!("value=\"{value}\"");
            let typed = format!("\n{value}</textarea>");
            let is_kept = page
                .body
                .lines()
                .any(|it| it.contains(&name) && (it.contains(&ticked) || it.contains(&filled)));
            assert!(
                is_kept || page.body.contains(&typed),
                "{step}: {name} lacks {value:?}\n{}",
                page.body
            );
        }
        back = at;
    }
    let again = lead.post(&format!("{draft}/what"), &[("seen", "Something else")]).await;
    assert_eq!(again.path(), format!("{draft}/check"), "a changed answer leads back to the check");
    let check = lead.get(&format!("{draft}/check")).await.main();
    assert!(check.contains("Something else") && !check.contains("perhaps a dare"), "{check}");
    assert_eq!(lead.get(&draft).await.path(), format!("{draft}/check"));
}

#[actix_web::test]
async fn sent_names_the_reference_the_team_and_the_meeting() {
    let shire = Shire::new();
    shire.world.meeting(shire.west, (1, -1), "Too early");
    shire.world.meeting(shire.west, (10, 3), "Town Hall");
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    let at = lead.post(&format!("{draft}/check"), &[]).await.path().to_owned();
    let page = lead.get(&at).await.main();
    let reference: String =
        shire.world.look(|db| Ok(concerns::table.select(concerns::reference).first(db)?));
    assert!(page.contains(&reference), "{page}");
    assert!(
        page.contains("Westmere’s team has it. It will be heard at Westmere’s meeting on Thursday 3 December 2026. \
            Papers close on 26 November 2026 at 12pm."),
        "{page}"
    );
    assert!(page.contains("Do not look at, copy or send on an indecent picture"), "{page}");
    assert_eq!(shire.world.coordinator(shire.west).get(&at).await.status, 403);
    let other = shire.world.school(100_002, "Ash Vale School", WEST);
    assert_eq!(shire.world.dsl(other).get(&at).await.status, 404);
}

#[actix_web::test]
async fn a_place_near_a_boundary_offers_the_neighbour_and_the_writer_decides() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    lead.post(&format!("{draft}/place"), &[("place", BY_SOUTH)]).await;
    let page = lead.get(&format!("{draft}/found")).await;
    let found = page.main();
    assert!(found.contains("Westmere (boundaries of the edition LAD24)"), "{found}");
    assert!(
        found.contains("Southmere’s team. Its boundary is less than 250 metres from this place."),
        "{found}"
    );
    assert!(page.body.contains(&format!("value=\"{WEST}\" checked")));

    let middle = begun(&lead).await;
    lead.post(&format!("{middle}/place"), &[("place", MIDDLE)]).await;
    assert!(!lead.get(&format!("{middle}/found")).await.main().contains("250 metres"));

    let draft =
        filled(&lead, &[("place", &[("place", BY_SOUTH)]), ("found", &[("area", SOUTH)])]).await;
    let check = lead.get(&format!("{draft}/check")).await.main();
    assert!(check.contains("Send to Southmere’s team"), "{check}");
    let concern = sent(&lead, &draft).await;
    assert_eq!(shire.world.coordinator(shire.south).get(&concern).await.status, 200);
    assert_eq!(shire.world.coordinator(shire.west).get(&concern).await.status, 404);
}

#[actix_web::test]
async fn words_alone_suggest_the_schools_own_district_and_another_place_asks_again() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[("place", &[("words", "The chat of Year 9")])]).await;
    let page = lead.get(&format!("{draft}/found")).await;
    assert!(page.body.contains(&format!("value=\"{WEST}\" checked")), "{}", page.main());
    assert!(!page.main().contains("Grid reference"), "{}", page.main());

    let moved = lead.post(&format!("{draft}/place"), &[("place", BY_SOUTH)]).await;
    assert_eq!(moved.path(), format!("{draft}/found"));
    assert_eq!(lead.get(&format!("{draft}/check")).await.path(), format!("{draft}/found"));
    let confirmed = lead.post(&format!("{draft}/found"), &[("area", SOUTH)]).await;
    assert_eq!(confirmed.path(), format!("{draft}/check"));
}

#[actix_web::test]
async fn an_urgent_report_writes_to_the_team_at_once() {
    let shire = Shire::new();
    let coordinator = shire.world.coordinator(shire.west);
    let lead = shire.world.dsl(shire.school);
    let letters = || -> Vec<(String, String)> {
        let all = letters::table.select((letters::kind, letters::account_id));
        shire.world.look(|db| Ok(all.load(db)?))
    };
    sent(&lead, &filled(&lead, &[]).await).await;
    assert_eq!(letters(), []);
    let urgent = filled(&lead, &[("when", &[("recurring", "once"), ("urgency", "urgent")])]).await;
    let concern = sent(&lead, &urgent).await;
    assert_eq!(letters(), [("urgent".to_owned(), coordinator.id.to_string())]);
    let page = lead.get(&format!("{concern}/sent")).await.main();
    assert!(page.contains("the team is being written to now"), "{page}");
}

#[actix_web::test]
async fn a_lead_of_two_schools_says_first_which_one_it_is() {
    let shire = Shire::new();
    let other = shire.world.school(100_002, "Ash Vale School", WEST);
    let lead = shire.world.dsl(shire.school);
    let post = Post { role: Role::Dsl, school: Some(other), team: None };
    shire.world.house(|deed| e4s::accounts::appoint::appoint(deed, lead.id, &post, None));
    let lead = shire.world.signed_in(lead.id);
    let page = lead.get("/concerns/new").await.main();
    assert!(page.contains("Which school is this report for?"), "{page}");
    assert!(page.contains("Ash Vale School") && page.contains("Elm Bank School"), "{page}");

    let gate = lead.get("/concerns/new?school=100002").await;
    let form =
        [("gate", "none"), ("school", hidden(&gate, "school")), ("key", hidden(&gate, "key"))];
    lead.post("/concerns/new", &form).await.path();
    let school: i32 =
        shire.world.look(|db| Ok(drafts::table.select(drafts::school_urn).first(db)?));
    assert_eq!(school, 100_002);
}

#[actix_web::test]
async fn an_unfinished_report_is_found_again_and_can_be_discarded() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    lead.post(&format!("{draft}/kind"), &[("kind", "location"), ("name", "The old mill")]).await;
    shire.world.later(TimeDelta::minutes(5));
    let list = lead.get("/concerns").await;
    assert!(list.main().contains("The old mill"), "{}", list.main());
    assert!(list.body.contains(&format!("href=\"{draft}\"")), "{}", list.main());
    assert_eq!(lead.get(&draft).await.path(), format!("{draft}/place"));

    let discard = format!("{draft}/discard");
    assert!(
        lead.get(&discard).await.main().contains("The old mill, saved 23 November 2026 at 12pm")
    );
    assert_eq!(lead.get(&draft).await.status, 303, "looking at it discards nothing");
    assert_eq!(lead.post(&discard, &[]).await.path(), "/concerns");
    assert_eq!(lead.get(&draft).await.status, 404);
    assert_eq!(shire.audit(), ["draft-begun", "draft-discarded"]);
}
