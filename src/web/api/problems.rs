//! The refusals of API v2, in the contract's words.

use crate::error::{ApiProblem, AppError, Message};
use serde_json::Value;
use std::sync::Arc;

const INVALID_TOKEN: &str = "Invalid Private Integration token";

/// The hint for a token with white space inside.
pub const HINT_SPACE: &str = "The token has white space inside. Was it copied over a line break?";
/// The hint for a token whose last characters do not fit the others.
pub const HINT_CHECKSUM: &str = "The token is not complete or has a wrong character. Was it copied as a whole?";

/// Why a token that once worked does not work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadReason {
    /// A newer token replaced it.
    Rotated,
    /// Its end was reached.
    Expired,
    /// Its integration is paused.
    Paused,
    /// Its integration was deleted.
    Deleted,
    /// It was ended by hand, or reported as compromised.
    Revoked,
    /// Its whole account is disabled.
    AccountDisabled,
}

impl DeadReason {
    /// The stable `code` of the answer.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rotated => "token_rotated",
            Self::Expired => "token_expired",
            Self::Paused => "token_paused",
            Self::Deleted => "token_deleted",
            Self::Revoked => "token_revoked",
            Self::AccountDisabled => "account_disabled",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Rotated => "it was rotated; use the newer token",
            Self::Expired => "it has expired",
            Self::Paused => "its integration is paused",
            Self::Deleted => "its integration was deleted",
            Self::Revoked => "it was revoked",
            Self::AccountDisabled => "its account is disabled",
        }
    }
}

/// A problem without challenge and meta; `error` is the status' short name.
#[must_use]
pub fn problem(status: u16, code: &'static str, message: impl Into<String>) -> ApiProblem {
    ApiProblem {
        status,
        code,
        message: Message::One(message.into()),
        error: short_name(status).to_owned(),
        challenge: None,
        meta: None,
        retry_after: None,
    }
}

fn short_name(status: u16) -> &'static str {
    let status = actix_web::http::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

/// 401: no token was presented. The challenge names no error (RFC 6750, 3).
#[must_use]
pub fn no_credentials() -> ApiProblem {
    ApiProblem { challenge: Some(String::new()), ..problem(401, "token_missing", INVALID_TOKEN) }
}

/// 401: the token is malformed or unknown; one body for all, but for the `hint` to whoever copied it badly.
#[must_use]
pub fn token_invalid(hint: Option<&str>) -> ApiProblem {
    let refused = problem(401, "token_invalid", INVALID_TOKEN);
    ApiProblem {
        error: hint.map_or(refused.error, str::to_owned),
        challenge: Some("error=\"invalid_token\"".to_owned()),
        ..refused
    }
}

/// 401: the token was once valid; says why it is dead.
#[must_use]
pub fn token_dead(reason: DeadReason) -> ApiProblem {
    ApiProblem {
        challenge: Some(format!("error=\"invalid_token\", error_description=\"{}\"", reason.words())),
        ..problem(401, reason.code(), format!("{INVALID_TOKEN}: {}.", reason.words()))
    }
}

/// 400: credentials were presented in more than one way.
#[must_use]
pub fn two_credentials() -> ApiProblem {
    ApiProblem {
        challenge: Some("error=\"invalid_request\"".to_owned()),
        ..problem(400, "invalid_request", "The request has more than one Authorization header.")
    }
}

/// 403: the request names another account than the token's.
#[must_use]
pub fn foreign_location() -> ApiProblem {
    problem(403, "location_forbidden", "The token does not have access to this location.")
}

/// 404: a route of the contract that is not served here.
#[must_use]
pub fn not_served() -> ApiProblem {
    problem(404, "route_not_served", "This route is part of API v2, but Progreda does not serve it.")
}

/// 422: each wrong field in a sentence of its own.
#[must_use]
pub fn invalid_fields(wrong: Vec<String>) -> ApiProblem {
    ApiProblem { message: Message::Each(wrong), ..problem(422, "validation_failed", "") }
}

/// 400: the form of an `OAuth` route is not one; `error` is the code of its RFC.
#[must_use]
pub fn invalid_request(message: &str) -> ApiProblem {
    ApiProblem { error: "invalid_request".to_owned(), ..problem(400, "invalid_request", message) }
}

/// 400: a contact with the same value is there already.
#[must_use]
pub fn duplicate(message: &str, meta: Value) -> ApiProblem {
    ApiProblem { meta: Some(meta), ..problem(400, "duplicate_contact", message) }
}

impl From<ApiProblem> for AppError {
    fn from(problem: ApiProblem) -> Self {
        Self::Api(Arc::new(problem))
    }
}
