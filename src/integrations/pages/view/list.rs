//! The list, its filters, and what it shows when there is nothing to show.

use crate::web::parts::{Choice, Pill, Tone, When};
use crate::web::shell::Shell;
use askama::Template;

/// View data of the list.
#[derive(Debug, Template)]
#[template(path = "integrations/list.html")]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// The account's name.
    pub account: String,
    /// Whether controls that change something are shown.
    pub may_manage: bool,
    /// Whether the account never had one, deleted ones included: the page then explains what they are for.
    pub empty: bool,
    /// The banner about those that are due.
    pub due: Option<DueBanner>,
    /// What was searched.
    pub search: String,
    /// The choices of the status filter.
    pub statuses: Vec<Choice>,
    /// The choices of the order.
    pub sorts: Vec<Choice>,
    /// The rows with their head and count.
    pub list: ListBlock,
}

/// View data of the part that alone answers a changed filter.
#[derive(Debug, Template)]
#[template(path = "integrations/list_block.html")]
pub struct ListPart {
    /// The rows with their head and count.
    pub list: ListBlock,
}

/// The rows with their head and count.
#[derive(Debug)]
pub struct ListBlock {
    /// Whether row menus are shown.
    pub may_manage: bool,
    /// Whether only the block is rendered, so that its count is announced.
    pub part: bool,
    /// The columns.
    pub heads: Vec<Head>,
    /// The rows, at most 50.
    pub rows: Vec<Row>,
    /// What stands in place of rows when the filters leave none.
    pub nothing: Nothing,
    /// The count in words: `10 integrations, 8 with a live token`; empty when none is listed.
    pub words: String,
    /// Address of the page before; empty for none.
    pub previous: String,
    /// Address of the page after; empty for none.
    pub next: String,
}

/// The banner about tokens that are due for rotation.
#[derive(Debug)]
pub struct DueBanner {
    /// `2 tokens are due for rotation`.
    pub title: String,
    /// Names them.
    pub text: String,
    /// The list of those only; empty when that is what one looks at.
    pub href: String,
}

/// Words for a list without rows.
#[derive(Debug, Default)]
pub struct Nothing {
    /// What is not there.
    pub title: &'static str,
    /// What to do.
    pub text: &'static str,
    /// The button's words.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
}

/// The head of a column.
#[derive(Debug)]
pub struct Head {
    /// Its words.
    pub label: &'static str,
    /// Where it is sorted by this column; empty when it cannot be.
    pub href: String,
    /// `ascending`, `descending`, or nothing.
    pub sorted: &'static str,
    /// The arrow's icon.
    pub glyph: &'static str,
    /// Whether it leaves on narrow screens.
    pub optional: bool,
}

/// One integration of the list.
#[derive(Debug)]
pub struct Row {
    /// The page of the integration.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The beginning of its description.
    pub description: String,
    /// Its state.
    pub pill: Pill,
    /// What needs attention beside the state, with its icon.
    pub flags: Vec<(&'static str, &'static str)>,
    /// A date that belongs to the state: `old token until 27 Nov`.
    pub since: String,
    /// The newest token's hint.
    pub hint: String,
    /// Whether that token is honoured while the integration is not paused.
    pub live: bool,
    /// Ids of its scopes, the first few.
    pub scopes: Vec<String>,
    /// How many more it holds.
    pub more_scopes: usize,
    /// Its last call.
    pub last_used: Option<When>,
    /// The token's age: `97 days`.
    pub age: String,
    /// What follows from it: `7 days overdue`.
    pub age_second: String,
    /// Its colour.
    pub age_tone: Tone,
    /// Who made it.
    pub created_by: String,
    /// Whether it is deleted.
    pub gone: bool,
}

/// The first words of a description, whole words of at most 36 characters of its first line.
#[must_use]
pub fn beginning(description: &str) -> String {
    const MOST: usize = 36;
    let line = description.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= MOST && !description.trim().contains('\n') {
        return line.to_owned();
    }
    let mut text = String::new();
    for word in line.split_whitespace() {
        if text.chars().count() + word.chars().count() >= MOST {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    if text.is_empty() {
        text = line.chars().take(MOST - 1).collect();
    }
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_long_description_ends_after_a_whole_word() {
        assert_eq!(beginning("Stock levels, Tidewater"), "Stock levels, Tidewater");
        assert_eq!(beginning("First line\nsecond"), "First line…");
        let long = "Keeps stock levels in the Tidewater warehouse in step with the shop. Runs hourly.";
        assert_eq!(beginning(long), "Keeps stock levels in the Tidewater…");
        assert_eq!(beginning(&"x".repeat(70)).chars().count(), 36);
    }
}
