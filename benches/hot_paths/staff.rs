//! My Staff of an account with many people: the first page, a later one, and a search. SQLite only.

use crate::client::{Client, Load};
use crate::list::CONNECTIONS;
use crate::seed;
use crate::{Outcome, server};
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::world::World;
use std::path::Path;
use std::time::Duration;

/// People of the account.
const PEOPLE: i64 = 10_000;

// One in five has an override, one in fifty is disabled.
const USERS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
     INSERT INTO users (id, email, email_key, name, password_hash, created_at, password_changed_at, session_epoch) \
     SELECT printf('usr_%026d', i), 'person' || i || '@quay.example', 'person' || i || '@quay.example', \
     'Person ' || (i * 7919 % 10007), 'x', $2, $2, 1 FROM n";
const STAFF: &str = "INSERT INTO staff (id, account_id, user_id, role_id, created_at, last_seen_at, disabled_at, name_key, search_key) \
     SELECT 'stf_' || substr(u.id, 5), r.account_id, u.id, r.id, $1, CASE WHEN u.rowid % 3 > 0 THEN $1 - u.rowid * 977 END, \
     CASE WHEN u.rowid % 50 = 7 THEN $1 END, lower(u.name), lower(u.name) || ' ' || u.email_key \
     FROM users u JOIN roles r ON r.name = 'User' WHERE u.password_hash = 'x'";
const OVERRIDES: &str = "INSERT INTO staff_overrides (staff_id, permission, allowed) \
     SELECT id, 'contacts.view', FALSE FROM staff WHERE rowid % 5 = 0";

/// Prints what the pages of the list cost.
pub async fn measure(folder: &Path) -> Outcome<()> {
    let folder = folder.join("staff");
    std::fs::create_dir_all(&folder)?;
    let (url, key_file) = seed::small(&folder).await?;
    let db = Db::open(&url, &key_file, World::real()).await?;
    let now = db.world().now();
    let mut tx = db.write().await?;
    tx.on().run(USERS, binds![PEOPLE, now]).await?;
    tx.on().run(STAFF, binds![now]).await?;
    tx.on().run(OVERRIDES, binds![]).await?;
    tx.commit_unlogged(Unlogged::Seed).await?;
    db.close().await;
    let product = server::product(&url, &key_file)?.address;
    let first = "/settings/staff".to_owned();
    let mut client = Client::connect(&product).await?;
    client.sign_in().await?;
    let page = client.get(&first).await?;
    let after = page.body.split("after=").nth(1).and_then(|rest| rest.split(['"', '&']).next());
    let later = format!("{first}?after={}", after.ok_or("the list has a next page")?);
    for (which, path) in
        [("first page", first.clone()), ("second page", later), ("search", format!("{first}?search=n+99"))]
    {
        let request = client.request("GET", &path, "");
        let alone = Load { connections: 1, most: 100 }.run(&product, &request, Duration::from_secs(10)).await?;
        let load = Load { connections: CONNECTIONS, most: 600 };
        let found = load.run(&product, &request, Duration::from_secs(30)).await?;
        println!(
            "staff of {PEOPLE}, {which:11}: p50 {:.1} ms, p99 {:.1} ms at {CONNECTIONS} connections; p50 {:.1} ms alone (first page, p99 wanted: at most 20)",
            found.percentile(50),
            found.percentile(99),
            alone.percentile(50)
        );
    }
    Ok(())
}
