//! Adding, reading, changing, deleting and listing contacts.

use super::schemas::{contact, contact_id, in_path, item, location_id, succeeded, writable};
use crate::contacts::texts::Text;
use crate::web::described::{Operation, Schema, Versions};

/// The refusal for a contact that is not there.
pub const NOT_THERE: (u16, &str, &str) = (404, "contact_not_found", "The account has no contact with this id.");
const DUPLICATE: (u16, &str, &str) =
    (400, "duplicate_contact", "Another contact has the e-mail address or phone number; meta names it.");
const CROWDED: (u16, &str, &str) =
    (409, "conflict", "Other calls changed the same contact at the same time. Try again.");
/// The refusal for a contact that has changed.
pub const STALE: (u16, &str, &str) =
    (412, "precondition_failed", "The contact has changed since the version that If-Match names. Read it again.");
/// The refusal for a header that cannot be read.
pub const ODD_TAG: (u16, &str, &str) =
    (400, "if_match_malformed", "If-Match is neither * nor a list of entity tags in their quotes.");

/// The operations on whole contacts.
pub fn operations() -> Vec<Operation> {
    vec![create(), upsert(), get(), update(), delete(), list(), duplicate()]
}

/// The operation with these refusals of its own.
pub fn refuses(operation: Operation, refusals: &[(u16, &'static str, &'static str)]) -> Operation {
    refusals.iter().fold(operation, |operation, (status, code, when)| operation.refuses(*status, code, when))
}

fn create() -> Operation {
    let mut fields = vec![location_id().must("locationId")];
    fields.extend(writable());
    let operation = Operation::new("POST", "/contacts/", "createContact", "Add a contact")
        .text("Every field but the account may be left out. A contact with the same e-mail address or phone number is refused.")
        .json(Schema::fields(fields))
        .answers(201, Schema::fields(vec![contact().must("contact")]))
        .versions(Versions::Told);
    refuses(operation, &[DUPLICATE, CROWDED])
}

fn get() -> Operation {
    let operation = Operation::new("GET", "/contacts/{id}", "getContact", "Read a contact")
        .path(in_path())
        .answers(200, Schema::fields(vec![contact().must("contact")]))
        .versions(Versions::Told);
    refuses(operation, &[NOT_THERE])
}

fn update() -> Operation {
    let mut fields = writable();
    for field in &mut fields {
        if field.name != Text::FirstName.key() && field.name != "customFields" {
            field.schema = field.schema.clone().unlike();
        }
    }
    fields.push(location_id().unlike().may("locationId"));
    let mut answer = succeeded();
    answer.push(contact().must("contact"));
    let operation = Operation::new("PUT", "/contacts/{id}", "updateContact", "Change a contact")
        .text("Fields that are left out stay as they are; null or an empty string clears one. The list of tags replaces all tags.")
        .path(in_path())
        .json(Schema::fields(fields))
        .answers(200, Schema::fields(answer))
        .versions(Versions::Compared);
    refuses(operation, &[NOT_THERE, DUPLICATE, CROWDED, STALE, ODD_TAG])
}

fn delete() -> Operation {
    let operation = Operation::new("DELETE", "/contacts/{id}", "deleteContact", "Delete a contact")
        .text("It is gone for good, with everything that belongs to it.")
        .path(in_path())
        .answers(200, Schema::fields(succeeded()))
        .versions(Versions::ComparedLast);
    refuses(operation, &[NOT_THERE, STALE, ODD_TAG])
}

fn list() -> Operation {
    let page = || Schema::whole(1, i64::from(i32::MAX)).like(1);
    let meta = Schema::fields(vec![
        Schema::whole(0, i64::MAX).note("How many contacts match").like(1).must("total"),
        page().note("Number of this page").must("currentPage"),
        page().or_null().note("Number of the page before, or null").like(serde_json::Value::Null).must("prevPage"),
        page().unlike().note("Number of the page after; absent on the last page").may("nextPage"),
        Schema::text().note("Address of the page after; absent on the last page").may("nextPageUrl"),
        Schema::whole(0, i64::MAX)
            .note("Cursor: the instant of the last contact here, in milliseconds")
            .may("startAfter"),
        contact_id().unlike().note("Cursor: the id of the last contact here").may("startAfterId"),
    ]);
    Operation::new("GET", "/contacts/", "listContacts", "List contacts")
        .text("The newest come first. To go on, call meta.nextPageUrl, or send startAfter and startAfterId of meta, until a page is not full.")
        .query(location_id().must("locationId"))
        .query(Schema::whole(1, 100).note("How many; 20 when it is not given").like(20).may("limit"))
        .query(Schema::short(200).note("What name, e-mail address, phone number or company must contain").may("query"))
        .query(Schema::whole(0, 9_007_199_254_740_991).note("meta.startAfter of the page before").may("startAfter"))
        .query(contact_id().unlike().note("meta.startAfterId of the page before").may("startAfterId"))
        .answers(
            200,
            Schema::fields(vec![
                Schema::few(item(), 100).must("contacts"),
                Schema::whole(0, i64::MAX).note("How many contacts match").like(1).must("count"),
                meta.must("meta"),
            ]),
        )
}

fn upsert() -> Operation {
    let mut fields = vec![location_id().must("locationId")];
    fields.extend(writable());
    let changes_nothing = Schema::flag().or_null().note("Taken for the sake of clients, and without effect");
    fields.push(changes_nothing.may("createNewIfDuplicateAllowed"));
    let answer = vec![
        Schema::flag().note("Whether it was added").like(true).must("new"),
        Schema::always(true).must("succeded"),
        contact().must("contact"),
        Schema::text().note("The request's number, as in X-Request-Id").like("req_01kb6z").must("traceId"),
    ];
    let operation = Operation::new("POST", "/contacts/upsert", "upsertContact", "Add or change a contact")
        .text(
            "Changes the contact with this e-mail address, else the one with this phone number; when there is neither, adds one. Fields that \
             are left out or null stay as they are. The list of tags replaces all tags.",
        )
        .json(Schema::fields(fields))
        .answers(200, Schema::fields(answer))
        .versions(Versions::Told);
    refuses(operation, &[DUPLICATE, CROWDED])
}

fn duplicate() -> Operation {
    Operation::new("GET", "/contacts/search/duplicate", "findDuplicate", "Find a duplicate")
        .text("The contact with this e-mail address, else the one with this phone number. One of the two has to be given.")
        .query(location_id().must("locationId"))
        .query(Schema::short(Text::Email.limit()).note("Compared without regard to case").like("ada.quist@example.org").may("email"))
        .query(Schema::short(Text::Phone.limit()).note("Compared without its punctuation").may("number"))
        .answers(200, Schema::fields(vec![contact().or_null().note("null when there is none").must("contact")]))
}
