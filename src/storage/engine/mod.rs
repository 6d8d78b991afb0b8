//! The two engines behind one face. This folder alone knows that there are two: each
//! statement is written once (`stmt!`), or twice where they must differ, and runs through
//! `Tx`. What the statements say stands in the other files of this room.

pub(super) mod concatenated;
mod connection;
mod error;
mod outage;
mod query;
mod statement;
mod tx;

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Column, Executor, PgPool, SqlSafeStr, SqlitePool, Statement};

pub use self::error::{Error, Hindrance, Result};
pub(crate) use self::query::fields;
pub use self::query::{Query, Row, Several, Value};
pub(crate) use self::statement::stmt;
pub use self::statement::{Sql, arity, registered};
pub use self::tx::{Lease, Tx};

use self::connection::{Connection, Held};
use self::outage::noted;

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

impl Db {
    /// Opens `sqlite:FILE` (made when it is not there) or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|error| Error::Address(format!("{error}")))?;
            let pool =
                PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(25));
            return Ok(Self::Postgres(
                pool.connect_with(options.application_name("fadeline")).await?,
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
        // A connection to a file does not die by lying idle, so it is not asked each time whether it lives.
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(Duration::from_secs(30))
                .test_before_acquire(false)
        };
        // The writer first: it makes the file that the readers open.
        let write = pool().max_connections(1).connect_with(options.clone()).await?;
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
        let (connection, text) = match self {
            Self::Sqlite { write, .. } => {
                let writer = write.acquire().await.map_err(noted)?;
                (Connection::Sqlite(writer), "BEGIN IMMEDIATE")
            }
            Self::Postgres(pool) => {
                let connection = pool.acquire().await.map_err(noted)?;
                (Connection::Postgres(connection), "BEGIN")
            }
        };
        begin(connection, text).await
    }

    /// Begins a transaction that only reads.
    pub async fn read(&self) -> Result<Tx> {
        let text = match self {
            Self::Sqlite { .. } => "BEGIN",
            Self::Postgres(_) => "BEGIN READ ONLY",
        };
        begin(self.reader().await?, text).await
    }

    /// A connection for one statement that reads, without a transaction around it.
    pub async fn lease(&self) -> Result<Lease> {
        Ok(Lease(Held::new(self.reader().await?)))
    }

    async fn reader(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite { read, .. } => Connection::Sqlite(read.acquire().await.map_err(noted)?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await.map_err(noted)?),
        })
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
        let names =
            |columns: &[_]| columns.iter().map(|column: &&str| (*column).to_owned()).collect();
        Ok(match self {
            Self::Sqlite { read, .. } => {
                let statement = read.acquire().await?.prepare(sql.sqlite.into_sql_str()).await?;
                names(&statement.columns().iter().map(Column::name).collect::<Vec<_>>())
            }
            Self::Postgres(pool) => {
                let statement = pool.acquire().await?.prepare(sql.postgres.into_sql_str()).await?;
                names(&statement.columns().iter().map(Column::name).collect::<Vec<_>>())
            }
        })
    }
}

async fn begin(connection: Connection, text: &'static str) -> Result<Tx> {
    let mut held = Held::new(connection);
    held.begin(text).await?;
    Ok(Tx(held))
}
