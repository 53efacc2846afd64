//! Typed ids: a prefix that says the kind, then a UUIDv7 as 26 sortable characters.

use crate::world::{Entropy, Timestamp};
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An id text that is not of the expected kind or form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

/// Makes the 26 characters of a new id: 48 bits of milliseconds, then 74 random bits (UUIDv7).
#[must_use]
pub fn sortable(now: Timestamp, entropy: &dyn Entropy) -> String {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes::<10>());
    let value = uuid.into_uuid().as_u128();
    (0..26)
        .rev()
        .map(|place| {
            let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
            ALPHABET.get(digit).map_or('0', |&byte| char::from(byte))
        })
        .collect()
}

/// Whether `text` could have come from [`sortable`].
#[must_use]
pub fn is_sortable(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; later ones sort after earlier ones.
            #[must_use]
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(format!("{}{}", $prefix, sortable(now, entropy)))
            }

            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                match text.strip_prefix($prefix) {
                    Some(rest) if is_sortable(rest) => Ok(Self(text.to_owned())),
                    _ => Err(BadId),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
}

ids! {
    /// A tenant; `locationId` on API v2.
    AccountId = "acc_";
    /// Somebody who signs in.
    UserId = "usr_";
    /// A user's membership of one account.
    StaffId = "stf_";
    /// A named set of permissions in an account.
    RoleId = "rol_";
    /// An invitation to belong to an account.
    InvitationId = "inv_";
    /// A private integration.
    IntegrationId = "int_";
    /// One token of a private integration.
    TokenId = "tok_";
    /// A contact.
    ContactId = "con_";
    /// A note of a contact.
    NoteId = "nte_";
    /// A task of a contact.
    TaskId = "tsk_";
    /// A URL that a private integration's events are sent to.
    EndpointId = "whe_";
    /// What webhooks tell of one event; the `webhook-id` header.
    MessageId = "msg_";
    /// A message on its way to an endpoint.
    DeliveryId = "whd_";
    /// An entry of the journal.
    EventId = "evt_";
    /// One request, as logs and error pages name it.
    RequestId = "req_";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{FixedEntropy, Timestamp};

    #[test]
    fn ids_sort_by_time_and_come_back_from_text() {
        let entropy = FixedEntropy::default();
        let earlier = ContactId::new(Timestamp::from_millis(1_000), &entropy);
        let later = ContactId::new(Timestamp::from_millis(2_000), &entropy);
        assert!(earlier < later);
        assert_eq!(earlier.as_str().parse(), Ok(earlier.clone()));
        assert!("usr_".parse::<UserId>().is_err());
        assert!(earlier.as_str().parse::<UserId>().is_err());
        assert!("con_0123456789ABCDEFGHJKMNPQRS".parse::<ContactId>().is_err());
    }
}
