//! What the leads of the demonstration have reported, and what their teams have done with it. All invented.

/// What the team has done with a concern so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nobody has opened it yet.
    New,
    Accepted,
    /// The team asks this.
    Asked(&'static str),
    /// Passed to another team, with the reason that the reporter reads.
    Redirected {
        to: &'static str,
        why: &'static str,
    },
    /// In a context of this label, which has come as far as this state.
    Linked {
        context: &'static str,
        state: &'static str,
    },
    /// In a context of this label, which was closed with this outcome, for this reason.
    Closed {
        context: &'static str,
        outcome: &'static str,
        why: &'static str,
    },
}

/// One report.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The place of its district in the list of districts; its first school reports.
    pub district: usize,
    /// Which of the district's invented postcodes it is at. None: words alone.
    pub spot: Option<usize>,
    pub days_ago: i64,
    pub kind: &'static str,
    pub name: &'a str,
    pub words: &'static str,
    pub harm: &'static str,
    pub other_harms: &'static [&'static str],
    pub seen: &'static str,
    pub think: &'static str,
    pub guardians: &'static str,
    pub young_people: &'static str,
    pub school_did: &'static str,
    pub hopes: &'static str,
    pub urgency: &'static str,
    pub fate: Fate,
}

/// The rest of a report that reads the same in many.
pub const USUAL: Told<'static> = Told {
    district: 3,
    spot: None,
    days_ago: 5,
    kind: "location",
    name: "",
    words: "",
    harm: "antisocial_behaviour",
    other_harms: &[],
    seen: "",
    think: "",
    guardians: "",
    young_people: "",
    school_did: "Talked with the year group about the place, in general, and put a member of staff on the gate.",
    hopes: "That somebody looks at the place, and tells us what was found.",
    urgency: "routine",
    fate: Fate::New,
};

/// The reports, the oldest first.
pub const REPORTS: &[Told<'static>] = &[
    Told {
        spot: Some(4),
        days_ago: 62,
        name: "Market Hall car park",
        words: "The lower level, by the stairs to the bus stands.",
        harm: "criminal_exploitation",
        other_harms: &["substance_misuse", "adults_of_concern"],
        seen: "Pupils from Years 9 and 10 wait on the lower level after school. Adults in a parked car talk to them and hand over small packages. Seen on three Thursdays by a member of staff on their way home.",
        think: "Older people may be using the place to draw pupils into carrying things.",
        guardians: "The attendant in the kiosk knows many of the pupils and talks with them.",
        young_people: "“It is dry and nobody moves you on.”",
        hopes: "Better light on the stairs, and somebody there on Thursdays.",
        fate: Fate::Linked { context: "Market Hall car park", state: "screened" },
        ..USUAL
    },
    Told {
        spot: Some(26),
        days_ago: 55,
        name: "Underpass by the library",
        words: "Between the library and the playing field.",
        harm: "robbery",
        seen: "Two Year 8 pupils were stopped by older ones and made to hand over their telephones, on two afternoons.",
        think: "The lamps have been out since the summer.",
        guardians: "Library staff can see one end of it.",
        fate: Fate::Closed {
            context: "Underpass by the library",
            outcome: "goals_met",
            why: "The lamps work, the library’s staff look out of the window at the end of school, and nothing was reported for six weeks.",
        },
        ..USUAL
    },
    Told {
        spot: Some(9),
        days_ago: 48,
        name: "Riverside Park shelter",
        words: "The shelter beside the skate ramp.",
        harm: "substance_misuse",
        other_harms: &["underage_sales"],
        seen: "Empty vape boxes and bottles on Monday mornings. Younger pupils say that older ones sell them there on Friday evenings.",
        think: "The shelter cannot be seen from the path since the hedge grew.",
        guardians: "A volunteer runs the skate ramp on Saturdays.",
        young_people: "“You can get anything there on a Friday.”",
        fate: Fate::Linked { context: "Riverside Park shelter", state: "screened" },
        ..USUAL
    },
    Told {
        district: 4,
        spot: Some(2),
        days_ago: 41,
        kind: "route",
        name: "The 4:10pm bus to the villages",
        words: "From the station stand to the last village stop, upper deck.",
        harm: "bullying",
        other_harms: &["harmful_sexual_behaviour"],
        seen: "Year 7 pupils now stand downstairs for the whole journey. Two have told their tutors that older pupils film them and share it.",
        think: "The upper deck is out of the driver’s sight.",
        guardians: "The regular driver on Mondays knows the pupils by sight.",
        fate: Fate::Accepted,
        ..USUAL
    },
    Told {
        spot: Some(15),
        days_ago: 36,
        name: "Market Hall, lower level",
        words: "The lower level and the stairs.",
        harm: "criminal_exploitation",
        other_harms: &["missing"],
        seen: "Two pupils left at lunch and were seen there with an older group. One came back with new shoes.",
        guardians: "A security guard passes every hour.",
        fate: Fate::Linked { context: "Market Hall car park", state: "" },
        ..USUAL
    },
    Told {
        district: 1,
        spot: Some(6),
        days_ago: 33,
        name: "Arcade on the seafront",
        words: "The covered part behind the machines.",
        harm: "sexual_exploitation",
        other_harms: &["adults_of_concern"],
        seen: "Adults buy food and game credit for pupils from Year 8 on. Several pupils say that they were asked to come back in the evening.",
        think: "Gifts may become debts.",
        guardians: "The café opposite lets pupils wait inside.",
        young_people: "“They are nice to you. Then they ask for something.”",
        urgency: "urgent",
        fate: Fate::Linked { context: "Seafront arcade", state: "under_review" },
        ..USUAL
    },
    Told {
        district: 6,
        spot: Some(11),
        days_ago: 27,
        kind: "peer_group",
        name: "Group at the pier steps",
        words: "On the steps under the pier, mostly in the evening.",
        harm: "youth_violence",
        other_harms: &["weapons"],
        seen: "A group of ten to fifteen from three schools meets there. Two arguments in October ended in pushing. One pupil says that somebody had shown a blade; nobody else has seen it.",
        think: "The group is also where several pupils feel they belong.",
        guardians: "The deckchair attendant, until 6pm.",
        young_people: "“If you walk past they think you want something.”",
        fate: Fate::Linked { context: "Group at the pier steps", state: "scheduled" },
        ..USUAL
    },
    Told {
        district: 5,
        spot: Some(3),
        days_ago: 20,
        kind: "online_space",
        name: "A town-wide chat group",
        words: "An invitation-only chat with more than a hundred young people from several schools.",
        harm: "online_harm",
        other_harms: &["bullying", "sexual_harassment"],
        seen: "Pictures of pupils are shared with comments on their looks. Arguments that begin there go on at the station the next day.",
        fate: Fate::Asked(
            "Is there a time or a place where the arguments go on after the chat? Which station entrance?",
        ),
        ..USUAL
    },
    Told {
        district: 0,
        spot: Some(8),
        days_ago: 16,
        name: "Footpath behind the retail park",
        words: "The path from the footbridge to the loading bays.",
        harm: "robbery",
        other_harms: &["unsafe_place"],
        seen: "Three pupils had telephones taken in two weeks, each time between 3:30pm and 4pm. Two lamps are broken.",
        think: "Pupils go that way because the other path floods.",
        guardians: "The security guard of the furniture shop.",
        urgency: "urgent",
        fate: Fate::Accepted,
        ..USUAL
    },
    Told {
        district: 2,
        spot: Some(5),
        days_ago: 12,
        name: "Shop at the cross",
        words: "The small shop opposite the bus shelter.",
        harm: "underage_sales",
        other_harms: &["substance_misuse"],
        seen: "Pupils from Year 8 on come back from lunch with vapes and say that nobody asks for their age.",
        young_people: "“Everybody knows you go there.”",
        fate: Fate::New,
        ..USUAL
    },
    Told {
        spot: Some(15),
        days_ago: 9,
        name: "Market Hall car park, stairs",
        words: "The stairwell from the lower level to the bus stands.",
        harm: "criminal_exploitation",
        other_harms: &["missing"],
        seen: "Two pupils who are often late on Fridays were seen there at 9am with somebody older.",
        think: "This may be the same as what we reported in September.",
        fate: Fate::Accepted,
        ..USUAL
    },
    Told {
        district: 4,
        spot: Some(21),
        days_ago: 7,
        name: "Lay-by at the county boundary",
        words: "The lay-by on the main road towards the next town.",
        harm: "adults_of_concern",
        seen: "A van stops beside the school bus stop most mornings. The driver offers lifts.",
        urgency: "urgent",
        fate: Fate::Redirected {
            to: "Crawley",
            why: "The lay-by is on Crawley’s side of the boundary, and their team knows the bus stop.",
        },
        ..USUAL
    },
    Told {
        spot: Some(22),
        days_ago: 4,
        kind: "school_setting",
        name: "Corridor by the sports hall",
        words: "Between the changing rooms and the back gate.",
        harm: "sexual_harassment",
        seen: "Girls in Years 8 and 9 go round by the yard to keep out of the corridor between lessons. Comments are made about their bodies.",
        think: "No adult has a room there since the office moved.",
        young_people: "“You just do not go that way.”",
        school_did: "A duty point for staff at every change of lessons; a survey of Years 7 to 11 is under way.",
        hopes: "A visit by the youth service, and ideas from other schools.",
        ..USUAL
    },
    Told {
        spot: Some(30),
        days_ago: 1,
        name: "Bus station, stand D",
        words: "Stand D and the benches behind it.",
        harm: "weapons",
        other_harms: &["youth_violence"],
        seen: "Two groups that fell out online have said that they will meet at stand D on Friday after school. Several pupils have told staff independently.",
        think: "It may come to violence, and younger pupils change buses there.",
        guardians: "The station’s staff are at stand A until 5pm.",
        urgency: "urgent",
        hopes: "Somebody at stand D on Friday between 3pm and 5pm.",
        ..USUAL
    },
];
