//! Every route, held against its policy: who is let in at all. What they may do to a record is each slice's own test.

use actix_web::http::Method;
use e4s::accounts::Role;
use e4s::app;
use e4s::web::Policy;

use crate::world::{Person, World};

/// Nothing has this id: whoever is let in finds nothing.
const NOTHING: &str = "00000000000000000000000000";

pub fn address(path: &str) -> String {
    let path = path.replace("{id}", NOTHING).replace("{step}", "kind").replace("{gate}", "danger");
    path.replace("{cornerstone}", "x")
        .replace("{phase}", "y")
        .replace("{lesson}", "z")
        .replace("{resource}", "r")
        .replace("{token}", NOTHING)
        .replace("{post}", NOTHING)
}

#[actix_web::test]
async fn whoever_is_signed_out_is_asked_to_sign_in_and_changes_nothing() {
    let world = World::new();
    for row in app::routes().rows() {
        let path = address(row.path);
        let answer = match row.method {
            Method::GET => world.get(&path).await,
            _ => world.post(&path, &[]).await,
        };
        let (is_open, status) =
            (matches!(row.policy, Policy::Public | Policy::Anyone), answer.status.as_u16());
        match (is_open, &row.method) {
            (true, _) => assert!(matches!(status, 200 | 404 | 422), "{path} answers {status}"),
            (false, &Method::GET) => {
                assert!(answer.path().starts_with("/sign-in"), "{path} leads to {}", answer.path());
            }
            (false, _) => assert_eq!(status, 403, "{path}"),
        }
    }
    assert_eq!(world.audit(), [""; 0]);
}

#[actix_web::test]
async fn a_role_that_a_route_does_not_name_is_refused() {
    let world = World::new();
    let team = world.team("Crawley", "E07000226");
    let school = world.school(100_001, "A School", "E07000226");
    let everybody: [(Role, Person); 5] = [
        (Role::Dsl, world.dsl(school)),
        (Role::Coordinator, world.coordinator(team)),
        (Role::Partner, world.partner(team)),
        (Role::County, world.county()),
        (Role::Admin, world.admin()),
    ];
    let mut cells = 0;
    for row in app::routes().rows() {
        let named: &[Role] = match row.policy {
            Policy::Public
            | Policy::Anyone
            | Policy::SignedIn
            | Policy::Entering
            | Policy::Leaving
            | Policy::SettingUp
            | Policy::Proved([]) => continue,
            Policy::Holding(roles) | Policy::Proved(roles) => roles,
            Policy::Reporting => &[Role::Dsl],
        };
        for (role, person) in &everybody {
            let path = address(row.path);
            let answer = match row.method {
                Method::GET => person.get(&path).await,
                _ => person.post(&path, &[]).await,
            };
            let is_refused = answer.status == 403;
            assert_eq!(is_refused, !named.contains(role), "{} {path} as {role:?}", row.method);
            cells += 1;
        }
    }
    assert!(cells > 100, "{cells} cells");
}
