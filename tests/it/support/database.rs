//! A fresh database for each story: a `SQLite` file of its own, or a schema of its own on
//! the `PostgreSQL` that `TEST_DATABASE_URL` names.

use fadeline::storage::Db;
use tempfile::TempDir;

/// A database of its own.
pub(crate) struct Database {
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

/// The `PostgreSQL` to test on, if this is that half of the run.
pub(crate) fn postgres() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

impl Database {
    /// An empty one, without its schema.
    pub(crate) async fn fresh() -> Self {
        let Some(server) = postgres() else {
            let folder = TempDir::new().unwrap();
            let url = format!("sqlite:{}", folder.path().join("test.db").display());
            return Self { url, _folder: Some(folder) };
        };
        let schema = format!("t_{}", uuid::Uuid::new_v4().simple());
        let admin = sqlx::PgPool::connect(&server).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
            .execute(&admin)
            .await
            .unwrap();
        admin.close().await;
        let joint = if server.contains('?') { '&' } else { '?' };
        Self {
            url: format!("{server}{joint}options=-c%20search_path%3D{schema}%2Cpublic"),
            _folder: None,
        }
    }

    /// One that others keep: a file, or a database of its own.
    pub(crate) fn at(url: String) -> Self {
        Self { url, _folder: None }
    }

    /// The same one, for another node; gone when this one is.
    pub(crate) fn beside(&self) -> Self {
        Self { url: self.url.clone(), _folder: None }
    }

    /// It, with its schema.
    pub(crate) async fn db(&self) -> Db {
        let db = Db::connect(&self.url).await.unwrap();
        db.migrate().await.unwrap();
        db
    }
}
