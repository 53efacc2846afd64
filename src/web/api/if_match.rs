//! `If-Match`: change only what is still as it was read (RFC 9110, 13.1.1).

use super::problem;
use crate::error::AppError;
use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// At most so many tags are compared.
const TAGS: usize = 100;

/// What `If-Match` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// No header, or `*`.
    Any,
    /// One of these strong tags, without their quotes. Weak ones match nothing and are left out.
    Tags(Vec<String>),
}

impl FromRequest for IfMatch {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let malformed = || {
            let message = "If-Match must be * or a list of entity tags such as \"3\", in their quotes.";
            problem(400, "if_match_malformed", message).into()
        };
        ready(read(request.headers()).ok_or_else(malformed))
    }
}

fn read(headers: &HeaderMap) -> Option<IfMatch> {
    let lines = headers.get_all(IF_MATCH).map(|line| line.to_str().ok()).collect::<Option<Vec<&str>>>()?;
    match lines.as_slice() {
        [] => return Some(IfMatch::Any),
        [only] if only.trim() == "*" => return Some(IfMatch::Any),
        _ => {}
    }
    let (mut strong, mut met) = (Vec::new(), 0);
    for line in lines {
        let mut rest = trimmed(line);
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(',') {
                rest = trimmed(after);
                continue;
            }
            let weak = rest.strip_prefix("W/");
            let (tag, after) = weak.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
            rest = trimmed(after);
            met += 1;
            let whole = tag.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte));
            if !whole || met > TAGS || !(rest.is_empty() || rest.starts_with(',')) {
                return None;
            }
            strong.extend(weak.is_none().then(|| tag.to_owned()));
        }
    }
    (met > 0).then_some(IfMatch::Tags(strong))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn given(lines: &[&str]) -> Option<IfMatch> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, HeaderValue::from_str(line).unwrap());
        }
        read(&headers)
    }

    #[test]
    fn tags_come_alone_in_lists_and_on_several_lines() {
        let tags = |tags: &[&str]| Some(IfMatch::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        assert_eq!(given(&[]), Some(IfMatch::Any));
        assert_eq!(given(&[" * "]), Some(IfMatch::Any));
        assert_eq!(given(&["\"3\""]), tags(&["3"]));
        assert_eq!(given(&["\"3\" , \"a,b\",, \"\""]), tags(&["3", "a,b", ""]));
        assert_eq!(given(&["\"3\"", "\"4\""]), tags(&["3", "4"]));
        assert_eq!(given(&["W/\"3\""]), tags(&[]));
        assert_eq!(given(&["W/\"3\", \"4\""]), tags(&["4"]));
    }

    #[test]
    fn anything_else_is_refused() {
        let many = vec!["\"1\""; 101].join(",");
        for bad in ["", ",", "3", "\"3", "\"3\" \"4\"", "w/\"3\"", "*, \"3\"", "\"a b\"", "\"3\"x", &many] {
            assert_eq!(given(&[bad]), None, "{bad}");
        }
        assert_eq!(given(&["*", "*"]), None);
    }
}
