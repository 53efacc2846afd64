//! The OpenAPI 3.1 document of what is served.

use super::errors::{CODES, STATUSES};
use super::served::{Needs, Served, needs};
use super::told;
use crate::web::api::VERSIONS;
use crate::web::described::{Body, Chapter, Operation, Place, Schema, Told, Versions};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Named = BTreeMap<&'static str, Value>;

/// The document for a server that is reached at `base`.
pub fn of((chapters, told): (&[Chapter], &[Told]), served: &[Served], base: &str) -> Value {
    let mut named = Named::new();
    error().json(&mut named);
    let mut paths = Map::new();
    for chapter in chapters {
        for object in &chapter.objects {
            object.json(&mut named);
        }
        for operation in &chapter.operations {
            let told = of_operation(operation, chapter, needs(served, operation), &mut named);
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(operation.method.to_lowercase(), told);
            }
        }
    }
    let webhooks = told::webhooks(told, &mut named);
    let mut tags: Vec<Value> =
        chapters.iter().map(|chapter| json!({ "name": chapter.title, "description": chapter.text })).collect();
    tags.push(json!({ "name": "Webhooks", "description": "What receivers of webhooks are sent." }));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Progreda API v2",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The data of one account, for software with the token of a private integration.",
            "description": format!("The same in words, with examples: {base}/docs"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": base }],
        "externalDocs": { "url": format!("{base}/docs") },
        "tags": tags,
        "security": [{ "token": [] }],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "pit_ and 38 letters and digits",
                "description": "The token of a private integration. Each operation names the scope that it needs.",
            }},
            "schemas": named,
            "headers": headers(),
            "parameters": parameters(),
            "responses": responses(),
        },
    })
}

/// The body of every refusal.
fn error() -> Schema {
    let codes: Vec<&'static str> = CODES.iter().map(|code| code.code).collect();
    let meta = Schema::fields(vec![
        Schema::text().may("contactId"),
        Schema::text().may("contactName"),
        Schema::one_of(&["email", "phone"]).may("matchingField"),
        Schema::text().note("With idempotency_answer_lost: what the call made").may("id"),
    ]);
    let message = Schema::either(vec![Schema::text(), Schema::list(Schema::text())]);
    Schema::object(
        "Error",
        vec![
            Schema::whole(400, 599).note("The HTTP status").like(404).must("statusCode"),
            message
                .note("For people: a sentence, or for 422 a list with one for each field")
                .like("Contact not found.")
                .must("message"),
            Schema::text().note("The status' short name, or a hint").like("Not Found").must("error"),
            Schema::text()
                .note("The request's number, as in X-Request-Id; name it when you ask about it")
                .like("req_01kb6z")
                .must("traceId"),
            Schema::one_of(&codes).note("For programs; stable").like("contact_not_found").must("code"),
            meta.note("With duplicate_contact and idempotency_answer_lost: which thing it is about").may("meta"),
        ],
    )
    .note("What every refused call answers. It has changed nothing.")
}

/// The schema of a refusal, for the page that explains it.
pub fn error_schema() -> Schema {
    error()
}

fn of_operation(operation: &Operation, chapter: &Chapter, needs: Needs, named: &mut Named) -> Value {
    let mut told = Map::new();
    let mut put = |key: &str, value: Value| _ = told.insert(key.to_owned(), value);
    put("operationId", json!(operation.id));
    put("tags", json!([chapter.title]));
    put("summary", json!(operation.summary));
    let scope = needs.scope().map(|scope| format!("Needs the scope {scope}.")).unwrap_or_default();
    let description = [operation.text.as_ref(), &scope].join(" ");
    put("description", json!(description.trim()));
    match needs {
        Needs::Nothing => put("security", json!([])),
        Needs::Token => put("security", json!([{ "token": [] }])),
        Needs::Scope(scope) => {
            put("security", json!([{ "token": [scope] }]));
            put("x-scopes", json!([scope]));
        }
    }
    let parameters = of_parameters(operation, named);
    if !parameters.is_empty() {
        put("parameters", Value::Array(parameters));
    }
    if let Some(body) = &operation.body {
        let mut schema = body.schema().json(named);
        if let (Body::Form(_), Some(schema)) = (body, schema.as_object_mut()) {
            // What a form has besides is passed over, as RFC 7009 says.
            schema.insert("additionalProperties".to_owned(), json!(true));
        }
        let content = json!({ body.media_type(): { "schema": schema } });
        put("requestBody", json!({ "required": true, "content": content }));
    }
    put("responses", of_answers(operation, needs, named));
    Value::Object(told)
}

fn of_parameters(operation: &Operation, named: &mut Named) -> Vec<Value> {
    let referred = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut all = Vec::new();
    for parameter in &operation.parameters {
        let mut schema = parameter.field.schema.json(named);
        // It stands beside the schema, where tools look for it.
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
        };
        let mut told = json!({ "name": parameter.field.name, "in": place, "required": parameter.field.required, "schema": schema });
        if let (Some(told), Some(description)) = (told.as_object_mut(), description) {
            told.insert("description".to_owned(), description);
        }
        all.push(told);
    }
    if takes_version(operation) {
        all.push(referred("Version"));
    }
    if operation.keyed {
        all.push(referred("IdempotencyKey"));
    }
    if matches!(operation.versions, Versions::Compared | Versions::ComparedLast) {
        all.push(referred("IfMatch"));
    }
    all
}

/// Whether the `Version` header belongs to it.
pub fn takes_version(operation: &Operation) -> bool {
    !operation.path.starts_with("/oauth/")
}

/// The statuses with which it may be refused, in order.
pub fn refusals(operation: &Operation, needs: Needs) -> Vec<u16> {
    let mut all: Vec<u16> = vec![400, 429, 500, 503];
    let has_query = operation.at(Place::Query).next().is_some();
    all.extend((needs != Needs::Nothing || takes_version(operation)).then_some(401));
    all.extend(matches!(needs, Needs::Scope(_)).then_some(403));
    all.extend(operation.at(Place::Path).next().map(|_| 404));
    if operation.body.is_some() {
        all.extend([408, 413, 415]);
    }
    all.extend((operation.body.is_some() || has_query || operation.keyed).then_some(422));
    all.extend(operation.keyed.then_some(409));
    all.extend(matches!(operation.versions, Versions::Compared | Versions::ComparedLast).then_some(412));
    all.extend(operation.refusals.iter().map(|(status, ..)| *status));
    all.sort_unstable();
    all.dedup();
    all
}

fn of_answers(operation: &Operation, needs: Needs, named: &mut Named) -> Value {
    let mut headers = common_headers();
    if matches!(operation.versions, Versions::Told | Versions::Compared) {
        headers.insert("ETag".to_owned(), header("ETag"));
    }
    let mut success = json!({ "description": operation.summary, "headers": headers });
    if let (Some(schema), Some(success)) = (&operation.answer, success.as_object_mut()) {
        let content = json!({ "application/json": { "schema": schema.json(named) } });
        success.insert("content".to_owned(), content);
    }
    let mut answers = Map::from_iter([(operation.status.to_string(), success)]);
    for status in refusals(operation, needs) {
        if let Some((_, name, _)) = STATUSES.iter().find(|(known, ..)| *known == status) {
            answers.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    Value::Object(answers)
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// What every answer says of the rate limits: name and meaning, each a whole number.
pub const LIMITS: &[(&str, &str)] = &[
    ("X-RateLimit-Max", "How many calls fit into an interval"),
    ("X-RateLimit-Remaining", "How many are left of it"),
    ("X-RateLimit-Interval-Milliseconds", "How long the interval is"),
    ("X-RateLimit-Limit-Daily", "How many calls fit into a day, from midnight to midnight UTC"),
    ("X-RateLimit-Daily-Remaining", "How many are left of it"),
    ("X-RateLimit-Daily-Reset", "Until the day ends, in milliseconds"),
];

fn common_headers() -> Map<String, Value> {
    LIMITS.iter().map(|(name, _)| *name).chain(["X-Request-Id"]).map(|name| (name.to_owned(), header(name))).collect()
}

fn headers() -> Value {
    let text =
        |description: &str| json!({ "description": description, "required": true, "schema": { "type": "string" } });
    let seconds = json!({ "description": "Seconds to wait before the next try.", "required": true,
        "schema": { "type": "integer", "minimum": 0 } });
    let mut headers: Map<String, Value> = LIMITS
        .iter()
        .map(|(name, means)| {
            let schema = json!({ "type": "integer", "minimum": 0 });
            ((*name).to_owned(), json!({ "description": format!("{means}."), "required": true, "schema": schema }))
        })
        .collect();
    let others = json!({
        "X-Request-Id": text("The request's number, the same as traceId in a refusal."),
        "ETag": text("The version of the thing, for If-Match."),
        "WWW-Authenticate": text("What is wrong with the token (RFC 6750)."),
        "Allow": text("The methods that are served at this path."),
        "Retry-After": seconds,
    });
    headers.extend(others.as_object().cloned().unwrap_or_default());
    Value::Object(headers)
}

fn parameters() -> Value {
    let text = |name: &str, required: bool, description: &str, schema: Value| json!({ "name": name, "in": "header", "required": required, "description": description, "schema": schema });
    json!({
        "Version": text("Version", true, "The version of the API that the caller was made for. All are served alike.",
            json!({ "type": "string", "enum": VERSIONS })),
        "IdempotencyKey": text("Idempotency-Key", false,
            "A key of your own for this one change: a second call with the same key and body gets the first answer again.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" })),
        "IfMatch": text("If-Match", false, "The ETag that the change is based on; when the thing has changed since, nothing is done.",
            json!({ "type": "string" })),
    })
}

fn responses() -> Value {
    let of = |(status, name, means): &(u16, &'static str, &'static str)| {
        let mut headers = common_headers();
        let own: &[&str] = match status {
            401 => &["WWW-Authenticate"],
            405 => &["Allow"],
            429 | 503 => &["Retry-After"],
            _ => &[],
        };
        headers.extend(own.iter().map(|name| ((*name).to_owned(), header(name))));
        let codes: Vec<&str> = CODES.iter().filter(|code| code.status == *status).map(|code| code.code).collect();
        let description = format!("{means} Codes: {}.", codes.join(", "));
        let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        ((*name).to_owned(), json!({ "description": description, "headers": headers, "content": content }))
    };
    STATUSES.iter().map(of).collect::<Map<String, Value>>().into()
}
