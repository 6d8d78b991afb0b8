//! Changing what is written down by a patch (RFC 7396).

use crate::actions::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// `current` with `patch` merged into it (RFC 7396), read anew as a whole.
pub(in crate::actions) fn patched<T: Serialize + DeserializeOwned>(
    current: &T,
    patch: Value,
) -> Result<T> {
    if !patch.is_object() {
        return Err(Error::invalid("", "a change is a JSON object"));
    }
    let mut value =
        serde_json::to_value(current).map_err(|error| Error::Fault(error.to_string()))?;
    merge(&mut value, patch);
    typed(value)
}

pub(in crate::actions) fn typed<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let parts = error.path().iter().filter_map(|part| match part {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        let pointer = parts.fold(String::new(), |pointer, part| format!("{pointer}/{part}"));
        Error::invalid(pointer, error.inner().to_string())
    })
}

pub(in crate::actions) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}
