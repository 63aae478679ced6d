//! What the teams of the demonstration work towards: goals, responses, measures and how they see their contexts.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::fill::People;
use super::story::{act, coordinator};
use crate::app::Portal;
use crate::contexts::ContextId;
use crate::contexts::assess::Side;
use crate::contexts::assess::write::{SideForm, write};
use crate::contexts::goals::measure::{MeasureForm, RepeatForm, measure, repeat};
use crate::contexts::goals::respond::{ResponseForm, done, plan};
use crate::contexts::goals::set::{GoalForm, set};
use crate::contexts::goals::{GoalId, ResponseId};
use crate::deed::Deed;
use crate::{Error, Result, calendar};

/// What a team works on in a context.
struct Work {
    context: &'static str,
    team: &'static str,
    goals: &'static [Aim],
    sides: &'static [(Side, &'static str)],
}

/// A goal by the word of its indicator, with what belongs to it.
struct Aim {
    indicator: &'static str,
    days_ago: i64,
    responses: &'static [Doing],
    measures: &'static [Counting],
}

/// What, unit, which way, and each number with how many days ago it was counted.
type Counting = (&'static str, &'static str, &'static str, &'static [(i64, &'static str)]);

struct Doing {
    what: &'static str,
    owner: &'static str,
    sort: &'static str,
    /// From how many days ago until how many days ahead.
    days: (i64, i64),
    is_done: bool,
}

/// When the responses that are over were done.
const DONE_AGO: i64 = 8;

const WORK: &[Work] = &[
    Work {
        context: "Market Hall car park",
        team: "Crawley",
        goals: &[
            Aim {
                indicator: "less_contact",
                days_ago: 40,
                responses: &[
                    Doing {
                        what: "Light and a mirror on the stairs to the bus stands",
                        owner: "Car parks manager, borough council",
                        sort: "environment",
                        days: (35, -6),
                        is_done: true,
                    },
                    Doing {
                        what: "The kiosk’s attendant knows whom to ring, and stays until 6pm on Thursdays",
                        owner: "Community safety team",
                        sort: "guardianship",
                        days: (30, 60),
                        is_done: false,
                    },
                    Doing {
                        what: "Plain-clothes officers on the lower level on Thursdays",
                        owner: "Neighbourhood policing team",
                        sort: "enforcement",
                        days: (30, 20),
                        is_done: false,
                    },
                ],
                measures: &[(
                    "Pupils waiting on the lower level after 4pm",
                    "on a Thursday",
                    "fewer",
                    &[(41, "14"), (27, "11"), (13, "6"), (4, "5")],
                )],
            },
            Aim {
                indicator: "trusted_adult",
                days_ago: 39,
                responses: &[Doing {
                    what: "Year 9 and 10 tutor time on whom to turn to in town",
                    owner: "Marlpit School, personal development lead",
                    sort: "curriculum",
                    days: (20, 15),
                    is_done: false,
                }],
                measures: &[(
                    "Young people who can name an adult there who would help",
                    "of 30 asked",
                    "more",
                    &[(41, "7"), (6, "16")],
                )],
            },
        ],
        sides: &[
            (
                Side::Strengths,
                "They look after one another on the way home, and most have a club or a job to go to later. What they lack is \
                 somewhere dry and free between the last lesson and the bus.",
            ),
            (
                Side::Guardianship,
                "The kiosk’s attendant is there until 5pm and is trusted. After that nobody is.",
            ),
            (
                Side::Environment,
                "The stairs are dark and cannot be seen from the street. The car park belongs to the borough; the bus stands to \
                 the operator, whose drivers have no way to report.",
            ),
            (
                Side::Views,
                "“It is dry and nobody moves you on.” They want a warm room with sockets.",
            ),
            (
                Side::Weighting,
                "The neighbourhood, between 3.30pm and 5.30pm. School and homes are mostly protective.",
            ),
        ],
    },
    Work {
        context: "Seafront arcade",
        team: "Arun",
        goals: &[Aim {
            indicator: "known_adults",
            days_ago: 24,
            responses: &[Doing {
                what: "The arcade asks adults without children to leave after 4pm, and tells the team whom it sees again",
                owner: "Arcade manager",
                sort: "guardianship",
                days: (20, 40),
                is_done: false,
            }],
            measures: &[(
                "Pupils who say that somebody there offered them food or credit",
                "of 40 asked",
                "fewer",
                &[(24, "13"), (3, "4")],
            )],
        }],
        sides: &[(
            Side::Guardianship,
            "Two members of staff, both often in the back. A detached youth worker passes on Fridays.",
        )],
    },
];

/// Does all of it, each by the coordinator of its team and at its own time.
pub(super) fn work(
    portal: &Portal,
    people: &People,
    contexts: &BTreeMap<&'static str, ContextId>,
) -> Result<()> {
    let now = (portal.clock)();
    for work in WORK {
        let Some(context) = contexts.get(work.context).copied() else { continue };
        let by = coordinator(work.team)?;
        for aim in work.goals {
            let at = ago(now, aim.days_ago);
            let over = act(portal, people, (by, at), |deed| aimed(deed, context, aim, now))?;
            let later = (by, ago(now, DONE_AGO));
            act(portal, people, later, |deed| {
                over.iter().try_for_each(|(goal, it)| done(deed, (context, *goal), *it))
            })?;
        }
        for (side, words) in work.sides {
            let form = SideForm { words: (*words).to_owned(), version: 0 };
            let text = form.check().map_err(Error::Invalid)?;
            act(portal, people, (by, ago(now, 12)), |deed| write(deed, (context, *side), &text))?;
        }
    }
    Ok(())
}

fn ago(now: NaiveDateTime, days: i64) -> NaiveDateTime {
    calendar::at(calendar::day(now) - TimeDelta::days(days), 11, 20)
}

/// A day as a form sends it.
fn parts(day: NaiveDate) -> [String; 3] {
    [day.day().to_string(), day.month().to_string(), day.year().to_string()]
}

/// Sets a goal with all that belongs to it, and says which of its responses are over by now.
fn aimed(
    deed: &mut Deed,
    context: ContextId,
    aim: &Aim,
    now: NaiveDateTime,
) -> Result<Vec<(GoalId, ResponseId)>> {
    let mut over = Vec::new();
    let today = calendar::day(now);
    let form = GoalForm { indicator: aim.indicator.to_owned(), ..GoalForm::default() };
    let goal = set(deed, context, &form.check().map_err(Error::Invalid)?)?;
    for it in aim.responses {
        let [from_day, from_month, from_year] = parts(today - TimeDelta::days(it.days.0));
        let [until_day, until_month, until_year] = parts(today + TimeDelta::days(it.days.1));
        let form = ResponseForm {
            what: it.what.to_owned(),
            owner: it.owner.to_owned(),
            sort: it.sort.to_owned(),
            from_day,
            from_month,
            from_year,
            until_day,
            until_month,
            until_year,
        };
        let id = plan(deed, (context, goal), &form.check().map_err(Error::Invalid)?)?;
        if it.is_done {
            over.push((goal, id));
        }
    }
    for (what, unit, wanted, values) in aim.measures {
        let Some(((first, amount), later)) = values.split_first() else { continue };
        let [taken_day, taken_month, taken_year] = parts(today - TimeDelta::days(*first));
        let form = MeasureForm {
            what: (*what).to_owned(),
            unit: (*unit).to_owned(),
            wanted: (*wanted).to_owned(),
            amount: (*amount).to_owned(),
            taken_day,
            taken_month,
            taken_year,
        };
        let id = measure(deed, (context, goal), &form.check(today).map_err(Error::Invalid)?)?;
        for (days, amount) in later {
            let [taken_day, taken_month, taken_year] = parts(today - TimeDelta::days(*days));
            let amount = (*amount).to_owned();
            let corrects = String::new();
            let form = RepeatForm { amount, taken_day, taken_month, taken_year, corrects };
            let checked = form.check(today).map_err(Error::Invalid)?;
            repeat(deed, (context, goal, id), &checked)?;
        }
    }
    Ok(over)
}
