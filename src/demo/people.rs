//! The people of the demonstration. Every one is invented.

use crate::accounts::Role;

/// What a person of the demonstration signs in with. Their addresses go nowhere.
pub const PASSWORD: &str = "harbour lantern copper fern";

/// Where a person's post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The first school of a district (its place in the list of districts).
    School(usize),
    Team(&'static str),
    County,
}

/// Somebody of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Somebody {
    pub role: Role,
    pub email: &'static str,
    pub name: &'static str,
    pub at: At,
}

const fn lead(district: usize, email: &'static str, name: &'static str) -> Somebody {
    Somebody { role: Role::Dsl, email, name, at: At::School(district) }
}

const fn coordinator(team: &'static str, email: &'static str, name: &'static str) -> Somebody {
    Somebody { role: Role::Coordinator, email, name, at: At::Team(team) }
}

/// One of every role first: those are printed when the demonstration starts.
pub const PEOPLE: &[Somebody] = &[
    lead(3, "lead@marlpit.example.org", "Priya Dunmore"),
    coordinator("Crawley", "coordinator@crawley.example.org", "Tom Ashgrove"),
    Somebody {
        role: Role::Partner,
        email: "partner@crawley.example.org",
        name: "Grace Wetherley",
        at: At::Team("Crawley"),
    },
    Somebody {
        role: Role::County,
        email: "county@example.org",
        name: "Helen Marchbank",
        at: At::County,
    },
    Somebody {
        role: Role::Admin,
        email: "admin@example.org",
        name: "Sam Okehurst",
        at: At::County,
    },
    lead(4, "lead@ironmaster.example.org", "Daniel Frith"),
    lead(1, "lead@hazelmere.example.org", "Amara Coldwell"),
    lead(0, "lead@saltgrass.example.org", "Ruth Pellam"),
    lead(2, "lead@cloverdown.example.org", "Owen Harting"),
    lead(5, "lead@stoneways.example.org", "Farah Lindley"),
    lead(6, "lead@beaconhythe.example.org", "Joel Sandgate"),
    coordinator("Horsham", "coordinator@horsham.example.org", "Marta Quennell"),
    coordinator("Arun", "coordinator@arun.example.org", "Neil Burpham"),
    coordinator("Adur and Worthing", "coordinator@adur-worthing.example.org", "Asha Tarring"),
    coordinator("Chichester", "coordinator@chichester.example.org", "Colin Bepton"),
    coordinator("Mid Sussex", "coordinator@midsussex.example.org", "Leila Cuckfield"),
];
