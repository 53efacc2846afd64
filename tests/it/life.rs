//! What becomes of an integration and its tokens in the console: unread notes, forms sent again, wider scopes, ends.

use crate::support::actors::{PASSWORD, Scene, Token, call};
use crate::support::html::Form;
use crate::support::visitor::Page;
use progreda::audit;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::integrations::due;
use progreda::world::Span;
use reqwest::Method;

const LIST: &str = "/settings/private-integrations";

/// The cookie with the key of the note that the page of its token opens.
fn note_of(integration: &str) -> String {
    format!("progreda-note{}.token", integration.replace('/', "."))
}

/// The last form of making an integration, before it is sent.
async fn creation(scene: &Scene, name: &str) -> Form {
    let review = format!("{LIST}/new/review?name={name}&scopes=contacts.readonly");
    scene.admin.get(&review).await.expect(200).form(&format!("{LIST}/new"))
}

/// The address of the integration whose token an answer leads to, and the key of the note.
fn made(scene: &Scene, answer: &Page) -> (String, String) {
    let location = answer.header("location");
    let path = location.get(location.find(LIST).expect("leads to an integration")..).unwrap();
    let of = path.strip_suffix("/token").expect("leads to a token").to_owned();
    let key = scene.admin.cookie(&note_of(&of)).expect("the key of the note");
    (of, key)
}

/// Makes one and leaves its note unread.
async fn make(scene: &Scene, name: &str) -> (String, String) {
    let answer = scene.admin.submit(creation(scene, name).await).await.expect(303);
    made(scene, &answer)
}

async fn rotate(scene: &Scene, of: &str, how: &str) -> String {
    let path = format!("{of}/rotation");
    let form = scene.admin.get(&path).await.expect(200).form(&path).with("how", how);
    made(scene, &scene.admin.submit(form).await.expect(303)).1
}

/// Answers a question with one answer.
async fn answer(scene: &Scene, of: &str, question: &str) -> Page {
    let path = format!("{of}/{question}");
    scene.admin.submit(scene.admin.get(&path).await.expect(200).form(&path)).await.expect(303)
}

/// The page of a token, for who holds the key of this note.
async fn opened(scene: &Scene, of: &str, key: &str) -> Page {
    scene.admin.set_cookie(&note_of(of), Some(key));
    scene.admin.get(&format!("{of}/token")).await.expect(200)
}

fn token_in(page: &Page) -> Option<String> {
    page.text.match_indices("pit_").find_map(|(at, _)| {
        let token: String = page.text.get(at..)?.chars().take(42).collect();
        token.chars().skip(4).all(|letter| letter.is_ascii_alphanumeric()).then_some(token)
    })
}

async fn status(scene: &Scene, token: &str) -> u16 {
    call(&scene.app, Method::GET, "/oauth/whoami", token, None).await.status
}

async fn actions(scene: &Scene, of: &str) -> Vec<String> {
    let id = of.rsplit('/').next().unwrap();
    let (events, _) = audit::history(&mut scene.db.read().await.unwrap().on(), &scene.account, id, 100).await.unwrap();
    events.into_iter().map(|event| event.action).collect()
}

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

#[actix_web::test]
async fn a_note_is_opened_only_while_its_token_is_the_current_one() {
    let scene = Scene::new().await;
    for how in ["now", "later"] {
        let (of, first) = make(&scene, how).await;
        let second = rotate(&scene, &of, how).await;
        let page = opened(&scene, &of, &first).await;
        assert_eq!(token_in(&page), None, "{how}: the first token is shown as if it were new");
        assert!(page.shows("Nobody can show the first one again"), "{}", page.text);
        let token = token_in(&opened(&scene, &of, &second).await).expect("the newest token is shown");
        assert_eq!(status(&scene, &token).await, 200);
        assert_eq!(token_in(&opened(&scene, &of, &second).await), None, "it is shown once");
    }

    let (of, _) = make(&scene, "Cancelled").await;
    let key = rotate(&scene, &of, "later").await;
    answer(&scene, &of, "rotation/cancellation").await;
    assert_eq!(token_in(&opened(&scene, &of, &key).await), None, "the token of a cancelled rotation is shown");

    let (of, _) = make(&scene, "Finished").await;
    let key = rotate(&scene, &of, "later").await;
    answer(&scene, &of, "outgoing-token/expiry").await;
    let token = token_in(&opened(&scene, &of, &key).await).expect("the new token goes on and is shown");
    assert_eq!(status(&scene, &token).await, 200);

    let (of, key) = make(&scene, "Late").await;
    scene.app.advance(Span::minutes(2));
    assert_eq!(token_in(&opened(&scene, &of, &key).await), None, "a note is opened too late");
    scene.app.advance(Span::minutes(-1));
    assert_eq!(token_in(&opened(&scene, &of, &key).await), None, "it came alive when the clock was set back");

    let (of, key) = make(&scene, "Deleted").await;
    let path = format!("{of}/deletion");
    let form = scene.admin.get(&path).await.expect(200).form(&path).with("name", "Deleted");
    scene.admin.submit(form).await.expect(303);
    let page = opened(&scene, &of, &key).await;
    assert_eq!(token_in(&page), None, "the token of a deleted integration is shown");
    assert!(page.shows("No token of it is live any more."), "{}", page.text);
}

#[actix_web::test]
async fn a_form_that_was_sent_before_and_says_something_else_now_makes_nothing_and_says_so() {
    let scene = Scene::new().await;
    let form = creation(&scene, "Ledger").await.with("description", "Two\nlines");
    let first = made(&scene, &scene.admin.submit(form.clone()).await.expect(303)).0;
    assert_eq!(made(&scene, &scene.admin.submit(form.clone()).await.expect(303)).0, first, "a double click");
    let told = "This form was already sent: it made “Ledger”. Nothing new was made";
    for other in [
        form.clone().with("name", "Post"),
        form.clone().with("description", "Two"),
        form.clone().with("scopes", "contacts.write"),
    ] {
        let page = scene.admin.submit(other).await.expect(409);
        assert!(page.shows(told), "{}", page.text);
    }
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM integrations").await, 1);
    let page = scene.admin.submit(form.with("name", "Post")).await.expect(409);
    let again = page.form(&format!("{LIST}/new"));
    let second = made(&scene, &scene.admin.submit(again).await.expect(303)).0;
    assert_ne!(second, first, "what was typed is kept, and can be sent");
    assert!(scene.admin.get(&second).await.expect(200).shows("Post"));
}

#[actix_web::test]
async fn a_rotation_that_was_sent_before_with_the_other_answer_is_not_taken_for_the_first() {
    let scene = Scene::new().await;
    let (of, key) = make(&scene, "Ledger").await;
    let old = token_in(&opened(&scene, &of, &key).await).unwrap();
    let path = format!("{of}/rotation");
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    scene.admin.submit(form.clone().with("how", "later")).await.expect(303);
    scene.admin.submit(form.clone().with("how", "later")).await.expect(303);
    let page = scene.admin.submit(form.with("how", "now")).await.expect(409);
    assert!(page.shows("was changed while the page was open"), "{}", page.text);
    assert_eq!(status(&scene, &old).await, 200, "the first answer counted: the old token works for the overlap");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM tokens").await, 2);
}

#[actix_web::test]
async fn a_copy_comes_from_here_unless_its_address_was_changed() {
    let scene = Scene::new().await;
    let (of, _) = make(&scene, "Ledger").await;
    let led = scene.admin.get(&format!("{of}/clone")).await.expect(303).header("location").to_owned();
    let warning = "filled in by a link";
    assert!(!scene.admin.get(&led).await.expect(200).shows(warning), "{led}");
    for changed in [format!("{led}&scopes=contacts.write"), led.replace("&copy=", "&copy=x")] {
        assert!(scene.admin.get(&changed).await.expect(200).shows(warning), "{changed}");
    }
}

#[actix_web::test]
async fn after_the_last_one_is_deleted_the_list_still_leads_to_it() {
    let scene = Scene::new().await;
    assert!(scene.admin.get(LIST).await.expect(200).shows("Connect your first software"));
    let (of, _) = make(&scene, "Ledger").await;
    let address = format!("{of}/deletion");
    let form = scene.admin.get(&address).await.expect(200).form(&address);
    scene.admin.submit(form.with("name", "Ledger")).await.expect(303);
    let list = scene.admin.get(LIST).await.expect(200);
    assert!(list.shows("Show deleted") && !list.shows("Connect your first software"), "{}", list.text);
    assert!(scene.admin.get(&format!("{LIST}?status=deleted")).await.expect(200).shows("Ledger"));
}

#[actix_web::test]
async fn very_many_scopes_are_refused_in_a_sentence_and_nothing_typed_is_lost() {
    let scene = Scene::new().await;
    let (of, _) = make(&scene, "Ledger").await;
    let edit = format!("{of}/edit");
    let many: Vec<String> = (0..10_000).map(|number| format!("scope{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain(["contacts.write"]).collect();
    for form in [creation(&scene, "Post").await, scene.admin.get(&edit).await.expect(200).form(&edit)] {
        let form = form.with("description", "Typed with care");
        let page = scene.admin.submit(form.clone().with_all("scopes", &many)).await.expect(422);
        assert!(page.shows("Choose at most") && page.shows("Typed with care"), "{}", page.text);
        let page = scene.admin.submit(form.with("scopes", &"a ".repeat(125_000))).await.expect(422);
        assert!(page.shows("This scope does not exist: a."), "{}", page.text);
        assert!(page.text.len() < 1_000_000, "{}", page.text.len());
    }
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM integrations").await, 1);
    assert_eq!(actions(&scene, &of).await, ["integration.created"]);
}

#[actix_web::test]
async fn a_scope_more_asks_for_the_password_and_anything_else_does_not() {
    let scene = Scene::new().await;
    let Token { integration, plain } =
        scene.token(&scene.account, "Ledger", &["contacts.readonly", "businesses.readonly"]).await;
    let of = format!("{LIST}/{integration}");
    let edit = format!("{of}/edit");
    let form = async || scene.admin.get(&edit).await.expect(200).form(&edit);
    scene.app.advance(Span::minutes(16));
    let narrower = form().await.with("scopes", "contacts.readonly").with("description", "Books");
    scene.admin.submit(narrower).await.expect(303);

    let wider = form().await.with_all("scopes", &["contacts.readonly", "contacts.write"]).with("name", "Great ledger");
    let asked = scene.admin.submit(wider).await.expect(403);
    assert!(asked.shows("Enter your password to go on") && asked.shows("Great ledger"), "{}", asked.text);
    assert_eq!(actions(&scene, &of).await.len(), 2, "nothing was changed");
    let again = asked.form(&edit);
    let kept: Vec<&str> = again.fields.iter().filter(|(name, _)| name == "scopes").map(|(_, id)| id.as_str()).collect();
    assert_eq!(kept, ["contacts.readonly", "contacts.write"]);
    let wrong = scene.admin.submit(again.clone().with("password", "not the password at all")).await.expect(403);
    assert!(wrong.shows("That is not your password"), "{}", wrong.text);
    let body = Some("{}");
    assert_eq!(call(&scene.app, Method::POST, "/contacts/", &plain, body).await.status, 403, "not given yet");
    scene.admin.submit(again.with("password", PASSWORD)).await.expect(303);
    assert_eq!(call(&scene.app, Method::POST, "/contacts/", &plain, body).await.status, 422, "given");
    // The password counts for the next quarter of an hour.
    let wider = form().await.with_all("scopes", &["contacts.readonly", "contacts.write", "businesses.readonly"]);
    scene.admin.submit(wider).await.expect(303);
    assert_eq!(actions(&scene, &of).await.len(), 4);
}

#[actix_web::test]
async fn a_token_refused_at_its_deadline_stays_dead_when_the_clock_is_set_back() {
    let scene = Scene::new().await;
    let (of, key) = make(&scene, "Ledger").await;
    let old = token_in(&opened(&scene, &of, &key).await).unwrap();
    let path = format!("{of}/rotation");
    let form = scene.admin.get(&path).await.expect(200).form(&path).with("how", "later").with("overlap", "1h");
    let (_, key) = made(&scene, &scene.admin.submit(form).await.expect(303));
    let new = token_in(&opened(&scene, &of, &key).await).unwrap();
    scene.app.advance(Span::millis(Span::hours(1).as_millis() - 1));
    assert_eq!((status(&scene, &old).await, status(&scene, &new).await), (200, 200));
    scene.app.advance(Span::millis(1));
    assert_eq!(status(&scene, &old).await, 401);
    scene.app.advance(Span::minutes(-1));
    assert_eq!((status(&scene, &old).await, status(&scene, &new).await), (401, 200), "a dead token came alive");
    let ended = actions(&scene, &of).await.iter().filter(|action| *action == "integration.overlap_ended").count();
    assert_eq!(ended, 1);
    assert!(scene.admin.get(&of).await.expect(200).shows("Active"));

    // The same for a current token that has a deadline of its own.
    let mut tx = scene.db.write().await.unwrap();
    let end = scene.db.world().now().plus(Span::minutes(5));
    tx.on().run("UPDATE tokens SET ends_at = $1 WHERE role = 'current'", binds![end]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    scene.app.advance(Span::minutes(5));
    assert_eq!(status(&scene, &new).await, 401);
    scene.app.advance(Span::minutes(-1));
    assert_eq!(status(&scene, &new).await, 401, "a dead token came alive");
    let page = scene.admin.get(&of).await.expect(200);
    assert!(page.shows("Expired") && page.shows(": its deadline passed"), "{}", page.text);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM integrations WHERE deadline_at IS NOT NULL").await, 0);
    assert!(page.text.contains("<dd class=\"text--bad\">no live token</dd>"), "{}", page.text);
    assert!(!page.shows("This token may be compromised"), "{}", page.text);
}

#[actix_web::test]
async fn what_has_ended_is_put_away_once_and_stands_last_in_the_list() {
    let scene = Scene::new().await;
    let (outgoing, _) = make(&scene, "Rotated").await;
    rotate(&scene, &outgoing, "later").await;
    let (expired, _) = make(&scene, "Ledger").await;
    make(&scene, "Works").await;
    let set_end = "UPDATE tokens SET ends_at = $1 WHERE integration_id = $2";
    let mut tx = scene.db.write().await.unwrap();
    let end = scene.db.world().now().plus(Span::days(1));
    tx.on().run(set_end, binds![end, expired.rsplit('/').next().unwrap()]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    scene.app.advance(Span::days(7));
    due::finish_rotations(&scene.db).await.unwrap();
    assert_eq!(due::finish_rotations(&scene.db).await.unwrap(), 0, "there is nothing left to put away");
    let ends = ["integration.overlap_ended", "integration.token_ended"];
    for (of, end) in [&outgoing, &expired].into_iter().zip(ends) {
        let told = actions(&scene, of).await.into_iter().filter(|action| action == end).count();
        assert_eq!(told, 1, "{end}");
    }
    let email = crate::support::actors::ADMIN;
    let list = scene.signed_in(email).await.get(LIST).await.expect(200);
    let place = |name: &str| list.text.find(&format!(">{name}<")).unwrap_or_else(|| panic!("no {name}: {}", list.text));
    assert!(place("Ledger") > place("Works") && place("Ledger") > place("Rotated"), "{}", list.text);
}

#[actix_web::test]
async fn the_page_says_what_its_last_token_was_and_offers_nothing_in_vain() {
    let scene = Scene::new().await;
    let (of, key) = make(&scene, "Ledger").await;
    let token = token_in(&opened(&scene, &of, &key).await).unwrap();
    let hint = format!("pit_…{}", token.get(38..).unwrap());
    let quiet = scene.admin.get(&of).await.expect(200);
    assert!(quiet.shows("No calls in the last 30 days.") && !quiet.text.contains("class=\"chart\""), "{}", quiet.text);

    rotate(&scene, &of, "later").await;
    let dialog = scene.admin.get(&format!("{of}/rotation/cancellation")).await.expect(200);
    let cockpit = scene.admin.get(&of).await.expect(200);
    let named = format!("The old token <span class=\"mono nowrap\">{hint}</span> stays, with no deadline.");
    assert!(dialog.text.contains(&named), "{}", dialog.text);
    assert!(cockpit.shows("The old token stays, with no deadline."), "{}", cockpit.text);
    answer(&scene, &of, "rotation/cancellation").await;

    scene.app.advance(Span::minutes(1));
    answer(&scene, &of, "pause").await;
    let paused = scene.admin.get(&of).await.expect(200);
    let place = |words: &str| paused.text.find(words).unwrap_or_else(|| panic!("no {words}: {}", paused.text));
    assert!(place("Rotate token") < place("/resume\""), "the primary action stands last");
    assert!(paused.shows("This token may be compromised"));

    let path = format!("{of}/deletion");
    let form = scene.admin.get(&path).await.expect(200).form(&path).with("name", "Ledger");
    scene.admin.submit(form).await.expect(303);
    let deleted = scene.admin.get(&of).await.expect(200);
    let struck = format!("<del class=\"mono\">{hint}</del>");
    assert!(deleted.text.contains(&struck), "the last one that lived: {}", deleted.text);
    assert!(deleted.shows("Ended") && !deleted.shows("no live token"), "it goes without saying: {}", deleted.text);
    assert!(!deleted.shows("This token may be compromised") && !deleted.text.contains("text--bad"));
}

#[actix_web::test]
async fn events_of_one_moment_stand_in_the_order_in_which_they_happened() {
    let scene = Scene::new().await;
    let (of, _) = make(&scene, "Ledger").await;
    let mut expected = vec!["integration.created"];
    for _ in 0..6 {
        answer(&scene, &of, "pause").await;
        let resume = scene.admin.get(&of).await.expect(200).form(&format!("{of}/resume"));
        scene.admin.submit(resume).await.expect(303);
        expected.extend(["integration.paused", "integration.resumed"]);
    }
    expected.reverse();
    assert_eq!(actions(&scene, &of).await, expected, "the clock stood still");
}
