//! What a demo tells whoever started it: where to open it, how to sign in, and how to call the API.

use crate::ids::{AccountId, ContactId};
use crate::web::api::VERSIONS;
use serde_json::{Value, json};
use std::fmt;

/// How one person signs in. The password was made for this database alone.
pub struct SignIn {
    /// The person's name.
    pub name: &'static str,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The name of their role.
    pub role: &'static str,
}

/// A filled database, and every secret that was made for it.
pub struct Filled {
    /// Where the server answers, without a slash at its end.
    pub url: String,
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub account_name: &'static str,
    /// One of its contacts.
    pub contact: ContactId,
    /// A token that may read and write contacts.
    pub token: String,
    /// A token that may only read them.
    pub token_readonly: String,
    /// Everybody who signs in, an admin first.
    pub staff: Vec<SignIn>,
}

impl Filled {
    /// One line for scripts: `url, email, password, account_id, token, token_readonly, staff: [{email, password, role}]`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let person =
            |person: &SignIn| json!({ "email": person.email, "password": person.password, "role": person.role });
        let first = self.staff.first();
        json!({
            "url": self.url,
            "email": first.map(|person| &person.email),
            "password": first.map(|person| &person.password),
            "account_id": self.account.as_str(),
            "token": self.token,
            "token_readonly": self.token_readonly,
            "staff": self.staff.iter().map(person).collect::<Vec<Value>>(),
        })
        .to_string()
    }

    /// A command that reads one contact.
    #[must_use]
    pub fn curl(&self) -> String {
        let Self { url, contact, token, .. } = self;
        let version = VERSIONS.first().copied().unwrap_or_default();
        format!("curl -H 'Authorization: Bearer {token}' -H 'Version: {version}' {url}/contacts/{contact}")
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Open {} and sign in:", self.url)?;
        writeln!(f)?;
        for person in &self.staff {
            writeln!(f, "  {:<6} {:<28}  {}", person.role, person.email, person.password)?;
        }
        writeln!(f)?;
        writeln!(f, "Account {}: {}", self.account_name, self.account)?;
        writeln!(f, "Token that reads and writes contacts: {}", self.token)?;
        writeln!(f, "Token that only reads them:           {}", self.token_readonly)?;
        writeln!(f)?;
        writeln!(f, "Read a contact:")?;
        writeln!(f)?;
        write!(f, "  {}", self.curl())
    }
}
