//! A connection that is held, and what becomes of it: it goes back to its pool only when it
//! is known to be outside of any transaction and fit for use; in every other case it is closed.

use sqlx::pool::PoolConnection;
use sqlx::{Executor, Postgres, Sqlite};

use super::error::{Error, Result};
use super::outage::noted;

/// A connection of either engine.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(connection) => connection.execute(text).await.map(drop),
            Self::Postgres(connection) => connection.execute(text).await.map(drop),
        }
    }

    fn close(mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            // The process ends; there is nothing left that could say goodbye.
            match self {
                Self::Sqlite(connection) => drop(connection.detach()),
                Self::Postgres(connection) => drop(connection.detach()),
            }
            return;
        }
        match &mut self {
            Self::Sqlite(connection) => connection.close_on_drop(),
            Self::Postgres(connection) => connection.close_on_drop(),
        }
    }
}

/// A connection, and what is known of it. The driver counts transactions itself, and counts wrong once `SQLite` has
/// rolled back without being asked, so transactions are begun and ended here in so many words.
#[derive(Debug)]
pub(super) struct Held {
    /// There until it goes back or is closed.
    connection: Option<Connection>,
    /// Whether a transaction was begun and has not ended.
    open: bool,
    /// Not while a statement is under way, so that one that is given up leaves it so; nor ever again once it broke.
    fit: bool,
    /// Whether a statement of the transaction changed a row.
    pub(super) wrote: bool,
}

impl Held {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection: Some(connection), open: false, fit: true, wrote: false }
    }

    /// The connection, for one statement; `after` must be told how that went.
    pub(super) fn before(&mut self) -> Result<&mut Connection> {
        let broken = || std::io::Error::other("its connection broke; the transaction is over");
        match &mut self.connection {
            Some(connection) if std::mem::take(&mut self.fit) => Ok(connection),
            _ => Err(Error::Away(broken().into())),
        }
    }

    /// What a statement answered.
    pub(super) fn after<T>(&mut self, answer: sqlx::Result<T>) -> Result<T> {
        let answer = answer.map_err(noted);
        self.fit = answer.as_ref().map_or_else(|error| !error.breaks_the_connection(), |_| true);
        answer
    }

    /// Begins a transaction. A connection that could not is closed.
    pub(super) async fn begin(&mut self, text: &'static str) -> Result<()> {
        self.before()?.run(text).await.map_err(noted)?;
        (self.fit, self.open) = (true, true);
        Ok(())
    }

    /// Ends the transaction. A connection that could not is closed.
    pub(super) async fn end(&mut self, text: &'static str) -> Result<()> {
        self.before()?.run(text).await.map_err(noted)?;
        (self.fit, self.open) = (true, false);
        Ok(())
    }

    /// Rolls back what was left open; only if that succeeds is the connection fit again.
    async fn roll_back(&mut self) {
        if let Some(connection) = &mut self.connection
            && connection.run("ROLLBACK").await.is_ok()
        {
            (self.fit, self.open) = (true, false);
        }
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self.connection, Some(Connection::Sqlite(_)))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if !self.fit {
            connection.close();
            return;
        }
        if !self.open {
            // Back to its pool.
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            connection.close();
            return;
        };
        // Closed too if this does not come to its end.
        let mut left = Self { connection: Some(connection), open: true, fit: false, wrote: false };
        runtime.spawn(async move { left.roll_back().await });
    }
}
