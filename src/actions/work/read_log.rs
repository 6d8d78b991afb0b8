//! Audit lines of reads that come thick and fast, such as searches for slots: those of
//! one moment are committed together. No caller is answered before their own line is kept,
//! and a line that cannot be written fails the read, as everywhere (rule 64).

use std::sync::PoisonError;

use tokio::sync::oneshot;

use super::memory::{ReadLog, Waiting};
use crate::actions::{App, Error, Result};
use crate::storage;
use crate::storage::audit;

/// Lines that are being written. Those that were not, because that failed or was given up, wait again.
struct Batch<'l> {
    log: &'l ReadLog,
    lines: Vec<Waiting>,
}

impl<'l> Batch<'l> {
    fn taken_from(log: &'l ReadLog) -> Self {
        let mut waiting = log.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        Self { log, lines: std::mem::take(&mut waiting) }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.lines.retain(|one| !one.written.is_closed());
        let mut waiting = self.log.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.append(&mut self.lines);
    }
}

/// Keeps `line`; done when it is committed.
pub(in crate::actions) async fn note(app: &App, line: audit::Line) -> Result<()> {
    let (written, mut done) = oneshot::channel();
    let log = &app.read_log;
    log.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { line, written });
    let turn = log.writing.lock().await;
    // The one who wrote before us may have written our line too, or failed to.
    match done.try_recv() {
        Ok(()) => return Ok(()),
        Err(oneshot::error::TryRecvError::Closed) => {
            return Err(Error::Fault("the audit line of a read was lost".to_owned()));
        }
        Err(oneshot::error::TryRecvError::Empty) => (),
    }
    let mut batch = Batch::taken_from(log);
    if let Err(error) = write(app, &batch.lines).await {
        // This read fails; the others are tried again by those who wait for them, each in turn.
        drop(done);
        return Err(error.into());
    }
    for one in batch.lines.drain(..) {
        // Who gave up waiting needs no answer; the line is kept all the same.
        let _ = one.written.send(());
    }
    drop(turn);
    Ok(())
}

/// Keeps all of `lines`, which belong to one look; done when they are committed.
pub(super) async fn note_all(app: &App, lines: Vec<audit::Line>) -> Result<()> {
    let mut tx = app.db.begin().await?;
    for line in &lines {
        audit::insert(&mut tx, line).await?;
    }
    Ok(tx.commit().await?)
}

async fn write(app: &App, batch: &[Waiting]) -> storage::Result<()> {
    let mut tx = app.db.begin().await?;
    for one in batch {
        audit::insert(&mut tx, &one.line).await?;
    }
    tx.commit().await
}
