//! Which mail server, and how to reach it so that nobody on the way reads along.

use crate::config::{BadSetting, is_loopback};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

/// The server at an address: TLS from the start or by STARTTLS; without it on this machine only.
///
/// # Errors
/// When the address cannot be used. It never says the password in it.
pub fn at(url: &str) -> Result<AsyncSmtpTransportBuilder, BadSetting> {
    let bad = |why: &str| BadSetting(format!("--smtp-url {why}"));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("must begin with smtps:// or smtp://"))?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = place.trim_end_matches('/');
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    if host.is_empty() || host.contains(['/', '\\', '#', ' ']) {
        return Err(bad(
            "must be a scheme, perhaps a user and a password, a host and perhaps a port; write / @ : in a password as %2F %40 %3A",
        ));
    }
    match (scheme, query) {
        ("smtps", "") | ("smtp", "tls=required") => {}
        ("smtp", "") if is_loopback(host) => {}
        ("smtp", _) => {
            return Err(bad("without TLS is for loopback addresses only; use smtps://, or smtp:// with ?tls=required"));
        }
        _ => return Err(bad("must begin with smtps://, or with smtp:// and end with ?tls=required")),
    }
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
    server.map_err(|_| bad("is not the address of a mail server, like smtps://user:password@mail.company.example"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_the_network_without_tls() {
        for good in [
            "smtps://mail.example",
            "smtps://user:p%40ss@mail.example:465",
            "smtp://user:pass@mail.example:587?tls=required",
            "smtp://127.0.0.1:2525",
            "smtp://localhost",
            "smtp://[::1]:25",
        ] {
            assert!(at(good).is_ok(), "{good}");
        }
        for bad in [
            "mail.example",
            "http://mail.example",
            "smtp://mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtp://mail.example?tls=opportunistic&tls=required",
            "smtp://127.0.0.1@mail.example",
            "smtp://127.0.0.1\\@mail.example",
            "smtp://127.0.0.1.evil.example",
            "smtps://",
            "smtps://mail.example:notaport",
        ] {
            assert!(at(bad).is_err(), "{bad}");
        }
        let told = at("smtp://user:hidden-word@mail.example").err().unwrap().to_string();
        assert!(!told.contains("hidden-word"), "{told}");
    }
}
