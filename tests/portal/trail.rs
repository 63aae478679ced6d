//! Who sees who looked: the log for administrators and the county, and the openings of a concern for its team and reporter.

use chrono::TimeDelta;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::audit::Event;

use crate::retention::{again, on, retain};
use crate::triage::County;
use crate::world::{Person, World};

/// The references on a page.
fn reference(page: &str) -> &str {
    let at = page.find("C-").expect("a reference");
    page.get(at..at + 9).expect("a reference")
}

#[actix_web::test]
async fn the_county_reads_references_and_an_administrator_reads_that_there_was_a_concern() {
    let county = County::new();
    let world = &county.world;
    let (_, id, at) = county.concern();
    let coordinator = world.coordinator(county.crawley);
    let page = coordinator.get(&at).await.main();
    let reference = reference(&page);

    let lead = world.county().get("/admin/audit").await;
    assert!(lead.body.contains(&format!("href=\"{at}\">{reference}</a>")), "{}", lead.main());
    let lines = lead.main();
    assert!(lines.contains("Concern opened\nBy\nA coordinator"), "{lines}");
    assert!(lines.contains("Crawley\nWhen\n23 November 2026 at 12pm"), "{lines}");

    let admin = world.admin().get("/admin/audit").await;
    let short: String = id.as_str().chars().take(8).collect();
    assert!(admin.main().contains(&format!("Concern {short}")), "{}", admin.main());
    assert!(!admin.body.contains(reference) && !admin.body.contains(&at), "{}", admin.main());
    assert!(admin.body.contains(&format!("href=\"/admin/audit?record={id}\"")));
}

#[actix_web::test]
async fn nobody_else_reads_the_log_and_whoever_reads_it_is_written_into_it() {
    let county = County::new();
    let world = &county.world;
    let others = [
        world.dsl(county.school),
        world.coordinator(county.crawley),
        world.partner(county.crawley),
    ];
    for path in ["/admin/audit", "/admin/audit.csv"] {
        for person in &others {
            assert_eq!(person.get(path).await.status, 403, "{path}");
        }
        assert!(world.get(path).await.path().starts_with("/sign-in"));
    }
    assert_eq!(world.audit(), [""; 0]);
    let admin = world.admin();
    assert_eq!(admin.get("/admin/audit").await.status, 200);
    assert_eq!(admin.get("/admin/audit?event=log-read").await.status, 200);
    assert_eq!(admin.get("/admin/audit.csv").await.status, 200);
    assert_eq!(world.audit(), ["log-read", "log-read", "log-exported"]);
    let page = admin.get("/admin/audit").await.main();
    assert!(page.contains("Audit log exported\nBy\nA admin\nTo\nAudit log"), "{page}");
}

/// Two teams' concerns, opened on two days by two people.
async fn two_days(county: &County) -> (Person<'_>, [String; 2]) {
    let world = &county.world;
    let lead = world.dsl(county.school);
    let first = format!("/concerns/{}", world.concern(&lead, county.crawley, "The bus station"));
    let second = format!("/concerns/{}", world.concern(&lead, county.horsham, "The park"));
    world.coordinator(county.crawley).get(&first).await;
    world.later(TimeDelta::days(2));
    let county_lead = world.county();
    county_lead.get(&second).await;
    (county_lead, [first, second])
}

#[actix_web::test]
async fn the_log_is_filtered_by_person_event_team_record_and_day() {
    let county = County::new();
    let (lead, [first, _]) = two_days(&county).await;
    let first_id = first.rsplit('/').next().expect("an id").to_owned();
    let page = lead.get(&first).await.main();
    let reference = reference(&page).to_lowercase();
    let (crawley, horsham) = (county.crawley, county.horsham);
    let email = {
        use diesel::prelude::*;
        use e4s::store::schema::accounts;
        let of = accounts::table.find(lead.id).select(accounts::email);
        county.world.look(|db| Ok(of.first::<String>(db)?)).to_uppercase()
    };
    let opened = "event=concern-opened";
    for (filter, lines) in [
        (opened.to_owned(), 3),
        (format!("{opened}&person={email}"), 2),
        (format!("{opened}&person=A+coordinator"), 1),
        (format!("{opened}&person=e4s"), 0),
        (format!("{opened}&team={crawley}"), 2),
        (format!("{opened}&team={horsham}"), 1),
        (format!("{opened}&team=none"), 0),
        (format!("record={first_id}"), 2),
        (format!("record={reference}"), 2),
        (format!("{opened}&until_day=23&until_month=11&until_year=2026"), 1),
        (format!("{opened}&from_day=24&from_month=11&from_year=2026"), 2),
        (format!("{opened}&from_day=26&from_month=11&from_year=2026"), 0),
        (format!("{opened}&team=nothing-of-ours&after=x"), 3),
    ] {
        let page = lead.get(&format!("/admin/audit?{filter}")).await;
        assert_eq!(page.status, 200, "{filter}: {}", page.main());
        assert_eq!(page.body.matches("<strong>").count(), lines, "{filter}: {}", page.main());
        let empty = page.main().contains("No line fits this filter");
        assert_eq!(empty, lines == 0, "{filter}");
    }
}

#[actix_web::test]
async fn a_filter_that_means_nothing_says_so_and_keeps_what_was_typed() {
    let county = County::new();
    let world = &county.world;
    let (lead, admin) = (world.county(), world.admin());
    world.coordinator(county.crawley);
    world.coordinator(county.horsham);
    for (filter, fault) in [
        ("person=nobody%40example.org", "Nobody with an account has this e-mail address or name"),
        ("person=A+coordinator", "More than one person has this name"),
        ("record=C-2345-67", "There is no record with this reference"),
        ("from_day=31&from_month=2&from_year=2026", "Enter a real date"),
        ("until_day=x", "Enter a real date"),
        (
            "from_day=3&from_month=2&from_year=2026&until_day=2&until_month=2&until_year=2026",
            "The last day must be the first day or later",
        ),
    ] {
        let page = lead.get(&format!("/admin/audit?{filter}")).await;
        assert_eq!(page.status, 422, "{filter}");
        assert!(page.main().contains(fault), "{filter}: {}", page.main());
        assert!(page.body.contains("<title>Error: "), "{filter}");
        let typed = filter.split('&').next().and_then(|it| it.split('=').nth(1)).expect("a value");
        let typed = typed.replace('+', " ").replace("%40", "@");
        assert!(page.body.contains(&format!("value=\"{typed}\"")), "{filter} is kept");
        let file = lead.get(&format!("/admin/audit.csv?{filter}")).await;
        assert_eq!(file.status, 422, "{filter}");
    }
    let page = admin.get("/admin/audit?record=C-2345-67").await;
    assert!(page.main().contains("This is not the id of a record"), "{}", page.main());
    assert_eq!(world.audit(), [""; 0], "nothing was read");
}

#[actix_web::test]
async fn an_administrator_cannot_find_out_by_its_reference_that_there_is_a_concern() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let page = lead.get(&at).await.main();
    let admin = county.world.admin();
    let known = admin.get(&format!("/admin/audit?record={}", reference(&page))).await;
    let unknown = admin.get("/admin/audit?record=C-2345-67").await;
    assert_eq!(known.status, 422);
    assert_eq!(known.main().replace(reference(&page), "C-2345-67"), unknown.main());
}

#[actix_web::test]
async fn the_log_is_read_to_its_end_without_a_line_twice_or_missing() {
    let county = County::new();
    let world = &county.world;
    for number in 0..130 {
        world.house(|deed| deed.record(Event::DraftBegun, format!("draft-{number}-"), None));
        if number % 7 == 0 {
            world.later(TimeDelta::seconds(1));
        }
    }
    let admin = world.admin();
    let (mut path, mut lines) = (Some("/admin/audit?event=draft-begun".to_owned()), 0);
    let mut pages = 0;
    while let Some(at) = path {
        let page = admin.get(&at).await;
        lines += page.body.matches("<strong>").count();
        path = page.next();
        pages += 1;
    }
    assert_eq!((lines, pages), (130, 3));
}

#[actix_web::test]
async fn the_file_holds_what_the_filter_shows_and_no_formula() {
    let county = County::new();
    let (lead, _) = two_days(&county).await;
    let world = &county.world;
    world.house(|deed| {
        let newcomer = Newcomer {
            email: "formula@example.org".to_owned(),
            name: "=HYPERLINK(\"x\")".to_owned(),
            password_hash: "none".to_owned(),
        };
        appoint::add(deed, &newcomer)?;
        Ok(())
    });
    let file = lead.get("/admin/audit.csv?event=concern-opened").await;
    assert_eq!(file.headers.get("content-type").expect("a type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert!(lines[0].starts_with("When (London),Who,What,Record"), "{}", lines[0]);
    assert!(lines[1].starts_with("2026-11-25 12:00:00,A county,Concern opened,C-"), "{}", lines[1]);
    assert!(lines[2].contains("A coordinator") && lines[2].contains(",Crawley,2,"), "{}", lines[2]);

    let all = lead.get("/admin/audit.csv").await;
    assert!(all.body.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{}", all.body);
    let admin = world.admin().get("/admin/audit.csv").await;
    assert!(!admin.body.contains("C-"), "{}", admin.body);
}

#[actix_web::test]
async fn a_long_file_comes_whole_and_a_piece_at_a_time() {
    let world = World::new();
    let count = e4s::trail::export::PIECE * 2 + 1;
    world.house(|deed| {
        (0..count).try_for_each(|it| deed.record(Event::DraftBegun, format!("line-{it}-"), None))
    });
    let file = world.county().get("/admin/audit.csv?event=draft-begun").await;
    assert_eq!(file.body.lines().count(), count + 1);
    for number in 0..count {
        assert!(file.body.contains(&format!("line-{number}-")), "{number}");
    }
}

#[actix_web::test]
async fn more_openings_than_a_page_holds_are_read_on() {
    let county = County::new();
    let world = &county.world;
    let (lead, _, at) = county.concern();
    let (coordinator, above) = (world.coordinator(county.crawley), world.county());
    for _ in 0..60 {
        coordinator.get(&at).await;
        world.later(TimeDelta::seconds(2));
    }
    above.get(&at).await;
    let page = lead.get(&at).await;
    let openings = page.main();
    let (_, openings) = openings.split_once("Who has opened it").expect("the list");
    assert_eq!(openings.matches("Crawley’s team, ").count(), 1, "one line a day: {openings}");
    assert!(openings.contains("The county’s lead, 23 November 2026 at 12:02pm"), "{openings}");

    let all = format!("{at}/openings");
    assert!(page.body.contains(&format!("href=\"{all}\"")), "{}", page.body);
    let (mut path, mut count) = (Some(all.clone()), 0);
    while let Some(next) = path {
        let page = lead.get(&next).await;
        assert!(!page.main().contains("A coordinator"), "{}", page.main());
        count += page.main().matches("Crawley’s team, ").count();
        path = page.next();
    }
    assert_eq!(count, 60);
    let page = coordinator.get(&all).await.main();
    assert!(page.contains("A coordinator, 23 November") && page.contains("A dsl, "), "{page}");
    assert!(!page.contains("The bus station"), "nothing of the concern: {page}");
    for stranger in [world.coordinator(county.horsham), world.partner(county.crawley)] {
        assert!(matches!(stranger.get(&all).await.status.as_u16(), 403 | 404));
    }
}

#[actix_web::test]
async fn a_line_about_a_post_says_whose_and_which_in_words_and_keeps_ids_alone() {
    let county = County::new();
    let world = &county.world;
    let (admin, lead) = (world.admin(), world.dsl(county.school));
    let (partner, above) = (world.partner(county.crawley), world.county());
    let given = admin.get("/admin/audit?event=post-given").await;
    for line in [
        "A dsl: Designated safeguarding lead, Elm Bank School\nTeam",
        "A partner: Partner, Crawley\nTeam\nCrawley",
        "A county: County lead\nTeam",
    ] {
        assert!(given.main().contains(line), "{line}: {}", given.main());
    }
    let about = format!("/admin/audit?record={}", lead.id);
    assert!(given.body.contains(&format!("href=\"{about}\"")), "{}", given.body);
    let held: e4s::accounts::PostId = {
        use diesel::prelude::*;
        use e4s::store::schema::posts;
        let of = posts::table.filter(posts::account_id.eq(lead.id)).select(posts::id);
        world.look(|db| Ok(of.first(db)?))
    };
    let path = format!("/admin/people/{}/posts/{held}", lead.id);
    assert_eq!(admin.post(&path, &[("when", "now")]).await.status, 303);
    let theirs = above.get(&about).await.main();
    for line in ["Post ended", "Post given", "Account added"] {
        assert!(theirs.contains(&format!("{line}\nBy")), "{line}: {theirs}");
    }
    assert!(!theirs.contains("A partner"), "{theirs}");
    world.house(|deed| e4s::accounts::forget::forget(deed, &[lead.id, partner.id]));
    let theirs = above.get(&about).await.main();
    for line in ["Post ended", "Post given", "Account added"] {
        assert!(theirs.contains(&format!("{line}\nBy")), "{line}, of somebody forgotten: {theirs}");
    }
    let file = admin.get("/admin/audit.csv?event=post-ended").await;
    assert!(file.body.contains(",\"A dsl: Designated safeguarding lead, Elm Bank School\","));
    assert!(file.body.contains(&format!(",{}/dsl/100001,", lead.id)), "{}", file.body);
}

#[actix_web::test]
async fn somebody_whose_posts_are_forgotten_is_not_called_a_county_lead() {
    let county = County::new();
    let world = &county.world;
    let (lead, _, at) = county.concern();
    let coordinator = world.coordinator(county.crawley);
    coordinator.get(&at).await;
    world.house(|deed| e4s::accounts::forget::forget(deed, &[coordinator.id]));
    let page = lead.get(&at).await.main();
    let (_, openings) = page.split_once("Who has opened it").expect("the list");
    assert!(openings.contains("Somebody who has left, 23 November 2026 at 12pm"), "{openings}");
    assert!(!openings.contains("county"), "{openings}");
}

#[actix_web::test]
async fn a_record_that_was_deleted_keeps_its_reference_in_the_log() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (_, id, at) = county.concern();
    let page = coordinator.get(&at).await.main();
    let name = reference(&page).to_owned();
    let above = world.county();
    on(world, 2032, 10, 24);
    retain(world);
    on(world, 2032, 11, 23);
    retain(world);
    let (above, admin) = (again(world, &above), world.admin());
    let log = above.get("/admin/audit?event=concern-opened").await;
    assert!(log.main().contains(&format!("{name} (deleted)")), "{}", log.main());
    let href = format!("href=\"/admin/audit?record={id}\"");
    assert!(log.body.contains(&href) && !log.body.contains(&format!("href=\"{at}\"")));
    let about = above.get(&format!("/admin/audit?record={}", name.to_lowercase())).await;
    assert!(about.main().contains("Concern deleted"), "{}", about.main());
    let file = above.get("/admin/audit.csv?event=concern-deleted").await;
    assert!(file.body.contains(&format!("{name} (deleted)")), "{}", file.body);
    for path in ["/admin/audit", "/admin/audit.csv"] {
        let page = admin.get(path).await;
        assert!(!page.body.contains(&name), "{}", page.body);
    }
    assert_eq!(admin.get(&format!("/admin/audit?record={name}")).await.status, 422);
}

#[actix_web::test]
async fn after_a_proof_the_page_offers_the_file_that_was_asked_for() {
    let world = World::new();
    let admin = world.admin();
    crate::factors::give_password(&world, admin.id);
    world.later(TimeDelta::minutes(6));
    let admin = world.known(admin.id, admin.token.clone());
    let file = "/admin/audit.csv?event=post-given";
    let asked = admin.get(file).await;
    assert_eq!(asked.path(), "/prove?back=admin/audit.csv%3Fevent%3Dpost-given");
    assert!(!admin.get("/admin/audit?ready=csv").await.main().contains("ready"), "not proved");
    let form =
        [("password", crate::factors::PASSWORD), ("back", "admin/audit.csv?event=post-given")];
    let proved = admin.post("/prove", &form).await;
    assert_eq!(proved.path(), "/admin/audit?event=post-given&ready=csv");
    let admin = world.known(admin.id, crate::entrance::token(&proved));
    let page = admin.get(proved.path()).await;
    assert!(page.main().contains("Your file is ready.\nDownload it"), "{}", page.main());
    assert!(page.body.contains(&format!("href=\"{file}\"")), "{}", page.body);
    assert_eq!(admin.get(file).await.status, 200);
}
