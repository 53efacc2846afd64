//! A signing secret whose overlap is over is gone: nothing revives it, and nothing waits for it.

use crate::hooked::{Hook, Hooked, signature};
use crate::receiver::{Mode, Receiver};
use crate::support::app::START;
use crate::support::patience::comes;
use progreda::binds;
use progreda::webhooks::secret::SigningSecret;
use progreda::webhooks::sending;
use progreda::world::Span;

const KEPT: &str = "SELECT COUNT(*) FROM webhook_endpoints WHERE old_secret IS NOT NULL OR old_secret_hint IS NOT NULL \
                    OR old_secret_created_at IS NOT NULL OR old_secret_ends_at IS NOT NULL";

/// Gives an endpoint a new secret as a rotation does, with an overlap of an hour; the new one.
async fn rotate(hooked: &Hooked, hook: &Hook) -> String {
    let (db, entropy) = (&hooked.scene.db, hooked.scene.db.world().entropy());
    let secret = SigningSecret::generate(entropy);
    let sql = "UPDATE webhook_endpoints SET old_secret = secret, old_secret_hint = secret_hint, \
               old_secret_created_at = secret_created_at, old_secret_ends_at = $3, secret = $2 WHERE id = $1";
    let sealed = secret.seal(db.keys(), &hook.id, entropy);
    hooked.change(sql, binds![&hook.id, sealed, START.plus(Span::hours(1))]).await;
    secret.reveal_once().to_string()
}

#[actix_web::test]
async fn it_is_wiped_and_no_clock_revives_it() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let (busy, quiet) = (hooked.hook(&receiver.url()).await, hooked.hook("https://hooks.example/").await);
    hooked.change("UPDATE webhook_endpoints SET paused_at = 1 WHERE id = $1", binds![&quiet.id]).await;
    let new = rotate(&hooked, &busy).await;
    rotate(&hooked, &quiet).await;
    hooked.scene.app.advance(Span::minutes(59));
    hooked.contact("Mara").await;
    let got = receiver.arrived(1).await.remove(0);
    assert_eq!(got.header("webhook-signature"), format!("{} {}", signature(&new, &got), signature(&busy.secret, &got)));
    assert_eq!(hooked.count(KEPT, binds![]).await, 2);
    hooked.scene.app.advance(Span::minutes(1));
    hooked.contact("Nils").await;
    let got = receiver.arrived(2).await.remove(1);
    assert_eq!(got.header("webhook-signature"), signature(&new, &got));
    let of_busy =
        "SELECT COUNT(*) FROM webhook_endpoints WHERE id = $1 AND old_secret IS NULL AND old_secret_ends_at IS NULL";
    assert_eq!(hooked.count(of_busy, binds![&busy.id]).await, 1, "whoever sent saw that it was over");
    // Nothing is sent to the other one; the server comes by all the same.
    comes(async || hooked.count(KEPT, binds![]).await == 0).await;
    assert_eq!(hooked.count(KEPT, binds![]).await, 0);
    hooked.scene.app.advance(Span::minutes(-30));
    hooked.contact("Olga").await;
    let got = receiver.arrived(3).await.remove(2);
    assert_eq!(got.header("webhook-signature"), signature(&new, &got));
}

#[actix_web::test]
async fn a_broken_one_that_is_over_is_in_nobodys_way() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    rotate(&hooked, &hook).await;
    hooked.change("UPDATE webhook_endpoints SET old_secret = 'broken'", binds![]).await;
    let db = &hooked.scene.db;
    sending::wipe_old_secrets(db).await.unwrap();
    sending::seal_anew(db).await.expect_err("it still signs, as far as anybody knows");
    hooked.scene.app.advance(Span::hours(1));
    assert!(sending::seal_anew(db).await.unwrap() >= 1);
    assert_eq!(hooked.count(KEPT, binds![]).await, 0);
}
