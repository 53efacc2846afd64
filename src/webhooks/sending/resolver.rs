//! Names become addresses: only those that may be connected to are given to the HTTP client, so what is connected to is what was
//! checked, however often a name changes its mind.

use crate::config::WebhookReach;
use crate::webhooks::model::target::is_allowed;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

/// The addresses of a host, or why there are none.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of a host.
pub trait Lookup: Send + Sync {
    /// All addresses of this host, in the order in which they are to be tried.
    fn addresses(&self, host: &str) -> Found;
}

/// The operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, host: &str) -> Found {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Why a host cannot be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// It has no address.
    NoAddress,
    /// None of its addresses may be connected to.
    NotAllowed,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "the host has no address",
            Self::NotAllowed => "none of the host's addresses may be connected to",
        })
    }
}

impl std::error::Error for Unreachable {}

/// Answers with the allowed ones of a host's addresses.
pub struct Resolver {
    reach: Arc<WebhookReach>,
    lookup: Arc<dyn Lookup>,
}

impl Resolver {
    /// Asks `lookup` each time.
    #[must_use]
    pub fn new(reach: Arc<WebhookReach>, lookup: Arc<dyn Lookup>) -> Self {
        Self { reach, lookup }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, reach) = (self.lookup.addresses(name.as_str()), Arc::clone(&self.reach));
        Box::pin(async move {
            let found = found.await.map_err(|_| Unreachable::NoAddress)?;
            let none = if found.is_empty() { Unreachable::NoAddress } else { Unreachable::NotAllowed };
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| is_allowed(*address, &reach))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if allowed.is_empty() {
                return Err(none.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
