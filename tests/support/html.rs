//! Just enough HTML to send a form as a browser would: our own templates, nothing wilder.

/// A form with what it would send as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub method: String,
    /// In the order of the page.
    pub fields: Vec<(String, String)>,
}

/// A start or end tag; the end tag's name begins with a slash.
struct Tag<'a> {
    name: String,
    attributes: Vec<(String, String)>,
    /// The text up to the next tag.
    text: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn value(&self) -> String {
        self.get("value").unwrap_or_default().to_owned()
    }
}

/// The forms of a page, in order. Fields count that stand in the form or point to it with `form=`.
pub fn forms(page: &str) -> Vec<Form> {
    let tags = tags(page);
    let mut forms: Vec<(Form, Option<String>)> = Vec::new();
    let (mut open, mut select) = (None, None);
    for tag in &tags {
        match tag.name.as_str() {
            "form" => {
                open = Some(forms.len());
                let form = Form {
                    action: tag.get("action").unwrap_or_default().to_owned(),
                    method: tag.get("method").unwrap_or("get").to_lowercase(),
                    fields: vec![],
                };
                forms.push((form, tag.get("id").map(str::to_owned)));
            }
            "/form" => open = None,
            "select" => select = tag.get("name").map(str::to_owned),
            "/select" => select = None,
            _ => {}
        }
        let pointed = tag.get("form").and_then(|id| forms.iter().position(|(_, own)| own.as_deref() == Some(id)));
        let field = field(tag, select.as_deref());
        if let (Some(place), Some((name, value))) = (pointed.or(open), field)
            && let Some((form, _)) = forms.get_mut(place)
        {
            let first_option = tag.name == "option" && form.fields.iter().all(|(known, _)| *known != name);
            match form.fields.iter_mut().find(|(known, _)| tag.name == "option" && *known == name) {
                Some(chosen) if tag.get("selected").is_some() => chosen.1 = value,
                None if tag.name != "option" || first_option => form.fields.push((name, value)),
                _ => {}
            }
        }
    }
    forms.into_iter().map(|(form, _)| form).collect()
}

/// What an element adds to its form unless somebody changes it. Buttons add nothing until they are pressed.
fn field(tag: &Tag<'_>, select: Option<&str>) -> Option<(String, String)> {
    if tag.get("disabled").is_some() {
        return None;
    }
    let name = || tag.get("name").map(str::to_owned);
    match tag.name.as_str() {
        "input" => match tag.get("type").unwrap_or("text") {
            "checkbox" | "radio" if tag.get("checked").is_none() => None,
            "checkbox" | "radio" => Some((name()?, tag.get("value").unwrap_or("on").to_owned())),
            "submit" | "button" | "reset" | "image" | "file" => None,
            _ => Some((name()?, tag.value())),
        },
        // A newline right after the tag is not part of the value.
        "textarea" => Some((name()?, unescape(tag.text.strip_prefix('\n').unwrap_or(tag.text)))),
        "option" => {
            Some((select?.to_owned(), tag.get("value").map_or_else(|| unescape(tag.text.trim()), str::to_owned)))
        }
        _ => None,
    }
}

fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        let end = tag_end(after);
        let (inner, after) = (after.get(..end).unwrap_or(after), after.get(end + 1..).unwrap_or(""));
        let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let text = after.split('<').next().unwrap_or("");
        tags.push(Tag {
            name: name.trim_end_matches('/').to_lowercase(),
            attributes: read_attributes(attributes),
            text,
        });
        rest = after;
    }
    tags
}

/// Where the tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, mark) in text.char_indices() {
        match (quote, mark) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(mark),
            (Some(open), _) if open == mark => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn read_attributes(text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = text.trim_start_matches(|mark: char| mark.is_whitespace() || mark == '/');
    while !rest.is_empty() {
        let end = rest.find(|mark: char| mark.is_whitespace() || mark == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.chars().next().filter(|mark| matches!(mark, '"' | '\'')) {
                Some(quote) => value.get(1..).unwrap_or("").split_once(quote).unwrap_or(("", "")),
                None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            },
        };
        attributes.push((name.to_lowercase(), unescape(value)));
        rest = after.trim_start_matches(|mark: char| mark.is_whitespace() || mark == '/');
    }
    attributes
}

/// Text without the escapes that our templates write.
pub fn unescape(text: &str) -> String {
    let pairs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">")];
    let more = [("&quot;", "\""), ("&#x27;", "'"), ("&nbsp;", "\u{a0}"), ("&#38;", "&"), ("&amp;", "&")];
    pairs.iter().chain(&more).fold(text.to_owned(), |text, (escape, mark)| text.replace(escape, mark))
}
