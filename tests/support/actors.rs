//! Who acts in a test: a first admin from the real setup page, more people and accounts as the operator makes them, and tokens.

use super::app::TestApp;
use super::database::TestDatabase;
use super::visitor::{Page, Visitor};
use progreda::authz::{AccountRef, Actor, Lab, Origin, Permission, PermissionSet, StaffMember, decide};
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::{AccountId, IntegrationId, RoleId, StaffId, UserId};
use progreda::integrations::CreateIntegration;
use progreda::integrations::commands::{self as integrations, Draft};
use progreda::integrations::model::Details;
use progreda::integrations::scopes::ScopeSet;
use progreda::integrations::{RevealToken, secret};
use progreda::users::commands::{NewPerson, add_person, make_setup_link};
use progreda::users::hashing::Hasher;
use progreda::users::model::{Email, Password};
use progreda::web::once::OnceKey;
use progreda::world::Span;
use progreda::{accounts, binds};
use reqwest::Method;

/// Everybody's password.
pub const PASSWORD: &str = "four quiet herons crossing";
/// The first admin's address.
pub const ADMIN: &str = "ada@harbor.example";

/// A server on which one account was set up.
pub struct Scene {
    pub app: TestApp,
    pub db: Db,
    /// The first account.
    pub account: AccountId,
    /// The first admin's browser, signed in.
    pub admin: Visitor,
    hasher: Hasher,
}

/// A live token as its maker saw it once.
#[derive(Debug, Clone)]
pub struct Token {
    pub integration: IntegrationId,
    pub plain: String,
}

impl Scene {
    /// A server with the account "Harbor & Pine" and its admin Ada.
    pub async fn new() -> Self {
        Self::on(TestApp::start_on(TestDatabase::new().await)).await
    }

    /// The same on a server that the test has started.
    pub async fn on(app: TestApp) -> Self {
        let db = app.db().await;
        let link = make_setup_link(&db).await.expect("a link").expect("nobody is there yet");
        let admin = app.visitor();
        let form = admin.get(&format!("/setup?link={link}")).await.expect(200).form("/setup");
        let form = form.with("account_name", "Harbor & Pine").with("name", "Ada Hale").with("email", ADMIN);
        admin.submit(form.with("password", PASSWORD)).await.expect(303);
        let (account,): (String,) =
            db.read().await.unwrap().on().only("SELECT id FROM accounts", vec![]).await.unwrap();
        let account = account.parse().expect("an account's id");
        Self { app, db, account, admin, hasher: Hasher::new() }
    }

    /// Another account, without people.
    pub async fn account(&self, name: &str) -> AccountId {
        accounts::commands::create(&self.db, name).await.expect("the operator makes an account")
    }

    /// Somebody with this address and role (`Admin` or `User`); the name is what stands before the `@`.
    pub async fn person(&self, account: &AccountId, email: &str, role: &str) -> UserId {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        let new = NewPerson { name, email: Email::parse(email).unwrap(), password: Password::typed(PASSWORD) };
        add_person(&self.db, &self.hasher, account, role, new).await.expect("the operator makes a person")
    }

    /// Sets (or clears, with `None`) what a person may do besides their role.
    pub async fn set_override(&self, account: &AccountId, email: &str, permission: Permission, allowed: Option<bool>) {
        let set = progreda::staff::commands::set_override(&self.db, account, email, permission, allowed);
        set.await.expect("the operator sets an override");
    }

    /// The id of somebody's membership.
    pub async fn staff(&self, account: &AccountId, email: &str) -> String {
        let found =
            "SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND u.email = $2";
        self.db.read().await.unwrap().on().only::<(String,)>(found, binds![account, email]).await.expect("a member").0
    }

    /// A role of the account with exactly these permissions; its id.
    pub async fn role(&self, account: &AccountId, name: &str, permissions: &[Permission]) -> String {
        let world = self.db.world();
        let id = RoleId::new(world.now(), world.entropy()).to_string();
        let mut tx = self.db.write().await.unwrap();
        let sql = "INSERT INTO roles (id, account_id, name, name_key, builtin, created_at) VALUES ($1, $2, $3, $4, FALSE, $5)";
        tx.on().run(sql, binds![&id, account, name, progreda::text::fold(name), world.now()]).await.expect("a role");
        for permission in permissions {
            let sql = "INSERT INTO role_permissions (role_id, permission) VALUES ($1, $2)";
            tx.on().run(sql, binds![&id, permission.code()]).await.expect("its permission");
        }
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
        id
    }

    /// Takes somebody's membership away, as it is when they were removed while their session was open.
    pub async fn remove(&self, staff: &str) {
        let mut tx = self.db.write().await.unwrap();
        for sql in ["DELETE FROM staff_overrides WHERE staff_id = $1", "DELETE FROM staff WHERE id = $1"] {
            tx.on().run(sql, binds![staff]).await.expect("the membership goes");
        }
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    }

    /// Switches a lab on or off in an account.
    pub async fn set_lab(&self, account: &AccountId, lab: Lab, on: bool) {
        let set = progreda::labs::commands::switch(&self.db, account, lab, on);
        set.await.expect("the operator switches the lab");
    }

    /// A browser in which this person has signed in.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.app.visitor();
        sign_in(&visitor, email, PASSWORD).await.expect(303);
        visitor
    }

    /// An integration with these scopes, and its token.
    pub async fn token(&self, account: &AccountId, name: &str, scopes: &[&str]) -> Token {
        let actor = self.maker(account).await;
        let (now, entropy) = (self.db.world().now(), self.db.world().entropy());
        let permit = decide::<CreateIntegration>(&actor, now, &Origin::default()).expect("an admin may");
        let chosen: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let draft = Draft { details: Details::parse(name, "").unwrap(), scopes: ScopeSet::parse(&chosen).unwrap() };
        let key = OnceKey::new(entropy);
        let made = integrations::create(&self.db, &permit, &draft, &key).await.expect("an integration is made");
        let permit = decide::<RevealToken>(&actor, now, &Origin::default()).expect("its maker may see its token");
        let plain = integrations::take_token(&self.db, &permit, &made.integration, &key).await.expect("the note opens");
        let plain = plain.expect("the token is shown once").to_string();
        assert!(secret::parse_presented(&plain).is_ok(), "a token of the right form");
        Token { integration: made.integration, plain }
    }

    /// An admin of the account, as the server would see one who has just signed in.
    async fn maker(&self, account: &AccountId) -> Actor {
        let found = "SELECT id, user_id FROM staff WHERE account_id = $1 ORDER BY created_at, id LIMIT 1";
        let mut reader = self.db.read().await.unwrap();
        let (id, user): (String, String) =
            reader.on().first(found, binds![account]).await.unwrap().expect("somebody in the account");
        let world = self.db.world();
        Actor::Staff(std::sync::Arc::new(StaffMember {
            id: id.parse::<StaffId>().unwrap(),
            user: user.parse().unwrap(),
            account: AccountRef { id: account.clone(), name: String::new() },
            name: "Somebody".to_owned(),
            email: String::new(),
            role: "Admin".to_owned(),
            role_id: RoleId::new(world.now(), world.entropy()),
            permissions: PermissionSet::effective(Permission::ALL, &[]),
            labs: Lab::ALL.to_vec(),
            others: Vec::new(),
            authenticated_at: world.now().minus(Span::seconds(1)),
            seed: String::new(),
            second_factor: false,
            needs_second_factor: false,
        }))
    }
}

/// Sends the sign-in form.
pub async fn sign_in(visitor: &Visitor, email: &str, password: &str) -> Page {
    let form = visitor.get("/login").await.expect(200).form("/login");
    visitor.submit(form.with("email", email).with("password", password)).await
}

/// Calls API v2 with a token, as software does.
pub async fn call(app: &TestApp, method: Method, path: &str, token: &str, body: Option<&str>) -> Page {
    let visitor = app.visitor();
    let request = visitor.request(method, path).header("Authorization", format!("Bearer {token}"));
    let request = request.header("Version", "2021-07-28");
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body.to_owned()),
        None => request,
    };
    visitor.send(path, request).await
}
