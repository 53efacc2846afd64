//! What a contact's values may be, from the tables that read and write them.

use crate::contacts::json::{FIELD_ID, MANY, TAG};
use crate::contacts::model::TAGS_MAX;
use crate::contacts::model::besides::{CHANNELS, CODE_MAX, GENDER_MAX, MESSAGE_MAX, STATES};
use crate::contacts::texts::Text;
use crate::web::described::{Field, Schema};
use serde_json::json;

/// A contact's id.
pub fn contact_id() -> Schema {
    Schema::pattern("^con_[0-9a-hjkmnp-tv-z]{26}$").like("con_01kb6z2v7h9d3m5q8x4t0wsfne")
}

/// The account: `locationId`.
pub fn location_id() -> Schema {
    Schema::text().like("acc_01k9w4c7n2f5j8p1r3v6y0bdhm").from("LOCATION_ID").note("The account of the token")
}

/// The id of a contact in a path.
pub fn in_path() -> Field {
    Schema::short(200).from("CONTACT_ID").note("Id of the contact").must("id")
}

/// `true`, in both spellings that clients read.
pub fn succeeded() -> Vec<Field> {
    vec![
        Schema::always(true).note("The same as succeeded, as older clients spell it").must("succeded"),
        Schema::always(true).must("succeeded"),
    ]
}

/// The tags of a contact.
pub fn tags() -> Schema {
    Schema::few(Schema::short(TAG).like("customer"), TAGS_MAX)
}

const fn example(text: Text) -> Option<&'static str> {
    match text {
        Text::FirstName => Some("Ada"),
        Text::LastName => Some("Quist"),
        Text::Email => Some("ada.quist@example.org"),
        Text::Phone => Some("+47 22 12 34 56"),
        Text::CompanyName => Some("Quist Boats"),
        _ => None,
    }
}

const fn note(text: Text) -> &'static str {
    match text {
        Text::Name => "The whole name; made of first and last name where it is not given",
        Text::Email => "An e-mail address; no other contact of the account has it",
        Text::Phone => "A phone number in any notation; no other contact of the account has it",
        Text::Country => "Usually two letters",
        Text::Kind => "The kind of contact",
        Text::AssignedTo => "Who looks after the contact, in words of your own",
        Text::DateOfBirth => "A day such as 1990-09-25; slashes, dots and the year last are read too",
        _ => text.label(),
    }
}

/// Who must not be disturbed how.
pub fn dnd_settings() -> Schema {
    let channels = CHANNELS.iter().map(|channel| dnd_setting().may(channel));
    Schema::object("DndSettings", channels.collect()).note("By channel, whether the account may write or call.")
}

/// How that stands on one channel.
pub fn dnd_setting() -> Schema {
    let state = Schema::one_of(&STATES).must("status");
    let fields = vec![state, Schema::short(MESSAGE_MAX).may("message"), Schema::short(CODE_MAX).may("code")];
    Schema::object("DndSetting", fields).note("How it stands on one channel.")
}

fn inbound() -> Schema {
    let state = Schema::one_of(&["active", "inactive"]).must("status");
    let all = Schema::fields(vec![state, Schema::short(MESSAGE_MAX).may("message")]);
    Schema::fields(vec![all.may("all")]).note("Whether the contact may write or call")
}

/// What may be written of a contact, but for its account.
pub fn writable() -> Vec<Field> {
    let text = |text: &Text| {
        let schema = Schema::short(text.limit()).or_null().note(note(*text));
        example(*text).into_iter().fold(schema, Schema::like).may(text.key())
    };
    let mut fields: Vec<Field> = Text::ALL.iter().map(text).collect();
    let value = |note| Schema::any().note(note);
    let custom = Schema::fields(vec![
        Schema::short(FIELD_ID).or_null().note("Your id of the field; id or key must be there").like("plan").may("id"),
        Schema::short(FIELD_ID).or_null().note("The same as id").may("key"),
        value("Its value, at most 5,000 bytes of JSON; null takes the field away").like("gold").may("field_value"),
        value("The same as field_value").may("fieldValue"),
        value("The same as field_value").may("value"),
    ]);
    fields.extend([
        Schema::flag().or_null().note("Do not disturb").may("dnd"),
        Schema::short(GENDER_MAX).or_null().note("In your words").may("gender"),
        dnd_settings().or_null().may("dndSettings"),
        inbound().or_null().may("inboundDndSettings"),
        tags().or_null().note("All tags; each counts once without regard to case").may("tags"),
        Schema::few(custom, MANY)
            .or_null()
            .note("Fields of your own; those that are not named stay")
            .may("customFields"),
    ]);
    fields
}

/// What is said of a contact.
pub fn readable() -> Vec<Field> {
    let mut fields = vec![contact_id().note("Its id").must("id"), location_id().note("Its account").must("locationId")];
    fields.extend(Text::ALL.iter().map(|text| {
        let schema = match text {
            // Made of two texts of their own and a space.
            Text::Name => Schema::short(2 * Text::FirstName.limit() + 1).like("Ada Quist"),
            text => example(*text).into_iter().fold(Schema::short(text.limit()), Schema::like),
        };
        schema.note(text.label()).may(text.key())
    }));
    let custom = Schema::fields(vec![
        Schema::short(FIELD_ID).like("plan").must("id"),
        Schema::any().note("As it was written").like("gold").must("value"),
    ]);
    fields.extend([
        Schema::flag().note("Do not disturb").may("dnd"),
        Schema::short(GENDER_MAX).note("As it was written").may("gender"),
        dnd_settings().may("dndSettings"),
        inbound().may("inboundDndSettings"),
        tags().must("tags"),
        Schema::few(custom, MANY).note("Fields of your own").must("customFields"),
        Schema::instant().note("When it came in").must("dateAdded"),
        Schema::instant().note("When it was last changed").must("dateUpdated"),
    ]);
    fields
}

/// A contact as an answer has it.
pub fn contact() -> Schema {
    Schema::object("Contact", readable()).note("What is unknown is left out, never null.")
}

/// What a list says of a contact.
pub fn item_fields() -> Vec<Field> {
    let mut fields = readable();
    fields.push(Schema::text().note("The name, once more").like(json!("Ada Quist")).may("contactName"));
    fields
}

/// A contact as an item of a list.
pub fn item() -> Schema {
    Schema::object("ContactItem", item_fields()).note("A contact as a list has it.")
}

/// What clients send once more beside the path and the token.
pub fn again() -> Vec<Field> {
    vec![
        Schema::text().or_null().note("The contact of the path, once more").may("contactId"),
        Schema::text().or_null().note("The account of the token, once more").may("locationId"),
    ]
}
