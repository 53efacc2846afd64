//! Text that people type: one form for comparing it, one rule for what it may not hold.

use unicode_normalization::UnicodeNormalization as _;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadText {
    /// A control character, NUL among them.
    Control,
    /// A character that cannot be seen or turns the reading direction, and so can fake another text.
    Invisible,
}

/// The form by which names and addresses are compared and searched: compatibility forms and case folded, white space collapsed.
#[must_use]
pub fn fold(text: &str) -> String {
    // Folding can undo the normal form and the other way round; the second round settles both.
    let once: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>()).nfkc().collect();
    let twice = caseless::default_case_fold_str(&once);
    // Joiners and variation selectors change nothing that a reader could tell two names apart by.
    let plain = |c: &char| !matches!(c, '\u{200C}' | '\u{200D}' | '\u{034F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    let twice: String = twice.chars().filter(plain).collect();
    twice.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What in `text` nobody types on purpose; line breaks and tabs are fine where there may be several lines.
#[must_use]
pub fn problem_in(text: &str, several_lines: bool) -> Option<BadText> {
    text.chars().find_map(|c| match c {
        '\n' | '\t' if several_lines => None,
        c if c.is_control() => Some(BadText::Control),
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180E}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => Some(BadText::Invisible),
        _ => None,
    })
}

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadName {
    /// Empty, only spaces, or more than [`NAME_MAX`] characters.
    Length,
    /// It holds characters that cannot be seen.
    Characters,
}

/// Most characters of a name.
pub const NAME_MAX: usize = 80;

/// Reads a name of 1 to [`NAME_MAX`] characters.
///
/// # Errors
/// Why it is none.
pub fn name(text: &str) -> Result<String, BadName> {
    let text: String = text.trim().nfc().collect();
    if problem_in(&text, false).is_some() {
        return Err(BadName::Characters);
    }
    if text.is_empty() || text.chars().count() > NAME_MAX {
        return Err(BadName::Length);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_case_fold_together() {
        assert_eq!(fold("  ＢＩ   Export "), fold("bi export"));
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("e\u{301}"), fold("\u{c9}"));
        assert_eq!(fold(&fold("ﬀÅ")), fold("ﬀÅ"));
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(problem_in("a\u{202E}b", false), Some(BadText::Invisible));
        assert_eq!(problem_in("a\0b", false), Some(BadText::Control));
        assert_eq!(problem_in("a\nb", true), None);
        assert_eq!(problem_in("a\nb", false), Some(BadText::Control));
        assert_eq!(problem_in("Zoë 👩\u{200D}🚀 عربي", false), None);
    }
}
