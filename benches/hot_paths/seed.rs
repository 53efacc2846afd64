//! Many integrations at once, past the commands: one statement for each table. SQLite only.

use crate::{CALLING, LISTED, Outcome};
use progreda::authz::Lab;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::{AccountId, ContactId};
use progreda::integrations::secret::PlainSecret;
use progreda::users::commands::{NewPerson, add_person};
use progreda::users::hashing::Hasher;
use progreda::users::model::{Email, Password};
use progreda::world::World;
use progreda::{accounts, binds, labs};
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
    /// A contact of the token's account.
    pub contact: String,
}

// $1 account, $2 how many, $3 first number, $4 now. One in a hundred is old enough to be due, one in fifty deleted.
const INTEGRATIONS: &str = "WITH RECURSIVE n (i) AS (SELECT $3 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3 + $2) \
     INSERT INTO integrations (id, account_id, name, name_key, description, search_key, scopes, created_at, created_by, \
     updated_at, deleted_at, last_used_at, token_created_at, deadline_at, version) \
     SELECT printf('int_%026d', i), $1, 'Integration ' || i, 'integration ' || i, 'Moves orders of shop ' || i, \
     'integration ' || i || ' moves orders of shop ' || i, 'contacts.readonly contacts.write', $4 - 9000000000, 'Bench', $4, \
     CASE WHEN i % 50 = 7 THEN $4 END, CASE WHEN i % 3 = 0 THEN $4 - i * 977 END, \
     CASE WHEN i % 50 = 7 THEN NULL WHEN i % 100 = 1 THEN $4 - 8000000000 ELSE $4 - (i * 7919) % 7000000000 END, \
     CASE WHEN i % 50 = 7 THEN NULL WHEN i % 100 = 1 THEN $4 - 224000000 ELSE $4 + 7776000000 - (i * 7919) % 7000000000 END, 1 FROM n";
const TOKENS: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by) \
     SELECT 'tok_' || substr(id, 5), account_id, id, lower(hex(randomblob(32))), 'pit_…' || substr(id, -4), 'current', \
     token_created_at, 'Bench' FROM integrations WHERE account_id = $1 AND deleted_at IS NULL";
const DEAD_TOKENS: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by, \
     ended_at, end_reason) SELECT 'tok_' || substr(id, 5), account_id, id, lower(hex(randomblob(32))), \
     'pit_…' || substr(id, -4), 'former', created_at, 'Bench', deleted_at, 'deleted' \
     FROM integrations WHERE account_id = $1 AND deleted_at IS NOT NULL";
const TOTALS: &str = "INSERT INTO integration_totals (account_id, made, kept) \
     SELECT account_id, COUNT(*), COUNT(*) - COUNT(deleted_at) FROM integrations WHERE account_id = $1 GROUP BY account_id";
const KNOWN: &str = "UPDATE tokens SET digest = $2 WHERE id = $1";
const CONTACT: &str = "INSERT INTO contacts (id, account_id, first_name, name, email, tags, custom_fields, name_key, email_key, \
     search_key, created_at, updated_at, version) \
     VALUES ($1, $2, 'Ada', 'Ada', 'ada@quay.example', '[]', '[]', 'ada', 'ada@quay.example', 'ada', $3, $3, 1)";

/// A new database: one account with many integrations and a contact, one with fewer and an admin.
pub async fn fill(folder: &Path) -> Outcome<Seeded> {
    let (url, key_file) = (format!("sqlite:{}", folder.join("many.db").display()), folder.join("many.key"));
    let db = Db::open(&url, &key_file, World::real()).await?;
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let calling = account(&db, "Calling").await?;
    let listed = account(&db, "Listed").await?;
    admin(&db, &listed).await?;
    let secret = PlainSecret::generate(entropy);
    let contact = ContactId::new(now, entropy);
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
    tx.on().run(CONTACT, binds![&contact, &calling, now]).await?;
    tx.commit_unlogged(Unlogged::Seed).await?;
    db.close().await;
    Ok(Seeded { url, key_file, token: secret.reveal_once().to_string(), contact: contact.to_string() })
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
