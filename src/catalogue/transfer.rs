//! The whole database as one SQLite file, and back, from and to either database.
//!
//! A backup is always a SQLite file, so that one made on PostgreSQL can be looked into with any
//! SQLite tool and restored to either. Tables hold TEXT and BIGINT only, which makes copying plain.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::Row;

use super::statistics::OF_ONE_DAY;
use super::{CatalogueError, Database, Dialect, Transaction, search_index};

/// A table and how its columns are read.
#[derive(Clone, Debug)]
struct Table {
    name: String,
    /// Name, and whether it is a number.
    columns: Vec<(String, bool)>,
    refers_to: Vec<String>,
}

/// Writes a consistent copy of the database to `file`, which must not be there. Readers and
/// writers go on meanwhile.
pub async fn save(database: &Database, file: &Path) -> Result<(), CatalogueError> {
    if database.dialect() == Dialect::Sqlite {
        sqlx::query("VACUUM INTO $1")
            .bind(file.display().to_string())
            .execute(database.read())
            .await?;
        return forget_the_day(file).await;
    }
    let copy = Database::open(&format!("sqlite:{}", file.display())).await?;
    copy.migrate().await?;
    let tables = tables(&copy).await?;
    let mut from = database.begin_snapshot().await?;
    let mut to = copy.begin().await?;
    copy_rows(&mut from, &mut to, &tables).await?;
    to.commit().await?;
    from.rollback().await?;
    // Everything into the one file, nothing left beside it.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(copy.read()).await?;
    copy.close().await;
    Ok(())
}

/// Takes out of a copy what must not outlive its day. The bytes are overwritten, not only given free.
async fn forget_the_day(file: &Path) -> Result<(), CatalogueError> {
    let copy = Database::open(&format!("sqlite:{}?mode=rw", file.display())).await?;
    let mut tx = copy.begin().await?;
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *tx).await?;
    for table in OF_ONE_DAY {
        let clear = format!("DELETE FROM {table}");
        sqlx::query(sqlx::AssertSqlSafe(clear)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(copy.read()).await?;
    copy.close().await;
    Ok(())
}

/// Fills an empty database from a file that [`save`] wrote, perhaps by an older version.
pub async fn load(file: &Path, database: &Database) -> Result<(), CatalogueError> {
    let saved = Database::open(&format!("sqlite:{}?mode=rw", file.display())).await?;
    saved.migrate().await?;
    let tables = tables(&saved).await?;
    let mut from = saved.begin_snapshot().await?;
    let mut to = database.begin().await?;
    copy_rows(&mut from, &mut to, &tables).await?;
    search_index::rebuild(&mut to, database.dialect()).await?;
    to.commit().await?;
    from.rollback().await?;
    saved.close().await;
    Ok(())
}

/// Whether nobody has used this database yet.
pub async fn is_empty(database: &Database) -> Result<bool, CatalogueError> {
    for query in ["SELECT id FROM tenants LIMIT 1", "SELECT id FROM users LIMIT 1"] {
        if sqlx::query(query).fetch_optional(database.read()).await?.is_some() {
            return Ok(false);
        }
    }
    let log =
        sqlx::query("SELECT seq FROM audit_log LIMIT 1").fetch_optional(database.read()).await?;
    Ok(log.is_none())
}

/// The tables of a SQLite database, those that are referred to before those that refer. The search
/// index is not among them: [`load`] makes it anew; nor is what holds for one day only.
async fn tables(database: &Database) -> Result<Vec<Table>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND name NOT LIKE '%sqlx%' ORDER BY name",
    )
    .fetch_all(database.read())
    .await?;
    let mut tables = Vec::new();
    for row in rows {
        let name: String = row.try_get("name")?;
        if name.starts_with(search_index::TABLES) || OF_ONE_DAY.contains(&name.as_str()) {
            continue;
        }
        let columns = sqlx::query("SELECT name, type FROM pragma_table_info($1) ORDER BY cid")
            .bind(&name)
            .fetch_all(database.read())
            .await?
            .iter()
            .map(|row| {
                let kind: String = row.try_get("type")?;
                Ok((row.try_get("name")?, kind.contains("INT")))
            })
            .collect::<Result<_, sqlx::Error>>()?;
        let refers_to =
            sqlx::query("SELECT DISTINCT \"table\" AS target FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(database.read())
                .await?
                .iter()
                .map(|row| row.try_get("target"))
                .collect::<Result<_, sqlx::Error>>()?;
        tables.push(Table { name, columns, refers_to });
    }
    Ok(in_order(tables))
}

/// References first; a circle, if there ever is one, is left in the order of names.
fn in_order(mut waiting: Vec<Table>) -> Vec<Table> {
    let mut done: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = waiting.iter().position(|table| {
            table.refers_to.iter().all(|target| {
                *target == table.name || done.iter().any(|earlier| earlier.name == *target)
            })
        });
        done.push(waiting.remove(free.unwrap_or(0)));
    }
    done
}

async fn copy_rows(
    from: &mut Transaction,
    to: &mut Transaction,
    tables: &[Table],
) -> Result<(), CatalogueError> {
    // What the migrations put in is in the copy too.
    for table in tables.iter().rev() {
        let clear = format!("DELETE FROM {}", table.name);
        sqlx::query(sqlx::AssertSqlSafe(clear)).execute(&mut **to).await?;
    }
    for table in tables {
        let names: Vec<_> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let places: Vec<_> = (1..=names.len()).map(|number| format!("${number}")).collect();
        let select = format!("SELECT {} FROM {}", names.join(", "), table.name);
        let insert = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table.name,
            names.join(", "),
            places.join(", ")
        );
        let mut rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch(&mut **from);
        while let Some(row) = rows.try_next().await? {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(insert.clone()));
            for (place, (_, number)) in table.columns.iter().enumerate() {
                query = if *number {
                    query.bind(row.try_get::<Option<i64>, _>(place)?)
                } else {
                    query.bind(row.try_get::<Option<String>, _>(place)?)
                };
            }
            query.execute(&mut **to).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_are_referred_to_come_first() {
        let table = |name: &str, refers_to: &[&str]| Table {
            name: name.to_owned(),
            columns: Vec::new(),
            refers_to: refers_to.iter().map(|&target| target.to_owned()).collect(),
        };
        let ordered =
            in_order(vec![table("a", &["b", "c"]), table("b", &["c", "b"]), table("c", &[])]);
        assert_eq!(
            ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
            ["c", "b", "a"]
        );
    }
}
