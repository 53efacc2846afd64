//! The route table: method, path, action and handler in one row. A route that is not in it does not exist.

use super::permit::{Open, Pending};
use super::visit;
use crate::authz::{Action, Lab, Permit, PersonNeeds, TokenNeeds};
use crate::error::AppError;
use actix_web::body::BoxBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{FromRequest, Handler, HttpMessage as _, HttpRequest, Responder, Scope, guard, web};
use std::borrow::Cow;
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
    // Made anew for each of its addresses.
    handler: Box<dyn Fn() -> actix_web::Route>,
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
        let served = method.clone();
        let handler = Box::new(move || match served {
            Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler.clone()),
            _ => web::method(served.clone()).to(handler.clone()),
        });
        Self { method, path, face, facts: Args::FACTS, handler }
    }
}

impl Route {
    /// The scope of a POST of API v2 that changes something: what heeds an idempotency key. Reading anew does no harm.
    #[must_use]
    pub fn keyed(&self) -> Option<&'static str> {
        match self.facts?.token {
            TokenNeeds::Needs(scope) if self.method == Method::POST && !scope.ends_with(".readonly") => Some(scope),
            _ => None,
        }
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

/// A resource's address as the table has it, without a slash at its end; noted when the router found the resource.
#[derive(Debug, Clone, Copy)]
pub struct Template(&'static str);

/// The address of the request's resource, with `{names}`; empty when there is none.
#[must_use]
pub fn template(request: &HttpRequest) -> Cow<'static, str> {
    let noted = request.extensions().get::<Template>().copied();
    noted.map_or_else(|| Cow::Owned(request.match_pattern().unwrap_or_default()), |template| template.0.into())
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
///
/// An address is a resource with and one without a slash at its end: one of two patterns would be two regular expressions, even
/// without a name in it.
fn add(config: &mut web::ServiceConfig, area: &str, routes: Vec<Route>) {
    let mut by_path: BTreeMap<(usize, String, &'static str), Vec<Route>> = BTreeMap::new();
    for route in routes {
        let bare = bare(route.path);
        // Short ones first. `~` sorts after every letter, so that a name comes after the literals of its place.
        let place = (bare.matches('/').count(), bare.replace('{', "~"), bare);
        by_path.entry(place).or_default().push(route);
    }
    for ((_, _, path), routes) in by_path {
        let inner = path.strip_prefix(area).unwrap_or(path);
        config.service(resource(inner, path, &routes));
        if inner != "/" {
            config.service(resource(&format!("{inner}/"), path, &routes));
        }
    }
}

fn bare(path: &'static str) -> &'static str {
    path.strip_suffix('/').filter(|bare| !bare.is_empty()).unwrap_or(path)
}

fn resource(address: &str, path: &'static str, routes: &[Route]) -> impl HttpServiceFactory + use<> {
    let mut allowed: Vec<String> = routes.iter().map(|route| route.method.to_string()).collect();
    if allowed.iter().any(|method| method == "GET") {
        allowed.push("HEAD".to_owned());
    }
    let allowed = allowed.join(", ");
    let mut resource = web::resource(address);
    for route in routes {
        resource = resource.route((route.handler)());
    }
    let keyed = routes.iter().find_map(Route::keyed);
    let guarded =
        move |request: ServiceRequest, next: Next<BoxBody>| visit::catch_panic(Template(path), keyed, request, next);
    resource.wrap(from_fn(guarded)).default_service(web::to(move |_: HttpRequest| {
        let allowed = allowed.clone();
        async move { Err::<&'static str, _>(AppError::Method(allowed)) }
    }))
}
