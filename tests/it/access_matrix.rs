//! Who gets in where: every route for every kind of actor, compared line by line with `access_matrix.txt`.
//!
//! `PROGREDA_UPDATE=1 cargo test --test it access_matrix` writes the table anew; its change is then read like code.

use crate::support::actors::Scene;
use crate::support::html::forms;
use crate::support::visitor::Visitor;
use progreda::authz::{Lab, Permission, TokenNeeds};
use progreda::binds;
use progreda::ids::{ContactId, EndpointId, InvitationId};
use progreda::integrations::scopes::catalogue;
use progreda::web::routes::{Face, Route};
use progreda::world::Span;
use std::fmt::Write as _;
use std::path::Path;

/// The columns: what each actor is called in the table.
const ACTORS: [&str; 18] = [
    "nobody", "user", "admin", "viewer", "manager", "denied", "custom", "foreign", "disabled", "removed", "lab-off",
    "acc-off", "half-way", "unarmed", "token", "unscoped", "dead", "no-csrf",
];

/// Someone who asks: a browser with its cookies and the tokens of its forms, or software with a token.
enum Asker {
    Browser { visitor: Visitor, cookie: Option<String>, half: Option<String>, csrf: String, account: String },
    Software(String),
}

struct Cast {
    scene: Scene,
    askers: Vec<(&'static str, Asker)>,
    /// What stands for the names in a path: its beginning, and something of the first account that exists.
    things: Vec<(&'static str, String)>,
    asset: String,
}

/// Something that was sent to the webhook of the first account.
const DELIVERY: &str = "whd_00000000000000000000000000";
const MESSAGE: &str = "msg_00000000000000000000000000";
const SESSION: &str = "progreda-session";
/// Somebody whose password was right and whose code is missing.
const HALF_COOKIE: &str = "progreda-halfway";
const HALF_WAY: &str = "half@harbor.example";
/// Somebody without the second factor that their account demands.
const UNARMED: &str = "una@armed.example";

impl Asker {
    async fn browser(visitor: Visitor) -> Self {
        let signed_in = visitor.cookie(SESSION);
        let half = visitor.cookie(HALF_COOKIE);
        // Help is open to everybody; only the entrance has forms for nobody.
        let page = match (&signed_in, &half) {
            (Some(_), _) => visitor.get("/help").await.expect(200),
            (None, Some(_)) => visitor.get("/login/code").await.expect(200),
            (None, None) => visitor.get("/login").await.expect(200),
        };
        let form = forms(&page.text).into_iter().find(|form| form.method == "post").expect("a form with its token");
        let value = |name: &str| form.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let account = forms(&page.text).iter().flat_map(|form| form.fields.clone()).find(|(name, _)| name == "account");
        Self::Browser {
            csrf: value("csrf").expect("a form's token"),
            account: account.map(|(_, value)| value).unwrap_or_default(),
            cookie: signed_in,
            half,
            visitor,
        }
    }

    /// The status that this asker gets. A browser sends an empty but well-bound form, software an empty object.
    async fn ask(&self, origin: &str, method: &str, path: &str, face: Face) -> u16 {
        let stranger = Visitor::new(origin);
        let visitor = match self {
            Self::Browser { visitor, cookie, half, .. } => {
                // Whatever an answer has taken away is presented again: a dead session stays dead. One that goes on under another
                // id is the browser's own.
                if visitor.cookie(SESSION).is_none() {
                    visitor.set_cookie(SESSION, cookie.as_deref());
                }
                visitor.set_cookie(HALF_COOKIE, half.as_deref());
                visitor
            }
            Self::Software(_) => &stranger,
        };
        let mut request = visitor.request(method.parse().unwrap(), path).header("Version", "2021-07-28");
        if let Self::Software(token) = self {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if method != "GET" {
            request = request.header("Origin", origin).header("Sec-Fetch-Site", "same-origin");
            request = match (face, self) {
                (Face::Api, _) => request.header("Content-Type", "application/json").body("{}"),
                (Face::Page, Self::Browser { csrf, account, .. }) => {
                    let mut fields = vec![("csrf", csrf.as_str())];
                    fields.extend((!account.is_empty()).then_some(("account", account.as_str())));
                    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                    request.header("Content-Type", FORM).body(body)
                }
                (Face::Page, Self::Software(_)) => request.header("Content-Type", FORM).body(""),
            };
        }
        visitor.send(path, request).await.status
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn cast() -> Cast {
    let scene = Scene::new().await;
    let home = scene.account.clone();
    for (email, role) in [
        ("user@harbor.example", "User"),
        ("viewer@harbor.example", "User"),
        ("manager@harbor.example", "User"),
        ("denied@harbor.example", "Admin"),
        ("disabled@harbor.example", "Admin"),
        ("removed@harbor.example", "Admin"),
        // Nobody asks as this one: forms may change them.
        ("spare@harbor.example", "User"),
    ] {
        scene.person(&home, email, role).await;
    }
    let (see, manage) = (Permission::PrivateIntegrationsView, Permission::PrivateIntegrationsManage);
    scene.set_override(&home, "viewer@harbor.example", see, Some(true)).await;
    scene.set_override(&home, "manager@harbor.example", manage, Some(true)).await;
    scene.set_override(&home, "viewer@harbor.example", Permission::WebhooksView, Some(true)).await;
    scene.set_override(&home, "manager@harbor.example", Permission::WebhooksManage, Some(true)).await;
    scene.set_override(&home, "denied@harbor.example", Permission::WebhooksView, Some(false)).await;
    scene.set_override(&home, "denied@harbor.example", see, Some(false)).await;
    scene.set_override(&home, "denied@harbor.example", Permission::ContactsView, Some(false)).await;
    let [foreign, lab_off, off] =
        [scene.account("Elsewhere").await, scene.account("No Lab").await, scene.account("Closed").await];
    for (account, email) in
        [(&foreign, "oskar@else.example"), (&lab_off, "lena@lab.example"), (&off, "cleo@closed.example")]
    {
        scene.person(account, email, "Admin").await;
    }
    for lab in Lab::ALL {
        scene.set_lab(&lab_off, *lab, false).await;
    }
    let support = [Permission::StaffManage, see, Permission::ContactsView, Permission::WebhooksView];
    let support = scene.role(&home, "Support", &support).await;
    scene.person(&home, "custom@harbor.example", "Support").await;
    let live = scene.token(&home, "Live", &["contacts.readonly", "contacts.write"]).await;
    // Not the one whose token asks: forms may change it.
    let integration = scene.token(&home, "Shown", &["contacts.readonly"]).await.integration.to_string();
    let unscoped = scene.token(&home, "Unscoped", &["businesses.readonly"]).await;
    let dead = scene.token(&off, "Dead", &["contacts.readonly", "contacts.write"]).await;
    let mut askers = vec![("nobody", Asker::browser(scene.app.visitor()).await)];
    for (name, email) in [
        ("user", "user@harbor.example"),
        ("admin", crate::support::actors::ADMIN),
        ("viewer", "viewer@harbor.example"),
        ("manager", "manager@harbor.example"),
        ("denied", "denied@harbor.example"),
        ("custom", "custom@harbor.example"),
        ("foreign", "oskar@else.example"),
        ("disabled", "disabled@harbor.example"),
        ("removed", "removed@harbor.example"),
        ("lab-off", "lena@lab.example"),
        ("acc-off", "cleo@closed.example"),
    ] {
        askers.push((name, Asker::browser(scene.signed_in(email).await).await));
    }
    for (name, asker) in unfinished(&scene).await {
        askers.push((name, asker));
    }
    let set_disabled = progreda::staff::commands::set_disabled;
    set_disabled(&scene.db, &home, "disabled@harbor.example", true).await.expect("the person is disabled");
    progreda::accounts::commands::switch(&scene.db, &off, true).await.expect("the account is disabled");
    let removed = scene.staff(&home, "removed@harbor.example").await;
    scene.remove(&removed).await;
    let (now, entropy) = (scene.db.world().now(), scene.db.world().entropy());
    let contact = ContactId::new(now, entropy).to_string();
    let invitation = InvitationId::new(now, entropy).to_string();
    let webhook = webhook(&scene, &integration).await;
    let mut tx = scene.db.write().await.unwrap();
    let sql = "INSERT INTO contacts (id, account_id, tags, custom_fields, name_key, search_key, created_at, updated_at, version) \
         VALUES ($1, $2, '[]', '[]', '', '', 1, 1, 1)";
    tx.on().run(sql, binds![&contact, &home]).await.expect("a contact");
    let sql = "INSERT INTO invitations (id, account_id, email, email_key, role_id, digest, invited_by, created_at, sent_at, expires_at) \
         SELECT $1, s.account_id, 'new@harbor.example', 'new@harbor.example', s.role_id, 'x', s.user_id, $2, $2, $3 \
         FROM staff s WHERE s.account_id = $4 ORDER BY s.id LIMIT 1";
    tx.on().run(sql, binds![&invitation, now, now.plus(Span::days(7)), &home]).await.expect("an invitation");
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    for (name, token) in [("token", &live), ("unscoped", &unscoped), ("dead", &dead)] {
        askers.push((name, Asker::Software(token.plain.clone())));
    }
    let page = scene.app.visitor().get("/login").await.expect(200).text;
    let asset = page.split("/static/").nth(1).and_then(|rest| rest.split('"').next()).expect("an asset").to_owned();
    let spare = scene.staff(&home, "spare@harbor.example").await;
    let sql = "SELECT id FROM events WHERE account_id = $1 ORDER BY happened_at, id LIMIT 1";
    let (event,): (String,) = scene.db.read().await.unwrap().on().only(sql, binds![&home]).await.unwrap();
    let things = vec![
        ("/settings/audit-log/", event),
        ("/settings/private-integrations/", integration),
        ("/settings/webhooks/", webhook),
        ("/settings/staff/invitations/", invitation),
        ("/settings/staff/", spare),
        ("/settings/roles/", support),
        ("/settings/labs/", Lab::Contacts.code().to_owned()),
        ("/contacts/", contact.clone()),
        ("/business/contacts/", contact),
    ];
    Cast { scene, askers, things, asset }
}

/// A webhook of this integration, to which something was sent.
async fn webhook(scene: &Scene, integration: &str) -> String {
    let (home, now) = (&scene.account, scene.db.world().now());
    let id = EndpointId::new(now, scene.db.world().entropy()).to_string();
    let mut tx = scene.db.write().await.unwrap();
    let sql = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, created_by, updated_at, \
         secret, secret_hint, secret_created_at, version) \
         VALUES ($1, $2, $3, 'https://hooks.harbor.example/', '', 'ContactCreate', $4, '', $4, '', '', $4, 1)";
    tx.on().run(sql, binds![&id, home, integration, now]).await.expect("a webhook");
    let sql =
        "INSERT INTO webhook_messages (id, account_id, type, body, created_at) VALUES ($3, $1, 'NoteCreate', '{}', $2)";
    tx.on().run(sql, binds![home, now, MESSAGE]).await.expect("a message");
    let sql = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, created_at, attempts) \
         VALUES ($1, $2, $3, $4, 'NoteCreate', 'failed', $5, 10)";
    tx.on().run(sql, binds![DELIVERY, home, &id, MESSAGE, now]).await.expect("a delivery");
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    id
}

/// Somebody between password and code, and somebody who must set up a second factor first.
async fn unfinished(scene: &Scene) -> Vec<(&'static str, Asker)> {
    scene.person(&scene.account, HALF_WAY, "Admin").await;
    let armed = scene.account("Armed").await;
    scene.person(&armed, UNARMED, "Admin").await;
    let unarmed = scene.signed_in(UNARMED).await;
    let mut tx = scene.db.write().await.unwrap();
    let sql = "UPDATE users SET second_factor = 'x', second_factor_since = 1, second_factor_step = 1 WHERE email = $1";
    tx.on().run(sql, binds![HALF_WAY]).await.expect("a second factor");
    let sql = "UPDATE accounts SET second_factor_required = TRUE WHERE id = $1";
    tx.on().run(sql, binds![&armed]).await.expect("an account that demands one");
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    vec![("half-way", Asker::browser(half_way(scene).await).await), ("unarmed", Asker::browser(unarmed).await)]
}

async fn half_way(scene: &Scene) -> Visitor {
    let visitor = scene.app.visitor();
    crate::support::actors::sign_in(&visitor, HALF_WAY, crate::support::actors::PASSWORD).await.expect(303);
    visitor
}

impl Cast {
    /// The route's path with names filled in: things of the first account that exist, but for what would be deleted.
    fn path_of(&self, route: &Route) -> String {
        let mut path = String::new();
        for part in route.path.split_inclusive(['{', '}']) {
            path += match part.strip_suffix('}') {
                None => part.strip_suffix('{').unwrap_or(part),
                Some("file") => &self.asset,
                Some("id") if route.method.as_str() == "DELETE" => "con_00000000000000000000000000",
                Some("delivery") => DELIVERY,
                Some("id" | "lab") => {
                    let thing = self.things.iter().find(|(beginning, _)| route.path.starts_with(beginning));
                    thing.map(|(_, thing)| thing).expect("something that the path can name")
                }
                Some(_) => "x",
            };
        }
        path
    }

    async fn line(&mut self, route: &Route) -> String {
        let (path, origin) = (self.path_of(route), self.scene.app.url().to_owned());
        let action = route.facts.map_or("(open)", |facts| facts.name);
        let mut line = format!("{:<6} {:<61} {action:<18}", route.method.as_str(), route.path);
        for place in 0..self.askers.len() {
            let (name, asker) = &self.askers[place];
            let status = asker.ask(&origin, route.method.as_str(), &path, route.face).await;
            let _ = write!(line, " {status:>8}");
            if route.path == "/login/anew" && *name == "half-way" {
                self.askers[place].1 = Asker::browser(half_way(&self.scene).await).await;
                continue;
            }
            if route.path == "/logout"
                && status == 303
                && matches!(asker, Asker::Browser { account, .. } if !account.is_empty())
            {
                let email = match *name {
                    "admin" => crate::support::actors::ADMIN.to_owned(),
                    "foreign" => "oskar@else.example".to_owned(),
                    "lab-off" => "lena@lab.example".to_owned(),
                    "unarmed" => UNARMED.to_owned(),
                    name => format!("{name}@harbor.example"),
                };
                if !matches!(*name, "disabled" | "removed" | "acc-off") {
                    self.askers[place].1 = Asker::browser(self.scene.signed_in(&email).await).await;
                }
            }
        }
        let _ = write!(line, " {:>8}", self.without_csrf(route, &path).await);
        line
    }

    /// What the admin gets for a form without its token.
    async fn without_csrf(&self, route: &Route, path: &str) -> String {
        if route.face == Face::Api || route.method.as_str() == "GET" {
            return "-".to_owned();
        }
        let Some((_, Asker::Browser { visitor, cookie, .. })) = self.askers.iter().find(|(name, _)| *name == "admin")
        else {
            panic!("the admin is a browser")
        };
        if visitor.cookie(SESSION).is_none() {
            visitor.set_cookie(SESSION, cookie.as_deref());
        }
        let status = visitor.post_body(path, FORM, Vec::new()).await.status;
        assert_eq!(status, 403, "{} {} takes a form without its token", route.method, route.path);
        status.to_string()
    }
}

#[actix_web::test]
async fn every_route_lets_in_exactly_whom_the_table_says() {
    let mut cast = cast().await;
    let mut routes = progreda::app::routes();
    // Only in builds for development, where it shows the parts of pages.
    routes.retain(|route| route.path != "/sample");
    routes.sort_by_key(|route| (route.path, route.method.to_string()));
    let names: String = ACTORS.iter().fold(String::new(), |names, name| names + &format!(" {name:>8}"));
    let mut lines = vec![format!("{:<6} {:<61} {:<18}{names}", "method", "path", "action")];
    for route in &routes {
        lines.push(cast.line(route).await);
    }
    compare("tests/it/access_matrix.txt", &lines);
}

/// Fails unless the file holds these lines; writes it when it is told to.
pub fn compare(file: &str, lines: &[String]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var("PROGREDA_UPDATE").as_deref() == Ok("1") {
        std::fs::write(&file, lines.join("\n") + "\n").unwrap();
        return;
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let known: Vec<&str> = known.lines().collect();
    let is_known = |line: &str| known.contains(&line);
    let missing = known.iter().filter(|line| !lines.iter().any(|new| new == *line)).map(|line| format!("- {line}"));
    let new = lines.iter().filter(|line| !is_known(line)).map(|line| format!("+ {line}"));
    let mut difference: Vec<String> = missing.chain(new).collect();
    // The two sides of a changed route stand together.
    difference.sort_by_key(|line| line.get(2..70).unwrap_or(line).to_owned());
    assert!(
        difference.is_empty(),
        "the table (-) and the server (+) differ; PROGREDA_UPDATE=1 writes what the server does:\n  {}\n{}",
        lines[0],
        difference.join("\n")
    );
}

#[test]
fn every_scope_that_a_route_needs_is_in_the_catalogue() {
    let needs = progreda::app::routes().into_iter().filter_map(|route| match route.facts?.token {
        TokenNeeds::Needs(scope) => Some((route.path, scope)),
        _ => None,
    });
    let mut seen = 0;
    for (path, scope) in needs {
        assert!(catalogue().find(scope).is_some(), "{path} needs {scope}, which nobody can be given");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn each_face_is_for_its_own_kind_of_actor() {
    use progreda::authz::PersonNeeds;
    for route in progreda::app::routes() {
        let Some(facts) = route.facts else {
            let open = route.face == Face::Page || route.path == "/oauth/revoke";
            assert!(open, "{} of API v2 is open to everyone", route.path);
            continue;
        };
        match route.face {
            Face::Api => assert_eq!(facts.person, PersonNeeds::Never, "{} {}", route.method, route.path),
            Face::Page => assert_eq!(facts.token, TokenNeeds::Never, "{} {}", route.method, route.path),
        }
        assert_eq!(route.face, progreda::web::routes::face_at(route.path), "{}", route.path);
    }
}
