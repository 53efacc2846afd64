//! A mail server on loopback: speaks as much SMTP as it takes to hand mails over, and keeps them.

use super::patience::comes;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub struct Received {
    /// What `MAIL FROM` said.
    pub from: String,
    /// What each `RCPT TO` said.
    pub to: Vec<String>,
    /// Headers and text, with the dots of the wire taken away.
    pub data: String,
}

impl Received {
    /// What stands behind `Subject:`.
    pub fn subject(&self) -> String {
        let line = self.data.lines().find_map(|line| line.strip_prefix("Subject: "));
        line.unwrap_or_default().to_owned()
    }

    /// The text with soft line breaks joined.
    pub fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        body.replace("=\r\n", "").replace("=3D", "=")
    }
}

/// The server; it ends with this value. It has a thread of its own, so that it answers while a test waits.
pub struct MailServer {
    port: u16,
    mails: Arc<Mutex<Vec<Received>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl MailServer {
    /// One that takes mails for everybody whose address does not begin with `refused`.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener that can be waited for");
        let port = listener.local_addr().expect("an address").port();
        let mails: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&mails);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, kept) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { port, mails, stop: Some(stop), thread: Some(thread) }
    }

    /// Its address, as `--smtp-url` takes it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What came for this address, once it is so many; fails when it takes longer than mails take.
    pub async fn arrived(&self, to: &str, count: usize) -> Vec<Received> {
        let of_theirs = || self.mails().into_iter().filter(|mail| mail.to == [to]).collect::<Vec<_>>();
        comes(async || of_theirs().len() >= count).await;
        let mails = of_theirs();
        assert_eq!(mails.len(), count, "mails for {to}: {:?}", mails.iter().map(Received::subject).collect::<Vec<_>>());
        mails
    }

    /// What came so far.
    pub fn mails(&self) -> Vec<Received> {
        self.mails.lock().unwrap().clone()
    }
}

async fn serve(listener: std::net::TcpListener, kept: Arc<Mutex<Vec<Received>>>) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&kept);
        tokio::spawn(async move {
            // A client that hangs up in the middle hands nothing over.
            let _ = talk(stream, &kept).await;
        });
    }
}

/// What stands between the angles.
fn address(text: &str) -> String {
    text.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

async fn talk(stream: TcpStream, kept: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.example ESMTP\r\n").await?;
    let mut mail = Received { from: String::new(), to: Vec::new(), data: String::new() };
    while let Some(line) = lines.next_line().await? {
        let (verb, rest) = line.split_at(line.find([' ', ':']).unwrap_or(line.len()));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME",
            "MAIL" => {
                mail.from = address(rest);
                "250 go on"
            }
            "RCPT" if rest.contains("<refused") => "550 nobody here of that name",
            "RCPT" => {
                mail.to.push(address(rest));
                "250 go on"
            }
            "DATA" => {
                writer.write_all(b"354 end with a dot\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.data += line.strip_prefix('.').unwrap_or(&line);
                    mail.data += "\r\n";
                }
                kept.lock().unwrap().push(mail.clone());
                "250 taken"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 go on",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
