//! What the frame of each page shows: title, account, person, navigation, flash.

use super::parts::FormGuard;
use crate::authz::AccountRef;

/// View data of `layout.html` and `bare.html`; a page's template holds it in a field named `shell`.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The page's name, without the account and the product.
    pub title: String,
    /// Name of the account one works in; none while signed out.
    pub account: Option<String>,
    /// The person's other accounts, by name: what the account's name leads to.
    pub others: Vec<AccountRef>,
    /// Who is signed in.
    pub person: Option<ShellPerson>,
    /// The navigation that this person may see; empty while signed out.
    pub nav: Vec<NavGroup>,
    /// The page's parents, outermost first, without the page itself.
    pub breadcrumb: Vec<Crumb>,
    /// What the step before has done.
    pub flash: Option<Flash>,
    /// What binds the form that signs out.
    pub guard: FormGuard,
    /// Whether a form on the page has errors: the title then begins with `Error: `.
    pub has_errors: bool,
    /// Whether it is an error page: it stands nowhere in the navigation.
    pub lost: bool,
}

impl Shell {
    /// The content of `<title>`: page, account, product.
    #[must_use]
    pub fn document_title(&self) -> String {
        let error = if self.has_errors { "Error: " } else { "" };
        let account = self.account.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
        format!("{error}{}{account} · Progreda", self.title)
    }

    /// The name of the navigation's current entry, else the page's: what the folded menu shows; nothing on an error page.
    #[must_use]
    pub fn here(&self) -> &str {
        let mut entries = self.nav.iter().flat_map(|group| &group.entries);
        let own = if self.lost { "" } else { &self.title };
        entries.find(|entry| entry.current).map_or(own, |entry| &entry.label)
    }

    /// The groups above the rule, outside the settings.
    pub fn business(&self) -> impl Iterator<Item = &NavGroup> {
        self.nav.iter().filter(|group| !group.in_settings && !group.title.is_empty())
    }

    /// The groups below the rule and the word Settings.
    pub fn settings(&self) -> impl Iterator<Item = &NavGroup> {
        self.nav.iter().filter(|group| group.in_settings)
    }

    /// Groups without a title stand last: Help.
    pub fn rest(&self) -> impl Iterator<Item = &NavGroup> {
        self.nav.iter().filter(|group| !group.in_settings && group.title.is_empty())
    }
}

/// The person in the top bar.
#[derive(Debug, Clone)]
pub struct ShellPerson {
    /// The full name.
    pub name: String,
    /// One or two letters for the avatar, see [`initials`].
    pub initials: String,
}

impl ShellPerson {
    /// A person of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), initials: initials(name) }
    }
}

/// First letters of the first and last word, in capitals: `Maren Holt` is `MH`.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A group of the navigation.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// Its title: `Team`; empty for the last group, which holds Help.
    pub title: String,
    /// Whether it stands below the rule, under Settings.
    pub in_settings: bool,
    /// Its entries, at least one.
    pub entries: Vec<NavEntry>,
}

/// A link of the navigation.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// Its words.
    pub label: String,
    /// Its address.
    pub href: String,
    /// The icon's name in the sprite.
    pub icon: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// A parent of the page.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Its name.
    pub label: String,
    /// Its address; an area without a page of its own has none.
    pub href: Option<String>,
}

impl Crumb {
    /// A parent that is only a name, like Settings.
    #[must_use]
    pub fn area(label: &str) -> Self {
        Self { label: label.to_owned(), href: None }
    }

    /// A parent with a page.
    #[must_use]
    pub fn link(label: &str, href: impl Into<String>) -> Self {
        Self { label: label.to_owned(), href: Some(href.into()) }
    }
}

/// One sentence about what was done; stays until closed or the next page.
#[derive(Debug, Clone)]
pub struct Flash {
    /// The sentence.
    pub text: String,
    /// Its colour and icon.
    pub tone: super::parts::Tone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_names_page_account_and_product() {
        let mut shell = Shell { title: "Labs".into(), ..Shell::default() };
        assert_eq!(shell.document_title(), "Labs · Progreda");
        shell.account = Some("Harbor & Pine".into());
        shell.has_errors = true;
        assert_eq!(shell.document_title(), "Error: Labs · Harbor & Pine · Progreda");
    }

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Maren Holt"), "MH");
        assert_eq!(initials("ada maria quist"), "AQ");
        assert_eq!(initials("  Élodie "), "É");
        assert_eq!(initials(""), "");
    }
}
