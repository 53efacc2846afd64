//! What the server is told at start, checked once; each refusal says what was expected.

use crate::authz::Lab;
use crate::world::Span;
use ipnet::IpNet;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The address under which browsers and software reach this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// Scheme, host and port, e.g. `https://console.example`; without a slash at its end.
    pub origin: String,
    /// The path prefix behind the origin, e.g. `/progreda`, or nothing.
    pub prefix: String,
    /// Whether the scheme is https.
    pub https: bool,
}

/// A setting that cannot be used: what was given and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting(pub String);

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

impl Public {
    /// Reads a public URL: https, or http for a loopback host.
    ///
    /// # Errors
    /// When it is neither, or has more than scheme, host, port and path.
    pub fn parse(url: &str) -> Result<Self, BadSetting> {
        let bad = |why: &str| Err(BadSetting(format!("the public URL {url:?} {why}")));
        let Some((scheme, rest)) = url.split_once("://") else { return bad("must begin with https://") };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || rest.contains(['@', '?', '#', ' ']) {
            return bad("must be a scheme, a host and at most a port and a path");
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return bad("must begin with https://; plain http is for loopback addresses only"),
            _ => return bad("must begin with https://"),
        }
        let prefix = path.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        Ok(Self { origin: format!("{scheme}://{}", host.to_lowercase()), prefix, https: scheme == "https" })
    }

    /// The whole URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.prefix)
    }
}

/// The labs that are on in the accounts that are made from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccountLabs(pub Vec<Lab>);

impl NewAccountLabs {
    /// Every lab.
    #[must_use]
    pub fn all() -> Self {
        Self(Lab::ALL.to_vec())
    }

    /// Reads `all`, `none`, or codes with commas between them.
    ///
    /// # Errors
    /// When one is no lab; names those that there are.
    pub fn parse(text: &str) -> Result<Self, BadSetting> {
        let lab = |code: &str| {
            Lab::from_code(code.trim()).ok_or_else(|| {
                let known: Vec<&str> = Lab::ALL.iter().map(|lab| lab.code()).collect();
                BadSetting(format!("{code:?} is no lab; there are all, none, {}", known.join(", ")))
            })
        };
        match text.trim() {
            "all" => Ok(Self::all()),
            "none" => Ok(Self(Vec::new())),
            some => some.split(',').map(lab).collect::<Result<_, _>>().map(Self),
        }
    }
}

/// Whether `host`, with or without a port, is this machine itself.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let bare = host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    bare == "localhost" || bare.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// How often one integration may call API v2, on each instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Calls in 10 seconds.
    pub interval: u32,
    /// Calls in a day, which begins at midnight UTC.
    pub day: u32,
}

impl RateLimits {
    /// What the contract names.
    pub const DEFAULT: Self = Self { interval: 100, day: 200_000 };
}

/// Authorities besides those of browsers that may vouch for receivers of webhooks.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads the certificates of a PEM file.
    ///
    /// # Errors
    /// When it cannot be read, when one of its certificates cannot be, or when it has none.
    pub fn read(path: &Path) -> Result<Self, BadSetting> {
        let bad = |why: String| BadSetting(format!("{}: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
        let mut certificates = Vec::new();
        for (place, found) in (1..).zip(CertificateDer::pem_slice_iter(&bytes)) {
            let certificate = found.map_err(|error| bad(format!("it is no PEM: {error}")))?;
            let usable = RootCertStore::empty().add(certificate.clone());
            usable.map_err(|error| bad(format!("certificate {place} cannot be used: {error}")))?;
            certificates.push(certificate);
        }
        match certificates.is_empty() {
            true => Err(bad("expected certificates in PEM, and there is none".to_owned())),
            false => Ok(Self(certificates)),
        }
    }

    /// Their certificates.
    #[must_use]
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

/// Where webhooks may be sent, beyond public https addresses on the usual ports.
#[derive(Debug, Clone, Default)]
pub struct WebhookReach {
    /// Whether plain http is allowed.
    pub http: bool,
    /// Networks that are allowed although they are not public.
    pub networks: Vec<IpNet>,
    /// Ports that are allowed besides 443 and 8443; empty: no other.
    pub ports: Vec<u16>,
    /// Who may vouch for receivers besides the authorities of browsers.
    pub authorities: Authorities,
}

/// Everything a server needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// The public address; the listening one when not given.
    pub public_url: Option<String>,
    /// The key file.
    pub key_file: PathBuf,
    /// Peers whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The mail server: `smtps://USER:PASSWORD@HOST`, or with STARTTLS `smtp://…?tls=required`; none: no mail is sent.
    pub smtp_url: Option<String>,
    /// From whom mails come; goes with the mail server.
    pub mail_from: Option<String>,
    /// How long audit events are kept; none: for ever.
    pub audit_keep: Option<Span>,
    /// How often one integration may call API v2.
    pub rate_limits: RateLimits,
    /// Where webhooks may be sent.
    pub webhook_reach: WebhookReach,
    /// How log lines look.
    pub log_format: LogFormat,
    /// The labs that a new account starts with.
    pub new_account_labs: NewAccountLabs,
    /// Worker threads that serve requests.
    pub workers: usize,
}

impl Config {
    /// A server on a free loopback port, as tests and the demo start it.
    #[must_use]
    pub fn local(database_url: String, key_file: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database_url,
            public_url: None,
            key_file,
            trusted_proxies: Vec::new(),
            smtp_url: None,
            mail_from: None,
            audit_keep: None,
            rate_limits: RateLimits::DEFAULT,
            webhook_reach: WebhookReach::default(),
            log_format: LogFormat::Text,
            new_account_labs: NewAccountLabs::all(),
            workers: 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labs_of_new_accounts_are_named_by_their_codes() {
        let read = |text: &str| NewAccountLabs::parse(text).map(|labs| labs.0);
        assert_eq!(read("all"), Ok(Lab::ALL.to_vec()));
        assert_eq!(read("none"), Ok(Vec::new()));
        assert_eq!(read("contacts, private_integrations"), Ok(vec![Lab::Contacts, Lab::PrivateIntegrations]));
        assert!(read("contacts,webhooks").is_err() && read("").is_err());
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        assert!(Public::parse("http://127.0.0.1:8080").is_ok());
        assert!(Public::parse("http://[::1]:8080").is_ok());
        assert!(Public::parse("http://localhost").is_ok());
        assert!(Public::parse("http://console.example").is_err());
        assert!(Public::parse("http://127.0.0.1.evil.example").is_err());
        assert!(Public::parse("ftp://127.0.0.1").is_err());
        assert!(Public::parse("https://user@console.example").is_err());
        let public = Public::parse("https://Console.example/progreda/").unwrap();
        assert_eq!(public.url(), "https://console.example/progreda");
    }
}
