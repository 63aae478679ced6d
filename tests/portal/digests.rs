//! Digests come when they should, once, with what needs their reader and nothing of what was reported.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use e4s::accounts::AccountId;
use e4s::app::Portal;
use e4s::concerns::{Answers, ConcernId, DraftId, Harm, KeptConcern, Kind, Status, Urgency};
use e4s::deed::Deed;
use e4s::digests::{Rhythm, compile};
use e4s::districts::{MeetingId, TeamId};
use e4s::mail::{LetterId, deliver};
use e4s::schools::Urn;
use e4s::seal::{HOUSE, Place};
use e4s::store::schema::{concerns, drafts, letters, meetings};

use crate::postbox::Postbox;
use crate::world::{Person, World};

/// A word that stands in every text of a concern here, and must not come out.
const PLANTED: &str = "Zanzibar";

/// A team with its area, a school there, and their people.
struct District<'a> {
    world: &'a World,
    team: TeamId,
    school: Urn,
    coordinator: Person<'a>,
    lead: Person<'a>,
}

impl<'a> District<'a> {
    fn new(world: &'a World, urn: i32) -> Self {
        let area = format!("{PLANTED}-{urn}");
        let team = world.team(&format!("{PLANTED} team {urn}"), &area);
        let school = world.school(urn, &format!("{PLANTED} School"), &area);
        let (coordinator, lead) = (world.coordinator(team), world.dsl(school));
        Self { world, team, school, coordinator, lead }
    }

    /// A concern of this district's school, with this district's team; raised and changed so many minutes ago.
    fn concern(&self, number: u32, status: Status, ago: (i64, i64)) -> String {
        let reference = format!("C-TEST-{number:02}");
        self.world.house(|deed| self.insert(deed, &reference, status, ago));
        reference
    }

    fn insert(
        &self,
        deed: &mut Deed,
        reference: &str,
        status: Status,
        (raised, changed): (i64, i64),
    ) -> e4s::Result<()> {
        let ago = |minutes| deed.at - TimeDelta::minutes(minutes);
        let id = ConcernId::random();
        let row = (
            (
                concerns::id.eq(id),
                concerns::reference.eq(reference),
                concerns::draft_id.eq(DraftId::random()),
                concerns::school_urn.eq(self.school),
                concerns::team_id.eq(self.team),
                concerns::area_code.eq(PLANTED),
                concerns::area_edition.eq(PLANTED),
                concerns::raised_by.eq(self.lead.id),
            ),
            (
                concerns::raised_at.eq(ago(raised)),
                concerns::arrived_at.eq(ago(raised)),
                concerns::changed_at.eq(ago(changed)),
                concerns::status.eq(status),
                concerns::kind.eq(Kind::Location),
                concerns::main_harm.eq(Harm::Weapons),
                concerns::urgency.eq(Urgency::Routine),
                concerns::answers.eq(KeptConcern::seal(deed.keys, (&id, self.team), &answers())?),
            ),
        );
        diesel::insert_into(concerns::table).values(row).execute(deed.db)?;
        Ok(())
    }

    fn draft(&self) {
        self.world.house(|deed| {
            let id = DraftId::random();
            let place = Place { table: "drafts", column: "answers", row: id.as_str() };
            diesel::insert_into(drafts::table)
                .values((
                    drafts::id.eq(id),
                    drafts::account_id.eq(self.lead.id),
                    drafts::school_urn.eq(self.school),
                    drafts::answers.eq(deed.keys.seal(HOUSE, place, answers().as_text())?),
                    drafts::begun_at.eq(deed.at),
                    drafts::saved_at.eq(deed.at),
                ))
                .execute(deed.db)?;
            Ok(())
        });
    }

    fn meeting(&self, cut_off: (u32, u32), starts: (u32, u32)) -> MeetingId {
        let id = MeetingId::random();
        self.world.house(|deed| {
            diesel::insert_into(meetings::table)
                .values((
                    meetings::id.eq(id),
                    meetings::team_id.eq(self.team),
                    meetings::cut_off_at.eq(day(cut_off, 17)),
                    meetings::starts_at.eq(day(starts, 14)),
                    meetings::venue.eq(PLANTED),
                    meetings::chair.eq(PLANTED),
                ))
                .execute(deed.db)?;
            Ok(())
        });
        id
    }
}

fn answers() -> Answers {
    Answers::of([("where".to_owned(), format!("Behind {PLANTED} station"))])
}

fn day((month, day): (u32, u32), hour: u32) -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2026, month, day).expect("a date");
    day.and_hms_opt(hour, 0, 0).expect("a time")
}

/// The worker's turn: compile, then deliver. Says how many digests were compiled.
fn work(world: &World) -> usize {
    let compiled = compile::run(&world.portal, world.now()).expect("compiled").count;
    while deliver::run(&world.portal, world.now()).expect("delivered").is_more {}
    compiled
}

fn periods(world: &World, person: AccountId) -> Vec<String> {
    world.look(|db| {
        let theirs = letters::table.filter(letters::account_id.eq(person));
        Ok(theirs.order(letters::queued_at).select(letters::period).load(db)?)
    })
}

/// What arrived for a person, the newest.
fn arrived(world: &World, postbox: &Postbox, person: &Person) -> crate::postbox::Arrived {
    let today = e4s::calendar::day(world.now());
    let found = world.look(|db| e4s::accounts::queries::address(db, person.id, today));
    let (email, _) = found.expect("a post");
    postbox.letters().into_iter().rev().find(|it| it.to == [email.as_str()]).expect("a letter")
}

#[test]
fn a_coordinator_and_a_lead_read_what_needs_them() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let district = District::new(&world, 100_001);
    district.meeting((11, 26), (12, 3));
    work(&world);
    world.later(TimeDelta::days(7));
    let old = 8 * 24 * 60;
    district.concern(1, Status::Submitted, (90, 90));
    district.concern(2, Status::Submitted, (60, 60));
    district.concern(3, Status::Submitted, (old, old));
    district.concern(4, Status::Submitted, (old, 30));
    district.concern(5, Status::Redirected, (old, 20));
    district.concern(6, Status::Accepted, (old, 10));
    district.concern(7, Status::MoreInformation, (old, 5));
    district.concern(8, Status::Linked, (old, 5));
    district.draft();
    work(&world);

    let coordinator = arrived(&world, &postbox, &district.coordinator);
    insta::assert_snapshot!("coordinator", coordinator.read());
    let lead = arrived(&world, &postbox, &district.lead);
    insta::assert_snapshot!("lead", lead.read());
    for letter in [coordinator, lead] {
        let [text, html] = letter.words_of_both();
        assert_eq!(text, html);
    }
}

#[test]
fn a_digest_comes_even_when_there_is_nothing_to_say() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let partner = world.partner(world.team("Alder", "A1"));
    assert_eq!(work(&world), 1);
    insta::assert_snapshot!(arrived(&world, &postbox, &partner).read());
}

#[test]
fn a_digest_counts_nothing_of_another_team_or_school() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let (mine, other) = (District::new(&world, 100_001), District::new(&world, 100_002));
    let reference = other.concern(1, Status::Submitted, (60, 60));
    other.concern(2, Status::MoreInformation, (60, 60));
    let county = world.county();
    assert_eq!(work(&world), 5);
    for person in [&mine.coordinator, &mine.lead] {
        let letter = arrived(&world, &postbox, person);
        assert!(letter.subject.ends_with("nothing needs you"), "{}", letter.subject);
        assert!(!letter.raw.contains("C-TEST"), "{}", letter.raw);
    }
    for person in [&other.coordinator, &county] {
        assert!(arrived(&world, &postbox, person).text.contains(&reference));
    }
}

#[test]
fn nothing_of_what_was_reported_is_in_any_letter() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let district = District::new(&world, 100_001);
    district.meeting((11, 26), (12, 3));
    world.partner(district.team);
    world.county();
    for (number, status) in (1..).zip(Status::ALL) {
        district.concern(number, *status, (60, 30));
    }
    district.draft();
    assert_eq!(work(&world), 4);
    for letter in postbox.letters() {
        let all = format!("{}{}{}{}", letter.subject, letter.text, letter.html, letter.raw);
        for word in
            [PLANTED, Harm::Weapons.title(), Kind::Location.title(), "A coordinator", "A dsl"]
        {
            assert!(!all.contains(word), "{word} in {}", letter.text);
        }
    }
}

#[test]
fn there_is_one_digest_a_period_through_two_workers_and_a_restart() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let district = District::new(&world, 100_001);
    for _ in 0..20 {
        world.coordinator(district.team);
    }
    let now = world.now();
    let open =
        || Portal::open(world.portal.settings.clone(), world.portal.clock.clone()).expect("opens");
    let portals = [open(), open()];
    let counts: usize = std::thread::scope(|scope| {
        let workers = portals.each_ref().map(|portal| {
            scope.spawn(move || {
                let compiled = compile::run(portal, now).expect("compiled").count;
                deliver::run(portal, now).expect("delivered");
                compiled
            })
        });
        workers.into_iter().map(|it| it.join().expect("a worker")).sum()
    });
    assert_eq!(counts, 22);
    drop(portals);
    compile::run(&open(), now).expect("compiled");
    deliver::run(&open(), now).expect("delivered");

    let mut people = postbox.recipients();
    assert_eq!(people.len(), 22);
    people.dedup();
    assert_eq!(people.len(), 22);
}

#[test]
fn each_rhythm_has_its_own_days() {
    let world = World::new();
    let district = District::new(&world, 100_001);
    let (daily, weekly) = (&district.coordinator, &district.lead);
    let before = world.coordinator(district.team);
    world.house(|deed| {
        use e4s::store::schema::rhythms;
        let chosen = (rhythms::account_id.eq(before.id), rhythms::rhythm.eq(Rhythm::BeforeMeeting));
        diesel::insert_into(rhythms::table).values(chosen).execute(deed.db)?;
        Ok(())
    });
    let meeting = district.meeting((11, 30), (12, 7));
    for _ in 0..(9 * 24) {
        work(&world);
        world.later(TimeDelta::hours(1));
    }
    let days = ["23", "24", "25", "26", "27", "30"].map(|it| format!("2026-11-{it}")).to_vec();
    assert_eq!(
        periods(&world, daily.id),
        [days, vec!["2026-12-01".to_owned(), "2026-12-02".to_owned()]].concat()
    );
    assert_eq!(periods(&world, weekly.id), ["2026-W48", "2026-W49"]);
    assert_eq!(periods(&world, before.id), [format!("meeting:{meeting}"), "2026-W49".to_owned()]);
}

#[test]
fn a_clock_that_jumps_doubles_nothing_and_stops_nothing() {
    let world = World::new();
    let person = District::new(&world, 100_001).coordinator.id;
    work(&world);
    for days in [3, -2, -1, 366, -364] {
        world.later(TimeDelta::days(days));
        work(&world);
    }
    let mut found = periods(&world, person);
    found.sort();
    let days = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2027-11-24"];
    assert_eq!(found, days);
}

#[actix_web::test]
async fn a_person_chooses_how_often_and_sees_what_would_come_and_what_came() {
    let world = World::new();
    let district = District::new(&world, 100_001);
    let (lead, other) = (&district.lead, &district.coordinator);
    district.concern(1, Status::MoreInformation, (60, 30));
    work(&world);

    let page = lead.get("/digests").await;
    assert!(page.body.contains("value=\"weekly\" checked"), "{}", page.main());
    insta::assert_snapshot!(page.main());

    let wrong = lead.post("/digests", &[("rhythm", "never")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.main().contains("Select how often your digest comes")
            && wrong.body.contains("<title>Error: ")
    );

    let chosen = lead.post("/digests", &[("rhythm", "daily")]).await;
    let page = lead.get(chosen.path()).await;
    assert!(
        page.main().contains("Your choice is saved")
            && page.body.contains("value=\"daily\" checked")
    );
    assert_eq!(world.audit(), ["rhythm-chosen"]);

    let mine = |it: &Person| -> LetterId {
        let id = it.id;
        world.look(|db| {
            Ok(letters::table.filter(letters::account_id.eq(id)).select(letters::id).first(db)?)
        })
    };
    let letter = lead.get(&format!("/digests/{}", mine(lead))).await;
    assert!(letter.main().contains("C-TEST-01"), "{}", letter.main());
    assert_eq!(lead.get(&format!("/digests/{}", mine(other))).await.status, 404);
    assert_eq!(world.admin().get("/digests").await.status, 403);
}

#[test]
fn an_address_that_nobody_has_shown_to_be_theirs_gets_no_digest() {
    let world = World::new();
    crate::tickets::invited(&world);
    assert_eq!(compile::run(&world.portal, world.now()).expect("compiled").count, 0);
    let person = world.county();
    assert_eq!(compile::run(&world.portal, world.now()).expect("compiled").count, 1);
    assert_eq!(periods(&world, person.id).len(), 1);
}
