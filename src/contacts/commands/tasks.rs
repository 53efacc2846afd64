//! What software can do with the tasks of a contact.

use super::Refused;
use super::parts::{PartChange, hold, refuse_more};
use crate::authz::Permit;
use crate::contacts::announced;
use crate::contacts::model::task::{Task, TaskDraft};
use crate::contacts::store::{self, tasks};
use crate::contacts::{CompleteTask, CreateTask, DeleteTask, UpdateTask};
use crate::db::Db;
use crate::db::journal::Change;
use crate::ids::{AccountId, ContactId, TaskId};

/// Most tasks of one contact.
pub const TASKS_MAX: usize = 1_000;

/// At most `most` tasks of a contact, the newest first.
///
/// # Errors
/// [`Refused::Missing`] when the account has no such contact, and faults of the store.
pub async fn newest(db: &Db, account: &AccountId, contact: &ContactId, most: usize) -> Result<Vec<Task>, Refused> {
    let mut reader = db.read().await?;
    store::added_at(&mut reader.on(), account, contact).await?.ok_or(Refused::Missing)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(tasks::newest(&mut reader.on(), account, contact, most).await?)
}

/// One task of a contact.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoTask`], and faults of the store.
pub async fn find(db: &Db, account: &AccountId, contact: &ContactId, id: &TaskId) -> Result<Task, Refused> {
    let mut reader = db.read().await?;
    store::added_at(&mut reader.on(), account, contact).await?.ok_or(Refused::Missing)?;
    tasks::find(&mut reader.on(), account, contact, id).await?.ok_or(Refused::NoTask)
}

/// Adds a task to a contact.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::TooMany`], and faults of the store.
pub async fn create(
    db: &Db,
    permit: &Permit<CreateTask>,
    contact: &ContactId,
    draft: TaskDraft,
) -> Result<Task, Refused> {
    let mut task = Task::new(TaskId::new(permit.now(), db.world().entropy()), contact.clone(), permit.now());
    let changed = task.apply(draft);
    let mut fields = changed.fields;
    fields.extend(changed.completed.then_some("completed"));
    let types: &[&str] = if changed.completed { &["TaskCreate", "TaskComplete"] } else { &["TaskCreate"] };
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    refuse_more(tasks::count(&mut tx.on(), permit.account(), contact).await?, "tasks", TASKS_MAX)?;
    tasks::add(&mut tx.on(), permit.account(), &task).await?;
    let announced = Some(announced::task(types, &task));
    let change = PartChange { action: "task.created", id: task.id.as_str(), contact, fields: &fields, announced };
    tx.commit(permit, &[&change]).await?;
    Ok(task)
}

/// Changes the fields that `draft` gives.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoTask`], and faults of the store.
pub async fn update(
    db: &Db,
    permit: &Permit<UpdateTask>,
    contact: &ContactId,
    id: &TaskId,
    draft: TaskDraft,
) -> Result<Task, Refused> {
    change(db, permit, contact, id, draft).await
}

/// Completes a task, or opens it again.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoTask`], and faults of the store.
pub async fn complete(
    db: &Db,
    permit: &Permit<CompleteTask>,
    contact: &ContactId,
    id: &TaskId,
    completed: bool,
) -> Result<Task, Refused> {
    change(db, permit, contact, id, TaskDraft { completed: Some(completed), ..TaskDraft::default() }).await
}

async fn change<A>(
    db: &Db,
    permit: &Permit<A>,
    contact: &ContactId,
    id: &TaskId,
    draft: TaskDraft,
) -> Result<Task, Refused> {
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    let found = tasks::find(&mut tx.on(), permit.account(), contact, id).await?;
    let mut task = found.ok_or(Refused::NoTask)?;
    let changed = task.apply(draft);
    if changed.is_nothing() {
        return Ok(task);
    }
    if !tasks::change(&mut tx.on(), permit.account(), &task).await? {
        return Err(Refused::NoTask);
    }
    // There is no event for other changes of a task.
    let fields = &changed.fields;
    let updated = PartChange { action: "task.updated", id: id.as_str(), contact, fields, announced: None };
    let announced = Some(announced::task(&["TaskComplete"], &task));
    let completed = PartChange { action: "task.completed", id: id.as_str(), contact, fields: &[], announced };
    let mut told: Vec<&dyn Change> = Vec::new();
    if !changed.fields.is_empty() {
        told.push(&updated);
    }
    if changed.completed {
        told.push(&completed);
    }
    tx.commit(permit, &told).await?;
    Ok(task)
}

/// Deletes a task.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoTask`], and faults of the store.
pub async fn delete(db: &Db, permit: &Permit<DeleteTask>, contact: &ContactId, id: &TaskId) -> Result<(), Refused> {
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    let found = tasks::find(&mut tx.on(), permit.account(), contact, id).await?;
    let task = found.ok_or(Refused::NoTask)?;
    if !tasks::remove(&mut tx.on(), permit.account(), contact, id).await? {
        return Err(Refused::NoTask);
    }
    let announced = Some(announced::task(&["TaskDelete"], &task));
    let change = PartChange { action: "task.deleted", id: id.as_str(), contact, fields: &[], announced };
    Ok(tx.commit(permit, &[&change]).await?)
}
