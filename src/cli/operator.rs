//! What the operator does from the command line: accounts, people, labs, roles. Each change leaves its trace.

use super::args::{AccountCommand, AdminCommand, LabsCommand, RoleCommand};
use super::{Outcome, say};
use crate::authz::{Lab, Permission};
use crate::config::{NewAccountLabs, Public};
use crate::db::Db;
use crate::error::AppError;
use crate::ids::AccountId;
use crate::users::hashing::Hasher;
use crate::users::model::{Email, Password, name};
use crate::web::times;
use crate::{accounts, labs, roles, staff, users};
use std::io::Read as _;
use zeroize::Zeroizing;

pub fn said(error: AppError) -> String {
    match error {
        AppError::NotFound => "there is no such account, person or role".to_owned(),
        AppError::Conflict(why) => why,
        AppError::Rule(rule) => rule.to_string(),
        AppError::Unavailable(why) | AppError::Internal(why) => why.to_string(),
        other => other.to_string(),
    }
}

/// Reads an account id.
pub fn account_id(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|_| format!("{text:?} is no account id; progreda account list shows them"))
}

fn permission(text: &str) -> Result<Permission, String> {
    Permission::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = Permission::ALL.iter().map(|permission| permission.code()).collect();
        format!("{text:?} is no permission; there are {}", known.join(", "))
    })
}

fn lab(text: &str) -> Result<Lab, String> {
    Lab::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = Lab::ALL.iter().map(|lab| lab.code()).collect();
        format!("{text:?} is no lab; there are {}", known.join(", "))
    })
}

/// One password from standard input, without the line break at its end.
fn password_from_input(context: &[&str]) -> Result<Password, String> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().take(8_192).read_to_string(&mut text);
    read.map_err(|_| "the password on standard input is not UTF-8 text".to_owned())?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Password::choose(line.strip_suffix('\r').unwrap_or(line), context).map_err(|bad| bad.to_string())
}

/// Runs `progreda admin …`.
pub async fn admin(db: &Db, public: &Public, command: AdminCommand) -> Outcome {
    match command {
        AdminCommand::Create { email, name: person, account, role } => {
            let account = account_id(&account)?;
            let email = Email::parse(&email).map_err(|bad| bad.to_string())?;
            let person = name(&person, "a name").map_err(|bad| bad.to_string())?;
            let password = password_from_input(&["Progreda", &person, &email.text])?;
            let new = users::commands::NewPerson { name: person, email, password };
            users::commands::add_person(db, &Hasher::new(), &account, &role, new).await.map_err(said)?;
            say(["Made. They can sign in now."])
        }
        AdminCommand::ResetSecondFactor { email } => {
            let email = Email::parse(&email).map_err(|bad| bad.to_string())?;
            let reset = users::commands::protecting::reset_as_operator(db, &email).await.map_err(said)?;
            say([match reset.ok_or("nobody signs in with this e-mail address")? {
                users::commands::protecting::Reset::AlreadyOff => "They have none; nothing was changed.",
                _ => "Reset. The password alone signs them in; they were signed out everywhere.",
            }])
        }
        AdminCommand::ResetPassword { email } => {
            let email = Email::parse(&email).map_err(|bad| bad.to_string())?;
            let password = password_from_input(&["Progreda", &email.text])?;
            let known = users::commands::reset_password(db, &Hasher::new(), &email, password).await.map_err(said)?;
            known.ok_or("nobody signs in with this e-mail address")?;
            say(["The password is set. The person was signed out everywhere."])
        }
        AdminCommand::ResetLink { email } => {
            let email = Email::parse(&email).map_err(|bad| bad.to_string())?;
            let made = users::commands::reset::asked::by_operator(db, &email).await.map_err(said)?;
            let (link, until) = made.ok_or("nobody can sign in with this e-mail address")?;
            let until = times::in_full(until);
            say([
                format!("Give it to the person and to nobody else. It works once, until {until}:"),
                format!("{}/password-reset?link={link}", public.url()),
            ])
        }
        AdminCommand::ChangeEmail { email, new_email } => {
            let read = |text: &str| Email::parse(text).map_err(|bad| format!("{text:?}: {bad}"));
            let changed = users::commands::address::by_operator(db, &read(&email)?, &read(&new_email)?).await;
            changed.map_err(|error| match error {
                AppError::NotFound => "nobody signs in with this e-mail address".to_owned(),
                other => said(other),
            })?;
            say(["Changed. They sign in with the new address from now on."])
        }
    }
}

/// Runs `progreda account …`.
pub async fn account(db: &Db, labs: &NewAccountLabs, command: AccountCommand) -> Outcome {
    match command {
        AccountCommand::Create { name: text } => {
            let text = name(&text, "an account name").map_err(|bad| bad.to_string())?;
            say([accounts::commands::create_with(db, &text, &labs.0).await.map_err(said)?])
        }
        AccountCommand::List => say(accounts::commands::list(db).await.map_err(said)?.into_iter().map(|row| {
            let state = if row.disabled_at.is_some() { "disabled" } else { "enabled" };
            format!("{}  {state:8}  {:>5} people  {}", row.id, row.people, row.name)
        })),
        AccountCommand::Disable { account } => switch(db, &account, true).await,
        AccountCommand::Enable { account } => switch(db, &account, false).await,
    }
}

async fn switch(db: &Db, account: &str, disabled: bool) -> Outcome {
    let changed = accounts::commands::switch(db, &account_id(account)?, disabled).await.map_err(said)?;
    say([match (changed, disabled) {
        (false, _) => "It was so already; nothing was changed.",
        (true, true) => "Disabled. Its people were signed out, its tokens are refused.",
        (true, false) => "Enabled. Its people and tokens are let in again.",
    }])
}

/// Runs `progreda labs …`.
pub async fn labs(db: &Db, command: LabsCommand) -> Outcome {
    match command {
        LabsCommand::List { account } => {
            let enabled = labs::commands::enabled(db, &account_id(&account)?).await.map_err(said)?;
            say(Lab::ALL.iter().map(|lab| {
                let state = if enabled.contains(lab) { "on" } else { "off" };
                format!("{}  {state}", lab.code())
            }))
        }
        LabsCommand::Enable { account, lab: text } => {
            let changed = labs::commands::switch(db, &account_id(&account)?, lab(&text)?, true).await;
            say([if changed.map_err(said)? { "On." } else { "It was on already; nothing was changed." }])
        }
        LabsCommand::Disable { account, lab: text } => {
            let changed = labs::commands::switch(db, &account_id(&account)?, lab(&text)?, false).await;
            let off = "Off. Its pages are gone; tokens keep working.";
            say([if changed.map_err(said)? { off } else { "It was off already; nothing was changed." }])
        }
    }
}

/// Runs `progreda role …`.
pub async fn role(db: &Db, command: RoleCommand) -> Outcome {
    use staff::commands as people;
    match command {
        RoleCommand::Allow { account, role, permission: text } => {
            roles::commands::set_permission(db, &account_id(&account)?, &role, permission(&text)?, true)
                .await
                .map_err(said)?;
        }
        RoleCommand::Deny { account, role, permission: text } => {
            roles::commands::set_permission(db, &account_id(&account)?, &role, permission(&text)?, false)
                .await
                .map_err(said)?;
        }
        RoleCommand::Assign { account, email, role } => {
            people::assign(db, &account_id(&account)?, &email, &role).await.map_err(said)?;
        }
        RoleCommand::Override { account, email, permission: text, effect } => {
            let allowed = match effect.as_str() {
                "allow" => Some(true),
                "deny" => Some(false),
                _ => None,
            };
            people::set_override(db, &account_id(&account)?, &email, permission(&text)?, allowed)
                .await
                .map_err(said)?;
        }
        RoleCommand::Person { account, email, state } => {
            people::set_disabled(db, &account_id(&account)?, &email, state == "disable").await.map_err(said)?;
        }
    }
    say(["Done. It counts from the next request on."])
}
