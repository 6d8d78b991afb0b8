//! What Fadeline answered, with what stories ask of it.

use axum::http::HeaderMap;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self::made(parts.status.as_u16(), parts.headers, &bytes)
    }

    pub(crate) fn made(status: u16, headers: HeaderMap, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, body }
    }

    /// The answer itself, whose status must be this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Each field of `wanted` has that value here.
    #[track_caller]
    pub(crate) fn has(&self, wanted: Value) -> &Self {
        has(&self.body, wanted);
        self
    }

    /// The id of what was made, if it was.
    pub(crate) fn created(&self) -> Result<String, &str> {
        if self.status == 201 { Ok(self.id()) } else { Err(&self.text) }
    }

    /// A refusal, whose rules must be just these.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, codes: &[&str]) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.codes(), codes, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        answer
    }

    pub(crate) fn codes(&self) -> Vec<&str> {
        texts(self.list("violations"), "code")
    }

    /// Why there are no slots, or fewer.
    pub(crate) fn why_not(&self) -> Vec<&str> {
        texts(self.list("refused"), "code")
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.str("id").to_owned()
    }

    #[track_caller]
    pub(crate) fn str(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {}", self.text))
    }

    /// The items of a list or of slots.
    pub(crate) fn items(&self) -> &[Value] {
        self.list("items")
    }

    /// A list of the body; empty where there is none.
    pub(crate) fn list(&self, field: &str) -> &[Value] {
        self.body[field].as_array().map_or(&[], Vec::as_slice)
    }

    /// A list of the body, which must be there.
    #[track_caller]
    pub(crate) fn array(&self, field: &str) -> &[Value] {
        self.body[field].as_array().unwrap_or_else(|| panic!("no {field} in {}", self.text))
    }

    /// The first item whose field is this.
    #[track_caller]
    pub(crate) fn item(&self, field: &str, value: &str) -> &Value {
        let found = self.items().iter().find(|item| item[field] == value);
        found.unwrap_or_else(|| panic!("no {field} is {value} in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The starts of slots in order of time.
    pub(crate) fn in_order(&self) -> Vec<&str> {
        let mut starts = self.starts();
        starts.sort_unstable();
        starts
    }

    /// The starts of slots, best first.
    pub(crate) fn starts(&self) -> Vec<&str> {
        texts(self.items(), "start")
    }
}

/// Each field of `wanted` has that value in `found`; one that is missing is null.
#[track_caller]
pub(crate) fn has(found: &Value, wanted: Value) {
    for (field, value) in wanted.as_object().unwrap() {
        assert_eq!(&found[field], value, "{field} of {found:#}");
    }
}

/// The texts of one field of each item, those without it left out.
pub(crate) fn texts<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item[field].as_str()).collect()
}
