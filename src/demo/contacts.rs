//! Two hundred contacts: invented names, addresses that end in `.example`, phone numbers that are reserved for fiction.

use super::notes;
use crate::contacts::{self, Contact, Draft, Text};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, ContactId};
use crate::world::{Span, Timestamp};

const COUNT: usize = 200;
/// So many came from the old shop, long ago.
const IMPORTED: usize = 60;

const FIRST: &[&str] = &[
    "Amara", "Bram", "Celia", "Dario", "Edda", "Felix", "Greta", "Hugo", "Imani", "Jasper", "Kaia", "Lorenz", "Mila",
    "Nils", "Odile", "Pavel", "Rhea", "Soren", "Tamsin", "Ulrik", "Vera", "Wim", "Yara", "Zeno", "Anouk", "Basil",
    "Cleo", "Dunja", "Emil", "Frida", "Gideon", "Hedda", "Ivo", "Juna", "Kenji", "Liv", "Malik", "Noor", "Oskar",
    "Petra", "Quinn", "Rosa", "Sami", "Thea", "Una", "Viktor", "Wanda", "Xenia", "Yusuf", "Zora",
];
const LAST: &[&str] = &[
    "Abbott",
    "Bergmann",
    "Castell",
    "Dornier",
    "Ekberg",
    "Falk",
    "Granger",
    "Hallam",
    "Iversen",
    "Jansson",
    "Kessler",
    "Lindqvist",
    "Marlowe",
    "Novak",
    "Okafor",
    "Prentice",
    "Quade",
    "Rosendahl",
    "Sutter",
    "Thorne",
    "Ulmer",
    "Vance",
    "Whitlock",
    "Yates",
    "Zielinski",
    "Arden",
    "Bellamy",
    "Corrin",
    "Delacourt",
    "Engel",
    "Farrow",
    "Gallo",
    "Hartwell",
    "Ito",
    "Juhl",
    "Keane",
    "Larkin",
    "Moreau",
    "Nakata",
    "Osborne",
];
const COMPANIES: &[&str] = &[
    "Alder Joinery",
    "Brightwater Cafe",
    "Copperline Studio",
    "Driftwood Rooms",
    "Eastgate Florists",
    "Fieldnote Press",
    "Granary Bakery",
    "Hollow Tree Nursery",
    "Inkwell Books",
    "Juniper Interiors",
    "Kiln and Clay",
    "Lantern Cycles",
];
const TOWNS: &[(&str, &str, &str)] = &[
    ("Bristol", "GB", "Europe/London"),
    ("Portland", "US", "America/Los_Angeles"),
    ("Leith", "GB", "Europe/London"),
    ("Savannah", "US", "America/New_York"),
    ("Falmouth", "GB", "Europe/London"),
    ("Duluth", "US", "America/Chicago"),
];
const SOURCES: &[&str] = &["Contact form", "Booking widget", "Newsletter bridge", "Booking widget", "Phone"];
const TAGS: &[&[&str]] = &[
    &["newsletter"],
    &["member", "newsletter"],
    &[],
    &["wholesale"],
    &["member"],
    &["workshop", "newsletter"],
    &["lead"],
];

/// Adds the contacts; the newest one's id.
pub async fn add(db: &Db, account: &AccountId, now: Timestamp) -> Result<ContactId> {
    let mut tx = db.write().await?;
    let mut newest = None;
    for number in 0..COUNT {
        let at = now.minus(came(number));
        let id = ContactId::new(at, db.world().entropy());
        let mut contact = Contact::new(id.clone(), account.clone(), at);
        contact.apply(draft(number));
        contacts::add(&mut tx.on(), &contact).await?;
        notes::add(&mut tx.on(), account, (number, &id), at, db.world().entropy()).await?;
        newest = Some(id);
    }
    tx.commit_unlogged(Unlogged::Seed).await?;
    newest.ok_or_else(|| AppError::internal("the demo has no contacts"))
}

/// How long ago a contact came: the first ones in one import, the others one after the other until today.
fn came(number: usize) -> Span {
    let place = i64::try_from(number).unwrap_or(0);
    let of_the_others = i64::try_from(COUNT - IMPORTED).unwrap_or(0);
    match place - i64::try_from(IMPORTED).unwrap_or(0) {
        before if before < 0 => Span::minutes(243 * 1_440 + 120 - place * 2),
        after => Span::minutes((of_the_others - after) * 1_110 + after * 37 % 610),
    }
}

fn pick<T: Copy>(list: &[T], place: usize) -> Option<T> {
    list.get(place % list.len().max(1)).copied()
}

fn draft(number: usize) -> Draft {
    let first = pick(FIRST, number * 7).unwrap_or_default();
    let last = pick(LAST, number * 11 + number / FIRST.len()).unwrap_or_default();
    let company = number.is_multiple_of(3).then(|| pick(COMPANIES, number / 3)).flatten();
    let host = company.map_or_else(
        || pick(&["mailbox.example", "letterbox.example", "post.example"], number).unwrap_or_default().to_owned(),
        |company| format!("{}.example", company.to_lowercase().replace(' ', "-")),
    );
    let mailbox = format!("{first}.{last}").to_lowercase();
    let (town, country, zone) = pick(TOWNS, number).unwrap_or_default();
    let source = if number < IMPORTED { Some("Old shop") } else { pick(SOURCES, number) };
    let texts = [
        (Text::FirstName, Some(first.to_owned())),
        (Text::LastName, Some(last.to_owned())),
        (Text::Email, Some(format!("{mailbox}@{host}"))),
        // Some are known by e-mail alone.
        (Text::Phone, (number % 9 != 4).then(|| phone(number, country))),
        (Text::City, Some(town.to_owned())),
        (Text::Country, Some(country.to_owned())),
        (Text::Timezone, Some(zone.to_owned())),
        (Text::CompanyName, company.map(str::to_owned)),
        (Text::Source, source.map(str::to_owned)),
        (Text::Kind, Some(if number.is_multiple_of(4) { "customer" } else { "lead" }.to_owned())),
    ];
    let tags = pick(TAGS, number).unwrap_or_default();
    Draft {
        texts: texts.into(),
        dnd: (number % 23 == 5).then_some(Some(true)),
        tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
        custom_fields: Vec::new(),
        besides: Vec::new(),
    }
}

/// The ranges that the regulators of both countries keep for films and examples.
fn phone(number: usize, country: &str) -> String {
    match country {
        "US" => format!("+1 {} 555 01{:02}", if number < 100 { 202 } else { 303 }, number % 100),
        _ => format!("+44 20 7946 0{number:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_are_the_same_and_each_later_one_came_later() {
        let now = Timestamp::from_millis(1_793_610_000_000);
        let account = AccountId::new(now, &FixedEntropy::default());
        let (mut emails, mut phones, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for number in 0..COUNT {
            let id = ContactId::new(now, &FixedEntropy::default());
            let mut contact = Contact::new(id, account.clone(), now);
            contact.apply(draft(number));
            let keys = contact.keys();
            let email = keys.email.expect("an address");
            assert!(email.ends_with(".example") && email.is_ascii(), "{email}");
            assert!(emails.insert(email));
            assert!(keys.phone.is_none_or(|phone| phones.insert(phone)));
            assert!(names.insert(keys.name));
            assert!(number == 0 || came(number) < came(number - 1), "{number}");
            assert!(came(number).as_millis() > 0);
        }
    }
}
