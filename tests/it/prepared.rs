//! A form belongs to its account, its key to that form alone, and one that somebody else has filled in says so.

use crate::console::{self, Admin, Made};
use crate::support::actors::{ADMIN, PASSWORD, Scene};
use crate::support::app::TestApp;
use crate::support::html::{Form, forms};
use reqwest::Method;

const LIST: &str = "/settings/private-integrations";

#[actix_web::test]
async fn every_form_of_a_signed_in_person_says_which_account_it_is_for() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await;
    let _other = scene.signed_in(ADMIN).await;
    let of = format!("{LIST}/{}", token.integration);
    let mut posted = 0;
    for path in [
        "/help".to_owned(),
        "/profile".to_owned(),
        "/profile/security".to_owned(),
        "/business/contacts".to_owned(),
        LIST.to_owned(),
        of.clone(),
        format!("{LIST}/new/review?name=Other&scopes=contacts.readonly"),
        format!("{of}/edit"),
        format!("{of}/rotation"),
        format!("{of}/deletion"),
        format!("{of}/nothing-here"),
    ] {
        let page = scene.admin.get(&path).await;
        let all = forms(&page.text);
        for form in all.iter().filter(|form| form.method == "post") {
            let account = form.fields.iter().find(|(name, _)| name == "account").map(|(_, value)| value.as_str());
            assert_eq!(account, Some(scene.account.as_str()), "{} on {path}", form.action);
            posted += 1;
        }
        assert!(all.iter().any(|form| form.action == "/logout"), "{path} ({}) has no way out", page.status);
    }
    assert!(posted > 15, "{posted}");
}

#[actix_web::test]
async fn the_key_of_one_form_sends_no_other() {
    let app = TestApp::start().await;
    let db = console::open(app.database()).await;
    console::furnish(&db).await;
    let admin = Admin::sign_in(app.url()).await;
    let key_of = |form: &Form| form.fields.iter().find(|(name, _)| name == "once").expect("a key").1.clone();
    let creation = admin.creation("Ledger").await.unwrap();
    let used = key_of(&creation);
    let ledger = Made::of(&admin.visitor.submit(creation).await.expect(303));
    let (post, token) = admin.make("Post").await;
    let rotation = admin.rotation_now(&ledger).await.unwrap();
    let rotated = key_of(&rotation);
    admin.visitor.submit(rotation).await.expect(303);
    let facts = async || {
        let sql = "SELECT (SELECT COUNT(*) FROM tokens), (SELECT COUNT(*) FROM events WHERE account_id IS NOT NULL), \
             (SELECT CAST(SUM(version) AS BIGINT) FROM integrations)";
        db.read().await.unwrap().on().only::<(i64, i64, i64)>(sql, vec![]).await.unwrap()
    };
    let before = facts().await;
    for (what, key) in [("a creation", &used), ("another integration's rotation", &rotated)] {
        let form = admin.rotation_now(&post).await.unwrap().with("once", key);
        let answer = admin.visitor.submit(form).await;
        assert_eq!(answer.status, 409, "the key of {what}: {}", answer.text);
    }
    let form = admin.creation("Third").await.unwrap().with("once", &rotated);
    admin.visitor.submit(form).await.expect(409);
    assert_eq!(facts().await, before);
    assert_eq!(console::status_of(app.url(), &token).await, 200);
}

#[actix_web::test]
async fn who_was_led_to_a_filled_form_is_warned_even_past_the_sign_in_page() {
    const WARNING: &str = "Somebody else may have chosen what it asks for";
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let link = format!("{LIST}/new?name=Backup&scopes=contacts.write");
    let from = |path: &str, site: &str, referer: String| {
        let request = visitor.request(Method::GET, path).header("Sec-Fetch-Site", site.to_owned());
        request.header("Referer", referer)
    };
    let own = scene.app.url();
    let evil = from(&link, "cross-site", "https://evil.example/".to_owned());
    let led = visitor.send(&link, evil).await.expect(303);
    let entrance = led.header("location").to_owned();
    let form = visitor.get(&entrance).await.expect(200).form("/login");
    let welcome = visitor.submit(form.with("email", ADMIN).with("password", PASSWORD)).await.expect(303);
    let next = welcome.header("location").to_owned();
    assert!(next.starts_with(&format!("{LIST}/new?")), "{next}");
    // After the redirect the browser says that it comes from our own sign-in page, and so it does.
    let page = visitor.send(&next, from(&next, "same-origin", format!("{own}{entrance}"))).await.expect(200);
    assert!(page.shows(WARNING), "{}", page.text);
    assert!(page.shows("Backup"));
    // The steps after it carry the warning on.
    let scopes = format!("{LIST}/new/scopes?link=&name=Backup&scopes=contacts.write");
    let scopes = visitor.send(&scopes, from(&scopes, "same-origin", format!("{own}{next}"))).await.expect(200);
    assert!(scopes.shows(WARNING), "{}", scopes.text);
    let page = visitor.send(&link, from(&link, "same-origin", format!("{own}{LIST}"))).await.expect(200);
    assert!(!page.shows(WARNING), "one's own way there is no warning");
}
