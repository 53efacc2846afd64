//! The route table: method, path, action and handler in one row. A route that is not in it does not exist.

use super::permit::{Open, Pending};
use super::visit;
use crate::authz::{Action, Lab, Permit, PersonNeeds, TokenNeeds};
use crate::error::AppError;
use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpRequest, Responder, Scope, guard, web};
use std::collections::BTreeMap;

/// Who is served at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// People, in HTML; sessions count, tokens do not.
    Page,
    /// Software, in JSON; tokens count, sessions do not.
    Api,
}

/// What an action takes, as data.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The action's name.
    pub name: &'static str,
    /// What a person needs.
    pub person: PersonNeeds,
    /// What a token needs.
    pub token: TokenNeeds,
    /// The lab that must be on.
    pub lab: Option<Lab>,
    /// Whether a fresh password is asked for.
    pub sudo: bool,
}

/// The first argument of every handler: what stands at its door. `None` is a door open to everyone.
pub trait Gate {
    /// What it takes to pass.
    const FACTS: Option<Facts>;
}

const fn facts<A: Action>() -> Facts {
    Facts { name: A::NAME, person: A::PERM, token: A::SCOPE, lab: A::LAB, sudo: A::SUDO }
}

impl<A: Action> Gate for Permit<A> {
    const FACTS: Option<Facts> = Some(facts::<A>());
}

impl<A: Action> Gate for Pending<A> {
    const FACTS: Option<Facts> = Some(facts::<A>());
}

impl Gate for Open {
    const FACTS: Option<Facts> = None;
}

/// The arguments of a handler, whose first one is a [`Gate`].
pub trait Gated {
    /// What it takes to pass.
    const FACTS: Option<Facts>;
}

macro_rules! gated {
    ($($rest:ident)*) => {
        impl<G: Gate, $($rest),*> Gated for (G, $($rest,)*) {
            const FACTS: Option<Facts> = G::FACTS;
        }
    };
}

gated!();
gated!(A);
gated!(A B);
gated!(A B C);
gated!(A B C D);
gated!(A B C D E);

/// One row of the table.
pub struct Route {
    /// The method; GET is served to HEAD as well.
    pub method: Method,
    /// The path, with `{names}`; served with and without a slash at its end.
    pub path: &'static str,
    /// Who is served.
    pub face: Face,
    /// What it takes; `None` when open to everyone.
    pub facts: Option<Facts>,
    handler: actix_web::Route,
}

impl Route {
    /// A page or a form of the console.
    pub fn page<F, Args>(method: Method, path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Gated + 'static,
        F::Output: Responder + 'static,
    {
        Self::new(method, path, Face::Page, handler)
    }

    /// A route of API v2.
    pub fn api<F, Args>(method: Method, path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Gated + 'static,
        F::Output: Responder + 'static,
    {
        Self::new(method, path, Face::Api, handler)
    }

    fn new<F, Args>(method: Method, path: &'static str, face: Face, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Gated + 'static,
        F::Output: Responder + 'static,
    {
        let handler = if method == Method::GET {
            web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler)
        } else {
            web::method(method.clone()).to(handler)
        };
        Self { method, path, face, facts: Args::FACTS, handler }
    }
}

/// Where API v2 is served; everything else is the console.
const API: [&str; 2] = ["/contacts", "/oauth"];

/// The path by which the router finds a route: decoded, so that `/%63ontacts` is what it leads to.
#[must_use]
pub fn path(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

/// Whom the request's path serves, also one that no route has.
#[must_use]
pub fn face_of(request: &HttpRequest) -> Face {
    face_at(path(request))
}

/// The same for a decoded path.
#[must_use]
pub fn face_at(path: &str) -> Face {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or("");
    if API.iter().any(|area| area.strip_prefix('/') == Some(first)) { Face::Api } else { Face::Page }
}

/// Registers the table: API v2 behind `api`, the console behind `pages`, so that neither pays for the other.
/// Literal segments win over `{names}`, whatever the order of the rows.
pub fn register<A, P>(
    config: &mut web::ServiceConfig,
    routes: Vec<Route>,
    api: impl Fn(Scope) -> A,
    pages: impl FnOnce(Scope) -> P,
) where
    A: HttpServiceFactory + 'static,
    P: HttpServiceFactory + 'static,
{
    let (mut software, people): (Vec<_>, Vec<_>) = routes.into_iter().partition(|route| route.face == Face::Api);
    for area in API {
        let served = software.extract_if(.., |route| route.path.starts_with(area)).collect();
        config.service(api(web::scope(area).configure(|config| add(config, area, served))));
    }
    config.service(pages(web::scope("").configure(|config| add(config, "", people))));
}

/// Adds rows to a scope whose paths begin with `area`.
fn add(config: &mut web::ServiceConfig, area: &str, routes: Vec<Route>) {
    let mut by_path: BTreeMap<(String, &'static str), Vec<Route>> = BTreeMap::new();
    for route in routes {
        // `~` sorts after every letter, so that a name comes after the literals of its place.
        by_path.entry((route.path.replace('{', "~"), route.path)).or_default().push(route);
    }
    for ((_, path), routes) in by_path {
        let mut allowed: Vec<String> = routes.iter().map(|route| route.method.to_string()).collect();
        if allowed.iter().any(|method| method == "GET") {
            allowed.push("HEAD".to_owned());
        }
        let allowed = allowed.join(", ");
        let path = path.strip_prefix(area).unwrap_or(path);
        let patterns = match path.strip_suffix('/') {
            Some("") if area.is_empty() => vec![path.to_owned()],
            Some(bare) => vec![bare.to_owned(), path.to_owned()],
            None => vec![path.to_owned(), format!("{path}/")],
        };
        let mut resource = web::resource(patterns);
        for route in routes {
            resource = resource.route(route.handler);
        }
        config.service(resource.wrap(from_fn(visit::catch_panic)).default_service(web::to(move |_: HttpRequest| {
            let allowed = allowed.clone();
            async move { Err::<&'static str, _>(AppError::Method(allowed)) }
        })));
    }
}
