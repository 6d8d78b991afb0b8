//! The `OpenAPI` 3.1 document: what the handlers say of themselves, and what is the same
//! for all: sign-in, roles, every error, the headers. Served, printed, and browsable
//! without a network.

use serde_json::{Map, Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
};

use super::problem::{FieldError, Problem};
use crate::domain::refusal::Refusal;
use crate::domain::role::Role;
use utoipa::{PartialSchema, ToSchema};

const ABOUT: &str = "Fadeline plans, books and tracks the removal of scalp micropigmentation.\n\n\
    **Times.** In: a wall time of the clinic's zone (`2027-03-15T10:00`) or RFC 3339 with an offset. Out: RFC 3339 with the offset of \
    that day. A wall time that the clock skips is refused with `no_such_local_time`; one that it shows twice means the first.\n\n\
    **Errors** are RFC 9457 `application/problem+json`; `violations` lists every rule that refuses, at once.\n\n\
    **Repeats.** A POST with an `Idempotency-Key` that was answered already is answered the same; the same key with another request is \
    422 `idempotency_key_reused`.\n\n\
    **Versions.** Each changeable thing has a `version` and an `ETag`; a change with a stale `If-Match` is 412.\n\n\
    **Deeds.** An answer that changed something names its deed in the header `Deed-Id`; a repeat names the same.\n\n\
    **Lists** are `{\"items\": […], \"next\": cursor or null}`, with `limit` and `after`.";

/// The document before any route is added.
pub(super) fn skeleton() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Fadeline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token of `fadeline token create`, or of a sign-in"));
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    schemas.push((Problem::name().into_owned(), Problem::schema()));
    schemas.push((FieldError::name().into_owned(), FieldError::schema()));
    schemas.push((Refusal::name().into_owned(), Refusal::schema()));
    components.schemas.extend(schemas);
    document
}

/// Writes into each operation of `paths` that it needs one of `roles`, and its errors.
pub(super) fn add_roles_and_errors(paths: &mut Paths, roles: &[Role]) {
    let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
    for_each_operation(paths, |is_post, is_change, operation| {
        operation.security = Some(vec![SecurityRequirement::new("bearer", names.clone())]);
        let roles = format!("Roles: {}.", names.join(", "));
        operation.description = Some(match operation.description.take() {
            Some(text) => format!("{text}\n\n{roles}"),
            None => roles,
        });
        add_problem(operation, "401", "Not signed in");
        add_problem(operation, "403", "The role may not");
        if is_post || is_change {
            describe_deed(operation);
        }
        if is_post {
            let about = "An answered key is answered the same again";
            add_header(operation, "Idempotency-Key", about, 255);
        }
        if is_change {
            add_header(operation, "If-Match", "The ETag that was read; stale is 412", 200);
        }
    });
    add_errors(paths);
}

/// Writes into each operation of `paths` the errors that any can answer.
pub(super) fn add_errors(paths: &mut Paths) {
    for_each_operation(paths, |is_post, is_change, operation| {
        add_problem(operation, "400", "Cannot be read");
        add_problem(operation, "404", "Not there, or not yours");
        add_problem(operation, "422", "Understood, but refused by a rule or without sense");
        add_problem(operation, "429", "Too many tries");
        add_problem(operation, "503", "Try later");
        if is_post || is_change {
            add_problem(
                operation,
                "409",
                "Conflict with another booking or with the state of things",
            );
            add_problem(operation, "412", "Changed since it was read");
            add_problem(operation, "413", "Too large");
            add_problem(operation, "415", "Not JSON");
        }
        let is_read = !is_post && !is_change;
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else {
                continue;
            };
            if response.description.is_empty() {
                response.description = success_description(status, is_read).to_owned();
            }
            if matches!(status.as_str(), "200" | "201") && is_change {
                response.headers.insert("ETag".to_owned(), text_header("The version"));
            }
        }
    });
}

/// Writes into the successes of an operation that writes that they name its deed.
fn describe_deed(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            let about = "The deed, where something was changed";
            response.headers.insert("Deed-Id".to_owned(), text_header(about));
        }
    }
}

/// What a success means that its handler does not describe; nothing for a status that is not known
/// here, which the handler then has to describe itself.
fn success_description(status: &str, is_read: bool) -> &'static str {
    match status {
        "200" if is_read => "What was asked for",
        "200" => "Done, and how it stands now",
        "201" => "Created, and how it stands now",
        _ => "",
    }
}

fn text_header(about: &str) -> RefOr<utoipa::openapi::header::Header> {
    HeaderBuilder::new()
        .description(Some(about))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
        .into()
}

/// Calls `with` on each operation, telling whether it is a POST and whether it may change something that is there.
fn for_each_operation(paths: &mut Paths, with: impl Fn(bool, bool, &mut Operation)) {
    for (path, item) in &mut paths.paths {
        for operation in [item.get.as_mut(), item.put.as_mut()].into_iter().flatten() {
            with(false, false, operation);
        }
        let about_one = path.contains('{');
        if let Some(operation) = item.post.as_mut() {
            with(true, about_one, operation);
        }
        for operation in [item.patch.as_mut(), item.delete.as_mut()].into_iter().flatten() {
            with(false, true, operation);
        }
    }
}

fn add_problem(operation: &mut Operation, status: &str, about: &str) {
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description(about)
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
}

fn add_header(operation: &mut Operation, name: &str, about: &str, longest: usize) {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(longest));
    let header: Parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .build();
    operation.parameters.get_or_insert_default().push(header.into());
}

/// The document as it is served: each PATCH gets a body in which every field may be left out, what is
/// put together of parts (`allOf`) becomes one object, since parts that allow no other fields exclude each other,
/// a page refers to what is on it by name, and what a field that can be null means stands at the field.
pub(super) fn finished_document(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    make_whole(&mut document, &schemas);
    name_items(&mut document);
    lift_descriptions(&mut document);
    add_patches(&mut document);
    document
}

/// Lets the page of each list refer to the schema of its items, of which utoipa writes a copy without a
/// name: generated clients then know one type of a thing, not two.
fn name_items(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
        return;
    };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (page, schema) in schemas.iter_mut() {
        let Some(item) = page.strip_prefix("Items_") else {
            continue;
        };
        let is_named = names.iter().any(|name| name == item);
        if let Some(items) = schema.pointer_mut("/properties/items/items")
            && is_named
        {
            *items = json!({"$ref": format!("#/components/schemas/{item}")});
        }
    }
}

/// Moves the description of a field that refers to a schema or is null from the reference, where clients
/// leave it out, to the field.
fn lift_descriptions(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(lift_descriptions),
        Value::Object(object) => {
            object.values_mut().for_each(lift_descriptions);
            let choices = object.get_mut("oneOf").and_then(Value::as_array_mut);
            if let Some([one, null]) = choices.map(Vec::as_mut_slice)
                && *null == json!({"type": "null"})
                && let Some(about) = one.as_object_mut().and_then(|one| one.remove("description"))
            {
                object.entry("description").or_insert(about);
            }
        }
        _ => (),
    }
}

/// Replaces each `allOf` by one object with the fields of all its parts.
fn make_whole(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| make_whole(item, schemas)),
        Value::Object(object) => {
            if let Some(Value::Array(parts)) = object.remove("allOf") {
                let (mut properties, mut required) = (Map::new(), Vec::new());
                for part in parts {
                    let named = part
                        .get("$ref")
                        .and_then(Value::as_str)
                        .and_then(|name| schemas.get(name.rsplit('/').next()?));
                    let part = named.unwrap_or(&part);
                    properties.extend(
                        part.get("properties")
                            .and_then(Value::as_object)
                            .cloned()
                            .unwrap_or_default(),
                    );
                    required.extend(
                        part.get("required").and_then(Value::as_array).cloned().unwrap_or_default(),
                    );
                }
                object.insert("type".to_owned(), json!("object"));
                object.insert("properties".to_owned(), Value::Object(properties));
                object.insert("required".to_owned(), Value::Array(required));
            }
            object.values_mut().for_each(|value| make_whole(value, schemas));
        }
        _ => (),
    }
}

/// Gives each PATCH a body in which every field may be left out: a JSON merge patch (RFC 7396).
fn add_patches(document: &mut Value) {
    let mut changed = Vec::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for operation in
        paths.into_iter().flat_map(Map::values_mut).filter_map(|item| item.get_mut("patch"))
    {
        let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema")
        else {
            continue;
        };
        let Some(name) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|path| path.rsplit('/').next())
            .map(str::to_owned)
        else {
            continue;
        };
        if name.ends_with("Change") {
            continue;
        }
        *schema = json!({"$ref": format!("#/components/schemas/{name}Change")});
        changed.push(name);
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    else {
        return;
    };
    for name in changed {
        let Some(Value::Object(mut change)) = schemas.get(&name).cloned() else {
            continue;
        };
        change.remove("required");
        change.insert(
            "description".to_owned(),
            json!(format!(
                "Any of the fields of {name}; null takes an optional one away (RFC 7396)"
            )),
        );
        schemas.insert(format!("{name}Change"), Value::Object(change));
    }
}
