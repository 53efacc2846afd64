//! Refusals leave a trace: who was refused what, gathered in memory and written once a second, so that nobody can buy writes.

use super::actor::{Asking, Visit};
use super::permit::UsedScope;
use crate::authz::{Actor, Origin};
use crate::db::journal::{Class, Counted, Doer, Entry, Subject};
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use actix_web::{HttpMessage as _, HttpRequest, web};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);
// Where a route stands otherwise.
const REST: &str = "many routes or addresses";
// Its reason.
const MANY: &str = "many";
// Different things that may wait for the next write; what goes beyond is in the log only.
const MOST: usize = 4_096;
// And of one actor; what goes beyond is counted in one row of theirs, so that they crowd out nobody.
const MOST_OF_ONE: usize = 64;

/// What waits for the next write.
#[derive(Debug, Default)]
struct Waiting {
    // In the order of identities, in which they are also written.
    rows: BTreeMap<String, Counted>,
    // How many of them each actor has, or each whom somebody unknown tried to be.
    of: HashMap<Option<String>, usize>,
}

impl Waiting {
    fn add(&mut self, refusal: Counted) {
        let identity = refusal.identity();
        if let Some(known) = self.rows.get_mut(&identity) {
            known.times += refusal.times;
            return;
        }
        // Whoever is not known is counted with whom it concerns: one person's failed sign-ins crowd out nobody else's.
        let whose = refusal.doer.id.clone().or_else(|| refusal.entry.subject.id.clone());
        let own = self.of.entry(whose).or_default();
        if *own >= MOST_OF_ONE && !is_rest(&refusal) {
            return self.add(rest(refusal));
        }
        if self.rows.len() >= MOST {
            tracing::warn!(actor.id = refusal.doer.id, "a refusal left no trace: too many wait");
            return;
        }
        *own += 1;
        self.rows.insert(identity, refusal);
    }
}

/// The one row for all that an actor has beyond [`MOST_OF_ONE`]: it says how often, but not what and from where.
fn rest(mut refusal: Counted) -> Counted {
    refusal.origin = Origin::default();
    if refusal.entry.subject.kind == "route" {
        REST.clone_into(&mut refusal.entry.subject.name);
    }
    refusal.entry.details = json!({ "reason": MANY, "needs": "" });
    refusal
}

fn is_rest(refusal: &Counted) -> bool {
    refusal.entry.details.get("reason").is_some_and(|reason| reason == MANY)
}

/// Takes notes of refusals. What was noted in the last second before the process is killed is lost: nothing was promised.
#[derive(Debug, Clone)]
pub struct Refusals {
    db: Db,
    waiting: Arc<Mutex<Waiting>>,
    // Held while writing, so that whoever finishes also waits for a write under way.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Refusals {
    /// Starts the task that writes; it ends when no other hand holds the notes.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let refusals = Self { db, waiting: Arc::default(), writing: Arc::default() };
        let own = refusals.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(EVERY);
            while Arc::strong_count(&own.waiting) > 1 {
                tick.tick().await;
                own.finish().await;
            }
        });
        refusals
    }

    /// Notes one; never waits.
    pub fn note(&self, refusal: Counted) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).add(refusal);
    }

    /// Writes everything noted so far, in one transaction; whether nothing is left to write.
    pub async fn finish(&self) -> bool {
        let _writing = self.writing.lock().await;
        let gathered = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).rows;
        if gathered.is_empty() {
            return true;
        }
        let written = self.write(&gathered).await;
        if let Err(error) = &written {
            tracing::warn!(cause = %error, "refusals could not be written yet");
            for refusal in gathered.into_values() {
                self.note(refusal);
            }
        }
        written.is_ok()
    }

    async fn write(&self, gathered: &BTreeMap<String, Counted>) -> std::result::Result<(), DbError> {
        self.db.write().await?.commit_counted(gathered.values()).await
    }
}

/// The notes of this server.
///
/// # Errors
/// [`AppError::Internal`] when nobody takes any.
pub fn notes(request: &HttpRequest) -> Result<web::Data<Refusals>> {
    request.app_data::<web::Data<Refusals>>().cloned().ok_or_else(|| AppError::internal("nobody notes refusals"))
}

/// Notes that `failure` refused this request, when it is a refusal and somebody known was refused.
pub fn note(failure: &AppError, request: &HttpRequest) {
    let extensions = request.extensions();
    let (reason, needs) = match failure {
        AppError::Lacks(permission) => ("permission", permission.code()),
        AppError::Rule(rule) => ("rule", rule.code()),
        AppError::Forbidden => ("actor", ""),
        AppError::ForeignForm => ("foreign_form", ""),
        AppError::OtherAccount(_) => ("other_account", ""),
        AppError::Api(problem) if problem.code == "scope_missing" => {
            ("scope", extensions.get::<UsedScope>().map_or("", |used| used.0))
        }
        _ => return,
    };
    let Some(Asking::Actor(actor)) = extensions.get::<Asking>() else { return };
    let Some(visit) = extensions.get::<Visit>() else { return };
    let Some(refusals) = request.app_data::<web::Data<Refusals>>() else { return };
    refusals.note(of(actor, visit, request, json!({ "reason": reason, "needs": needs })));
}

fn of(actor: &Actor, visit: &Visit, request: &HttpRequest, details: serde_json::Value) -> Counted {
    let route = format!("{} {}", request.method(), super::routes::template(request));
    Counted {
        doer: Doer::from(actor),
        account: Some(actor.account().id.clone()),
        now: visit.now,
        origin: visit.origin.clone(),
        entry: Entry {
            class: Class::Audit,
            action: "access.refused",
            subject: Subject { kind: "route", id: None, name: route },
            details,
        },
        times: 1,
    }
}
