//! A transaction, and a connection for one statement, on either engine.

use super::connection::Held;
use super::error::Result;
use super::outage;
use super::query::Query;
use super::statement::Sql;

/// A transaction. One that is dropped without an end is rolled back.
#[derive(Debug)]
pub struct Tx(pub(super) Held);

/// A connection for one statement that reads.
#[derive(Debug)]
pub struct Lease(pub(super) Held);

impl Lease {
    /// The statement, to be given its values.
    pub fn query(&mut self, sql: Sql) -> Query<'_> {
        Query::new(&mut self.0, sql)
    }
}

impl Tx {
    /// A statement of this transaction, to be given its values.
    pub fn query(&mut self, sql: Sql) -> Query<'_> {
        Query::new(&mut self.0, sql)
    }

    /// Whether a transaction that may write has locked every row by beginning, so that no row needs a lock of its own.
    #[must_use]
    pub fn locks_everything(&self) -> bool {
        self.0.is_sqlite()
    }

    /// Makes what was done last.
    pub async fn commit(mut self) -> Result<()> {
        self.0.end("COMMIT").await?;
        if self.0.wrote {
            outage::is_over();
        }
        Ok(())
    }

    /// Undoes what was done, at once, so that locks go now and not when the connection is next used.
    pub async fn rollback(mut self) -> Result<()> {
        self.0.end("ROLLBACK").await
    }
}
