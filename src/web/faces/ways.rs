//! Where an error page leads: back to what was refused, or to where the person works.

use crate::authz::StaffMember;
use crate::error::AppError;
use crate::web::frame::{self, places};
use actix_web::HttpRequest;

/// A link that leads on.
#[derive(Debug, Clone)]
pub struct Way {
    /// Its words.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether it opens beside this page, which must stay.
    pub new_tab: bool,
}

/// The one way on that is offered first.
pub fn on(failure: &AppError, request: &HttpRequest, staff: Option<&StaffMember>) -> Option<Way> {
    let way = |label: &str, href: &str| Some(Way { label: label.to_owned(), href: href.to_owned(), new_tab: false });
    match (failure, staff) {
        (AppError::SignedOut, _) => way("Sign in", "/login").map(|way| Way { new_tab: true, ..way }),
        (AppError::NeedsSecondFactor, _) => way("Set it up", frame::SECOND_FACTOR),
        (_, Some(staff)) => {
            let place = places::place_above(staff, request.path());
            // Back to the thing whose state did not allow it.
            let one = place.and_then(|place| place.kind).zip(request.match_info().get("id"));
            match (failure, place, one) {
                (AppError::Conflict(_), Some(place), Some((kind, id))) => {
                    way(&format!("Open the {}", kind.one), &format!("{}/{id}", place.href))
                }
                _ => {
                    let place = place.or_else(|| places::workplace(staff))?;
                    way(&format!("Go to {}", place.label), place.href)
                }
            }
        }
        (AppError::Unavailable(_) | AppError::Internal(_), None) => None,
        (_, None) if request.path().trim_end_matches('/') == "/setup" => None,
        (_, None) => way("Sign in", "/login"),
    }
}
