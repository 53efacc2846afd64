//! What an error page says: what happened, why, and what to do.

use crate::authz::{AccountRef, Lab, Permission, StaffMember};
use crate::error::AppError;

/// The words of one error.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The icon of the page.
    pub icon: &'static str,
    /// What happened; the heading.
    pub title: String,
    /// Why, up to the permission's name where there is one.
    pub why: String,
    /// The permission that is missing.
    pub lacks: Option<&'static str>,
    /// What follows the permission's name.
    pub after: String,
    /// Common reasons, or what to do.
    pub reasons: Vec<String>,
}

impl Words {
    fn new(icon: &'static str, title: &str, why: impl Into<String>) -> Self {
        Self { icon, title: title.to_owned(), why: why.into(), ..Self::default() }
    }

    fn reasons(mut self, reasons: &[&str]) -> Self {
        self.reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
        self
    }

    /// The words for `error`, as `staff` may read them; `ask` names those who can change what others may do.
    #[must_use]
    pub fn of(error: &AppError, staff: Option<&StaffMember>, ask: &[String]) -> Self {
        match error {
            AppError::NotFound | AppError::LabOff => not_found(staff),
            AppError::Lacks(permission) => lacks(*permission, staff, ask),
            AppError::Rule(rule) => {
                Self::new("shield-check", "This change is not allowed", format!("{rule}. Nothing was changed."))
            }
            AppError::NeedsSecondFactor => needs_second_factor(staff),
            AppError::SignedOut => signed_out(),
            AppError::OldForm(_) => old_form(),
            AppError::ForeignForm => foreign_form(),
            AppError::OtherAccount(fields) => other_account(fields, staff),
            AppError::Conflict(what) => Self::new("refresh-cw", "Nothing was changed", what),
            AppError::TooMany(seconds) => Self::new("hourglass", "Too many tries", wait(*seconds)),
            AppError::Unavailable(_) => Self::new(
                "triangle-alert",
                "The data cannot be reached right now",
                "The server runs, but its database does not answer. Nothing was changed; try again in a few seconds.",
            ),
            AppError::Internal(_) => Self::new(
                "triangle-alert",
                "Something went wrong on our side",
                "The fault was noted under the request number below. Whoever runs this server can find it by that number.",
            )
            .reasons(&["Look whether the last step was done before you try it once more."]),
            refused => request(refused),
        }
    }
}

/// How long to wait, in a sentence.
#[must_use]
pub fn wait(seconds: u32) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Too many tries. Try again in {seconds} {unit}.")
}

fn not_found(staff: Option<&StaffMember>) -> Words {
    let place = staff.map(|staff| format!(" in {}", staff.account.name)).unwrap_or_default();
    let why = format!("This address leads nowhere{place}. Common reasons:");
    let mut words = Words::new("compass", "There is no page at this address", why);
    words = words.reasons(&["The address was cut off or mistyped."]);
    if let Some(staff) = staff {
        words.reasons.push("It belongs to another account.".to_owned());
        for lab in Lab::ALL.iter().filter(|lab| !staff.labs.contains(lab)) {
            words.reasons.push(format!("{} is switched off under Labs.", lab.words()));
        }
    }
    words
}

fn lacks(permission: Permission, staff: Option<&StaffMember>, ask: &[String]) -> Words {
    let mut words = Words::new("lock", "Your permissions do not allow this", what_for(permission));
    words.lacks = Some(permission.words());
    words.after = staff.map(|staff| format!(" Your role is {}.", staff.role)).unwrap_or_default();
    if let Some(names) = one_of(ask) {
        words.reasons.push(format!("Ask {names}: they can change what people may do here."));
    }
    words.reasons.push("A permission comes with a role, or is given to one person alone.".to_owned());
    words
}

/// What it takes the permission to do, up to its name.
const fn what_for(permission: Permission) -> &'static str {
    match permission {
        Permission::PrivateIntegrationsView => "To open Private Integrations you need the permission",
        Permission::PrivateIntegrationsManage => "To change private integrations you need the permission",
        Permission::WebhooksView => "To see webhooks you need the permission",
        Permission::WebhooksManage => "To change webhooks you need the permission",
        Permission::ContactsView => "To open Contacts you need the permission",
        _ => "To do this you need the permission",
    }
}

/// `A`, `A or B`, `A, B or C`; three names at most, then `A, B, C or another admin`.
fn one_of(names: &[String]) -> Option<String> {
    let others = (names.len() > 3).then_some("another admin");
    let names: Vec<&str> = names.iter().take(3).map(String::as_str).chain(others).collect();
    let (last, first) = names.split_last()?;
    Some(if first.is_empty() { (*last).to_owned() } else { format!("{} or {last}", first.join(", ")) })
}

fn needs_second_factor(staff: Option<&StaffMember>) -> Words {
    let place = staff.map_or_else(|| "This account".to_owned(), |staff| staff.account.name.clone());
    let why = format!("{place} is open to you once you have set up a second factor. Nothing was changed.");
    Words::new("shield-check", "Set up a second factor first", why)
}

fn signed_out() -> Words {
    let why = "The form reached the server after your session had ended, and had no effect. If you sent it twice, the first sending may have had its own. To send it without typing it again:";
    Words::new("log-out", "You are signed out", why).reasons(&[
        "Sign in; the link opens a new tab and leaves this one as it is.",
        "Come back to this tab, reload it and let the browser send the form again.",
    ])
}

fn old_form() -> Words {
    let why = "You signed in again after this form was opened. Nothing was changed, and what you typed is kept.";
    Words::new("refresh-cw", "This form is from an earlier session", why)
}

fn foreign_form() -> Words {
    let why = "The form did not come from a page that this server gave to this browser, so nothing was changed. Common reasons:";
    Words::new("shield-check", "This form was not accepted", why).reasons(&[
        "The page was open for a long time, or the browser was restarted meanwhile.",
        "The browser does not keep cookies for this address.",
        "Another website sent the form.",
    ])
}

/// The value of a field, or nothing.
pub fn one<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// The account in which a form was made, when it is one of the person's.
pub fn made_in<'a>(fields: &[(String, String)], staff: &'a StaffMember) -> Option<&'a AccountRef> {
    staff.others.iter().find(|other| other.id.as_str() == one(fields, "account"))
}

fn other_account(fields: &[(String, String)], staff: Option<&StaffMember>) -> Words {
    let Some(staff) = staff else {
        let why = "Another account was opened meanwhile, so nothing of it is shown here. The page is loaded again.";
        return Words::new("building-2", "This page belongs to another account", why);
    };
    let now = &staff.account.name;
    match made_in(fields, staff) {
        Some(account) => {
            let why =
                format!("You opened it in {} and now work in {now}. Nothing was changed in either.", account.name);
            Words::new("building-2", &format!("This form belongs to {}", account.name), why)
        }
        None => {
            let why =
                format!("It was opened in another account, and you now work in {now}. Nothing was changed in either.");
            Words::new("building-2", "This form belongs to another account", why)
                .reasons(&["Open the page again in the account that you mean, and fill in the form there."])
        }
    }
}

fn request(error: &AppError) -> Words {
    match error {
        AppError::Malformed(what) => {
            Words::new("file-text", "The request could not be read", format!("{what} Nothing was changed."))
        }
        AppError::Method(_) => Words::new(
            "ban",
            "This address is used in another way",
            "It does not serve this kind of request. Nothing was changed; open the page from the navigation instead.",
        ),
        AppError::TooLarge => Words::new(
            "file-text",
            "The form holds too much",
            "A form may carry 256 kB. Nothing was changed; go back and shorten what you entered.",
        ),
        AppError::MediaType(expected) => Words::new(
            "file-text",
            "The form came in another format",
            format!("This address reads {expected}. Nothing was changed."),
        ),
        AppError::TooSlow => Words::new(
            "hourglass",
            "The request took too long to arrive",
            "Its end did not come in time. Nothing was changed; check the connection, go back and send it again.",
        ),
        _ => Words::new(
            "lock",
            "This cannot be done from here",
            "No permission in the console allows it. Nothing was changed.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_to_ask_are_named_in_one_phrase() {
        let names = |list: &[&str]| one_of(&list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(names(&[]), None);
        assert_eq!(names(&["Maren Holt"]).as_deref(), Some("Maren Holt"));
        assert_eq!(names(&["A", "B", "C", "D"]).as_deref(), Some("A, B, C or another admin"));
    }

    #[test]
    fn one_second_is_not_many() {
        assert_eq!(wait(1), "Too many tries. Try again in 1 second.");
        assert_eq!(wait(16), "Too many tries. Try again in 16 seconds.");
    }
}
