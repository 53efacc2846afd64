//! JSON bodies: the right type, at most 256 kB, in at most ten seconds.

use super::{Fields, invalid_fields, json, problem};
use crate::error::AppError;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

const LIMIT: usize = 256 * 1024;
const WITHIN: Duration = Duration::from_secs(10);

/// The JSON object of a request's body. It stands after the permit in a handler's arguments, so that nothing is read for whom is refused.
#[derive(Debug)]
pub struct JsonBody(pub Fields);

impl FromRequest for JsonBody {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read_json(&request, payload).await?;
            match json::read(&bytes).map_err(|why| problem(400, "json_malformed", why))? {
                Value::Object(map) => Ok(Self(Fields::new(map))),
                _ => Err(invalid_fields(vec!["the body must be a JSON object".to_owned()]).into()),
            }
        })
    }
}

/// The bytes of a body that says it is JSON.
///
/// # Errors
/// 415 for another type, 413 for a body that is too long, 408 for one that does not come.
pub async fn read_json(request: &HttpRequest, payload: Payload) -> Result<Bytes, AppError> {
    expect_json(request)?;
    let bytes = tokio::time::timeout(WITHIN, collect(payload)).await.map_err(|_| AppError::TooSlow)??;
    Ok(bytes.freeze())
}

fn expect_json(request: &HttpRequest) -> Result<(), AppError> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let essence = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        return Err(AppError::MediaType("application/json"));
    }
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(AppError::MediaType("application/json without a content encoding"));
    }
    match header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if length > LIMIT => Err(AppError::TooLarge),
        _ => Ok(()),
    }
}

async fn collect(mut payload: Payload) -> Result<BytesMut, AppError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| AppError::Malformed("The body broke off."))?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(AppError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
