//! The two engines behind one face. This is the only file that knows there are two:
//! each statement is written once (`stmt!`), or twice where they must differ, and runs
//! through `Tx`. What the statements say stands in the other files of this room.

use std::str::FromStr;
use std::time::Duration;

use futures_core::future::BoxFuture;
use sqlx::error::ErrorKind;
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{
    Arguments, Column, Encode, Executor, FromRow, PgConnection, PgPool, Postgres, SqlSafeStr,
    Sqlite, SqliteConnection, SqlitePool, Statement, Transaction, Type,
};
use thiserror::Error;

/// What can go wrong in the store, by what to do next.
#[derive(Debug, Error)]
pub enum Error {
    /// A claim overlaps another: the guard of the database refused it.
    #[error("another claim on this resource overlaps")]
    Overlap,
    /// A unique key is taken.
    #[error("already there")]
    Duplicate,
    /// A row that is referred to is not there.
    #[error("a row that is referred to is not there")]
    Missing,
    /// The database is away or overloaded; try later.
    #[error("the database is not to be reached: {0}")]
    Away(sqlx::Error),
    /// The address of the database makes no sense.
    #[error("{0}")]
    Address(String),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// What the database strung together could not be read back.
    #[error("{0} could not be read")]
    Unreadable(&'static str),
    /// A statement was given too few or too many values, or anything else that is our own mistake.
    #[error("{0}")]
    Fault(sqlx::Error),
}

/// What the store answers.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let Some(database) = error.as_database_error() else {
            return match error {
                E::PoolTimedOut | E::PoolClosed | E::Io(_) | E::Tls(_) | E::WorkerCrashed => {
                    Self::Away(error)
                }
                other => Self::Fault(other),
            };
        };
        // SQLite's guard speaks through RAISE, whose only sign is its message.
        if database.message().starts_with("exclusion:") {
            return Self::Overlap;
        }
        match database.kind() {
            ErrorKind::UniqueViolation => Self::Duplicate,
            ErrorKind::ForeignKeyViolation => Self::Missing,
            ErrorKind::ExclusionViolation => Self::Overlap,
            _ => {
                // Busy and locked (SQLite), or shutting down, too many connections, deadlock, lock time-out (PostgreSQL).
                let code = database.code().unwrap_or_default();
                let passing = [
                    "5", "6", "261", "517", "773", "40001", "40P01", "55P03", "57P01", "57P02",
                    "57P03", "53300",
                ];
                if passing.contains(&code.as_ref()) {
                    Self::Away(error)
                } else {
                    Self::Fault(error)
                }
            }
        }
    }
}

/// A statement: its text on each engine, and how many values it takes.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Where it stands, for the test that prepares them all.
    pub at: &'static str,
    /// For `SQLite`.
    pub sqlite: &'static str,
    /// For `PostgreSQL`.
    pub postgres: &'static str,
    /// How many `$n`.
    pub arity: usize,
}
inventory::collect!(Sql);

/// Every statement of the program.
pub fn registered() -> impl Iterator<Item = &'static Sql> {
    inventory::iter::<Sql>.into_iter()
}

/// The highest `$n` in a statement.
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "const code; a slip fails the build"
)]
pub const fn arity(text: &str) -> usize {
    let (bytes, mut at, mut highest) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'$' {
            let mut n = 0;
            while at + 1 < bytes.len() && bytes[at + 1].is_ascii_digit() {
                at += 1;
                n = n * 10 + (bytes[at] - b'0') as usize;
            }
            if n > highest {
                highest = n;
            }
        }
        at += 1;
    }
    highest
}

/// A registered statement: one text for both engines, or one for each where they must differ.
macro_rules! stmt {
    ($text:expr) => {
        stmt!($text, $text)
    };
    ($sqlite:expr, $postgres:expr) => {{
        const SQL: $crate::storage::engine::Sql = $crate::storage::engine::Sql {
            at: concat!(file!(), ":", line!()),
            sqlite: $sqlite,
            postgres: $postgres,
            arity: $crate::storage::engine::arity($sqlite),
        };
        const _: () = assert!(
            $crate::storage::engine::arity($sqlite) == $crate::storage::engine::arity($postgres)
        );
        inventory::submit! { SQL }
        SQL
    }};
}
pub(crate) use stmt;

/// A value that both engines can take.
pub trait Value<'t>:
    Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}
impl<'t, T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>> Value<'t>
    for T
{
}

/// A row that both engines can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// A database of either kind.
#[derive(Debug, Clone)]
pub enum Db {
    /// One file. One writer, whose queue is fair; several readers.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
    },
    /// A server, shared by several nodes.
    Postgres(PgPool),
}

/// A transaction on either.
#[derive(Debug)]
pub enum Tx {
    /// On `SQLite`; one that writes began as `BEGIN IMMEDIATE`.
    Sqlite(Transaction<'static, Sqlite>),
    /// On `PostgreSQL`.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens `sqlite:FILE` (made when it is not there) or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|error| Error::Address(format!("{error}")))?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(25));
            return Ok(Self::Postgres(
                pool.connect_with(options.application_name("fadeline"))
                    .await?,
            ));
        }
        if !url.starts_with("sqlite:") || url.contains(":memory:") {
            return Err(Error::Address(
                "the database is named sqlite:FILE or postgres://…".to_owned(),
            ));
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| Error::Address(format!("{error}")))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            // Rows cross from SQLite's thread to ours; few at a time would wake both for each handful.
            .row_buffer_size(1000)
            // 8 MB of pages for each connection, and 16 MB of log between checkpoints: a booking touches some twenty
            // pages of large indexes, and what many bookings share is then read and written back once.
            .pragma("cache_size", "-8000")
            .pragma("wal_autocheckpoint", "4000");
        let pool = || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(30));
        // The writer first: it makes the file that the readers open.
        let write = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let read = pool()
            .max_connections(4)
            .connect_with(options.create_if_missing(false).read_only(true))
            .await?;
        Ok(Self::Sqlite { read, write })
    }

    /// Brings the schema up to date. Nodes that start together wait for each other.
    pub async fn migrate(&self) -> Result<()> {
        let common = sqlx::migrate!("migrations/common");
        let own = match self {
            Self::Sqlite { .. } => sqlx::migrate!("migrations/sqlite"),
            Self::Postgres(_) => sqlx::migrate!("migrations/postgres"),
        };
        let migrator =
            Migrator::with_migrations(common.iter().chain(own.iter()).cloned().collect());
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await?,
            Self::Postgres(pool) => migrator.run(pool).await?,
        }
        Ok(())
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin_with("BEGIN READ ONLY").await?),
        })
    }

    /// A connection for one statement that reads, without a transaction around it.
    pub async fn lease(&self) -> Result<Lease> {
        Ok(match self {
            Self::Sqlite { read, .. } => Lease::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Lease::Postgres(pool.acquire().await?),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.read().await?;
        tx.query(stmt!("SELECT CAST(1 AS BIGINT)"))
            .one::<(i64,)>()
            .await?;
        Ok(())
    }

    /// Waits for what is under way and lets go of the database.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// The columns that a registered statement answers, from the engine itself.
    pub async fn columns(&self, sql: &Sql) -> Result<Vec<String>> {
        let names = |columns: &[_]| {
            columns
                .iter()
                .map(|column: &&str| (*column).to_owned())
                .collect()
        };
        Ok(match self {
            Self::Sqlite { read, .. } => {
                let statement = read
                    .acquire()
                    .await?
                    .prepare(sql.sqlite.into_sql_str())
                    .await?;
                names(
                    &statement
                        .columns()
                        .iter()
                        .map(Column::name)
                        .collect::<Vec<_>>(),
                )
            }
            Self::Postgres(pool) => {
                let statement = pool
                    .acquire()
                    .await?
                    .prepare(sql.postgres.into_sql_str())
                    .await?;
                names(
                    &statement
                        .columns()
                        .iter()
                        .map(Column::name)
                        .collect::<Vec<_>>(),
                )
            }
        })
    }
}

/// A connection on either, for one statement.
#[derive(Debug)]
pub enum Lease {
    /// On `SQLite`, reading.
    Sqlite(PoolConnection<Sqlite>),
    /// On `PostgreSQL`.
    Postgres(PoolConnection<Postgres>),
}

impl Lease {
    /// The statement, to be given its values.
    pub fn query(&mut self, sql: Sql) -> Query<'_> {
        Query::of(
            match self {
                Self::Sqlite(connection) => Run::Sqlite(connection, SqliteArguments::default()),
                Self::Postgres(connection) => Run::Postgres(connection, PgArguments::default()),
            },
            sql,
        )
    }
}

impl Tx {
    /// A statement of this transaction, to be given its values.
    pub fn query(&mut self, sql: Sql) -> Query<'_> {
        Query::of(
            match self {
                Self::Sqlite(tx) => Run::Sqlite(tx, SqliteArguments::default()),
                Self::Postgres(tx) => Run::Postgres(tx, PgArguments::default()),
            },
            sql,
        )
    }

    /// Whether a transaction that may write has locked every row by beginning, so that no row needs a lock of its own.
    #[must_use]
    pub fn locks_everything(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Makes what was done last.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes what was done, at once, so that locks go now and not when the connection is next used.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

enum Run<'c> {
    Sqlite(&'c mut SqliteConnection, SqliteArguments),
    Postgres(&'c mut PgConnection, PgArguments),
}

/// A statement on its way: give it its values, then run it.
#[must_use = "a statement does nothing until it is run"]
pub struct Query<'c> {
    run: Run<'c>,
    sql: Sql,
    bound: usize,
    fault: Option<sqlx::Error>,
}

impl<'c> Query<'c> {
    fn of(run: Run<'c>, sql: Sql) -> Self {
        Self {
            run,
            sql,
            bound: 0,
            fault: None,
        }
    }

    /// The next value.
    pub fn bind<'t, T: Value<'t>>(mut self, value: T) -> Self {
        let added = match &mut self.run {
            Run::Sqlite(_, arguments) => arguments.add(value),
            Run::Postgres(_, arguments) => arguments.add(value),
        };
        if let Err(error) = added {
            self.fault.get_or_insert(sqlx::Error::Encode(error));
        }
        self.bound += 1;
        self
    }

    /// `SQLite` takes a missing value for NULL without a word; here it is a fault.
    fn ready(self) -> Result<(Run<'c>, Sql)> {
        match self.fault {
            Some(fault) => Err(Error::Fault(fault)),
            None if self.bound == self.sql.arity => Ok((self.run, self.sql)),
            None => Err(Error::Fault(sqlx::Error::Protocol(format!(
                "{} takes {} values, given {}",
                self.sql.at, self.sql.arity, self.bound
            )))),
        }
    }

    /// Every row.
    #[must_use]
    pub fn all<T: Row + 'c>(self) -> BoxFuture<'c, Result<Vec<T>>> {
        Box::pin(async move {
            Ok(match self.ready()? {
                (Run::Sqlite(tx, arguments), sql) => {
                    run::rows(sql.sqlite, arguments).fetch_all(&mut *tx).await?
                }
                (Run::Postgres(tx, arguments), sql) => {
                    run::rows(sql.postgres, arguments)
                        .fetch_all(&mut *tx)
                        .await?
                }
            })
        })
    }

    /// The row, if there is one.
    #[must_use]
    pub fn optional<T: Row + 'c>(self) -> BoxFuture<'c, Result<Option<T>>> {
        Box::pin(async move {
            Ok(match self.ready()? {
                (Run::Sqlite(tx, arguments), sql) => {
                    run::rows(sql.sqlite, arguments)
                        .fetch_optional(&mut *tx)
                        .await?
                }
                (Run::Postgres(tx, arguments), sql) => {
                    run::rows(sql.postgres, arguments)
                        .fetch_optional(&mut *tx)
                        .await?
                }
            })
        })
    }

    /// The one row that there must be.
    #[must_use]
    pub fn one<T: Row + 'c>(self) -> BoxFuture<'c, Result<T>> {
        Box::pin(async move {
            self.optional()
                .await?
                .ok_or(Error::Fault(sqlx::Error::RowNotFound))
        })
    }

    /// How many rows it changed.
    #[must_use]
    pub fn run(self) -> BoxFuture<'c, Result<u64>> {
        Box::pin(async move {
            Ok(match self.ready()? {
                (Run::Sqlite(tx, arguments), sql) => run::plain(sql.sqlite, arguments)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected(),
                (Run::Postgres(tx, arguments), sql) => run::plain(sql.postgres, arguments)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected(),
            })
        })
    }
}

/// The only calls of sqlx that take a statement's text.
mod run {
    use sqlx::query::{Query, QueryAs};
    use sqlx::{Database, FromRow, IntoArguments};

    pub(super) fn rows<DB: Database, O: for<'r> FromRow<'r, DB::Row>, A: IntoArguments<DB>>(
        text: &'static str,
        arguments: A,
    ) -> QueryAs<'static, DB, O, A> {
        sqlx::query_as_with(text, arguments)
    }

    pub(super) fn plain<DB: Database, A: IntoArguments<DB>>(
        text: &'static str,
        arguments: A,
    ) -> Query<'static, DB, A> {
        sqlx::query_with(text, arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::arity;

    #[test]
    fn the_highest_placeholder_is_the_number_of_values() {
        assert_eq!(arity("SELECT 1"), 0);
        assert_eq!(arity("SELECT $2, $1, $2"), 2);
        assert_eq!(arity("VALUES ($9, $10)"), 10);
    }
}
