//! What the demo data asks of the store: an empty database, and a mark on every record.

use super::engine::stmt;
use super::{Result, Tx};

/// Whether the database is unused.
pub async fn is_empty(tx: &mut Tx) -> Result<bool> {
    let used: bool = tx
        .query(stmt!(
            "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM sites) OR EXISTS (SELECT 1 FROM resources) AS used"
        ))
        .value()
        .await?;
    Ok(!used)
}

/// Whether the demonstration data was loaded into this database.
pub async fn is_loaded(tx: &mut Tx) -> Result<bool> {
    tx.query(stmt!("SELECT EXISTS (SELECT 1 FROM sites WHERE is_demo) AS loaded")).value().await
}

/// Marks every record as demonstration data.
pub async fn mark_all(tx: &mut Tx) -> Result<()> {
    for mark in [
        stmt!("UPDATE partners SET is_demo = TRUE"),
        stmt!("UPDATE sites SET is_demo = TRUE"),
        stmt!("UPDATE practitioners SET is_demo = TRUE"),
        stmt!("UPDATE rooms SET is_demo = TRUE"),
        stmt!("UPDATE devices SET is_demo = TRUE"),
        stmt!("UPDATE patients SET is_demo = TRUE"),
        stmt!("UPDATE courses SET is_demo = TRUE"),
        stmt!("UPDATE sessions SET is_demo = TRUE"),
        stmt!("UPDATE users SET is_demo = TRUE"),
        stmt!("UPDATE referrals SET is_demo = TRUE"),
    ] {
        tx.query(mark).run().await?;
    }
    Ok(())
}
