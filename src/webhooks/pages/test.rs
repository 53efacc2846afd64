//! A test event, to see whether one arrives.

use super::asking::{Asking, failure, sent_often};
use super::awaited;
use crate::authz::Permit;
use crate::error::Result;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::thing::{At, Thing as _};
use crate::webhooks::SendTest;
use crate::webhooks::commands::deliveries;
use actix_web::HttpResponse;

/// `POST …/{id}/test`: puts one on its way and leads to what came of it.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`] when nothing is sent to the endpoint; faults of the
/// store and of the form.
pub async fn send(permit: Permit<SendTest>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let key = form.once_key()?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    match deliveries::send_test(&at.db, &permit, &of.id, &key).await {
        Ok((delivery, again)) => {
            let done = match again {
                true => Done::SentBefore,
                false => awaited::outcome(&asking, &of, (&delivery, 0), Done::TestSent).await,
            };
            Ok(asking.lead(&format!("{}/deliveries/{delivery}", of.address()), done))
        }
        Err(trouble) => match sent_often(&trouble) {
            Some(done) => Ok(asking.lead(&of.address(), done)),
            None => Err(failure(trouble)),
        },
    }
}
