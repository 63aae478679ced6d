//! The questions of a report, each declared once: the pages, the check and the summary come from this list.

use super::steps::ReportStep;
use super::{Harm, Kind, Urgency};

/// The longest one-line answer, in characters.
pub const LINE_MAX: usize = 200;
/// The longest account, in characters.
pub const TEXT_MAX: usize = 4_000;

/// What can be chosen: the word that is kept, and how pages say it.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: &'static str,
    pub text: &'static str,
    pub hint: &'static str,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One line.
    Line,
    /// An account.
    Text,
    /// One of these.
    One(fn() -> Vec<Choice>),
    /// Any of these.
    Any(fn() -> Vec<Choice>),
    /// A day: three fields, `NAME_day`, `NAME_month` and `NAME_year`.
    Day,
}

/// How an answer is looked through for personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Nothing is typed here.
    No,
    /// Names of places are meant to be here, so two capitalised words are not taken for a person.
    Places,
    /// Wholly.
    Whole,
}

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    pub step: ReportStep,
    pub field: &'static str,
    /// As the page asks it.
    pub label: &'static str,
    /// As a summary names it.
    pub short: &'static str,
    pub hint: &'static str,
    pub shape: Shape,
    /// What is said when there is no answer. Empty: it may be left out.
    pub needed: &'static str,
    pub steer: Steer,
}

impl Question {
    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    const fn needed(mut self, fault: &'static str) -> Self {
        self.needed = fault;
        self
    }

    const fn of_places(mut self) -> Self {
        self.steer = Steer::Places;
        self
    }

    /// The longest answer that may be typed, in characters.
    pub fn max(&self) -> usize {
        if matches!(self.shape, Text) { TEXT_MAX } else { LINE_MAX }
    }

    /// What can be chosen. Nothing for a typed answer.
    pub fn choices(&self) -> Vec<Choice> {
        match self.shape {
            One(choices) | Any(choices) => choices(),
            Line | Text | Day => Vec::new(),
        }
    }

    /// The names under which a browser sends it.
    pub fn names(&self) -> Vec<String> {
        match self.shape {
            Day => ["day", "month", "year"].map(|it| format!("{}_{it}", self.field)).to_vec(),
            _ => vec![self.field.to_owned()],
        }
    }
}

const fn ask(
    step: ReportStep,
    field: &'static str,
    (label, short): (&'static str, &'static str),
    shape: Shape,
) -> Question {
    let steer = match shape {
        Line | Text => Steer::Whole,
        One(_) | Any(_) | Day => Steer::No,
    };
    Question { step, field, label, short, hint: "", shape, needed: "", steer }
}

fn pick(choices: &[(&'static str, &'static str)]) -> Vec<Choice> {
    choices.iter().map(|(value, text)| Choice { value, text, hint: "" }).collect()
}

fn kinds() -> Vec<Choice> {
    let hint = |kind| match kind {
        Kind::Location => "A park, a shop, an estate, a car park, a takeaway",
        Kind::PeerGroup => "Young people who spend time together and are at risk, or harm others",
        Kind::Route => "A bus, a train, a path, the way to school or home",
        Kind::OnlineSpace => "An app, a game, a group chat or a site",
        Kind::SchoolSetting => "A corridor, a toilet block, a bus bay, the school gate",
    };
    let choice = |it: &Kind| Choice { value: it.as_str(), text: it.title(), hint: hint(*it) };
    Kind::ALL.iter().map(choice).collect()
}

fn harms() -> Vec<Choice> {
    let choice = |it: &Harm| Choice { value: it.as_str(), text: it.title(), hint: "" };
    Harm::ALL.iter().map(choice).collect()
}

fn urgencies() -> Vec<Choice> {
    let hint = |urgency| match urgency {
        Urgency::Urgent => {
            "Within one working day: harm is likely soon, or it is getting worse. The team is written to at once. This \
             is not an emergency service: if somebody is in danger now, call 999"
        }
        Urgency::Routine => {
            "In the ordinary way: it needs to be discussed, and it can wait for the meeting"
        }
    };
    let choice = |it: &Urgency| Choice { value: it.as_str(), text: it.title(), hint: hint(*it) };
    Urgency::ALL.iter().map(choice).collect()
}

fn years() -> Vec<Choice> {
    pick(&[
        ("reception", "Reception or younger"),
        ("1", "Year 1"),
        ("2", "Year 2"),
        ("3", "Year 3"),
        ("4", "Year 4"),
        ("5", "Year 5"),
        ("6", "Year 6"),
        ("7", "Year 7"),
        ("8", "Year 8"),
        ("9", "Year 9"),
        ("10", "Year 10"),
        ("11", "Year 11"),
        ("12", "Year 12"),
        ("13", "Year 13"),
        ("older", "Older, or not at school"),
    ])
}

fn days() -> Vec<Choice> {
    pick(&[
        ("mon", "Monday"),
        ("tue", "Tuesday"),
        ("wed", "Wednesday"),
        ("thu", "Thursday"),
        ("fri", "Friday"),
        ("sat", "Saturday"),
        ("sun", "Sunday"),
    ])
}

fn times() -> Vec<Choice> {
    pick(&[
        ("before_school", "Before school"),
        ("in_school", "In school hours"),
        ("lunch", "At lunchtime"),
        ("after_school", "After school, until 6pm"),
        ("evening", "In the evening, 6pm to 10pm"),
        ("night", "At night, after 10pm"),
    ])
}

use ReportStep as On;
use Shape::{Any, Day, Line, One, Text};

/// Every question, in the order in which they are asked and shown.
pub static QUESTIONS: &[Question] = &[
    ask(On::Kind, "kind", ("What is it about?", "Kind"), One(kinds)).needed("Choose what the concern is about"),
    ask(On::Kind, "name", ("What is it called?", "Name or label"), Line)
        .hint("The name of the place, or a neutral label for a group, such as “Year 9 group at the bus station”. Never names of children.")
        .needed("Enter the name of the place, or a neutral label for the group")
        .of_places(),
    ask(On::Place, "place", ("Postcode, grid reference or coordinates", "Postcode, grid reference or coordinates"), Line)
        .hint("If you know it. For example RH10 1AA, or TQ 268 365, or 51.1132, -0.1872. The nearest postcode is good enough.")
        .of_places(),
    ask(On::Place, "words", ("Describe where it is", "Where, in words"), Text)
        .hint("For example “behind the shops at the corner of the park”. For a route: from where to where. For an online space: which app, game or site, without account names.")
        .of_places(),
    ask(On::Place, "relation", ("Where is it, seen from school?", "Seen from school"), One(|| {
        pick(&[
            ("in_sight", "At school, or in sight of it"),
            ("on_journey", "On the journey to or from school"),
            ("off", "Somewhere else"),
        ])
    })),
    ask(On::Harm, "harm", ("Which harm is it mainly?", "Main harm"), One(harms)).needed("Choose the main harm"),
    ask(On::Harm, "other_harms", ("Which other harms play a part?", "Other harms"), Any(harms))
        .hint("Choose all that apply."),
    ask(On::What, "seen", ("What was seen or said", "Seen or said"), Text)
        .hint("Only the facts: what somebody saw, heard or was told, in order. Without names: say “a Year 9 pupil”, “a man of about 30”.")
        .needed("Enter what was seen or said"),
    ask(On::What, "think", ("What you think it may mean", "What it may mean"), Text)
        .hint("Your professional opinion, kept apart from the facts."),
    ask(On::What, "told_by", ("Who told you?", "Who told"), Any(|| {
        pick(&[
            ("pupil", "A pupil"),
            ("parent", "A parent or carer"),
            ("staff", "A member of staff"),
            ("community", "Somebody in the community"),
            ("cctv", "CCTV"),
            ("online", "Something seen online"),
        ])
    }))
    .hint("Choose all that apply."),
    ask(On::What, "sure", ("How sure are you of the facts?", "How sure"), One(|| {
        pick(&[
            ("seen", "Sure: staff saw it, or it is recorded"),
            ("several", "Fairly sure: several people say the same"),
            ("one", "Not sure: one person says so"),
            ("rumour", "It is a rumour"),
        ])
    })),
    ask(On::When, "first_seen", ("First seen", "First seen"), Day).hint("For example, 27 9 2026."),
    ask(On::When, "last_seen", ("Last seen", "Last seen"), Day).hint("For example, 19 11 2026."),
    ask(On::When, "days", ("On which days?", "Days"), Any(days)),
    ask(On::When, "times", ("At what time of day?", "Times of day"), Any(times)),
    ask(On::When, "season", ("In term time or in the holidays?", "Term or holiday"), Any(|| {
        pick(&[("term", "In term time"), ("holiday", "In the holidays")])
    })),
    ask(On::When, "recurring", ("Has it happened more than once?", "Once or recurring"), One(|| {
        pick(&[
            ("once", "Once"),
            ("recurring", "More than once, or it goes on"),
            ("unknown", "I do not know"),
        ])
    }))
    .needed("Say whether it has happened more than once"),
    ask(On::When, "urgency", ("How soon should the team look?", "How soon"), One(urgencies))
        .needed("Choose how soon the team should look"),
    ask(On::Who, "how_many", ("About how many young people?", "Young people, about"), One(|| {
        pick(&[
            ("1-4", "Fewer than 5"),
            ("5-9", "5 to 9"),
            ("10-19", "10 to 19"),
            ("20+", "20 or more"),
            ("unknown", "I do not know"),
        ])
    })),
    ask(On::Who, "years", ("Which year groups?", "Year groups"), Any(years)).hint("Choose all that apply."),
    ask(On::Who, "other_schools", ("Which other schools?", "Other schools"), Line)
        .hint("Schools and colleges whose pupils are also there.")
        .of_places(),
    ask(On::Who, "adults", ("Are adults involved?", "Adults involved"), One(|| {
        pick(&[("yes", "Yes"), ("no", "No"), ("unknown", "I do not know")])
    })),
    ask(On::Who, "adults_do", ("What do those adults do?", "What those adults do"), Text)
        .hint("If adults are involved. What they do there, not who they are: a name, a number plate or an account goes to the police on 101."),
    ask(On::Strengths, "guardians", ("Who looks out for young people there?", "Guardians"), Text)
        .hint("Adults who are there and care: a shopkeeper, a bus driver, a warden, a youth worker. Say what they do, not their names."),
    ask(On::Strengths, "strengths", ("What is good about the place or the group?", "Strengths"), Text)
        .hint("For example, good lighting, a club nearby, older pupils who step in."),
    ask(On::Strengths, "young_people", ("What do young people themselves say?", "What young people say"), Text)
        .hint("In their words where you can, without saying whose."),
    ask(On::Done, "school_did", ("What has your school done so far?", "What the school has done"), Text),
    ask(On::Done, "referral", ("Has a referral been made for any child at risk?", "Referral made"), One(|| {
        pick(&[
            ("yes", "Yes"),
            ("no", "No, or not yet"),
            ("not_needed", "Not needed: no child is known to be at risk of significant harm"),
        ])
    }))
    .hint("This report adds to a referral and never replaces it.")
    .needed("Say whether a referral has been made for any child at risk"),
    ask(On::Done, "referral_reference", ("Reference of the referral", "Reference of the referral"), Line)
        .hint("If one has been made. The reference alone, without the child’s name."),
    ask(On::Done, "also_told", ("Who else knows?", "Who else knows"), Text)
        .hint("For example, the neighbourhood police team, another school, the shop’s manager."),
    ask(On::Done, "hopes", ("What do you hope the team will do?", "What the school hopes for"), Text),
    ask(On::Done, "risk", ("Could sharing this put anybody at risk?", "Risk in sharing"), Text)
        .hint("For example, if people could work out who told you."),
];

/// A field and its value as a browser sends them, in the words of the page: "A place" for `location`. Nothing if no
/// question has such a field.
pub fn said(name: &str, value: &str) -> Option<(String, String)> {
    if let Some(asked) = question(name) {
        let chosen = asked.choices().into_iter().find(|it| it.value == value);
        let value = chosen.map_or(value, |it| it.text).to_owned();
        return Some((asked.short.to_owned(), value));
    }
    let (field, part) = name.rsplit_once('_')?;
    let asked = question(field).filter(|it| it.names().iter().any(|it| it == name))?;
    Some((format!("{}: {part}", asked.short), value.to_owned()))
}

/// The question of a field.
pub fn question(field: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|it| it.field == field)
}
