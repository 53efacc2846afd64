//! Fields, choices and the hidden guard of a form.

/// One text field: what it is called, what was typed, what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// The name that is sent; also the control's id.
    pub name: String,
    /// Its label.
    pub label: String,
    /// A sentence under the label; empty for none.
    pub hint: String,
    /// What was typed; never the value of a password.
    pub value: String,
    /// What to do about it, in the words of the error summary.
    pub error: Option<String>,
    /// The most characters it may have; shows a counter.
    pub max: Option<u32>,
    /// Whether it may stay empty, which the label then says.
    pub optional: bool,
    /// The input's type: `text`, `email`, `password`, `url`.
    pub kind: &'static str,
    /// The value of `autocomplete`; empty for none.
    pub autocomplete: &'static str,
    /// Whether it takes focus when the page opens.
    pub autofocus: bool,
    /// Whether what is typed is an id or address, set in the mono font.
    pub mono: bool,
}

impl Field {
    /// A text field without hint and limit.
    #[must_use]
    pub fn new(name: &str, label: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), value: value.into(), kind: "text", ..Self::default() }
    }

    /// A password: it opens empty whatever was typed. `autocomplete` is `current-password` or `new-password`.
    #[must_use]
    pub fn password(name: &str, label: &str, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, ..Self::new(name, label, "") }
    }

    /// The same with a sentence under its label.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.hint);
        self
    }

    /// The same with at most `max` characters.
    #[must_use]
    pub fn max(mut self, max: u32) -> Self {
        self.max = Some(max);
        self
    }

    /// The same, allowed to stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same with what is wrong, if anything is.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// The ids that describe the control: hint, then error; none when there is neither.
    #[must_use]
    pub fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.is_some().then(|| format!("{}-error", self.name));
        let ids = [hint, error].into_iter().flatten().collect::<Vec<_>>();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Number of characters typed.
    #[must_use]
    pub fn used(&self) -> usize {
        self.value.chars().count()
    }

    /// Whether more was typed than `max`.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.max.is_some_and(|max| u32::try_from(self.used()).map_or(true, |used| used > max))
    }
}

/// An entry of the error summary.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The id of the control that it links to.
    pub field_id: String,
    /// The same words as at the field.
    pub text: String,
}

/// One of several values: an option, a radio, a part of a segmented control.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

impl Choice {
    /// The choices of `(value, label)` with that of `chosen` chosen.
    #[must_use]
    pub fn list(pairs: &[(&str, &str)], chosen: &str) -> Vec<Self> {
        let choice = |&(value, label): &(&str, &str)| Self {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == chosen,
        };
        pairs.iter().map(choice).collect()
    }
}

/// The hidden fields of a form that changes something.
#[derive(Debug, Clone, Default)]
pub struct FormGuard {
    /// Ties the form to the session.
    pub csrf: String,
    /// Id of the account that the page showed; another one by now is refused.
    pub account: String,
    /// Lets a step that must happen once be recognised the second time.
    pub once: Option<String>,
    /// Asks for the password once more, where the last time is too long ago.
    pub password: Option<Field>,
    /// Until when nothing is asked, in a sentence; empty where it does not matter.
    pub confirmed: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_described_by_its_hint_and_then_its_error() {
        let field = Field::new("name", "Name", "");
        assert_eq!(field.described_by(), None);
        let field = field.hint("People see it").error(Some("Enter a name".into()));
        assert_eq!(field.described_by().as_deref(), Some("name-hint name-error"));
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        let field = Field::new("name", "Name", "Çé").max(2);
        assert_eq!((field.used(), field.is_over()), (2, false));
        assert!(Field::new("name", "Name", "abc").max(2).is_over());
    }
}
