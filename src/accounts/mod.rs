//! Accounts: the tenants. Made at setup and from the command line, changed on the Account page.

pub mod commands;
pub mod model;
pub mod pages;
pub mod settings;
pub mod store;

pub use commands::{Made, add};

use crate::authz::{Permission, PersonNeeds, TokenNeeds};
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::AccountId;
use crate::web::routes::Route;
use actix_web::http::Method;
use serde_json::json;

crate::actions! {
    /// Change the account's name, what new people start with, and who may sign in.
    ManageAccount: PersonNeeds::Needs(Permission::AccountManage), TokenNeeds::Never, None, true;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/settings/account", pages::show),
        Route::page(Method::POST, "/settings/account", pages::save),
    ]
}

/// An account was made.
#[derive(Debug, Clone)]
pub struct AccountAdded {
    /// Which.
    pub account: AccountId,
    /// Its name.
    pub name: String,
}

impl Change for AccountAdded {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "account", id: Some(self.account.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action: "account.added", subject, details: json!({}) }
    }
}

/// An account was disabled or enabled.
#[derive(Debug, Clone)]
pub struct AccountSwitched {
    /// Which.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it is disabled from now on.
    pub disabled: bool,
}

impl Change for AccountSwitched {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "account", id: Some(self.account.to_string()), name: self.name.clone() };
        let action = if self.disabled { "account.disabled" } else { "account.enabled" };
        Entry { class: Class::Audit, action, subject, details: json!({}) }
    }
}
