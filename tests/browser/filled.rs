//! A believable account in the middle of its life: integrations in every state, with calls and contacts behind them.

use crate::console::{Console, Prepared};
use crate::support::visitor::Visitor;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::world::Span;
use serde_json::json;

const MAREN: &str = "maren@harborpine.example";
const JONAS: &str = "jonas@harborpine.example";
const SYNC: &str = "contacts.readonly contacts.write";

/// One integration in each state; the account has more.
pub struct Filled {
    pub due: Prepared,
    pub rotating: Prepared,
    pub paused: Prepared,
    pub expired: Prepared,
    pub deleted: Prepared,
    pub active: Prepared,
}

/// Lives through a hundred days of an account.
pub async fn fill(console: &Console) -> Filled {
    console.hire("Jonas Pell", JONAS, "Admin").await;
    let later = |days| console.app.advance(Span::days(days));
    let made = async |email: &str, name: &str, description: &str, scopes: &str| {
        console.integration_by(&console.office(email).await, name, description, scopes).await
    };
    let deleted = made(MAREN, "Old shop import", "One-off import of last year's customers", SYNC).await;
    let due = made(MAREN, "Booking widget", "Online booking on the website", SYNC).await;
    later(5);
    let office = console.office(JONAS).await;
    send(&office, &deleted, "deletion", &[("name", "Old shop import")]).await;
    console
        .integration_by(&office, "Review collector", "Asks for a review after each visit", "contacts.readonly")
        .await;
    let about =
        "Stock levels for the Tidewater warehouse. Token is kept in the vault, Ops, and on the back-office server.";
    let rotating =
        console.integration_by(&office, "Warehouse sync", about, &format!("{SYNC} locations/tags.readonly")).await;
    later(13);
    made(MAREN, "BI export", "Nightly figures for Metrica", "contacts.readonly calendars.readonly").await;
    later(30);
    let paused = made(JONAS, "Loyalty cards", "Points for members", SYNC).await;
    let expired = made(MAREN, "Invoice mailer", "Sends invoices by e-mail", "contacts.readonly").await;
    later(18);
    made(JONAS, "Newsletter bridge", "Subscribers to and from Postlane", SYNC).await;
    contacts(&due).await;
    for day in 0..28 {
        later(1);
        calls(&due, 2 + day * 7 % 5, 0).await;
        calls(&rotating, 3 + day * 5 % 7, u64::from(day % 9 == 4) * 2).await;
    }
    let office = console.office(MAREN).await;
    console.integration_by(&office, "Partner portal", "Staging; token in the vault, Ops", SYNC).await;
    send(&office, &paused, "pause", &[]).await;
    console.rotate(&office, &rotating, "later", "7d").await.get("/oauth/whoami").await.expect(200);
    expire(console, &expired).await;
    later(2);
    let active = made(MAREN, "Phone system", "Caller names on the desk phones", "contacts.readonly").await;
    calls(&active, 3, 0).await;
    console.app.advance(Span::hours(3));
    Filled { due, rotating, paused, expired, deleted, active }
}

/// Sends the form of one of its pages.
async fn send(office: &Visitor, of: &Prepared, page: &str, fields: &[(&str, &str)]) {
    let address = format!("{}/{page}", of.path);
    let form = office.get(&address).await.expect(200).form(&address);
    let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
    office.submit(form).await.expect(303);
}

async fn calls(of: &Prepared, answered: u64, refused: u64) {
    for _ in 0..answered {
        of.software.list("&limit=1").await.expect(200);
    }
    for _ in 0..refused {
        of.software.get("/contacts/con_00000000000000000000000000").await;
    }
}

async fn contacts(of: &Prepared) {
    let people = [
        ("Ada", "Quist", "ada.quist@example.org", "+47 22 12 34 56", "Tidewater AS"),
        ("Noor", "el-Amrani", "noor@example.org", "+31 20 555 0134", ""),
        ("Zoë", "Straße", "zoe@example.net", "", "Straße & Töchter GmbH"),
        ("田中", "花子", "hanako@example.jp", "+81 3 5555 0123", "港と松"),
        ("Anneliese-Charlotte", "von Hohenstein-Wittgensteinburg", "a.c.v.h@example.org", "", "Harbor & Pine"),
    ];
    for (first, last, email, phone, company) in people {
        let mut contact = json!({"firstName": first, "lastName": last, "email": email, "source": "Booking widget"});
        for (key, value) in
            [("phone", phone), ("companyName", company)].into_iter().filter(|(_, value)| !value.is_empty())
        {
            contact[key] = json!(value);
        }
        contact["tags"] = json!(["new", "booked online"]);
        let made = of.software.create(&contact).await.expect(201);
        if first == "Ada" {
            notes_and_tasks(of, &made.contact_id()).await;
        }
    }
}

async fn notes_and_tasks(of: &Prepared, contact: &str) {
    let long = "Called about the delivery of 12 November. ".repeat(20);
    for note in ["Prefers a call in the morning.\nSpeaks Norwegian and English.", long.trim()] {
        of.software.post(&format!("/contacts/{contact}/notes"), &json!({ "body": note })).await.expect(201);
    }
    for (title, due, completed) in
        [("Send the new catalogue", "2026-12-01T09:00:00Z", false), ("Ask for a review", "2026-11-03T09:00:00Z", true)]
    {
        let task = json!({ "title": title, "body": "With the spring prices.", "dueDate": due, "completed": completed });
        of.software.post(&format!("/contacts/{contact}/tasks"), &task).await.expect(201);
    }
}

/// Its token runs out now; no page sets an end yet.
async fn expire(console: &Console, of: &Prepared) {
    let id = of.path.rsplit('/').next().unwrap().to_owned();
    let mut tx = console.db.write().await.unwrap();
    let now = console.db.world().now();
    tx.on().run("UPDATE tokens SET ends_at = $1 WHERE integration_id = $2", binds![now, id]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}
