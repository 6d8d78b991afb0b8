//! The `OpenAPI` 3.1 document: what the handlers say of themselves, and what is the same
//! for all: sign-in, roles, every error, the headers. Served, printed, and browsable
//! without a network.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder};

use super::problem::{FieldError, Problem};
use crate::domain::access::Role;
use crate::domain::refusal::Refusal;
use utoipa::{PartialSchema, ToSchema};

const ABOUT: &str = "Fadeline plans, books and tracks the removal of scalp micropigmentation.\n\n\
    **Times.** In: a wall time of the clinic's zone (`2027-03-15T10:00`) or RFC 3339 with an offset. Out: RFC 3339 with the offset of \
    that day. A wall time that the clock skips is refused with `no_such_local_time`; one that it shows twice means the first.\n\n\
    **Errors** are RFC 9457 `application/problem+json`; `violations` lists every rule that refuses, at once.\n\n\
    **Repeats.** A POST with an `Idempotency-Key` that was answered already is answered the same; the same key with another request is \
    422 `idempotency_key_reused`.\n\n\
    **Versions.** Each changeable thing has a `version` and an `ETag`; a change with a stale `If-Match` is 412.\n\n\
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
pub(super) fn restricted(paths: &mut Paths, roles: &[Role]) {
    let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
    each(paths, |is_post, is_change, operation| {
        operation.security = Some(vec![SecurityRequirement::new("bearer", names.clone())]);
        let roles = format!("Roles: {}.", names.join(", "));
        operation.description = Some(match operation.description.take() {
            Some(text) => format!("{text}\n\n{roles}"),
            None => roles,
        });
        add_problem(operation, "401", "Not signed in");
        add_problem(operation, "403", "The role may not");
        if is_post {
            let about = "An answered key is answered the same again";
            add_header(operation, "Idempotency-Key", about, 255);
        }
        if is_change {
            add_header(operation, "If-Match", "The ETag that was read; stale is 412", 200);
        }
    });
    open(paths);
}

/// Writes into each operation of `paths` the errors that any can answer.
pub(super) fn open(paths: &mut Paths) {
    each(paths, |is_post, is_change, operation| {
        add_problem(operation, "400", "Cannot be read");
        add_problem(operation, "404", "Not there, or not yours");
        add_problem(operation, "422", "Understood, but refused by a rule or without sense");
        add_problem(operation, "429", "Too many tries");
        add_problem(operation, "503", "Try later");
        if is_post || is_change {
            add_problem(operation, "409", "Conflict with another booking or with the state of things");
            add_problem(operation, "412", "Changed since it was read");
            add_problem(operation, "413", "Too large");
            add_problem(operation, "415", "Not JSON");
        }
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            if matches!(status.as_str(), "200" | "201") && is_change {
                response.headers.insert("ETag".to_owned(), text_header("The version"));
            }
        }
    });
}

fn text_header(about: &str) -> RefOr<utoipa::openapi::header::Header> {
    HeaderBuilder::new()
        .description(Some(about))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
        .into()
}

/// Calls `with` on each operation, telling whether it is a POST and whether it may change something that is there.
fn each(paths: &mut Paths, with: impl Fn(bool, bool, &mut Operation)) {
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
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description(about)
        .content("application/problem+json", content)
        .build();
    operation
        .responses
        .responses
        .entry(status.to_owned())
        .or_insert_with(|| response.into());
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

/// Gives each PATCH a body in which every field may be left out: a JSON merge patch (RFC 7396).
pub(super) fn with_patches(mut document: OpenApi) -> OpenApi {
    let mut changes = Vec::new();
    for item in document.paths.paths.values_mut() {
        let body = item.patch.as_mut().and_then(|operation| operation.request_body.as_mut());
        let Some(RefOr::T(body)) = body else { continue };
        for content in body.content.values_mut() {
            let RefOr::T(content) = content else { continue };
            let Some(RefOr::Ref(reference)) = &content.schema else { continue };
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
            let change = format!("{name}Change");
            content.schema = Some(Ref::from_schema_name(change.clone()).into());
            changes.push((name, change));
        }
    }
    if let Some(components) = &mut document.components {
        for (name, change) in changes {
            let Some(RefOr::T(Schema::Object(object))) = components.schemas.get(&name) else {
                continue;
            };
            let mut object = object.clone();
            object.required.clear();
            object.description = Some(format!("Any of the fields of {name}; null takes an optional one away (RFC 7396)"));
            components.schemas.insert(change, Schema::Object(object).into());
        }
    }
    document
}
