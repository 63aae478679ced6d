//! What is kept, from when, and how long: the whole of it in one table.

use super::Kept;
use crate::audit::Event;
use crate::config::{Keep, Settings};
use crate::store::text_enum;

text_enum! {
    /// A rule by which something is deleted.
    pub enum Rule {
        Closed = "closed",
        Unlinked = "unlinked",
        Drafts = "drafts",
        Accounts = "accounts",
        Letters = "letters",
        Requests = "requests",
        Audit = "audit",
    }
}

/// A rule, as pages and the command line say it.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub rule: Rule,
    /// What it is about.
    pub what: &'static str,
    /// From when the time is counted. Anything that happens to the record begins it anew.
    pub from: &'static str,
    /// Its setting; the default is there.
    pub setting: &'static str,
}

/// Every rule. Sessions have one of their own in `accounts::sessions`.
pub const RULES: [Line; 7] = [
    Line {
        rule: Rule::Closed,
        what: "Contexts that are closed, with their concerns",
        from: "after closing",
        setting: "keep_closed",
    },
    Line {
        rule: Rule::Unlinked,
        what: "Concerns that are in no context",
        from: "after the last step",
        setting: "keep_unlinked",
    },
    Line {
        rule: Rule::Drafts,
        what: "Reports that were begun and not sent",
        from: "after last being saved",
        setting: "keep_drafts",
    },
    Line {
        rule: Rule::Accounts,
        what: "What is known of people who have left, but for their names",
        from: "after the last post ended",
        setting: "keep_accounts",
    },
    Line {
        rule: Rule::Letters,
        what: "Letters",
        from: "after being written",
        setting: "keep_letters",
    },
    Line {
        rule: Rule::Requests,
        what: "Requests of people to see what is kept about them",
        from: "after being asked",
        setting: "keep_requests",
    },
    Line {
        rule: Rule::Audit,
        what: "Lines of the audit log, a month at a time",
        from: "after being written",
        setting: "keep_audit",
    },
];

impl Rule {
    /// How long this rule keeps things.
    pub fn keep(self, settings: &Settings) -> Keep {
        match self {
            Self::Closed => settings.keep_closed,
            Self::Unlinked => settings.keep_unlinked,
            Self::Drafts => settings.keep_drafts,
            Self::Accounts => settings.keep_accounts,
            Self::Letters => settings.keep_letters,
            Self::Requests => settings.keep_requests,
            Self::Audit => settings.keep_audit,
        }
    }

    /// As the register says it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Closed => "Closed context",
            Self::Unlinked => "Concern in no context",
            Self::Drafts => "Draft not sent",
            Self::Accounts => "Person who left",
            Self::Letters => "Letter",
            Self::Requests => "Request answered",
            Self::Audit => "Line of the audit log",
        }
    }
}

impl Rule {
    /// All that goes by it, in the plural, before a number.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Closed => "closed contexts and their concerns",
            Self::Unlinked => "concerns in no context",
            Self::Drafts => "drafts that were not sent",
            Self::Accounts => "details of people who left",
            Self::Letters => "old letters",
            Self::Requests => "answered requests",
            Self::Audit => "lines of the audit log",
        }
    }
}

impl Kept {
    /// What the audit log calls its deletion.
    pub(super) fn event(self) -> Event {
        match self {
            Self::Context => Event::ContextDeleted,
            Self::Concern => Event::ConcernDeleted,
            Self::Draft => Event::DraftsDeleted,
            Self::Account => Event::AccountForgotten,
            Self::Letter => Event::LettersDeleted,
            Self::Request => Event::RequestsDeleted,
            Self::Line => Event::LogShortened,
        }
    }
}
