//! Reads a rendered page just enough to check its labels, ids and headings.

use std::collections::{BTreeMap, BTreeSet};

/// An opening tag and the text up to the next one of any kind.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Every tag in order; closing ones have a `/` before their name.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    for piece in html.split('<').skip(1).filter(|piece| !piece.starts_with('!')) {
        let (inside, text) = piece.split_once('>').expect("a tag ends");
        let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        let mut attributes = BTreeMap::new();
        loop {
            rest = rest.trim_start().trim_end_matches('/');
            if rest.is_empty() {
                break;
            }
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let (value, left) = match after.strip_prefix('=') {
                Some(quoted) => {
                    let quote = quoted.chars().next().expect("a value follows");
                    quoted[1..].split_once(quote).expect("a value ends")
                }
                None => ("", after),
            };
            assert!(attributes.insert(key.to_owned(), value.to_owned()).is_none(), "{key} twice in <{inside}>");
            rest = left;
        }
        found.push(Tag { name: name.to_owned(), attributes, text: text.trim().to_owned() });
    }
    found
}

/// What is wrong with a page or a part of one.
pub fn faults(html: &str, whole: bool) -> Vec<String> {
    let tags = tags(html);
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        if !ids.insert(id) {
            faults.push(format!("the id {id} twice"));
        }
    }
    faults.extend(references(&tags, &ids));
    faults.extend(names(&tags));
    if whole {
        faults.extend(headings(&tags));
    }
    faults
}

fn references(tags: &[Tag], ids: &BTreeSet<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    for tag in tags.iter().filter(|tag| tag.name != "dialog") {
        let fragment = tag.get("href").and_then(|href| href.strip_prefix('#'));
        let several = [tag.get("aria-describedby"), tag.get("aria-labelledby")].into_iter().flatten();
        let wanted = several.flat_map(str::split_whitespace).chain(fragment).chain(tag.get("for"));
        faults.extend(wanted.filter(|id| !ids.contains(id)).map(|id| format!("nothing has the id {id}")));
    }
    faults
}

/// Each control has a name, each link and button words.
fn names(tags: &[Tag]) -> Vec<String> {
    let labelled: BTreeSet<_> = tags.iter().filter_map(|tag| tag.get("for")).collect();
    let mut faults = Vec::new();
    let mut in_label = false;
    for (place, tag) in tags.iter().enumerate() {
        match tag.name.as_str() {
            "label" => in_label = true,
            "/label" => in_label = false,
            "input" | "select" | "textarea" if tag.get("type") != Some("hidden") => {
                let by_id = tag.get("id").is_some_and(|id| labelled.contains(id));
                if !by_id && !in_label && tag.get("aria-label").is_none() {
                    faults.push(format!("a control without a name: {:?}", tag.attributes));
                }
            }
            "a" | "button" | "summary" if tag.get("aria-label").is_none() => {
                let close = format!("/{}", tag.name);
                let inside = tags.iter().skip(place).take_while(|other| other.name != close);
                if inside.map(|other| other.text.len()).sum::<usize>() == 0 {
                    faults.push(format!("no words in {:?}", tag.attributes));
                }
            }
            _ => {}
        }
    }
    faults
}

fn headings(tags: &[Tag]) -> Vec<String> {
    let level = |tag: &Tag| tag.name.strip_prefix('h').and_then(|digit| digit.parse::<u8>().ok());
    let levels: Vec<u8> = tags.iter().filter_map(level).collect();
    let mut faults = Vec::new();
    if tags.iter().filter(|tag| tag.name == "h1").count() != 1 {
        faults.push("not one h1".to_owned());
    }
    for pair in levels.windows(2).filter(|pair| pair[1] > pair[0] + 1) {
        faults.push(format!("h{} after h{}", pair[1], pair[0]));
    }
    faults
}

#[test]
fn it_finds_what_is_wrong() {
    let found = |html| faults(html, false);
    assert_eq!(found("<p id=\"a\"></p><p id=\"a\"></p>"), ["the id a twice"]);
    assert_eq!(found("<label for=\"b\">B</label>"), ["nothing has the id b"]);
    assert_eq!(found("<input name=\"c\">").len(), 1);
    assert_eq!(found("<button type=\"submit\"><svg></svg></button>").len(), 1);
    assert_eq!(faults("<h1>A</h1><h3>B</h3>", true), ["h3 after h1"]);
}
