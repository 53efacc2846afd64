//! Values that statements are given: the few types that both engines share.

use crate::ids;
use crate::world::Timestamp;

/// One value for `$1`, `$2`, … of a statement.
#[derive(Debug, Clone)]
pub enum Bind {
    /// TEXT or NULL.
    Text(Option<String>),
    /// BIGINT or NULL.
    Int(Option<i64>),
    /// BOOLEAN or NULL.
    Bool(Option<bool>),
}

/// The values of a statement, in order.
#[macro_export]
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Bind::from($value)),*] };
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Bind {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&String> for Bind {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}

impl From<Option<String>> for Bind {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<&Option<String>> for Bind {
    fn from(value: &Option<String>) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Option<&str>> for Bind {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<i64> for Bind {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Bind {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Timestamp> for Bind {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.millis()))
    }
}

impl From<Option<Timestamp>> for Bind {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::millis))
    }
}

impl From<bool> for Bind {
    fn from(value: bool) -> Self {
        Self::Bool(Some(value))
    }
}

impl From<Option<bool>> for Bind {
    fn from(value: Option<bool>) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_ids {
    ($($id:ident),*) => {$(
        impl From<&ids::$id> for Bind {
            fn from(id: &ids::$id) -> Self {
                Self::Text(Some(id.as_str().to_owned()))
            }
        }
    )*};
}

from_ids!(
    AccountId,
    UserId,
    StaffId,
    RoleId,
    InvitationId,
    IntegrationId,
    EndpointId,
    MessageId,
    DeliveryId,
    TokenId,
    ContactId,
    NoteId,
    TaskId,
    EventId,
    RequestId
);

/// A LIKE pattern, with `\` as its escape, for texts that contain `search`, whose own `%` and `_` mean themselves.
#[must_use]
pub fn containing(search: &str) -> String {
    let escaped = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
