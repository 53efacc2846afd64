//! The page of one delivery: what was asked and what was answered.

use super::asking::Asking;
use super::outcomes;
use crate::authz::{self, Permit};
use crate::config::WebhookReach;
use crate::error::{AppError, Result};
use crate::ids::DeliveryId;
use crate::web::parts::{Fact, FormGuard, Pill, Tone};
use crate::web::shell::Shell;
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, times};
use crate::webhooks::model::{Condition, Delivery, Endpoint, State};
use crate::webhooks::store::deliveries;
use crate::webhooks::{Redeliver, ViewWebhooks, secret};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

/// View data of a delivery's page.
#[derive(Debug, Template)]
#[template(path = "webhooks/delivery.html")]
pub struct DeliveryPage {
    /// The frame; its title is the event.
    pub shell: Shell,
    /// Its own address.
    pub href: String,
    /// Its state.
    pub pills: Vec<Pill>,
    /// What the event tells, and of whom.
    pub lead: String,
    /// The words of the button that tries it anew; empty when that cannot be done.
    pub again: &'static str,
    /// Hidden fields of that button.
    pub guard: FormGuard,
    /// State, tries, next try.
    pub facts: Vec<Fact>,
    /// The first line of the request, and its headers.
    pub headers: String,
    /// The body, with line breaks for people.
    pub body: String,
    /// What went wrong with the last try; empty when nothing did.
    pub problem: String,
    /// Status, duration and time of the last try; empty before it.
    pub answer_facts: Vec<Fact>,
    /// The beginning of the answer's body; empty when it had none.
    pub answer: String,
}

/// `GET …/{id}/deliveries/{delivery}`.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn show(permit: Permit<ViewWebhooks>, at: At, reach: web::Data<WebhookReach>) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let id: DeliveryId = at.part("delivery").parse().map_err(|_| AppError::NotFound)?;
    let mut reader = at.db.read().await?;
    let found = deliveries::find(&mut reader.on(), permit.account(), &of.id, &id).await?;
    let (delivery, body) = found.ok_or(AppError::NotFound)?;
    let may = authz::may::<Redeliver>(permit.actor()) && of.refuses(delivery.event).is_none();
    let page = DeliveryPage {
        shell: asking.shell_of(&of, delivery.event.name()),
        href: format!("{}/deliveries/{}", of.address(), delivery.id),
        pills: vec![outcomes::pill(delivery.state)],
        lead: match outcomes::about(&body) {
            about if about.is_empty() => delivery.event.words().to_owned(),
            about => format!("{}: {about}", delivery.event.words()),
        },
        again: if may { again(&delivery) } else { "" },
        guard: asking.guard(false),
        facts: facts(&delivery, of.condition(), asking.now),
        headers: headers(&of, &delivery),
        body: pretty(&body),
        problem: outcomes::problem(&delivery, &of.url, &reach),
        answer_facts: answer_facts(&delivery, asking.now),
        answer: delivery.answer.clone().unwrap_or_default(),
    };
    frame::page(&at.request, StatusCode::OK, &page)
}

const fn again(of: &Delivery) -> &'static str {
    match of.state {
        State::Waiting if of.attempts == 0 => "",
        State::Waiting => "Try now",
        State::Delivered | State::Failed | State::Stopped => "Redeliver",
    }
}

fn facts(of: &Delivery, to: Condition, now: Timestamp) -> Vec<Fact> {
    let made = times::ago_or_day(of.created_at, now);
    let exact = times::day_and_time(of.created_at, now);
    let mut facts = vec![Fact::new("Made", exact + " UTC").second(made.text, Tone::Info), attempts(of)];
    match of.state {
        State::Waiting if to.sends() => facts.push(next_try(of, now)),
        State::Waiting => {
            facts.push(Fact::new("Next try", format!("{}: {}", outcomes::waits(of, to, now), to.words())));
        }
        State::Stopped => facts.push(until(Fact::new("Stopped because", outcomes::stopped(of)), to)),
        State::Failed => facts.push(until(Fact::new("Next try", format!("none: {}", outcomes::given_up(of))), to)),
        State::Delivered => {}
    }
    facts.push(Fact::new("webhook-id", of.message.to_string()).mono().wide());
    facts
}

/// With what has to be done before it can be redelivered.
fn until(fact: Fact, to: Condition) -> Fact {
    match to {
        Condition::Disabled(_) => fact.second("It can be redelivered once the webhook is enabled", Tone::Info),
        Condition::Paused => fact.second("It can be redelivered once the webhook is resumed", Tone::Info),
        Condition::IntegrationPaused => {
            fact.second("It can be redelivered once the integration is resumed", Tone::Info)
        }
        _ => fact,
    }
}

/// All of them; and how many of these since somebody had it tried anew.
fn attempts(of: &Delivery) -> Fact {
    let fact = Fact::new("Attempts", (of.attempts_before + of.attempts).to_string());
    match of.attempts_before {
        0 => fact,
        _ => fact.second(format!("{} since it was redelivered", of.attempts), Tone::Info),
    }
}

fn next_try(of: &Delivery, now: Timestamp) -> Fact {
    let left = outcomes::next_try(of, now);
    match of.next_at {
        Some(at) if at > now => {
            Fact::new("Next try", format!("{} UTC", times::day_and_time(at, now))).second(left, Tone::Info)
        }
        _ => Fact::new("Next try", left),
    }
}

/// As the request began; what each try makes anew is told in words.
fn headers(of: &Endpoint, delivery: &Delivery) -> String {
    let timestamp =
        delivery.tried_at.map_or("the seconds since 1970 at each try".to_owned(), |at| secret::seconds(at).to_string());
    format!(
        "POST {}\ncontent-type: application/json\nwebhook-id: {}\nwebhook-timestamp: {timestamp}\nwebhook-signature: v1,…",
        of.url, delivery.message
    )
}

/// Longer bodies are shown as they are sent: with breaks and indents they would make a page of many times their size.
const PRETTY_MAX: usize = 16_384;
/// Deeper than that nothing is indented any further.
const INDENTS: usize = 8;

/// The body with line breaks and indents, and each field where it stands in what is sent.
fn pretty(body: &str) -> String {
    if body.len() > PRETTY_MAX {
        return body.to_owned();
    }
    let (mut text, mut depth, mut quoted, mut escaped) = (String::with_capacity(body.len() * 2), 0_usize, false, false);
    let mut chars = body.chars().peekable();
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth.min(INDENTS)));
    };
    while let Some(char) = chars.next() {
        if quoted {
            text.push(char);
            quoted = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            '{' | '[' => {
                text.push(char);
                if chars.peek().is_some_and(|next| matches!(next, '}' | ']')) {
                    text.extend(chars.next());
                    continue;
                }
                depth += 1;
                line(&mut text, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut text, depth);
                text.push(char);
            }
            ',' => {
                text.push(char);
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ => {
                text.push(char);
                quoted = char == '"';
            }
        }
    }
    text
}

fn answer_facts(of: &Delivery, now: Timestamp) -> Vec<Fact> {
    let Some(at) = of.tried_at else { return Vec::new() };
    vec![
        Fact::new("Status", outcomes::answer(of.status, of.problem)),
        Fact::new("Took", of.took_ms.map_or("–".to_owned(), outcomes::duration)),
        Fact::new("Tried", format!("{} UTC", times::day_and_time(at, now)))
            .second(times::ago(at, now).text, Tone::Info),
    ]
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn a_body_keeps_its_order_and_what_stands_in_quotes() {
        let sent = r#"{"type":"Note","id":"a, b: {c} \"d\\","list":[1,{}],"none":[]}"#;
        let shown = "{\n  \"type\": \"Note\",\n  \"id\": \"a, b: {c} \\\"d\\\\\",\n  \"list\": [\n    1,\n    {}\n  ],\n  \"none\": []\n}";
        assert_eq!(pretty(sent), shown);
        let both = [sent, shown].map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(both[0], both[1]);
        for (text, same) in [("", ""), ("\"a:b\"", "\"a:b\""), ("]", "\n]")] {
            assert_eq!(pretty(text), same);
        }
        let long = format!("[{}1]", "1,".repeat(super::PRETTY_MAX));
        assert_eq!(pretty(&long), long);
        let deep = format!("{}{}", "[".repeat(8_000), "]".repeat(8_000));
        assert!(pretty(&deep).len() < deep.len() * 20);
    }
}
