//! Hints of tokens and signing secrets within sentences: told apart, so that a page can set them in the type of code.

/// How the hints begin: of tokens, of signing secrets.
const STARTS: [&str; 2] = ["pit_…", "whsec_…"];

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'text> {
    /// The words, with the spaces around them.
    pub text: &'text str,
    /// Whether they are a hint.
    pub is_hint: bool,
}

/// `sentence` cut before and after each hint; put together again it is the same.
#[must_use]
pub fn pieces(sentence: &(impl AsRef<str> + ?Sized)) -> Vec<Piece<'_>> {
    let mut rest = sentence.as_ref();
    let mut pieces = Vec::new();
    let next = |rest: &str| STARTS.iter().filter_map(|start| Some((rest.find(start)?, start.len()))).min();
    while let Some((place, start)) = next(rest) {
        let (before, from) = rest.split_at(place);
        let end =
            from.char_indices().find(|(at, char)| *at >= start && !is_of_hint(*char)).map_or(from.len(), |(at, _)| at);
        let (hint, after) = from.split_at(end);
        pieces.extend([Piece { text: before, is_hint: false }, Piece { text: hint, is_hint: true }]);
        rest = after;
    }
    pieces.push(Piece { text: rest, is_hint: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Whether it may stand in the characters of a hint: base62 of a token, base64 of a signing secret.
const fn is_of_hint(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '+' | '/')
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
        let one = told("The old secret whsec_…a+/9 stays; pit_…k7Qd?");
        let parts = ["The old secret ", "whsec_…a+/9", " stays; ", "pit_…k7Qd", "?"];
        assert_eq!(one, parts.map(|part| (part, part.contains('_'))));
        assert_eq!(told(""), []);
    }
}
