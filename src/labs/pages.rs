//! The Labs page: a card for each lab, with its switch.

use super::store::{self, Standing};
use super::{ManageLabs, commands};
use crate::authz::{Lab, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::FormGuard;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shell::Shell;
use crate::web::{frame, times};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

const PATH: &str = "/settings/labs";

/// View data of the Labs page.
#[derive(Debug, Template)]
#[template(path = "labs/list.html")]
pub struct LabsPage {
    /// The frame.
    pub shell: Shell,
    /// What the page is about, with the account's name.
    pub lead: String,
    /// What binds the switches.
    pub guard: FormGuard,
    /// The labs.
    pub cards: Vec<Card>,
}

/// One lab.
#[derive(Debug)]
pub struct Card {
    /// Where its switch is sent.
    pub href: String,
    /// Its name.
    pub name: &'static str,
    /// What it does, and what off means.
    pub text: &'static str,
    /// What goes on while it is off; empty for nothing.
    pub fact: String,
    /// Who switched it last, and when.
    pub changed: String,
    /// Whether it is on.
    pub on: bool,
}

impl Card {
    fn of(standing: &Standing, tokens: i64) -> Self {
        let state = if standing.enabled { "on" } else { "off" };
        Self {
            href: address(standing.lab),
            name: standing.lab.words(),
            text: text(standing.lab),
            fact: match standing.lab {
                Lab::PrivateIntegrations => words_of_tokens(tokens, standing.enabled),
                Lab::Contacts => String::new(),
            },
            changed: match &standing.changed {
                Some((at, who)) => format!("Changed by {who}, {}", times::day(*at)),
                None => format!("Never changed; {state} by default"),
            },
            on: standing.enabled,
        }
    }
}

fn address(lab: Lab) -> String {
    format!("{PATH}/{}", lab.code())
}

const fn text(lab: Lab) -> &'static str {
    match lab {
        Lab::PrivateIntegrations => {
            "Named, scoped tokens for third-party software, under Other Settings. Off hides the pages for everyone; tokens keep working."
        }
        Lab::Contacts => {
            "The contacts of the account, to look at in the console, under Business. Off hides the pages for everyone; API v2 goes on serving them."
        }
    }
}

fn words_of_tokens(tokens: i64, on: bool) -> String {
    let (number, verb) = match tokens {
        0 => return "No token is live.".to_owned(),
        1 => ("1 live token".to_owned(), if on { "keeps" } else { "goes on" }),
        more => (format!("{more} live tokens"), if on { "keep" } else { "go on" }),
    };
    format!("{number} {verb} working {}.", if on { "if you switch this off" } else { "while it is off" })
}

/// `GET /settings/labs`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ManageLabs>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut reader = db.read().await?;
    let standing = store::standing(&mut reader.on(), permit.account()).await?;
    let tokens = store::live_tokens(&mut reader.on(), permit.account(), permit.now()).await?;
    drop(reader);
    let mut shell = frame::shell(&request, &db, permit.actor(), "Labs");
    shell.breadcrumb = frame::settings_crumbs(None);
    let account = &permit.actor().account().name;
    let page = LabsPage {
        lead: format!(
            "Features that this account can switch on or off. A change counts at once, for everyone in {account}."
        ),
        shell,
        guard: frame::guard(&db, permit.actor(), false),
        cards: standing.iter().map(|standing| Card::of(standing, tokens)).collect(),
    };
    frame::page(&request, StatusCode::OK, &page)
}

fn lab_of(code: &str) -> Result<Lab> {
    Lab::from_code(code).ok_or(AppError::NotFound)
}

/// `GET /settings/labs/{lab}/off`: what it means to switch it off.
///
/// # Errors
/// [`AppError::NotFound`] for no lab of ours; faults of the store.
pub async fn ask_off(
    permit: Permit<ManageLabs>,
    lab: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let lab = lab_of(&lab)?;
    let tokens = store::live_tokens(&mut db.read().await?.on(), permit.account(), permit.now()).await?;
    let mut shell = frame::shell(&request, &db, permit.actor(), format!("Switch off {}", lab.words()));
    shell.breadcrumb = frame::settings_crumbs(Some(("Labs", PATH)));
    let account = &permit.actor().account().name;
    let gone = format!("Its pages are gone at once for everyone in {account}, even at their addresses.");
    let goes_on = match lab {
        Lab::PrivateIntegrations if tokens == 0 => Point::new("key-round", "No token is live."),
        Lab::PrivateIntegrations => Point::new("key-round", words_of_tokens(tokens, false)),
        Lab::Contacts => Point::new("plug", "API v2 goes on serving contacts."),
    };
    let question = Question {
        hidden: vec![("to", "off".to_owned())],
        points: vec![
            Point::new("eye-off", gone),
            goes_on,
            Point::new("undo-2", "Nothing is deleted. Switched on again, all is as it was."),
        ],
        keep: "Keep it on",
        label: "Switch off",
        kind: "primary",
        sending: "Switching off",
        ..Question::default()
    };
    let page = QuestionPage {
        shell,
        back: PATH.to_owned(),
        action: address(lab),
        problems: Vec::new(),
        guard: frame::guard(&db, permit.actor(), false),
        question,
    };
    frame::page(&request, StatusCode::OK, &page)
}

/// `POST /settings/labs/{lab}`: on or off.
///
/// # Errors
/// [`AppError::NotFound`] for no lab of ours; faults of the store and of the form.
pub async fn switch(
    permit: Permit<ManageLabs>,
    form: FormBody,
    lab: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["to"], &[])?;
    let lab = lab_of(&lab)?;
    let on = match form.one("to") {
        "on" => true,
        "off" => false,
        _ => return Err(AppError::Malformed("The form does not say whether the lab is to be on or off.")),
    };
    let done = match (commands::switch_with(&db, &permit, lab, on).await?, on) {
        (false, _) => Done::AlreadySo,
        (true, true) => Done::LabOn,
        (true, false) => Done::LabOff,
    };
    Ok(frame::see_other(&request, PATH, Some(done)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Timestamp;

    #[test]
    fn a_card_says_who_switched_it_and_what_goes_on() {
        let at = Timestamp::from_millis(1_779_182_400_000);
        let changed = Some((at, "Ilse <b>".to_owned()));
        let standing = |lab, enabled, changed| Standing { lab, enabled, changed };
        let cards = vec![
            Card::of(&standing(Lab::PrivateIntegrations, true, changed), 9),
            Card::of(&standing(Lab::Contacts, false, None), 9),
        ];
        let page = LabsPage {
            shell: Shell { title: "Labs".to_owned(), ..Shell::default() },
            lead: String::new(),
            guard: FormGuard::default(),
            cards,
        };
        let html = page.render().unwrap();
        assert!(html.contains("9 live tokens keep working if you switch this off."));
        assert!(html.contains("Changed by Ilse &#60;b&#62;, 19 May 2026"));
        assert!(html.contains("Never changed; off by default"));
        assert!(html.contains("action=\"/settings/labs/private_integrations/off\""));
        assert!(html.contains("action=\"/settings/labs/contacts\""));
    }

    #[test]
    fn one_token_is_not_many() {
        assert_eq!(words_of_tokens(1, true), "1 live token keeps working if you switch this off.");
        assert_eq!(words_of_tokens(1, false), "1 live token goes on working while it is off.");
        assert_eq!(words_of_tokens(0, true), "No token is live.");
    }
}
