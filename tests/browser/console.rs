//! A console with somebody who may use it, and what a story prepares before it opens the browser.

use crate::harness::Browser;
use crate::software::Software;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::visitor::{Page, Visitor};
use progreda::accounts;
use progreda::db::Db;
use progreda::ids::AccountId;
use progreda::users::commands::{NewPerson, add_person};
use progreda::users::hashing::Hasher;
use progreda::users::model::{Email, Password};

/// The address of the list.
pub const LIST: &str = "/settings/private-integrations";
/// Everybody's password.
pub const PASSWORD: &str = "driftwood kettle sparrow lantern";

/// A running server with one account.
pub struct Console {
    pub app: TestApp,
    pub db: Db,
    pub account: AccountId,
}

/// An integration that was made beforehand, and the software that holds its token.
pub struct Prepared {
    /// The address of its page.
    pub path: String,
    pub software: Software,
}

impl Console {
    /// The server is up, and Maren Holt is the admin of Harbor & Pine.
    pub async fn open() -> Self {
        Self::on(TestApp::start().await).await
    }

    /// The same, with a mail server at this address.
    pub async fn open_with_mail(smtp: &str) -> Self {
        let set = |config: &mut progreda::config::Config| {
            config.smtp_url = Some(smtp.to_owned());
            config.mail_from = Some("Progreda <console@progreda.example>".to_owned());
        };
        Self::on(TestApp::start_with(TestDatabase::new().await, set)).await
    }

    /// The same on a server that the story has started.
    pub async fn on(app: TestApp) -> Self {
        let db = app.db().await;
        let account = accounts::commands::create(&db, "Harbor & Pine").await.unwrap();
        let console = Self { app, db, account };
        console.hire("Maren Holt", "maren@harborpine.example", "Admin").await;
        console
    }

    /// Lets somebody in, with this role.
    pub async fn hire(&self, name: &str, email: &str, role: &str) {
        let (email, password) = (Email::parse(email).unwrap(), Password::choose(PASSWORD, &[]).unwrap());
        let new = NewPerson { name: name.to_owned(), email, password };
        add_person(&self.db, &Hasher::new(), &self.account, role, new).await.unwrap();
    }

    /// The absolute address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.url())
    }

    /// Goes to a page and signs Maren Holt in on the way; ends on that page.
    pub async fn sign_in(&self, browser: &Browser, path: &str) {
        self.sign_in_as(browser, "maren@harborpine.example", path).await;
    }

    /// The same for somebody else.
    pub async fn sign_in_as(&self, browser: &Browser, email: &str, path: &str) {
        browser.visit(&self.url(path)).await;
        browser.fill("E-mail", email).await;
        browser.fill("Password", PASSWORD).await;
        browser.press("Sign in").await;
        browser.arrives_at(path).await;
    }

    /// Somebody who is signed in without a browser, to prepare things fast.
    pub async fn office(&self, email: &str) -> Visitor {
        let visitor = self.app.visitor();
        let form = visitor.get("/login").await.expect(200).form("/login");
        visitor.submit(form.with("email", email).with("password", PASSWORD)).await.expect(303);
        visitor
    }

    /// An integration with these scopes.
    pub async fn integration(&self, name: &str, scopes: &str) -> Prepared {
        let office = self.office("maren@harborpine.example").await;
        self.integration_by(&office, name, "", scopes).await
    }

    /// The same, made by somebody who is signed in, with a description.
    pub async fn integration_by(&self, office: &Visitor, name: &str, description: &str, scopes: &str) -> Prepared {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([("name", name), ("description", description), ("scopes", scopes)]);
        let review = office.get(&format!("{LIST}/new/review?{}", query.finish())).await.expect(200);
        let made = office.submit(review.form(&format!("{LIST}/new"))).await.expect(303);
        let path = made.header("location").trim_end_matches("/token").to_owned();
        let token = token_on(&office.follow(made).await);
        Prepared { path, software: self.software(&token) }
    }

    /// Rotates; the software with the new token. `how` is `later` or `now`.
    pub async fn rotate(&self, office: &Visitor, of: &Prepared, how: &str, overlap: &str) -> Software {
        let address = format!("{}/rotation", of.path);
        let form = office.get(&address).await.expect(200).form(&address).with("how", how).with("overlap", overlap);
        let made = office.submit(form).await.expect(303);
        self.software(&token_on(&office.follow(made).await))
    }

    /// Software of the account that holds this token.
    pub fn software(&self, token: &str) -> Software {
        Software::new(self.app.url(), self.account.as_str(), token)
    }
}

/// The token on the page that shows it once.
fn token_on(page: &Page) -> String {
    let (_, rest) = page.text.split_once("data-secret>").expect("a page with a token");
    let token = rest.trim_start().split('<').next().unwrap_or_default().trim().to_owned();
    assert!(token.starts_with("pit_"), "{token:?} is no token");
    token
}
