//! Every statement is prepared on a freshly migrated database of the chosen engine: neither may refuse one that the other takes.

use crate::support::database::TestDatabase;
use progreda::db::Db;
use progreda::world::World;
use progreda::{
    accounts, audit, contacts, db, demo, integrations, invitations, labs, notices, roles, staff, usage, users, web,
    webhooks,
};

const LISTS: &[(&str, &[&str])] = &[
    ("db::connect", db::CONNECT_STATEMENTS),
    ("db::journal", db::journal::ALL),
    ("db::journal::chain", db::journal::chain::ALL),
    ("db::journal::closing", db::journal::closing::ALL),
    ("db::journal::counted", db::journal::counted::ALL),
    ("db::journal::list", db::journal::list::ALL),
    ("db::journal::reserved", db::journal::reserved::ALL),
    ("db::journal::rotation", db::journal::rotation::ALL),
    ("db::journal::verify", db::journal::verify::ALL),
    ("web::session", web::session::ALL),
    ("web::throttle", web::throttle::ALL),
    ("web::once", web::once::ALL),
    ("web::idempotency", web::idempotency::rows::ALL),
    ("accounts", accounts::store::ALL),
    ("accounts::settings", accounts::store::settings::ALL),
    ("audit", audit::store::ALL),
    ("audit::choices", audit::store::choices::ALL),
    ("audit::search", audit::store::search::ALL),
    ("users", users::store::ALL),
    ("users::addresses", users::store::addresses::ALL),
    ("users::factor", users::store::factor::ALL),
    ("users::resets", users::store::resets::ALL),
    ("users::sign_ins", users::store::sign_ins::ALL),
    ("notices", notices::store::ALL),
    ("roles", roles::store::ALL),
    ("roles::rights", roles::store::rights::ALL),
    ("staff", staff::store::ALL),
    ("staff::list", staff::store::list::ALL),
    ("staff::person", staff::store::person::ALL),
    ("labs", labs::store::ALL),
    ("usage", usage::store::ALL),
    ("invitations", invitations::store::ALL),
    ("integrations", integrations::store::ALL),
    ("integrations::counts", integrations::store::counts::ALL),
    ("integrations::list", integrations::store::list::ALL),
    ("integrations::write", integrations::store::write::ALL),
    ("contacts", contacts::STATEMENTS),
    ("contacts::keys", contacts::KEY_STATEMENTS),
    ("contacts::list", contacts::LIST_STATEMENTS),
    ("contacts::notes", contacts::NOTE_STATEMENTS),
    ("contacts::tasks", contacts::TASK_STATEMENTS),
    ("webhooks::backlogs", webhooks::store::backlogs::ALL),
    ("webhooks::changes", webhooks::store::changes::ALL),
    ("webhooks::counts", webhooks::store::counts::ALL),
    ("webhooks::deliveries", webhooks::store::deliveries::ALL),
    ("webhooks::due", webhooks::store::due::ALL),
    ("webhooks::endpoints", webhooks::store::endpoints::ALL),
    ("webhooks::messages", webhooks::store::messages::ALL),
    ("webhooks::notices", webhooks::store::notices::ALL),
    ("webhooks::sealed", webhooks::store::sealed::ALL),
    ("webhooks::sent", webhooks::store::sent::ALL),
    ("webhooks::holders", webhooks::store::holders::ALL),
    ("webhooks::listed", webhooks::store::listed::ALL),
    ("demo", demo::STATEMENTS),
];

#[actix_web::test]
async fn the_engine_takes_every_statement() {
    let database = TestDatabase::new().await;
    let db = Db::open(database.url(), &database.key_file(), World::real()).await.expect("the copy opens");
    let mut refused = Vec::new();
    for (list, statements) in LISTS {
        assert!(!statements.is_empty(), "{list} is empty");
        for statement in *statements {
            // In a write transaction, so that SQLite's read-only connections are not what refuses.
            let mut tx = db.write().await.expect("a transaction");
            if let Err(why) = tx.on().prepare(statement).await {
                refused.push(format!("{list}: {why}\n    {statement}"));
            }
        }
    }
    assert!(refused.is_empty(), "{} statements are refused:\n{}", refused.len(), refused.join("\n"));
    db.close().await;
}

/// A list that exists but is not checked would be the one that breaks.
#[test]
fn every_list_of_statements_is_checked() {
    let mut found = 0;
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found += usize::from(std::fs::read_to_string(path).unwrap().contains("\npub const ALL: &[&str] ="));
            }
        }
    }
    assert_eq!(found, LISTS.len(), "add the new list of statements to LISTS");
}
