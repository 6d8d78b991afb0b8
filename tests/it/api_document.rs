//! The `OpenAPI` document: what a generator of clients needs of every operation, so that one which
//! is added without it fails here, by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Each operation of the document with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect();
    assert!(operations.len() > 100, "{} operations", operations.len());
    operations
}

#[test]
fn every_operation_has_a_name_of_its_own_made_of_what_is_done_and_to_what() {
    let document = fadeline::api::document();
    let mut named = BTreeMap::new();
    for (operation, described) in operations(&document) {
        let id = described["operationId"].as_str().unwrap_or_default();
        let words: Vec<_> = id.split('_').collect();
        let speaks = words.len() > 1
            && words
                .iter()
                .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        assert!(
            speaks,
            "{operation} is named {id:?}: give it an operation_id such as book_session"
        );
        if let Some(other) = named.insert(id.to_owned(), operation.clone()) {
            panic!("{other} and {operation} are both named {id}");
        }
    }
}

#[test]
fn every_response_is_described() {
    let document = fadeline::api::document();
    for (operation, described) in operations(&document) {
        let responses = described["responses"].as_object().unwrap();
        for (status, response) in responses {
            let about = response["description"].as_str().unwrap_or_default();
            assert!(!about.trim().is_empty(), "{operation} does not say what {status} means");
        }
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{operation} does not say how it succeeds"
        );
    }
}

#[test]
fn every_change_that_a_user_makes_says_that_it_names_its_deed() {
    let document = fadeline::api::document();
    for (operation, described) in operations(&document) {
        let is_read = operation.starts_with("get ") || described["security"].is_null();
        if is_read || operation.starts_with("put ") {
            continue;
        }
        let responses = described["responses"].as_object().unwrap();
        let mut successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
        let names = successes.all(|(_, response)| response["headers"]["Deed-Id"].is_object());
        assert!(names, "{operation} does not say that its answer names the deed");
    }
}

#[test]
fn every_schema_that_is_referred_to_is_there_and_no_list_has_items_without_a_name() {
    let document = fadeline::api::document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut referred = BTreeSet::new();
    collect_references(&document, &mut referred);
    for name in referred {
        let name = name.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{name} is not described");
    }
    let mut pages = 0;
    for (name, schema) in schemas.iter().filter(|(name, _)| name.starts_with("Items_")) {
        let items = &schema["properties"]["items"]["items"];
        assert!(items["$ref"].is_string(), "{name} is a page of {items}");
        pages += 1;
    }
    assert!(pages > 10, "{pages} pages");
}

fn collect_references<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            into.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| collect_references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => (),
    }
}
