//! Many at once: double sends, two admins at the same integration, one name for twenty, and a database that is held.

use crate::console::{Admin, Made, furnish, open, status_of};
use crate::support::app::TestApp;
use futures_util::future::{join, join_all};
use progreda::binds;
use progreda::db::Db;

async fn count(db: &Db, sql: &'static str) -> i64 {
    let (number,): (i64,) = db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

async fn start() -> (TestApp, Db) {
    let app = TestApp::start().await;
    let db = open(app.database()).await;
    furnish(&db).await;
    (app, db)
}

#[actix_web::test]
async fn one_form_sent_fifty_times_at_once_makes_one_integration() {
    let (app, db) = start().await;
    let admin = Admin::sign_in(app.url()).await;
    let form = admin.creation("Ledger").await.unwrap();
    let answers = join_all((0..50).map(|_| admin.visitor.submit(form.clone()))).await;
    let places: Vec<String> = answers.iter().map(|answer| Made::of(&answer.clone().expect(303)).id).collect();
    assert!(places.iter().all(|place| *place == places[0]), "the answers lead to different places: {places:?}");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM integrations").await, 1);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM tokens").await, 1);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM events WHERE action = 'integration.created'").await, 1);
    let made = Made::of(&answers[0]);
    let shown = join_all((0..10).map(|_| admin.reveal(&made))).await;
    let shown: Vec<String> = shown.into_iter().filter_map(|token| token.unwrap()).collect();
    assert_eq!(shown.len(), 1, "the token was shown {} times", shown.len());
    assert_eq!(status_of(app.url(), &shown[0]).await, 200);
}

#[actix_web::test]
async fn of_two_rotations_at_once_one_wins() {
    let (app, db) = start().await;
    let (one, other) = join(Admin::sign_in(app.url()), Admin::sign_in(app.url())).await;
    let (made, mut token) = one.make("Ledger").await;
    for round in 0..8 {
        let forms = (one.rotation_now(&made).await.unwrap(), other.rotation_now(&made).await.unwrap());
        let answers = join(one.visitor.submit(forms.0), other.visitor.submit(forms.1)).await;
        let mut live = Vec::new();
        for (admin, answer) in [(&one, answers.0), (&other, answers.1)] {
            match answer.status {
                303 => live.push(admin.reveal(&made).await.unwrap().expect("the token is shown to who made it")),
                409 => assert!(answer.shows("was changed while the page was open")),
                other => panic!("round {round}: {other}\n{}", answer.text),
            }
        }
        assert_eq!(live.len(), 1, "round {round}: both forms were about the same version");
        assert_eq!(status_of(app.url(), &token).await, 401, "the token before still works");
        token = live.remove(0);
        assert_eq!(status_of(app.url(), &token).await, 200, "the new token does not work");
        assert_eq!(count(&db, "SELECT COUNT(*) FROM tokens WHERE role = 'current'").await, 1);
    }
    assert_eq!(count(&db, "SELECT COUNT(*) FROM tokens").await, 9);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM events WHERE action = 'integration.rotated_now'").await, 8);
}

#[actix_web::test]
async fn of_two_edits_at_once_one_wins_and_the_other_keeps_its_words() {
    let (app, db) = start().await;
    let (one, other) = join(Admin::sign_in(app.url()), Admin::sign_in(app.url())).await;
    let (made, _) = one.make("Ledger").await;
    let path = format!("{}/edit", made.address);
    for round in 0..8 {
        let words = [format!("first in round {round}"), format!("second in round {round}")];
        let mut forms = Vec::new();
        for (admin, text) in [&one, &other].into_iter().zip(&words) {
            forms.push(admin.visitor.get(&path).await.expect(200).form(&path).with("description", text));
        }
        let mut sent = forms.into_iter();
        let answers =
            join(one.visitor.submit(sent.next().expect("a form")), other.visitor.submit(sent.next().expect("a form")))
                .await;
        let answers = [answers.0, answers.1];
        let won = answers.iter().position(|answer| answer.status == 303).expect("one of them wins");
        let lost = answers.get(1 - won).expect("the other");
        assert_eq!(lost.status, 409, "round {round}");
        assert!(lost.shows(&words[1 - won]) && lost.shows(&words[won]), "what was typed and what is saved now");
        let (saved,): (String,) =
            db.read().await.unwrap().on().only("SELECT description FROM integrations", binds![]).await.unwrap();
        assert_eq!(saved, words[won]);
    }
    assert_eq!(count(&db, "SELECT COUNT(*) FROM events WHERE action = 'integration.updated'").await, 8);
}

#[actix_web::test]
async fn one_name_for_twenty_forms_is_given_once() {
    let (app, db) = start().await;
    let admin = Admin::sign_in(app.url()).await;
    for name in ["Ledger", "Straße"] {
        let mut forms = Vec::new();
        for number in 0..20 {
            let cased = if number % 2 == 0 { name.to_uppercase() } else { name.to_owned() };
            forms.push(admin.creation(&cased).await.unwrap());
        }
        let answers = join_all(forms.into_iter().map(|form| admin.visitor.submit(form))).await;
        let made = answers.iter().filter(|answer| answer.status == 303).count();
        let refused = answers.iter().filter(|answer| answer.status == 422).count();
        assert_eq!((made, refused), (1, 19), "{name}");
    }
    assert_eq!(count(&db, "SELECT COUNT(*) FROM integrations").await, 2);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM tokens").await, 2);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM events WHERE action = 'integration.created'").await, 2);
}

/// SQLite has one writer: whoever comes second waits, and is not told of it.
#[actix_web::test]
async fn a_database_that_another_program_holds_for_three_seconds_is_waited_for() {
    use crate::support::database::Engine;
    use sqlx::{Connection as _, SqliteConnection};
    use std::time::Duration;
    use tokio::time::Instant;
    if Engine::chosen() == Engine::Postgres {
        return;
    }
    let (app, db) = start().await;
    let admin = Admin::sign_in(app.url()).await;
    let (_, token) = admin.make("Ledger").await;
    let forms = [admin.creation("Post").await.unwrap(), admin.creation("Mail").await.unwrap()];
    let mut holder = SqliteConnection::connect(app.database().url()).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.unwrap();
    let began = Instant::now();
    let holding = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    };
    let writing = join_all(forms.into_iter().map(|form| admin.visitor.submit(form)));
    let reading = async {
        let answers = (status_of(app.url(), &token).await, admin.visitor.get("/settings/private-integrations").await);
        (answers.0, answers.1.status, began.elapsed())
    };
    let ((), (written, (called, listed, elapsed))) = join(holding, join(writing, reading)).await;
    assert!(began.elapsed() >= Duration::from_secs(3), "the lock was held");
    for answer in written {
        answer.expect(303);
    }
    assert_eq!((called, listed), (200, 200));
    assert!(elapsed < Duration::from_secs(2), "readers waited for the writer: {elapsed:?}");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM integrations").await, 3);
}
