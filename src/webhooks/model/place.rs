//! Where a URL leads, for people: its host, and what follows.

use url::Url;

/// Characters of a title.
const TITLE: usize = 48;
/// Characters of a path in a list.
const PATH: usize = 64;

/// A URL in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host as it is connected to: `hooks.ledger.example`.
    pub host: String,
    /// Its port where that is not the usual one: `:8443`.
    pub port: String,
    /// What follows: `/in?shop=1`.
    pub path: String,
}

impl Place {
    /// Where `url` leads; all of it is the host when it is no URL.
    #[must_use]
    pub fn of(url: &str) -> Self {
        let Ok(url) = Url::parse(url) else {
            return Self { host: url.to_owned(), port: String::new(), path: String::new() };
        };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Self { host: url.host_str().unwrap_or_default().to_owned(), port, path: format!("{}{query}", url.path()) }
    }

    /// Host and path, as one names it: `hooks.ledger.example/in`. What is long loses the middle of its path. A query, which may be a
    /// secret, is left out: titles stay in a browser's history.
    #[must_use]
    pub fn title(&self) -> String {
        let host = self.named();
        let room = TITLE.saturating_sub(host.chars().count()).max(TITLE / 3);
        let path = self.path.split('?').next().filter(|path| *path != "/").unwrap_or_default();
        format!("{host}{}", without_middle(path, room))
    }

    /// Host and port: `hooks.ledger.example:8443`. What the journal and mails call it: a path may be a secret.
    #[must_use]
    pub fn named(&self) -> String {
        format!("{}{}", self.host, self.port)
    }

    /// What follows the host, in two lines of a list at most.
    #[must_use]
    pub fn path_shown(&self) -> String {
        without_middle(&self.path, PATH)
    }
}

fn without_middle(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (first, last) = (kept.div_ceil(2), kept / 2);
    text.chars().take(first).chain(['…']).chain(text.chars().skip(count - last)).collect()
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_names_what_is_connected_to() {
        let told = |url| {
            let place = Place::of(url);
            (place.host, place.port, place.path)
        };
        let parts = |host: &str, port: &str, path: &str| (host.to_owned(), port.to_owned(), path.to_owned());
        assert_eq!(told("HTTPS://Hooks.Ledger.Example/in?a=1"), parts("hooks.ledger.example", "", "/in?a=1"));
        assert_eq!(told("https://hooks.ledger.example:8443"), parts("hooks.ledger.example", ":8443", "/"));
        assert_eq!(told("https://hooks.ledger.example:443/"), parts("hooks.ledger.example", "", "/"));
        assert_eq!(told("https://bücher.example/"), parts("xn--bcher-kva.example", "", "/"));
        assert_eq!(told("https://[2001:db8::1]/x"), parts("[2001:db8::1]", "", "/x"));
        assert_eq!(told("nothing"), parts("nothing", "", ""));
    }

    #[test]
    fn a_title_tells_two_of_one_host_apart() {
        let title = |url: &str| Place::of(url).title();
        assert_eq!(title("https://hooks.ledger.example/"), "hooks.ledger.example");
        assert_eq!(title("https://hooks.ledger.example:8443/in?a=1"), "hooks.ledger.example:8443/in");
        let long = format!("https://hooks.ledger.example/begin/{}/end", "ö".repeat(40));
        assert_eq!(title(&long), "hooks.ledger.example/begin/%C3%B6%…%B6%C3%B6/end");
        assert_eq!(title(&long).chars().count(), 48);
        let host = format!("https://{}.example/one/two/three/four", "h".repeat(50));
        assert_eq!(title(&host), format!("{}.example/one/two…ee/four", "h".repeat(50)));
        assert_eq!(Place::of(&long).path_shown().chars().count(), 64);
    }
}
