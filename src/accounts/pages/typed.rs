//! The Account form: what stands in it, and what it wants.

use crate::accounts::model::{self, Settings};
use crate::error::{AppError, Result};
use crate::web::form::FormBody;
use std::collections::BTreeSet;

/// What stands in the form: as it is, or as it was typed.
pub struct Typed {
    pub name: String,
    pub role: String,
    pub listed_only: bool,
    pub domains: String,
    pub second_factor: bool,
    pub version: i64,
}

impl Typed {
    pub fn of(settings: &Settings, version: i64) -> Self {
        Self {
            name: settings.name.clone(),
            role: settings.invited_role.as_ref().map(ToString::to_string).unwrap_or_default(),
            listed_only: !settings.domains.is_empty(),
            domains: settings.domains.iter().cloned().collect::<Vec<_>>().join("\n"),
            second_factor: settings.second_factor,
            version,
        }
    }

    pub fn read(form: &FormBody) -> Result<Self> {
        let listed_only = match form.one("who") {
            "everybody" => false,
            "domains" => true,
            _ => return Err(AppError::Malformed("The form does not say who may sign in.")),
        };
        let second_factor = match form.one("second_factor") {
            "" => false,
            "required" => true,
            _ => return Err(AppError::Malformed("The form does not say who needs a second factor.")),
        };
        Ok(Self {
            name: form.one("name").to_owned(),
            role: form.one("role").to_owned(),
            listed_only,
            domains: form.one("domains").to_owned(),
            second_factor,
            version: form.version()?,
        })
    }

    /// What is wanted, or what is wrong: field and words.
    pub fn settings(&self) -> Result<Settings, (&'static str, String)> {
        let name = model::name(&self.name).map_err(|why| ("name", why.to_owned()))?;
        let invited_role = match self.role.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| ("role", NO_ROLE.to_owned()))?),
        };
        let domains = match self.listed_only {
            true => model::domains(&self.domains).map_err(|why| ("domains", why))?,
            false => BTreeSet::new(),
        };
        Ok(Settings { name, invited_role, domains, second_factor: self.second_factor })
    }
}

/// What is said of a role that is none of the account's.
pub const NO_ROLE: &str = "Choose one of the roles of this account";
