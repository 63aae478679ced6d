//! Ways into the world: sessions that are half or whole, and people as their sessions let them act.

use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::sessions::{self, How, Token, Way};
use e4s::accounts::{AccountId, Actor, Post, Role};
use e4s::deed::Deed;

use crate::world::{Person, World};

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
        Way { how, second_factor, device: "Firefox on Windows".to_owned() }
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

    /// Gives somebody a post without school and team.
    pub fn appointed(&self, id: AccountId, role: Role) {
        let post = Post { role, school: None, team: None };
        self.house(|deed| appoint::appoint(deed, id, &post, None));
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
}
