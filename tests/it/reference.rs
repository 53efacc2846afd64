//! The reference of API v2: the document says exactly what is served, and real answers keep to it.

use crate::software::{Answer, Office, Software};
use progreda::app;
use progreda::reference::Reference;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

/// The document as a server hands it out, against which answers are held.
struct Contract {
    document: Value,
    schemas: BTreeMap<(String, u16), jsonschema::Validator>,
}

impl Contract {
    async fn of(office: &Office) -> Self {
        let url = format!("{}/openapi.json", office.app.url());
        let document: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        Self { document, schemas: BTreeMap::new() }
    }

    fn operations(&self) -> Vec<(&str, &str, &Value)> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let methods = paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |it| (path, it)));
        methods.map(|(path, (method, operation))| (method.as_str(), path.as_str(), operation)).collect()
    }

    fn operation(&self, id: &str) -> (&str, &str, &Value) {
        let found = self.operations().into_iter().find(|(.., operation)| operation["operationId"] == id);
        found.unwrap_or_else(|| panic!("the document has no operation {id}"))
    }

    /// What `#/components/…` leads to, or the thing itself.
    fn resolve<'a>(&'a self, thing: &'a Value) -> &'a Value {
        thing["$ref"].as_str().map_or(thing, |reference| {
            self.document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or_else(|| panic!("{reference} leads nowhere"))
        })
    }

    /// Fails unless the document allows this answer to this operation.
    #[track_caller]
    fn allows(&mut self, id: &str, answer: &Answer) {
        let described = &self.operation(id).2["responses"][answer.status.to_string()];
        assert!(!described.is_null(), "{id} does not say that it answers {}: {}", answer.status, answer.body);
        let described = self.resolve(described).clone();
        for (name, header) in described["headers"].as_object().unwrap() {
            if self.resolve(header)["required"] == true {
                assert!(!answer.header(name).is_empty(), "{id} {}: no {name}", answer.status);
            }
        }
        assert!(
            answer.header("content-type").starts_with("application/json"),
            "{id}: {}",
            answer.header("content-type")
        );
        let key = (id.to_owned(), answer.status);
        if !self.schemas.contains_key(&key) {
            let mut schema = described["content"]["application/json"]["schema"].clone();
            schema["components"] = self.document["components"].clone();
            let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            self.schemas.insert(key.clone(), validator);
        }
        let faults: Vec<String> = self.schemas[&key].iter_errors(&answer.body).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{id} {}: {faults:?} in {}", answer.status, answer.body);
    }
}

#[test]
fn what_is_served_is_described_and_what_is_described_is_served() {
    let reference = Reference::new(&app::routes(), "https://console.example");
    assert!(!reference.chapters().is_empty());
    assert_eq!(reference.gaps(), Vec::<String>::new());
    let document: Value = serde_json::from_str(reference.document()).unwrap();
    for unserved in ["/contacts/{id}/followers", "/contacts/bulk/business"] {
        assert!(document["paths"].get(unserved).is_none(), "{unserved}");
    }
    assert_eq!(document["servers"][0]["url"], "https://console.example");
}

#[test]
fn every_schema_is_one_and_every_reference_leads_somewhere() {
    let reference = Reference::new(&app::routes(), "https://console.example");
    let document: Value = serde_json::from_str(reference.document()).unwrap();
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name} knows its fields");
    }
    let contract = Contract { document: document.clone(), schemas: BTreeMap::new() };
    let ids: Vec<&Value> = contract.operations().iter().map(|(.., operation)| &operation["operationId"]).collect();
    let distinct: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(ids.len(), distinct.len(), "no two operations have the same name");
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// Every operation, called so that it succeeds: name and answer.
async fn successes(software: &Software) -> Vec<(&'static str, Answer)> {
    let full = json!({
        "firstName": "Ada", "lastName": "Quist", "email": "ada@example.org", "phone": "+47 22 12 34 56", "dnd": false,
        "tags": ["customer"], "customFields": [{"id": "plan", "field_value": {"any": ["json", 1]}}], "dateOfBirth": "1990-09-25",
        "city": "Oslo", "type": "lead", "website": "https://example.org",
    });
    let added = software.create(&full).await;
    let path = format!("/contacts/{}", added.contact_id());
    let bare = software.create(&json!({})).await;
    let mut all = vec![
        ("createContact", added),
        ("createContact", bare),
        ("getContact", software.get(&path).await),
        ("updateContact", software.put(&path, &json!({"city": null, "name": "Ada Q."})).await),
        ("listContacts", software.list("&limit=1").await),
        ("listContacts", software.list("&query=nobody").await),
        ("listContacts", software.list("").await),
        ("whoami", software.get("/oauth/whoami").await),
        ("revoke", revoked(software).await),
    ];
    all.extend(parts(software, &path).await);
    let upserted = json!({"locationId": software.account(), "email": "ADA@example.org", "tags": ["vip"]});
    all.push(("upsertContact", software.post("/contacts/upsert", &upserted).await));
    for email in ["ada@example.org", "nobody@example.org"] {
        let query = format!("/contacts/search/duplicate?locationId={}&email={email}", software.account());
        all.push(("findDuplicate", software.get(&query).await));
    }
    let found = json!({"locationId": software.account(), "pageLimit": 2, "filters": [{"field": "tags", "operator": "eq", "value": "vip"}]});
    all.push(("searchContacts", software.post("/contacts/search", &found).await));
    let sorted =
        json!({"locationId": software.account(), "pageLimit": 2, "sort": [{"field": "name", "direction": "asc"}]});
    all.push(("searchContacts", software.post("/contacts/search", &sorted).await));
    all.push(("deleteContact", software.delete(&path).await));
    all
}

/// The answer for a token that there is not; it is the same for one that there is.
async fn revoked(software: &Software) -> Answer {
    let request = software.anonymous(Method::POST, "/oauth/revoke");
    software.send(request.header("Content-Type", "application/x-www-form-urlencoded").body("token=pit_x")).await
}

/// Tags, notes and tasks of a contact.
async fn parts(software: &Software, contact: &str) -> Vec<(&'static str, Answer)> {
    let (tags, notes, tasks) = (format!("{contact}/tags"), format!("{contact}/notes"), format!("{contact}/tasks"));
    let untag = software.request(Method::DELETE, &tags).json(&json!({"tags": ["customer"]}));
    let mut all = vec![
        ("addTags", software.post(&tags, &json!({"tags": ["VIP", "new"]})).await),
        ("removeTags", software.send(untag).await),
    ];
    let full = json!({"body": "a\nb", "title": "Call", "color": "red", "userId": "ada", "pinned": true});
    let note = software.post(&notes, &full).await;
    let path = format!("{notes}/{}", note.text("/note/id"));
    all.extend([("createNote", note), ("createNote", software.post(&notes, &json!({"body": "x"})).await)]);
    all.push(("listNotes", software.get(&notes).await));
    all.push(("getNote", software.get(&path).await));
    all.push(("updateNote", software.put(&path, &json!({"title": null})).await));
    all.push(("deleteNote", software.delete(&path).await));
    let full = json!({"title": "Offer", "body": "x", "dueDate": "2026-12-01", "completed": false, "assignedTo": "ada"});
    let task = software.post(&tasks, &full).await;
    let path = format!("{tasks}/{}", task.text("/task/id"));
    let bare = json!({"title": "Call", "dueDate": "2026-12-01T09:00:00Z", "completed": true});
    all.extend([("createTask", task), ("createTask", software.post(&tasks, &bare).await)]);
    all.push(("listTasks", software.get(&tasks).await));
    all.push(("getTask", software.get(&path).await));
    all.push(("updateTask", software.put(&path, &json!({"body": null})).await));
    all.push(("completeTask", software.put(&format!("{path}/completed"), &json!({"completed": true})).await));
    all.push(("deleteTask", software.delete(&path).await));
    all
}

#[actix_web::test]
async fn what_succeeds_answers_as_the_document_says() {
    let office = Office::open().await;
    let mut contract = Contract::of(&office).await;
    let software = office.software(ALL).await;
    let answers = successes(&software).await;
    for (id, answer) in &answers {
        assert!((200..300).contains(&answer.status), "{id}: {} {}", answer.status, answer.body);
        contract.allows(id, answer);
    }
    let called: BTreeSet<&str> = answers.iter().map(|(id, _)| *id).collect();
    let untried: Vec<&Value> = contract.operations().iter().map(|(.., operation)| &operation["operationId"]).collect();
    let untried: Vec<&Value> = untried.into_iter().filter(|id| !called.contains(id.as_str().unwrap())).collect();
    assert!(untried.is_empty(), "operations that no test calls: {untried:?}");
}

#[actix_web::test]
async fn what_is_refused_answers_as_the_document_says() {
    let office = Office::open().await;
    let mut contract = Contract::of(&office).await;
    let software = office.software(ALL).await;
    let unscoped = office.software(&["locations.readonly"]).await;
    let operations: Vec<(String, String, Value)> = contract
        .operations()
        .into_iter()
        .map(|(method, path, told)| (method.to_uppercase(), path.to_owned(), told.clone()))
        .collect();
    for (method, path, told) in operations {
        let id = told["operationId"].as_str().unwrap();
        let method: Method = method.parse().unwrap();
        let path: String =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/");
        let takes_body = told["requestBody"]["content"].get("application/json").is_some();
        let body =
            |request: reqwest::RequestBuilder| if takes_body { request.json(&json!({"nonsense": 1})) } else { request };
        let token = told["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        if token {
            let nobody = software.send(body(software.anonymous(method.clone(), &path))).await.expect(401);
            contract.allows(id, &nobody);
            let unknown = software.with_token("pit_x");
            contract.allows(id, &unknown.send(body(unknown.request(method.clone(), &path))).await.expect(401));
        }
        if told["x-scopes"].is_array() {
            contract.allows(id, &unscoped.send(body(unscoped.request(method.clone(), &path))).await.expect(403));
            let foreign = format!("{path}?locationId=acc_elsewhere");
            let answer = software.send(body(software.request(method.clone(), &foreign))).await;
            assert!((400..500).contains(&answer.status), "{id}: {}", answer.status);
            contract.allows(id, &answer);
        }
        if takes_body {
            let malformed =
                software.request(method.clone(), &path).header("Content-Type", "application/json").body("{");
            contract.allows(id, &software.send(malformed).await.expect(400));
            let plain = software.request(method.clone(), &path).header("Content-Type", "text/plain").body("{}");
            contract.allows(id, &software.send(plain).await.expect(415));
            let large = software.request(method.clone(), &path).json(&json!({"firstName": "x".repeat(300_000)}));
            contract.allows(id, &software.send(large).await.expect(413));
        }
    }
}
