//! What a contact's fields take and refuse.

use super::*;
use crate::world::FixedEntropy;
use serde_json::json;

fn contact() -> Contact {
    let now = Timestamp::from_millis(1_000);
    let entropy = FixedEntropy::default();
    Contact::new(ContactId::new(now, &entropy), AccountId::new(now, &entropy), now)
}

fn texts(texts: &[(Text, &str)]) -> Draft {
    let texts = texts.iter().map(|(text, value)| (*text, Some((*value).to_owned())));
    Draft { texts: texts.collect(), ..Draft::default() }
}

#[test]
fn a_name_follows_first_and_last_until_another_is_given() {
    let mut contact = contact();
    assert_eq!(contact.name(), None);
    contact.apply(texts(&[(Text::FirstName, "Ada"), (Text::LastName, "Byron"), (Text::Name, "Ada Byron")]));
    assert_eq!(contact.name().as_deref(), Some("Ada Byron"));
    contact.apply(texts(&[(Text::LastName, "Lovelace")]));
    assert_eq!(contact.name().as_deref(), Some("Ada Lovelace"));
    contact.apply(texts(&[(Text::Name, "Countess Lovelace")]));
    assert_eq!(contact.name().as_deref(), Some("Countess Lovelace"));
}

#[test]
fn only_what_changed_is_named() {
    let mut contact = contact();
    let changed = contact.apply(Draft {
        dnd: Some(Some(true)),
        tags: Some(vec!["a".to_owned()]),
        ..texts(&[(Text::City, "Oslo"), (Text::Kind, "lead")])
    });
    assert_eq!(changed, ["city", "type", "dnd", "tags"]);
    assert!(contact.apply(texts(&[(Text::City, "Oslo")])).is_empty());
    assert_eq!(contact.apply(Draft { texts: vec![(Text::City, None)], ..Draft::default() }), ["city"]);
}

#[test]
fn custom_fields_are_set_one_by_one_and_removed_by_null() {
    let field = |id: &str, value: Value| CustomField { id: id.to_owned(), value };
    let set = |fields: Vec<CustomField>| Draft { custom_fields: fields, ..Draft::default() };
    let mut contact = contact();
    contact.apply(set(vec![field("a", json!("x")), field("b", json!(2))]));
    contact.apply(set(vec![field("b", json!(["y"])), field("c", Value::Null)]));
    assert_eq!(contact.custom_fields, [field("a", json!("x")), field("b", json!(["y"]))]);
    assert_eq!(contact.apply(set(vec![field("a", Value::Null)])), ["customFields"]);
    assert_eq!(contact.custom_fields, [field("b", json!(["y"]))]);
}

#[test]
fn keys_make_the_same_person_the_same() {
    let keys = |email: &str, phone: &str| {
        let mut contact = contact();
        contact.apply(texts(&[(Text::Email, email), (Text::Phone, phone)]));
        contact.keys()
    };
    let (a, b) = (keys("Ada@Example.org", "+1 888-888-8888"), keys("ada@example.ORG", "+18888888888"));
    assert_eq!((&a.email, &a.phone), (&b.email, &b.phone));
    assert_eq!(b.phone.as_deref(), Some("+18888888888"));
    assert!(a.search.contains("888-888") && a.search.contains("18888888888"));
}

#[test]
fn texts_are_trimmed_and_blank_ones_are_unknown() {
    assert_eq!(read_text(Text::City, "  Oslo "), Ok(Some("Oslo".to_owned())));
    assert_eq!(read_text(Text::City, " \t"), Ok(None));
    assert_eq!(read_text(Text::Email, ""), Ok(None));
    assert!(read_text(Text::Country, &"é".repeat(100)).is_ok());
    assert!(read_text(Text::Country, &"é".repeat(101)).is_err());
    assert!(read_text(Text::FirstName, "a\u{202e}b").is_err());
    assert!(read_text(Text::FirstName, "a\u{7}b").is_err());
    assert!(read_text(Text::FirstName, &format!("e{}", "\u{301}".repeat(199))).is_ok());
}

#[test]
fn addresses_and_numbers_have_a_form() {
    for good in ["a@b.de", "a+b@example.org", "ü@münchen.de", "o'neil@x"] {
        assert!(read_text(Text::Email, good).is_ok(), "{good}");
    }
    for bad in ["a", "@b", "a@", "a@b@c", "a b@c.de", "a@.de", "a@de.", "<a@b.de>", "a@b.de,c@d.de"] {
        assert!(read_text(Text::Email, bad).is_err(), "{bad}");
    }
    assert!(read_text(Text::Phone, "+47 22 12 34 56").is_ok());
    assert!(read_text(Text::Phone, "call me").is_err());
}

#[test]
fn days_come_in_eight_forms_and_as_instants() {
    let forms = [
        "1990/09/25",
        "09/25/1990",
        "1990-09-25",
        "09-25-1990",
        "1990.09.25",
        "09.25.1990",
        "1990_09_25",
        "09_25_1990",
    ];
    for form in forms.iter().chain(&["1990-09-25T00:00:00.000Z", "1990-9-25"]) {
        assert_eq!(read_text(Text::DateOfBirth, form), Ok(Some("1990-09-25".to_owned())), "{form}");
    }
    for bad in
        ["1990-13-01", "25-09-1990", "1990-02-30", "90-09-25", "1990-09", "+990-09-25", "yesterday", "1990-09-25T"]
    {
        assert!(read_text(Text::DateOfBirth, bad).is_err(), "{bad}");
    }
}

#[test]
fn tags_are_kept_once_in_the_order_given() {
    let tags = ["vip", " VIP ", "", "new", "vip"].map(str::to_owned).to_vec();
    assert_eq!(distinct_tags(tags), ["vip", "new"]);
}
