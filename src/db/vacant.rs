//! Whether a database holds nothing yet, asked without changing it.

use super::{Db, OpenError};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::str::FromStr as _;

impl Db {
    /// Whether the database behind `url` is empty: no file, no table, or our tables without an account.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn is_vacant(url: &str) -> Result<bool, OpenError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?.create_if_missing(false).read_only(true);
            if !options.get_filename().exists() {
                return Ok(true);
            }
            let mut connection = options.connect().await?;
            let table = sqlx::query(SQLITE_TABLE).fetch_optional(&mut connection).await?;
            let vacant =
                table.is_none() || matches!(sqlx::query(ACCOUNT).fetch_optional(&mut connection).await, Ok(None));
            connection.close().await?;
            return Ok(vacant);
        }
        if !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            // Opening it says what is wrong.
            return Ok(true);
        }
        let mut connection = PgConnectOptions::from_str(url)?.application_name("progreda").connect().await?;
        let table = sqlx::query(POSTGRES_TABLE).fetch_optional(&mut connection).await?;
        let vacant = table.is_none() || matches!(sqlx::query(ACCOUNT).fetch_optional(&mut connection).await, Ok(None));
        connection.close().await?;
        Ok(vacant)
    }
}

// Tables of somebody else have no accounts of ours: the question fails, and the database counts as taken.
const ACCOUNT: &str = "SELECT id FROM accounts LIMIT 1";
const SQLITE_TABLE: &str = "SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 1";
const POSTGRES_TABLE: &str = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() LIMIT 1";
