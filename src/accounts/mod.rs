//! People, and the posts that give them access.
//!
//! An account belongs to a person and gives no access. A post does: a role at a school or a team, from a day, until a
//! day. Someone whose post ends loses its access on their next request. Rights are read from the posts, inside the
//! transaction that uses them, and never from the cookie. A person is invited to a post by a letter with a ticket, and
//! chooses a password; a forgotten one is replaced the same way.
//!
//! What has become a matter of its own has a folder: second factors, their loss, and the council's sign-on.

pub mod appoint;
pub mod choose;
pub mod end;
pub mod forget;
pub mod forgotten;
pub mod give;
pub mod invite;
pub mod passwords;
pub mod people;
pub mod tickets;

mod device;
pub mod factors;
pub mod recoveries;
pub mod sessions;
pub mod shown;
pub mod sign_on;
pub mod tries;

pub mod account_pages;
pub mod enter_pages;
mod forget_queries;
pub mod invite_pages;
pub mod pages;
pub mod password_pages;
pub mod people_pages;
mod people_queries;
pub mod policy;
pub mod prove_pages;
pub mod queries;
pub mod session_queries;
mod ticket_queries;
mod try_queries;

use std::fmt;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::{random_id, text_enum};

random_id! {
    /// A person's account.
    pub AccountId
}
random_id! {
    /// A post.
    pub PostId
}

text_enum! {
    /// What a person may be.
    pub enum Role {
        /// Designated safeguarding lead, or a deputy, of a school.
        Dsl = "dsl",
        /// Runs a district team's work: triage, contexts, meetings.
        Coordinator = "coordinator",
        /// A member of a team from another agency.
        Partner = "partner",
        /// Sees across districts.
        County = "county",
        /// Accounts, schools and settings; no concerns.
        Admin = "admin",
    }
}

impl Role {
    /// True if whoever holds it has to give a second factor: who sees concerns, or gives others access to them.
    pub fn needs_factor(self) -> bool {
        match self {
            Self::Dsl | Self::Coordinator | Self::Partner | Self::County | Self::Admin => true,
        }
    }

    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Dsl => "Designated safeguarding lead",
            Self::Coordinator => "District coordinator",
            Self::Partner => "Partner",
            Self::County => "County lead",
            Self::Admin => "Administrator",
        }
    }
}

/// A post that is held today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Post {
    pub role: Role,
    pub school: Option<Urn>,
    pub team: Option<TeamId>,
}

/// A post with its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Tenure {
    pub id: PostId,
    pub account: AccountId,
    pub post: Post,
    pub from_on: NaiveDate,
    /// The last day. None: until further notice.
    pub until_on: Option<NaiveDate>,
}

/// Where a day lies, seen from a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Ahead,
    Now,
    Past,
}

impl Tenure {
    /// True for a post that ended before it began.
    pub fn is_void(&self) -> bool {
        self.until_on.is_some_and(|it| it < self.from_on)
    }

    /// Whether the post is held on a day, or is to come, or is over. One that ended before it began is over.
    pub fn when(&self, day: NaiveDate) -> When {
        if self.is_void() || self.until_on.is_some_and(|it| it < day) {
            When::Past
        } else if self.from_on > day {
            When::Ahead
        } else {
            When::Now
        }
    }
}

/// Whose post it is, as the audit log names it: account, role, and the school or team. Ids and words of the service's own, which
/// say as much when account and post are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostOf {
    pub account: AccountId,
    pub post: Post,
}

impl PostOf {
    /// What the log has, if it is that.
    pub fn parse(text: &str) -> Option<Self> {
        let (account, post) = text.split_once('/')?;
        let (role, place) = post.split_once('/').unwrap_or((post, ""));
        let (school, team) = (Urn::parse(place), TeamId::parse(place));
        let is_known = place.is_empty() || school.is_some() || team.is_some();
        let post = Post { role: Role::parse(role)?, school, team };
        AccountId::parse(account).filter(|_| is_known).map(|account| Self { account, post })
    }
}

impl fmt::Display for PostOf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, post } = self;
        write!(out, "{account}/{}", post.role.as_str())?;
        post.school.map_or(Ok(()), |it| write!(out, "/{it}"))?;
        post.team.map_or(Ok(()), |it| write!(out, "/{it}"))
    }
}

/// Somebody who acts: a person with the posts that they hold now, or the house itself.
///
/// Made of the posts that the database has of somebody whom a session or a letter's link names, or whom a chore writes to;
/// or of nothing, for the house.
#[derive(Debug, Clone)]
pub struct Actor {
    pub id: AccountId,
    pub name: String,
    posts: Vec<Post>,
}

/// The service's own id. No account has it.
const HOUSE: &str = "00000000000000000000000000";

impl Actor {
    pub(in crate::accounts) fn new(id: AccountId, name: String, posts: Vec<Post>) -> Self {
        Self { id, name, posts }
    }

    /// The service itself: imports, the worker, the command line. It holds no post and sees no concern.
    pub fn house() -> Self {
        let id = AccountId::parse(HOUSE);
        Self { id: id.unwrap_or_else(AccountId::random), name: "E4S".to_owned(), posts: Vec::new() }
    }

    /// True for the service itself.
    pub fn is_house(&self) -> bool {
        self.id.as_str() == HOUSE
    }

    /// The same person without any post: what a half session acts as.
    pub(in crate::accounts) fn bare(self) -> Self {
        Self { posts: Vec::new(), ..self }
    }

    /// True if a post of theirs asks for a second factor.
    pub fn needs_factor(&self) -> bool {
        self.posts.iter().any(|it| it.role.needs_factor())
    }

    /// The posts held today.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// True if this role is held anywhere.
    pub fn is(&self, role: Role) -> bool {
        self.posts.iter().any(|it| it.role == role)
    }

    /// The schools that this person leads safeguarding for.
    pub fn schools(&self) -> Vec<Urn> {
        self.posts.iter().filter(|it| it.role == Role::Dsl).filter_map(|it| it.school).collect()
    }

    /// The teams in which this person holds `role`.
    pub fn teams_as(&self, role: Role) -> Vec<TeamId> {
        self.posts.iter().filter(|it| it.role == role).filter_map(|it| it.team).collect()
    }

    /// True if this person coordinates that team.
    pub fn coordinates(&self, team: TeamId) -> bool {
        self.posts.iter().any(|it| it.role == Role::Coordinator && it.team == Some(team))
    }

    /// What this person's queries may see.
    pub fn scope(&self) -> Scope {
        Scope {
            schools: self.schools(),
            teams: self.teams_as(Role::Coordinator),
            partner_teams: self.teams_as(Role::Partner),
            every_team: self.is(Role::County),
        }
    }
}

/// What a query may see. Every query on concerns, contexts and meetings takes one, and only an [`Actor`] makes one.
#[derive(Debug, Clone)]
pub struct Scope {
    schools: Vec<Urn>,
    teams: Vec<TeamId>,
    partner_teams: Vec<TeamId>,
    every_team: bool,
}

impl Scope {
    /// Schools whose concerns may be seen.
    pub fn schools(&self) -> &[Urn] {
        &self.schools
    }

    /// Teams whose concerns may be seen whole.
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// Teams whose meetings may be seen, without the concerns behind them.
    pub fn partner_teams(&self) -> &[TeamId] {
        &self.partner_teams
    }

    /// True for a county lead, who sees every team's.
    pub fn sees_every_team(&self) -> bool {
        self.every_team
    }
}
