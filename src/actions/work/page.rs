//! Pages of lists: `limit` and an opaque `after`, which is where the page before ended.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::{Error, Result};

/// Which page of a list is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
    /// `next` of the page before.
    #[param(max_length = 500)]
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Items<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// `after` of the page that follows; null on the last.
    pub next: Option<String>,
}

impl Page {
    /// How many rows to load: one more than the page holds, which tells whether there is another.
    pub fn rows(&self) -> Result<i64> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=200 => Ok(i64::from(limit) + 1),
            _ => Err(Error::invalid("/limit", "must be 1 to 200")),
        }
    }

    /// Where the page before ended, or `start`.
    pub fn after<K: DeserializeOwned>(&self, start: K) -> Result<K> {
        let Some(after) = &self.after else {
            return Ok(start);
        };
        let bytes = URL_SAFE_NO_PAD.decode(after).ok();
        let key = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        key.ok_or_else(|| Error::invalid("/after", "not the `next` of a page of this list"))
    }

    /// The page made of `rows`, whose end is told by `key`.
    pub fn of<R, K: Serialize>(&self, mut rows: Vec<R>, key: impl Fn(&R) -> K) -> Result<Items<R>> {
        let limit = usize::try_from(self.rows()? - 1).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last().filter(|_| more) {
            Some(last) => {
                let key = serde_json::to_vec(&key(last))
                    .map_err(|error| Error::Fault(error.to_string()))?;
                Some(URL_SAFE_NO_PAD.encode(key))
            }
            None => None,
        };
        Ok(Items { items: rows, next })
    }
}

impl<T> Items<T> {
    /// The same page with each item made into something else.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Items<U> {
        Items { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}
