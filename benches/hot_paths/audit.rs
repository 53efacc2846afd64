//! What one audited change costs beside the same write without its event, in one run and by turns. SQLite only.

use crate::{Outcome, seed};
use progreda::authz::{Lab, Origin};
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::{Change, Class, Doer, Entry, Subject, Unlogged};
use progreda::ids::AccountId;
use progreda::world::{Mark, World};
use serde_json::json;
use std::path::Path;

/// Changes of each kind in a turn.
const CHANGES: u32 = 400;
const TURNS: usize = 7;

struct Switched(bool);

impl Change for Switched {
    fn entry(&self) -> Entry {
        let lab = Lab::Contacts;
        let subject = Subject { kind: "lab", id: Some(lab.code().to_owned()), name: lab.words().to_owned() };
        let details = json!({ "before": { "enabled": !self.0 }, "after": { "enabled": self.0 } });
        Entry { class: Class::Audit, action: "lab.enabled", subject, details }
    }
}

const WRITE: &str = "UPDATE account_labs SET enabled = $2, changed_at = $3 WHERE account_id = $1 AND lab = 'contacts'";

/// Microseconds of one change.
async fn turn(db: &Db, account: &AccountId, audited: bool) -> Outcome<f64> {
    let begun = Mark::now();
    for n in 0..CHANGES {
        let (now, on) = (db.world().now(), n % 2 == 0);
        let mut tx = db.write().await?;
        tx.on().run(WRITE, binds![account, on, now]).await?;
        match audited {
            true => tx.commit_as(&Doer::operator(), Some(account), now, &Origin::default(), &[&Switched(on)]).await?,
            false => tx.commit_unlogged(Unlogged::Seed).await?,
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1_000_000.0 / f64::from(CHANGES))
}

/// Prints what both cost, and how long it takes to check the chain that came of it.
pub async fn measure(folder: &Path) -> Outcome<()> {
    let folder = folder.join("audit");
    std::fs::create_dir_all(&folder)?;
    let (url, key_file) = seed::small(&folder).await?;
    let db = Db::open(&url, &key_file, World::real()).await?;
    let (account,): (String,) = db.read().await?.on().only("SELECT id FROM accounts", vec![]).await?;
    let account: AccountId = account.parse().map_err(|_| "an account's id")?;
    let (mut plain, mut audited) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        plain.push(turn(&db, &account, false).await?);
        audited.push(turn(&db, &account, true).await?);
    }
    let mut ratios: Vec<f64> = audited.iter().zip(&plain).map(|(with, without)| with / without).collect();
    for figures in [&mut plain, &mut audited, &mut ratios] {
        figures.sort_by(f64::total_cmp);
    }
    let median = |figures: &[f64]| figures.get(TURNS / 2).copied().unwrap_or_default();
    println!(
        "one change: {:.0} µs without its event, {:.0} µs with it; ratio: median {:.2}, from {:.2} to {:.2}",
        median(&plain),
        median(&audited),
        median(&ratios),
        ratios.first().copied().unwrap_or_default(),
        ratios.last().copied().unwrap_or_default()
    );
    let begun = Mark::now();
    let report = db.verify_chain(&account, None).await?;
    if let Some(finding) = report.finding {
        return Err(format!("the chain is not whole: {finding:?}").into());
    }
    let each = begun.elapsed().as_secs_f64() * 1_000_000.0 / f64::from(u32::try_from(report.last)?);
    println!("checking a chain: {each:.1} µs an event");
    db.close().await;
    Ok(())
}
