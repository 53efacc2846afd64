//! A row that nothing can read keeps nobody but itself from being sent, and what is old goes, also of those that are gone.

use crate::hooked::Hooked;
use crate::receiver::{Mode, Receiver};
use crate::support::patience::comes;
use progreda::binds;
use progreda::webhooks::model::State;
use progreda::webhooks::sending::sweep;
use progreda::world::Span;

/// A delivery of the oldest message, due at once, with this id, for this endpoint.
const DELIVERY: &str = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, created_at, attempts, next_at) \
     SELECT $1, account_id, $2, id, type, 'waiting', created_at, 0, created_at FROM webhook_messages ORDER BY id LIMIT 1";

#[actix_web::test]
async fn a_damaged_id_is_nobody_elses_trouble() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let damaged = hooked.hook(&receiver.url()).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.change("UPDATE webhook_endpoints SET id = 'a' WHERE id = $1", binds![&damaged.id]).await;
    hooked.contact("Mara").await;
    receiver.arrived(1).await;
    hooked.settled(&hook, State::Delivered, 1).await;
    hooked.change(DELIVERY, binds!["del_00000000000000000000000000", "a"]).await;
    hooked.contact("Nils").await;
    receiver.arrived(2).await;
    hooked.settled(&hook, State::Delivered, 2).await;
    unreadable_are(&hooked, 1).await;
    let later = hooked.hook(&receiver.url()).await;
    hooked.change(DELIVERY, binds!["damaged", &later.id]).await;
    unreadable_are(&hooked, 2).await;
    hooked.contact("Olga").await;
    receiver.arrived(4).await;
}

/// Fails unless so many deliveries come to be put away.
async fn unreadable_are(hooked: &Hooked, count: i64) {
    let stopped = "SELECT COUNT(*) FROM webhook_deliveries WHERE stopped_why = 'unreadable' AND next_at IS NULL";
    assert!(
        comes(async || hooked.count(stopped, binds![]).await == count).await,
        "not {count} damaged deliveries are put away"
    );
}

#[actix_web::test]
async fn what_is_deleted_is_forgotten_once_nothing_tells_of_it() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let (gone, unsent) = (hooked.hook(&receiver.url()).await, hooked.hook(&receiver.url()).await);
    let kept = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    hooked.settled(&kept, State::Delivered, 1).await;
    receiver.arrived(3).await;
    let now = hooked.scene.db.world().now();
    let notice = "INSERT INTO webhook_notices (endpoint_id, disabled_at, account_id, why, mail_at) VALUES ($1, $2, $3, 'gone', $4)";
    for (hook, mail_at) in [(&gone, None), (&kept, None), (&unsent, Some(now.plus(Span::days(99))))] {
        hooked.change(notice, binds![&hook.id, now, &hooked.scene.account, mail_at]).await;
    }
    let delete = "UPDATE webhook_endpoints SET deleted_at = $1, secret = '' WHERE id <> $2";
    hooked.change(delete, binds![now, &kept.id]).await;
    let rows = async || {
        let endpoints = hooked.count("SELECT COUNT(*) FROM webhook_endpoints", binds![]).await;
        (endpoints, hooked.count("SELECT COUNT(*) FROM webhook_notices", binds![]).await)
    };
    hooked.scene.app.advance(Span::days(29));
    sweep(&hooked.scene.db).await.unwrap();
    assert_eq!(rows().await, (3, 3));
    hooked.scene.app.advance(Span::days(2));
    sweep(&hooked.scene.db).await.unwrap();
    assert_eq!(rows().await, (2, 1), "one is kept, and one has a mail that was not sent");
    hooked.change("UPDATE webhook_notices SET mail_at = NULL", binds![]).await;
    sweep(&hooked.scene.db).await.unwrap();
    assert_eq!(rows().await, (1, 0));
}
