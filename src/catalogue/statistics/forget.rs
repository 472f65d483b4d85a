//! What is thrown away after its day.

use jiff::civil::Date;

use super::OF_ONE_DAY;
use crate::catalogue::{CatalogueError, Database, Dialect};

/// Deletes salts and marks of the days before `day`; false where there were none.
///
/// On SQLite the bytes are overwritten too (`secure_delete`): a deleted row otherwise stays in the file until its page
/// is used again. PostgreSQL does the like when it vacuums.
pub async fn forget_before(database: &Database, day: Date) -> Result<bool, CatalogueError> {
    let day = day.to_string();
    let old = sqlx::query("SELECT day FROM statistics_salts WHERE day < $1 LIMIT 1")
        .bind(&day)
        .fetch_optional(database.read())
        .await?;
    if old.is_none() {
        return Ok(false);
    }
    let is_sqlite = database.dialect() == Dialect::Sqlite;
    let mut tx = database.begin().await?;
    if is_sqlite {
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *tx).await?;
    }
    for table in OF_ONE_DAY {
        let delete = format!("DELETE FROM {table} WHERE day < $1");
        sqlx::query(sqlx::AssertSqlSafe(delete)).bind(&day).execute(&mut *tx).await?;
    }
    if is_sqlite {
        sqlx::query("PRAGMA secure_delete = OFF").execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(true)
}
