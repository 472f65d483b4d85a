//! Connections, transactions and migrations, alike for SQLite and PostgreSQL.

use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, Executor, SqlSafeStr};

use super::error::CatalogueError;

/// A write transaction; dropped without commit it is rolled back.
pub type Transaction = sqlx::Transaction<'static, Any>;

/// Which database answers, for the few queries that must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one writer at a time.
    Sqlite,
    /// A server, shared by any number of processes.
    Postgres,
}

/// The catalogue's connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
}

/// The steps of the schema, forward only, one file each, in the order of their numbers.
#[derive(rust_embed::RustEmbed)]
#[folder = "src/catalogue/migrations"]
struct Steps;

/// The steps with version and name taken from file names such as `0100_identity.sql`.
fn migrations() -> Vec<Migration> {
    let mut steps: Vec<Migration> = Steps::iter()
        .filter_map(|name| {
            let (number, title) = name.strip_suffix(".sql")?.split_once('_')?;
            let sql = String::from_utf8_lossy(&Steps::get(&name)?.data).into_owned();
            let sql = sqlx::AssertSqlSafe(sql).into_sql_str();
            let title = title.replace('_', " ").into();
            Some(Migration::new(number.parse().ok()?, title, MigrationType::Simple, sql, false))
        })
        .collect();
    steps.sort_by_key(|step| step.version);
    steps
}

impl Database {
    /// Opens `sqlite:FILE` (made if missing) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str) -> Result<Self, CatalogueError> {
        install_default_drivers();
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = AnyPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .connect(url)
                .await?;
            Ok(Self { read: pool.clone(), write: pool, dialect: Dialect::Postgres })
        } else {
            // The address may hold a password: only its beginning is repeated.
            let scheme = url.split(':').next().unwrap_or_default().to_owned();
            Err(CatalogueError::Address(scheme))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, CatalogueError> {
        let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
        let options = |connections: u32| {
            AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        // WAL lets readers go on beside the writer; FULL makes a commit survive a power cut.
                        connection
                            .execute(
                                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
                                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                                 PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; \
                                 PRAGMA mmap_size = 268435456;",
                            )
                            .await?;
                        Ok(())
                    })
                })
        };
        // One writer, so that transactions queue here instead of failing with "database is locked".
        let write = options(1).connect(&url).await?;
        let read = options(4).connect(&url).await?;
        Ok(Self { read, write, dialect: Dialect::Sqlite })
    }

    /// Brings the schema up to date. Safe when several processes start at once.
    pub async fn migrate(&self) -> Result<(), CatalogueError> {
        let migrator = Migrator::with_migrations(migrations());
        migrator.run(&self.write).await?;
        let mut tx = self.begin().await?;
        super::search_index::ensure_index(&mut tx, self.dialect).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The pool for reading outside a transaction.
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once, so that it never
    /// fails half-way because another process wrote first.
    pub async fn begin(&self) -> Result<Transaction, CatalogueError> {
        Ok(match self.dialect {
            Dialect::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.write.begin().await?,
        })
    }

    /// Begins a transaction that only reads, and sees one state of the whole database throughout.
    pub async fn begin_snapshot(&self) -> Result<Transaction, CatalogueError> {
        Ok(match self.dialect {
            Dialect::Sqlite => self.read.begin().await?,
            Dialect::Postgres => {
                self.read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
            }
        })
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<(), CatalogueError> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }

    /// Closes all connections; waits for those in use.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}
