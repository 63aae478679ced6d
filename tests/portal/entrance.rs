//! Ways into the world: sessions that are half or whole, and people as their sessions let them act.

use chrono::{NaiveDate, NaiveDateTime};
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::factors::totp;
use e4s::accounts::sessions::{self, How, Token, Way};
use e4s::accounts::{AccountId, Actor, Post, Role};
use e4s::deed::Deed;

use crate::world::{Answer, Person, World};

impl World {
    /// A session of this person as one begins that proved `how`.
    pub fn entered(&self, id: AccountId, how: How) -> Person<'_> {
        let way = self.way(how);
        let token = self.house(|deed| sessions::enter(deed, id, None, &way));
        self.known(id, token)
    }

    /// A way in, as the settings ask.
    pub fn way(&self, how: How) -> Way {
        let second_factor = self.portal.settings.second_factor;
        let (shown_at, device) = (Some(self.now()), "Firefox on Windows".to_owned());
        Way { how, second_factor, shown_at, device }
    }

    /// Somebody with an account and no post.
    pub fn nobody(&self) -> AccountId {
        let newcomer = Newcomer {
            email: format!("{}@example.org", AccountId::random()),
            name: "Nobody yet".to_owned(),
            password_hash: "none".to_owned(),
        };
        self.house(|deed| appoint::add(deed, &newcomer))
    }

    /// Gives somebody a post without school and team, which ends their sessions.
    pub fn appointed(&self, id: AccountId, role: Role) {
        self.appointed_from(id, role, None);
    }

    /// The same, from a day.
    pub fn appointed_from(&self, id: AccountId, role: Role, from_on: Option<NaiveDate>) {
        let post = Post { role, school: None, team: None };
        self.house(|deed| appoint::appoint(deed, id, &post, from_on));
    }

    /// One deed by a person, whatever session they have.
    pub fn as_person<T>(&self, id: AccountId, act: impl FnMut(&mut Deed) -> e4s::Result<T>) -> T {
        let today = e4s::calendar::day(self.now());
        let by = self.look(|db| e4s::accounts::queries::actor(db, id, today));
        self.portal.write_as(&by, self.now(), act).expect("done")
    }

    /// The same person with another token.
    pub fn with_token(&self, person: &Person, token: Token) -> Person<'_> {
        self.known(person.id, token)
    }

    /// Somebody as their session lets them act.
    pub fn actor_of(&self, person: &Person) -> Actor {
        let (token, now) = (person.token.clone(), self.now());
        self.look(|db| sessions::standing(db, &token, now)).expect("a session").actor
    }

    /// Somebody in a whole session who has an authenticator app, and the app's secret.
    pub fn with_app(&self, id: AccountId) -> (Person<'_>, String) {
        let before = self.entered(id, How::SignOnWithFactor);
        let app = self.as_person(id, |deed| totp::begin(deed, &before.token));
        let keys = &self.portal.keys;
        let secret = self.look(|db| totp::secret(db, keys, (id, app)));
        let code = code(&secret, self.now());
        let done = self.as_person(id, |deed| totp::confirm(deed, &before.token, (app, &code)));
        (self.known(id, done.expect("the right code").token), secret)
    }
}

/// The code that an app with this secret shows at a moment.
pub fn code(secret: &str, at: NaiveDateTime) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("a secret");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("an app");
    let seconds = u64::try_from(at.and_utc().timestamp()).expect("after 1970");
    totp.generate(seconds).to_string()
}

/// The token that an answer's cookie carries.
pub fn token(answer: &Answer) -> Token {
    let cookie = answer.cookie.as_deref().expect("a cookie");
    let value = cookie.split(';').next().and_then(|it| it.strip_prefix("e4s="));
    Token::parse(value.expect("our cookie")).expect("a token")
}
