//! What the catalogue and the sets of scopes promise.

use super::read;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Every scope id of the published description, one a line, in order.
const PUBLISHED: &str = include_str!("source_ids.txt");
const ICONS: &str = "users calendar message-square building-2 credit-card megaphone globe image share-2 workflow \
                     graduation-cap clipboard-list phone bot boxes hand-coins";

fn strings(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

fn set(stored: &str) -> ScopeSet {
    ScopeSet::from_stored(stored)
}

fn can(set: &ScopeSet) -> Vec<String> {
    summary(set).can.iter().map(ToString::to_string).collect()
}

fn ids(held: &[Held<'_>]) -> Vec<String> {
    held.iter().map(|held| held.id().to_owned()).collect()
}

#[test]
fn the_catalogue_is_sound_and_has_the_125_published_scopes() {
    let catalogue = Catalogue::check().unwrap();
    let ours: BTreeSet<&str> = catalogue.scopes().map(|scope| scope.id.as_str()).collect();
    assert_eq!(ours, PUBLISHED.lines().collect());
    assert_eq!((ours.len(), catalogue.len(), catalogue.scopes().count()), (125, 125, 125));
    assert_eq!(catalogue.groups().iter().map(Group::len).sum::<usize>(), 125);
    assert_eq!(catalogue.scopes().map(|scope| scope.routes.len()).sum::<usize>(), 541);
    assert_eq!(catalogue.groups()[0].name, "Contacts");
    let icons: Vec<&str> = catalogue.groups().iter().map(|group| group.icon.as_str()).collect();
    assert!(icons.iter().all(|icon| ICONS.split(' ').any(|known| known == *icon)), "{icons:?}");
}

#[test]
fn each_scope_is_found_by_its_exact_id_and_no_two_share_a_sentence_or_a_title() {
    for id in PUBLISHED.lines() {
        assert_eq!(catalogue().find(id).unwrap().id, id);
        assert!(catalogue().find(&id.to_uppercase()).is_none());
        assert!(catalogue().find(&format!("{id} ")).is_none());
    }
    assert!(catalogue().find("").is_none());
    assert_eq!(catalogue().scopes().map(|scope| &scope.sentence).collect::<BTreeSet<_>>().len(), 125);
    assert_eq!(catalogue().scopes().map(|scope| &scope.title).collect::<BTreeSet<_>>().len(), 125);
}

#[test]
fn a_scope_that_deletes_says_so() {
    for scope in catalogue().scopes() {
        let deletes = scope.routes.iter().any(|route| route.method == Method::Delete);
        // Its only DELETE takes back a message that has not gone out.
        let says = if scope.id == "conversations/message.write" { "cancel" } else { "delete" };
        assert_eq!(scope.sentence.to_lowercase().contains(says), deletes, "{}", scope.id);
        assert!(!deletes || scope.warning.is_some(), "{}", scope.id);
    }
}

#[test]
fn titles_and_phrases_read_as_on_the_page() {
    let titles = |id| catalogue().find(id).map(|scope| (scope.title.clone(), scope.can()));
    let pair = |title: &str, can: &str| Some((title.to_owned(), can.to_owned()));
    assert_eq!(titles("contacts.readonly"), pair("View contacts", "view contacts"));
    assert_eq!(titles("contacts.write"), pair("Edit contacts", "create, change and delete contacts"));
    assert_eq!(titles("calendars/events.write"), pair("Edit appointments", "book, move and delete appointments"));
    assert_eq!(titles("payments/orders.collectPayment"), pair("Record order payments", "record order payments"));
    let row = &catalogue().groups()[0].rows[0];
    assert_eq!((row.name.as_str(), row.warning()), ("Contacts", Some("Edit includes delete.")));
}

#[test]
fn a_route_is_opened_by_its_own_scope_and_method_only() {
    let opened = |method, path| -> Vec<&str> {
        catalogue().scopes_for(method, path).iter().map(|scope| scope.id.as_str()).collect()
    };
    assert_eq!(opened("GET", "/contacts/{contactId}"), ["contacts.readonly"]);
    assert_eq!(opened("GET", "/contacts"), ["contacts.readonly"]);
    assert_eq!(opened("GET", "/contacts/"), ["contacts.readonly"]);
    assert_eq!(opened("POST", "/contacts/search"), ["contacts.readonly"]);
    assert_eq!(opened("POST", "/contacts/"), ["contacts.write"]);
    assert_eq!(opened("DELETE", "/contacts/{contactId}"), ["contacts.write"]);
    for (method, path) in [
        ("get", "/contacts/{contactId}"),
        ("PATCH", "/contacts/{contactId}"),
        ("GET", "/contacts/{id}"),
        ("GET", "/contacts//"),
        ("GET", "contacts"),
        ("GET", ""),
    ] {
        assert!(opened(method, path).is_empty(), "{method} {path}");
    }
}

#[test]
fn a_view_scope_opens_nothing_that_changes_and_an_edit_scope_does_not_view() {
    for scope in catalogue().scopes() {
        for route in &scope.routes {
            let reads = route.method == Method::Get || (route.method == Method::Post && route.reads);
            assert_eq!(reads, scope.access == Access::View, "{} {}", scope.id, route.path);
            let openers = catalogue().scopes_for(route.method.as_str(), &route.path);
            assert!(openers.iter().any(|opener| opener.id == scope.id));
        }
    }
}

#[test]
fn each_broken_rule_is_named() {
    let wrap = |rows: &str| format!(r#"{{"groups":[{{"name":"G","icon":"i","rows":[{rows}]}}]}}"#);
    let row = |name: &str, sides: &str| format!(r#"{{"name":"{name}","sentence":"Data."{sides}}}"#);
    let side = |side: &str, id: &str, method: &str, path: &str| {
        format!(r#","{side}":{{"id":"{id}","sentence":"It does.","routes":[{{"method":"{method}","path":"{path}"}}]}}"#)
    };
    let view = |id: &str| side("view", id, "GET", "/a/{id}");
    let problem = |rows: &str| read::catalogue(&wrap(rows)).err();
    assert_eq!(problem(&row("A", &view("a"))), None);
    let twice = format!("{},{}", row("A", &view("a")), row("B", &view("a")));
    assert_eq!(problem(&twice), Some(CatalogueError::Twice("a".into())));
    let same_name = format!("{},{}", row("A", &view("a")), row("A", &view("b")));
    assert_eq!(problem(&same_name), Some(CatalogueError::Twice("A".into())));
    assert_eq!(problem(&row("A", "")), Some(CatalogueError::Hollow("A".into())));
    assert_eq!(problem(""), Some(CatalogueError::Hollow("G".into())));
    assert_eq!(problem(&row("A", &view("a b"))), Some(CatalogueError::Id("a b".into())));
    for path in ["a", "", "/", "/a//b", "/{a", "/a?b", "/{}"] {
        let rows = row("A", &side("view", "a", "GET", path));
        assert_eq!(problem(&rows), Some(CatalogueError::Path("a".into())), "{path}");
    }
    for (place, method) in [("view", "POST"), ("view", "DELETE"), ("edit", "GET")] {
        let rows = row("A", &side(place, "a", method, "/a"));
        assert_eq!(problem(&rows), Some(CatalogueError::WrongSide("a".into())), "{place} {method}");
    }
    let unwarned = row("A", &side("edit", "a", "DELETE", "/a"));
    assert_eq!(problem(&unwarned), Some(CatalogueError::Unwarned("a".into())));
    for sentence in ["", ".", "No stop", &format!("{}.", "x".repeat(120))] {
        let rows = row("A", &view("a")).replace("It does.", sentence);
        assert_eq!(problem(&rows), Some(CatalogueError::Sentence("a".into())), "{sentence}");
    }
    let unknown_method = row("A", &side("view", "a", "TRACE", "/a"));
    assert!(matches!(problem(&unknown_method), Some(CatalogueError::Malformed(_))));
    assert!(matches!(read::catalogue(r#"{"groups":[]}"#), Err(CatalogueError::Malformed(_))));
}

#[test]
fn chosen_scopes_are_checked() {
    let twice = strings(&["contacts.write", "contacts.readonly", "contacts.write", ""]);
    assert_eq!(ScopeSet::parse(&twice).unwrap().to_stored(), "contacts.readonly contacts.write");
    assert_eq!(ScopeSet::parse(&[]), Err(ScopeProblem::NoneChosen));
    assert_eq!(ScopeSet::parse(&strings(&["", ""])), Err(ScopeProblem::NoneChosen));
    let unknown = strings(&["zz", "contacts.readonly", "Contacts.readonly", "zz"]);
    let problem = ScopeSet::parse(&unknown).unwrap_err();
    assert_eq!(problem, ScopeProblem::Unknown(strings(&["Contacts.readonly", "zz"])));
    assert_eq!(problem.to_string(), "These scopes do not exist: Contacts.readonly, zz.");
    let many: Vec<String> = (0..10_000).map(|number| format!("scope{number}")).collect();
    assert_eq!(ScopeSet::parse(&many), Err(ScopeProblem::TooMany));
    let same = vec!["contacts.readonly".to_owned(); 10_000];
    assert_eq!(ScopeSet::parse(&same), Ok(set("contacts.readonly")));
    let everything: Vec<String> = PUBLISHED.lines().map(str::to_owned).collect();
    assert_eq!(ScopeSet::parse(&everything).unwrap().len(), 125);
    let long = ScopeProblem::Unknown(vec!["x".repeat(1_000); 9]).to_string();
    assert!(long.chars().count() < 300 && long.ends_with("and 6 more."), "{long}");
}

#[test]
fn a_retired_scope_stays_and_opens_nothing() {
    let held = set("contacts.readonly gone.write");
    assert_eq!(held.to_stored(), "contacts.readonly gone.write");
    assert!(held.contains("contacts.readonly"));
    assert!(!held.contains("gone.write"));
    assert!(!held.contains("contacts.write"));
    assert_eq!(held.retired().collect::<Vec<_>>(), ["gone.write"]);
    assert!(held.iter().any(|member| matches!(member, Held::Retired("gone.write"))));
    let groups = held.by_group();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0].group.unwrap().name, "Contacts");
    assert!(groups[1].group.is_none() && groups[1].scopes[0].scope().is_none());
    let summary = summary(&held);
    assert_eq!((summary.ids, summary.retired), (vec!["contacts.readonly"], strings(&["gone.write"])));
}

#[test]
fn a_retired_scope_may_stay_in_an_edit_but_never_be_added() {
    let held = set("contacts.readonly gone.write");
    let kept = strings(&["gone.write", "contacts.write"]);
    assert_eq!(ScopeSet::parse_over(&kept, &held), Ok(set("contacts.write gone.write")));
    assert_eq!(ScopeSet::parse(&kept), Err(ScopeProblem::Unknown(strings(&["gone.write"]))));
    assert_eq!(
        ScopeSet::parse_over(&strings(&["other.write"]), &held),
        Err(ScopeProblem::Unknown(strings(&["other.write"])))
    );
}

#[test]
fn differences_name_what_came_and_went() {
    let (old, new) = (set("contacts.readonly gone.write"), set("contacts.readonly contacts.write"));
    assert_eq!(ids(&new.added(&old)), ["contacts.write"]);
    assert_eq!(ids(&new.removed(&old)), ["gone.write"]);
    assert!(new.added(&new).is_empty() && new.removed(&new).is_empty());
    assert_eq!(new.count_in(&catalogue().groups()[0]), 2);
}

#[test]
fn presets_tick_what_they_say() {
    assert_eq!(preset("contacts-read"), Some(set("contacts.readonly")));
    assert_eq!(preset("contact-sync"), Some(set("contacts.readonly contacts.write")));
    assert_eq!(preset("none"), Some(ScopeSet::default()));
    assert_eq!(preset("Contact sync"), None);
    let everything = preset("read-everything").unwrap();
    assert_eq!(everything.len(), 71);
    for preset in &PRESETS {
        assert_eq!(preset_of(&preset.scopes()).unwrap().key, preset.key);
        assert_eq!(preset.scopes().retired().count(), 0);
    }
    assert_eq!(preset_of(&set("contacts.write")), None);
}

#[test]
fn the_summary_says_what_is_possible_and_marks_delete() {
    let chosen = set("contacts.readonly contacts.write locations/tasks.readonly");
    let summary = summary(&chosen);
    assert_eq!(can(&chosen), ["view contacts and tasks", "create, change and delete contacts"]);
    assert_eq!(summary.names, ["View contacts", "Edit contacts", "View tasks"]);
    let strong: Vec<(&str, bool)> = summary.can[1].parts.iter().map(|part| (part.text.as_str(), part.strong)).collect();
    assert_eq!(strong, [("create, change and ", false), ("delete", true), (" contacts", false)]);
    let expected = [
        "see tags, custom fields, companies or opportunities",
        "see or change calendars, conversations, account and staff, or 12 more areas",
    ];
    assert_eq!(summary.cannot, expected);
}

#[test]
fn the_summary_says_what_is_missing_beside_what_was_chosen() {
    let cannot = |stored| summary(&set(stored)).cannot;
    assert_eq!(cannot("contacts.write")[0], "see contacts, tags, tasks or 3 more things");
    assert_eq!(cannot("contacts.readonly")[0], "change contacts");
    assert_eq!(cannot("conversations.readonly")[2], "show live chat typing");
    assert_eq!(cannot(""), ["see or change any data of the account"]);
    assert_eq!(cannot("gone.write"), cannot(""));
    let all: ScopeSet = PUBLISHED.lines().collect();
    assert!(summary(&all).cannot.is_empty());
    let read = summary(&preset("read-everything").unwrap());
    assert!(read.can.len() <= 20 && read.cannot.len() <= 4, "{read:#?}");
    assert!(read.can.iter().any(|line| line.to_string() == "view everything under Contacts"));
}

proptest! {
    #[test]
    fn what_is_stored_comes_back(chosen in proptest::sample::subsequence(PUBLISHED.lines().collect::<Vec<_>>(), 1..=125)) {
        let parsed = ScopeSet::parse(&strings(&chosen)).unwrap();
        prop_assert_eq!(&ScopeSet::from_stored(&parsed.to_stored()), &parsed);
        prop_assert_eq!(parsed.ids().collect::<BTreeSet<_>>(), chosen.iter().copied().collect());
        prop_assert_eq!(parsed.by_group().iter().map(|group| group.scopes.len()).sum::<usize>(), chosen.len());
        prop_assert!(summary(&parsed).cannot.len() <= 4);
    }

    #[test]
    fn any_stored_text_can_be_read(text in any::<String>()) {
        let held = ScopeSet::from_stored(&text);
        prop_assert_eq!(&ScopeSet::from_stored(&held.to_stored()), &held);
    }
}
