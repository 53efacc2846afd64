//! A receiver of webhooks on loopback: answers as it is told, also badly, and remembers what came.

use crate::support::patience::comes;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// How it answers.
#[derive(Debug, Clone)]
pub enum Mode {
    /// With this status, these further headers, and a body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// After so long with 200.
    Slowly(Duration),
    /// After so long with this status.
    Later(Duration, u16),
    /// Never, but it keeps the connection.
    Hang,
    /// A byte of its head now and then.
    DripHead,
    /// 200, and then a body without end.
    Endless,
    /// It hangs up instead.
    CloseEarly,
    /// Something that is no HTTP.
    Nonsense,
}

impl Mode {
    /// With this status and a short body.
    pub fn status(status: u16) -> Self {
        Self::Status(status, Vec::new(), "noted".to_owned())
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Got {
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub line: String,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// The `webhook-id`.
    pub fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }
}

#[derive(Debug, Default)]
struct Seen {
    got: Vec<Got>,
    connections: usize,
    now: usize,
    most: usize,
    sent: usize,
}

/// It ends with this value, and has a thread of its own.
pub struct Receiver {
    address: SocketAddr,
    mode: Arc<Mutex<Mode>>,
    seen: Arc<Mutex<Seen>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Receiver {
    pub fn start(mode: Mode) -> Self {
        Self::at("127.0.0.1:0", mode)
    }

    /// On this address.
    pub fn at(address: &str, mode: Mode) -> Self {
        let listener = std::net::TcpListener::bind(address).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that can be waited for");
        let address = listener.local_addr().expect("an address");
        let (mode, seen) = (Arc::new(Mutex::new(mode)), Arc::<Mutex<Seen>>::default());
        let (stop, stopped) = oneshot::channel();
        let theirs = (Arc::clone(&mode), Arc::clone(&seen));
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, theirs) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, mode, seen, stop: Some(stop), thread: Some(thread) }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// From now on it answers so.
    pub fn answer(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// What came so far.
    pub fn got(&self) -> Vec<Got> {
        self.seen.lock().unwrap().got.clone()
    }

    /// How many connections were made, with or without a request.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Most requests under way at once.
    pub fn most_at_once(&self) -> usize {
        self.seen.lock().unwrap().most
    }

    /// Bytes of endless bodies that somebody took.
    pub fn sent(&self) -> usize {
        self.seen.lock().unwrap().sent
    }

    /// What came, once it is so many; fails when it takes longer than a delivery takes.
    pub async fn arrived(&self, count: usize) -> Vec<Got> {
        comes(async || self.got().len() >= count).await;
        let got = self.got();
        assert_eq!(got.len(), count, "requests: {:?}", got.iter().map(|got| &got.body).collect::<Vec<_>>());
        got
    }

    /// Fails when anything more than `count` comes while several looks pass.
    pub async fn stays_at(&self, count: usize) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let got = self.got();
        assert_eq!(got.len(), count, "requests: {:?}", got.iter().map(|got| &got.body).collect::<Vec<_>>());
    }
}

type Shared = (Arc<Mutex<Mode>>, Arc<Mutex<Seen>>);

async fn serve(listener: std::net::TcpListener, shared: Shared) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let shared = (Arc::clone(&shared.0), Arc::clone(&shared.1));
        tokio::spawn(async move {
            shared.1.lock().unwrap().connections += 1;
            // A client that hangs up is no fault of the receiver.
            let _ = talk(stream, &shared).await;
        });
    }
}

async fn talk(mut stream: TcpStream, (mode, seen): &Shared) -> std::io::Result<()> {
    let Some(got) = read(&mut stream).await? else { return Ok(()) };
    let mode = mode.lock().unwrap().clone();
    {
        let mut seen = seen.lock().unwrap();
        seen.got.push(got);
        seen.now += 1;
        seen.most = seen.most.max(seen.now);
    }
    let told = answer(&mut stream, mode, seen).await;
    seen.lock().unwrap().now -= 1;
    told
}

async fn answer(stream: &mut TcpStream, mode: Mode, seen: &Mutex<Seen>) -> std::io::Result<()> {
    match mode {
        Mode::Status(status, headers, body) => {
            let headers = headers.iter().fold(String::new(), |all, (name, value)| format!("{all}{name}: {value}\r\n"));
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
            stream.write_all(format!("{head}{body}").as_bytes()).await
        }
        Mode::Slowly(wait) => Box::pin(answer(stream, Mode::Later(wait, 200), seen)).await,
        Mode::Later(wait, status) => {
            tokio::time::sleep(wait).await;
            let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Mode::Hang => {
            tokio::time::sleep(Duration::from_mins(2)).await;
            Ok(())
        }
        Mode::DripHead => {
            for byte in b"HTTP/1.1 200 OK\r\nx-slow: ".iter().chain([b'a'].iter().cycle()).take(1_000) {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Ok(())
        }
        Mode::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'z'; 4_096]).await?;
                seen.lock().unwrap().sent += 4_096;
            }
        }
        Mode::CloseEarly => Ok(()),
        Mode::Nonsense => stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\r\n").await,
    }
}

/// One request; none when the other side hangs up before it is whole.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Got>> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 16_384];
    loop {
        if let Some(got) = parse(&bytes) {
            return Ok(Some(got));
        }
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..read]);
        // Somebody wants to encrypt: as servers do that cannot.
        if bytes.first() == Some(&0x16) {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await?;
            return Ok(None);
        }
    }
}

/// A request that came whole; none while something is missing.
pub fn parse(bytes: &[u8]) -> Option<Got> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: HashMap<String, String> = lines.filter_map(header).collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let body = bytes.get(end + 4..end + 4 + length)?;
    Some(Got { headers, line, body: String::from_utf8_lossy(body).into_owned() })
}
