//! The pages of a report, in the order in which they are asked.

use super::questions::{QUESTIONS, Question};
use crate::store::text_enum;

text_enum! {
    /// A page of the report, by the word in its address, in the order in which they are asked.
    pub enum ReportStep {
        Kind = "kind",
        Place = "place",
        Found = "found",
        Harm = "harm",
        What = "what",
        When = "when",
        Who = "who",
        Strengths = "strengths",
        Done = "done",
        Check = "check",
    }
}

impl ReportStep {
    /// How many steps a writer is told there are. A page that follows from the one before counts with it.
    pub const COUNT: usize = 8;

    /// Its number, out of `COUNT`.
    pub fn number(self) -> usize {
        match self {
            Self::Kind => 1,
            Self::Place | Self::Found => 2,
            Self::Harm | Self::What => 3,
            Self::When => 4,
            Self::Who => 5,
            Self::Strengths => 6,
            Self::Done => 7,
            Self::Check => 8,
        }
    }

    /// The page's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kind => "What is the concern about?",
            Self::Place => "Where is it?",
            Self::Found => "Which district is it in?",
            Self::Harm => "What kind of harm is it?",
            Self::What => "What has been seen or said?",
            Self::When => "When does it happen?",
            Self::Who => "Who is affected?",
            Self::Strengths => "What is good there?",
            Self::Done => "What has been done?",
            Self::Check => "Check your answers",
        }
    }

    /// The heading of its answers in a summary.
    pub fn section(self) -> &'static str {
        match self {
            Self::Kind => "What it is about",
            Self::Place => "Where",
            Self::Found => "District",
            Self::Harm => "Harm",
            Self::What => "What has been seen or said",
            Self::When => "When",
            Self::Who => "Who is affected",
            Self::Strengths => "Strengths",
            Self::Done => "What has been done",
            Self::Check => "Check",
        }
    }

    /// The page before, if there is one.
    pub fn before(self) -> Option<Self> {
        let here = Self::ALL.iter().position(|it| *it == self)?;
        Self::ALL.get(here.checked_sub(1)?).copied()
    }

    /// The page after. The last is its own.
    #[must_use]
    pub fn after(self) -> Self {
        let mut rest = Self::ALL.iter().copied().skip_while(|it| *it != self);
        rest.nth(1).unwrap_or(Self::Check)
    }

    /// The questions of this page.
    pub fn questions(self) -> impl Iterator<Item = &'static Question> {
        QUESTIONS.iter().filter(move |it| it.step == self)
    }
}
