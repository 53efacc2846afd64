//! The console's pages of private integrations.

mod activity;
mod asking;
pub mod clone;
pub mod compromised;
pub mod create;
pub mod deletion;
mod draft;
pub mod edit;
pub mod list;
mod meanwhile;
pub mod pause;
pub mod rotation;
pub mod show;
pub mod summary;
pub mod takeover;
pub mod token;
pub mod under_way;
pub mod view;
mod words;

use crate::web::routes::Route;
use actix_web::http::Method;

/// The list's address; every other page lies below it.
pub const LIST: &str = "/settings/private-integrations";

/// The pages' part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (get, post) = (Method::GET, Method::POST);
    vec![
        Route::page(get.clone(), "/settings/private-integrations", list::show),
        Route::page(get.clone(), "/settings/private-integrations/new", create::step),
        Route::page(post.clone(), "/settings/private-integrations/new", create::create),
        Route::page(get.clone(), "/settings/private-integrations/new/scopes", create::step),
        Route::page(get.clone(), "/settings/private-integrations/new/review", create::step),
        Route::page(get.clone(), "/settings/private-integrations/scopes-summary", summary::of_new),
        Route::page(get.clone(), "/settings/private-integrations/{id}", show::show),
        Route::page(get.clone(), "/settings/private-integrations/{id}/token", token::show),
        Route::page(get.clone(), "/settings/private-integrations/{id}/edit", edit::edit),
        Route::page(post.clone(), "/settings/private-integrations/{id}/edit", edit::update),
        Route::page(get.clone(), "/settings/private-integrations/{id}/scopes-summary", summary::of_edit),
        Route::page(get.clone(), "/settings/private-integrations/{id}/clone", clone::clone),
        Route::page(get.clone(), "/settings/private-integrations/{id}/rotation", rotation::ask),
        Route::page(post.clone(), "/settings/private-integrations/{id}/rotation", rotation::rotate),
        Route::page(get.clone(), "/settings/private-integrations/{id}/rotation/cancellation", under_way::ask_cancel),
        Route::page(post.clone(), "/settings/private-integrations/{id}/rotation/cancellation", under_way::cancel),
        Route::page(get.clone(), "/settings/private-integrations/{id}/rotation/extension", under_way::ask_extend),
        Route::page(post.clone(), "/settings/private-integrations/{id}/rotation/extension", under_way::extend),
        Route::page(get.clone(), "/settings/private-integrations/{id}/outgoing-token/expiry", under_way::ask_expire),
        Route::page(post.clone(), "/settings/private-integrations/{id}/outgoing-token/expiry", under_way::expire),
        Route::page(get.clone(), "/settings/private-integrations/{id}/pause", pause::ask),
        Route::page(post.clone(), "/settings/private-integrations/{id}/pause", pause::pause),
        Route::page(post.clone(), "/settings/private-integrations/{id}/resume", pause::resume),
        Route::page(post.clone(), "/settings/private-integrations/{id}/takeover", takeover::take_over),
        Route::page(get.clone(), "/settings/private-integrations/{id}/compromised", compromised::show),
        Route::page(get, "/settings/private-integrations/{id}/deletion", deletion::ask),
        Route::page(post, "/settings/private-integrations/{id}/deletion", deletion::delete),
    ]
}
