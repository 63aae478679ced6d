//! Who did what to which record, and when. Written in the deed's own transaction; no update, no delete, no content.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::store::{Db, schema::audit, text_enum};

text_enum! {
    /// What can be done to a record.
    pub enum Event {
        SignedIn = "signed-in",
        SignedOut = "signed-out",
        AccountAdded = "account-added",
        PostGiven = "post-given",
        PostsEnded = "posts-ended",
        PasswordChanged = "password-changed",
        AreasImported = "areas-imported",
        TeamsImported = "teams-imported",
        SchoolsImported = "schools-imported",
        PostcodesImported = "postcodes-imported",
        HelpLineChanged = "help-line-changed",
        DraftBegun = "draft-begun",
        DraftDiscarded = "draft-discarded",
        ConcernRaised = "concern-raised",
        ConcernOpened = "concern-opened",
        ConcernAccepted = "concern-accepted",
        ConcernQuestioned = "concern-questioned",
        ConcernAnswered = "concern-answered",
        ConcernRedirected = "concern-redirected",
        ConcernLinked = "concern-linked",
        ContextOpened = "context-opened",
        ContextRead = "context-read",
        ContextMoved = "context-moved",
        MeetingScheduled = "meeting-scheduled",
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
        AccountForgotten = "account-forgotten",
        ClockConfirmed = "clock-confirmed",
        SubjectSearched = "subject-searched",
        SubjectBundled = "subject-bundled",
        ConcernCopied = "concern-copied",
        ContextCopied = "context-copied",
    }
}

/// One line of the log.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    pub at: NaiveDateTime,
    pub by: AccountId,
    pub event: Event,
}

impl Deed<'_> {
    /// Writes down that this deed did `event` to `subject` (an id, never content), within a team's affairs if it has one.
    pub fn record(
        &mut self,
        event: Event,
        subject: impl std::fmt::Display,
        team: Option<TeamId>,
    ) -> Result<()> {
        diesel::insert_into(audit::table)
            .values((
                audit::at.eq(self.at),
                audit::account_id.eq(self.by.id),
                audit::event.eq(event),
                audit::subject.eq(subject.to_string()),
                audit::team_id.eq(team),
            ))
            .execute(self.db)?;
        Ok(())
    }
}

/// What was done to one record, the newest first, at most `limit`. The caller has checked that the reader may see it.
pub fn of_subject(db: &mut Db, subject: &str, limit: i64) -> Result<Vec<Entry>> {
    Ok(audit::table
        .filter(audit::subject.eq(subject))
        .order(audit::id.desc())
        .limit(limit)
        .select((audit::at, audit::account_id, audit::event))
        .load(db)?)
}
