//! Webhooks: third-party software is told of what happens to the data of its account, signed, and as often as it takes.
//!
//! A change of data leaves what it announces in its own trace (`db::journal`). From there it is made a message, and a delivery for
//! each endpoint that chose the event ([`sending`]); deliveries are tried, over and over, until a receiver takes them.

pub mod change;
pub mod commands;
mod example;
pub mod model;
pub mod pages;
pub mod secret;
pub mod sending;
pub mod store;

pub use commands::life::{count_of, end_redeliveries, end_redeliveries_of_account, end_with_integration};
pub use example::Example;
pub use model::Event;
pub use pages::fragment::Fragment;
pub use pages::{answer_shown, waiting_shown};

use crate::authz::{Lab, Permission, PersonNeeds, TokenNeeds};
use crate::web::routes::Route;

// A webhook belongs to a private integration: where nobody may see those, there are none.
const LAB: Option<Lab> = Some(Lab::PrivateIntegrations);
const VIEW: PersonNeeds = PersonNeeds::Needs(Permission::WebhooksView);
const MANAGE: PersonNeeds = PersonNeeds::Needs(Permission::WebhooksManage);

crate::actions! {
    /// See endpoints and their deliveries.
    ViewWebhooks: VIEW, TokenNeeds::Never, LAB, false;
    /// Add an endpoint.
    CreateEndpoint: MANAGE, TokenNeeds::Never, LAB, true;
    /// Change its description and events.
    EditEndpoint: MANAGE, TokenNeeds::Never, LAB, false;
    /// See the signing secret that one has just made, once.
    RevealSecret: MANAGE, TokenNeeds::Never, LAB, false;
    /// Give it a new signing secret, cancel that, or end the one before.
    RotateSecret: MANAGE, TokenNeeds::Never, LAB, true;
    /// Pause and resume.
    PauseEndpoint: MANAGE, TokenNeeds::Never, LAB, false;
    /// Send a test event.
    SendTest: MANAGE, TokenNeeds::Never, LAB, false;
    /// Deliver once more.
    Redeliver: MANAGE, TokenNeeds::Never, LAB, false;
    /// Delete it.
    DeleteEndpoint: MANAGE, TokenNeeds::Never, LAB, true;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    pages::routes()
}
