//! What happened, as a sentence: the one wording of events, for every page and for the export.

use super::actions;
use super::details::strings;
use super::event::Event;
use crate::authz::Permission;
use crate::web::times;
use crate::world::Timestamp;
use serde_json::Value;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// The name of a thing.
    Name(String),
    /// An id or a hint.
    Code(String),
}

impl Piece {
    /// What is read.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Name(text) | Self::Code(text) => text,
        }
    }
}

/// What somebody did.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// An icon's name in the sprite.
    pub icon: &'static str,
    /// What follows the name of who did it.
    pub pieces: Vec<Piece>,
}

impl Sentence {
    /// The sentence without its type.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(Piece::text).collect()
    }
}

/// The sentence of an event where many things are listed.
#[must_use]
pub fn told(event: &Event) -> Sentence {
    Telling { event, here: false }.sentence()
}

/// The same on the page of the thing itself, which needs not be named again.
#[must_use]
pub fn told_here(event: &Event) -> Sentence {
    Telling { event, here: true }.sentence()
}

struct Telling<'a> {
    event: &'a Event,
    here: bool,
}

fn words(text: impl Into<String>) -> Vec<Piece> {
    vec![Piece::Text(text.into())]
}

impl Telling<'_> {
    fn sentence(&self) -> Sentence {
        let known = actions::find(&self.event.action);
        let mut pieces = match known {
            Some(action) => self.fill(action.phrase),
            // Of a version to come, or of one that is gone: told as it is written.
            None => [words("did "), vec![Piece::Code(self.event.action.clone())], words(" to "), self.it()].concat(),
        };
        if self.event.times > 1 {
            pieces.extend(words(format!(", {} times", self.event.times)));
        }
        Sentence { icon: known.map_or("info", |action| action.icon), pieces }
    }

    fn fill(&self, phrase: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = phrase;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            pieces.extend(words(before));
            pieces.extend(self.part(name));
            rest = after;
        }
        pieces.extend(words(rest));
        pieces.retain(|piece| !piece.text().is_empty());
        pieces
    }

    fn part(&self, name: &str) -> Vec<Piece> {
        match name {
            "it" => self.it(),
            "of" if self.here || self.event.is_of_oneself() => Vec::new(),
            "of" => [words(" of "), self.it()].concat(),
            "their" if self.event.is_of_oneself() => words("their"),
            "their" => [self.it(), words("’s")].concat(),
            "ended" => self.ended(),
            "overlap" => self.instant("/until").map_or_else(Vec::new, |until| {
                words(format!(", overlap {}", times::roughly_left(until.since(self.event.at))))
            }),
            "until" => self
                .instant("/after/until")
                .map_or_else(Vec::new, |until| words(format!(" to {}", times::short_day(until, self.event.at)))),
            "sessions" => match self.event.details.get("sessions").and_then(Value::as_u64) {
                Some(count) => words(format!("{count} of ")),
                None => Vec::new(),
            },
            "role" => {
                self.name_at("/after/role").or_else(|| self.name_at("/role")).map_or_else(Vec::new, |role| vec![role])
            }
            "as" => self.name_at("/role").map_or_else(Vec::new, |role| [words(" as "), vec![role]].concat()),
            "format" => self.string("/format").map_or_else(Vec::new, |format| words(format!(" as {format}"))),
            "contact" => self.string("/contact").map_or_else(|| words("that is gone"), |id| vec![Piece::Code(id)]),
            "lacks" => self.lacks(),
            "for" => {
                self.name_at("/after/integration").map_or_else(Vec::new, |name| [words(" for "), vec![name]].concat())
            }
            "with" => match self.event.details.get("with_integration").and_then(Value::as_bool) {
                Some(true) => self
                    .name_at("/integration")
                    .map_or_else(Vec::new, |name| [words(" with its integration "), vec![name]].concat()),
                _ => Vec::new(),
            },
            "why" => words(match self.string("/why").unwrap_or_default().as_str() {
                "gone" => ": its receiver says that it is gone",
                "failing" => ": nothing arrived for three days",
                _ => "",
            }),
            "redelivered" => match self.event.details.get("deliveries").and_then(Value::as_u64) {
                Some(1) => words("had 1 delivery sent"),
                Some(count) => words(format!("had {count} deliveries sent")),
                None => words("sent a delivery"),
            },
            "updated" => self.updated(),
            "rotated" => self.rotated(),
            "overrides" => self.overrides(),
            path => self.name_at(&format!("/{}", path.replace('.', "/"))).map_or_else(|| self.it(), |name| vec![name]),
        }
    }

    fn it(&self) -> Vec<Piece> {
        let event = self.event;
        match event.subject_kind.as_str() {
            "integration" if self.here => words("the integration"),
            "webhook" if self.here => words("the webhook"),
            "webhook" => [words("the webhook "), vec![Piece::Name(event.subject_name.clone())]].concat(),
            "route" => vec![Piece::Code(event.subject_name.clone())],
            _ if !event.subject_name.is_empty() => vec![Piece::Name(event.subject_name.clone())],
            kind => match (&event.subject_id, kind) {
                (Some(id), _) => vec![Piece::Code(id.clone())],
                (None, "user") => words("somebody unknown"),
                (None, _) => words("nothing in particular"),
            },
        }
    }

    fn string(&self, pointer: &str) -> Option<String> {
        self.event.details.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
    }

    fn name_at(&self, pointer: &str) -> Option<Piece> {
        self.string(pointer).map(Piece::Name)
    }

    fn instant(&self, pointer: &str) -> Option<Timestamp> {
        self.event.details.pointer(pointer).and_then(Value::as_i64).map(Timestamp::from_millis)
    }

    fn ended(&self) -> Vec<Piece> {
        let ended = strings(self.event.details.get("ended"));
        ended
            .into_iter()
            .enumerate()
            .flat_map(|(place, hint)| [Piece::Text(if place == 0 { " " } else { ", " }.to_owned()), Piece::Code(hint)])
            .collect()
    }

    fn lacks(&self) -> Vec<Piece> {
        let needs = self.string("/needs").unwrap_or_default();
        match self.string("/reason").unwrap_or_default().as_str() {
            "permission" => {
                let name = Permission::from_code(&needs).map_or(needs, |permission| permission.words().to_owned());
                vec![Piece::Text(" for lack of ".to_owned()), Piece::Name(name)]
            }
            "scope" => vec![Piece::Text(" for lack of ".to_owned()), Piece::Code(needs)],
            "foreign_form" => words(": the form came from elsewhere"),
            "other_account" => words(": another account was open"),
            "rule" => words(": a rule of giving permissions forbids it"),
            _ => Vec::new(),
        }
    }

    fn rotated(&self) -> Vec<Piece> {
        match strings(self.event.details.get("ended")).is_empty() {
            true => [words("gave "), self.it(), words(" a new token")].concat(),
            false => self.fill("rotated the token{of}, old one expired at once"),
        }
    }

    /// Scopes and what else changed of an integration.
    fn updated(&self) -> Vec<Piece> {
        let both = |field: &str| {
            let side = |side: &str| self.event.details.pointer(&format!("/{side}/{field}"));
            (side("before"), side("after"))
        };
        let (was, is) = both("scopes");
        let (was, is) = (strings(was), strings(is));
        let only =
            |one: &[String], other: &[String]| one.iter().filter(|id| !other.contains(id)).cloned().collect::<Vec<_>>();
        let (added, removed) = (only(&is, &was), only(&was, &is));
        let named = ["name", "description"].into_iter().filter(|field| both(field).0 != both(field).1);
        let mut changed: Vec<String> = named.map(|field| format!("the {field}")).collect();
        let codes = |verb: &str, ids: &[String]| {
            let mut pieces = words(verb);
            for (place, id) in ids.iter().enumerate() {
                pieces.extend([Piece::Text(if place == 0 { " " } else { ", " }.to_owned()), Piece::Code(id.clone())]);
            }
            pieces
        };
        match (changed.is_empty(), added.is_empty(), removed.is_empty()) {
            (true, false, true) => [codes("added", &added), self.to_it(" to ")].concat(),
            (true, true, false) => [codes("removed", &removed), self.to_it(" from ")].concat(),
            (_, scopes, none) => {
                changed.extend((!scopes || !none).then(|| "scopes".to_owned()));
                let what = if changed.is_empty() { "nothing".to_owned() } else { changed.join(" and ") };
                [words(format!("changed {what}")), self.to_it(" of ")].concat()
            }
        }
    }

    fn to_it(&self, word: &str) -> Vec<Piece> {
        if self.here { Vec::new() } else { [words(word), self.it()].concat() }
    }

    /// What is said of one person alone.
    fn overrides(&self) -> Vec<Piece> {
        let details = &self.event.details;
        let said = |side: &str, code: &str| details.get(side).and_then(|said| said.get(code)).and_then(Value::as_bool);
        let all = Permission::ALL
            .iter()
            .map(|permission| (*permission, said("before", permission.code()), said("after", permission.code())));
        let mut changed: Vec<(Permission, Option<bool>)> =
            all.filter(|(_, was, is)| was != is).map(|(permission, _, is)| (permission, is)).collect();
        if let Some(permission) = self.string("/permission").and_then(|code| Permission::from_code(&code)) {
            changed.push((permission, details.get("allowed").and_then(Value::as_bool)));
        }
        let (verb, between) = match changed.as_slice() {
            [(_, Some(true))] => ("allowed ", " to "),
            [(_, Some(false))] => ("denied ", " to "),
            [(_, None)] => ("left ", " to the role of "),
            _ => return [words(format!("changed {} permissions of ", changed.len())), self.it()].concat(),
        };
        let name = changed.first().map_or("", |(permission, _)| permission.words());
        [words(verb), vec![Piece::Name(name.to_owned())], words(between), self.it()].concat()
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
pub(in crate::audit) mod tests;
