//! The trace of a failed sign-in.

use crate::db::journal::{Counted, Doer};
use crate::users::change::failed_sign_in;
use crate::users::store::Credentials;
use crate::web::actor::Visit;
use crate::web::refusal::Refusals;

/// Notes a failed sign-in: in the account that the person would sign in to, the operator's when nobody is known. It waits for
/// nothing, so that the answer comes as soon for somebody who is known as for nobody.
pub fn note(refusals: &Refusals, visit: &Visit, known: Option<&Credentials>) {
    tracing::warn!(
        client.address = visit.origin.address.as_deref().unwrap_or(""),
        user.id = known.map_or("", |known| known.id.as_str()),
        "sign-in refused"
    );
    let account = known.and_then(|known| known.account_id.as_ref()?.parse().ok());
    let entry = failed_sign_in(known.map(|known| (known.id.as_str(), known.name.as_str())));
    let (doer, origin) = (Doer::nobody(), visit.origin.clone());
    refusals.note(Counted { doer, account, now: visit.now, origin, entry, times: 1 });
}
