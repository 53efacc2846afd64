//! The texts of notes and tasks: one line where it is a name, several where it is prose.

use super::plain;

/// Characters of a note's or a task's text.
pub const PROSE: usize = 10_000;

/// Reads one line of at most `limit` characters. Blank counts as unknown.
///
/// # Errors
/// What is wrong with it, to be said after its name.
pub fn read_line(text: &str, limit: usize) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { plain(text, limit).map(|text| Some(text.to_owned())) }
}

/// Reads several lines, with line feeds between them however they were parted. Blank counts as unknown.
///
/// # Errors
/// What is wrong with them, to be said after their name.
pub fn read_prose(text: &str) -> Result<Option<String>, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.chars().count() > PROSE {
        return Err(format!("must be at most {PROSE} characters long"));
    }
    // Soft hyphens, joiners and marks of direction are in every text that comes out of a mail: they are part of it, and no name.
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_its_lines_and_what_mails_are_full_of() {
        let read = read_prose(" a\r\nb\rc\n\td\u{ad}\u{200f} ").unwrap();
        assert_eq!(read.as_deref(), Some(" a\nb\nc\n\td\u{ad}\u{200f} "));
        assert_eq!(read_prose(" \r\n\t"), Ok(None));
        assert_eq!(read_prose("a\u{1b}[31m"), Err("must not contain control characters".to_owned()));
        assert!(read_prose(&"ä".repeat(PROSE)).is_ok_and(|text| text.is_some()));
        assert_eq!(read_prose(&"ä".repeat(PROSE + 1)), Err("must be at most 10000 characters long".to_owned()));
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(read_line(" Call back ", 9), Ok(Some("Call back".to_owned())));
        assert_eq!(read_line("  ", 9), Ok(None));
        assert!(
            read_line("a\nb", 9).is_err() && read_line("a\u{202e}b", 9).is_err() && read_line("0123456789", 9).is_err()
        );
    }
}
