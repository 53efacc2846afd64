//! A browser without scripts, over plain HTTP: keeps cookies, sends forms as the page holds them, follows when told.

use super::html::{Form, forms, unescape};
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, redirect};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

const ENCODED: &str = "application/x-www-form-urlencoded";

/// Someone at a browser; each has cookies of their own.
#[derive(Debug, Clone)]
pub struct Visitor {
    origin: String,
    client: Client,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    /// Path and query that were asked for.
    pub path: String,
    pub headers: HeaderMap,
    /// The body; bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl Page {
    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether the body shows `text`, written as a reader sees it.
    pub fn shows(&self, text: &str) -> bool {
        unescape(&self.text).contains(text)
    }

    /// The form that is sent to `action`.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        let all = forms(&self.text);
        let names: Vec<_> = all.iter().map(|form| form.action.clone()).collect();
        let found = all.into_iter().find(|form| form.action == action);
        found.unwrap_or_else(|| panic!("{} ({}) has no form for {action}, only {names:?}", self.path, self.status))
    }

    /// Fails unless the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answers:\n{}", self.path, self.text);
        self
    }
}

impl Form {
    /// The same with `name` set to this one value, in the place of whatever it had.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.with_all(name, &[value])
    }

    /// The same with `name` given once for each value; none leaves it out.
    #[must_use]
    pub fn with_all(mut self, name: &str, values: &[&str]) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.extend(values.iter().map(|value| (name.to_owned(), (*value).to_owned())));
        self
    }

    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// The HTTP client knows TLS, since webhooks need it, and wants to be told by what before its first use, also for plain HTTP.
pub fn provide_cryptography() {
    // It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client that follows nothing by itself, and gives its connections up before the server does: no request meets one that is just
/// being closed.
pub fn client() -> Client {
    let client = Client::builder().redirect(redirect::Policy::none()).pool_idle_timeout(Duration::from_secs(5));
    client.build().expect("a client")
}

impl Visitor {
    /// A new one without cookies at `origin`, such as `http://127.0.0.1:8080`.
    pub fn new(origin: &str) -> Self {
        provide_cryptography();
        Self { origin: origin.to_owned(), client: client(), cookies: RefCell::default() }
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Page {
        self.try_get(path).await.expect("the server answers")
    }

    /// Asks for a page of a server that may be gone.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Page> {
        self.try_send(path, self.request(Method::GET, path)).await
    }

    /// Sends a form as its page holds it.
    pub async fn submit(&self, form: Form) -> Page {
        if form.method == "get" {
            return self.get(&format!("{}?{}", form.action, form.encoded())).await;
        }
        self.post_body(&form.action, ENCODED, form.encoded().into()).await
    }

    /// Posts a form to a server that may be gone.
    pub async fn try_submit(&self, form: Form) -> reqwest::Result<Page> {
        self.try_send(&form.action, self.post(&form.action, ENCODED, form.encoded().into())).await
    }

    /// Posts any body, with the headers of a browser that is on one of our pages.
    pub async fn post_body(&self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        self.send(path, self.post(path, kind, body)).await
    }

    fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> RequestBuilder {
        let request = self.request(Method::POST, path).header("Origin", &self.origin);
        request.header("Sec-Fetch-Site", "same-origin").header("Content-Type", kind).body(body)
    }

    /// Goes where `page` redirects to, as often as it takes.
    pub async fn follow(&self, page: Page) -> Page {
        let mut page = page;
        for _ in 0..10 {
            if !(300..400).contains(&page.status) {
                return page;
            }
            let next = page.header("location");
            page = self.get(next.strip_prefix(&self.origin).unwrap_or(next)).await;
        }
        panic!("{} redirects without end", page.path)
    }

    /// A request with this visitor's cookies, for headers of one's own; send it with [`Visitor::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    /// Sends a request and keeps the cookies of its answer.
    pub async fn send(&self, path: &str, request: RequestBuilder) -> Page {
        self.try_send(path, request).await.expect("the server answers")
    }

    async fn try_send(&self, path: &str, request: RequestBuilder) -> reqwest::Result<Page> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await?;
        for cookie in headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie in ASCII"));
        }
        Ok(Page { status, path: path.to_owned(), headers, text: String::from_utf8_lossy(&body).into_owned() })
    }

    /// The value of a cookie, or nothing.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Sets or takes away a cookie, as a thief or a careless person would.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        let mut cookies = self.cookies.borrow_mut();
        match value {
            Some(value) => cookies.insert(name.to_owned(), value.to_owned()),
            None => cookies.remove(name),
        };
    }

    fn keep(&self, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        self.set_cookie(name, (!gone && !value.is_empty()).then_some(value));
    }
}
