//! Told to stop under load, the program takes nothing new, finishes what is under way and writes its last counts.

use crate::console::{Admin, EMAIL, PASSWORD, furnish, open};
use crate::killable::Binary;
use crate::support::database::TestDatabase;
use crate::support::visitor::Visitor;
use futures_util::future::join_all;
use progreda::binds;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

const SLOW: usize = 20;

/// A call that adds a contact, without the end of its body, and that end.
fn half_a_call(url: &str, account: &str, token: &str, number: usize) -> (TcpStream, String) {
    let body = format!("{{\"locationId\":\"{account}\",\"firstName\":\"Caller {number}\"}}");
    let (first, rest) = body.split_at(body.len() / 2);
    let head = format!(
        "POST /contacts/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nVersion: 2021-07-28\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{first}",
        body.len()
    );
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    (stream, rest.to_owned())
}

fn finish((mut stream, rest): (TcpStream, String)) -> String {
    stream.write_all(rest.as_bytes()).expect("the connection is still there");
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    actix_web::rt::task::spawn_blocking(work).await.expect("no panic")
}

#[actix_web::test]
async fn what_is_under_way_is_finished_and_counted() {
    let database = TestDatabase::new().await;
    let db = open(&database).await;
    let account = furnish(&db).await;
    if crate::support::database::Engine::chosen() == crate::support::database::Engine::Sqlite {
        // Only one process may have the file open while the program serves.
        db.close().await;
    }
    let mut binary = Binary::start(&database, "info");
    let url = binary.url().to_owned();
    let admin = Admin::sign_in(&url).await;
    let review = "/settings/private-integrations/new/review?name=Sync&scopes=contacts.readonly&scopes=contacts.write";
    let form = admin.visitor.get(review).await.expect(200).form("/settings/private-integrations/new");
    let made = crate::console::Made::of(&admin.visitor.submit(form).await.expect(303));
    let token = admin.reveal(&made).await.unwrap().expect("the token is shown");
    let browsers: Vec<_> = (0..4).map(|_| Visitor::new(&url)).collect();
    let mut forms = Vec::new();
    for browser in &browsers {
        let form = browser.get("/login").await.expect(200).form("/login");
        forms.push(form.with("email", EMAIL).with("password", PASSWORD));
    }
    let (at, with, of) = (url.clone(), token.clone(), account.to_string());
    let halves =
        elsewhere(move || (0..SLOW).map(|number| half_a_call(&at, &of, &with, number)).collect::<Vec<_>>()).await;
    // On a busy machine too, the server has read their heads by then.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ordinary = join_all(browsers.iter().zip(forms).map(|(browser, form)| browser.submit(form)));
    let stop = async {
        // The sign-ins are being hashed, the calls wait for the rest of their bodies.
        tokio::time::sleep(Duration::from_millis(80)).await;
        binary.terminate();
        tokio::time::sleep(Duration::from_millis(500)).await;
        elsewhere(move || halves.into_iter().map(finish).collect::<Vec<_>>()).await
    };
    let (signed_in, finished) = futures_util::future::join(ordinary, stop).await;
    for answer in signed_in {
        answer.expect(303);
    }
    for answer in &finished {
        assert!(answer.starts_with("HTTP/1.1 201"), "a call under way was answered: {answer:?}");
    }
    assert_eq!(elsewhere(move || binary.ended()).await, Some(0));
    assert!(Visitor::new(&url).try_get("/healthz").await.is_err(), "nothing new is taken");
    let db = open(&database).await;
    let count = async |sql: &'static str| {
        let (number,): (i64,) = db.read().await.unwrap().on().only(sql, binds![&account]).await.unwrap();
        usize::try_from(number).unwrap()
    };
    assert_eq!(count("SELECT COUNT(*) FROM contacts WHERE account_id = $1").await, SLOW);
    let calls = "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) FROM usage_hours WHERE account_id = $1";
    assert_eq!(count(calls).await, SLOW, "the last calls are counted");
    assert_eq!(count("SELECT COUNT(*) FROM events WHERE account_id = $1 AND action = 'user.signed_in'").await, 5);
}
