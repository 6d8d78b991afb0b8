//! The catalogue as it was read last, kept in memory for as long as its stamp is the
//! same; the stamp is asked in each transaction, so every node decides by what is there.

use std::sync::{Arc, PoisonError};

use crate::actions::{App, Result};
use crate::storage::catalogue::Catalogue;
use crate::storage::{Tx, catalogue};

/// The catalogue as `tx` sees it. Not for a transaction that has changed the catalogue itself: what it sees may
/// never come to be.
pub(in crate::actions) async fn current(tx: &mut Tx, app: &App) -> Result<Arc<Catalogue>> {
    let stamp = catalogue::stamp(tx).await?;
    let kept = app.catalogue.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(kept) = kept.filter(|kept| kept.stamp == stamp) {
        return Ok(kept);
    }
    let read = Arc::new(catalogue::read(tx).await?);
    *app.catalogue.0.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
    Ok(read)
}
