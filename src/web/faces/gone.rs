//! What an address says of a thing that it led to before: that it is gone, since when, and by whom.

use super::words::Words;
use crate::authz::{Permission, StaffMember};
use crate::db::Db;
use crate::db::journal::list::{self, End};
use crate::error::AppError;
use crate::web::frame::places;
use crate::web::times;
use crate::world::Timestamp;
use actix_web::{HttpRequest, web};

/// The words for an address that leads to nothing any more; none when it never did, or when nobody knows.
pub async fn words(failure: &AppError, request: &HttpRequest, staff: Option<&StaffMember>) -> Option<Words> {
    let (AppError::NotFound, Some(staff)) = (failure, staff) else { return None };
    let kind = places::place_above(staff, request.path())?.kind.filter(|kind| !kind.end.is_empty())?;
    let id = request.match_info().get("id")?;
    let mut reader = request.app_data::<web::Data<Db>>()?.read().await.ok()?;
    let end = list::end(&mut reader.on(), &staff.account.id, id, kind.end).await.ok()??;
    // Who did what is for those to know who may look it up.
    let who = staff.permissions.has(Permission::AuditView).then_some(end.actor_name.as_str());
    Some(told(kind.one, kind.end, &end, who))
}

fn told(one: &str, action: &str, end: &End, who: Option<&str>) -> Words {
    let verb = action.rsplit('.').next().unwrap_or("deleted");
    let name = Some(end.subject_name.as_str()).filter(|name| !name.is_empty());
    let at = times::in_full(Timestamp::from_millis(end.happened_at));
    let why = match who {
        Some(who) => format!("{who} {verb} {} on {at}.", name.unwrap_or("it")),
        None => format!("{} was {verb} on {at}.", name.unwrap_or("It")),
    };
    Words { icon: "trash-2", title: format!("This {one} was {verb}"), why, ..Words::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_did_it_and_when() {
        let end = |name: &str| End {
            actor_name: "Ada Byron".to_owned(),
            subject_name: name.to_owned(),
            happened_at: 1_795_339_267_000,
        };
        let who = Some("Ada Byron");
        let words = told("person", "staff.removed", &end("Ben Ode"), who);
        assert_eq!(words.title, "This person was removed");
        assert_eq!(words.why, "Ada Byron removed Ben Ode on Sunday 22 November 2026, 09:21 UTC.");
        assert!(told("contact", "contact.deleted", &end(""), who).why.starts_with("Ada Byron deleted it on Sunday "));
        assert!(told("contact", "contact.deleted", &end(""), None).why.starts_with("It was deleted on Sunday "));
        assert!(
            told("person", "staff.removed", &end("Ben Ode"), None).why.starts_with("Ben Ode was removed on Sunday ")
        );
    }
}
