//! A pack in words: what stands on its pages, for either of its readers.

use std::collections::BTreeMap;

use super::{Decided, ForTeam, Front, Sanitised};
use crate::calendar;
use crate::contexts::assess::Side;
use crate::contexts::brief::{Brief, ForPartners};
use crate::contexts::goals::{Amount, Goal, Measure, Response, Standing};
use crate::contexts::share::FEW;
use crate::contexts::together::{Named, Quote, fullest};
use crate::districts::possessive;
use crate::documents::pack::{Fact, Item, PackSheet, Section};
use crate::meetings::agenda::Point;
use crate::schools::Urn;

/// How many schools are quoted under one heading; the rest stands on the context's page.
const QUOTED_MAX: usize = 6;
const GONE: &str = "A context that is with another team by now";

/// Who reads it, when it is made, and for whom the council is.
pub(super) struct Copy {
    pub reader: String,
    pub made: String,
    pub council: String,
}

fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The copy for who sees all of the meeting.
pub(super) fn for_team(it: &ForTeam, copy: Copy) -> PackSheet {
    let mut facts = facts(&it.front);
    if !it.apologies.is_empty() {
        facts.push(Fact::of("Apologies", it.apologies.clone()));
    }
    let title =
        |point: &Point| point.context.as_ref().map_or(GONE, |it| it.label.as_str()).to_owned();
    let item = |(at, point): (usize, &Point)| {
        let brief = it.briefs.get(&point.item.context).filter(|_| point.context.is_some());
        let mut item = blank((at, point), title(point));
        if let Some(brief) = brief {
            item.facts.extend(team_facts(brief, point, &it.front));
            let decided = it.decided.get(&point.item.context);
            let conflicts = it.conflicts.get(&point.item.context).map_or("", String::as_str);
            item.sections.extend(team_sections(brief, &it.front.schools, (decided, conflicts)));
        }
        item
    };
    let items = it.front.points.iter().enumerate().map(item).collect();
    let handling = "It speaks of places, groups and schools, and repeats what schools wrote. Keep it closed, give it to nobody, and \
                    destroy it after the meeting.";
    sheet((&it.front, copy), ("Full copy, for the team.", handling), (facts, items))
}

/// The copy for partners.
pub(super) fn for_partners(it: &Sanitised, copy: Copy) -> PackSheet {
    let item = |(at, point): (usize, &Point)| {
        let about = it.items.get(&point.item.context).filter(|_| point.context.is_some());
        let title = about.map_or_else(|| GONE.to_owned(), partner_title);
        let mut item = blank((at, point), title);
        if let Some(about) = about {
            item.facts.extend(partner_facts(about, &it.front.schools));
            if let Some((at, decision)) = it.decided.get(&point.item.context) {
                let said = format!("{}, on {}", decision.title(), calendar::date_of(*at));
                item.facts.push(Fact::of("Last decision", said));
            }
            let plan = about.plan.iter().flatten();
            item.sections.extend(plan.map(|goal| goal_section(goal, partner_amount)));
        }
        item
    };
    let items = it.front.points.iter().enumerate().map(item).collect();
    let handling = "It has nothing in it that a school wrote, counts under five are not given, and schools are named only if they \
                    agreed. Keep it closed, give it to nobody, and destroy it after the meeting.";
    let facts = facts(&it.front);
    sheet((&it.front, copy), ("Partners’ copy.", handling), (facts, items))
}

fn sheet(
    (front, copy): (&Front, Copy),
    (which, handling): (&str, &str),
    (facts, items): (Vec<Fact>, Vec<Item>),
) -> PackSheet {
    let day = calendar::date_of(front.meeting.starts_at);
    let minutes = front.points.iter().map(|it| it.item.minutes.to_string());
    let row = |(item, minutes): (&Item, String)| {
        [item.time.clone(), format!("{}. {}", item.number, item.title), minutes]
    };
    PackSheet {
        title: format!("{} meeting on {day}", possessive(&front.team)),
        council: copy.council,
        copy: which.to_owned(),
        handling: handling.to_owned(),
        reader: copy.reader,
        made: copy.made,
        facts,
        order: items.iter().zip(minutes).map(row).collect(),
        items,
        has_numbers: false,
    }
}

fn facts(front: &Front) -> Vec<Fact> {
    let meeting = &front.meeting;
    let ends = front.points.last().map(|it| calendar::time_of(it.ends_at));
    let ends =
        ends.map_or_else(String::new, |it| format!(", to {it} if each item keeps to its time"));
    let expected = match front.expected.as_slice() {
        [] => "Nobody has a post in the team on that day".to_owned(),
        names => names.join(", "),
    };
    vec![
        Fact::of("When", format!("{}{ends}", calendar::moment(meeting.starts_at))),
        Fact::of("Where", meeting.venue.clone()),
        Fact::of("Chair", meeting.chair.clone()),
        Fact::of("Expected", expected),
    ]
}

fn blank((at, point): (usize, &Point), title: String) -> Item {
    let mut facts = Vec::new();
    if point.item.is_carried {
        facts.push(Fact::of("Carried over", "An earlier meeting did not reach it"));
    }
    facts.push(Fact::of(
        "Time",
        count(usize::try_from(point.item.minutes).unwrap_or_default(), "minute"),
    ));
    let time = calendar::time_of(point.starts_at);
    Item { number: at + 1, time, title, facts, sections: Vec::new() }
}

fn team_facts(it: &Brief, point: &Point, front: &Front) -> Vec<Fact> {
    let context = &it.context;
    let schools = count(it.by_school.len(), "school");
    let names: Vec<&str> =
        it.by_school.keys().filter_map(|urn| front.schools.get(urn).map(String::as_str)).collect();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let mut facts = vec![
        Fact::of("What", format!("{}, {}", context.kind.title(), context.reference)),
        Fact::of("Stands", context.state.title()),
        Fact::of(
            "Reported",
            format!("{} from {schools}{names}", count(it.concerns.len(), "report")),
        ),
    ];
    if point.standing.is_urgent {
        facts.push(Fact::of("Urgent", "A school that has heard nothing yet called it urgent"));
    }
    if !it.is_whole {
        facts.push(Fact::of(
            "Not whole",
            "Some of what is kept about it could not be read and is missing here",
        ));
    }
    facts
}

/// What stands under an item of the team's copy, in the order in which a meeting asks for it.
fn team_sections(
    it: &Brief,
    schools: &BTreeMap<Urn, String>,
    (decided, conflicts): (Option<&Decided>, &str),
) -> Vec<Section> {
    let quoted = |title: &str, quotes: &[Quote]| Section {
        title: title.to_owned(),
        lines: quotes_said(quotes, schools),
        ..Section::default()
    };
    let side = |side: Side| it.assessment.iter().find(|it| it.side == side);
    let sides = Side::ALL.iter().filter_map(|which| side(*which)).map(|it| Section {
        title: it.side.title().to_owned(),
        lines: vec![it.words.clone()],
        ..Section::default()
    });
    let mut all = vec![
        Section { title: "What reports say".to_owned(), facts: reported(it), ..Section::default() },
        quoted("Where, in the words of reports", &it.places),
        quoted("What is good about it", &it.strengths),
        quoted("Who looks out for young people there", &it.guardians),
        quoted("What young people say, in reports", &it.young_people),
    ];
    all.extend(sides);
    all.extend(it.goals.iter().map(|goal| goal_section(goal, |amount| amount.to_string())));
    let mut last = Vec::new();
    if let Some(it) = decided {
        let said = format!("{}, on {}", it.decision.title(), calendar::date_of(it.at));
        last.push(Fact::of("Last decision", said));
        if !it.reason.is_empty() {
            last.push(Fact::of("Reason", it.reason.clone()));
        }
    }
    if !conflicts.is_empty() {
        last.push(Fact::of("Interests declared", conflicts.to_owned()));
    }
    all.push(Section { title: "So far".to_owned(), facts: last, ..Section::default() });
    all.retain(|it| !it.is_empty());
    all
}

fn reported(it: &Brief) -> Vec<Fact> {
    let named = |it: &Named| {
        let others = if it.as_other > 0 {
            format!(", named beside by {}", it.as_other)
        } else {
            String::new()
        };
        format!("{} (the main harm of {}{others})", it.harm.title(), it.as_main)
    };
    let harms: Vec<String> = it.harms.iter().map(named).collect();
    let when = match (fullest(&it.grid, 1), it.unplaced) {
        (when, _) if when.is_empty() => "No report says on which day and at what time.".to_owned(),
        (when, 0) => when,
        (when, unplaced) => format!("{when} {} name no day or no time.", count(unplaced, "report")),
    };
    let mut facts = vec![Fact::of("Harms", harms.join("; ")), Fact::of("When", when)];
    let seen = [("First seen", it.first_seen), ("Last seen", it.last_seen)];
    let seen = seen.into_iter().filter_map(|(key, day)| Some((key, day?)));
    facts.extend(seen.map(|(key, day)| Fact::of(key, calendar::long_date(day))));
    facts.retain(|it| !it.value.is_empty());
    facts
}

/// Quotes with the name of the school, for readers who may know it; a sentence for those left out.
fn quotes_said(quotes: &[Quote], schools: &BTreeMap<Urn, String>) -> Vec<String> {
    let line = |it: &Quote| match schools.get(&it.school) {
        Some(school) => format!("{} ({school})", it.words),
        None => it.words.clone(),
    };
    let mut lines: Vec<String> = Vec::new();
    for line in quotes.iter().map(line) {
        // The same words of the same school stand once.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let more = lines.len().saturating_sub(QUOTED_MAX);
    lines.truncate(QUOTED_MAX);
    if more > 0 {
        lines.push(format!("{more} more stand on the context’s page."));
    }
    lines
}

fn goal_section(goal: &Goal, amount: impl Fn(Amount) -> String) -> Section {
    let row = |it: &Measure| {
        let value = |value: Option<&(chrono::NaiveDate, Amount)>| match value {
            Some((on, it)) => format!("{} on {}", amount(*it), calendar::long_date(*on)),
            None => String::new(),
        };
        let latest = it.values.last().filter(|_| it.values.len() > 1);
        let latest =
            if latest.is_some() { value(latest) } else { "Not taken again yet".to_owned() };
        vec![format!("{} ({})", it.what, it.unit), value(it.values.first()), latest]
    };
    let stands =
        (goal.standing != Standing::Open).then(|| Fact::of("Stands", goal.standing.title()));
    let nothing = goal.responses.is_empty().then(|| Fact::of("Responses", "None yet"));
    Section {
        title: format!("Goal: {}", goal.words),
        facts: stands.into_iter().chain(nothing).collect(),
        lines: goal.responses.iter().map(response_said).collect(),
        head: ["Measure", "Before", "Latest"].map(str::to_owned).to_vec(),
        rows: goal.measures.iter().map(row).collect(),
    }
}

fn response_said(it: &Response) -> String {
    let stands = match (it.done_on, it.until_on) {
        (Some(done), _) => format!("done on {}", calendar::long_date(done)),
        (None, Some(until)) => format!("until {}", calendar::long_date(until)),
        (None, None) => format!("since {}", calendar::long_date(it.from_on)),
    };
    format!("{}: {}. {}, {stands}", it.sort.title(), it.what, it.owner)
}

fn partner_title(it: &ForPartners) -> String {
    match &it.name {
        Some(name) => name.clone(),
        None => format!("{}, {}", it.kind.title(), it.reference),
    }
}

fn partner_facts(it: &ForPartners, schools: &BTreeMap<Urn, String>) -> Vec<Fact> {
    let names: Vec<&str> =
        it.named.iter().filter_map(|urn| schools.get(urn).map(String::as_str)).collect();
    let agreed =
        if names.is_empty() { String::new() } else { format!(", among them {}", names.join(", ")) };
    let harms: Vec<String> = it.harms.iter().map(|it| it.title().to_owned()).collect();
    let mut facts = vec![
        Fact::of("What", format!("{}, {}", it.kind.title(), it.reference)),
        Fact::of("Reports", it.reports.clone()),
        Fact::of("Schools that reported", format!("{}{agreed}", it.schools)),
        Fact::of("Harms", harms.join(", ")),
        Fact::of("When", it.when.clone()),
        Fact::of("From the team", it.words.clone()),
    ];
    facts.retain(|it| !it.value.is_empty());
    facts
}

/// An amount of a measure as it is told beyond the team: it may count people.
fn partner_amount(it: Amount) -> String {
    let few = i64::try_from(FEW).unwrap_or_default() * 100;
    if it.0 < few { "fewer than five".to_owned() } else { it.to_string() }
}
