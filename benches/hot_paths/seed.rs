//! Many integrations and contacts at once, past the commands: one statement for each table.

use crate::{CALLING, CONTACTS, LISTED, Outcome};
use progreda::authz::Lab;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::AccountId;
use progreda::integrations::secret::PlainSecret;
use progreda::users::commands::{NewPerson, add_person};
use progreda::users::hashing::Hasher;
use progreda::users::model::{Email, Password};
use progreda::world::World;
use progreda::{accounts, binds, contacts, labs};
use std::path::{Path, PathBuf};

/// The admin of the account whose list is shown.
pub const EMAIL: &str = "bench@quay.example";
/// The admin's password.
pub const PASSWORD: &str = "many small boats at the quay";

/// Where it all is, and what a caller needs.
pub struct Seeded {
    /// The database.
    pub url: String,
    /// Its key file.
    pub key_file: PathBuf,
    /// A live token.
    pub token: String,
    /// The token's account.
    pub account: String,
    /// A contact of that account.
    pub contact: String,
}

/// The rows `$3 <= i < $3 + $2`, with `id` as 26 digits; `$4` is now.
macro_rules! numbered {
    () => {
        "WITH RECURSIVE n (i, now) AS (SELECT CAST($3 AS BIGINT), CAST($4 AS BIGINT) UNION ALL \
         SELECT i + 1, now FROM n WHERE i + 1 < $3 + $2), \
         m (i, now, id) AS (SELECT i, now, substr('00000000000000000000000000', 1, 26 - length(CAST(i AS TEXT))) || \
         CAST(i AS TEXT) FROM n) "
    };
}

// One in a hundred is old enough to be due, one in fifty deleted.
const INTEGRATIONS: &str = concat!(
    numbered!(),
    "INSERT INTO integrations (id, account_id, name, name_key, description, search_key, scopes, created_at, created_by, \
     updated_at, deleted_at, last_used_at, token_created_at, deadline_at, version) \
     SELECT 'int_' || id, $1, 'Integration ' || i, 'integration ' || i, 'Moves orders of shop ' || i, \
     'integration ' || i || ' moves orders of shop ' || i, 'contacts.readonly contacts.write', now - 9000000000, 'Bench', now, \
     CASE WHEN i % 50 = 7 THEN now END, CASE WHEN i % 3 = 0 THEN now - i * 977 END, \
     CASE WHEN i % 50 = 7 THEN NULL WHEN i % 100 = 1 THEN now - 8000000000 ELSE now - (i * 7919) % 7000000000 END, \
     CASE WHEN i % 50 = 7 THEN NULL WHEN i % 100 = 1 THEN now - 224000000 ELSE now + 7776000000 - (i * 7919) % 7000000000 END, \
     1 FROM m"
);
// Digests that no token has.
const TOKENS: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by) \
     SELECT 'tok_' || substr(id, 5), account_id, id, substr(id, 5) || substr(id, 5), 'pit_…' || substr(id, 27), 'current', \
     token_created_at, 'Bench' FROM integrations WHERE account_id = $1 AND deleted_at IS NULL";
const DEAD_TOKENS: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by, \
     ended_at, end_reason) SELECT 'tok_' || substr(id, 5), account_id, id, substr(id, 5) || substr(id, 5), \
     'pit_…' || substr(id, 27), 'former', created_at, 'Bench', deleted_at, 'deleted' \
     FROM integrations WHERE account_id = $1 AND deleted_at IS NOT NULL";
const TOTALS: &str = "INSERT INTO integration_totals (account_id, made, kept) \
     SELECT account_id, COUNT(*), COUNT(*) - COUNT(deleted_at) FROM integrations WHERE account_id = $1 GROUP BY account_id";
const KNOWN: &str = "UPDATE tokens SET digest = $2 WHERE id = $1";
// Keys for searching are given afterwards.
const PEOPLE: &str = concat!(
    numbered!(),
    "INSERT INTO contacts (id, account_id, first_name, last_name, name, email, phone, address1, city, country, company_name, \
     source, tags, custom_fields, name_key, email_key, phone_key, search_key, created_at, updated_at, version) \
     SELECT 'con_' || id, $1, 'Ada', 'Quist ' || i, 'Ada Quist ' || i, 'ada' || i || '@quay.example', '+4940' || (1000000 + i), \
     i || ' Harbour Street', 'Hamburg', 'DE', 'Quay ' || (i % 977), 'import', \
     CASE WHEN i % 4 = 0 THEN '[\"customer\",\"newsletter\"]' ELSE '[\"lead\"]' END, '[]', 'ada quist ' || i, \
     'ada' || i || '@quay.example', '4940' || (1000000 + i), 'ada quist ' || i || ' ada' || i || '@quay.example', \
     now - (i * 7919) % 7000000000, now - (i * 977) % 7000000000, 1 FROM m"
);
const CONTACT_TOTAL: &str = "INSERT INTO contact_totals (account_id, slot, kept) VALUES ($1, 0, $2)";

/// A new database behind `url`: one account with many integrations and contacts, one with fewer integrations and an admin.
pub async fn fill(url: String, key_file: PathBuf) -> Outcome<Seeded> {
    let db = Db::open(&url, &key_file, World::real()).await?;
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let calling = account(&db, "Calling").await?;
    let listed = account(&db, "Listed").await?;
    admin(&db, &listed).await?;
    let secret = PlainSecret::generate(entropy);
    let mut tx = db.write().await?;
    for (account, count, first) in [(&calling, CALLING, 1), (&listed, LISTED, CALLING + 1)] {
        tx.on().run(INTEGRATIONS, binds![account, count, first, now]).await?;
        tx.on().run(TOTALS, binds![account]).await?;
        tx.on().run(TOKENS, binds![account]).await?;
        tx.on().run(DEAD_TOKENS, binds![account]).await?;
    }
    let known = format!("tok_{:026}", CALLING / 2);
    if !tx.on().run_one(KNOWN, binds![known, secret.digest().to_hex()]).await? {
        return Err("the known token is not there".into());
    }
    tx.on().run(PEOPLE, binds![&calling, CONTACTS, 1, now]).await?;
    tx.on().run(CONTACT_TOTAL, binds![&calling, CONTACTS]).await?;
    tx.commit_unlogged(Unlogged::Seed).await?;
    contacts::give_keys(&db).await?;
    db.close().await;
    let token = secret.reveal_once().to_string();
    Ok(Seeded { url, key_file, token, account: calling.to_string(), contact: format!("con_{:026}", CONTACTS / 2) })
}

async fn account(db: &Db, name: &str) -> Outcome<AccountId> {
    let account = accounts::commands::create(db, name).await.map_err(|error| format!("{error:?}"))?;
    let on = labs::commands::switch(db, &account, Lab::PrivateIntegrations, true).await;
    on.map_err(|error| format!("{error:?}"))?;
    Ok(account)
}

/// The admin who signs in.
pub async fn admin(db: &Db, account: &AccountId) -> Outcome<()> {
    let email = Email::parse(EMAIL).map_err(|bad| bad.to_string())?;
    let new = NewPerson { name: "Bench".to_owned(), email, password: Password::typed(PASSWORD) };
    add_person(db, &Hasher::new(), account, "Admin", new).await.map_err(|error| format!("{error:?}"))?;
    Ok(())
}

/// A new, nearly empty database with the admin.
pub async fn small(folder: &Path) -> Outcome<(String, PathBuf)> {
    let (url, key_file) = (format!("sqlite:{}", folder.join("small.db").display()), folder.join("small.key"));
    let db = Db::open(&url, &key_file, World::real()).await?;
    let account = account(&db, "Small").await?;
    admin(&db, &account).await?;
    db.close().await;
    Ok((url, key_file))
}
