//! `progreda audit`: the operator reads the log, checks the chains and prints their heads.

use super::args::audit::AuditCommand;
use super::operator::account_id;
use super::{Outcome, say};
use crate::accounts;
use crate::db::Db;
use crate::db::journal::chain::Row;
use crate::db::journal::list;
use crate::db::journal::verify::{self, KeptHeads, Report};
use crate::ids::AccountId;
use crate::text::problem_in;
use crate::world::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

/// Runs `progreda audit …`.
pub async fn run(db: &Db, command: AuditCommand) -> Outcome {
    match command {
        AuditCommand::List { account, since, limit, json } => {
            let account = account.as_deref().map(account_id).transpose()?;
            let since = since.as_deref().map(instant).transpose()?.unwrap_or(Timestamp::from_millis(0));
            let mut reader = db.read().await.map_err(|error| error.to_string())?;
            let rows = list::newest(&mut reader.on(), account.as_ref(), since, limit)
                .await
                .map_err(|error| error.to_string())?;
            let lines = rows.iter().map(|row| if json { in_json(row) } else { in_text(row) });
            say(lines)
        }
        AuditCommand::Head { account } => {
            let account = account.as_deref().map(account_id).transpose()?;
            let mut reader = db.read().await.map_err(|error| error.to_string())?;
            let heads = verify::heads(&mut reader.on()).await.map_err(|error| error.to_string())?;
            let wanted = |id: &str| account.as_ref().is_none_or(|account| account.as_str() == id);
            let lines = heads.into_iter().filter(|(id, ..)| wanted(id));
            let title = format!("# progreda audit head, {}", utc(db.world().now().millis()));
            say(std::iter::once(title).chain(lines.map(|(id, sequence, mac)| format!("{id} {sequence} {mac}"))))
        }
        AuditCommand::Verify { account, head } => {
            let account = account.as_deref().map(account_id).transpose()?;
            check(db, account, head.as_deref().map(kept_heads).transpose()?).await
        }
    }
}

/// A day or an instant, in UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    let day =
        || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|day| day.timestamp());
    let at = text.parse::<jiff::Timestamp>().ok().or_else(day);
    let at = at.ok_or_else(|| {
        format!("{text:?} is no time; expected a day like 2026-01-31 or an instant like 2026-01-31T12:00:00Z")
    })?;
    Ok(Timestamp::from_millis(at.as_millisecond()))
}

fn utc(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The text with everything spelt out that could forge a line, turn the reading direction or speak to a terminal.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if problem_in(c.encode_utf8(&mut [0; 4]), false).is_some() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn in_text(row: &Row) -> String {
    let named = |kind: &str, name: &str, id: Option<&str>| {
        let id = id.filter(|id| *id != name).map_or_else(String::new, |id| format!(" {}", plain(id)));
        format!("{} \"{}\"{id}", plain(kind), plain(name))
    };
    let times = if row.times == 1 { String::new() } else { format!(" ×{}", row.times) };
    format!(
        "{}  {:>6}  {}{times}  by {}  on {}  from {}  {}",
        utc(row.happened_at),
        row.sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string()),
        plain(&row.action),
        named(&row.actor_kind, &row.actor_name, row.actor_id.as_deref()),
        named(&row.subject_kind, &row.subject_name, row.subject_id.as_deref()),
        plain(row.address.as_deref().unwrap_or("-")),
        plain(&row.details).replace("\\\"", "\""),
    )
}

fn in_json(row: &Row) -> String {
    let details: Value = serde_json::from_str(&row.details).unwrap_or_else(|_| json!(row.details));
    let line = json!({
        "id": row.id, "account": row.account_id, "sequence": row.sequence, "time": utc(row.happened_at),
        "actor": { "kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name },
        "action": row.action,
        "subject": { "kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name },
        "times": row.times, "address": row.address, "agent": row.agent, "request": row.request_id, "details": details,
    })
    .to_string();
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        // Such characters stand inside of strings only, where JSON spells them like this.
        if problem_in(c.encode_utf8(&mut [0; 4]), false).is_some() {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// Reads what [`AuditCommand::Head`] printed, from a file or as it is.
fn kept_heads(text: &str) -> Result<KeptHeads, String> {
    let text = match Path::new(text).is_file() {
        true => std::fs::read_to_string(text).map_err(|error| format!("the kept head {text}: {error}"))?,
        false => text.to_owned(),
    };
    let mut heads = KeptHeads::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let read = match *words.as_slice() {
            [account, sequence, mac] if account.parse::<AccountId>().is_ok() && mac.len() == 64 => {
                sequence.parse().ok().map(|sequence: i64| (account.to_owned(), (sequence, mac.to_owned())))
            }
            _ => None,
        };
        let (account, head) = read.ok_or("the kept head is neither a file nor what progreda audit head prints")?;
        heads.insert(account, head);
    }
    if heads.is_empty() { Err("the kept head names no account".to_owned()) } else { Ok(heads) }
}

async fn check(db: &Db, only: Option<AccountId>, kept: Option<KeptHeads>) -> Outcome {
    let known = accounts::commands::list(db).await.map_err(super::operator::said)?;
    let known = known.iter().filter_map(|row| row.id.parse().ok());
    let accounts: Vec<AccountId> = known.filter(|id| only.as_ref().is_none_or(|only| only == id)).collect();
    let mut broken = 0;
    let gone = |id: &String| {
        only.as_ref().is_none_or(|only| only.as_str() == *id) && !accounts.iter().any(|a| a.as_str() == *id)
    };
    for id in kept.iter().flat_map(|kept| kept.keys()).filter(|id| gone(id)) {
        say([format!("{id}: NOT WHOLE: the account is gone, but a head of it was kept")])?;
        broken += 1;
    }
    let (mut compared, mut too_old) = (0, 0);
    for account in &accounts {
        let head = kept.as_ref().and_then(|kept| kept.get(account.as_str()));
        let report = db.verify_chain(account, head).await.map_err(|error| error.to_string())?;
        say([format!("{account}: {}", verdict(&report))])?;
        broken += usize::from(report.finding.is_some());
        if let Some((at, _)) = head {
            let old = *at < report.closed;
            if old {
                let closed = report.closed;
                say([format!(
                    "  the kept head is event {at}; events up to {closed} were removed by age since, so it proves nothing"
                )])?;
            }
            (compared, too_old) = (compared + usize::from(!old), too_old + usize::from(old));
        }
    }
    // Of a chain that is not whole nothing is promised.
    if kept.is_none() || broken == 0 {
        say([if kept.is_some() { WITH_HEAD } else { WITHOUT_HEAD }])?;
    }
    match (broken, too_old, kept.is_some() && compared == 0) {
        (0, 0, false) => Ok(()),
        (0, 0, true) => Err("the kept head names none of the accounts that were checked".to_owned()),
        (0, old, _) => {
            Err(format!("what is there is whole, but {old} kept heads are too old to compare; keep new ones"))
        }
        (broken, ..) => Err(format!("{broken} of {} chains are not whole", accounts.len().max(broken))),
    }
}

fn verdict(report: &Report) -> String {
    if let Some(finding) = &report.finding {
        let place = finding.sequence.map_or_else(String::new, |sequence| format!(" at event {sequence}"));
        return format!("NOT WHOLE{place}: {}", finding.what);
    }
    let first = report.closed + 1;
    let mut parts = vec![match report.last < first {
        true => "whole, no events".to_owned(),
        false => format!("whole, events {first} to {}", report.last),
    }];
    if report.closed > 0 {
        parts.push(format!("events up to {} were removed by age", report.closed));
    }
    if report.leftover > 0 {
        parts.push(format!("{} of them are still to go", report.leftover));
    }
    if report.waiting > 0 {
        parts.push(format!("{} counted events wait for their place", report.waiting));
    }
    if report.under_previous && report.last > 0 {
        parts.push("its last event is not under the current key yet: start the server".to_owned());
    }
    parts.join("; ")
}

const WITHOUT_HEAD: &str = "
This cannot be proven without a kept head: that the last events of a chain were not removed together with its head, and that
this is not an older copy of the whole database. Keep what progreda audit head prints where nobody who can change the
database can change it, and check with --head.";

const WITH_HEAD: &str = "
Up to its kept head each chain is what it was then. What came after it cannot be proven to be complete: keep a new head.";
