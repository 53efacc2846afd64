//! The command line that makes a call: to copy, with variables for what only the reader knows.

use super::document::takes_version;
use super::served::Needs;
use crate::web::api::VERSIONS;
use crate::web::described::{Body, Field, Operation, Place};
use std::fmt::Write as _;

/// The command that calls `operation` at `base`.
pub fn command(operation: &Operation, base: &str, needs: Needs) -> String {
    let mut lines = vec![format!("curl \"{base}{}\"", address(operation))];
    if !matches!((operation.method, &operation.body), ("GET", _) | ("POST", Some(_))) {
        lines.push(format!("-X {}", operation.method));
    }
    if needs != Needs::Nothing {
        lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    if takes_version(operation) {
        lines.push(format!("-H \"Version: {}\"", VERSIONS.first().unwrap_or(&"")));
    }
    match &operation.body {
        Some(Body::Json(schema)) => {
            lines.push("-H \"Content-Type: application/json\"".to_owned());
            // A document on its own lines: variables stand for themselves in it, and quotes need no escape.
            let text = schema.example_text(true).unwrap_or_else(|| "{}".to_owned());
            lines.push(format!("-d @- <<JSON\n{text}\nJSON"));
        }
        Some(Body::Form(schema)) => {
            for row in schema.rows().iter().filter(|row| row.required) {
                lines.push(format!("-d \"{}=${}\"", row.name, row.name.to_uppercase()));
            }
        }
        None => {}
    }
    lines.join(" \\\n  ")
}

fn address(operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    for field in operation.at(Place::Path) {
        path = path.replace(&format!("{{{}}}", field.name), &field.schema.in_command().unwrap_or_default());
    }
    let mut separator = '?';
    for Field { name, schema, .. } in operation.at(Place::Query) {
        let Some(value) = schema.in_command() else { continue };
        let value =
            if value.starts_with('$') { value } else { form_urlencoded::byte_serialize(value.as_bytes()).collect() };
        let _ = write!(path, "{separator}{name}={value}");
        separator = '&';
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::described::Schema;

    #[test]
    fn a_call_without_a_body_is_its_address_and_its_headers() {
        let operation = Operation::new("DELETE", "/contacts/{id}", "x", "X")
            .path(Schema::text().from("CONTACT_ID").must("id"))
            .query(Schema::text().like("a b").may("why"));
        let command = command(&operation, "https://console.example", Needs::Scope("contacts.write"));
        let expected = "curl \"https://console.example/contacts/$CONTACT_ID?why=a+b\" \\\n  -X DELETE \\\n  \
                        -H \"Authorization: Bearer $TOKEN\" \\\n  -H \"Version: 2021-07-28\"";
        assert_eq!(command, expected);
    }

    #[test]
    fn a_body_follows_the_command() {
        let body = Schema::fields(vec![Schema::text().like("Oslo").must("city")]);
        let operation = Operation::new("POST", "/contacts/", "x", "X").json(body);
        let command = command(&operation, "", Needs::Scope("contacts.write"));
        assert!(command.ends_with("-d @- <<JSON\n{\n  \"city\": \"Oslo\"\n}\nJSON"), "{command}");
        assert!(!command.contains("-X"));
    }
}
