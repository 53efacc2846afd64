//! What is served of API v2, from the route table, joined with what the features say of it.

use super::order::Homes;
use super::{chapters, document, told};
use crate::authz::{Action as _, TokenNeeds};
use crate::contacts::CallUnserved;
use crate::web::described::{Chapter, Operation, Told};
use crate::web::routes::{Face, Route};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A route of API v2 that does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, with `{names}`.
    pub path: &'static str,
    /// What its caller has to hold.
    pub needs: Needs,
}

/// What a caller has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the door is open.
    Nothing,
    /// A token that works.
    Token,
    /// A token with this scope.
    Scope(&'static str),
}

impl Needs {
    /// The scope.
    #[must_use]
    pub const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Scope(scope) => Some(scope),
            _ => None,
        }
    }
}

impl Served {
    /// What `route` serves to software; nothing for a page and for a route of the contract that only says that it is not served.
    #[must_use]
    pub fn of(route: &Route) -> Option<Self> {
        let needs = match route.facts {
            Some(facts) if facts.name == CallUnserved::NAME => return None,
            None => Needs::Nothing,
            Some(facts) => match facts.token {
                TokenNeeds::Needs(scope) => Needs::Scope(scope),
                TokenNeeds::AnyLive => Needs::Token,
                TokenNeeds::Never => return None,
            },
        };
        let method =
            ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|name| *name == route.method.as_str())?;
        (route.face == Face::Api).then_some(Self { method, path: route.path, needs })
    }

    fn is(&self, operation: &Operation) -> bool {
        (self.method, self.path) == (operation.method, operation.path)
    }
}

/// Everything that the pages and the document need, made once when the server starts.
#[derive(Debug, Clone)]
pub struct Reference(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    served: Vec<Served>,
    chapters: Vec<Chapter>,
    told: Vec<Told>,
    homes: Homes,
    base: String,
    document: String,
    tag: String,
}

impl Reference {
    /// The reference of a route table that is reached at `base`, which has no slash at its end.
    #[must_use]
    pub fn new(routes: &[Route], base: &str) -> Self {
        let served: Vec<Served> = routes.iter().filter_map(Served::of).collect();
        let mut chapters = chapters();
        // A key counts where a POST changes something; the route table says where.
        for operation in chapters.iter_mut().flat_map(|chapter| &mut chapter.operations) {
            let own = |route: &&Route| (route.method.as_str(), route.path) == (operation.method, operation.path);
            operation.keyed = routes.iter().find(own).is_some_and(|route| route.keyed().is_some());
        }
        let told = told();
        let text = document::of((&chapters, &told), &served, base).to_string();
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let tag = digest.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        Self(Arc::new(Inner {
            served,
            homes: Homes::new(&chapters),
            chapters,
            told,
            base: base.to_owned(),
            document: text,
            tag: format!("\"{tag:032x}\""),
        }))
    }

    /// The chapters.
    #[must_use]
    pub fn chapters(&self) -> &[Chapter] {
        &self.0.chapters
    }

    /// What webhooks tell.
    #[must_use]
    pub fn told(&self) -> &[Told] {
        &self.0.told
    }

    /// Where named objects are described.
    #[must_use]
    pub fn homes(&self) -> &Homes {
        &self.0.homes
    }

    /// The address under which API v2 answers, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// The document in OpenAPI 3.1, as JSON.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.0.document
    }

    /// The document's entity tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// What the caller of an operation has to hold.
    #[must_use]
    pub fn needs(&self, operation: &Operation) -> Needs {
        needs(&self.0.served, operation)
    }

    /// Which routes nobody describes, and which descriptions have no route: as `GET /path`.
    #[must_use]
    pub fn gaps(&self) -> Vec<String> {
        let inner = &self.0;
        let operations = || inner.chapters.iter().flat_map(|chapter| &chapter.operations);
        let untold = inner.served.iter().filter(|served| !operations().any(|operation| served.is(operation)));
        let unserved = operations().filter(|operation| !inner.served.iter().any(|served| served.is(operation)));
        let untold = untold.map(|served| format!("{} {} is served and not described", served.method, served.path));
        untold
            .chain(unserved.map(|told| format!("{} {} is described and not served", told.method, told.path)))
            .collect()
    }
}

pub(super) fn needs(served: &[Served], operation: &Operation) -> Needs {
    served.iter().find(|served| served.is(operation)).map_or(Needs::Token, |served| served.needs)
}
