//! A delivery that was never sent: genuine in every part, for whoever writes the code that checks deliveries.

use super::commands::deliveries::test_body;
use super::secret::{SigningSecret, seconds};
use crate::ids::{AccountId, EndpointId, MessageId};
use crate::world::World;
use zeroize::Zeroizing;

/// An example of what a receiver gets, and the secret that it was signed with.
#[derive(Debug, Clone)]
pub struct Example {
    /// The secret, which belongs to no endpoint.
    pub secret: Zeroizing<String>,
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The body.
    pub body: String,
}

impl Example {
    /// One that is signed now, with a secret of its own.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let now = world.now();
        let (secret, id) = (SigningSecret::generate(world.entropy()), MessageId::new(now, world.entropy()));
        let body = test_body(&AccountId::new(now, world.entropy()), &EndpointId::new(now, world.entropy()), &id, now);
        let signature = secret.sign(&id, now, &body);
        Self { secret: secret.reveal_once(), id: id.to_string(), timestamp: seconds(now), signature, body }
    }
}
