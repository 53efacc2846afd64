//! Contacts: the data that tokens reach. API v2 writes them, the console shows them.

mod announced;
mod api;
mod commands;
mod described;
mod json;
mod model;
mod pages;
mod search;
mod store;
mod texts;

pub use commands::{Refused, create, give_keys};
pub use described::{chapters, told};
pub use model::note::{Note, NoteDraft};
pub use model::task::{Task, TaskDraft};
pub use model::{Contact, CustomField, Draft};
pub use store::keys::ALL as KEY_STATEMENTS;
pub use store::list::ALL as LIST_STATEMENTS;
pub use store::notes::{ALL as NOTE_STATEMENTS, add as add_note};
pub use store::tasks::{ALL as TASK_STATEMENTS, add as add_task};
pub use store::{ALL as STATEMENTS, add};
pub use texts::Text;

use crate::actions;
use crate::authz::Lab;
use crate::authz::Permission::ContactsView;
use crate::authz::PersonNeeds::{self, Needs};
use crate::authz::TokenNeeds;
use crate::web::routes::Route;
use actix_web::http::Method;

const READ: TokenNeeds = TokenNeeds::Needs("contacts.readonly");
const WRITE: TokenNeeds = TokenNeeds::Needs("contacts.write");

actions! {
    /// Read one contact on API v2.
    ReadContact: PersonNeeds::Never, READ, None, false;
    /// List contacts on API v2.
    ListContacts: PersonNeeds::Never, READ, None, false;
    /// Add a contact.
    CreateContact: PersonNeeds::Never, WRITE, None, false;
    /// Search contacts on API v2.
    SearchContacts: PersonNeeds::Never, READ, None, false;
    /// Find the contact that has an e-mail address or a phone number.
    FindDuplicate: PersonNeeds::Never, READ, None, false;
    /// Add a contact, or change the one with its address or number.
    UpsertContact: PersonNeeds::Never, WRITE, None, false;
    /// Change a contact.
    UpdateContact: PersonNeeds::Never, WRITE, None, false;
    /// Delete a contact.
    DeleteContact: PersonNeeds::Never, WRITE, None, false;
    /// Add tags to a contact.
    AddTags: PersonNeeds::Never, WRITE, None, false;
    /// Remove tags from a contact.
    RemoveTags: PersonNeeds::Never, WRITE, None, false;
    /// List the notes of a contact.
    ListNotes: PersonNeeds::Never, READ, None, false;
    /// Read one note.
    ReadNote: PersonNeeds::Never, READ, None, false;
    /// Add a note to a contact.
    CreateNote: PersonNeeds::Never, WRITE, None, false;
    /// Change a note.
    UpdateNote: PersonNeeds::Never, WRITE, None, false;
    /// Delete a note.
    DeleteNote: PersonNeeds::Never, WRITE, None, false;
    /// List the tasks of a contact.
    ListTasks: PersonNeeds::Never, READ, None, false;
    /// Read one task.
    ReadTask: PersonNeeds::Never, READ, None, false;
    /// Add a task to a contact.
    CreateTask: PersonNeeds::Never, WRITE, None, false;
    /// Change a task.
    UpdateTask: PersonNeeds::Never, WRITE, None, false;
    /// Complete a task, or open it again.
    CompleteTask: PersonNeeds::Never, WRITE, None, false;
    /// Delete a task.
    DeleteTask: PersonNeeds::Never, WRITE, None, false;
    /// Be told that a route of the contract is not served here.
    CallUnserved: PersonNeeds::Never, TokenNeeds::AnyLive, None, false;
    /// See contacts in the console.
    ViewContacts: Needs(ContactsView), TokenNeeds::Never, Some(Lab::Contacts), false;
}

/// Routes of the contract below `/contacts` that are not served here. They stand in the table so that no literal is taken for an id.
const UNSERVED: &[(Method, &str)] = &[
    (Method::POST, "/contacts/bulk/business"),
    (Method::POST, "/contacts/bulk/tags/update/{type}"),
    (Method::GET, "/contacts/business/{business}"),
    (Method::GET, "/contacts/{id}/appointments"),
    (Method::POST, "/contacts/{id}/followers"),
    (Method::DELETE, "/contacts/{id}/followers"),
    (Method::DELETE, "/contacts/{id}/campaigns/removeAll"),
    (Method::DELETE, "/contacts/{id}/campaigns/remove-all"),
    (Method::POST, "/contacts/{id}/campaigns/{campaign}"),
    (Method::DELETE, "/contacts/{id}/campaigns/{campaign}"),
    (Method::POST, "/contacts/{id}/workflow/{workflow}"),
    (Method::DELETE, "/contacts/{id}/workflow/{workflow}"),
];

/// Every route of contacts.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::api(Method::GET, "/contacts/", api::list),
        Route::api(Method::POST, "/contacts/", api::create),
        Route::api(Method::POST, "/contacts/upsert", api::upsert),
        Route::api(Method::POST, "/contacts/search", api::search),
        Route::api(Method::GET, "/contacts/search/duplicate", api::duplicate),
        Route::api(Method::GET, "/contacts/{id}", api::get),
        Route::api(Method::PUT, "/contacts/{id}", api::update),
        Route::api(Method::DELETE, "/contacts/{id}", api::delete),
        Route::api(Method::POST, "/contacts/{id}/tags", api::tags::add),
        Route::api(Method::DELETE, "/contacts/{id}/tags", api::tags::remove),
        Route::api(Method::GET, "/contacts/{id}/notes", api::notes::list),
        Route::api(Method::POST, "/contacts/{id}/notes", api::notes::create),
        Route::api(Method::GET, "/contacts/{id}/notes/{note}", api::notes::get),
        Route::api(Method::PUT, "/contacts/{id}/notes/{note}", api::notes::update),
        Route::api(Method::DELETE, "/contacts/{id}/notes/{note}", api::notes::delete),
        Route::api(Method::GET, "/contacts/{id}/tasks", api::tasks::list),
        Route::api(Method::POST, "/contacts/{id}/tasks", api::tasks::create),
        Route::api(Method::GET, "/contacts/{id}/tasks/{task}", api::tasks::get),
        Route::api(Method::PUT, "/contacts/{id}/tasks/{task}", api::tasks::update),
        Route::api(Method::PUT, "/contacts/{id}/tasks/{task}/completed", api::tasks::complete),
        Route::api(Method::DELETE, "/contacts/{id}/tasks/{task}", api::tasks::delete),
        Route::page(Method::GET, "/business/contacts", pages::list),
        Route::page(Method::GET, "/business/contacts/{id}", pages::show::show),
    ];
    routes.extend(UNSERVED.iter().map(|(method, path)| Route::api(method.clone(), path, api::unserved)));
    routes
}
