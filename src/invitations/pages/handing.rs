//! What becomes of a new link: mailed where that is possible, and shown once to whoever made it.

use super::asking::address;
use crate::config::Public;
use crate::error::Result;
use crate::invitations::commands::Made;
use crate::invitations::model::Invitation;
use crate::mail::{Mail, Mailer, Sent};
use crate::web::flash::Done;
use crate::web::once::OnceKey;
use crate::web::{reveal, times};
use actix_web::{HttpRequest, HttpResponse};

/// The whole link.
pub fn link_of(public: &Public, secret: &str) -> String {
    format!("{}/invitation?link={secret}", public.url())
}

/// Mails the link, then leads to the page that shows it. What was made before is not mailed again.
pub async fn hand_over(
    request: &HttpRequest,
    mailer: &Mailer,
    public: &Public,
    made: &Made,
    key: &OnceKey,
) -> Result<HttpResponse> {
    let done = match &made.link {
        None => Done::SentBefore,
        Some(secret) => match mailer.send(mail(&made.invitation, &link_of(public, secret))).await {
            Sent::HandedOver => Done::InvitationMailed,
            Sent::Failed => Done::InvitationNotMailed,
            Sent::NotConfigured => Done::InvitationMade,
        },
    };
    reveal::lead(request, &address(&made.invitation), key, Some(done))
}

fn mail<'a>(of: &'a Invitation, link: &str) -> Mail<'a> {
    let Invitation { inviter, account_name, role_name, .. } = of;
    let until = times::in_full(of.expires_at);
    Mail {
        to: &of.email,
        id: None,
        subject: format!("{inviter} invites you to {account_name} on Progreda"),
        text: format!(
            "{inviter} invites you to work in the account {account_name} on Progreda, with the role {role_name}.\n\n\
             Accept here:\n{link}\n\n\
             The link is for you alone. It works once, until {until}.\n\
             If you do not expect this, do nothing.\n"
        ),
    }
}
