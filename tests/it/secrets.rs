//! Secrets that people type and are shown lie nowhere in the open: not in the database, not in its log, not in ours.

use crate::console::{Admin, EMAIL, Made, PASSWORD, furnish, open};
use crate::hooked::{hook, signature};
use crate::killable::Binary;
use crate::receiver::{Mode, Receiver};
use crate::support::database::{Engine, TestDatabase};
use crate::support::smtp::{MailServer, Received};
use crate::support::visitor::Visitor;
use actix_web::cookie::{Cookie, CookieJar, Key};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use progreda::db::Db;
use progreda::ids::{DeliveryId, MessageId};
use progreda::keys::Purpose;
use progreda::webhooks::model::Event;
use progreda::webhooks::store::{deliveries, endpoints};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const WRONG_PASSWORD: &str = "ten lanterns along & the quay";
const NEW_PASSWORD: &str = "seven grey lanterns at the pier";
/// No secret; it must be found, or the search finds nothing at all.
const NAME: &str = "Harbour ledger & post";

/// What a secret would look like if it leaked: as it is, and as programs like to write it.
fn faces(secret: &[u8]) -> Vec<String> {
    let hex = progreda::keys::hex(secret);
    let percent = secret.iter().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"));
    let form: String = form_urlencoded::byte_serialize(secret).collect();
    let mut faces = vec![letters(secret), hex.to_uppercase(), hex, percent.to_lowercase(), percent];
    faces.extend([form.replace('+', "%20"), form]);
    for before in 0..3 {
        let shifted = [vec![0; before], secret.to_vec()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            // Letters at the edges also hold bits of what stands before and behind.
            let inner = encoded.get(if before == 0 { 0 } else { 4 }..encoded.len() - 2).expect("a long secret");
            faces.push(inner.to_owned());
        }
    }
    faces
}

/// Each byte as the character of its number, so that any bytes can be searched as text.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn holds(text: &str, secret: &[u8]) -> bool {
    faces(secret).iter().any(|face| text.contains(face))
}

/// Where things are kept: a name and all its bytes, as letters.
type Place = (String, String);

/// The database as it lies on the disk, or on PostgreSQL every row of every table.
async fn stored(database: &TestDatabase) -> Vec<Place> {
    if Engine::chosen() == Engine::Sqlite {
        let path = |name: &str| database.folder().join(name);
        return ["progreda.db", "progreda.db-wal"]
            .map(|name| (name.to_owned(), letters(&std::fs::read(path(name)).expect(name))))
            .into();
    }
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    let mut rows = String::new();
    for table in tables {
        let all = format!("SELECT CAST(t AS TEXT) FROM {table} t");
        let all: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut connection).await.unwrap();
        rows.extend(all);
    }
    vec![("the tables".to_owned(), letters(rows.as_bytes()))]
}

async fn journal(db: &Db) -> Place {
    let all = "SELECT actor_name || action || COALESCE(subject_id, '') || subject_name || details || COALESCE(address, '') \
               || COALESCE(agent, '') || COALESCE(request_id, '') || COALESCE(mac, '') FROM events";
    let rows: Vec<(String,)> = db.read().await.unwrap().on().all(all, vec![]).await.unwrap();
    ("the journal".to_owned(), letters(rows.into_iter().map(|(row,)| row).collect::<String>().as_bytes()))
}

/// The session's id inside its sealed cookie, which is worth as much as the cookie to whoever has the key.
fn session_id(db: &Db, cookie: &str) -> String {
    let key = Key::from(&*db.keys().derive::<64>(Purpose::Cookie, b""));
    let name = "progreda-session";
    let sealed = Cookie::parse_encoded(format!("{name}={cookie}")).expect("a cookie").into_owned();
    let opened = CookieJar::new().private(&key).decrypt(sealed).expect("our key opens it");
    opened.value().to_owned()
}

/// Invites somebody, opens the link and sends its form once in vain; the link's secret.
async fn invitation(admin: &Visitor, stranger: &Visitor) -> String {
    let path = "/settings/staff/invitations/new";
    let form = admin.get(path).await.expect(200).form(path).with("email", "nora@quay.example");
    let answer = admin.submit(form).await.expect(303);
    let page = admin.follow(answer).await.expect(200);
    let link =
        page.text.split("/invitation?link=").nth(1).and_then(|rest| rest.get(..32)).expect("the link").to_owned();
    let form = stranger.get(&format!("/invitation?link={link}")).await.expect(200).form("/invitation");
    stranger.submit(form.with("password", "short")).await.expect(422);
    link
}

#[actix_web::test]
async fn no_secret_is_found_in_the_store_or_in_the_log() {
    let database = TestDatabase::new().await;
    let db = open(&database).await;
    furnish(&db).await;
    let mut server = Binary::start(&database, "trace");
    let stranger = Visitor::new(server.url());
    let form = stranger.get("/login").await.expect(200).form("/login");
    stranger.submit(form.with("email", EMAIL).with("password", WRONG_PASSWORD)).await.expect(401);
    let admin = Admin::sign_in(server.url()).await;
    let form = admin.creation(NAME).await.unwrap();
    let key = form.fields.iter().find(|(name, _)| name == "once").expect("a single-use key").1.clone();
    let csrf = form.fields.iter().find(|(name, _)| name == "csrf").expect("a form token").1.clone();
    let made = Made::of(&admin.visitor.submit(form).await.expect(303));
    // One token waits in its note when the server dies, one was shown.
    let token = admin.reveal(&made).await.unwrap().expect("the token is shown");
    let link = invitation(&admin.visitor, &stranger).await;
    let waiting = admin.creation("Waits to be shown").await.unwrap();
    let waiting_key = waiting.fields.iter().find(|(name, _)| name == "once").expect("a single-use key").1.clone();
    let waiting = Made::of(&admin.visitor.submit(waiting).await.expect(303));
    assert_eq!(crate::console::status_of(server.url(), &token).await, 200);
    let mistyped = token.replace("pit_", "pit_0").chars().take(token.len()).collect::<String>();
    assert_eq!(crate::console::status_of(server.url(), &mistyped).await, 401);
    let cookie = admin.visitor.cookie("progreda-session").expect("a session");
    let session = session_id(&db, &cookie);

    let mut places = stored(&database).await;
    places.push(journal(&db).await);
    let unseen = admin.reveal(&waiting).await.unwrap().expect("the token is shown");
    places.extend(stored(&database).await);
    server.kill();
    let log = ("the log".to_owned(), letters(&server.log()));

    for (place, text) in places.iter().filter(|(place, _)| place != "progreda.db") {
        assert!(holds(text, NAME.as_bytes()), "the search misses what is in {place}");
    }
    assert!(holds(&log.1, b"sign-in refused"), "the search misses what is in the log");
    places.push(log);
    let raw_key: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap()).collect();
    let secrets = [
        ("the password", PASSWORD.as_bytes()),
        ("a wrong password", WRONG_PASSWORD.as_bytes()),
        ("a token that was shown", token.as_bytes()),
        ("a token without its prefix", &token.as_bytes()[4..]),
        ("a token that waited", unseen.as_bytes()),
        ("a token with a mistake", mistyped.as_bytes()),
        ("a single-use key", key.as_bytes()),
        ("a single-use key as bytes", &raw_key),
        ("the key of the waiting note", waiting_key.as_bytes()),
        ("an invitation's link", link.as_bytes()),
        ("a form token", csrf.as_bytes()),
        ("the session's cookie", cookie.as_bytes()),
        ("the session's id", session.as_bytes()),
    ];
    for (what, secret) in secrets {
        for (place, text) in &places {
            assert!(!holds(text, secret), "{what} is in {place}");
        }
    }
}

/// What stands in a mail behind `mark`, of so many characters.
async fn mailed(server: &MailServer, to: &str, count: usize, mark: &str, length: usize) -> String {
    let text = server.arrived(to, count).await.iter().map(Received::text).collect::<String>();
    text.split(mark).nth(1).and_then(|rest| rest.get(..length)).expect("a link").to_owned()
}

#[actix_web::test]
async fn no_link_that_is_mailed_is_found_in_the_store_or_in_the_log() {
    let (database, mail) = (TestDatabase::new().await, MailServer::start());
    let db = open(&database).await;
    furnish(&db).await;
    let url = mail.url();
    let settings = [("PROGREDA_SMTP_URL", url.as_str()), ("PROGREDA_MAIL_FROM", "progreda@mail.example")];
    let mut server = Binary::start_with(&database, "trace", &settings);
    let (stranger, new) = (Visitor::new(server.url()), "somebody.new@quay.example");
    let form = stranger.get("/login/reset").await.expect(200).form("/login/reset");
    stranger.submit(form.clone().with("email", EMAIL)).await.expect(303);
    stranger.submit(form.with("email", "unknown.heron@quay.example")).await.expect(303);
    let reset = mailed(&mail, EMAIL, 1, "/password-reset?link=", 33).await;
    let admin = Admin::sign_in(server.url()).await.visitor;
    let form = admin.get("/profile/email").await.expect(200).form("/profile/email");
    admin.submit(form.with("email", new)).await.expect(303);
    let change = mailed(&mail, new, 1, "/email-change?link=", 32).await;
    for path in [format!("/password-reset?link={reset}"), format!("/email-change?link={change}")] {
        let page = stranger.get(&path).await.expect(200);
        let form = page.form(path.split('?').next().unwrap());
        stranger.submit(form.with("password", "short")).await;
    }
    let form = stranger.get(&format!("/password-reset?link={reset}")).await.expect(200).form("/password-reset");
    stranger.submit(form.with("password", NEW_PASSWORD)).await.expect(303);
    let mut places = stored(&database).await;
    places.push(journal(&db).await);
    server.terminate();
    server.ended();
    places.push(("the log".to_owned(), letters(&server.log())));
    assert!(places.iter().any(|(_, text)| holds(text, new.as_bytes())), "the search misses what is there");
    for (what, secret) in [
        ("a link for a password", &reset[1..]),
        ("a link to a new address", &change),
        ("the new password", NEW_PASSWORD),
        ("an address that is nobody's", "unknown.heron@quay.example"),
    ] {
        for (place, text) in &places {
            assert!(!holds(text, secret.as_bytes()), "{what} is in {place}");
        }
    }
    let log = &places.last().expect("the log").1;
    assert!(!holds(log, EMAIL.as_bytes()) && !holds(log, new.as_bytes()), "an address is in the log");
}

#[actix_web::test]
async fn no_signing_secret_is_found_in_the_store_or_in_the_log() {
    let (database, receiver) = (TestDatabase::new().await, Receiver::start(Mode::status(500)));
    let db = open(&database).await;
    let account = furnish(&db).await;
    let port = receiver.port().to_string();
    let settings = [
        ("PROGREDA_WEBHOOK_NETWORK", "127.0.0.1"),
        ("PROGREDA_WEBHOOK_PORT", port.as_str()),
        ("PROGREDA_WEBHOOK_HTTP", "true"),
    ];
    let mut server = Binary::start_with(&database, "trace", &settings);
    let admin = Admin::sign_in(server.url()).await;
    let (made, _) = admin.make(NAME).await;
    let integration = made.id.parse().unwrap();
    let hook = hook(&db, &account, &integration, &receiver.url(), &[Event::Test]).await;
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let endpoint = endpoints::find(&mut db.read().await.unwrap().on(), &account, &hook.id).await.unwrap().unwrap();
    let mut tx = db.write().await.unwrap();
    let ids = (MessageId::new(now, entropy), DeliveryId::new(now, entropy));
    deliveries::add_test(&mut tx.on(), &endpoint, &ids.0, &ids.1, "{}", now).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let got = receiver.arrived(1).await.remove(0);
    assert_eq!(got.header("webhook-signature"), signature(&hook.secret, &got));
    let mut places = stored(&database).await;
    places.push(journal(&db).await);
    server.terminate();
    server.ended();
    places.extend(stored(&database).await);
    assert!(places.iter().any(|(_, text)| holds(text, hook.id.as_str().as_bytes())), "the search misses what is there");
    places.push(("the log".to_owned(), letters(&server.log())));
    let written = hook.secret.strip_prefix("whsec_").unwrap();
    let raw = STANDARD.decode(written).unwrap();
    for secret in [hook.secret.as_bytes(), written.trim_end_matches('=').as_bytes(), &raw] {
        for (place, text) in &places {
            assert!(!holds(text, secret), "the signing secret is in {place}");
        }
    }
}

#[test]
fn a_secret_is_recognised_in_each_face() {
    let secret = b"nine lanterns & a quay";
    for text in [
        "password=nine+lanterns+%26+a+quay&next=",
        "nine%20lanterns%20%26%20a%20quay",
        "x 6e696e65206c616e7465726e732026206120717561790a",
        "6E696E65206C616E7465726E7320262061207175617900",
        "%6e%69%6e%65%20%6c%61%6e%74%65%72%6e%73%20%26%20%61%20%71%75%61%79",
    ] {
        assert!(holds(text, secret), "{text}");
    }
    for before in ["", "a", "ab", "abc"] {
        let text = URL_SAFE_NO_PAD.encode([before.as_bytes(), secret, b" and more"].concat());
        assert!(holds(&text, secret), "{text}");
    }
    assert!(!holds("nine lanterns & a quai", secret));
}
