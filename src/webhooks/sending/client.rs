//! The HTTP client that talks to receivers: it follows nothing, keeps nothing, sends nothing of ours, and reads little.

use super::resolver::{Lookup, Resolver, Unreachable};
use crate::config::WebhookReach;
use crate::error::{AppError, Result};
use crate::ids::MessageId;
use crate::text::problem_in;
use crate::webhooks::model::Target;
use crate::webhooks::model::delivery::{ANSWER_MAX, Problem, READ_MAX};
use crate::webhooks::model::schedule::TRY_MAX;
use crate::webhooks::secret::seconds;
use crate::world::{Mark, Timestamp};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

/// How long a try may take.
pub const LIMIT: Duration = Duration::from_millis(TRY_MAX.as_millis().unsigned_abs());
/// How long the rest of an answer is waited for once its status is there: a receiver that drips must not keep others waiting.
const REST: Duration = Duration::from_secs(1);
/// How long a connection waits for the next delivery to the same receiver.
const IDLE: Duration = Duration::from_secs(20);
const IDLE_EACH: usize = 4;
const AGENT: &str = concat!("Progreda-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Talks to receivers.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    reach: Arc<WebhookReach>,
}

/// What is sent in one try.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where to.
    pub url: &'a str,
    /// The `webhook-id`.
    pub message: &'a MessageId,
    /// When this try begins.
    pub at: Timestamp,
    /// The signatures, with one space between them.
    pub signatures: &'a str,
    /// What is told.
    pub body: &'a str,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, when there was one.
    pub status: Option<u16>,
    /// What went wrong; none: the receiver took it.
    pub problem: Option<Problem>,
    /// The first characters of the body.
    pub text: Option<String>,
    /// What the receiver said in `Retry-After`.
    pub retry_after: Option<String>,
    /// How long it all took, in milliseconds.
    pub took_ms: i64,
}

impl Answer {
    /// A try that came to nothing.
    #[must_use]
    pub const fn none(problem: Problem, took_ms: i64) -> Self {
        Self { status: None, problem: Some(problem), text: None, retry_after: None, took_ms }
    }
}

impl Client {
    /// One that reaches what `reach` allows, and asks `lookup` for addresses.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(reach: Arc<WebhookReach>, lookup: Arc<dyn Lookup>) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in reach.authorities.certificates() {
            roots.add(certificate.clone()).map_err(AppError::internal)?;
        }
        let tls = tls.map_err(AppError::internal)?.with_root_certificates(roots).with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Resolver::new(Arc::clone(&reach), lookup)))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(AGENT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_EACH)
            .build();
        Ok(Self { http: http.map_err(AppError::internal)?, reach })
    }

    /// Tries once.
    pub async fn send(&self, request: &Request<'_>) -> Answer {
        let begun = Mark::now();
        let mut answer = self.exchange(request, begun).await;
        answer.took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        answer
    }

    async fn exchange(&self, request: &Request<'_>, begun: Mark) -> Answer {
        // What was allowed when it was saved need not be any more; addresses in URLs are asked of nobody and so judged here.
        let Ok(target) = Target::parse(request.url, &self.reach) else { return Answer::none(Problem::NoTarget, 0) };
        let sent = self
            .http
            .post(target.url().clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", request.message.as_str())
            .header("webhook-timestamp", seconds(request.at))
            .header("webhook-signature", request.signatures)
            .body(request.body.to_owned())
            .send();
        let response = match tokio::time::timeout(LIMIT.saturating_sub(begun.elapsed()), sent).await {
            Err(_) => return Answer::none(Problem::TimedOut, 0),
            Ok(Err(error)) => return Answer::none(problem_of(&error), 0),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let problem = match status {
            _ if status.is_success() => None,
            _ if status.is_redirection() => Some(Problem::Redirect),
            _ => Some(Problem::Status),
        };
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // The status is the answer: however long the rest takes, and whether it comes at all, changes nothing.
        let text = beginning(response, REST.min(LIMIT.saturating_sub(begun.elapsed()))).await;
        Answer { status: Some(status.as_u16()), problem, text: Some(text), retry_after, took_ms: 0 }
    }
}

/// Reads no more than [`READ_MAX`] and no longer than `limit`, and keeps the first [`ANSWER_MAX`] characters.
async fn beginning(mut response: reqwest::Response, limit: Duration) -> String {
    // No character takes more than four bytes.
    let mut kept = Vec::with_capacity(256);
    let reading = async {
        let mut read = 0;
        while read < READ_MAX {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            read += chunk.len();
            let room = (ANSWER_MAX * 4).saturating_sub(kept.len());
            kept.extend(chunk.iter().take(room));
        }
    };
    // What came in time is kept, whether or not there is more.
    let _ = tokio::time::timeout(limit, reading).await;
    let plain = |c: &char| problem_in(c.encode_utf8(&mut [0; 4]), true).is_none();
    String::from_utf8_lossy(&kept).chars().filter(plain).take(ANSWER_MAX).collect()
}

fn problem_of(error: &reqwest::Error) -> Problem {
    let mut cause = error.source();
    while let Some(inner) = cause {
        match inner.downcast_ref::<Unreachable>() {
            Some(Unreachable::NoAddress) => return Problem::NoAddress,
            Some(Unreachable::NotAllowed) => return Problem::NotAllowed,
            None => {}
        }
        if inner.is::<rustls::Error>() || inner.downcast_ref().is_some_and(is_of_tls) {
            return Problem::NotEncrypted;
        }
        cause = inner.source();
    }
    if error.is_connect() { Problem::NoConnection } else { Problem::NoAnswer }
}

/// Errors of reading and writing wrap each other, and none of them calls the one inside its source.
fn is_of_tls(error: &std::io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    inner.is::<rustls::Error>() || inner.downcast_ref().is_some_and(is_of_tls)
}
