//! Tasks in the database. Every statement names the account and the contact.

use super::erase_answers;
use crate::binds;
use crate::contacts::model::task::Task;
use crate::db::{DbError, On};
use crate::ids::{AccountId, ContactId, TaskId};
use crate::world::Timestamp;

macro_rules! columns {
    () => {
        "SELECT id, contact_id, title, body, assigned_to, due_at, completed, created_at FROM tasks \
         WHERE account_id = $1 AND contact_id = $2"
    };
}

const NEWEST: &str = concat!(columns!(), " ORDER BY id DESC LIMIT $3");
const FIND: &str = concat!(columns!(), " AND id = $3");
const COUNT: &str = "SELECT COUNT(*) FROM tasks WHERE account_id = $1 AND contact_id = $2";
const ADD: &str = "INSERT INTO tasks (account_id, contact_id, id, title, body, assigned_to, due_at, completed, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const CHANGE: &str = "UPDATE tasks SET title = $4, body = $5, assigned_to = $6, due_at = $7, completed = $8 \
     WHERE account_id = $1 AND contact_id = $2 AND id = $3";
const REMOVE: &str = "DELETE FROM tasks WHERE account_id = $1 AND contact_id = $2 AND id = $3";

/// Every statement of this file.
pub const ALL: &[&str] = &[NEWEST, FIND, COUNT, ADD, CHANGE, REMOVE];

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    contact_id: String,
    title: String,
    body: Option<String>,
    assigned_to: Option<String>,
    due_at: i64,
    completed: bool,
    created_at: i64,
}

impl TryFrom<Row> for Task {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let fault = || DbError::Fault(format!("task {} has a bad id", row.id));
        Ok(Self {
            id: row.id.parse().map_err(|_| fault())?,
            contact: row.contact_id.parse().map_err(|_| fault())?,
            title: row.title,
            body: row.body,
            assigned_to: row.assigned_to,
            due: Timestamp::from_millis(row.due_at),
            completed: row.completed,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

/// At most `most` tasks of the contact, the newest first.
pub async fn newest(
    on: &mut On<'_>,
    account: &AccountId,
    contact: &ContactId,
    most: i64,
) -> Result<Vec<Task>, DbError> {
    on.all::<Row>(NEWEST, binds![account, contact, most]).await?.into_iter().map(Task::try_from).collect()
}

/// The contact's task with this id.
pub async fn find(
    on: &mut On<'_>,
    account: &AccountId,
    contact: &ContactId,
    id: &TaskId,
) -> Result<Option<Task>, DbError> {
    on.first::<Row>(FIND, binds![account, contact, id]).await?.map(Task::try_from).transpose()
}

/// How many tasks the contact has.
pub async fn count(on: &mut On<'_>, account: &AccountId, contact: &ContactId) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT, binds![account, contact]).await?.0)
}

/// Adds a task to a contact of the account, which must be there.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, account: &AccountId, task: &Task) -> Result<(), DbError> {
    let mut values = fields(account, task);
    values.extend(binds![task.created_at]);
    on.run(ADD, values).await.map(|_| ())
}

/// Writes a changed task; whether it was there.
pub async fn change(on: &mut On<'_>, account: &AccountId, task: &Task) -> Result<bool, DbError> {
    on.run_one(CHANGE, fields(account, task)).await
}

/// Removes a task; whether it was there.
pub async fn remove(on: &mut On<'_>, account: &AccountId, contact: &ContactId, id: &TaskId) -> Result<bool, DbError> {
    erase_answers(on, account, id.as_str()).await?;
    on.run_one(REMOVE, binds![account, contact, id]).await
}

fn fields(account: &AccountId, task: &Task) -> Vec<crate::db::Bind> {
    binds![account, &task.contact, &task.id, &task.title, &task.body, &task.assigned_to, task.due, task.completed]
}
