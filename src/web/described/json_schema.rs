//! A schema as JSON Schema 2020-12.

use super::schema::{Field, Kind, Schema};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Schema {
    /// As JSON Schema 2020-12; objects with a name are put into `named`, once, and referred to.
    pub fn json(&self, named: &mut BTreeMap<&'static str, Value>) -> Value {
        if let Some(name) = self.name() {
            if let Kind::Object(..) = self.kind()
                && !named.contains_key(name)
            {
                named.insert(name, Value::Null);
                let own = self.own(named);
                named.insert(name, own);
            }
            let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
            return if self.may_be_null() { json!({ "anyOf": [reference, { "type": "null" }] }) } else { reference };
        }
        self.own(named)
    }

    fn own(&self, named: &mut BTreeMap<&'static str, Value>) -> Value {
        let mut schema = Map::new();
        let mut put = |key: &str, value: Value| schema.insert(key.to_owned(), value);
        match self.kind() {
            Kind::Any | Kind::Named(_) => {}
            Kind::Text { length: (least, most), more, only } => {
                put("type", json!("string"));
                if *least > 0 {
                    put("minLength", json!(least));
                }
                if let Some(most) = most {
                    put("maxLength", json!(most));
                }
                if !only.is_empty() {
                    put("enum", json!(only));
                }
                for (key, value) in more {
                    put(key, json!(value));
                }
            }
            Kind::Whole(from, to) => {
                put("type", json!("integer"));
                put("minimum", json!(from));
                put("maximum", json!(to));
            }
            Kind::Flag => _ = put("type", json!("boolean")),
            Kind::Always(value) => _ = put("const", value.clone()),
            Kind::List(items, most) => {
                put("type", json!("array"));
                put("items", items.json(named));
                if let Some(most) = most {
                    put("maxItems", json!(most));
                }
            }
            Kind::Object(_, fields) => object(fields, named, &mut put),
            Kind::Either(choices) => {
                put("anyOf", choices.iter().map(|choice| choice.json(named)).collect());
            }
        }
        self.finish(schema)
    }

    fn finish(&self, mut schema: Map<String, Value>) -> Value {
        if self.may_be_null() {
            or_null(&mut schema);
        }
        if !self.said().is_empty() {
            schema.insert("description".to_owned(), json!(self.said()));
        }
        if let Some(example) = self.example().filter(|_| self.variable().is_none()) {
            schema.insert("examples".to_owned(), json!([example]));
        }
        Value::Object(schema)
    }
}

/// A schema without a type takes null already.
fn or_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(only)) = schema.get_mut("enum") {
        only.push(Value::Null);
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.push(json!({ "type": "null" }));
    }
}

fn object(
    fields: &[Field],
    named: &mut BTreeMap<&'static str, Value>,
    put: &mut impl FnMut(&str, Value) -> Option<Value>,
) {
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), field.schema.json(named))).collect();
    put("type", json!("object"));
    put("properties", Value::Object(properties));
    if !required.is_empty() {
        put("required", json!(required));
    }
    put("additionalProperties", json!(false));
}
