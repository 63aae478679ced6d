//! When a team sits, and who may see and keep its diary.

use chrono::{NaiveDateTime, TimeDelta};
use e4s::Error;
use e4s::accounts::Actor;
use e4s::districts::TeamId;
use e4s::districts::diary::{self, Sitting};

use crate::world::World;

fn sitting(team: TeamId, starts_at: NaiveDateTime) -> Sitting {
    let cut_off_at = starts_at - TimeDelta::days(7);
    Sitting {
        team,
        starts_at,
        cut_off_at,
        venue: "Room 1".to_owned(),
        chair: "Sam Example".to_owned(),
    }
}

#[test]
fn a_concern_is_heard_at_the_first_meeting_whose_cut_off_has_not_passed() {
    let world = World::new();
    let (team, other) = (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let now = world.now();
    let starts: Vec<NaiveDateTime> = [5, 10, 40].map(|it| now + TimeDelta::days(it)).to_vec();
    for start in &starts {
        world.house(|deed| diary::schedule(deed, &sitting(team, *start)));
    }
    world.house(|deed| diary::schedule(deed, &sitting(other, now + TimeDelta::days(8))));
    let heard = |at| world.look(|db| diary::hearing(db, team, at)).map(|it| it.starts_at);
    assert_eq!(heard(now), Some(starts[1]), "papers for the first one have closed");
    assert_eq!(heard(now + TimeDelta::days(3)), Some(starts[1]), "at the very cut-off");
    assert_eq!(heard(now + TimeDelta::days(3) + TimeDelta::seconds(1)), Some(starts[2]));
    assert_eq!(heard(now + TimeDelta::days(34)), None);
}

#[test]
fn a_diary_is_kept_by_its_own_team_and_read_by_its_members() {
    let world = World::new();
    let (team, other) = (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let start = world.now() + TimeDelta::days(10);
    let meeting = world.house(|deed| diary::schedule(deed, &sitting(team, start)));
    let past =
        world.house(|deed| diary::schedule(deed, &sitting(team, start - TimeDelta::days(20))));

    let schedule = |by: &Actor, sitting: &Sitting| {
        world
            .portal
            .write_as(by, world.now(), |deed| diary::schedule(deed, sitting).map(|it| it.team))
    };
    let own = world.coordinator(team).actor();
    let later = sitting(team, start + TimeDelta::days(1));
    assert_eq!(schedule(&own, &later).expect("scheduled"), team);
    assert!(matches!(schedule(&own, &later), Err(Error::Refused(_))), "twice");
    let late = Sitting {
        cut_off_at: start + TimeDelta::days(9),
        ..sitting(team, start + TimeDelta::days(2))
    };
    assert!(matches!(schedule(&own, &late), Err(Error::Refused(_))), "cut-off after the start");
    for stranger in
        [world.coordinator(other).actor(), world.partner(team).actor(), world.admin().actor()]
    {
        assert!(matches!(schedule(&stranger, &later), Err(Error::Forbidden)));
    }

    let seen = |by: &Actor| {
        let scope = by.scope();
        world.look(|db| {
            let ahead = diary::meetings_of(db, &scope, world.now(), 50)?.len();
            let behind = diary::meetings_before(db, &scope, world.now(), 50)?.len();
            let one = diary::meeting(db, &scope, meeting.id).is_ok();
            Ok((ahead, behind, one))
        })
    };
    assert!(past.starts_at < world.now());
    assert_eq!(seen(&own), (2, 1, true));
    assert_eq!(seen(&world.partner(team).actor()), (2, 1, true));
    assert_eq!(seen(&world.county().actor()), (2, 1, true));
    assert_eq!(seen(&world.coordinator(other).actor()), (0, 0, false));
    let school = world.school(900_001, "Saint Aimée’s Academy", "E07000226");
    assert_eq!(seen(&world.dsl(school).actor()), (0, 0, false));
}
