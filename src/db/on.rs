//! Running a statement on a connection of either engine.

use super::{Bind, Composed, DbError};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, SqliteConnection};

/// A row that can be read from either engine: a tuple, or a struct that derives `sqlx::FromRow`.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<R> Record for R where R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A connection of either engine, from a reader or from a write transaction.
pub enum On<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// The one place where a statement meets an engine: binds the values, then does `$run` with the query.
macro_rules! with_query {
    ($on:expr, $start:expr, $binds:expr, $query:ident, $connection:ident => $run:expr) => {
        match $on {
            On::Sqlite(connection) => {
                let $connection = &mut **connection;
                let mut $query = $start;
                for bind in $binds {
                    $query = match bind {
                        Bind::Text(value) => $query.bind(value),
                        Bind::Int(value) => $query.bind(value),
                        Bind::Bool(value) => $query.bind(value),
                    };
                }
                $run
            }
            On::Postgres(connection) => {
                let $connection = &mut **connection;
                let mut $query = $start;
                for bind in $binds {
                    $query = match bind {
                        Bind::Text(value) => $query.bind(value),
                        Bind::Int(value) => $query.bind(value),
                        Bind::Bool(value) => $query.bind(value),
                    };
                }
                $run
            }
        }
    };
}

/// NUL is no text: PostgreSQL cannot keep it, so neither engine is asked.
fn refuse_nul(binds: &[Bind]) -> Result<(), DbError> {
    let nul = |bind: &Bind| matches!(bind, Bind::Text(Some(text)) if text.contains('\0'));
    if binds.iter().any(nul) { Err(DbError::NoText) } else { Ok(()) }
}

impl On<'_> {
    /// Runs a statement that changes rows; how many.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn run(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<u64, DbError> {
        refuse_nul(&binds)?;
        Ok(with_query!(self, sqlx::query(sql), binds, query, connection => {
            query.execute(connection).await?.rows_affected()
        }))
    }

    /// Runs a statement that must change exactly one row, or tells that it did not.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn run_one(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<bool, DbError> {
        match self.run(sql, binds).await? {
            0 => Ok(false),
            1 => Ok(true),
            more => Err(DbError::Fault(format!("{more} rows where one was meant: {sql}"))),
        }
    }

    /// The first row, when there is one.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn first<R: Record>(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<Option<R>, DbError> {
        refuse_nul(&binds)?;
        Ok(with_query!(self, sqlx::query_as::<_, R>(sql), binds, query, connection => {
            query.fetch_optional(connection).await?
        }))
    }

    /// The only row of a statement that always has one.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn only<R: Record>(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<R, DbError> {
        refuse_nul(&binds)?;
        Ok(with_query!(self, sqlx::query_as::<_, R>(sql), binds, query, connection => {
            query.fetch_one(connection).await?
        }))
    }

    /// All rows.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn all<R: Record>(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<Vec<R>, DbError> {
        refuse_nul(&binds)?;
        Ok(with_query!(self, sqlx::query_as::<_, R>(sql), binds, query, connection => {
            query.fetch_all(connection).await?
        }))
    }

    /// All rows of a composed statement. It is not kept prepared: there are many of them, each seldom used.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn all_of<R: Record>(&mut self, composed: &Composed) -> Result<Vec<R>, DbError> {
        let (text, binds) = composed.parts();
        refuse_nul(&binds)?;
        let start = AssertSqlSafe(text);
        Ok(with_query!(self, sqlx::query_as::<_, R>(start).persistent(false), binds, query, connection => {
            query.fetch_all(connection).await?
        }))
    }

    /// The only row of a composed statement that always has one.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn only_of<R: Record>(&mut self, composed: &Composed) -> Result<R, DbError> {
        let (text, binds) = composed.parts();
        refuse_nul(&binds)?;
        let start = AssertSqlSafe(text);
        Ok(with_query!(self, sqlx::query_as::<_, R>(start).persistent(false), binds, query, connection => {
            query.fetch_one(connection).await?
        }))
    }

    /// Prepares a statement without running it; how tests check each against each engine.
    ///
    /// # Errors
    /// What the engine says of the statement.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), DbError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        match self {
            On::Sqlite(connection) => connection.prepare(sql.into_sql_str()).await.map(|_| ())?,
            On::Postgres(connection) => connection.prepare(sql.into_sql_str()).await.map(|_| ())?,
        }
        Ok(())
    }
}
