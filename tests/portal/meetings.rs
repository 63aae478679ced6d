//! The diary of meetings, and who sees what of it.

use e4s::districts::MeetingId;

use crate::triage::County;
use crate::world::Person;

const FORM: [(&str, &str); 10] = [
    ("date_day", "3"),
    ("date_month", "12"),
    ("date_year", "2026"),
    ("time", "2:30pm"),
    ("papers_day", "26"),
    ("papers_month", "11"),
    ("papers_year", "2026"),
    ("papers_time", "17:00"),
    ("venue", "Town Hall, Room 2; top floor"),
    ("chair", "Kim Example"),
];

/// The form with some fields changed.
fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let change = |name: &str| changes.iter().find(|it| it.0 == name).map(|it| it.1);
    FORM.iter().map(|(name, value)| (*name, change(name).unwrap_or(value))).collect()
}

async fn scheduled(coordinator: &Person<'_>) -> String {
    coordinator.post("/meetings/new", &FORM).await.path().to_owned()
}

#[actix_web::test]
async fn a_coordinator_schedules_a_meeting_and_every_fault_stands_beside_its_field() {
    let county = County::new();
    let coordinator = county.world.coordinator(county.crawley);
    let empty = coordinator.post("/meetings/new", &[]).await;
    assert_eq!(empty.status, 422);
    for fault in [
        "Enter the date of the meeting",
        "Enter the time when papers close",
        "Enter where the meeting is",
        "Enter who chairs it",
    ] {
        assert!(empty.main().contains(fault), "{fault}: {}", empty.main());
    }
    for (change, fault) in [
        (("date_day", "31"), ""),
        (("date_day", "32"), "Enter a real date"),
        (("date_year", "2025"), "The meeting must be in the future"),
        (("papers_month", "12"), "Papers must close before the meeting begins"),
        (("time", "half past"), "Enter the time of the meeting, such as 2:30pm"),
    ] {
        let answer = coordinator.post("/meetings/new", &with(&[change])).await;
        if fault.is_empty() {
            assert_eq!(answer.status, 303, "{}", answer.main());
            continue;
        }
        assert_eq!(answer.status, 422, "{change:?}");
        assert!(answer.main().contains(fault), "{change:?}: {}", answer.main());
        assert!(answer.body.contains("value=\"Kim Example\""), "what was typed is kept");
    }
    let path = scheduled(&coordinator).await;
    let twice = coordinator.post("/meetings/new", &FORM).await;
    assert_eq!(twice.status, 422);
    assert!(twice.main().contains("already has a meeting at that time"), "{}", twice.main());

    let page = coordinator.get(&path).await.main();
    for words in [
        "Crawley’s meeting on 3 December 2026",
        "Thursday 3 December 2026",
        "2:30pm",
        "26 November 2026 at 5pm",
        "Town Hall, Room 2; top floor",
        "Kim Example",
        "Nothing waits for it yet.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(county.world.audit().contains(&"meeting-scheduled".to_owned()));
}

#[actix_web::test]
async fn each_sees_as_much_of_a_meeting_as_is_theirs() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let path = scheduled(&coordinator).await;
    let (lead, _, concern) = county.concern();
    // Its school was promised this meeting, whether anybody has looked at it yet or not.
    let waits = coordinator.get(&path).await.main();
    assert!(waits.contains("C-") && waits.contains("New"), "{waits}");
    coordinator.post(&format!("{concern}/accept"), &[]).await;
    assert!(!coordinator.get(&path).await.main().contains("New"));
    world.meeting(county.crawley, (-7, -14), "Town Hall");

    let whole = coordinator.get(&path).await.main();
    assert!(
        whole.contains("Concerns that are in no context yet") && whole.contains("C-"),
        "{whole}"
    );
    assert!(world.county().get(&path).await.main().contains("Concerns that are in no context yet"));
    let partner = world.partner(county.crawley);
    let frame = partner.get(&path).await.main();
    assert!(
        frame.contains("Kim Example") && !frame.contains("C-") && !frame.contains("waits"),
        "{frame}"
    );
    let date = lead.get(&path).await.main();
    assert!(date.contains("3 December 2026") && date.contains("26 November 2026 at 5pm"), "{date}");
    assert!(
        !date.contains("Kim Example") && !date.contains("Town Hall") && !date.contains("C-"),
        "{date}"
    );

    for (reader, sees_past) in
        [(&coordinator, true), (&partner, true), (&world.county(), true), (&lead, false)]
    {
        let list = reader.get("/meetings").await.main();
        assert!(list.contains("Thursday 3 December 2026"), "{list}");
        assert_eq!(list.contains("Monday 16 November 2026"), sees_past, "{list}");
        assert_eq!(
            reader.get("/meetings/new").await.status == 200,
            list.contains("Add a meeting"),
            "{list}"
        );
    }
    let elsewhere = world.dsl(world.school(100_009, "Far School", "E07000227"));
    for stranger in [world.coordinator(county.horsham), world.partner(county.horsham), elsewhere] {
        assert!(!stranger.get("/meetings").await.main().contains("3 December 2026"));
        let nobodys = stranger.get(&format!("/meetings/{}", MeetingId::random())).await;
        let theirs = stranger.get(&path).await;
        assert_eq!((theirs.status.as_u16(), theirs.body), (404, nobodys.body));
        assert_eq!(stranger.get(&format!("{path}.ics")).await.status, 404);
    }
    assert_eq!(world.admin().get("/meetings").await.status, 403);
}

#[actix_web::test]
async fn what_comes_after_the_cut_off_waits_for_the_next_meeting() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let early = world.meeting(county.crawley, (2, -1), "Too early");
    let first = world.meeting(county.crawley, (10, 3), "First");
    let second = world.meeting(county.crawley, (38, 31), "Second");
    let (_, _, accepted) = county.concern();
    coordinator.post(&format!("{accepted}/accept"), &[]).await;
    let (_, _, linked) = county.concern();
    let form = [("context", "new"), ("label", "Skate park"), ("kind", "location")];
    coordinator.post(&format!("{linked}/context"), &form).await;

    for (meeting, waits) in [(early, false), (first, true), (second, false)] {
        let page = coordinator.get(&format!("/meetings/{meeting}")).await.main();
        assert_eq!(page.contains("Skate park"), waits, "{page}");
        assert_eq!(page.contains("Concerns that are in no context yet"), waits, "{page}");
    }
}

#[actix_web::test]
async fn a_meeting_goes_into_a_persons_own_calendar() {
    let county = County::new();
    let coordinator = county.world.coordinator(county.crawley);
    let path = scheduled(&coordinator).await;
    let file = coordinator.get(&format!("{path}.ics")).await;
    assert_eq!(file.headers.get("content-type").expect("a type"), "text/calendar; charset=utf-8");
    let text = file.body.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "DTSTART:20261203T143000Z",
        "SUMMARY:Crawley’s meeting",
        "DESCRIPTION:Papers close on 26 November 2026 at 5pm.",
        "LOCATION:Town Hall\\, Room 2\\; top floor",
        "END:VCALENDAR",
    ] {
        assert!(text.split("\r\n").any(|it| it == line), "{line}: {text}");
    }
    let (lead, _, _) = county.concern();
    let frame = lead.get(&format!("{path}.ics")).await.body;
    assert!(frame.contains("DTSTART") && !frame.contains("LOCATION"), "{frame}");
}

#[actix_web::test]
async fn meetings_are_paged_both_ways_without_loss_or_doubling() {
    let county = County::new();
    let world = &county.world;
    for number in 0..23 {
        // Both teams at the same time, so that page borders fall among equals.
        for team in [county.crawley, county.horsham] {
            world.meeting(team, (number + 1, number), "Ahead");
            world.meeting(team, (-number - 1, -number - 2), "Behind");
        }
    }
    let reader = world.county();
    for label in ["Meetings ahead", "Meetings behind"] {
        let (mut hrefs, mut next) = (Vec::new(), Some("/meetings".to_owned()));
        while let Some(path) = next {
            let page = reader.get(&path).await;
            let caption = if label == "Meetings ahead" { "Coming up" } else { "Past meetings" };
            let (_, table) =
                page.body.split_once(&format!(">{caption}</caption>")).expect("the table");
            let table = table.split("</table>").next().expect("its end");
            hrefs.extend(
                table
                    .split("href=\"")
                    .skip(1)
                    .map(|it| it.split('"').next().expect("an end").to_owned()),
            );
            let pages = page.body.split("<nav ").find(|it| it.contains(label)).unwrap_or_default();
            next = pages.split_once("rel=\"next\"").map(|(before, _)| {
                let (_, href) = before.rsplit_once("href=\"").expect("a link");
                href.split('"').next().expect("an address").to_owned()
            });
        }
        let all = hrefs.len();
        hrefs.sort();
        hrefs.dedup();
        assert_eq!((all, hrefs.len()), (46, 46), "{label}");
    }
}
