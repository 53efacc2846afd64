//! The search against a plain reading of its rules: random contacts, random filters, the same answer.

use crate::contacts_search::search;
use crate::software::Office;
use progreda::text::fold;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TEXTS: &[&str] = &["firstName", "lastName", "city", "companyName", "source", "type", "website", "assignedTo"];
const WORDS: &[&str] = &[
    "Oslo",
    "OSLO",
    "Östersund",
    "Straße",
    "strasse",
    "100%",
    "a_b",
    "a\\b",
    "ＢＩ",
    "x y",
    "İz",
    "ﬀ",
    "é",
    "e\u{301}",
];
const IDS: &[&str] = &["plan", "Plan", "a.b", "%"];

/// Chance that comes out the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    fn word(&mut self) -> String {
        match self.roll(4) {
            0 => format!("{} {}", self.pick(WORDS), self.pick(WORDS)),
            _ => self.pick(WORDS).to_owned(),
        }
    }

    fn custom(&mut self) -> Value {
        match self.roll(6) {
            0 => json!(self.roll(3)),
            1 => json!(1.5),
            2 => json!(self.roll(2) == 0),
            3 => json!([self.word(), self.roll(3)]),
            4 => json!({"deep": self.word()}),
            _ => json!(self.word()),
        }
    }

    fn contact(&mut self, number: usize) -> Value {
        let mut contact = json!({});
        for text in TEXTS {
            if self.roll(2) == 0 {
                contact[*text] = json!(self.word());
            }
        }
        if self.roll(2) == 0 {
            contact["email"] = json!(format!("{}{number}@Example.org", self.pick(&["a", "B", "ß"])));
        }
        if self.roll(2) == 0 {
            contact["phone"] = json!(format!("+47 22 {number:04}"));
        }
        if self.roll(2) == 0 {
            contact["dnd"] = json!(self.roll(2) == 0);
        }
        if self.roll(2) == 0 {
            contact["dateOfBirth"] = json!(format!("199{}-0{}-11", self.roll(3), 1 + self.roll(3)));
        }
        contact["tags"] = (0..self.roll(4)).map(|_| json!(self.word())).collect();
        let given: Vec<_> = IDS.iter().filter(|_| self.roll(2) == 0).collect();
        contact["customFields"] = given.into_iter().map(|id| json!({"id": id, "value": self.custom()})).collect();
        contact
    }

    fn test(&mut self) -> Value {
        let not = self.pick(&["", "not_"]);
        let field = match self.roll(8) {
            0 => "tags".to_owned(),
            1 => format!("customFields.{}", self.pick(IDS)),
            2 => "email".to_owned(),
            3 => "phone".to_owned(),
            4 => "name".to_owned(),
            5 => {
                let operator = self.pick(&["eq", "exists"]);
                let value = if operator == "eq" { json!(self.roll(2) == 0) } else { Value::Null };
                return json!({"field": "dnd", "operator": format!("{not}{operator}"), "value": value});
            }
            6 => {
                let value = json!({self.pick(&["gt", "gte"]): format!("199{}-02-11", self.roll(3)), self.pick(&["lt", "lte"]): "1992-02-11"});
                return json!({"field": "dateOfBirth", "operator": "range", "value": value});
            }
            _ => self.pick(TEXTS).to_owned(),
        };
        let operator = self.pick(&["eq", "contains", "exists"]);
        let one = |dice: &mut Self| match field.as_str() {
            "email" => format!("{}{}@example.org", dice.pick(&["A", "b", "SS"]), dice.roll(40)),
            "phone" => dice.pick(&["+4722 0001", "22-00", "3"]).to_owned(),
            _ if dice.roll(6) == 0 => dice.roll(3).to_string(),
            _ => dice.word(),
        };
        let value = match (operator, self.roll(3)) {
            ("exists", _) => Value::Null,
            (_, 0) => json!([one(self), one(self)]),
            _ => json!(one(self)),
        };
        json!({"field": field, "operator": format!("{not}{operator}"), "value": value})
    }

    fn filter(&mut self, depth: usize) -> Value {
        if depth == 3 || self.roll(3) > 0 {
            return self.test();
        }
        let filters: Vec<Value> = (0..=self.roll(3)).map(|_| self.filter(depth + 1)).collect();
        json!({"group": self.pick(&["AND", "OR"]), "filters": filters})
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

fn key(field: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if field == "phone" => Some(digits(text)),
        Value::String(text) => Some(fold(text)),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Every value of a field that can be compared, and whether there is a value at all.
fn values(contact: &Value, field: &str) -> (Vec<String>, bool) {
    let value = match field.strip_prefix("customFields.") {
        Some(id) => {
            let fields = contact["customFields"].as_array().unwrap();
            fields.iter().find(|custom| custom["id"] == id).map(|custom| &custom["value"])
        }
        None => contact.get(field),
    };
    match value {
        None => (Vec::new(), false),
        Some(Value::Array(list)) => {
            (list.iter().filter_map(|value| key(field, value)).collect(), field != "tags" || !list.is_empty())
        }
        Some(value) => (key(field, value).into_iter().collect(), true),
    }
}

fn matches(contact: &Value, filter: &Value) -> bool {
    if let Some(group) = filter.get("group") {
        let mut each = filter["filters"].as_array().unwrap().iter().map(|filter| matches(contact, filter));
        return if group == "AND" { each.all(|holds| holds) } else { each.any(|holds| holds) };
    }
    let (field, operator) = (filter["field"].as_str().unwrap(), filter["operator"].as_str().unwrap());
    let (known, there) = values(contact, field);
    let (not, positive) = operator.strip_prefix("not_").map_or((false, operator), |positive| (true, positive));
    let given = match &filter["value"] {
        Value::Array(list) => list.clone(),
        value => vec![value.clone()],
    };
    let holds = |test: fn(&str, &str) -> bool| {
        given.iter().filter_map(|value| key(field, value)).any(|wanted| known.iter().any(|known| test(known, &wanted)))
    };
    let holds = match positive {
        "exists" => there,
        "eq" => holds(|known, wanted| known == wanted),
        "contains" => holds(|known, wanted| known.contains(wanted)),
        _ => known.first().is_some_and(|day| {
            filter["value"].as_object().unwrap().iter().all(|(bound, than)| {
                match (bound.as_str(), than.as_str().unwrap()) {
                    ("gt", than) => day.as_str() > than,
                    ("gte", than) => day.as_str() >= than,
                    ("lt", than) => day.as_str() < than,
                    (_, than) => day.as_str() <= than,
                }
            })
        }),
    };
    holds != not
}

#[actix_web::test]
async fn random_filters_find_what_their_rules_say() {
    let office = Office::open().await;
    let software = office.software(&["contacts.readonly", "contacts.write"]).await;
    let mut dice = Dice(20_210_702);
    let mut contacts = Vec::new();
    for number in 0..40 {
        contacts.push(software.create(&dice.contact(number)).await.expect(201).body["contact"].clone());
    }
    let (mut some, mut asked) = (0, 0);
    for _ in 0..300 {
        let filters: Vec<Value> = (0..=dice.roll(2)).map(|_| dice.filter(0)).collect();
        let answer = search(&software, &json!({"filters": filters})).await;
        if answer.status == 422 {
            // More filters or values than a search may have.
            continue;
        }
        let answer = answer.expect(200);
        let found: BTreeSet<&str> =
            answer.body["contacts"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        let expected: BTreeSet<&str> = contacts
            .iter()
            .filter(|contact| filters.iter().all(|filter| matches(contact, filter)))
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{}", json!(filters));
        assert_eq!(answer.body["total"], expected.len());
        asked += 1;
        some += usize::from(!expected.is_empty());
    }
    assert!(asked > 200 && some > asked / 4, "{asked} searches, {some} of them found something");
}
