//! What webhooks are told of contacts, notes and tasks: the names and kinds of the contract, the thing as API v2 shows it.

use crate::chain::count;
use crate::software::{Office, Software};
use crate::support::app::START;
use crate::support::patience::comes;
use jsonschema::Validator;
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::{Announced, Unlogged};
use progreda::ids::EndpointId;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

/// What the contract says of a body: names and kinds.
type Kinds = &'static [(&'static str, &'static str)];

const OF_CONTACTS: Kinds = &[
    ("type", "string"),
    ("locationId", "string"),
    ("id", "string"),
    ("address1", "string"),
    ("city", "string"),
    ("companyName", "string"),
    ("country", "string"),
    ("source", "string"),
    ("dateAdded", "string"),
    ("dateOfBirth", "string"),
    ("dnd", "boolean"),
    ("email", "string"),
    ("name", "string"),
    ("firstName", "string"),
    ("lastName", "string"),
    ("phone", "string"),
    ("postalCode", "string"),
    ("state", "string"),
    ("tags", "array"),
    ("website", "string"),
    ("attachments", "array"),
    ("assignedTo", "string"),
    ("customFields", "array"),
];
const OF_NOTES: Kinds = &[
    ("type", "string"),
    ("locationId", "string"),
    ("id", "string"),
    ("body", "string"),
    ("contactId", "string"),
    ("dateAdded", "string"),
];
const OF_TASKS: Kinds = &[
    ("type", "string"),
    ("locationId", "string"),
    ("id", "string"),
    ("assignedTo", "string"),
    ("body", "string"),
    ("contactId", "string"),
    ("title", "string"),
    ("dateAdded", "string"),
    ("dueDate", "string"),
];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Fails unless the body has these names with these kinds.
#[track_caller]
fn has(body: &Value, kinds: Kinds) {
    for (name, expected) in kinds {
        assert_eq!(kind(&body[*name]), *expected, "{name} of {body}");
    }
}

/// An account whose changes somebody listens to, and software that makes changes.
struct Told {
    office: Office,
    software: Software,
    schemas: BTreeMap<String, Validator>,
}

const ADD_ENDPOINT: &str = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, created_by, \
     updated_at, paused_at, secret, secret_hint, secret_created_at, version) \
     SELECT $1, i.account_id, i.id, 'https://receiver.example/', '', $3, $4, 'Maren Holt', $4, $4, '', '', $4, 1 \
     FROM integrations i WHERE i.account_id = $2";
const EVERY_EVENT: &str = "ContactCreate ContactUpdate ContactDelete ContactTagUpdate NoteCreate NoteUpdate NoteDelete \
                           TaskCreate TaskComplete TaskDelete";

/// Adds an endpoint of the account's only integration; it is paused, so that nothing leaves the house.
async fn listen(db: &Db, account: &str) -> EndpointId {
    let id = EndpointId::new(START, db.world().entropy());
    let mut tx = db.write().await.unwrap();
    tx.on().run(ADD_ENDPOINT, binds![&id, account, EVERY_EVENT, START]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    id
}

impl Told {
    async fn open() -> Self {
        let office = Office::open().await;
        let software = office.software(ALL).await;
        listen(&office.db, software.account()).await;
        let url = format!("{}/openapi.json", office.app.url());
        let document: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let schemas = document["webhooks"].as_object().unwrap().iter().map(|(event, told)| {
            let mut schema = told["post"]["requestBody"]["content"]["application/json"]["schema"].clone();
            schema["components"] = document["components"].clone();
            (event.clone(), jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
        });
        Self { software, schemas: schemas.collect(), office }
    }

    /// What was told of the thing with this id, by event; each body keeps to the OpenAPI document.
    async fn of(&self, id: &str) -> BTreeMap<String, Vec<Value>> {
        let mut bodies = BTreeMap::<String, Vec<Value>>::new();
        for body in told_of(&self.office.db, id).await {
            let event = body["type"].as_str().unwrap().to_owned();
            let faults: Vec<String> = self.schemas[&event].iter_errors(&body).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{event}: {faults:?} in {body}");
            bodies.entry(event).or_default().push(body);
        }
        bodies
    }

    /// How often each event was told of the thing with this id.
    async fn counts(&self, id: &str) -> Vec<(String, usize)> {
        self.of(id).await.into_iter().map(|(event, bodies)| (event, bodies.len())).collect()
    }
}

fn counted(events: &[(&str, usize)]) -> Vec<(String, usize)> {
    events.iter().map(|(event, count)| ((*event).to_owned(), *count)).collect()
}

/// The bodies about the thing with this id: of messages, and of what waits to become one.
async fn told_of(db: &Db, id: &str) -> Vec<Value> {
    let waiting = async || -> Vec<(String, String)> {
        let sql =
            "SELECT announces, account_id FROM events WHERE announces IS NOT NULL AND subject_id = $1 ORDER BY id";
        db.read().await.unwrap().on().all(sql, binds![id]).await.unwrap()
    };
    loop {
        let rows = waiting().await;
        let sql = "SELECT body FROM webhook_messages ORDER BY id";
        let messages: Vec<(String,)> = db.read().await.unwrap().on().all(sql, binds![]).await.unwrap();
        // One may have become the other in between.
        if waiting().await == rows {
            let messages = messages.iter().map(|(body,)| serde_json::from_str(body).unwrap());
            let passed_on = messages.filter(|body: &Value| body["id"] == id);
            return passed_on.chain(rows.iter().flat_map(|(text, account)| assembled(text, account))).collect();
        }
    }
}

/// The bodies that an announcement becomes.
fn assembled(text: &str, account: &str) -> Vec<Value> {
    let announced: Announced = serde_json::from_str(text).unwrap();
    let body = |event: &String| {
        let mut body = announced.fields.clone();
        let own = [
            ("type", event.as_str()),
            ("timestamp", "2026-11-02T09:00:00.000Z"),
            ("webhookId", "msg_"),
            ("locationId", account),
        ];
        for (name, value) in own {
            assert_eq!(body.insert(name.to_owned(), json!(value)), None, "{name} is not for a thing to say");
        }
        Value::Object(body)
    };
    announced.types.iter().map(body).collect()
}

/// A contact with everything in it.
fn ada() -> Value {
    json!({
        "firstName": "Ada", "lastName": "Quist", "email": "ada@example.org", "phone": "+47 22 12 34 56", "dnd": true, "type": "lead",
        "address1": "Storgata 1", "city": "Oslo", "state": "Oslo", "country": "NO", "postalCode": "0155", "website": "https://example.org",
        "timezone": "Europe/Oslo", "companyName": "Quist Boats", "source": "fair", "assignedTo": "maren", "dateOfBirth": "1990-09-25",
        "tags": ["customer"], "customFields": [{"id": "plan", "field_value": {"any": ["json", 1]}}], "gender": "female",
        "dndSettings": {"SMS": {"status": "active"}}, "inboundDndSettings": {"all": {"status": "inactive"}},
    })
}

/// The contact as API v2 shows it, as an event says it.
async fn shown(software: &Software, path: &str) -> Value {
    let mut contact = software.get(path).await.expect(200).body["contact"].clone();
    let fields = contact.as_object_mut().unwrap();
    if let Some(own) = fields.remove("type") {
        fields.insert("contactType".to_owned(), own);
    }
    contact["attachments"] = json!([]);
    contact
}

/// Fails unless the body says `thing`, and nothing more than what every event says.
#[track_caller]
fn says(body: &Value, thing: &Value) {
    let mut body = body.as_object().unwrap().clone();
    for of_every_event in ["type", "timestamp", "webhookId"] {
        assert_eq!(body.remove(of_every_event).as_ref().map(kind), Some("string"), "{of_every_event}");
    }
    assert_eq!(&Value::Object(body), thing);
}

#[actix_web::test]
async fn contacts_are_told_of_as_the_contract_names_them() {
    let told = Told::open().await;
    let software = &told.software;
    let id = software.create(&ada()).await.expect(201).contact_id();
    let (path, tags) = (format!("/contacts/{id}"), json!({"tags": ["vip"]}));
    let first = shown(software, &path).await;
    software.put(&path, &json!({"city": "Bergen"})).await.expect(200);
    let second = shown(software, &path).await;
    software.post(&format!("{path}/tags"), &tags).await.expect(201);
    let last = shown(software, &path).await;
    software.delete(&path).await.expect(200);
    let bodies = told.of(&id).await;
    let expected = [
        ("ContactCreate", first),
        ("ContactUpdate", second),
        ("ContactTagUpdate", last.clone()),
        ("ContactDelete", last),
    ];
    assert_eq!(bodies.len(), expected.len());
    for (event, thing) in expected {
        let [body] = &bodies[event][..] else { panic!("{event}: {:?}", bodies[event]) };
        has(body, OF_CONTACTS);
        says(body, &thing);
        assert_eq!(
            (&body["type"], &body["contactType"]),
            (&json!(event), &json!("lead")),
            "its own type overwrites none"
        );
    }
}

#[actix_web::test]
async fn a_contact_of_whom_nothing_is_known_has_a_body_too() {
    let told = Told::open().await;
    let id = told.software.create(&json!({})).await.expect(201).contact_id();
    let thing = shown(&told.software, &format!("/contacts/{id}")).await;
    let bodies = told.of(&id).await;
    says(&bodies["ContactCreate"][0], &thing);
    assert!(
        bodies["ContactCreate"][0].get("contactType").is_none() && bodies["ContactCreate"][0].get("email").is_none()
    );
}

#[actix_web::test]
async fn a_change_is_told_by_what_it_changed() {
    let told = Told::open().await;
    let software = &told.software;
    let id = software
        .create(&json!({"email": "ada@example.org", "city": "Oslo", "tags": ["a"]}))
        .await
        .expect(201)
        .contact_id();
    let path = format!("/contacts/{id}");
    let tags = format!("{path}/tags");
    // Nothing changes.
    software.put(&path, &json!({"city": "Oslo", "tags": ["a"]})).await.expect(200);
    software.put(&path, &json!({})).await.expect(200);
    software.post(&tags, &json!({"tags": ["A"]})).await.expect(201);
    software.put(&path, &json!({"email": "not an address"})).await.expect(422);
    assert_eq!(told.counts(&id).await, counted(&[("ContactCreate", 1)]));
    // Tags alone, in three ways.
    software.put(&path, &json!({"city": "Oslo", "tags": ["b"]})).await.expect(200);
    software.post(&tags, &json!({"tags": ["c"]})).await.expect(201);
    software.send(software.request(Method::DELETE, &tags).json(&json!({"tags": ["c"]}))).await.expect(200);
    assert_eq!(told.counts(&id).await, counted(&[("ContactCreate", 1), ("ContactTagUpdate", 3)]));
    // Both at once, each event with the same body.
    software.put(&path, &json!({"city": "Bergen", "tags": ["d"]})).await.expect(200);
    let bodies = told.of(&id).await;
    assert_eq!((bodies["ContactUpdate"].len(), bodies["ContactTagUpdate"].len()), (1, 4));
    for event in ["ContactUpdate", "ContactTagUpdate"] {
        assert!(bodies[event].iter().any(|body| body["city"] == "Bergen" && body["tags"] == json!(["d"])), "{event}");
    }
}

#[actix_web::test]
async fn an_upsert_is_told_as_what_it_did() {
    let told = Told::open().await;
    let software = &told.software;
    let upsert = async |more: Value| {
        let mut body = json!({"locationId": software.account(), "email": "ada@example.org"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        software.post("/contacts/upsert", &body).await.expect(200).contact_id()
    };
    let id = upsert(json!({"city": "Oslo"})).await;
    assert_eq!(told.counts(&id).await, counted(&[("ContactCreate", 1)]));
    assert_eq!(upsert(json!({"city": "Bergen"})).await, id);
    assert_eq!(upsert(json!({"tags": ["vip"]})).await, id);
    assert_eq!(upsert(json!({"city": "Bergen", "tags": ["vip"]})).await, id);
    assert_eq!(told.counts(&id).await, counted(&[("ContactCreate", 1), ("ContactTagUpdate", 1), ("ContactUpdate", 1)]));
}

/// The note or task as API v2 shows it, with its account.
fn with_account(software: &Software, thing: &Value) -> Value {
    let mut thing = thing.clone();
    thing["locationId"] = json!(software.account());
    thing
}

#[actix_web::test]
async fn notes_are_told_of_as_the_contract_names_them() {
    let told = Told::open().await;
    let software = &told.software;
    let notes = format!("/contacts/{}/notes", software.create(&json!({})).await.expect(201).contact_id());
    let full = json!({"body": "a\nb", "title": "Call", "color": "red", "userId": "ada", "pinned": true});
    let first = software.post(&notes, &full).await.expect(201);
    let path = format!("{notes}/{}", first.text("/note/id"));
    let last = software.put(&path, &json!({"body": "c", "title": null})).await.expect(200);
    software.put(&path, &json!({"body": "c"})).await.expect(200);
    software.delete(&path).await.expect(200);
    let bodies = told.of(first.text("/note/id")).await;
    let expected = [("NoteCreate", &first), ("NoteUpdate", &last), ("NoteDelete", &last)];
    assert_eq!(bodies.len(), expected.len());
    for (event, answer) in expected {
        let [body] = &bodies[event][..] else { panic!("{event}: {:?}", bodies[event]) };
        has(body, OF_NOTES);
        says(body, &with_account(software, &answer.body["note"]));
    }
}

#[actix_web::test]
async fn tasks_are_told_of_as_the_contract_names_them() {
    let told = Told::open().await;
    let software = &told.software;
    let tasks = format!("/contacts/{}/tasks", software.create(&json!({})).await.expect(201).contact_id());
    let full = json!({"title": "Offer", "body": "x", "dueDate": "2026-12-01", "completed": false, "assignedTo": "ada"});
    let first = software.post(&tasks, &full).await.expect(201);
    let path = format!("{tasks}/{}", first.text("/task/id"));
    // Of other changes there is no event, nor when it is completed once more or opened again.
    software.put(&path, &json!({"title": "Better offer"})).await.expect(200);
    let done = json!({"completed": true});
    let last = software.put(&format!("{path}/completed"), &done).await.expect(200);
    software.put(&format!("{path}/completed"), &done).await.expect(200);
    software.delete(&path).await.expect(200);
    let bodies = told.of(first.text("/task/id")).await;
    let expected = [("TaskCreate", &first), ("TaskComplete", &last), ("TaskDelete", &last)];
    assert_eq!(bodies.len(), expected.len());
    for (event, answer) in expected {
        let [body] = &bodies[event][..] else { panic!("{event}: {:?}", bodies[event]) };
        has(body, OF_TASKS);
        let mut thing = with_account(software, &answer.body["task"]);
        thing["dateAdded"] = json!("2026-11-02T09:00:00.000Z");
        says(body, &thing);
    }
}

#[actix_web::test]
async fn a_task_is_completed_in_three_ways() {
    let told = Told::open().await;
    let software = &told.software;
    let tasks = format!("/contacts/{}/tasks", software.create(&json!({})).await.expect(201).contact_id());
    let task = |completed: bool| json!({"title": "Offer", "dueDate": "2026-12-01", "completed": completed});
    let at_once = software.post(&tasks, &task(true)).await.expect(201);
    assert_eq!(told.counts(at_once.text("/task/id")).await, counted(&[("TaskComplete", 1), ("TaskCreate", 1)]));
    let later = software.post(&tasks, &task(false)).await.expect(201);
    let path = format!("{tasks}/{}", later.text("/task/id"));
    software.put(&path, &json!({"title": "Offer sent", "completed": true})).await.expect(200);
    software.put(&format!("{path}/completed"), &json!({"completed": false})).await.expect(200);
    software.put(&format!("{path}/completed"), &json!({"completed": true})).await.expect(200);
    let bodies = told.of(later.text("/task/id")).await;
    assert_eq!((bodies["TaskCreate"].len(), bodies["TaskComplete"].len(), bodies.len()), (1, 2, 2));
    assert!(bodies["TaskComplete"].iter().all(|body| body["completed"] == true && body["title"] == "Offer sent"));
}

#[actix_web::test]
async fn what_nobody_listens_to_is_not_kept() {
    let office = Office::open().await;
    let (ours, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let endpoint = listen(&office.db, theirs.account()).await;
    let of_ours = ours.create(&ada()).await.expect(201).contact_id();
    let of_theirs = theirs.create(&ada()).await.expect(201).contact_id();
    assert!(told_of(&office.db, &of_ours).await.is_empty(), "the endpoint is another account's");
    assert_eq!(told_of(&office.db, &of_theirs).await.len(), 1);
    // What waited for an endpoint that ends meanwhile would be told to nobody.
    let waits = "SELECT COUNT(*) FROM events WHERE announces IS NOT NULL";
    assert!(comes(async || count(&office.db, waits, binds![]).await == 0).await, "it is never passed on");
    let mut tx = office.db.write().await.unwrap();
    let sql = "UPDATE webhook_endpoints SET deleted_at = $2 WHERE id = $1";
    tx.on().run(sql, binds![&endpoint, START]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    theirs.put(&format!("/contacts/{of_theirs}"), &json!({"city": "Bergen"})).await.expect(200);
    assert_eq!(told_of(&office.db, &of_theirs).await.len(), 1, "nobody listens any more");
}
