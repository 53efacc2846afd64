//! The frame of the pages for who invites, and the questions they ask.

use super::LIST;
use crate::authz::{self, Actor};
use crate::db::Db;
use crate::error::Result;
use crate::invitations::model::Invitation;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::question::{Question, QuestionPage};
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use actix_web::{HttpRequest, HttpResponse};

/// The frame of a page below My Staff.
pub fn shell(request: &HttpRequest, db: &Db, actor: &Actor, title: impl Into<String>) -> Shell {
    let mut shell = frame::shell(request, db, actor, title);
    shell.breadcrumb = vec![Crumb::area("Settings"), Crumb::area("Team")];
    shell
}

/// The frame of a page below the list of invitations.
pub fn below(request: &HttpRequest, db: &Db, actor: &Actor, title: impl Into<String>) -> Shell {
    let mut shell = shell(request, db, actor, title);
    shell.breadcrumb.push(Crumb::link("Invitations", LIST));
    shell
}

/// The page of an invitation.
pub fn address(of: &Invitation) -> String {
    format!("{LIST}/{}", of.id)
}

/// A question about an invitation whose answer takes the password.
pub struct Asking<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The store.
    pub db: &'a Db,
    /// Who asks.
    pub actor: Actor,
}

impl<'a> Asking<'a> {
    /// At the door.
    pub fn at<A: authz::Action>(pending: &Pending<A>, request: &'a HttpRequest, db: &'a Db) -> Self {
        Self { request, db, actor: pending.actor().clone() }
    }

    /// Asks it; the path is the request's own.
    pub fn ask(
        &self,
        of: &Invitation,
        (title, single_use): (String, bool),
        question: Question,
        shown: &Shown,
    ) -> Result<HttpResponse> {
        let problems = shown.problems();
        let mut shell = below(self.request, self.db, &self.actor, title);
        shell.breadcrumb.push(Crumb::link(&of.email, address(of)));
        shell.has_errors = !problems.is_empty();
        let page = QuestionPage {
            shell,
            back: address(of),
            action: self.request.path().to_owned(),
            problems,
            guard: shown::sudo_guard(self.db, &self.actor, single_use, shown.again.as_ref()),
            question,
        };
        shown.answer(self.request, &page)
    }

    /// The question for the password, when it is asked for at once.
    pub fn opening<A: authz::Action>(pending: &Pending<A>) -> Shown {
        Shown::first(Again::opening(pending))
    }
}
