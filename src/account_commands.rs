//! `e4s account`: people and their posts, from the command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use e4s::accounts::appoint::{self, Giving, Newcomer};
use e4s::accounts::give::give_now;
use e4s::accounts::invite::{Invitation, Invited, invite};
use e4s::accounts::{Post, Role, choose, recoveries, sessions};
use e4s::app::Portal;
use e4s::calendar;
use e4s::deed::Deed;
use e4s::districts;
use e4s::schools::{self, Urn};
use e4s::store::Db;

use super::commands::say;

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// Somebody, and the post that they are to hold.
#[derive(Args)]
pub struct Holder {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// dsl, coordinator, partner, county or admin.
    #[arg(long)]
    role: String,
    /// The school's URN, for a dsl.
    #[arg(long)]
    school: Option<i32>,
    /// The team's name, for a coordinator or partner.
    #[arg(long)]
    team: Option<String>,
}

/// What can be done to people.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Add a person and give them a post. Somebody who has an account gets the further post.
    Add {
        #[command(flatten)]
        holder: Holder,
        /// A file with the password that they begin with.
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
    /// Invite a person to a post: they get a letter, and choose a password themselves. Somebody who has an account just
    /// gets the further post. `e4s serve` or `e4s work` sends the letter.
    Invite {
        #[command(flatten)]
        holder: Holder,
        /// The first day of the post: today, unless you say.
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// The last day of the post, if one is known.
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
    },
    /// Give a person a new password, and end their sessions.
    Password {
        #[arg(long)]
        email: String,
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
    /// Take away every second factor of a person, who then sets up a new one. For the only administrator who can
    /// sign in, and refused for everybody else: two people decide about them, at `/admin/recoveries`.
    ResetFactors {
        #[arg(long)]
        email: String,
    },
    /// End every post of a person who leaves. They lose access on their next request.
    End {
        #[arg(long)]
        email: String,
    },
}

/// Adds a person with a post, changes a password, ends posts.
pub fn account(portal: &Portal, command: &AccountCommand) -> Outcome {
    match command {
        AccountCommand::Add { holder, password_file } => {
            let (Holder { email, name, .. }, post) = (holder, post(portal, holder)?);
            let about = portal.store.read(|db| places(db, &post))?;
            let about = [about, vec![email.clone(), name.clone()]].concat();
            let password_hash = password_hash(portal, password_file, &about)?;
            let newcomer = Newcomer { email: email.clone(), name: name.clone(), password_hash };
            let known = portal.store.read(|db| sessions::credentials(db, email))?;
            let add = |deed: &mut Deed| {
                let id = appoint::add(deed, &newcomer)?;
                give_now(deed, id, post)
            };
            portal.write_as_house(add).map_err(told)?;
            let and =
                known.map_or("", |_| " They had an account already, and keep their password.");
            say(&format!("{email} is {} now.{and}", post.role.title()));
        }
        AccountCommand::Invite { holder, from, until } => {
            let from_on = from.unwrap_or_else(|| calendar::day(calendar::now()));
            if until.is_some_and(|it| it < from_on) {
                return Err("--until must not be before --from".into());
            }
            let (Holder { email, name, .. }, post) = (holder, post(portal, holder)?);
            let giving = Giving { post, from_on, until_on: *until };
            let invitation = Invitation { email: email.clone(), name: name.clone(), giving };
            let (_, invited) =
                portal.write_as_house(|deed| invite(deed, &invitation)).map_err(told)?;
            let and = match invited {
                Invited::Anew | Invited::Again => {
                    "Their letter goes with the next post. Its link works once, for 72 hours."
                }
                Invited::Known => "They had an account already, so no letter goes.",
            };
            let from = calendar::long_date(from_on);
            say(&format!("{email} is {} from {from}. {and}", post.role.title()));
        }
        AccountCommand::Password { email, password_file } => {
            let known = portal.store.read(|db| sessions::credentials(db, email))?;
            let about = known.map(|(id, _)| portal.store.read(|db| choose::about(db, id)));
            let about = about.transpose()?.unwrap_or_default();
            let hash = password_hash(portal, password_file, &about)?;
            portal.write_as_house(|deed| appoint::change_password(deed, email, &hash))?;
            say(&format!("{email} has a new password, and is signed out everywhere."));
        }
        AccountCommand::ResetFactors { email } => {
            portal.write_as_house(|deed| recoveries::reset(deed, email))?;
            say(&format!("{email} sets up a new second factor when they sign in."));
        }
        AccountCommand::End { email } => {
            let ended = portal.write_as_house(|deed| appoint::dismiss(deed, email))?;
            say(&format!("{email} has no access any more ({ended} posts ended)."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a form would say beside its field.
fn told(error: e4s::Error) -> Box<dyn std::error::Error> {
    match error {
        e4s::Error::Invalid(errors) => {
            errors.iter().map(|(_, fault)| fault).collect::<Vec<_>>().join(". ").into()
        }
        error => error.into(),
    }
}

fn post(portal: &Portal, holder: &Holder) -> Result<Post, Box<dyn std::error::Error>> {
    let Holder { role, school, team, .. } = holder;
    let role = Role::parse(role).ok_or("--role is dsl, coordinator, partner, county or admin")?;
    let team = match team {
        Some(name) => {
            let teams = portal.store.read(districts::teams)?;
            let found = teams.iter().find(|it| it.name == *name).map(|it| it.id);
            Some(found.ok_or_else(|| format!("there is no team called {name}"))?)
        }
        None => None,
    };
    Ok(Post { role, school: school.map(Urn), team })
}

/// The names of a post's school and team.
fn places(db: &mut Db, post: &Post) -> e4s::Result<Vec<String>> {
    let (urns, teams): (Vec<_>, Vec<_>) =
        (post.school.into_iter().collect(), post.team.into_iter().collect());
    let schools = schools::names(db, &urns)?.into_values();
    Ok(schools.chain(districts::team_names(db, &teams)?.into_values()).collect())
}

/// What is kept of the password in a file, held against the same words as on the page.
fn password_hash(
    portal: &Portal,
    file: &Path,
    about: &[String],
) -> Result<String, Box<dyn std::error::Error>> {
    let password = std::fs::read_to_string(file)?.trim_end().to_owned().into();
    let about = [about, std::slice::from_ref(&portal.settings.council_name)].concat();
    let words = choose::words(&about);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(sessions::new_password(&password, &words)?)
}
