//! Answers of API v2: JSON always, errors in the contract's shape.

use super::{no_credentials, problem};
use crate::error::{ApiProblem, AppError};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError as _};
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;
use serde_json::json;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const MILLIS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// An answer of API v2.
#[must_use]
pub fn answer(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(body) => json_answer(status, body),
        Err(error) => AppError::internal(error).error_response(),
    }
}

/// The same for a body that is JSON already.
#[must_use]
pub fn json_answer(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((CONTENT_TYPE, JSON)).insert_header((CACHE_CONTROL, NO_STORE)).body(body)
}

/// An instant as API v2 writes it: ISO 8601 in UTC with milliseconds.
#[must_use]
pub fn iso(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    MILLIS.timestamp_to_string(&at)
}

/// Any error as API v2 says it: `{statusCode, message, error, traceId, code}`, with the headers that its status asks for.
/// `realm` goes into the challenge of a 401 or 403.
#[must_use]
pub fn render(error: &AppError, request_id: &str, realm: &str) -> HttpResponse {
    let refused = as_problem(error);
    let mut body = json!({
        "statusCode": refused.status,
        "message": refused.message,
        "error": refused.error,
        "traceId": request_id,
        "code": refused.code,
    });
    if let (Some(meta), Some(fields)) = (refused.meta, body.as_object_mut()) {
        fields.insert("meta".to_owned(), meta);
    }
    let mut response = answer(error.status(), &body);
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(name, value);
        }
    };
    if let Some(challenge) = refused.challenge {
        let realm = realm.replace(['"', '\\'], "");
        let separator = if challenge.is_empty() { "" } else { ", " };
        put(WWW_AUTHENTICATE, &format!("Bearer realm=\"{realm}\"{separator}{challenge}"));
    }
    match error {
        AppError::Method(allowed) => put(ALLOW, allowed),
        AppError::TooMany(seconds) => put(RETRY_AFTER, &seconds.to_string()),
        AppError::Api(_) => {
            if let Some(seconds) = refused.retry_after {
                put(RETRY_AFTER, &seconds.to_string());
            }
        }
        AppError::Unavailable(_) => put(RETRY_AFTER, "1"),
        _ => {}
    }
    response
}

fn as_problem(error: &AppError) -> ApiProblem {
    match error {
        AppError::Api(refused) => (**refused).clone(),
        AppError::SignedOut => no_credentials(),
        AppError::NotFound | AppError::LabOff => problem(404, "not_found", "There is nothing at this address."),
        AppError::Lacks(_)
        | AppError::Rule(_)
        | AppError::NeedsSecondFactor
        | AppError::Forbidden
        | AppError::ForeignForm
        | AppError::OldForm(_) => problem(403, "forbidden", "The token may not do this."),
        AppError::Malformed(what) => problem(400, "malformed", *what),
        AppError::OtherAccount(_) => problem(409, "conflict", "The request was made for another account."),
        AppError::Conflict(what) => problem(409, "conflict", what),
        AppError::Method(allowed) if allowed.is_empty() => {
            problem(405, "method_not_allowed", "This method is not served here.")
        }
        AppError::Method(allowed) => {
            problem(405, "method_not_allowed", format!("This method is not served here. Served: {allowed}."))
        }
        AppError::TooLarge => problem(413, "body_too_large", "The body is larger than 256 kB."),
        AppError::MediaType(expected) => {
            problem(415, "media_type_unsupported", format!("The body must be sent as {expected}."))
        }
        AppError::TooSlow => problem(408, "too_slow", "The body did not arrive in time."),
        AppError::TooMany(seconds) => {
            problem(429, "too_many_requests", format!("Too many requests. Try again in {seconds} s."))
        }
        AppError::Unavailable(_) => problem(
            503,
            "unavailable",
            "The database cannot be reached at the moment. Nothing was changed; try again shortly.",
        ),
        AppError::Internal(_) => problem(500, "internal", "Something went wrong on our side. Nothing was changed."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::api::token_invalid;
    use std::sync::Arc;

    #[test]
    fn every_status_of_the_body_is_the_status_of_the_answer() {
        let errors = [
            AppError::SignedOut,
            AppError::NotFound,
            AppError::LabOff,
            AppError::Forbidden,
            AppError::ForeignForm,
            AppError::OtherAccount(Arc::default()),
            AppError::Malformed("x"),
            AppError::Conflict("x".to_owned()),
            AppError::Method("GET".to_owned()),
            AppError::TooLarge,
            AppError::MediaType("application/json"),
            AppError::TooSlow,
            AppError::TooMany(3),
            AppError::Unavailable(Arc::from("x")),
            AppError::internal("x"),
        ];
        for error in errors {
            assert_eq!(as_problem(&error).status, error.status().as_u16(), "{error}");
        }
    }

    #[test]
    fn headers_follow_the_error() {
        let header = |error: AppError, name: HeaderName| {
            let response = render(&error, "req_1", "Pro\"greda");
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let bare = header(AppError::SignedOut, WWW_AUTHENTICATE);
        assert_eq!(bare.as_deref(), Some("Bearer realm=\"Progreda\""));
        let invalid = header(token_invalid(None).into(), WWW_AUTHENTICATE);
        assert_eq!(invalid.as_deref(), Some("Bearer realm=\"Progreda\", error=\"invalid_token\""));
        assert_eq!(header(AppError::Method("GET, PUT".to_owned()), ALLOW).as_deref(), Some("GET, PUT"));
        assert_eq!(header(AppError::TooMany(9), RETRY_AFTER).as_deref(), Some("9"));
        assert_eq!(header(AppError::NotFound, CACHE_CONTROL).as_deref(), Some("no-store"));
    }
}
