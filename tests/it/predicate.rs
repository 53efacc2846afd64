//! The rule that says whether a token is honoured, and the one that says an integration's state, mean the same in Rust and in SQL.

use crate::support::database::TestDatabase;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::db::{Bind, Db, On};
use progreda::ids::{AccountId, IntegrationId, TokenId};
use progreda::integrations::model::{DUE_AFTER, Details, Facts, HONOURED_SQL, Lifecycle, Status, Token, honoured};
use progreda::integrations::scopes::ScopeSet;
use progreda::integrations::store::counts;
use progreda::integrations::store::find;
use progreda::integrations::store::list::{self, Filter, ListQuery, ListRow, Sort};
use progreda::integrations::store::write::{self, Writer};
use progreda::world::{Span, Timestamp, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::from_millis(1_793_610_000_000);
/// Cases of one run; random, so that every run tries others.
const CASES: usize = 150;

/// What is stored of one token.
#[derive(Debug, Clone)]
struct TokenCase {
    role: &'static str,
    created_at: Timestamp,
    ends_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct Case {
    tokens: Vec<TokenCase>,
    paused_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    review: bool,
    in_disabled_account: bool,
}

/// Instants around `middle`, where half-open and closed differ.
fn around(middle: Timestamp) -> impl Strategy<Value = Timestamp> + Clone {
    let near = [-86_400_000_i64, -1, 0, 1, 86_400_000].map(|millis| middle.plus(Span::millis(millis)));
    prop::sample::select(near.to_vec())
}

fn token(role: &'static str) -> impl Strategy<Value = TokenCase> {
    let created_at = prop_oneof![around(NOW.minus(DUE_AFTER)), Just(NOW.minus(Span::days(3)))];
    (created_at, around(NOW), any::<bool>(), around(NOW)).prop_map(move |(created_at, end, has_end, ended)| TokenCase {
        role,
        created_at,
        ends_at: (has_end || role == "outgoing").then_some(end),
        ended_at: (role == "former").then_some(ended),
    })
}

fn case() -> impl Strategy<Value = Case> {
    let rarely = |strategy| prop::option::weighted(0.2, strategy);
    let tokens = (
        prop::option::weighted(0.8, token("current")),
        prop::option::of(token("outgoing")),
        prop::option::weighted(0.3, token("former")),
    );
    (tokens, rarely(around(NOW)), rarely(around(NOW)), any::<bool>(), any::<bool>()).prop_map(
        |((current, outgoing, former), paused_at, deleted_at, review, in_disabled_account)| Case {
            tokens: [current, outgoing, former].into_iter().flatten().collect(),
            paused_at,
            deleted_at,
            review,
            in_disabled_account,
        },
    )
}

impl Case {
    fn facts(&self) -> Facts {
        let of = |role: &str| {
            self.tokens.iter().find(|token| token.role == role).map(|token| Token {
                id: TokenId::new(token.created_at, World::real().entropy()),
                hint: String::new(),
                created_at: token.created_at,
                created_by: String::new(),
                ends_at: token.ends_at,
                prior_ends_at: None,
                last_used_at: None,
                last_address: None,
                last_agent: None,
                last_route: None,
            })
        };
        let (current, outgoing) = (of("current"), of("outgoing"));
        Facts { current, outgoing, paused_at: self.paused_at, deleted_at: self.deleted_at, ..Facts::default() }
    }

    fn honours(&self, token: &TokenCase) -> bool {
        let integration = (self.paused_at, self.deleted_at);
        honoured((token.ended_at, token.ends_at), integration, self.in_disabled_account, NOW)
    }

    fn is_listed(&self, filter: Filter) -> bool {
        let life = Lifecycle::at(&self.facts(), NOW);
        match filter {
            Filter::All => true,
            Filter::Kept => life.status() != Status::Deleted,
            Filter::Due => life.is_rotation_due(NOW),
            Filter::Active => life.status() == Status::Active,
            Filter::Rotating => life.status() == Status::Rotating,
            Filter::Paused => life.status() == Status::Paused,
            Filter::Expired => life.status() == Status::Expired,
            Filter::Deleted => life.status() == Status::Deleted,
            Filter::Review => self.review && life.status() != Status::Deleted,
        }
    }
}

/// A database with the cases of one run: what each token's and each integration's id stands for.
struct Stored {
    db: Db,
    accounts: [AccountId; 2],
    tokens: BTreeMap<String, (Case, TokenCase)>,
    integrations: BTreeMap<String, Case>,
    _database: TestDatabase,
}

async fn run(on: &mut On<'_>, sql: &'static str, binds: Vec<Bind>) {
    on.run(sql, binds).await.expect(sql);
}

const TOTALS: &str = "INSERT INTO integration_totals (account_id, made, kept) \
     SELECT account_id, COUNT(*), COUNT(*) - COUNT(deleted_at) FROM integrations GROUP BY account_id";

/// Cases whose sorted facts are of `written`: what passed between then and `NOW` was not put away yet.
async fn store_as_of(written: Timestamp) -> Stored {
    let database = TestDatabase::new().await;
    let db = Db::open(database.url(), &database.key_file(), World::real()).await.expect("the copy opens");
    let entropy = World::real();
    let new_account = || AccountId::new(NOW, entropy.entropy());
    let accounts = [new_account(), new_account()];
    let mut stored =
        Stored { db, accounts, tokens: BTreeMap::new(), integrations: BTreeMap::new(), _database: database };
    let mut tx = stored.db.write().await.expect("a transaction");
    for (account, disabled) in stored.accounts.iter().zip([None, Some(NOW)]) {
        let sql = "INSERT INTO accounts (id, name, created_at, disabled_at) VALUES ($1, 'One', $2, $3)";
        run(&mut tx.on(), sql, binds![account, NOW, disabled]).await;
    }
    let mut runner = TestRunner::default();
    for number in 0..CASES {
        let case = case().new_tree(&mut runner).expect("a case").current();
        let account = &stored.accounts[usize::from(case.in_disabled_account)];
        let id = IntegrationId::new(NOW, entropy.entropy());
        let name = format!("case {number}");
        let sql = "INSERT INTO integrations (id, account_id, name, name_key, description, search_key, scopes, created_at, \
             created_by, updated_at, paused_at, deleted_at, review_since, version) VALUES ($1, $2, $3, $3, '', $3, '', $4, '', $4, $5, $6, $7, 1)";
        run(&mut tx.on(), sql, {
            let review = case.review.then_some(NOW);
            binds![&id, account, &name, NOW, case.paused_at, case.deleted_at, review]
        })
        .await;
        for token in &case.tokens {
            let token_id = TokenId::new(NOW, entropy.entropy());
            let sql = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by, \
                 ends_at, ended_at, end_reason) VALUES ($1, $2, $3, $1, '', $4, $5, '', $6, $7, $8)";
            let reason = token.ended_at.map(|_| "revoked");
            let values =
                binds![&token_id, account, &id, token.role, token.created_at, token.ends_at, token.ended_at, reason];
            run(&mut tx.on(), sql, values).await;
            stored.tokens.insert(token_id.to_string(), (case.clone(), token.clone()));
        }
        let writer = Writer { account, by: "", now: written };
        write::refresh(&mut tx.on(), writer, &id).await.expect("the sorted facts");
        stored.integrations.insert(id.to_string(), case);
    }
    run(&mut tx.on(), TOTALS, Vec::new()).await;
    tx.commit_unlogged(Unlogged::Seed).await.expect("the cases are stored");
    stored
}

async fn store() -> Stored {
    store_as_of(NOW).await
}

#[actix_web::test]
async fn a_token_is_honoured_in_sql_exactly_when_it_is_in_rust() {
    let stored = store().await;
    let sql = format!(
        "SELECT t.id, {HONOURED_SQL} FROM tokens t JOIN integrations i ON i.id = t.integration_id JOIN accounts a ON a.id = t.account_id"
    );
    let mut reader = stored.db.read().await.unwrap();
    let rows: Vec<(String, bool)> = reader.on().all(Box::leak(sql.into_boxed_str()), binds![NOW]).await.unwrap();
    assert_eq!(rows.len(), stored.tokens.len());
    for (id, in_sql) in rows {
        let (case, token) = &stored.tokens[&id];
        assert_eq!(in_sql, case.honours(token), "{token:?} of {case:?}");
    }
    drop(reader);
    stored.db.close().await;
}

/// The Labs page says how many tokens keep working, by a statement of its own.
#[actix_web::test]
async fn the_labs_page_counts_exactly_the_tokens_that_are_honoured() {
    let stored = store().await;
    let mut reader = stored.db.read().await.unwrap();
    for (account, disabled) in stored.accounts.iter().zip([false, true]) {
        let honoured = |(case, token): &&(Case, TokenCase)| case.in_disabled_account == disabled && case.honours(token);
        let expected = stored.tokens.values().filter(honoured).count();
        let counted = progreda::labs::store::live_tokens(&mut reader.on(), account, NOW).await.unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), expected, "disabled: {disabled}");
    }
    drop(reader);
    stored.db.close().await;
}

async fn listed(stored: &Stored, account: &AccountId, filter: Filter, sort: Sort) -> Vec<ListRow> {
    let mut query = ListQuery { search: String::new(), filter, sort, after: None, before: None };
    let (mut rows, mut reader) = (Vec::new(), stored.db.read().await.unwrap());
    let figures = counts::figures(&mut reader.on(), account, NOW).await.expect("the figures");
    let total = list::count(&mut reader.on(), account, &query, &figures, NOW).await.expect("the total");
    loop {
        let page = list::page(&mut reader.on(), account, &query, NOW).await.expect("a page of the list");
        rows.extend(page.rows);
        query.after = page.next;
        if query.after.is_none() {
            assert_eq!(usize::try_from(total).unwrap(), rows.len(), "the total of {filter:?} by {sort:?}");
            return rows;
        }
    }
}

#[actix_web::test]
async fn the_list_shows_in_sql_what_the_lifecycle_says_in_rust() {
    listed_as_the_lifecycle_says(store().await).await;
}

#[actix_web::test]
async fn the_list_knows_what_passed_since_it_was_written() {
    listed_as_the_lifecycle_says(store_as_of(NOW.minus(Span::days(2))).await).await;
}

async fn listed_as_the_lifecycle_says(stored: Stored) {
    for (account, disabled) in stored.accounts.iter().zip([false, true]) {
        for (filter, ..) in Filter::ALL {
            let mut rows = listed(&stored, account, filter, Sort::Name).await;
            rows.sort_by(|one, other| one.id.cmp(&other.id));
            let shown: Vec<&String> = rows.iter().map(|row| &row.id).collect();
            let of_account = stored.integrations.iter().filter(|(_, case)| case.in_disabled_account == disabled);
            let expected: Vec<&String> =
                of_account.filter(|(_, case)| case.is_listed(filter)).map(|(id, _)| id).collect();
            for id in shown.iter().chain(&expected) {
                let same = shown.contains(id) == expected.contains(id);
                assert!(same, "{filter:?} lists it in SQL: {}: {:?}", shown.contains(id), stored.integrations[*id]);
            }
            assert_eq!(shown, expected, "{filter:?}");
            for row in &rows {
                let status = Lifecycle::at(&stored.integrations[&row.id].facts(), NOW).status();
                assert_eq!(Lifecycle::at(&row.facts, NOW).status(), status, "{:?}", row.facts);
            }
        }
    }
    stored.db.close().await;
}

#[actix_web::test]
async fn the_figures_are_what_the_lifecycle_counts() {
    for written in [NOW, NOW.minus(Span::days(2))] {
        let stored = store_as_of(written).await;
        for (account, disabled) in stored.accounts.iter().zip([false, true]) {
            let cases: Vec<Case> =
                stored.integrations.values().filter(|case| case.in_disabled_account == disabled).cloned().collect();
            let lives: Vec<Lifecycle> = cases.iter().map(|case| Lifecycle::at(&case.facts(), NOW)).collect();
            let count =
                |which: &dyn Fn(&&Lifecycle) -> bool| i64::try_from(lives.iter().filter(which).count()).unwrap();
            let kept = |life: &&Lifecycle| life.status() != Status::Deleted;
            let figures = counts::figures(&mut stored.db.read().await.unwrap().on(), account, NOW).await.unwrap();
            assert_eq!(figures.made, count(&|_| true), "made");
            assert_eq!(figures.kept, count(&kept), "kept");
            let without = count(&|life| kept(life) && life.current().is_none());
            assert_eq!(figures.without_token, without, "without a live token, written {written:?}");
            // The flag follows what was written: a token that passed meanwhile is due until it is put away.
            if written == NOW {
                assert_eq!(figures.due, count(&|life| life.is_rotation_due(NOW)), "due");
                assert_eq!(figures.due_names.len(), usize::try_from(figures.due.min(3)).unwrap());
            }
        }
        stored.db.close().await;
    }
}

#[actix_web::test]
async fn the_totals_follow_what_is_made_and_deleted_and_nothing_else() {
    let stored = store().await;
    let [account, other] = &stored.accounts;
    let figures = async |of: &AccountId| {
        let figures = counts::figures(&mut stored.db.read().await.unwrap().on(), of, NOW).await.unwrap();
        (figures.made, figures.kept)
    };
    let (before, of_other) = (figures(account).await, figures(other).await);
    let entropy = World::real();
    let id = IntegrationId::new(NOW, entropy.entropy());
    let writer = Writer { account, by: "", now: NOW };
    let details = Details::parse("Counted", "").unwrap();
    let scopes = ScopeSet::from_stored("contacts.readonly");
    let mut tx = stored.db.write().await.unwrap();
    write::add(&mut tx.on(), writer, &id, &details, &scopes).await.unwrap();
    drop(tx);
    assert_eq!(figures(account).await, before, "a transaction that was given up counts nothing");

    let mut tx = stored.db.write().await.unwrap();
    write::add(&mut tx.on(), writer, &id, &details, &scopes).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    assert_eq!(figures(account).await, (before.0 + 1, before.1 + 1));

    let of = find(&mut stored.db.read().await.unwrap().on(), account, &id).await.unwrap().unwrap();
    let step = of.facts.delete(&of.name, "Counted", NOW).unwrap();
    let mut tx = stored.db.write().await.unwrap();
    write::apply(&mut tx.on(), writer, &of, &step).await.unwrap();
    write::apply(&mut tx.on(), writer, &of, &step).await.expect_err("it is deleted already");
    drop(tx);
    assert_eq!(figures(account).await, (before.0 + 1, before.1 + 1));
    let mut tx = stored.db.write().await.unwrap();
    write::apply(&mut tx.on(), writer, &of, &step).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    assert_eq!(figures(account).await, (before.0 + 1, before.1));
    assert_eq!(figures(other).await, of_other, "another account's are its own");
    stored.db.close().await;
}

#[actix_web::test]
async fn every_order_pages_through_the_whole_list_there_and_back() {
    let stored = store().await;
    let [account, _] = &stored.accounts;
    let mut all = listed(&stored, account, Filter::All, Sort::Name).await;
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let ids = |rows: &[ListRow]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let mut reader = stored.db.read().await.unwrap();
    for (sort, ..) in Sort::ALL {
        let there = listed(&stored, account, Filter::All, sort).await;
        let mut sorted = ids(&there);
        sorted.sort();
        assert_eq!(sorted, ids(&all), "{sort:?} shows each once");
        let query = |after, before| ListQuery { search: String::new(), filter: Filter::All, sort, after, before };
        let first = list::page(&mut reader.on(), account, &query(None, None), NOW).await.unwrap();
        assert!(first.previous.is_none());
        let Some(next) = first.next.clone() else { continue };
        let second = list::page(&mut reader.on(), account, &query(Some(next), None), NOW).await.unwrap();
        let back = list::page(&mut reader.on(), account, &query(None, second.previous), NOW).await.unwrap();
        assert_eq!(ids(&back.rows), ids(&first.rows), "{sort:?} leads back");
    }
    drop(reader);
    stored.db.close().await;
}

#[actix_web::test]
async fn the_next_deadline_comes_first_and_who_has_none_last() {
    let stored = store().await;
    for account in &stored.accounts {
        let rows = listed(&stored, account, Filter::All, Sort::Deadline).await;
        let next = |row: &ListRow| Lifecycle::at(&stored.integrations[&row.id].facts(), NOW).next_deadline();
        let deadlines: Vec<i64> = rows.iter().map(|row| next(row).map_or(i64::MAX, Timestamp::millis)).collect();
        assert!(deadlines.is_sorted(), "{deadlines:?}");
        let rows = listed(&stored, account, Filter::All, Sort::Age).await;
        let made = |row: &ListRow| {
            Lifecycle::at(&stored.integrations[&row.id].facts(), NOW).current().map(|token| token.created_at)
        };
        let ages: Vec<i64> = rows.iter().map(|row| made(row).map_or(i64::MAX, Timestamp::millis)).collect();
        assert!(ages.is_sorted(), "{ages:?}");
    }
    stored.db.close().await;
}

#[actix_web::test]
async fn an_integration_reads_back_with_the_same_state() {
    let stored = store().await;
    let mut reader = stored.db.read().await.unwrap();
    for (id, case) in &stored.integrations {
        let account = &stored.accounts[usize::from(case.in_disabled_account)];
        let found = find(&mut reader.on(), account, &id.parse().unwrap()).await.unwrap().expect("it is stored");
        let (read, meant) = (Lifecycle::at(&found.facts, NOW), Lifecycle::at(&case.facts(), NOW));
        assert_eq!(read.status(), meant.status(), "{case:?}");
        assert_eq!(read.days_left(NOW), meant.days_left(NOW), "{case:?}");
        assert_eq!(read.next_deadline(), meant.next_deadline(), "{case:?}");
        let other = &stored.accounts[usize::from(!case.in_disabled_account)];
        assert!(find(&mut reader.on(), other, &id.parse().unwrap()).await.unwrap().is_none(), "found from elsewhere");
    }
    drop(reader);
    stored.db.close().await;
}
