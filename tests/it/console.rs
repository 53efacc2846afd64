//! An admin in the console, form by form, on a server in this process or in one of its own.

use crate::support::database::TestDatabase;
use crate::support::html::Form;
use crate::support::visitor::{Page, Visitor};
use progreda::accounts;
use progreda::db::Db;
use progreda::ids::AccountId;
use progreda::users::commands::{NewPerson, add_person};
use progreda::users::hashing::Hasher;
use progreda::users::model::{Email, Password};
use progreda::world::World;

/// The admin's address.
pub const EMAIL: &str = "ines@quay.example";
/// The admin's password.
pub const PASSWORD: &str = "nine lanterns along & the quay";
const LIST: &str = "/settings/private-integrations";

/// The same database as the server's, opened for this test.
pub async fn open(database: &TestDatabase) -> Db {
    Db::open(database.url(), &database.key_file(), World::real()).await.expect("the server's database")
}

/// One account with one admin, as the operator makes them.
pub async fn furnish(db: &Db) -> AccountId {
    let account = accounts::commands::create(db, "Quay").await.expect("an account");
    let (email, password) = (Email::parse(EMAIL).expect("an address"), Password::typed(PASSWORD));
    let new = NewPerson { name: "Ines Vale".to_owned(), email, password };
    add_person(db, &Hasher::new(), &account, "Admin", new).await.expect("an admin");
    account
}

/// Signed in as the admin.
pub struct Admin {
    pub visitor: Visitor,
}

/// An integration whose token was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its address in the console.
    pub address: String,
    /// Its id.
    pub id: String,
}

impl Made {
    /// From the answer that leads to the page of its token.
    #[track_caller]
    pub fn of(answer: &Page) -> Self {
        let location = answer.header("location");
        let path = location.get(location.find(LIST).expect("leads to an integration")..).expect("a path");
        let address = path.strip_suffix("/token").expect("leads to a token").to_owned();
        let id = address.rsplit('/').next().expect("an id").to_owned();
        Self { address, id }
    }
}

impl Admin {
    /// Signs in at `origin`.
    pub async fn sign_in(origin: &str) -> Self {
        let visitor = Visitor::new(origin);
        let form = visitor.get("/login").await.expect(200).form("/login");
        visitor.submit(form.with("email", EMAIL).with("password", PASSWORD)).await.expect(303);
        Self { visitor }
    }

    /// The last form of making an integration that may read contacts, before it is sent.
    pub async fn creation(&self, name: &str) -> reqwest::Result<Form> {
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let review = format!("{LIST}/new/review?name={name}&scopes=contacts.readonly");
        Ok(self.visitor.try_get(&review).await?.expect(200).form(&format!("{LIST}/new")))
    }

    /// The form of a rotation that stops the old token at once, before it is sent.
    pub async fn rotation_now(&self, of: &Made) -> reqwest::Result<Form> {
        let path = format!("{}/rotation", of.address);
        Ok(self.visitor.try_get(&path).await?.expect(200).form(&path).with("how", "now"))
    }

    /// The token, on the one page that shows it; `None` when it was shown before.
    pub async fn reveal(&self, of: &Made) -> reqwest::Result<Option<String>> {
        let page = self.visitor.try_get(&format!("{}/token", of.address)).await?;
        Ok(token_in(&page.text))
    }

    /// Makes an integration; it and its token.
    pub async fn make(&self, name: &str) -> (Made, String) {
        let form = self.creation(name).await.expect("the server answers");
        let made = Made::of(&self.visitor.submit(form).await.expect(303));
        let token = self.reveal(&made).await.expect("the server answers").expect("the token is shown");
        (made, token)
    }
}

/// The first whole token in a text.
fn token_in(text: &str) -> Option<String> {
    text.match_indices("pit_").find_map(|(at, _)| {
        let token: String = text.get(at..)?.chars().take(42).collect();
        let whole = token.chars().skip(4).filter(char::is_ascii_alphanumeric).count() == 38;
        whole.then_some(token)
    })
}

/// The status of a call that asks who this token is.
pub async fn status_of(origin: &str, token: &str) -> u16 {
    let visitor = Visitor::new(origin);
    let request = visitor.request(reqwest::Method::GET, "/oauth/whoami").header("Version", "2021-07-28");
    visitor.send("/oauth/whoami", request.bearer_auth(token)).await.status
}
