//! A statement on its way: it is given its values, then run on the connection that is held.

use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Encode, FromRow, Postgres, Sqlite, Type};

use super::connection::{Connection, Held};
use super::error::{Error, Result};
use super::statement::Sql;

/// A value that both engines can take.
pub trait Value<'t>:
    Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}
impl<'t, T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>> Value<'t>
    for T
{
}

/// Several values, in the order in which a statement names them.
pub trait Several<'t> {
    /// `query` with these values.
    fn bound(self, query: Query<'_>) -> Query<'_>;
}

macro_rules! tuples {
    ($first:ident) => {};
    ($first:ident $($rest:ident)+) => {
        impl<'t, $first: Value<'t>, $($rest: Value<'t>),+> Several<'t> for ($first, $($rest),+) {
            fn bound(self, query: Query<'_>) -> Query<'_> {
                #[expect(non_snake_case, reason = "each value is called as its type")]
                let ($first, $($rest),+) = self;
                query.bind($first)$(.bind($rest))+
            }
        }
        tuples!($($rest)+);
    };
}
tuples!(A B C D E F G H I J K L M N O P Q R S T U V W X);

/// Fields of one thing as values: `fields!(m => id, place.site_id)`.
macro_rules! fields {
    ($of:ident => $($first:ident $(.$rest:ident)*),+) => {
        ($(&$of.$first$(.$rest)*),+)
    };
}
pub(crate) use fields;

/// A row that both engines can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// The values of a statement, as its engine takes them.
enum Values {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

/// A statement on its way: give it its values, then run it.
#[must_use = "a statement does nothing until it is run"]
pub struct Query<'c> {
    held: &'c mut Held,
    values: Values,
    sql: Sql,
    bound: usize,
    fault: Option<sqlx::Error>,
}

impl<'c> Query<'c> {
    pub(super) fn new(held: &'c mut Held, sql: Sql) -> Self {
        Self {
            values: if held.is_sqlite() {
                Values::Sqlite(SqliteArguments::default())
            } else {
                Values::Postgres(PgArguments::default())
            },
            held,
            sql,
            bound: 0,
            fault: None,
        }
    }

    /// The next value.
    pub fn bind<'t, T: Value<'t>>(mut self, value: T) -> Self {
        let added = match &mut self.values {
            Values::Sqlite(values) => values.add(value),
            Values::Postgres(values) => values.add(value),
        };
        if let Err(error) = added {
            self.fault.get_or_insert(sqlx::Error::Encode(error));
        }
        self.bound += 1;
        self
    }

    /// The next values.
    pub fn bind_all<'t>(self, values: impl Several<'t>) -> Self {
        values.bound(self)
    }

    /// `SQLite` takes a missing value for NULL without a word; here it is a fault.
    fn ready(self) -> Result<(&'c mut Held, Values, Sql)> {
        match self.fault {
            Some(fault) => Err(Error::Fault(fault)),
            None if self.bound == self.sql.arity => Ok((self.held, self.values, self.sql)),
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
            let (held, values, sql) = self.ready()?;
            let answer = match (held.before()?, values) {
                (Connection::Sqlite(on), Values::Sqlite(values)) => {
                    run::rows(sql.sqlite, values).fetch_all(&mut **on).await
                }
                (Connection::Postgres(on), Values::Postgres(values)) => {
                    run::rows(sql.postgres, values).fetch_all(&mut **on).await
                }
                _ => Err(mixed()),
            };
            held.after(answer)
        })
    }

    /// The row, if there is one.
    #[must_use]
    pub fn optional<T: Row + 'c>(self) -> BoxFuture<'c, Result<Option<T>>> {
        Box::pin(async move {
            let (held, values, sql) = self.ready()?;
            let answer = match (held.before()?, values) {
                (Connection::Sqlite(on), Values::Sqlite(values)) => {
                    let row = run::rows(sql.sqlite, values).fetch_optional(&mut **on);
                    row.await
                }
                (Connection::Postgres(on), Values::Postgres(values)) => {
                    let row = run::rows(sql.postgres, values).fetch_optional(&mut **on);
                    row.await
                }
                _ => Err(mixed()),
            };
            held.after(answer)
        })
    }

    /// The one row that there must be.
    #[must_use]
    pub fn one<T: Row + 'c>(self) -> BoxFuture<'c, Result<T>> {
        Box::pin(
            async move { self.optional().await?.ok_or(Error::Fault(sqlx::Error::RowNotFound)) },
        )
    }

    /// The one value of the one row that there must be.
    pub async fn value<T>(self) -> Result<T>
    where
        (T,): Row,
    {
        let (value,) = self.one().await?;
        Ok(value)
    }

    /// The one value of the row, if there is one.
    pub async fn optional_value<T>(self) -> Result<Option<T>>
    where
        (T,): Row,
    {
        Ok(self.optional::<(T,)>().await?.map(|(value,)| value))
    }

    /// Runs it, however many rows it changes.
    pub async fn done(self) -> Result<()> {
        self.run().await.map(|_| ())
    }

    /// Runs it. Whether it changed its one row.
    pub async fn changed_one(self) -> Result<bool> {
        Ok(self.run().await? == 1)
    }

    /// How many rows it changed.
    #[must_use]
    pub fn run(self) -> BoxFuture<'c, Result<u64>> {
        Box::pin(async move {
            let (held, values, sql) = self.ready()?;
            let answer = match (held.before()?, values) {
                (Connection::Sqlite(on), Values::Sqlite(values)) => {
                    let done = run::plain(sql.sqlite, values).execute(&mut **on).await;
                    done.map(|done| done.rows_affected())
                }
                (Connection::Postgres(on), Values::Postgres(values)) => {
                    let done = run::plain(sql.postgres, values).execute(&mut **on).await;
                    done.map(|done| done.rows_affected())
                }
                _ => Err(mixed()),
            };
            let changed = held.after(answer)?;
            held.wrote |= changed > 0;
            Ok(changed)
        })
    }
}

/// Values of one engine for a connection of the other, which `Query::new` does not make.
fn mixed() -> sqlx::Error {
    sqlx::Error::Protocol("values of the other engine".to_owned())
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
