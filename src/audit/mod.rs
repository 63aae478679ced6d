//! Who did what to which record, and when. Written in the deed's own transaction; no update, no content, and no delete
//! before its time.
//!
//! Each team has a chain of its own, and the house has one for what belongs to no team. A line's hash covers the line and
//! the hash of the line before it (`chain.rs`), so that `verify.rs` finds what was changed, taken out or cut off. After
//! years the oldest lines go, with a line that says so (`shorten.rs`).

pub mod chain;
pub mod find;
pub mod shorten;
pub mod verify;

use std::collections::BTreeMap;

use crate::Result;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::store::text_enum;

pub use find::{Entry, Mark, Wanted};

text_enum! {
    /// What can be done to a record. The words are chosen to be read: `Event::title` is made of them.
    pub enum Event {
        SignedIn = "signed-in",
        SignInFailed = "sign-in-failed",
        SignedOut = "signed-out",
        PasswordGiven = "password-given",
        ProofGiven = "proof-given",
        ProofWrong = "proof-wrong",
        FactorWrong = "factor-wrong",
        FactorAdded = "factor-added",
        FactorRenamed = "factor-renamed",
        FactorRemoved = "factor-removed",
        RecoveryCodesMade = "recovery-codes-made",
        RecoveryCodeUsed = "recovery-code-used",
        RecoveryAsked = "recovery-asked",
        RecoveryAgreed = "recovery-agreed",
        RecoveryVouched = "recovery-vouched",
        RecoveryGranted = "recovery-granted",
        RecoveryRefused = "recovery-refused",
        RecoveryStopped = "recovery-stopped",
        SessionEnded = "session-ended",
        SessionsEnded = "sessions-ended",
        AccountAdded = "account-added",
        PostGiven = "post-given",
        PostsEnded = "posts-ended",
        PostEnded = "post-ended",
        InvitationSent = "invitation-sent",
        ResetSent = "reset-sent",
        PasswordChosen = "password-chosen",
        PasswordChanged = "password-changed",
        IdentityLinked = "identity-linked",
        IdentityUnlinked = "identity-unlinked",
        AreasImported = "areas-imported",
        TeamsImported = "teams-imported",
        SchoolsImported = "schools-imported",
        PostcodesImported = "postcodes-imported",
        HelpLineChanged = "help-line-changed",
        DraftBegun = "draft-begun",
        DraftDiscarded = "draft-discarded",
        ConcernsSearched = "concerns-searched",
        ConcernRaised = "concern-raised",
        ConcernOpened = "concern-opened",
        ConcernFound = "concern-found",
        ConcernAccepted = "concern-accepted",
        ConcernQuestioned = "concern-questioned",
        ConcernAnswered = "concern-answered",
        ConcernRedirected = "concern-redirected",
        ConcernLinked = "concern-linked",
        ConcernGathered = "concern-gathered",
        ConcernReported = "concern-reported",
        ConcernRestored = "concern-restored",
        ConcernSentAgain = "concern-sent-again",
        ContextOpened = "context-opened",
        ContextRead = "context-read",
        ContextFound = "context-found",
        ContextMoved = "context-moved",
        ContextGoalSet = "context-goal-set",
        ContextGoalSettled = "context-goal-settled",
        ContextResponseSet = "context-response-set",
        ContextResponseDone = "context-response-done",
        ContextMeasureSet = "context-measure-set",
        ContextMeasureTaken = "context-measure-taken",
        ContextMeasureCorrected = "context-measure-corrected",
        ContextAssessed = "context-assessed",
        ContextMerged = "context-merged",
        ContextShared = "context-shared",
        MeetingScheduled = "meeting-scheduled",
        MeetingMoved = "meeting-moved",
        MeetingChanged = "meeting-changed",
        MeetingCancelled = "meeting-cancelled",
        MeetingArranged = "meeting-arranged",
        MeetingRead = "meeting-read",
        MeetingAttended = "meeting-attended",
        MeetingMinuted = "meeting-minuted",
        MeetingPublished = "meeting-published",
        MeetingPacked = "meeting-packed",
        MeetingPackedForPartners = "meeting-packed-for-partners",
        MeetingShown = "meeting-shown",
        RhythmChosen = "rhythm-chosen",
        HoldPut = "hold-put",
        HoldLiftAsked = "hold-lift-asked",
        HoldKept = "hold-kept",
        HoldLifted = "hold-lifted",
        TeamWarned = "team-warned",
        ConcernDeleted = "concern-deleted",
        ContextDeleted = "context-deleted",
        DraftsDeleted = "drafts-deleted",
        LettersDeleted = "letters-deleted",
        RequestsDeleted = "requests-deleted",
        AccountForgotten = "account-forgotten",
        ClockConfirmed = "clock-confirmed",
        SubjectSearched = "subject-searched",
        SubjectBundled = "subject-bundled",
        ConcernCopied = "concern-copied",
        ContextCopied = "context-copied",
        LogRead = "log-read",
        LogExported = "log-exported",
        LogShortened = "log-shortened",
        KeysRotated = "keys-rotated",
        JournalCleared = "journal-cleared",
        KeysRecovered = "keys-recovered",
        BackupMade = "backup-made",
        BackupRestored = "backup-restored",
    }
}

impl Event {
    /// As pages say it. Most events' own words read well; the others are said here.
    pub fn title(self) -> String {
        let title = match self {
            Self::SignInFailed => "Sign-in refused",
            Self::ConcernsSearched => "Words of concerns searched",
            Self::ConcernFound => "Concern found in a search",
            Self::ContextFound => "Context found in a search",
            Self::ConcernQuestioned => "More asked about a concern",
            Self::ConcernAnswered => "Question about a concern answered",
            Self::ConcernRedirected => "Concern passed on to another team",
            Self::ConcernLinked => "Concern added to a context",
            Self::ConcernReported => "School told what a meeting decided",
            Self::MeetingArranged => "Agenda of a meeting changed",
            Self::MeetingRead => "Minutes of a meeting opened",
            Self::MeetingAttended => "Attendance of a meeting kept",
            Self::MeetingMinuted => "Item of a meeting minuted",
            Self::MeetingPublished => "Minutes of a meeting published",
            Self::ConcernSentAgain => "Lost concern found sent again as another",
            Self::ContextOpened => "Context begun",
            Self::ContextRead => "Context opened",
            Self::ContextMoved => "Context moved on",
            Self::ConcernGathered => "Concern read together with others of its context",
            Self::ContextGoalSet => "Goal set for a context",
            Self::ContextGoalSettled => "Goal of a context settled",
            Self::ContextResponseSet => "Response planned in a context",
            Self::ContextResponseDone => "Response in a context done",
            Self::ContextMeasureSet => "Measure set for a context",
            Self::ContextMeasureTaken => "Measure of a context repeated",
            Self::ContextMeasureCorrected => "Measure of a context corrected",
            Self::ContextMerged => "Context merged into another",
            Self::ContextShared => "What partners see of a context changed",
            Self::MeetingPacked => "Pack of a meeting taken",
            Self::MeetingPackedForPartners => "Pack of a meeting for partners taken",
            Self::MeetingShown => "Agenda of a meeting read as partners see it",
            Self::RhythmChosen => "Digest’s rhythm chosen",
            Self::HoldPut => "Put on legal hold",
            Self::HoldLiftAsked => "Lifting of a legal hold asked for",
            Self::HoldKept => "Legal hold kept",
            Self::HoldLifted => "Legal hold lifted",
            Self::TeamWarned => "Team told what is due to be deleted",
            Self::ClockConfirmed => "Clock said to be right",
            Self::SubjectSearched => "Searched for what is kept about somebody",
            Self::SubjectBundled => "File for somebody who asked made",
            Self::ConcernCopied => "Concern copied for somebody who asked",
            Self::ContextCopied => "Context copied for somebody who asked",
            Self::LogRead => "Audit log read",
            Self::LogExported => "Audit log exported",
            Self::LogShortened => "Oldest lines of the audit log removed",
            _ => return said(self.as_str()),
        };
        title.to_owned()
    }

    /// What kind of record it is done to: the first word, for the kinds that have pages of their own.
    pub fn noun(self) -> &'static str {
        let first = self.as_str().split('-').next().unwrap_or_default();
        match first {
            "concern" => "Concern",
            "context" => "Context",
            "draft" => "Draft",
            "meeting" => "Meeting",
            "factor" => "Second factor",
            // A concern or a context.
            "hold" => "Record",
            "log" => "Audit log",
            _ => "",
        }
    }
}

/// A word of the service's own as pages say it: `help-line-changed` is "Help line changed".
pub fn said(word: &str) -> String {
    let mut letters = word.chars().map(|it| if matches!(it, '-' | '_') { ' ' } else { it });
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    first + &letters.collect::<String>()
}

impl Deed<'_> {
    /// Writes down that this deed did `event` to `subject` (an id, never content), within a team's affairs if it has one.
    pub fn record(
        &mut self,
        event: Event,
        subject: impl std::fmt::Display,
        team: Option<TeamId>,
    ) -> Result<()> {
        self.record_all(event, &[(subject.to_string(), team)])
    }

    /// The same of several records, each within a team's affairs if it has one.
    pub fn record_all(&mut self, event: Event, of: &[(String, Option<TeamId>)]) -> Result<()> {
        let mut chains: BTreeMap<&str, Vec<chain::Line>> = BTreeMap::new();
        for (subject, team) in of {
            let chain = team.as_ref().map_or(chain::HOUSE, TeamId::as_str);
            let by = self.by.id.as_str();
            let line = chain::Line { chain, at: self.at, by, event: event.as_str(), subject };
            chains.entry(chain).or_default().push(line);
        }
        chains.iter().try_for_each(|(chain, lines)| chain::append(self.db, chain, lines))
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn every_event_reads_as_words() {
        for event in Event::ALL {
            let title = event.title();
            let is_said = title.chars().next().is_some_and(char::is_uppercase);
            assert!(is_said && !title.contains(['_']), "{title}");
        }
        assert_eq!(Event::HelpLineChanged.title(), "Help line changed");
    }
}
