//! Every route with its policy. A route cannot be written without one.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::dev::{ResourceDef, ServiceRequest};
use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};

use super::guard::admit;
use crate::accounts::Role;

/// Who may use a route at all. What they may do to a record is the slice's `policy.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The same for everybody: no session is looked at.
    Public,
    /// Everybody, and signed-in people are recognised.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
    /// Everybody who holds one of these roles today.
    Holding(&'static [Role]),
    /// Everybody who is signed in, and whoever has given their password and not yet their second factor.
    Entering,
    /// Everybody with a session, however far it reaches: to sign out.
    Leaving,
    /// Whoever is signed in and has just proved it; and whoever is half way in and has no second factor yet.
    SettingUp,
    /// Everybody who holds one of these roles today (no role named: everybody who is signed in), and who has given their
    /// password or second factor within five minutes in this session.
    Proved(&'static [Role]),
    /// A designated lead; and, to save a report that was being written, a lead whose session has just timed out.
    Reporting,
}

impl fmt::Display for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => out.write_str("public"),
            Self::Anyone => out.write_str("anyone"),
            Self::SignedIn => out.write_str("signed in"),
            Self::Holding(roles) => out.write_str(&names(roles)),
            Self::Entering => out.write_str("signed in, or half way in"),
            Self::Leaving => out.write_str("whoever has a session"),
            Self::SettingUp => out.write_str("proved, or half way in without a second factor"),
            Self::Proved([]) => out.write_str("proved"),
            Self::Proved(roles) => write!(out, "{}; proved", names(roles)),
            Self::Reporting => out.write_str("dsl (a timed-out one may save)"),
        }
    }
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ")
}

/// One route, as `e4s routes` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub policy: Policy,
}

/// A slice's routes.
#[derive(Default)]
pub struct Routes(Vec<(Row, Route)>);

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something to look at; answers HEAD as well.
    #[must_use]
    pub fn get<F, Args>(self, path: &'static str, policy: Policy, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let looks = guard::Any(guard::Get()).or(guard::Head());
        self.add(Method::GET, looks, path, (policy, handler))
    }

    /// Something to do. The handler takes a [`super::Form`], which checks where it came from.
    #[must_use]
    pub fn post<F, Args>(self, path: &'static str, policy: Policy, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, guard::Post(), path, (policy, handler))
    }

    fn add<F, Args>(
        mut self,
        method: Method,
        guard: impl Guard + 'static,
        path: &'static str,
        (policy, handler): (Policy, F),
    ) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let admitted = from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            admit((path, policy), request, next)
        });
        let route = web::route().guard(guard).to(handler).wrap(admitted);
        self.0.push((Row { method, path, policy }, route));
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// What `e4s routes` prints.
    pub fn rows(&self) -> Vec<Row> {
        self.0.iter().map(|(row, _)| row.clone()).collect()
    }

    /// The addresses of ours, and which of them can be looked at.
    pub fn pages(&self) -> Pages {
        let mut pages: Vec<(&'static str, bool)> = Vec::new();
        for (row, _) in &self.0 {
            let is_page = row.method == Method::GET;
            match pages.iter_mut().find(|(path, _)| *path == row.path) {
                Some((_, known)) => *known |= is_page,
                None => pages.push((row.path, is_page)),
            }
        }
        Pages(pages.into_iter().map(|(path, is)| (ResourceDef::new(path), is)).collect())
    }

    /// Hands the routes to the server: one resource a path, in the order in which the paths were first named, and one
    /// scope for all that begin alike. A request is then compared with the patterns of its own scope, not with every one.
    pub fn register(self, site: &mut ServiceConfig) {
        site.app_data(Data::new(self.pages()));
        let mut scopes: Vec<(&'static str, Vec<(&'static str, Route)>)> = Vec::new();
        for (row, route) in self.0 {
            let (first, rest) = split(row.path);
            push(&mut scopes, first, (rest, route));
        }
        for (first, routes) in scopes {
            let mut resources: Vec<(&'static str, Vec<Route>)> = Vec::new();
            for (rest, route) in routes {
                push(&mut resources, rest, route);
            }
            let resource = |(path, routes): (&'static str, Vec<Route>)| {
                routes.into_iter().fold(web::resource(path), actix_web::Resource::route)
            };
            if first == "/" {
                for it in resources {
                    site.service(resource(it));
                }
            } else {
                let scope = web::scope(first);
                site.service(
                    resources.into_iter().map(resource).fold(scope, actix_web::Scope::service),
                );
            }
        }
    }
}

/// Adds to the list that has this name, or begins it.
fn push<T>(lists: &mut Vec<(&'static str, Vec<T>)>, name: &'static str, item: T) {
    match lists.iter_mut().find(|(it, _)| *it == name) {
        Some((_, list)) => list.push(item),
        None => lists.push((name, vec![item])),
    }
}

/// A path's first part and the rest: `/concerns` and `/{id}`; nothing comes before `/` alone.
fn split(path: &'static str) -> (&'static str, &'static str) {
    if path == "/" {
        return (path, path);
    }
    let end = path.bytes().skip(1).position(|it| it == b'/').map_or(path.len(), |at| at + 1);
    path.split_at(end)
}

/// The addresses of ours in the order in which they are tried, and which of them are pages: others are only sent to.
pub struct Pages(Vec<(ResourceDef, bool)>);

impl Pages {
    /// The nearest page at or above an address.
    pub fn nearest<'a>(&self, path: &'a str) -> &'a str {
        let steps = std::iter::successors(Some(path), |it| Some(it.rsplit_once('/')?.0));
        let mut steps = steps.filter(|it| !it.is_empty());
        steps.find(|it| self.is_page(it)).unwrap_or("/")
    }

    fn is_page(&self, path: &str) -> bool {
        let found = self.0.iter().find(|(pattern, _)| pattern.is_match(path));
        found.is_some_and(|(_, is_page)| *is_page)
    }
}
