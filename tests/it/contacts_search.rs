//! The search for contacts: what each filter finds, in which order, page by page, and what is refused.

use crate::software::{Answer, Office, Software};
use progreda::binds;
use progreda::db::journal::Unlogged;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

pub async fn search(software: &Software, more: &Value) -> Answer {
    let mut body = json!({"locationId": software.account(), "pageLimit": 100});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    software.post("/contacts/search", &body).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let contacts = answer.body["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
}

/// The first names of what these filters find, in alphabetical order.
async fn found(software: &Software, filters: Value) -> String {
    let answer = search(software, &json!({"filters": filters, "sort": [{"field": "firstName"}]})).await.expect(200);
    let contacts = answer.body["contacts"].as_array().unwrap();
    assert_eq!(answer.body["total"], contacts.len(), "{filters}");
    contacts.iter().map(|contact| contact["firstName"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

async fn three(software: &Software) {
    for contact in [
        json!({
            "firstName": "Ada", "lastName": "Byron", "email": "Ada@example.org", "phone": "+1 888-888-8888",
            "city": "Straße", "tags": ["VIP", "new lead"], "dnd": true, "dateOfBirth": "1815-12-10",
            "customFields": [{"id": "plan", "value": "Gold"}, {"id": "size", "value": 5.0}, {"id": "sets", "value": ["a", "b c"]}],
        }),
        json!({
            "firstName": "Bob", "email": "bob_x@example.org", "city": "100%", "tags": ["vip2"], "dnd": false,
            "dateOfBirth": "1990-09-25", "customFields": [{"id": "plan", "value": "silver"}, {"id": "more", "value": {"a": 1}}],
        }),
        json!({"firstName": "Cleo"}),
    ] {
        software.create(&contact).await.expect(201);
    }
}

#[actix_web::test]
async fn each_operator_finds_what_it_says() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    three(&software).await;
    for (field, operator, value, expected) in [
        ("email", "eq", json!("ADA@example.ORG"), "Ada"),
        ("email", "not_eq", json!("ada@example.org"), "Bob Cleo"),
        ("email", "contains", json!("_x@"), "Bob"),
        ("email", "not_contains", json!("EXAMPLE"), "Cleo"),
        ("email", "exists", json!(null), "Ada Bob"),
        ("email", "not_exists", json!(null), "Cleo"),
        ("phone", "eq", json!("+1 (888) 888 8888"), "Ada"),
        ("phone", "contains", json!("888-8"), "Ada"),
        ("name", "eq", json!("ada byron"), "Ada"),
        ("name", "contains", json!("B"), "Ada Bob"),
        ("lastName", "not_exists", json!(null), "Bob Cleo"),
        ("city", "eq", json!("STRASSE"), "Ada"),
        ("city", "contains", json!("%"), "Bob"),
        ("city", "contains", json!(["0%", "trass"]), "Ada Bob"),
        ("tags", "eq", json!("vip"), "Ada"),
        ("tags", "contains", json!("vip"), "Ada Bob"),
        ("tags", "eq", json!(["NEW LEAD", "vip2"]), "Ada Bob"),
        ("tags", "not_eq", json!("vip"), "Bob Cleo"),
        ("tags", "not_exists", json!(null), "Cleo"),
        ("dnd", "eq", json!(true), "Ada"),
        ("dnd", "not_eq", json!(true), "Bob Cleo"),
        ("dnd", "exists", json!(null), "Ada Bob"),
        ("dateOfBirth", "eq", json!("1990/09/25"), "Bob"),
        ("dateOfBirth", "range", json!({"gt": "1815-12-10"}), "Bob"),
        ("dateOfBirth", "range", json!({"gte": "1815-12-10", "lt": "1990-09-25"}), "Ada"),
        ("dateAdded", "range", json!({"gte": 0}), "Ada Bob Cleo"),
        ("dateAdded", "range", json!({"lt": "2020-01-01"}), ""),
        ("customFields.plan", "eq", json!("gold"), "Ada"),
        ("customFields.plan", "contains", json!("l"), "Ada Bob"),
        ("customFields.plan", "not_eq", json!("gold"), "Bob Cleo"),
        ("customFields.size", "eq", json!(5), "Ada"),
        ("customFields.size", "eq", json!("5"), "Ada"),
        ("customFields.sets", "eq", json!("B C"), "Ada"),
        ("customFields.more", "exists", json!(null), "Bob"),
        ("customFields.PLAN", "exists", json!(null), ""),
    ] {
        let filter = json!([{"field": field, "operator": operator, "value": value}]);
        assert_eq!(found(&software, filter.clone()).await, expected, "{filter}");
    }
    let any = json!([{"group": "OR", "filters": [
        {"field": "tags", "operator": "eq", "value": "vip"},
        {"group": "AND", "filters": [
            {"field": "email", "operator": "not_exists"}, {"field": "firstName", "operator": "eq", "value": "CLEO"},
        ]},
    ]}]);
    assert_eq!(found(&software, any).await, "Ada Cleo");
    let queried = search(&software, &json!({"query": "OB_X"})).await.expect(200);
    assert_eq!((&queried.body["total"], &queried.body["contacts"][0]["contactName"]), (&json!(1), &json!("Bob")));
    assert_eq!(queried.text("/traceId"), queried.header("x-request-id"));
}

#[actix_web::test]
async fn what_was_changed_or_deleted_is_found_as_it_is_now() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id =
        software.create(&json!({"firstName": "Ada", "tags": ["a"], "city": "Oslo"})).await.expect(201).contact_id();
    let path = format!("/contacts/{id}");
    let by = |field: &str, value: &str| json!([{"field": field, "operator": "eq", "value": value}]);
    software.put(&path, &json!({"tags": ["b"], "city": "Bergen"})).await.expect(200);
    for (filter, expected) in
        [(by("tags", "a"), ""), (by("tags", "b"), "Ada"), (by("city", "oslo"), ""), (by("city", "bergen"), "Ada")]
    {
        assert_eq!(found(&software, filter.clone()).await, expected, "{filter}");
    }
    software.delete(&path).await.expect(200);
    assert_eq!(found(&software, by("tags", "b")).await, "");
}

#[actix_web::test]
async fn every_order_is_read_to_its_end_without_gap_or_repetition_while_contacts_are_added() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let mut before = BTreeSet::new();
    for n in 0..25 {
        let mut contact = json!({"firstName": format!("N{}", n % 4)});
        if n % 3 == 0 {
            contact["email"] = json!(format!("{n}@example.org"));
        }
        before.insert(software.create(&contact).await.expect(201).contact_id());
    }
    let adding = async {
        for n in 25..45 {
            software.create(&json!({"firstName": format!("N{}", n % 4)})).await.expect(201);
        }
    };
    let reading = async {
        for sort in [
            json!([]),
            json!([{"field": "dateAdded", "direction": "asc"}]),
            json!([{"field": "firstName", "direction": "desc"}, {"field": "email"}]),
            json!([{"field": "email"}, {"field": "dateUpdated", "direction": "DESC"}]),
            json!([{"field": "name", "direction": "asc"}]),
        ] {
            let read = every_hit(&software, &sort).await;
            let distinct: BTreeSet<String> = read.iter().cloned().collect();
            assert_eq!(distinct.len(), read.len(), "a contact came twice by {sort}");
            assert!(before.is_subset(&distinct), "a contact was lost by {sort}");
        }
    };
    futures_util::future::join(reading, adding).await;
    // In one piece it is the same order.
    let sort = json!([{"field": "firstName", "direction": "desc"}, {"field": "email"}]);
    let whole = search(&software, &json!({"sort": sort})).await.expect(200);
    assert_eq!(every_hit(&software, &sort).await, ids(&whole));
    let second = search(&software, &json!({"sort": sort, "pageLimit": 7, "page": 2.0})).await.expect(200);
    assert_eq!((ids(&second), &second.body["total"]), (ids(&whole)[7..14].to_vec(), &json!(45)));
}

async fn every_hit(software: &Software, sort: &Value) -> Vec<String> {
    let (mut read, mut after) = (Vec::new(), json!([]));
    loop {
        let page = search(software, &json!({"sort": sort, "pageLimit": 4, "searchAfter": after})).await.expect(200);
        read.extend(ids(&page));
        match page.body["contacts"].as_array().unwrap().last() {
            Some(last) => after = last["searchAfter"].clone(),
            None => return read,
        }
    }
}

#[actix_web::test]
async fn what_is_wrong_is_named_by_its_place() {
    let office = Office::open().await;
    let (software, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let test = |field: &str, operator: &str, value: Value| json!({"filters": [{"field": field, "operator": operator, "value": value}]});
    let mut bomb = json!({"field": "city", "operator": "exists"});
    for _ in 0..5 {
        bomb = json!({"group": "AND", "filters": [bomb]});
    }
    let many: Vec<Value> = (0..21).map(|_| json!({"field": "city", "operator": "exists"})).collect();
    let id = "con_00000000000000000000000000";
    for (body, said) in [
        (json!({"pageLimit": 0}), "pageLimit must be a whole number from 1 to 500"),
        (json!({"pageLimit": 501}), "pageLimit must be"),
        (json!({"pageLimit": "5"}), "pageLimit must be"),
        (json!({"pageLimit": null}), "pageLimit is required"),
        (json!({"pageLimit": 1e300}), "pageLimit must be"),
        (json!({"page": 0}), "page must be"),
        (json!({"page": 101}), "page must end within the first 10000 contacts"),
        (json!({"page": i64::MAX}), "page must end within the first 10000 contacts"),
        (json!({"page": 1, "searchAfter": [1, id]}), "page and searchAfter must not be given together"),
        (json!({"searchAfter": [1]}), "searchAfter must be"),
        (json!({"searchAfter": ["1", id]}), "searchAfter must be"),
        (json!({"searchAfter": [1, 1, id]}), "searchAfter must be"),
        (json!({"searchAfter": [1, "con_1"]}), "searchAfter must be"),
        (json!({"searchAfter": "x"}), "searchAfter must be an array"),
        (json!({"query": "x".repeat(76)}), "query must be at most 75 characters long"),
        (json!({"query": 1}), "query must be a string"),
        (json!({"sort": [{"field": "password"}]}), "sort.0.field must be one of dateAdded"),
        (json!({"sort": [{"field": "name", "direction": "up"}]}), "sort.0.direction must be asc or desc"),
        (json!({"sort": [{"field": "name"}, {"field": "name"}]}), "sort.1.field must not repeat a field"),
        (json!({"sort": [{"field": "name", "x": 1}]}), "sort.0 property x should not exist"),
        (json!({"sort": {}}), "sort must be an array"),
        (json!({"filters": {}}), "filters must be an array"),
        (json!({"filters": [1]}), "filters.0 must be an object"),
        (json!({"filters": [{}]}), "filters.0.field is required"),
        (
            test("id; DROP TABLE contacts", "eq", json!("x")),
            "filters.0.field id; DROP TABLE contacts cannot be filtered by",
        ),
        (test("customFields.", "eq", json!("x")), "filters.0.field customFields. cannot"),
        (test("city", "like", json!("x")), "filters.0.operator like is unknown"),
        (test("city", "not_range", json!("x")), "filters.0.operator not_range is unknown"),
        (test("city", "range", json!({"gt": "x"})), "filters.0.operator range does not fit this field"),
        (test("dnd", "contains", json!("x")), "filters.0.operator contains does not fit this field"),
        (test("dnd", "eq", json!("true")), "filters.0.value must be a boolean"),
        (test("city", "eq", json!(1)), "filters.0.value must be a string"),
        (test("city", "eq", json!("\u{200d}")), "filters.0.value must not be empty"),
        (test("city", "eq", json!([])), "filters.0.value must not be empty"),
        (test("city", "eq", Value::Null), "filters.0.value is required"),
        (test("city", "eq", json!(vec!["x"; 51])), "filters.0.value is too much"),
        (test("city", "eq", json!("x".repeat(2001))), "filters.0.value must be at most 2000"),
        (test("city", "contains", json!("x".repeat(76))), "filters.0.value must be at most 75"),
        (test("city", "exists", json!(true)), "filters.0.value must be left out with exists"),
        (test("phone", "contains", json!("abc")), "filters.0.value must hold a digit"),
        (test("dateAdded", "eq", json!("soon")), "filters.0.value must be a date"),
        (test("dateAdded", "range", json!({"after": 1})), "filters.0.value property after should not exist"),
        (test("dateAdded", "range", json!({})), "filters.0.value must have gt"),
        (test("dateOfBirth", "range", json!({"gt": "-9999-01-01"})), "filters.0.value.gt must be a date"),
        (
            json!({"filters": [{"field": "city", "operator": "exists", "x": 1}]}),
            "filters.0 property x should not exist",
        ),
        (json!({"filters": [{"group": "XOR", "filters": []}]}), "filters.0.group must be AND or OR"),
        (json!({"filters": [{"group": "OR", "filters": []}]}), "filters.0.filters must be an array of at least one"),
        (json!({"filters": [bomb]}), "filters.0.filters.0.filters.0.filters.0.filters.0 is nested too deep"),
        (json!({"filters": many}), "filters.20 is one too many"),
        (json!({"foo": 1}), "property foo should not exist"),
    ] {
        let refused = search(&software, &body).await.expect(422);
        let message = refused.body["message"].as_array().unwrap();
        assert!(message.iter().any(|line| line.as_str().unwrap().starts_with(said)), "{body}: {message:?}");
    }
    software.post("/contacts/search", &json!({"pageLimit": 1})).await.expect(422);
    search(&software, &json!({"locationId": theirs.account()})).await.expect(403);
    let writer = office.software(&["contacts.write"]).await;
    assert!(search(&writer, &json!({})).await.expect(403).text("/message").contains("contacts.readonly"));
}

#[actix_web::test]
async fn a_cursor_that_was_made_up_or_taken_elsewhere_reveals_nothing() {
    let office = Office::open().await;
    let (software, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    three(&theirs).await;
    let cursor = search(&theirs, &json!({})).await.expect(200).body["contacts"][0]["searchAfter"].clone();
    assert_eq!(search(&software, &json!({"searchAfter": cursor})).await.expect(200).body["total"], 0);
    three(&software).await;
    let late = json!({"searchAfter": [i64::MAX, "con_7zzzzzzzzzzzzzzzzzzzzzzzzz"]});
    let found = search(&software, &late).await.expect(200);
    assert_eq!(ids(&found).len(), 3, "{}", found.body);
    assert!(found.body["contacts"].as_array().unwrap().iter().all(|one| one["locationId"] == software.account()));
}

#[actix_web::test]
async fn contacts_from_before_there_were_keys_are_found_after_a_start() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    three(&software).await;
    let mut tx = office.db.write().await.unwrap();
    for sql in [
        "DELETE FROM contact_keys",
        "UPDATE contacts SET keyed = FALSE, first_name_key = NULL, last_name_key = NULL, city_key = NULL, name_key = ''",
    ] {
        tx.on().run(sql, binds![]).await.unwrap();
    }
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let by = |field: &str, value: &str| json!([{"field": field, "operator": "eq", "value": value}]);
    assert_eq!(found(&software, by("tags", "vip")).await, "");
    // Two servers that start at the same moment.
    let (one, two) = futures_util::future::join(
        progreda::contacts::give_keys(&office.db),
        progreda::contacts::give_keys(&office.db),
    )
    .await;
    one.unwrap();
    two.unwrap();
    for filter in [by("tags", "vip"), by("city", "strasse"), by("name", "ada byron"), by("customFields.plan", "gold")] {
        assert_eq!(found(&software, filter.clone()).await, "Ada", "{filter}");
    }
}

#[actix_web::test]
async fn the_kept_total_is_what_there_is() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let bodies: Vec<Value> = (0..40).map(|n| json!({"email": format!("{}@example.org", n % 30)})).collect();
    let made = futures_util::future::join_all(bodies.iter().map(|body| software.create(body))).await;
    let paths: Vec<String> =
        made.iter().filter(|one| one.status == 201).map(|one| format!("/contacts/{}", one.contact_id())).collect();
    assert_eq!(paths.len(), 30);
    let twice = paths[..10].iter().chain(&paths[..10]);
    let gone = futures_util::future::join_all(twice.map(|path| software.delete(path))).await;
    assert_eq!(gone.iter().filter(|one| one.status == 200).count(), 10);
    let listed = software.list("").await.expect(200);
    assert_eq!((&listed.body["meta"]["total"], &listed.body["count"]), (&json!(20), &json!(20)));
    let sql = "SELECT (SELECT COUNT(*) FROM contacts WHERE account_id = $1), \
         (SELECT CAST(SUM(kept) AS BIGINT) FROM contact_totals WHERE account_id = $1)";
    let counted: (i64, i64) = office.db.read().await.unwrap().on().only(sql, binds![software.account()]).await.unwrap();
    assert_eq!(counted, (20, 20));
}
