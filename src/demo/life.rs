//! Plays the stories, everything in the order of its time, through the same rules and writes as real people do.

use super::people::Cast;
use super::story::{Chapter, Deed, STORIES, Story};
use crate::authz::Origin;
use crate::db::journal::Doer;
use crate::db::{Db, WriteTx};
use crate::error::{AppError, Result};
use crate::ids::{IntegrationId, TokenId};
use crate::integrations::change::{OfIntegration, What, ended_hints};
use crate::integrations::model::{Details, Refused, Step};
use crate::integrations::scopes::ScopeSet;
use crate::integrations::secret::PlainSecret;
use crate::integrations::store::write::{self, Writer};
use crate::integrations::store::{self, Integration};
use crate::world::{Span, Timestamp};
use serde_json::json;
use zeroize::Zeroizing;

/// An integration whose story was played.
pub struct Life {
    /// Its story.
    pub story: &'static Story,
    /// Its id.
    pub id: IntegrationId,
    /// Its newest token.
    pub token: Zeroizing<String>,
}

/// Makes every integration and what happened to it until `now`.
pub async fn play(db: &Db, cast: &Cast, now: Timestamp) -> Result<Vec<Life>> {
    let mut lives = Vec::new();
    let mut order = Vec::new();
    for (place, story) in STORIES.iter().enumerate() {
        let times = story.chapters.iter().map(|chapter| now.minus(chapter.ago)).enumerate();
        // Nobody works at the full hour only, but what ends by itself ends on time.
        let minutes = Span::minutes(i64::try_from(place * 7 % 47).unwrap_or(0));
        let times: Vec<(Timestamp, usize, usize)> = times.map(|(n, at)| (at.minus(minutes), place, n)).collect();
        let born = times.first().map_or(now, |(at, _, _)| *at);
        let id = IntegrationId::new(born, db.world().entropy());
        lives.push(Life { story, id, token: Zeroizing::default() });
        order.extend(times);
    }
    order.sort_unstable();
    for (at, place, chapter) in order {
        if let Some(life) = lives.get_mut(place)
            && let Some(chapter) = life.story.chapters.get(chapter)
        {
            perform(db, cast, life, chapter, at).await?;
        }
    }
    Ok(lives)
}

async fn perform(db: &Db, cast: &Cast, life: &mut Life, chapter: &Chapter, at: Timestamp) -> Result<()> {
    let mut tx = db.write().await?;
    let writer = Writer { account: &cast.account, by: cast.id(chapter.by), now: at };
    let what = match chapter.deed {
        Deed::Create => create(&mut tx, db, writer, life).await?,
        Deed::Describe(description) => update(&mut tx, writer, life, Some(description), None).await?,
        Deed::Hold(scopes) => update(&mut tx, writer, life, None, Some(scopes)).await?,
        deed => step(&mut tx, db, writer, life, deed).await?,
    };
    let (doer, origin) = match chapter.deed {
        Deed::OverlapEnds => (Doer::system(), Origin::default()),
        Deed::Revoke => {
            let (id, name) = (Some(life.id.to_string()), life.story.name.to_owned());
            let call = life.story.calls.as_ref().map(|rhythm| rhythm.last_call(at));
            let address = call.map(|call| call.address.to_owned());
            let agent = call.map(|call| call.agent.to_owned());
            (Doer { kind: "integration", id, name }, Origin { address, agent, ..Origin::default() })
        }
        _ => cast.doer(chapter.by),
    };
    let change = OfIntegration { id: life.id.clone(), name: life.story.name.to_owned(), what };
    Ok(tx.commit_as(&doer, Some(&cast.account), at, &origin, &[&change]).await?)
}

fn details(name: &str, description: &str) -> Result<Details> {
    Details::parse(name, description).map_err(|problems| AppError::internal(format!("{name}: {problems:?}")))
}

fn scope_set(ids: &[&str]) -> Result<ScopeSet> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    ScopeSet::parse(&ids).map_err(|problem| AppError::internal(format!("{ids:?}: {problem:?}")))
}

async fn create(tx: &mut WriteTx, db: &Db, writer: Writer<'_>, life: &mut Life) -> Result<What> {
    let details = details(life.story.name, life.story.description)?;
    let scopes = scope_set(life.story.scopes)?;
    write::add(&mut tx.on(), writer, &life.id, &details, &scopes).await?;
    let hint = new_token(tx, db, writer, life).await?;
    Ok(What::Created { scopes, description: details.description().to_owned(), hint })
}

async fn new_token(tx: &mut WriteTx, db: &Db, writer: Writer<'_>, life: &mut Life) -> Result<String> {
    let entropy = db.world().entropy();
    let (secret, token) = (PlainSecret::generate(entropy), TokenId::new(writer.now, entropy));
    write::add_token(&mut tx.on(), writer, &life.id, (&token, &secret)).await?;
    let hint = secret.hint();
    life.token = secret.reveal_once();
    Ok(hint)
}

async fn found(tx: &mut WriteTx, writer: Writer<'_>, life: &Life) -> Result<Integration> {
    store::find(&mut tx.on(), writer.account, &life.id).await?.ok_or(AppError::NotFound)
}

/// A write that hit nothing would leave a story that never happened.
fn hit(row: bool, life: &Life) -> Result<()> {
    if row { Ok(()) } else { Err(AppError::internal(format!("{} is not as its story expects", life.story.name))) }
}

async fn update(
    tx: &mut WriteTx,
    writer: Writer<'_>,
    life: &Life,
    description: Option<&str>,
    scopes: Option<&[&str]>,
) -> Result<What> {
    let of = found(tx, writer, life).await?;
    of.facts.may_update().map_err(AppError::internal)?;
    let details = details(&of.name, description.unwrap_or(&of.description))?;
    let held = scopes.map_or_else(|| Ok(of.scopes.clone()), scope_set)?;
    let describe = |description: &str, scopes: &ScopeSet| json!({ "name": of.name, "description": description, "scopes": scopes.ids().collect::<Vec<_>>() });
    let what =
        What::Updated { before: describe(&of.description, &of.scopes), after: describe(details.description(), &held) };
    hit(write::update(&mut tx.on(), writer, (&of.id, of.version), &details, &held).await?, life)?;
    Ok(what)
}

async fn step(tx: &mut WriteTx, db: &Db, writer: Writer<'_>, life: &mut Life, deed: Deed) -> Result<What> {
    let of = found(tx, writer, life).await?;
    let step = planned(&of, deed, writer.now)?;
    hit(write::take(&mut tx.on(), writer.account, &of.id, of.version).await?, life)?;
    write::apply(&mut tx.on(), writer, &of, &step).await?;
    let hint = if step.new_token { new_token(tx, db, writer, life).await? } else { String::new() };
    write::refresh(&mut tx.on(), writer, &of.id).await?;
    told(&of, &step, deed, hint)
}

fn planned(of: &Integration, deed: Deed, now: Timestamp) -> Result<Step> {
    let facts = &of.facts;
    let step = match deed {
        Deed::RotateLater(overlap) => facts.rotate_later(overlap, now),
        Deed::RotateNow => facts.rotate_now(now),
        Deed::CancelRotation => facts.cancel_rotation(now),
        Deed::ExtendOverlap(extension) => facts.extend_overlap(extension, now),
        Deed::ExpireOutgoing => facts.expire_outgoing(now),
        Deed::Pause => facts.pause(now),
        Deed::Resume => facts.resume(now),
        Deed::Delete => facts.delete(&of.name, &of.name, now),
        Deed::Revoke => {
            let current = facts.current.as_ref().ok_or_else(|| AppError::internal("there is no token to revoke"))?;
            facts.revoke(&current.id, now)
        }
        // What the due job does when a deadline has passed.
        Deed::OverlapEnds => facts.settle(now).ok_or(Refused::NoRotation),
        Deed::Create | Deed::Describe(_) | Deed::Hold(_) => {
            return Err(AppError::internal(format!("{deed:?} is no step")));
        }
    };
    step.map_err(AppError::internal)
}

/// What the journal says of a step; `hint` is the new token's.
fn told(of: &Integration, step: &Step, deed: Deed, hint: String) -> Result<What> {
    let hint_of = |token: &Option<crate::integrations::model::Token>| {
        token.as_ref().map(|token| token.hint.clone()).unwrap_or_default()
    };
    let (current, outgoing) = (hint_of(&of.facts.current), hint_of(&of.facts.outgoing));
    Ok(match (deed, &step.make_outgoing, &step.move_deadline) {
        (Deed::RotateLater(_), Some((_, until, _)), _) => What::RotationStarted { hint, old: current, until: *until },
        (Deed::RotateNow, ..) => What::RotatedNow { hint, old: ended_hints(of, step) },
        (Deed::CancelRotation, ..) => What::RotationCancelled { hint: current, kept: outgoing },
        (Deed::ExtendOverlap(_), _, Some((_, after))) => {
            let before = of.facts.outgoing.as_ref().and_then(|token| token.ends_at).unwrap_or(*after);
            What::OverlapExtended { hint: outgoing, before, after: *after }
        }
        (Deed::ExpireOutgoing, ..) => What::OutgoingExpired { hint: outgoing },
        (Deed::OverlapEnds, ..) => What::OverlapEnded { hint: outgoing },
        (Deed::Pause, ..) => What::Paused,
        (Deed::Resume, ..) => What::Resumed,
        (Deed::Delete, ..) => What::Deleted { old: ended_hints(of, step) },
        (Deed::Revoke, ..) => What::Revoked { hint: current },
        _ => return Err(AppError::internal(format!("{deed:?} leaves no trace"))),
    })
}
