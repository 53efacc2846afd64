//! One sentence about what was just done, carried over the redirect by a cookie that names it from a closed list.

use super::cookies;
use super::parts::Tone;
use super::shell::Flash;
use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse};

const COOKIE: &str = "done";

macro_rules! done {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Done { $(#[doc = $text] $name,)* }

        impl Done {
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

done! {
    SetUp = "set-up", "The account is ready.";
    Updated = "updated", "Saved. The token goes on working.";
    Unchanged = "unchanged", "Nothing was changed.";
    Paused = "paused", "Paused. Every call is refused until it is resumed.";
    Resumed = "resumed", "Resumed. Its tokens work again.";
    RotationCancelled = "rotation-cancelled", "Rotation cancelled. The new token stopped, the old one goes on.";
    OutgoingExpired = "outgoing-expired", "Rotation finished. The old token stopped.";
    OverlapExtended = "overlap-extended", "Overlap extended. Both tokens go on working.";
    Deleted = "deleted", "Deleted. Its tokens stopped.";
    WebhookSaved = "webhook-saved", "Saved. It counts from the next event on.";
    WebhookPaused = "webhook-paused", "Paused. Nothing is sent until it is resumed.";
    WebhookResumed = "webhook-resumed", "Resumed. What happens from now on is sent.";
    WebhookEnabled = "webhook-enabled", "Enabled. What happens from now on is sent.";
    WebhookDeleted = "webhook-deleted", "Deleted. Nothing is sent to it any more.";
    SecretRotationCancelled = "secret-rotation-cancelled", "Rotation cancelled. The new secret signs nothing more, the old one goes on.";
    OldSecretExpired = "old-secret-expired", "Rotation finished. The old secret signs nothing more.";
    TestSent = "test-sent", "The test event is on its way. Load this page again to see what became of it.";
    Redelivering = "redelivering", "It is tried anew. Load this page again to see what became of it.";
    SentAndTaken = "sent-and-taken", "Delivered: the receiver took it.";
    SentAndNotTaken = "sent-and-not-taken", "It was not delivered. What came of it stands below.";
    RedeliveringAll = "redelivering-all", "What failed is tried anew, the oldest first.";
    SentOften = "sent-often", "Nothing was sent: 20 deliveries were sent to this webhook by hand within a minute. The next one can be sent in a minute.";
    AccountSentOften = "account-sent-often", "Nothing was sent: 60 deliveries were sent to this account’s webhooks by hand within a minute. The next one can be sent in a minute.";
    NothingToRedeliver = "nothing-to-redeliver", "Nothing was changed: nothing failed or was stopped since then. What waits is tried by itself.";
    AlreadySo = "already-so", "Nothing was changed: it was so already.";
    SentBefore = "sent-before", "This form was sent already; it had its effect once.";
    TakenOver = "taken-over", "You look after it now.";
    NameChanged = "name-changed", "Name saved.";
    PasswordChanged = "password-changed", "Password changed. Every other session was signed out.";
    StaffSaved = "staff-saved", "Saved. It counts from their next click on.";
    StaffDisabled = "staff-disabled", "Disabled. Their sessions here ended.";
    StaffEnabled = "staff-enabled", "Enabled. They can sign in here again.";
    StaffRemoved = "staff-removed", "Removed from this account. Their sessions here ended.";
    RolesChanged = "roles-changed", "Saved. It counts from everybody's next page on.";
    RoleMade = "role-made", "Role made. Nobody has it yet.";
    RoleRenamed = "role-renamed", "Role renamed.";
    RoleDeleted = "role-deleted", "Role deleted.";
    SessionEnded = "session-ended", "That session was signed out.";
    AccountOpened = "account-opened", "You work in {account} now.";
    AccountSaved = "account-saved", "Account saved.";
    LabOn = "lab-on", "Switched on. It counts at once, for everyone in the account.";
    LabOff = "lab-off", "Switched off. Its pages are gone for everyone in the account.";
    Joined = "joined", "You belong to this account now.";
    JoinedAnother = "joined-another", "Accepted. You belong to that account now, too; your accounts are in the top bar.";
    InvitationMade = "invitation-made", "Invited. Hand the link over yourself: no mail server is configured.";
    InvitationMailed = "invitation-mailed", "Invited. The mail was handed to the mail server.";
    InvitationNotMailed = "invitation-not-mailed", "Invited, but the mail could not be sent. Hand the link over yourself.";
    InvitationWithdrawn = "invitation-withdrawn", "Withdrawn. Its link does not work any more.";
    ResetMailed = "reset-mailed", "The mail with the link was handed to the mail server.";
    ResetNotMailed = "reset-not-mailed", "The mail could not be sent. Nobody got the link; try again later.";
    CodeTooLate = "code-too-late", "Sign in anew: the password counts for 10 minutes, and not after a change.";
    RecoveryCodeUsed = "recovery-code-used", "A recovery code was used up. Profile, Security says how many are left.";
    FactorOn = "factor-on", "The second factor is on. Every other session was signed out.";
    FactorOff = "factor-off", "The second factor is off. Every other session was signed out.";
    FactorReset = "factor-reset", "The second factor was reset. Every session of theirs ended.";
    SessionsOfEnded = "sessions-of-ended", "Their sessions ended.";
    PasswordSet = "password-set", "Password set. Sign in with it.";
    EmailLinkMailed = "email-link-mailed", "A link is on its way to the new address. Nothing changes before you confirm it.";
    EmailChanged = "email-changed", "Address changed. You sign in with the new one from now on.";
    SignedOutElsewhere = "signed-out-elsewhere", "Every other session was signed out.";
}

/// The cookie that makes the next page say it.
#[must_use]
pub fn cookie(request: &HttpRequest, done: Done) -> Cookie<'static> {
    cookies::make(request, COOKIE, done.code().to_owned())
}

/// What the step before has done, when the browser says so; it may name the account that is open.
#[must_use]
pub fn read(request: &HttpRequest, account: &str) -> Option<Flash> {
    let code = cookies::read(request, COOKIE)?;
    let done = Done::ALL.iter().find(|done| done.code() == code)?;
    let warns = matches!(done, Done::SentOften | Done::AccountSentOften | Done::SentAndNotTaken);
    let tone = if warns { Tone::Warn } else { Tone::Ok };
    Some(Flash { text: done.text().replace("{account}", account), tone })
}

/// Takes the cookie away once a page has said it.
pub fn clear(request: &HttpRequest, response: &mut HttpResponse) {
    if cookies::read(request, COOKIE).is_some() {
        let _ = response.add_cookie(&cookies::remove(request, COOKIE));
    }
}
