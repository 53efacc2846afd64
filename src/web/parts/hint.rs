//! Token hints within sentences: told apart, so that a page can set them in the type of code.

/// How every hint begins.
const START: &str = "pit_…";

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'text> {
    /// The words, with the spaces around them.
    pub text: &'text str,
    /// Whether they are a token's hint.
    pub is_hint: bool,
}

/// `sentence` cut before and after each token hint; put together again it is the same.
#[must_use]
pub fn pieces(sentence: &(impl AsRef<str> + ?Sized)) -> Vec<Piece<'_>> {
    let mut rest = sentence.as_ref();
    let mut pieces = Vec::new();
    while let Some(start) = rest.find(START) {
        let (before, from) = rest.split_at(start);
        let length = from.chars().skip(START.chars().count()).take_while(char::is_ascii_alphanumeric).count();
        let (hint, after) = from.split_at(START.len() + length);
        pieces.extend([Piece { text: before, is_hint: false }, Piece { text: hint, is_hint: true }]);
        rest = after;
    }
    pieces.push(Piece { text: rest, is_hint: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sentence: &str) -> Vec<(&str, bool)> {
        pieces(sentence).into_iter().map(|piece| (piece.text, piece.is_hint)).collect()
    }

    #[test]
    fn hints_are_told_from_the_words_around_them() {
        let both = told("Both tokens, pit_…k7Qd and pit_…R2fz, go on working.");
        let parts = ["Both tokens, ", "pit_…k7Qd", " and ", "pit_…R2fz", ", go on working."];
        assert_eq!(both, parts.map(|part| (part, part.starts_with("pit_"))));
        assert_eq!(told("pit_…k7Qd"), [("pit_…k7Qd", true)]);
        assert_eq!(told("No hint in pit_ or here."), [("No hint in pit_ or here.", false)]);
        assert_eq!(told(""), []);
    }
}
