//! API v2 as every feature speaks it: who presents a token, bodies, queries, answers and refusals.

mod body;
mod fields;
mod form;
mod if_match;
mod json;
mod limits;
mod problems;
mod query;
mod render;

pub use body::{JsonBody, read_json};
pub use fields::Fields;
pub use form::FormFields;
pub use if_match::IfMatch;
pub use limits::{Allowance, INTERVAL, Limits, show as show_limits};
pub use problems::{
    DeadReason, HINT_CHECKSUM, HINT_SPACE, duplicate, foreign_location, invalid_fields, invalid_request,
    no_credentials, not_served, problem, token_dead, token_invalid, two_credentials,
};
pub use query::Query;
pub use render::{answer, iso, json_answer, render};

use crate::error::{ApiProblem, AppError};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};

/// The values of the `Version` header that every resource path takes.
pub const VERSIONS: &[&str] = &["2021-07-28", "2021-04-15", "2023-02-21", "v3"];

/// The presented token, without white space around it; its form is not checked here.
///
/// # Errors
/// 401 without `error` when there is none or another scheme is used, 400 when there are two headers, 401 `invalid_token` for bytes that
/// no token has.
pub fn bearer(headers: &HeaderMap) -> Result<&str, AppError> {
    let mut presented = headers.get_all(AUTHORIZATION);
    let Some(value) = presented.next() else { return Err(no_credentials().into()) };
    if presented.next().is_some() {
        return Err(two_credentials().into());
    }
    let value = value.to_str().map_err(|_| token_invalid(None))?.trim();
    let (scheme, rest) = value.split_once([' ', '\t']).unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        let token = rest.trim();
        return if token.is_empty() { Err(no_credentials().into()) } else { Ok(token) };
    }
    let bare = rest.is_empty() || value.starts_with("pit_");
    if bare && !value.is_empty() { Ok(value) } else { Err(no_credentials().into()) }
}

/// What is wrong with the `Version` header of a resource path, if anything. Not for `/oauth`.
#[must_use]
pub fn version_problem(headers: &HeaderMap) -> Option<ApiProblem> {
    let mut given = headers.get_all("version").peekable();
    let refused = |code, message: &str| ApiProblem { challenge: Some(String::new()), ..problem(401, code, message) };
    if given.peek().is_none() {
        return Some(refused("version_missing", "version header was not found."));
    }
    let known = given.all(|value| value.to_str().is_ok_and(|value| VERSIONS.contains(&value.trim())));
    (!known).then(|| refused("version_invalid", "version header is invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn refused(error: AppError) -> (u16, &'static str, Option<String>) {
        let AppError::Api(problem) = error else { panic!("not a problem of the API") };
        (problem.status, problem.code, problem.challenge.clone())
    }

    fn presented(value: &str) -> Result<String, &'static str> {
        bearer(&headers("authorization", &[value])).map(ToOwned::to_owned).map_err(|error| refused(error).1)
    }

    #[test]
    fn a_token_comes_with_the_bearer_scheme_or_bare() {
        for value in ["Bearer pit_abc", "bearer  pit_abc ", "BEARER\tpit_abc", "pit_abc"] {
            assert_eq!(presented(value).as_deref(), Ok("pit_abc"), "{value}");
        }
        assert_eq!(presented("pit_a bc").as_deref(), Ok("pit_a bc"));
        assert_eq!(presented("Bearer pit_a bc").as_deref(), Ok("pit_a bc"));
        for value in ["", "Bearer", "Bearer  ", "Basic YTpi", "Digest a=b"] {
            assert_eq!(presented(value), Err("token_missing"), "{value}");
        }
    }

    #[test]
    fn none_and_two_headers_are_told_apart() {
        let none = refused(bearer(&HeaderMap::new()).unwrap_err());
        assert_eq!(none, (401, "token_missing", Some(String::new())));
        let two = refused(bearer(&headers("authorization", &["Bearer a", "Bearer a"])).unwrap_err());
        assert_eq!((two.0, two.1), (400, "invalid_request"));
    }

    #[test]
    fn each_of_the_four_versions_is_taken_and_no_other() {
        for version in VERSIONS {
            assert!(version_problem(&headers("version", &[version])).is_none(), "{version}");
        }
        let code = |values: &[&str]| version_problem(&headers("version", values)).map(|problem| problem.code);
        assert_eq!(code(&[]), Some("version_missing"));
        assert_eq!(code(&["2020-01-01"]), Some("version_invalid"));
        assert_eq!(code(&["v3", ""]), Some("version_invalid"));
    }
}
