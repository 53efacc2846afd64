//! A schema in words: kinds, lines of a table, and an example that reads in the order of its fields.

use super::schema::{Field, Kind, Row, Schema};
use serde_json::Value;

impl Schema {
    /// What it may be, in words: "string, at most 200 characters, or null".
    #[must_use]
    pub fn words(&self) -> String {
        let words = match self.kind() {
            Kind::Any | Kind::Named("") => "any JSON".to_owned(),
            Kind::Text { only, .. } if !only.is_empty() => {
                let quoted: Vec<String> = only.iter().map(|one| format!("\"{one}\"")).collect();
                quoted.join(" or ")
            }
            Kind::Text { length: (_, Some(most)), .. } => format!("string, at most {most} characters"),
            Kind::Text { more, .. } if more.contains(&("format", "date-time")) => {
                "string, an instant in UTC".to_owned()
            }
            Kind::Text { .. } => "string".to_owned(),
            Kind::Whole(from, to) if *to >= i64::from(i32::MAX) => format!("whole number from {from}"),
            Kind::Whole(from, to) => format!("whole number from {from} to {to}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::Always(value) => format!("always {value}"),
            Kind::List(items, most) => {
                let most = most.map(|most| format!("at most {most}")).unwrap_or_default();
                let of = match items.kind() {
                    Kind::Object(..) | Kind::Named(_) => "objects".to_owned(),
                    Kind::Text { length: (_, Some(most)), .. } => format!("strings of at most {most} characters"),
                    Kind::Text { .. } => "strings".to_owned(),
                    _ => "values".to_owned(),
                };
                if most.is_empty() { format!("list of {of}") } else { format!("list of {most} {of}") }
            }
            Kind::Object(..) | Kind::Named(_) => "object".to_owned(),
            Kind::Either(choices) => {
                let mut all: Vec<String> = choices.iter().map(Self::words).collect();
                all.dedup();
                all.join(", or ")
            }
        };
        if self.may_be_null() { format!("{words}, or null") } else { words }
    }

    /// Its fields as lines, those of objects without a name in it too; nothing when it is no object.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Kind::Object(_, fields) = self.kind() {
            add_rows("", fields, &mut rows);
        }
        rows
    }

    /// An example, in lines; nothing when none of its parts shows one. In a command, variables stand for what the reader has to fill in.
    #[must_use]
    pub fn example_text(&self, command: bool) -> Option<String> {
        self.shown(command, 0)
    }

    fn shown(&self, command: bool, depth: usize) -> Option<String> {
        if command && let Some(variable) = self.variable() {
            return Some(format!("\"${variable}\""));
        }
        if let Some(example) = self.example() {
            return Some(in_one_line(example));
        }
        match self.kind() {
            Kind::Object(_, fields) => {
                let inner = "  ".repeat(depth + 1);
                let shown: Vec<String> = fields
                    .iter()
                    .filter_map(|field| {
                        let value = field.schema.shown(command, depth + 1)?;
                        Some(format!("{inner}\"{}\": {value}", field.name))
                    })
                    .collect();
                (!shown.is_empty()).then(|| format!("{{\n{}\n{}}}", shown.join(",\n"), "  ".repeat(depth)))
            }
            Kind::List(items, _) => items.shown(command, depth).map(|item| format!("[{item}]")),
            _ => None,
        }
    }
}

fn add_rows(before: &str, fields: &[Field], rows: &mut Vec<Row>) {
    for field in fields {
        let name = format!("{before}{}", field.name);
        let (inner, brackets) = match field.schema.kind() {
            Kind::List(items, _) => (&**items, "[]"),
            _ => (&field.schema, ""),
        };
        rows.push(Row {
            name: name.clone(),
            kind: field.schema.words(),
            required: field.required,
            note: field.schema.said().to_owned(),
            named: inner.name(),
        });
        if let (Kind::Object(_, inner_fields), None) = (inner.kind(), inner.name()) {
            add_rows(&format!("{name}{brackets}."), inner_fields, rows);
        }
    }
}

/// JSON with a space after each colon and comma, as people write it.
fn in_one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(in_one_line).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), in_one_line(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn order() -> Schema {
        let line = Schema::fields(vec![
            Schema::short(20).like("tea").note("What").must("what"),
            Schema::whole(1, 9).like(2).may("many"),
        ]);
        Schema::object(
            "Order",
            vec![
                Schema::text().like("acc_1").from("ACCOUNT").must("account"),
                Schema::list(line).may("lines"),
                Schema::named("Order").or_null().may("before"),
                Schema::flag().or_null().may("gift"),
            ],
        )
    }

    #[test]
    fn the_example_follows_the_fields_and_variables_stand_in_commands() {
        let expected =
            "{\n  \"account\": \"acc_1\",\n  \"lines\": [{\n    \"what\": \"tea\",\n    \"many\": 2\n  }]\n}";
        assert_eq!(order().example_text(false).unwrap(), expected);
        assert!(order().example_text(true).unwrap().contains("\"account\": \"$ACCOUNT\""));
        assert!(serde_json::from_str::<Value>(&order().example_text(true).unwrap()).is_ok());
    }

    #[test]
    fn lines_name_what_they_stand_in() {
        let rows = order().rows();
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["account", "lines", "lines[].what", "lines[].many", "before", "gift"]);
        assert_eq!(rows[1].kind, "list of objects");
        assert_eq!((rows[4].kind.as_str(), rows[4].named), ("object, or null", Some("Order")));
        assert_eq!(rows[5].kind, "true or false, or null");
    }

    #[test]
    fn as_json_schema_a_named_object_stands_once_and_knows_no_other_field() {
        let mut named = BTreeMap::new();
        assert_eq!(order().json(&mut named), json!({ "$ref": "#/components/schemas/Order" }));
        let order = &named["Order"];
        assert_eq!(order["additionalProperties"], false);
        assert_eq!(order["required"], json!(["account"]));
        assert_eq!(order["properties"]["gift"]["type"], json!(["boolean", "null"]));
        assert_eq!(order["properties"]["lines"]["items"]["properties"]["what"]["maxLength"], 20);
        assert_eq!(order["properties"]["before"]["anyOf"][1], json!({ "type": "null" }));
        assert!(order["properties"]["account"].get("examples").is_none(), "a variable is no example for software");
    }
}
