//! The published schema, and whether results are as it says.

use super::*;
use crate::report::fixture;
use crate::summary::shards::{MergedPart, ShardPart};

#[test]
fn the_schema_of_a_result() {
    insta::assert_json_snapshot!(result_schema());
}

#[test]
fn a_result_is_as_its_schema_says() {
    let schema = result_schema();
    let result = serde_json::to_value(fixture::run(30).summary).unwrap();
    assert_eq!(problems(&schema, &result), Vec::<String>::new());

    // A shard that was late, and what shards come to.
    let mut shard = fixture::run(30).summary;
    shard.run.shard = Some(ShardPart { index: 1, of: 3 });
    (shard.run.start_at, shard.run.late_seconds) = (Some(shard.run.started_at), Some(1.5));
    let mut merged = fixture::run(30).summary;
    merged.set_shards(vec![MergedPart::of(1, &shard)]);
    for summary in [shard, merged] {
        assert_eq!(problems(&schema, &serde_json::to_value(summary).unwrap()), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_result_is_not_as_the_schema_says() {
    let schema = result_schema();
    let right = serde_json::to_value(fixture::run(30).summary).unwrap();
    let wrong = |pointer: &str, value: Value| {
        let mut result = right.clone();
        *result.pointer_mut(pointer).unwrap() = value;
        problems(&schema, &result)
    };
    assert_eq!(wrong("/run/seed", Value::from("7")), ["/run/seed is not of its type"]);
    assert_eq!(wrong("/visits", serde_json::json!({})).len(), 5, "every count is missing");
    assert_eq!(wrong("/run/stopped_by", Value::from("a whim")), ["/run/stopped_by is none of its kinds"]);
    assert_eq!(wrong("/schema", Value::from("another/v1")), ["/schema is not what it has to be"]);
    assert_eq!(wrong("/hits/sent", Value::from(-1)), ["/hits/sent is too small"]);
    assert_eq!(wrong("/series/windows/3/backlog", Value::Null), ["/series is none of its kinds"]);
}

/// Holds a value against a schema: as much of JSON Schema as the schema of results uses, and no word of it is passed
/// over.
fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(schema, schema, value, "", &mut found);
    found
}

fn look(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(words) = schema.as_object() else { return };
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    for (word, says) in words {
        match word.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "format" => {}
            "$ref" => {
                let pointer = says.as_str().unwrap().strip_prefix('#').unwrap();
                look(root, root.pointer(pointer).unwrap(), value, place, found);
            }
            "type" => {
                let names =
                    if says.is_array() { texts(says) } else { vec![says.as_str().unwrap().to_owned()] };
                if !names.iter().any(|name| is_of(name, value)) {
                    found.push(format!("{place} is not of its type"));
                }
            }
            "required" => {
                for name in texts(says) {
                    if value.get(&name).is_none() {
                        found.push(format!("{place}/{name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, schema) in says.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        look(root, schema, value, &format!("{place}/{name}"), found);
                    }
                }
            }
            "additionalProperties" => {
                assert!(!words.contains_key("properties"), "a map has no names of its own");
                for (name, value) in value.as_object().into_iter().flatten() {
                    look(root, says, value, &format!("{place}/{name}"), found);
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    look(root, says, value, &format!("{place}/{index}"), found);
                }
            }
            "enum" => {
                if !says.as_array().unwrap().contains(value) {
                    found.push(format!("{place} is none of those allowed"));
                }
            }
            "const" => {
                if says != value {
                    found.push(format!("{place} is not what it has to be"));
                }
            }
            "minimum" => {
                if value.is_number() && value.as_f64() < says.as_f64() {
                    found.push(format!("{place} is too small"));
                }
            }
            "anyOf" | "oneOf" => {
                let holds = says.as_array().unwrap().iter().filter(|schema| {
                    let mut problems = Vec::new();
                    look(root, schema, value, place, &mut problems);
                    problems.is_empty()
                });
                if holds.count() == 0 {
                    found.push(format!("{place} is none of its kinds"));
                }
            }
            other => panic!("the schema says {other:?}, which this test does not know"),
        }
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("no type {other:?}"),
    }
}
