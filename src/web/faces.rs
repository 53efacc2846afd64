//! The face of an error, by who asks: a page in the person's own frame, an alert for htmx, JSON for API v2.

mod gone;
mod page;
#[cfg(test)]
mod samples;
mod ways;
mod words;

pub use words::wait;

use super::actor::Asking;
use super::routes::{Face, face_of};
use super::{api, frame, halfway};
use crate::authz::StaffMember;
use crate::error::AppError;
use crate::ids::RequestId;
use crate::world::Timestamp;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use std::sync::Arc;

// Seconds after which a store that does not answer is worth another try.
const STORE_PAUSE: &str = "2";

/// The application's error behind whatever the HTTP library hands over.
#[must_use]
pub fn app_error(error: &actix_web::Error) -> AppError {
    if let Some(known) = error.as_error::<AppError>() {
        return known.clone();
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => AppError::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge,
        StatusCode::REQUEST_TIMEOUT => AppError::TooSlow,
        StatusCode::METHOD_NOT_ALLOWED => AppError::Method(String::new()),
        StatusCode::FORBIDDEN => AppError::Forbidden,
        status if status.is_client_error() => AppError::Malformed("The server could not read the request."),
        _ => AppError::internal(error),
    }
}

/// The answer that tells `request` of `failure`. Never holds more of its cause than the request's number.
pub async fn face(failure: &AppError, request: &HttpRequest, now: Timestamp, id: &RequestId) -> HttpResponse {
    if face_of(request) == Face::Api {
        return api::render(failure, id.as_str(), "Progreda");
    }
    if let AppError::SignedOut = failure
        && let Some(response) = to_sign_in(request)
    {
        return response;
    }
    if let AppError::NeedsSecondFactor = failure
        && let Some(response) = to_second_factor(request)
    {
        return response;
    }
    let mut response = page::render(failure, request, now, id).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    match failure {
        AppError::Method(allowed) => put(ALLOW, allowed),
        AppError::TooMany(seconds) => put(RETRY_AFTER, &seconds.to_string()),
        AppError::Unavailable(_) => put(RETRY_AFTER, STORE_PAUSE),
        // The page around the piece shows the account that was open before.
        AppError::OtherAccount(_) if request.headers().contains_key("hx-request") => {
            put(HeaderName::from_static("hx-refresh"), "true");
        }
        _ => {}
    }
    response
}

/// The way to sign in for somebody who only looked; a form that was sent gets a page that says what became of it.
fn to_sign_in(request: &HttpRequest) -> Option<HttpResponse> {
    if request.headers().contains_key("hx-request") {
        // A fragment would put the sign-in form into the middle of a page.
        let mut response = HttpResponse::Unauthorized();
        return Some(response.insert_header(("hx-redirect", sign_in_address(request, &shown_page(request)))).finish());
    }
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let here = frame::here(request);
    let address = sign_in_address(request, if looks { &here } else { "/" });
    let leads_on = looks || request.path().trim_end_matches('/') == "/logout";
    leads_on.then(|| HttpResponse::SeeOther().insert_header((LOCATION, address)).finish())
}

/// The way to set up a second factor for somebody who must have one and only looked.
fn to_second_factor(request: &HttpRequest) -> Option<HttpResponse> {
    if request.headers().contains_key("hx-request") {
        let mut response = HttpResponse::Forbidden();
        return Some(response.insert_header(("hx-redirect", frame::SECOND_FACTOR)).finish());
    }
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    looks.then(|| HttpResponse::SeeOther().insert_header((LOCATION, frame::SECOND_FACTOR)).finish())
}

/// `/login`, or the form for the code, to come back to `next` afterwards.
fn sign_in_address(request: &HttpRequest, next: &str) -> String {
    let form = if halfway::key(request).is_some() { halfway::PATH } else { "/login" };
    match frame::local_path(next) {
        None | Some("/") => form.to_owned(),
        Some(next) => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{form}?next={next}")
        }
    }
}

/// The page around the piece that htmx asked for, as path and query. It only decides where one comes back to.
fn shown_page(request: &HttpRequest) -> String {
    let url = request.headers().get("hx-current-url").and_then(|value| value.to_str().ok()).unwrap_or("");
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/").to_owned()
}

fn staff(request: &HttpRequest) -> Option<Arc<StaffMember>> {
    match request.extensions().get::<Asking>() {
        Some(Asking::Actor(crate::authz::Actor::Staff(staff))) => Some(Arc::clone(staff)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_sign_in_page_knows_the_way_back() {
        let nobody = TestRequest::default().to_http_request();
        assert_eq!(sign_in_address(&nobody, "/profile?a=1&b=2"), "/login?next=%2Fprofile%3Fa%3D1%26b%3D2");
        assert_eq!(sign_in_address(&nobody, "//evil.example"), "/login");
        let half = TestRequest::default().insert_header(("Cookie", format!("progreda-halfway={}", "a".repeat(32))));
        assert_eq!(sign_in_address(&half.to_http_request(), "/help"), "/login/code?next=%2Fhelp");
        let request =
            TestRequest::default().insert_header(("HX-Current-URL", "https://a.example/help?x=1")).to_http_request();
        assert_eq!(shown_page(&request), "/help?x=1");
    }

    #[test]
    fn who_only_looked_is_led_to_sign_in_and_who_sent_a_form_is_told() {
        let get = TestRequest::get().uri("/profile").to_http_request();
        assert_eq!(to_sign_in(&get).unwrap().status(), StatusCode::SEE_OTHER);
        let post = TestRequest::post().uri("/profile/name").to_http_request();
        assert!(to_sign_in(&post).is_none());
        let part = TestRequest::post().uri("/profile/name").insert_header(("HX-Request", "true")).to_http_request();
        let response = to_sign_in(&part).unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers().get("hx-redirect").unwrap(), "/login");
    }

    #[test]
    fn errors_of_the_http_library_get_our_names() {
        let of = |status| app_error(&actix_web::error::InternalError::new("x", status).into()).status();
        for status in [StatusCode::NOT_FOUND, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::REQUEST_TIMEOUT] {
            assert_eq!(of(status), status);
        }
        assert_eq!(of(StatusCode::EXPECTATION_FAILED), StatusCode::BAD_REQUEST);
        assert_eq!(of(StatusCode::BAD_GATEWAY), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(app_error(&AppError::TooMany(3).into()).status(), StatusCode::TOO_MANY_REQUESTS);
    }
}
