//! Everything that can go wrong with a request, and the one table of statuses.

use crate::authz::{Denied, Permission, Rule};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use std::fmt;
use std::sync::Arc;

/// Why a request got no answer of its own. Whoever asks (a page, a fragment, API v2) decides how it looks.
#[derive(Debug, Clone)]
pub enum AppError {
    /// Nobody is signed in.
    SignedOut,
    /// There is nothing at this address, or nothing that this account may know of.
    NotFound,
    /// A lab is off, so the page is not there.
    LabOff,
    /// The person lacks this permission.
    Lacks(Permission),
    /// A rule of giving and taking permissions forbids it.
    Rule(Rule),
    /// The person must set up a second factor first.
    NeedsSecondFactor,
    /// This kind of actor never may.
    Forbidden,
    /// The form came from elsewhere, or its token is not this session's.
    ForeignForm,
    /// The form is from before a new sign-in; what was typed is kept so that it can be sent again.
    OldForm(Arc<Vec<(String, String)>>),
    /// The page or form was made in another account than the one that is open now; what was typed is kept so that it can be read.
    OtherAccount(Arc<Vec<(String, String)>>),
    /// The input has a form that nobody can mean; says what is wrong.
    Malformed(&'static str),
    /// It does not fit the present state; says what happened and what to do.
    Conflict(String),
    /// The method is not served here; names those that are.
    Method(String),
    /// The body is too large.
    TooLarge,
    /// The body's content type is not the one expected.
    MediaType(&'static str),
    /// The client was too slow.
    TooSlow,
    /// Too many tries; seconds to wait.
    TooMany(u32),
    /// A call to API v2 was refused; see `web::api`.
    Api(Arc<ApiProblem>),
    /// The store cannot be reached or is full; nothing was changed.
    Unavailable(Arc<str>),
    /// A fault of ours, with its cause for the log.
    Internal(Arc<str>),
}

/// A refused call to API v2: the body's fields, in the contract's words.
#[derive(Debug, Clone)]
pub struct ApiProblem {
    /// HTTP status.
    pub status: u16,
    /// Stable code for programs.
    pub code: &'static str,
    /// One sentence, or one for each field.
    pub message: Message,
    /// The short name, or a hint.
    pub error: String,
    /// `WWW-Authenticate`, without the realm: `error="…"` and the rest.
    pub challenge: Option<String>,
    /// What the contract adds to a duplicate: `meta`.
    pub meta: Option<serde_json::Value>,
    /// Seconds after which the same call may be made again.
    pub retry_after: Option<u32>,
}

/// The contract's `message`: a string, or a list of strings for 422.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(untagged)]
pub enum Message {
    /// One sentence.
    One(String),
    /// One for each field.
    Each(Vec<String>),
}

impl AppError {
    /// A fault of ours.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(Arc::from(cause.to_string()))
    }

    /// The status, decided here and nowhere else.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NotFound | Self::LabOff => StatusCode::NOT_FOUND,
            Self::Rule(Rule::LastKeeper) | Self::OtherAccount(_) | Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Lacks(_)
            | Self::Rule(_)
            | Self::NeedsSecondFactor
            | Self::Forbidden
            | Self::ForeignForm
            | Self::OldForm(_) => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Api(problem) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for AppError {}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::LabOff => Self::LabOff,
            Denied::Lacks(permission) => Self::Lacks(permission),
            Denied::NeedsSecondFactor => Self::NeedsSecondFactor,
            Denied::Never | Denied::Stale => Self::Forbidden,
            Denied::LacksScope(scope) => Self::Api(Arc::new(ApiProblem {
                status: 403,
                code: "scope_missing",
                message: Message::One(format!("The token is not authorized for this scope. It needs {scope}.")),
                error: "Forbidden".to_owned(),
                challenge: Some(format!("error=\"insufficient_scope\", scope=\"{scope}\"")),
                meta: None,
                retry_after: None,
            })),
        }
    }
}

impl From<Rule> for AppError {
    fn from(rule: Rule) -> Self {
        Self::Rule(rule)
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// A bare answer that carries the error; `web::faces` gives it the face that fits who asks.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status());
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// What every handler and command returns.
pub type Result<T, E = AppError> = std::result::Result<T, E>;
