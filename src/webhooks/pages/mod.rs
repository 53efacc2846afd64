//! The console's pages of webhooks.

mod asking;
mod awaited;
pub mod create;
pub mod deletion;
mod deliveries;
pub mod delivery;
pub mod edit;
mod form;
pub mod fragment;
pub mod list;
mod outcomes;
pub mod pause;
pub mod redelivery;
pub mod rotation;
pub mod secret;
pub mod show;
pub mod test;
pub mod under_way;
mod words;

pub use words::{answer_shown, waiting_shown};

use crate::web::routes::Route;
use actix_web::http::Method;

/// The list's address; every other page lies below it.
pub const LIST: &str = "/settings/webhooks";

/// The pages' part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (get, post) = (Method::GET, Method::POST);
    vec![
        Route::page(get.clone(), "/settings/webhooks", list::show),
        Route::page(get.clone(), "/settings/webhooks/new", create::ask),
        Route::page(post.clone(), "/settings/webhooks/new", create::create),
        Route::page(get.clone(), "/settings/webhooks/{id}", show::show),
        Route::page(get.clone(), "/settings/webhooks/{id}/edit", edit::edit),
        Route::page(post.clone(), "/settings/webhooks/{id}/edit", edit::update),
        Route::page(get.clone(), "/settings/webhooks/{id}/secret", secret::show),
        Route::page(get.clone(), "/settings/webhooks/{id}/secret/rotation", rotation::ask),
        Route::page(post.clone(), "/settings/webhooks/{id}/secret/rotation", rotation::rotate),
        Route::page(get.clone(), "/settings/webhooks/{id}/secret/rotation/cancellation", under_way::ask_cancel),
        Route::page(post.clone(), "/settings/webhooks/{id}/secret/rotation/cancellation", under_way::cancel),
        Route::page(get.clone(), "/settings/webhooks/{id}/old-secret/expiry", under_way::ask_expire),
        Route::page(post.clone(), "/settings/webhooks/{id}/old-secret/expiry", under_way::expire),
        Route::page(get.clone(), "/settings/webhooks/{id}/pause", pause::ask),
        Route::page(post.clone(), "/settings/webhooks/{id}/pause", pause::pause),
        Route::page(post.clone(), "/settings/webhooks/{id}/resume", pause::resume),
        Route::page(post.clone(), "/settings/webhooks/{id}/enable", pause::enable),
        Route::page(post.clone(), "/settings/webhooks/{id}/test", test::send),
        Route::page(get.clone(), "/settings/webhooks/{id}/redelivery", redelivery::ask),
        Route::page(post.clone(), "/settings/webhooks/{id}/redelivery", redelivery::all),
        Route::page(get.clone(), "/settings/webhooks/{id}/deliveries/{delivery}", delivery::show),
        Route::page(post.clone(), "/settings/webhooks/{id}/deliveries/{delivery}/redelivery", redelivery::one),
        Route::page(get, "/settings/webhooks/{id}/deletion", deletion::ask),
        Route::page(post, "/settings/webhooks/{id}/deletion", deletion::delete),
    ]
}
