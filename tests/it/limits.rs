//! How often: an integration calls so many times in a window and in a day, and bad tokens from an address slow no good one down.

use crate::software::{Answer, Office, Software};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use futures_util::future::join_all;
use progreda::binds;
use progreda::config::RateLimits;
use progreda::db::journal::Unlogged;
use progreda::integrations::secret::PlainSecret;
use progreda::world::Span;
use reqwest::Method;
use serde_json::json;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];
const HEADERS: [&str; 6] = [
    "x-ratelimit-max",
    "x-ratelimit-remaining",
    "x-ratelimit-interval-milliseconds",
    "x-ratelimit-limit-daily",
    "x-ratelimit-daily-remaining",
    "x-ratelimit-daily-reset",
];
// The server's day begins at nine.
const UNTIL_MIDNIGHT: i64 = 15 * 3_600_000;

async fn office(interval: u32, day: u32) -> Office {
    let limits = RateLimits { interval, day };
    Office::at(TestApp::start_with(TestDatabase::new().await, |config| config.rate_limits = limits)).await
}

/// The six numbers of an answer.
#[track_caller]
fn numbers(answer: &Answer) -> [i64; 6] {
    HEADERS.map(|name| {
        let values: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} of {}", answer.status);
        answer.header(name).parse().expect("a whole number")
    })
}

fn unknown(office: &Office, software: &Software) -> Software {
    software.with_token(&PlainSecret::generate(office.db.world().entropy()).reveal_once())
}

#[actix_web::test]
async fn every_answer_says_what_is_left() {
    let office = office(100, 200_000).await;
    let software = office.software(ALL).await;
    let fresh = software.list("").await.expect(200);
    assert_eq!(numbers(&fresh), [100, 99, 10_000, 200_000, 199_999, UNTIL_MIDNIGHT]);
    let contact = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let mut left = 98;
    let answers = [
        (software.get(&format!("/contacts/{contact}")).await, 200),
        (software.get("/contacts/con_00000000000000000000000000").await, 404),
        (software.get("/contacts/x/y/z/w").await, 404),
        (software.get("/oauth/nothing").await, 404),
        (software.get("/oauth/whoami").await, 200),
        (software.post("/contacts/", &json!([])).await, 422),
        (software.send(software.request(Method::PATCH, "/contacts/")).await, 405),
        (software.get("/contacts/?foo=1").await, 422),
    ];
    for (answer, status) in answers {
        let answer = answer.expect(status);
        left -= 1;
        assert_eq!(numbers(&answer)[..2], [100, left], "{}", answer.body);
    }
    // Whoever is nobody hears of the address' own allowance, which is for bad tokens.
    for path in ["/contacts/", "//contacts/", "/contacts", "/oauth/whoami", "/oauth", "/contacts/x/y/z"] {
        let answer = software.send(software.anonymous(Method::GET, path)).await;
        assert_eq!(numbers(&answer)[..2], [300, 300], "{path}");
    }
    let bad = unknown(&office, &software).list("").await.expect(401);
    assert_eq!(numbers(&bad)[..2], [300, 299]);
    let page = office.app.visitor().get("/login").await;
    assert_eq!(page.header("x-ratelimit-max"), "", "pages have none");
}

#[actix_web::test]
async fn the_call_too_many_has_no_effect_and_says_how_long_to_wait() {
    let office = office(5, 200_000).await;
    let software = office.software(ALL).await;
    let other = office.software(ALL).await;
    for number in 0..5 {
        software.create(&json!({"email": format!("a{number}@example.org")})).await.expect(201);
    }
    office.app.advance(Span::millis(2_500));
    let refused = software.create(&json!({"email": "late@example.org"})).await.expect(429);
    assert_eq!(refused.text("/code"), "too_many_requests");
    assert_eq!((numbers(&refused)[1], refused.header("retry-after")), (0, "8"));
    assert_eq!(software.send(software.request(Method::GET, "/oauth/whoami")).await.status, 429);
    assert_eq!(other.list("").await.expect(200).body["meta"]["total"], 5);
    office.app.advance(Span::seconds(8));
    let again = software.list("").await.expect(200);
    assert_eq!((numbers(&again)[1], numbers(&again)[4]), (4, 200_000 - 6));
}

#[actix_web::test]
async fn of_many_at_once_exactly_as_many_as_allowed_get_through() {
    let office = office(20, 1_000).await;
    let software = office.software(ALL).await;
    let answers = join_all((0..60).map(|_| software.list(""))).await;
    let through = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((through, answers.iter().filter(|answer| answer.status == 429).count()), (20, 40));
    let mut left: Vec<i64> = answers.iter().filter(|a| a.status == 200).map(|a| numbers(a)[1]).collect();
    left.sort_unstable();
    assert_eq!(left, (0..20).collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_day_ends_at_midnight_in_utc() {
    let office = office(1_000, 3).await;
    let software = office.software(ALL).await;
    for _ in 0..3 {
        software.list("").await.expect(200);
    }
    let refused = software.list("").await.expect(429);
    assert_eq!(numbers(&refused)[4..], [0, UNTIL_MIDNIGHT]);
    assert_eq!(refused.header("retry-after"), "54000");
    office.app.advance(Span::millis(UNTIL_MIDNIGHT - 1));
    assert_eq!(software.list("").await.expect(429).header("retry-after"), "1");
    office.app.advance(Span::millis(1));
    assert_eq!(numbers(&software.list("").await.expect(200))[4..], [2, 86_400_000]);
}

#[actix_web::test]
async fn both_tokens_of_a_rotation_count_together_and_pausing_resets_nothing() {
    let office = office(3, 1_000).await;
    let software = office.software(ALL).await;
    let next = office.second_token(&software).await;
    software.list("").await.expect(200);
    next.list("").await.expect(200);
    set_paused(&office, &software, Some(1)).await;
    assert_eq!(software.list("").await.expect(401).text("/code"), "token_paused");
    set_paused(&office, &software, None).await;
    assert_eq!(numbers(&next.list("").await.expect(200))[1], 0);
    software.list("").await.expect(429);
    next.list("").await.expect(429);
}

async fn set_paused(office: &Office, software: &Software, at: Option<i64>) {
    let mut tx = office.db.write().await.unwrap();
    let sql = "UPDATE integrations SET paused_at = $2 WHERE account_id = $1";
    tx.on().run(sql, binds![software.account(), at]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

#[actix_web::test]
async fn bad_tokens_are_throttled_and_good_ones_from_there_are_not() {
    let office = office(10, 1_000).await;
    let software = office.software(ALL).await;
    let bad = [software.with_token("pit_nonsense"), unknown(&office, &software)];
    let mut statuses = Vec::new();
    for number in 0..40 {
        statuses.push(bad[number % 2].list("").await.status);
    }
    assert_eq!((&statuses[..30], &statuses[30..]), (&[401; 30][..], &[429; 10][..]));
    let refused = bad[0].list("").await.expect(429);
    assert_eq!((refused.header("retry-after"), numbers(&refused)[..2].to_vec()), ("10", vec![30, 0]));
    for _ in 0..10 {
        software.list("").await.expect(200);
    }
    // No token is no bad token: it is told what it lacks.
    software.send(software.anonymous(Method::GET, "/contacts/")).await.expect(401);
    office.app.advance(Span::seconds(10));
    bad[0].list("").await.expect(401);
}

#[actix_web::test]
async fn what_the_limit_refused_is_counted_as_refused() {
    let office = office(2, 1_000).await;
    let software = office.software(ALL).await;
    for _ in 0..5 {
        software.list("").await;
    }
    let sql = "SELECT status_class, CAST(SUM(calls) AS BIGINT) FROM usage_hours WHERE account_id = $1 \
         GROUP BY status_class ORDER BY status_class";
    assert!(
        comes(async || {
            let mut reader = office.db.read().await.unwrap();
            let counts: Vec<(i64, i64)> = reader.on().all(sql, binds![software.account()]).await.unwrap();
            counts == [(2, 2), (4, 3)]
        })
        .await,
        "the calls were not counted as they were answered"
    );
}
