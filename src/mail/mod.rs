//! Mail: a few plain sentences to one person, handed to the operator's mail server; whoever asks learns whether that went well.

mod post;
mod server;

pub use post::{Errand, Letter, Post};

use crate::config::BadSetting;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::Duration;

/// So long a mail server may take, from the connection to its last word.
const TIME: Duration = Duration::from_secs(10);

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No mail server is configured; nothing was tried.
    NotConfigured,
    /// The mail server took it.
    HandedOver,
    /// It could not be handed over, as far as we know.
    Failed,
}

/// A mail about to be sent.
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The address of whom it is for.
    pub to: &'a str,
    /// What its Message-ID says before the `@`, for a mail that may be sent more than once; none: something new.
    pub id: Option<String>,
    /// Its subject; one line.
    pub subject: String,
    /// Its text; lines end with a line feed.
    pub text: String,
}

/// Sends mails, if a mail server is configured. Mails and addresses are never logged.
#[derive(Clone)]
pub struct Mailer(Option<Way>);

#[derive(Clone)]
struct Way {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// By the settings `--smtp-url` and `--mail-from`: both, or neither for no mail.
    ///
    /// # Errors
    /// When one is missing or cannot be used. The server is not asked before the first mail.
    pub fn new(url: Option<&str>, from: Option<&str>) -> Result<Self, BadSetting> {
        let (url, from) = match (url, from) {
            (None, None) => return Ok(Self(None)),
            (Some(url), Some(from)) => (url, from),
            (Some(_), None) => return Err(BadSetting("--smtp-url needs --mail-from beside it".to_owned())),
            (None, Some(_)) => return Err(BadSetting("--mail-from needs --smtp-url beside it".to_owned())),
        };
        let from = from.parse().map_err(|_| {
            BadSetting(format!("--mail-from {from:?} is not an e-mail address, like progreda@company.example"))
        })?;
        Ok(Self(Some(Way { server: server::at(url)?.timeout(Some(TIME)).build(), from })))
    }

    /// Whether a mail server is configured.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Hands a mail to the server and waits for its word, at most ten seconds; never to be called inside a transaction.
    pub async fn send(&self, mail: Mail<'_>) -> Sent {
        let Some(way) = &self.0 else { return Sent::NotConfigured };
        let Some(message) = way.message(mail) else {
            tracing::warn!("a mail could not be written: the address is none that mail can carry");
            return Sent::Failed;
        };
        match tokio::time::timeout(TIME, way.server.send(message)).await {
            Ok(Ok(_)) => return Sent::HandedOver,
            // What the server says may hold the address.
            Ok(Err(error)) => {
                let code = error.status().map(u16::from).unwrap_or_default();
                tracing::warn!(smtp.code = code, timeout = error.is_timeout(), "a mail could not be handed over");
            }
            Err(_) => tracing::warn!(timeout = true, "a mail could not be handed over"),
        }
        Sent::Failed
    }
}

impl Way {
    fn message(&self, mail: Mail<'_>) -> Option<Message> {
        let to = Mailbox::new(None, mail.to.parse().ok()?);
        // A name may stand in the subject; no name begins a line of its own.
        let subject: String = mail.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let message = Message::builder().from(self.from.clone()).to(to).subject(subject);
        let message = match mail.id {
            Some(id) => message.message_id(Some(format!("<{id}@{}>", self.from.email.domain()))),
            None => message,
        };
        message.header(ContentType::TEXT_PLAIN).body(mail.text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: Option<&str>, from: Option<&str>) -> String {
        Mailer::new(url, from).expect_err("refused").to_string()
    }

    #[test]
    fn both_settings_or_neither() {
        assert!(!Mailer::new(None, None).unwrap().is_configured());
        assert!(refused(Some("smtps://mail.example"), None).contains("--mail-from"));
        assert!(refused(None, Some("progreda@mail.example")).contains("--smtp-url"));
        assert!(refused(Some("smtps://mail.example"), Some("progreda")).contains("not an e-mail address"));
        assert!(Mailer::new(Some("smtps://mail.example"), Some("Progreda <p@mail.example>")).unwrap().is_configured());
    }

    #[test]
    fn no_name_adds_a_header() {
        let mailer = Mailer::new(Some("smtp://127.0.0.1:1"), Some("p@mail.example")).unwrap();
        let mail = |to, subject: &str| Mail {
            to,
            id: None,
            subject: subject.to_owned(),
            text: "A text.\n.\nBcc: b@evil.example".to_owned(),
        };
        let way = mailer.0.unwrap();
        assert!(way.message(mail("a@mail.example\r\nBcc: b@evil.example", "x")).is_none());
        let subject = "Harbor\r\nBcc: b@evil.example\r\n\r\nand \u{2028}Pine \u{202e}";
        let text = String::from_utf8(way.message(mail("a@mail.example", subject)).unwrap().formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("To: ")).collect::<Vec<_>>(), ["To: a@mail.example"]);
    }

    #[test]
    fn a_mail_that_is_sent_twice_keeps_its_id() {
        let way = Mailer::new(Some("smtp://127.0.0.1:1"), Some("P <p@mail.example>")).unwrap().0.unwrap();
        let mail =
            Mail { to: "a@mail.example", id: Some("x.1".to_owned()), subject: String::new(), text: String::new() };
        let text = String::from_utf8(way.message(mail).unwrap().formatted()).unwrap();
        assert!(text.contains("Message-ID: <x.1@mail.example>\r\n"), "{text}");
    }
}
