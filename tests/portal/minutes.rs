//! The minutes of a meeting: each part saved as it goes, kept sealed, and found again by whoever may look.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::seal::rotate;
use e4s::store::schema::{agenda_items, attendances, sittings};

use crate::agenda::{Table, item};
use crate::triage::{County, seen};
use crate::world::Answer;

impl Table<'_> {
    /// Saves the minutes of an item as it stands now.
    pub async fn minute(&self, meeting: &str, item: &str, fields: &[(&str, &str)]) -> Answer {
        let at = format!("{meeting}/minutes");
        let page = self.coordinator.get(&format!("{at}?item={item}")).await;
        let seen = seen(&page);
        let mut form = fields.to_vec();
        form.extend([("item", item), ("seen", &seen)]);
        self.coordinator.post(&at, &form).await
    }

    /// Saves who was there as it stands now.
    pub async fn attend(&self, meeting: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.coordinator.get(&format!("{meeting}/minutes?item=attendance")).await;
        let seen = seen(&page);
        let mut form = fields.to_vec();
        form.push(("seen", &seen));
        self.coordinator.post(&format!("{meeting}/attendance"), &form).await
    }

    /// The id of the item of a name.
    pub async fn item(&self, meeting: &str, name: &str) -> String {
        item(&self.coordinator.get(&format!("{meeting}/agenda")).await, name)
    }
}

#[actix_web::test]
async fn minutes_are_taken_from_the_day_of_the_meeting_on_item_by_item() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    table.context("Bus station").await;
    let meeting = table.meeting(2);
    table.act(&meeting, &[("act", "build")]).await;
    let at = format!("{meeting}/minutes");
    let park = table.item(&meeting, "Skate park").await;
    let early = [("item", park.as_str()), ("discussion", "Too early."), ("seen", "item.0")];
    let answer = table.coordinator.post(&at, &early).await;
    assert_eq!(answer.status, 409);
    assert!(answer.main().contains("from the day of the meeting on"), "{}", answer.main());
    assert!(answer.main().contains("Too early."), "what was typed comes back");

    county.world.later(TimeDelta::days(2) - TimeDelta::hours(3));
    let table = table.again();
    let form = [
        ("discussion", "Lights are out since October."),
        ("conflicts", "The ward councillor owns the kiosk."),
    ];
    let kept = table.minute(&meeting, &park, &form).await;
    assert_eq!(kept.path(), format!("{at}#item-{park}"), "on its day, before it begins");
    let form = [form[0], form[1], ("decision", "action_agreed")];
    assert_eq!(table.minute(&meeting, &park, &form).await.status, 303);
    let page = table.coordinator.get(&at).await.main();
    for words in [
        "Lights are out since October.",
        "The ward councillor owns the kiosk.",
        "Action agreed",
        "No minutes yet",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let county_reads = county.world.county().get(&at).await;
    assert!(county_reads.main().contains("Lights are out since October."));
    assert!(!county_reads.body.contains("Save this item"), "and changes nothing");
    for event in ["meeting-minuted", "meeting-read"] {
        assert!(county.world.audit().contains(&event.to_owned()), "{event}");
    }
    let off = table.act(&meeting, &[("act", "off"), ("item", &park)]).await;
    assert_eq!(off.status, 409, "what has minutes stays on the agenda");
    let mark = seen(&table.coordinator.get(&format!("{meeting}/change")).await);
    let cancel = table.coordinator.post(&format!("{meeting}/cancel"), &[("seen", &mark)]).await;
    assert_eq!(cancel.status, 409, "and the meeting is not cancelled any more");
}

#[actix_web::test]
async fn what_is_wrong_with_minutes_stands_beside_its_field_and_all_that_was_typed_comes_back() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    let meeting = table.begun().await;
    let park = table.item(&meeting, "Skate park").await;
    let long = "x".repeat(5_001);
    for (fields, fault) in [
        (vec![("decision", "no_action")], "Enter the reason: the schools that reported read it"),
        (vec![("decision", "moved"), ("reason", " ")], "Enter the reason"),
        (vec![("decision", "shelved")], "Choose what was decided"),
        (vec![("discussion", long.as_str())], "The discussion must be 5,000 characters or fewer"),
    ] {
        let mut form = vec![("conflicts", "The kiosk’s owner is here.")];
        form.extend(&fields);
        let answer = table.minute(&meeting, &park, &form).await;
        assert_eq!(answer.status, 422, "{fault}");
        assert_eq!(answer.main().matches(fault).count(), 2, "{fault}: {}", answer.main());
        assert!(answer.main().contains("The kiosk’s owner is here."), "what was typed is kept");
    }
    let at = format!("{meeting}/minutes");
    assert_eq!(table.coordinator.post(&at, &[]).await.status, 422);
    let nobodys = [("item", "00000000000000000000000000"), ("discussion", "Lost?")];
    let answer = table.coordinator.post(&at, &nobodys).await;
    assert_eq!(answer.status, 409);
    assert!(answer.main().contains("Lost?"), "{}", answer.main());
    let other = county.world.coordinator(county.horsham);
    assert_eq!(other.post(&at, &nobodys).await.status, 404);
    assert_eq!(other.get(&at).await.status, 404);
    assert_eq!(county.world.partner(county.crawley).get(&at).await.status, 403);
}

#[actix_web::test]
async fn of_two_at_the_same_item_the_second_sees_both_texts_and_nothing_is_lost() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    let meeting = table.begun().await;
    let park = table.item(&meeting, "Skate park").await;
    let at = format!("{meeting}/minutes");
    let mark = seen(&table.coordinator.get(&format!("{at}?item={park}")).await);
    let form = |words: &'static str, decision: &'static str| {
        [("item", park.as_str()), ("discussion", words), ("decision", decision)]
    };
    let with = |form: [(&'static str, &str); 3], seen: &str| {
        let all: Vec<(String, String)> = form
            .iter()
            .chain(&[("seen", seen)])
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all
    };
    let post = async |pairs: Vec<(String, String)>| {
        let form: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        county.world.coordinator(county.crawley).post(&at, &form).await
    };
    assert_eq!(post(with(form("The first words.", "in_hand"), &mark)).await.status, 303);
    let late = post(with(form("The second words.", "no_action"), &mark)).await;
    // Without a reason: faults come first, and nothing is saved either.
    assert_eq!(late.status, 422);
    let late = post(with(form("The second words.", "action_agreed"), &mark)).await;
    assert_eq!(late.status, 409);
    let text = late.main();
    let (theirs, mine) = text.split_once("As you had it").expect("both");
    assert!(theirs.contains("The first words.") && theirs.contains("Already in hand"), "{text}");
    assert!(mine.contains("The second words."), "{text}");
    let page = table.coordinator.get(&format!("{at}?item=none")).await.main();
    assert!(page.contains("The first words.") && !page.contains("The second words."), "{page}");
    let both = with(form("The first words. The second words.", "action_agreed"), &seen(&late));
    assert_eq!(post(both).await.status, 303, "from the page that told them it can be saved");
}

#[actix_web::test]
async fn who_was_there_is_kept_and_a_meeting_without_a_quorum_says_so() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    table.context("Skate park").await;
    let partner = world.partner(county.crawley);
    let meeting = table.begun().await;
    let page = table.coordinator.get(&format!("{meeting}/minutes")).await;
    assert!(page.body.contains("Save who was there"), "it is asked first");
    let late = seen(&page);
    let form = [
        ("present", partner.id.as_str()),
        ("others", "Sussex Police: the sergeant"),
        ("apologies", "Youth service"),
        ("quorum", "no"),
    ];
    assert_eq!(table.attend(&meeting, &form).await.status, 303);
    let minutes = table.coordinator.get(&format!("{meeting}/minutes")).await.main();
    for words in [
        "A partner",
        "Sussex Police: the sergeant",
        "Youth service",
        "Held without a quorum: too few people were there.",
    ] {
        assert!(minutes.contains(words), "{words}: {minutes}");
    }
    let form = [("others", "Somebody else’s list"), ("seen", late.as_str())];
    let told = table.coordinator.post(&format!("{meeting}/attendance"), &form).await;
    assert_eq!(told.status, 409);
    assert!(
        told.main().contains("Somebody else’s list")
            && told.main().contains("Sussex Police: the sergeant"),
        "both are shown: {}",
        told.main()
    );
    let stranger = world.coordinator(county.horsham);
    let answer = table.attend(&meeting, &[("present", stranger.id.as_str())]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.main().contains("Choose people of this team"), "{}", answer.main());
    // Without a quorum decisions can still be written down and published.
    let park = table.item(&meeting, "Skate park").await;
    let decided = table.minute(&meeting, &park, &[("decision", "in_hand")]).await;
    assert_eq!(decided.status, 303);
    assert_eq!(table.publish(&meeting, &[]).await.status, 303);
    let minutes = table.coordinator.get(&format!("{meeting}/minutes")).await.main();
    assert!(minutes.contains("Held without a quorum"), "{minutes}");
}

/// What is sealed of meetings, as it is kept.
fn sealed(county: &County) -> Vec<String> {
    county.world.look(|db| {
        let items: Vec<(Option<String>, Option<String>)> =
            agenda_items::table.select((agenda_items::said, agenda_items::told)).load(db)?;
        let there: Vec<Option<String>> = sittings::table.select(sittings::attendance).load(db)?;
        let all = items.into_iter().flat_map(|(said, told)| [said, told]).chain(there);
        Ok(all.flatten().collect())
    })
}

#[actix_web::test]
async fn minutes_are_renewed_with_the_keys_and_found_for_whoever_asks_what_is_kept() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    table.context("Skate park").await;
    let meeting = table.begun().await;
    let park = table.item(&meeting, "Skate park").await;
    table.attend(&meeting, &[("others", "Quillon the sergeant")]).await;
    let form = [("discussion", "Quillon was seen there."), ("decision", "in_hand")];
    table.minute(&meeting, &park, &form).await;
    let words = format!("words_{park}");
    let told = table.publish(&meeting, &[(&words, "The sergeant goes there, says Quillon.")]).await;
    assert_eq!(told.status, 303, "{}", told.main());
    assert_eq!(sealed(&county).len(), 3);
    assert!(sealed(&county).iter().all(|it| it.starts_with("e1.1.") && !it.contains("Quillon")));

    let (store, keys) = (&world.portal.store, &world.portal.keys);
    rotate::begin(store, keys).expect("begun");
    rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert!(sealed(&county).iter().all(|it| it.starts_with("e1.2.")), "{:?}", sealed(&county));
    let page = table.coordinator.get(&format!("{meeting}/minutes")).await.main();
    assert!(page.contains("Quillon was seen there.") && page.contains("Quillon the sergeant"));

    let reader = world.county();
    let asked = [("words", "Quillon"), ("reference", "SAR 1"), ("reason", "A request")];
    let found = reader.post("/admin/subject-access", &asked).await.main();
    for heading in [
        "The meeting’s discussion, 23 November 2026",
        "Others at the meeting, 23 November 2026",
        "What schools were told, 23 November 2026",
    ] {
        assert!(found.contains(heading), "{heading}: {found}");
    }
}

#[actix_web::test]
async fn what_a_meeting_kept_of_a_context_goes_when_the_context_is_deleted() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let (_, context) = table.context("Skate park").await;
    let meeting = table.begun().await;
    let park = table.item(&meeting, "Skate park").await;
    table
        .attend(&meeting, &[("others", "The sergeant"), ("present", table.coordinator.id.as_str())])
        .await;
    table.minute(&meeting, &park, &[("discussion", "Words."), ("decision", "in_hand")]).await;
    assert_eq!(table.publish(&meeting, &[]).await.status, 303);
    let form = [("state", "closed"), ("reason", "Quiet.")];
    table.coordinator.post(&format!("{context}/state"), &form).await;
    let id = e4s::contexts::ContextId::parse(context.trim_start_matches("/contexts/"));
    let id = id.expect("an id");
    world.house(|deed| {
        e4s::contexts::forget::forget(deed, id)?;
        e4s::meetings::forget::forget(deed, id)
    });
    assert_eq!(sealed(&county), Vec::<String>::new());
    let left: i64 = world.look(|db| Ok(attendances::table.count().get_result(db)?));
    assert_eq!(left, 0, "of a meeting without items nobody is kept");
    assert_eq!(table.coordinator.get(&format!("{meeting}/minutes")).await.status, 200);
}
