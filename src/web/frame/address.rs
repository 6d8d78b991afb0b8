//! Reading what the address of a page names: ids, or a secret.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::errors::PageError;
use crate::actions::Error;

/// What an address names: an id, or several. An address that cannot be read names nothing that is there.
pub(in crate::web) struct Id<T>(pub(in crate::web) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| Error::NotThere("page").into())
    }
}

/// The secret of an address that needs no sign-in; empty where it cannot be read.
pub(in crate::web) struct Secret(pub(in crate::web) String);

impl<S: Send + Sync> FromRequestParts<S> for Secret {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.map(|Path(secret)| secret).unwrap_or_default()))
    }
}
