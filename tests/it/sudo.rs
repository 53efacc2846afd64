//! Who confirmed long ago is asked once more: every action marked so, with all that was typed, and then it is done once.

use crate::roles::{ROLES, matrix, role, switch};
use crate::support::actors::{ADMIN, PASSWORD, Scene};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::html::Form;
use crate::support::phone::{Phone, SET_UP};
use crate::support::smtp::MailServer;
use progreda::authz::Permission;
use progreda::binds;
use progreda::web::routes::Face;
use progreda::world::Span;
use reqwest::Method;
use std::collections::BTreeSet;

const LIST: &str = "/settings/private-integrations";
const WEBHOOKS: &str = "/settings/webhooks";
const INVITATIONS: &str = "/settings/staff/invitations";
const UMA: &str = "uma@harbor.example";

/// An account whose admin confirms late, and which marked routes were tried.
struct Story {
    scene: Scene,
    tried: BTreeSet<&'static str>,
}

impl Story {
    /// The form as its page holds it.
    async fn form(&self, page: &str, action: &str) -> Form {
        self.scene.admin.get(page).await.expect(200).form(action)
    }

    /// How many changes the account has seen; what was refused is counted and joins them at a time of its own.
    async fn changes(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM events WHERE sequence IS NOT NULL AND action NOT LIKE '%refused'";
        self.scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0
    }

    /// Sends the form when the confirmation is old: it is asked for, nothing happens, all that was typed is there again; then
    /// a wrong password, the right one, and the same form once more. Where it led to.
    async fn late(&mut self, route: &'static str, form: Form) -> String {
        self.tried.insert(route);
        // Long enough for the wrong password before to be forgotten as well.
        self.scene.app.advance(Span::minutes(61));
        let admin = &self.scene.admin;
        let before = self.changes().await;
        // The matrix is saved through a question, which is where the password is asked for: it is no refusal yet.
        let status = if route == ROLES { 200 } else { 403 };
        let asked = admin.submit(form.clone()).await.expect(status);
        let again = asked.form(&form.action);
        assert!(again.fields.iter().any(|(name, _)| name == "password"), "{route} does not ask: {}", asked.text);
        for field in
            form.fields.iter().filter(|(name, _)| !["csrf", "account", "once", "password"].contains(&name.as_str()))
        {
            assert!(again.fields.contains(field), "{route} loses {field:?}: {:?}", again.fields);
        }
        let wrong = admin.submit(again.clone().with("password", "not the password at all")).await.expect(403);
        assert!(wrong.shows("not your password"), "{route}: {}", wrong.text);
        assert_eq!(self.changes().await, before, "{route} did something before it was confirmed");
        let sent = wrong.form(&form.action).with("password", PASSWORD);
        let done = admin.submit(sent.clone()).await.expect(303);
        let after = self.changes().await;
        assert!(after > before, "{route} did nothing");
        let twice = admin.submit(sent.with("password", "")).await;
        assert!(twice.status < 500, "{route}: {}", twice.text);
        assert_eq!(self.changes().await, after, "{route} was done twice");
        let location = done.header("location");
        location.strip_prefix(self.scene.app.url()).unwrap_or(location).to_owned()
    }
}

#[actix_web::test]
async fn every_marked_action_is_asked_for_and_then_done_once() {
    let server = MailServer::start();
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, server.url())).await;
    scene.person(&scene.account, UMA, "User").await;
    let mut story = Story { scene, tried: BTreeSet::new() };
    integrations(&mut story).await;
    webhooks(&mut story).await;
    roles_and_people(&mut story).await;
    invitations(&mut story).await;
    others(&mut story).await;
    oneself(&mut story).await;
    let marked: BTreeSet<&str> = progreda::app::routes()
        .iter()
        .filter(|route| route.face == Face::Page && route.method != Method::GET.as_str())
        .filter(|route| route.facts.is_some_and(|facts| facts.sudo))
        .map(|route| route.path)
        .collect();
    let forgotten: Vec<_> = marked.difference(&story.tried).collect();
    assert!(forgotten.is_empty(), "marked, but no story tries them: {forgotten:?}");
}

async fn integrations(story: &mut Story) {
    let review = format!("{LIST}/new/review?name=Ledger&scopes=contacts.readonly");
    let form = story.form(&review, &format!("{LIST}/new")).await;
    let token = story.late("/settings/private-integrations/new", form).await;
    let of = token.strip_suffix("/token").expect("leads to the token").to_owned();
    let rotation = format!("{of}/rotation");
    let later = story.form(&rotation, &rotation).await.with("how", "later").with("overlap", "7d");
    story.late("/settings/private-integrations/{id}/rotation", later).await;
    let extension = format!("{rotation}/extension");
    let form = story.form(&extension, &extension).await;
    story.late("/settings/private-integrations/{id}/rotation/extension", form).await;
    let cancellation = format!("{rotation}/cancellation");
    let form = story.form(&cancellation, &cancellation).await;
    story.late("/settings/private-integrations/{id}/rotation/cancellation", form).await;
    let later = story.form(&rotation, &rotation).await.with("how", "later").with("overlap", "7d");
    story.scene.admin.submit(later).await.expect(303);
    let expiry = format!("{of}/outgoing-token/expiry");
    let form = story.form(&expiry, &expiry).await;
    story.late("/settings/private-integrations/{id}/outgoing-token/expiry", form).await;
    let edit = format!("{of}/edit");
    let wider = story.form(&edit, &edit).await.with_all("scopes", &["contacts.readonly", "contacts.write"]);
    story.late("/settings/private-integrations/{id}/edit", wider.with("description", "Books, kept daily")).await;
    let deletion = format!("{of}/deletion");
    let form = story.form(&deletion, &deletion).await.with("name", "Ledger");
    story.late("/settings/private-integrations/{id}/deletion", form).await;
}

async fn webhooks(story: &mut Story) {
    let account = story.scene.account.clone();
    let holder = story.scene.token(&account, "Journal", &["contacts.readonly"]).await.integration;
    let new = format!("{WEBHOOKS}/new?integration={holder}");
    let form = story.form(&new, &format!("{WEBHOOKS}/new")).await.with("url", "https://hooks.journal.example/in");
    let secret = story.late("/settings/webhooks/new", form.with_all("events", &["NoteCreate"])).await;
    let of = secret.strip_suffix("/secret").expect("leads to the secret").to_owned();
    let rotation = format!("{of}/secret/rotation");
    let later = story.form(&rotation, &rotation).await.with("how", "later").with("overlap", "7d");
    story.late("/settings/webhooks/{id}/secret/rotation", later).await;
    let cancellation = format!("{rotation}/cancellation");
    let form = story.form(&cancellation, &cancellation).await;
    story.late("/settings/webhooks/{id}/secret/rotation/cancellation", form).await;
    let later = story.form(&rotation, &rotation).await.with("how", "later").with("overlap", "7d");
    story.scene.admin.submit(later).await.expect(303);
    let expiry = format!("{of}/old-secret/expiry");
    let form = story.form(&expiry, &expiry).await;
    story.late("/settings/webhooks/{id}/old-secret/expiry", form).await;
    let deletion = format!("{of}/deletion");
    let form = story.form(&deletion, &deletion).await.with("host", "hooks.journal.example");
    story.late("/settings/webhooks/{id}/deletion", form).await;
}

async fn roles_and_people(story: &mut Story) {
    let form = story.form("/settings/roles/new", "/settings/roles/new").await.with("name", "Readers");
    story.late("/settings/roles/new", form).await;
    let lead = role(&story.scene, "Lead", &[]).await;
    let name = format!("/settings/roles/{lead}/name");
    let form = story.form(&name, &name).await.with("name", "Leads");
    story.late("/settings/roles/{id}/name", form).await;
    let moved = switch(matrix(&story.scene.admin).await, &[(&lead, Permission::LabsManage, true)]);
    let question = story.scene.admin.submit(moved).await.expect(200).form(ROLES);
    story.late("/settings/roles", question).await;
    let deletion = format!("/settings/roles/{lead}/deletion");
    let form = story.form(&deletion, &deletion).await;
    story.late("/settings/roles/{id}/deletion", form).await;

    let uma = format!("/settings/staff/{}", story.scene.staff(&story.scene.account, UMA).await);
    let form = story.form(&uma, &uma).await.with("name", "Uma Two");
    story.late("/settings/staff/{id}", form).await;
    let permissions = format!("{uma}/permissions");
    let form = story.form(&permissions, &permissions).await.with("labs.manage", "allow");
    story.late("/settings/staff/{id}/permissions", form).await;
    for (route, what) in
        [("/settings/staff/{id}/password-reset", "password-reset"), ("/settings/staff/{id}/disabling", "disabling")]
    {
        let address = format!("{uma}/{what}");
        let form = story.form(&address, &address).await;
        story.late(route, form).await;
    }
    let form = story.form(&uma, &format!("{uma}/enabling")).await;
    story.late("/settings/staff/{id}/enabling", form).await;
    let removal = format!("{uma}/removal");
    let form = story.form(&removal, &removal).await;
    story.late("/settings/staff/{id}/removal", form).await;
}

async fn invitations(story: &mut Story) {
    let new = format!("{INVITATIONS}/new");
    let form = story.form(&new, &new).await.with("email", "nora@quay.example");
    let page = story.late("/settings/staff/invitations/new", form).await;
    let of = page.split('?').next().unwrap().trim_end_matches("/link").to_owned();
    for (route, what) in [
        ("/settings/staff/invitations/{id}/link", "link"),
        ("/settings/staff/invitations/{id}/withdrawal", "withdrawal"),
    ] {
        let address = format!("{of}/{what}");
        let form = story.form(&address, &address).await;
        story.late(route, form).await;
    }
}

async fn oneself(story: &mut Story) {
    let form = story.form("/settings/account", "/settings/account").await.with("name", "Harbor");
    story.late("/settings/account", form).await;
    let email = "/profile/email";
    let form = story.form(email, email).await.with("email", "ada@quay.example");
    story.late(email, form).await;
    for route in ["/profile/sessions/end", "/profile/sessions/end-all"] {
        let elsewhere = story.scene.signed_in(ADMIN).await;
        let form = story.form("/profile/security", route).await;
        story.late(route, form).await;
        elsewhere.get("/profile").await.expect(303);
    }
    let page = story.scene.admin.get(SET_UP).await.expect(200);
    // The confirmation is old when the form comes, and the code is that of then.
    let then = story.scene.app.world().now().plus(Span::minutes(61));
    let code = Phone::reading(&page).code_at(then);
    story.late("/profile/second-factor", page.form(SET_UP).with("code", &code)).await;
}

async fn others(story: &mut Story) {
    let mona = "mona@harbor.example";
    story.scene.person(&story.scene.account, mona, "User").await;
    let inside = story.scene.signed_in(mona).await;
    Phone::set_up(&story.scene, &inside).await;
    let of = format!("/settings/staff/{}", story.scene.staff(&story.scene.account, mona).await);
    for (route, what) in
        [("/settings/staff/{id}/sessions", "sessions"), ("/settings/staff/{id}/second-factor", "second-factor")]
    {
        let address = format!("{of}/{what}");
        let form = story.form(&address, &address).await;
        story.late(route, form).await;
    }
    inside.get("/profile").await.expect(303);
}
