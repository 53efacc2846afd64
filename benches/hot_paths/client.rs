//! Plain HTTP/1.1 over loopback: one careful connection for forms, and many hurried ones for load.

use crate::Outcome;
use crate::seed::{EMAIL, PASSWORD};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    head: String,
    /// Its body.
    pub body: String,
}

/// Somebody at a browser with one connection.
pub struct Client {
    stream: TcpStream,
    cookies: Vec<(String, String)>,
    origin: String,
}

impl Client {
    /// Without cookies.
    pub async fn connect(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, cookies: Vec::new(), origin: format!("http://{address}") })
    }

    /// The text of a request with this client's cookies.
    pub fn request(&self, method: &str, path: &str, body: &str) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (origin, cookies) = (&self.origin, cookies.join("; "));
        let host = origin.trim_start_matches("http://");
        let form = if method == "POST" {
            format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len())
        } else {
            String::new()
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookies}\r\n{form}\r\n{body}"
        )
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Outcome<Answer> {
        let request = self.request("GET", path, "");
        self.send(&request).await
    }

    async fn send(&mut self, request: &str) -> Outcome<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        let (start, whole) = read_answer(&mut self.stream, &mut bytes).await?;
        let text =
            |from: usize, to: usize| String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).into_owned();
        let (head, body) = (text(0, start), text(start, whole));
        for line in head.lines() {
            let Some((name, rest)) = line.split_once(": ") else { continue };
            if name.eq_ignore_ascii_case("set-cookie")
                && let Some((name, value)) = rest.split(';').next().and_then(|pair| pair.split_once('='))
            {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status")?;
        Ok(Answer { status, head, body })
    }

    /// Signs in as the admin of the seeded account.
    pub async fn sign_in(&mut self) -> Outcome<()> {
        let page = self.get("/login").await?;
        let csrf = page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let fields = [("csrf", csrf.ok_or("a form token")?), ("email", EMAIL), ("password", PASSWORD), ("next", "")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.send(&self.request("POST", "/login", &body)).await?;
        if answer.status == 303 { Ok(()) } else { Err(format!("not signed in: {}", answer.head).into()) }
    }
}

/// Reads one answer with a length into `bytes`; where its body starts and ends.
async fn read_answer(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Outcome<(usize, usize)> {
    bytes.clear();
    let mut known = None;
    loop {
        if known.is_none()
            && let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            known = Some((end + 4, end + 4 + length.map_or(Ok(0), str::parse::<usize>)?));
        }
        if let Some((start, whole)) = known
            && bytes.len() >= whole
        {
            return Ok((start, whole));
        }
        if stream.read_buf(bytes).await? == 0 {
            return Err("the server closed the connection".into());
        }
    }
}

/// How much load.
#[derive(Clone, Copy)]
pub struct Load {
    /// Connections that are kept alive; each sends its next request after an answer.
    pub connections: usize,
    /// Requests in all.
    pub most: usize,
}

/// What a load found.
pub struct Found {
    /// Milliseconds of each answer, sorted.
    times: Vec<f64>,
    took: Duration,
}

impl Load {
    /// Sends `request` over and over, for `limit` or until it was sent often enough. Every answer must be a success.
    pub async fn run(self, address: &str, request: &str, limit: Duration) -> Outcome<Found> {
        self.run_each(
            address,
            Arc::new({
                let request = request.to_owned();
                move |_| request.clone()
            }),
            limit,
        )
        .await
    }

    /// The same with the requests that `made` makes; it is given a number that no other request of this load has.
    pub async fn run_each(
        self,
        address: &str,
        made: Arc<dyn Fn(usize) -> String + Send + Sync>,
        limit: Duration,
    ) -> Outcome<Found> {
        let began = Instant::now();
        let mut connections = JoinSet::new();
        for first in 0..self.connections {
            let (address, made, step) = (address.to_owned(), Arc::clone(&made), self.connections);
            let each = self.most / self.connections;
            let made = move |sent: usize| made(first + sent * step);
            connections.spawn(async move { one(&address, made, began + limit, each).await.map_err(|e| e.to_string()) });
        }
        let mut times = Vec::new();
        while let Some(done) = connections.join_next().await {
            times.extend(done??);
        }
        times.sort_by(f64::total_cmp);
        Ok(Found { times, took: began.elapsed() })
    }
}

async fn one(address: &str, made: impl Fn(usize) -> String, end: Instant, most: usize) -> Outcome<Vec<f64>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut times, mut bytes) = (Vec::new(), Vec::with_capacity(1 << 17));
    while times.len() < most && Instant::now() < end {
        let request = made(times.len());
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        read_answer(&mut stream, &mut bytes).await?;
        times.push(sent.elapsed().as_secs_f64() * 1_000.0);
        if !bytes.starts_with(b"HTTP/1.1 20") {
            return Err(String::from_utf8_lossy(&bytes).into_owned().into());
        }
    }
    Ok(times)
}

impl Found {
    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let count = self.times.len() as f64;
        count / self.took.as_secs_f64()
    }

    /// The time, in milliseconds, that so many of a hundred answers kept.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * hundredths / 100).copied().unwrap_or_default()
    }
}
