//! Small values of the installation by name.

use sqlx::Row;

use super::{CatalogueError, Database, Transaction};

/// The value of a setting.
pub async fn get(database: &Database, name: &str) -> Result<Option<String>, CatalogueError> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
        .bind(name)
        .fetch_optional(database.read())
        .await?;
    Ok(row.map(|row| row.try_get("value")).transpose()?)
}

/// Sets a setting.
pub async fn set(tx: &mut Transaction, name: &str, value: &str) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO settings (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes a setting if it still has this value. False if it has not.
pub async fn take(tx: &mut Transaction, name: &str, value: &str) -> Result<bool, CatalogueError> {
    let taken = sqlx::query("DELETE FROM settings WHERE name = $1 AND value = $2")
        .bind(name)
        .bind(value)
        .execute(&mut **tx)
        .await?;
    Ok(taken.rows_affected() == 1)
}
