//! The scripts, served by the program itself. Each address names the content by its hash, so
//! that a browser may keep it for ever and never runs an old one with a new page.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Every script, by name.
const SCRIPTS: &[(&str, &str)] = &[
    ("page.js", include_str!("../assets/page.js")),
    ("desk.js", include_str!("../assets/desk.js")),
];

fn hash(content: &str) -> String {
    hex::encode(Sha256::digest(content.as_bytes())).chars().take(16).collect()
}

/// The address of a script.
pub(in crate::web) fn address(name: &str) -> String {
    let content = SCRIPTS.iter().find(|(own, _)| *own == name).map_or("", |(_, content)| *content);
    format!("/assets/{}/{name}", hash(content))
}

pub(in crate::web) async fn script(Path((named, name)): Path<(String, String)>) -> Response {
    let Some((_, content)) =
        SCRIPTS.iter().find(|(own, content)| *own == name && hash(content) == named)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, *content).into_response()
}
