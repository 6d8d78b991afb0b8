//! Changing what is written down by a patch (RFC 7396).

use crate::actions::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// `current` with `patch` merged into it (RFC 7396), read again as a whole.
pub(in crate::actions) fn patched<T: Serialize + DeserializeOwned>(
    current: &T,
    patch: &Value,
) -> Result<T> {
    if !patch.is_object() {
        return Err(Error::invalid("", "a change is a JSON object"));
    }
    let mut value =
        serde_json::to_value(current).map_err(|error| Error::Fault(error.to_string()))?;
    json_patch::merge(&mut value, patch);
    typed(value)
}

/// `value` as a `T`; what is wrong is named by a JSON pointer.
pub(in crate::actions) fn typed<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| Error::invalid(pointer(error.path()), error.inner().to_string()))
}

/// Where in a body something stands, as a JSON pointer (RFC 6901).
#[must_use]
pub fn pointer(path: &Path) -> String {
    let parts = path.iter().filter_map(|part| match part {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.fold(String::new(), |pointer, part| format!("{pointer}/{part}"))
}
