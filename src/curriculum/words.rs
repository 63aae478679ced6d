//! The vocabulary of the curriculum: closed lists, each word with its code and its title.

/// An enum whose values are written as codes in files and as titles on pages.
macro_rules! coded {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$note:meta])* $variant:ident = $code:literal, $title:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$note])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            pub fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.code() == code)
            }
            /// The codes, as a fault names them.
            pub fn codes() -> String {
                Self::ALL.iter().map(|it| it.code()).collect::<Vec<_>>().join(", ")
            }
        }
    };
}

coded! {
    pub enum Cornerstone {
        Digital = "digital-and-media-literacy", "Digital and Media Literacy";
        Relationships = "relationships-and-sex-education", "Relationships and Sex Education";
        Physical = "physical-health-and-wellbeing", "Physical Health and Wellbeing";
        Emotional = "emotional-health-and-wellbeing", "Emotional Health and Wellbeing";
    }
}

coded! {
    pub enum Phase {
        Eyfs = "eyfs", "Early years (EYFS)";
        Ks1 = "ks1", "Key stage 1";
        LowerKs2 = "lower-ks2", "Lower key stage 2";
        UpperKs2 = "upper-ks2", "Upper key stage 2";
        Ks3 = "ks3", "Key stage 3";
        Ks4 = "ks4", "Key stage 4";
        Ks5 = "ks5", "Key stage 5";
    }
}

impl Phase {
    /// First and last school year; 0 stands for Nursery and Reception.
    pub fn years(self) -> (u32, u32) {
        match self {
            Self::Eyfs => (0, 0),
            Self::Ks1 => (1, 2),
            Self::LowerKs2 => (3, 4),
            Self::UpperKs2 => (5, 6),
            Self::Ks3 => (7, 9),
            Self::Ks4 => (10, 11),
            Self::Ks5 => (12, 13),
        }
    }

    pub fn years_in_words(self) -> String {
        match self.years() {
            (0, _) => "Nursery and Reception".to_owned(),
            (from, to) if to == from + 1 => format!("Years {from} and {to}"),
            (from, to) => format!("Years {from} to {to}"),
        }
    }

    /// The half of the statutory guidance that this phase may teach from.
    pub fn half(self) -> Half {
        match self {
            Self::Eyfs | Self::Ks1 | Self::LowerKs2 | Self::UpperKs2 => Half::Primary,
            Self::Ks3 | Self::Ks4 | Self::Ks5 => Half::Secondary,
        }
    }

    /// Whether the guidance binds this phase, so that each lesson rests on a point of it.
    pub fn is_bound(self) -> bool {
        !matches!(self, Self::Eyfs | Self::Ks5)
    }
}

coded! {
    /// The two parts into which the statutory guidance falls.
    pub enum Half { Primary = "primary", "Primary"; Secondary = "secondary", "Secondary"; }
}

coded! {
    /// The parts of a young person's world that a lesson draws on.
    pub enum Context {
        Home = "home", "Home";
        Peers = "peers", "Peers";
        School = "school", "School";
        Neighbourhood = "neighbourhood", "Neighbourhood";
        Online = "online", "Online";
    }
}

coded! {
    /// What a teacher needs to know is in a lesson before opening it.
    pub enum Content {
        Families = "families", "Families";
        Bodies = "bodies", "Bodies";
        Relationships = "relationships", "Relationships";
        Loss = "loss", "Loss and grief";
        MentalHealth = "mental-health", "Mental health";
        SelfHarm = "self-harm", "Self-harm and suicide";
        Violence = "violence", "Violence";
        Weapons = "weapons", "Weapons";
        Exploitation = "exploitation", "Exploitation";
        Abuse = "abuse", "Abuse";
        Substances = "substances", "Alcohol, drugs and vapes";
        Discrimination = "discrimination", "Discrimination and hate";
        OnlineHarm = "online-harm", "Harm online";
        StrangersAndPlaces = "strangers-and-places", "Strangers and places";
        Money = "money", "Money and gambling";
        Nothing = "none", "Nothing of note";
    }
}

coded! {
    /// The early learning goals to which an EYFS lesson belongs.
    pub enum EarlyGoal {
        SelfRegulation = "PSED-SR", "Self-regulation";
        ManagingSelf = "PSED-MS", "Managing self";
        BuildingRelationships = "PSED-BR", "Building relationships";
        Listening = "CL-LAU", "Listening, attention and understanding";
        Speaking = "CL-SP", "Speaking";
        PeopleAndPlaces = "UW-PCC", "People, culture and communities";
    }
}

coded! {
    /// Why a lesson changed. A safety change withdraws what went before.
    pub enum Reason {
        Safety = "safety", "Safety";
        Factual = "factual", "Facts";
        Wording = "wording", "Wording";
    }
}

coded! {
    /// The parts of every lesson, in their order.
    pub enum Part {
        Before = "before-you-teach", "Before you teach";
        GroundRules = "ground-rules", "Ground rules";
        Baseline = "baseline", "Baseline";
        Activities = "activities", "Activities";
        Support = "support-and-challenge", "Support and challenge";
        Send = "send-and-eal", "SEND and EAL";
        Questions = "question-box", "Question box";
        EndPoint = "end-point-assessment", "End-point assessment";
        Signposting = "signposting", "Signposting";
        Disclosure = "if-a-pupil-tells-you-something", "If a pupil tells you something";
        AtHome = "at-home", "At home";
    }
}

coded! {
    /// The parts of every unit, in their order.
    pub enum UnitPart {
        Intent = "intent", "Intent";
        Why = "why-this-why-now", "Why this, why now";
        Around = "before-and-after", "Before and after";
        Knowledge = "key-long-term-knowledge", "Key long-term knowledge";
        Leaders = "for-leaders", "For leaders";
    }
}

coded! {
    /// What may belong to a lesson; the code is the name of its file without the ending.
    pub enum Kind {
        Worksheet = "worksheet", "Worksheet";
        Cards = "cards", "Cards";
        Slides = "slides", "Slides";
        Quiz = "quiz", "Quiz";
        Parents = "parents", "For parents";
    }
}

impl Kind {
    pub fn file(self) -> &'static str {
        match self {
            Self::Worksheet => "worksheet.md",
            Self::Cards => "cards.md",
            Self::Slides => "slides.md",
            Self::Quiz => "quiz.toml",
            Self::Parents => "parents.md",
        }
    }

    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.file() == name)
    }
}
