//! Contacts as the reference of API v2 tells them.

mod notes;
mod records;
mod schemas;
mod search;
mod tags;
mod tasks;
mod told;

pub use told::told;

use crate::web::described::Chapter;

/// The chapters of contacts, in the order in which one reads them.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    let contacts = Chapter {
        anchor: "contacts",
        title: "Contacts",
        text: "The people and companies that an account knows. In an account no two contacts have the same e-mail address \
               (without regard to case) or the same phone number (without regard to its punctuation).",
        operations: records::operations(),
        objects: vec![schemas::contact(), schemas::item(), schemas::dnd_settings(), schemas::dnd_setting()],
    };
    vec![contacts, search::chapter(), tags::chapter(), notes::chapter(), tasks::chapter()]
}
