//! Where webhooks may be sent: https to public addresses on the usual ports, and whatever else the operator allows.

use super::URL_MAX;
use crate::config::WebhookReach;
use crate::text::problem_in;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// The ports that are always allowed.
pub const PORTS: [u16; 2] = [443, 8443];

/// A URL that may be sent to, as far as it can be told without asking for the addresses of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL is no target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadTarget {
    /// It has more than [`URL_MAX`] characters.
    TooLong,
    /// No URL at all, or one without a host.
    NoUrl,
    /// It has blanks, backslashes or characters that nobody can see.
    OddCharacters,
    /// Its scheme is not https; whether http would do.
    Scheme {
        /// Whether plain http is allowed.
        http: bool,
    },
    /// It has a user name or password.
    UserInfo,
    /// It has a fragment, which is never sent.
    Fragment,
    /// It names another port.
    Port(u16),
    /// Its host is this machine, or a name of a private network.
    LocalName(String),
    /// Its host is an address that is not public.
    LocalAddress(IpAddr),
}

impl fmt::Display for BadTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "Use at most {URL_MAX} characters."),
            Self::NoUrl => f.write_str("Enter a whole URL, like https://hooks.company.example/progreda."),
            Self::OddCharacters => {
                f.write_str("Leave out spaces, line breaks, backslashes and characters that cannot be seen.")
            }
            Self::Scheme { http: false } => f.write_str("The URL must begin with https://."),
            Self::Scheme { http: true } => f.write_str("The URL must begin with https:// or http://."),
            Self::UserInfo => {
                f.write_str("Leave out the user name and password before the @: deliveries are signed instead.")
            }
            Self::Fragment => f.write_str("Leave out the # and what follows it: it would not be sent."),
            Self::Port(port) => write!(f, "Port {port} is not allowed; use 443 or 8443."),
            Self::LocalName(host) => write!(f, "{host} is a name of a private network; use a host on the internet."),
            Self::LocalAddress(address) => write!(f, "{address} is not a public address; use a host on the internet."),
        }
    }
}

impl Target {
    /// Reads a URL. Whatever way an address is written, it is judged as what it is.
    ///
    /// # Errors
    /// See [`BadTarget`].
    pub fn parse(text: &str, reach: &WebhookReach) -> Result<Self, BadTarget> {
        if text.chars().count() > URL_MAX {
            return Err(BadTarget::TooLong);
        }
        if problem_in(text, false).is_some() || text.chars().any(|c| c.is_whitespace() || c == '\\') {
            return Err(BadTarget::OddCharacters);
        }
        let url = Url::parse(text).map_err(|_| BadTarget::NoUrl)?;
        if url.scheme() != "https" && !(reach.http && url.scheme() == "http") {
            return Err(BadTarget::Scheme { http: reach.http });
        }
        // An empty user name does not outlive parsing, and is no way to write a URL either.
        let authority = text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return Err(BadTarget::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(BadTarget::Fragment);
        }
        let port = url.port_or_known_default().ok_or(BadTarget::NoUrl)?;
        if !PORTS.contains(&port) && !reach.ports.contains(&port) {
            return Err(BadTarget::Port(port));
        }
        match url.host().ok_or(BadTarget::NoUrl)? {
            Host::Domain(name) if is_local(name, reach) => Err(BadTarget::LocalName(name.to_owned())),
            Host::Domain(name) if !can_be_named(name) => Err(BadTarget::NoUrl),
            Host::Domain(_) => Ok(Self(url)),
            Host::Ipv4(address) => Self::at(url, IpAddr::V4(address), reach),
            Host::Ipv6(address) => Self::at(url, IpAddr::V6(address), reach),
        }
    }

    fn at(url: Url, address: IpAddr, reach: &WebhookReach) -> Result<Self, BadTarget> {
        if is_allowed(address, reach) { Ok(Self(url)) } else { Err(BadTarget::LocalAddress(address)) }
    }

    /// Its host, as people know it by name; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The URL as it is asked for.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

/// Whether there can be such a name: parts of 1 to 63 characters, 253 in all (RFC 1035, section 2.3.4); a dot may end it.
fn can_be_named(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|part| (1..=63).contains(&part.len()))
}

/// The networks in which names of one's own are used: private ones, shared ones of providers and tunnels, and the link.
const PRIVATE: [IpNet; 7] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10)),
];

/// Names that only mean something on this machine or in a private network; allowed once the operator allows such addresses.
fn is_local(name: &str, reach: &WebhookReach) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let under = |top: &str| name == top || name.strip_suffix(top).is_some_and(|rest| rest.ends_with('.'));
    if under("localhost") {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return !reach.networks.iter().any(|network| loopback.iter().any(|address| network.contains(address)));
    }
    let is_private = |network: &IpNet| PRIVATE.iter().any(|one| one.contains(network) || network.contains(one));
    (under("local") || under("internal")) && !reach.networks.iter().any(is_private)
}

/// Whether an address may be connected to: it is public, or the operator allows it.
#[must_use]
pub fn is_allowed(address: IpAddr, reach: &WebhookReach) -> bool {
    let address = address.to_canonical();
    is_public(address) || reach.networks.iter().any(|network| network.contains(&address))
}

/// Whether an address belongs to the public internet (the special-purpose registries of IANA; for IPv6 only what is given out as
/// global unicast, without the ways into IPv4 networks: tunnels and translators).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [172, second, ..] => (16..32).contains(&second),
        // Shared by customers of one provider.
        [100, second, ..] => (64..128).contains(&second),
        // This network, private, loopback, link-local, and multicast with all above it.
        [0 | 10 | 127 | 224.., ..] | [169, 254, ..] | [192, 168, ..]
        // Protocol assignments, documentation, the relays of 6to4, benchmarks.
        | [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Teredo, benchmarks and other protocols; documentation; 6to4.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
