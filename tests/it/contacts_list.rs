//! The list of contacts on API v2: page by page, also while more come in.

use crate::contacts::every_page;
use crate::software::Office;
use crate::support::database::TestDatabase;
use progreda::db::Db;
use progreda::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

#[actix_web::test]
async fn no_row_comes_twice_and_none_is_lost_while_rows_are_added() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let mut before = BTreeSet::new();
    for n in 0..50 {
        before.insert(software.create(&json!({"firstName": format!("n{n}")})).await.expect(201).contact_id());
    }
    let adding = async {
        for n in 50..70 {
            software.create(&json!({"firstName": format!("n{n}")})).await.expect(201);
        }
    };
    let (read, ()) = futures_util::future::join(every_page(&software, ""), adding).await;
    let distinct: BTreeSet<String> = read.iter().cloned().collect();
    assert_eq!(distinct.len(), read.len(), "a row came twice");
    assert!(before.is_subset(&distinct), "a row was lost");
}

#[actix_web::test]
async fn many_searches_at_once_leave_connections_for_everybody_else() {
    let database = TestDatabase::new().await;
    let opened = Db::open(database.url(), &database.key_file(), World::real()).await;
    let db = opened.expect("the copy opens");
    let mut searching = Vec::new();
    for _ in 0..4 {
        searching.push(db.read_slowly().await.unwrap());
    }
    let moment = Duration::from_millis(300);
    assert!(timeout(moment, db.read_slowly()).await.is_err(), "a fifth search waits");
    assert!(timeout(moment, db.read()).await.expect("a page finds a connection").is_ok());
    searching.pop();
    assert!(timeout(moment, db.read_slowly()).await.expect("the next search takes its turn").is_ok());
}

#[actix_web::test]
async fn meta_tells_where_one_is() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    for n in 0..5 {
        software.create(&json!({"firstName": format!("n{n}")})).await.expect(201);
    }
    let first = software.list("&limit=2.0").await.expect(200);
    let meta = &first.body["meta"];
    assert_eq!((&meta["total"], &meta["currentPage"], &meta["nextPage"]), (&json!(5), &json!(1), &json!(2)));
    assert_eq!((&meta["prevPage"], first.body["contacts"].as_array().unwrap().len()), (&Value::Null, 2));
    let next = meta["nextPageUrl"].as_str().unwrap();
    let next = &next[next.find("/contacts/").unwrap()..];
    let second = software.get(next).await.expect(200);
    let meta = &second.body["meta"];
    assert_eq!((&meta["currentPage"], &meta["nextPage"], &meta["prevPage"]), (&json!(2), &json!(3), &json!(1)));
    let by_id = format!("&limit=2&startAfterId={}", meta["startAfterId"].as_str().unwrap());
    let last = software.list(&by_id).await.expect(200);
    let meta = &last.body["meta"];
    assert_eq!((&meta["currentPage"], meta.get("nextPage"), meta.get("nextPageUrl")), (&json!(3), None, None));
    assert_eq!(last.body["contacts"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn the_search_looks_into_name_email_phone_and_company() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let contacts = [
        json!({"firstName": "Zoë", "lastName": "Straße"}),
        json!({"email": "someone_else@example.org"}),
        json!({"phone": "+47 22 12 34 56"}),
        json!({"name": "Bob", "companyName": "100% Ltd"}),
    ];
    for contact in &contacts {
        software.create(contact).await.expect(201);
    }
    for (query, found) in [
        ("ZOË strasse", 1),
        ("one_else", 1),
        ("oneXelse", 0),
        ("2212", 1),
        ("100%", 1),
        ("%", 1),
        ("_", 1),
        ("\\", 0),
        ("nobody", 0),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let answer = software.list(&format!("&query={encoded}")).await.expect(200);
        assert_eq!(answer.body["meta"]["total"], found, "{query}");
        assert_eq!(answer.body["contacts"].as_array().unwrap().len(), found, "{query}");
    }
}

#[actix_web::test]
async fn each_wrong_key_of_a_query_is_named() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    for (more, said) in [
        ("&limit=0", "limit must be"),
        ("&limit=101", "limit must be"),
        ("&limit=x", "limit must be"),
        ("&limit=2&limit=2", "limit must be given only once"),
        ("&locationId=x", "locationId must be given only once"),
        ("&foo=1", "property foo should not exist"),
        ("&startAfterId=abc", "startAfterId must be"),
        ("&startAfterId=con_00000000000000000000000000", "startAfterId names no contact"),
        ("&startAfter=-1", "startAfter must be"),
        ("&query=%00", "query must be valid UTF-8"),
        ("&query=%ff", "query must be valid UTF-8"),
    ] {
        let answer = software.list(more).await.expect(422);
        assert!(
            answer.body["message"].as_array().unwrap().iter().any(|line| { line.as_str().unwrap().starts_with(said) }),
            "{more}: {}",
            answer.body
        );
    }
    assert_eq!(software.get("/contacts/").await.expect(422).body["message"][0], "locationId is required");
}
