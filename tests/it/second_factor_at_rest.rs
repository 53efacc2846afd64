//! What is kept of a second factor: no row holds a secret or a code, and a change of keys loses nothing.

use crate::second_factor::half_way;
use crate::support::actors::{ADMIN, Scene};
use crate::support::phone::{Phone, send_code};

#[actix_web::test]
async fn no_row_holds_a_secret_or_a_code() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let half = half_way(&scene).await;
    let code = phone.next_code(&scene);
    send_code(&half, &code).await.expect(303);
    let key = half_way(&scene).await.cookie("progreda-halfway").expect("the cookie");
    let mut kept = String::new();
    for sql in [
        "SELECT COALESCE(second_factor, '') || email FROM users",
        "SELECT digest || user_id FROM recovery_codes",
        "SELECT id_hash || user_id FROM half_ways",
        "SELECT details || COALESCE(subject_id, '') || action FROM events",
        "SELECT subject || content || COALESCE(note, '') FROM once_keys",
        "SELECT state FROM sessions",
    ] {
        let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, vec![]).await.unwrap();
        assert!(!rows.is_empty(), "{sql}");
        kept.extend(rows.into_iter().map(|(text,)| text + "\n"));
    }
    assert!(kept.contains(ADMIN), "the search finds what is there");
    let mut secrets = vec![phone.secret.clone(), phone.secret.to_lowercase(), key];
    secrets.extend(phone.paper.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
    for secret in secrets {
        assert!(!kept.contains(&secret), "a row holds {secret}");
    }
}

#[actix_web::test]
async fn a_change_of_keys_locks_nobody_out() {
    let mut scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let key_file = scene.app.database().key_file();
    crate::keys::rotate(&key_file);
    scene.app.restart();
    let db = scene.app.db().await;
    assert_eq!(progreda::users::commands::resealing::seal_anew(&db).await.unwrap(), 1);
    progreda::keys::Keys::change(&key_file, progreda::keys::Keys::retired).expect("the key before goes");
    scene.app.restart();
    let half = half_way(&scene).await;
    send_code(&half, &phone.next_code(&scene)).await.expect(303);
    send_code(&half_way(&scene).await, &phone.paper[0]).await.expect(303);
}
