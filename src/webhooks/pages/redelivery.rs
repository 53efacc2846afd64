//! Delivering once more: one delivery, or every one that failed or was stopped since a time.

use super::asking::{Asking, failure, sent_often};
use super::{awaited, words};
use crate::authz::Permit;
use crate::error::{AppError, Result};
use crate::ids::DeliveryId;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use crate::web::thing::{At, Thing as _};
use crate::web::times;
use crate::webhooks::Redeliver;
use crate::webhooks::commands::{Trouble, deliveries};
use crate::webhooks::model::{Endpoint, Refused};
use crate::webhooks::store::deliveries as deliveries_stored;
use crate::world::Span;
use actix_web::HttpResponse;

/// How far one can reach back: the value in the form, the words, the span.
const BACK: [(&str, &str, Span); 4] = [
    ("1h", "In the last hour", Span::hours(1)),
    ("24h", "In the last 24 hours", Span::hours(24)),
    ("7d", "In the last 7 days", Span::days(7)),
    ("30d", "In the last 30 days, all that are kept", Span::days(30)),
];
/// So many are counted before somebody asks for them; there may be very many more.
const COUNTED: i64 = 1_000;
/// What is chosen unless somebody chooses otherwise.
const PRESET: &str = "24h";
/// What is offered in any case.
const WIDEST: &str = "30d";

/// `POST …/{id}/deliveries/{delivery}/redelivery`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn one(permit: Permit<Redeliver>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let id: DeliveryId = at.part("delivery").parse().map_err(|_| AppError::NotFound)?;
    let page = format!("{}/deliveries/{id}", of.address());
    match deliveries::redeliver(&at.db, &permit, &of.id, &id).await {
        Ok(tries) => {
            let done = awaited::outcome(&asking, &of, (&id, tries), Done::Redelivering).await;
            Ok(asking.lead(&page, done))
        }
        Err(Trouble::Refused(Refused::WaitsAlready)) => Ok(asking.lead(&page, Done::AlreadySo)),
        Err(other) => match sent_often(&other) {
            Some(done) => Ok(asking.lead(&page, done)),
            None => Err(failure(other)),
        },
    }
}

/// `GET …/{id}/redelivery`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`] when nothing is sent to the endpoint; faults of the store.
pub async fn ask(permit: Permit<Redeliver>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    if !of.condition().sends() {
        return Err(failure(Refused::Silent(of.condition())));
    }
    let question = Question {
        points: vec![
            Point::new(
                "refresh-cw",
                "What failed or was stopped in this time is sent again, the oldest first. Each keeps its webhook-id.",
            ),
            Point::new("hourglass", "Many take a while. Pausing the webhook ends it."),
        ],
        choose: Some(("Which deliveries", "since", choices(&asking, &of).await?)),
        keep: "Leave them",
        label: "Redeliver",
        kind: "primary",
        sending: "Redelivering",
        ..Question::default()
    };
    asking.ask(&of, ("Redeliver what failed to", "redelivery"), question, &Shown::first(None))
}

/// How far back, each with how many deliveries that are; where there are none, it is not offered.
async fn choices(asking: &Asking<'_>, of: &Endpoint) -> Result<Vec<Choice>> {
    let now = asking.now;
    let back = BACK.iter().map(|(code, words, back)| (*code, *words, now.minus(*back)));
    let failing = of.failing_since.map(|at| ("failing", "Since the first failure", at));
    let mut reader = asking.db.read().await?;
    let mut choices = Vec::new();
    for (code, words, since) in back.chain(failing) {
        let count = deliveries_stored::count_up_to(&mut reader.on(), (&of.account, &of.id), since, COUNTED + 1).await?;
        let label = format!("{words} (since {} UTC): {}", times::day_and_time(since, now), counted(count));
        if count > 0 || code == WIDEST {
            choices.push(Choice { value: code.to_owned(), label, chosen: code == PRESET });
        }
    }
    if !choices.iter().any(|choice| choice.chosen)
        && let Some(first) = choices.first_mut()
    {
        first.chosen = true;
    }
    Ok(choices)
}

/// `none`, `3 deliveries`, `more than 1,000 deliveries`.
fn counted(count: i64) -> String {
    match count {
        0 => "none".to_owned(),
        _ if count > COUNTED => format!("more than {} deliveries", words::number(COUNTED)),
        1 => "1 delivery".to_owned(),
        _ => format!("{} deliveries", words::number(count)),
    }
}

/// `POST …/{id}/redelivery`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn all(permit: Permit<Redeliver>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["since", "version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let since = match form.one("since") {
        "failing" => of.failing_since.unwrap_or(asking.now),
        code => {
            let back = BACK.iter().find(|(value, ..)| *value == code).map(|(_, _, back)| *back);
            asking.now.minus(back.ok_or(AppError::Malformed("There is no such time."))?)
        }
    };
    let done = match deliveries::redeliver_since(&at.db, &permit, &of.id, since).await {
        Ok(0) => Done::NothingToRedeliver,
        Ok(_) => Done::RedeliveringAll,
        Err(trouble) => sent_often(&trouble).ok_or_else(|| failure(trouble))?,
    };
    Ok(asking.lead(&of.address(), done))
}
