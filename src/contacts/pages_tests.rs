//! What the list says.

use super::*;
use crate::contacts::model::Draft;
use crate::ids::AccountId;
use crate::world::{FixedEntropy, Span};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn contact(texts: &[(Text, &str)]) -> Contact {
    let at = NOW.minus(Span::hours(3));
    let entropy = FixedEntropy::default();
    let mut contact = Contact::new(ContactId::new(at, &entropy), AccountId::new(at, &entropy), at);
    let texts = texts.iter().map(|(text, value)| (*text, Some((*value).to_owned())));
    contact.apply(Draft { texts: texts.collect(), ..Draft::default() });
    contact
}

fn rendered(search: &str, contacts: Vec<Contact>, before: i64, total: i64) -> String {
    let page = Page { contacts, total, before };
    ListPage::new(Shell::default(), search.to_owned(), &page, NOW).render().unwrap()
}

#[test]
fn a_list_shows_who_came_in_and_links_on() {
    let ada = contact(&[(Text::FirstName, "Ada <b>"), (Text::Email, "ada@example.org"), (Text::Source, "Shop")]);
    let html = rendered("a&b", vec![ada.clone()], 50, 52);
    assert!(html.contains("Ada &#60;b&#62;") && html.contains("ada@example.org") && html.contains("3 h ago"));
    assert!(html.contains(&format!("/business/contacts/{}", ada.id)));
    assert!(html.contains("51 to 51 of 52 contacts match"));
    assert!(html.contains("search=a%26b&#38;newer=") && html.contains("search=a%26b&#38;older="));
}

#[test]
fn an_empty_list_says_why() {
    assert!(rendered("", Vec::new(), 0, 0).contains("No contacts yet"));
    assert!(rendered("zzz", Vec::new(), 0, 0).contains("No contact matches"));
}

#[test]
fn the_swapped_part_is_the_list_alone_and_announces_itself() {
    let page = Page { contacts: vec![contact(&[(Text::Phone, "+47 22 12 34 56")])], total: 1, before: 0 };
    let mut view = ListPage::new(Shell::default(), String::new(), &page, NOW);
    view.announce = Some(view.words.clone());
    let html = view.as_list().render().unwrap();
    assert!(html.contains("data-announce=\"1 contact\"") && html.contains("+47 22 12 34 56"));
    assert!(!html.contains("<html"));
}

#[test]
fn a_place_in_the_list_comes_back_from_its_address() {
    let ada = contact(&[]);
    assert_eq!(read_place(&place(&ada)).unwrap(), Cursor::at(&ada));
    for bad in ["1", "x.con_1", "1.", "1.usr_00000000000000000000000000"] {
        assert!(read_place(bad).is_err(), "{bad}");
    }
}

#[test]
fn long_texts_are_shortened() {
    assert_eq!(shorten("abcdef", 4), "abc…");
    assert_eq!(shorten("äöü", 3), "äöü");
}
