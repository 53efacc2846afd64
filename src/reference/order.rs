//! The way through the reference: where each named object is described, and which chapter comes before and after.

use crate::web::described::Chapter;
use std::collections::BTreeMap;

/// Where the objects are described that bodies name.
#[derive(Debug, Clone, Default)]
pub struct Homes(BTreeMap<&'static str, String>);

impl Homes {
    /// Those of `chapters`.
    #[must_use]
    pub fn new(chapters: &[Chapter]) -> Self {
        let objects = chapters.iter().flat_map(|chapter| chapter.objects.iter().map(move |object| (chapter, object)));
        let mut homes = BTreeMap::new();
        for (chapter, name) in objects.filter_map(|(chapter, object)| Some((chapter, object.name()?))) {
            homes.entry(name).or_insert_with(|| format!("/docs/{}#{name}", chapter.anchor));
        }
        Self(homes)
    }

    /// The address of the object with this name.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| format!("#{name}"))
    }
}

/// A chapter to turn to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its address.
    pub href: String,
    /// Its heading.
    pub title: &'static str,
}

/// The chapters around one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turns {
    /// The one before.
    pub before: Option<Turn>,
    /// The one after.
    pub after: Option<Turn>,
}

impl Turns {
    /// Those around the page at `href`: the guide, then every chapter, then webhooks.
    #[must_use]
    pub fn around(href: &str, chapters: &[Chapter]) -> Self {
        let guide = Turn { href: "/docs".to_owned(), title: "API v2" };
        let webhooks = Turn { href: "/docs/webhooks".to_owned(), title: "Webhooks" };
        let chapters = chapters.iter();
        let own = chapters.map(|chapter| Turn { href: format!("/docs/{}", chapter.anchor), title: chapter.title });
        let all: Vec<Turn> = [guide].into_iter().chain(own).chain([webhooks]).collect();
        let Some(here) = all.iter().position(|turn| turn.href == href) else { return Self::default() };
        let before = here.checked_sub(1).and_then(|place| all.get(place)).cloned();
        Self { before, after: all.get(here + 1).cloned() }
    }
}
