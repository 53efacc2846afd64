//! Tasks of a contact on API v2.

use super::parts::{Given, PERSON, TITLE, finish, flag, line, prose, text};
use super::{known, said};
use crate::authz::Permit;
use crate::contacts::commands::Refused;
use crate::contacts::commands::tasks::{self, TASKS_MAX};
use crate::contacts::json::WrittenTask;
use crate::contacts::model::prose::read_line;
use crate::contacts::model::task::{TaskDraft, read_instant};
use crate::contacts::{CompleteTask, CreateTask, DeleteTask, ListTasks, ReadTask, UpdateTask};
use crate::db::Db;
use crate::error::Result;
use crate::ids::TaskId;
use crate::web::api::{Fields, JsonBody, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;

#[derive(Serialize)]
struct One<'a> {
    task: WrittenTask<'a>,
}

#[derive(Serialize)]
struct Many<'a> {
    tasks: Vec<WrittenTask<'a>>,
}

/// `GET /contacts/{id}/tasks`
pub async fn list(permit: Permit<ListTasks>, id: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let tasks = tasks::newest(&db, permit.account(), &known(&id)?, TASKS_MAX).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &Many { tasks: tasks.iter().map(WrittenTask::new).collect() }))
}

/// `POST /contacts/{id}/tasks`
pub async fn create(
    permit: Permit<CreateTask>,
    id: web::Path<String>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields, Given::Always);
    finish(fields, &id, permit.account())?;
    let task = tasks::create(&db, &permit, &known(&id)?, draft).await.map_err(said)?;
    Ok(answer(StatusCode::CREATED, &One { task: WrittenTask::new(&task) }))
}

/// `GET /contacts/{id}/tasks/{task}`
pub async fn get(
    permit: Permit<ReadTask>,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let task = tasks::find(&db, permit.account(), &known(&path.0)?, &known_task(&path.1)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { task: WrittenTask::new(&task) }))
}

/// `PUT /contacts/{id}/tasks/{task}`
pub async fn update(
    permit: Permit<UpdateTask>,
    path: web::Path<(String, String)>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields, Given::Maybe);
    finish(fields, &path.0, permit.account())?;
    let task = tasks::update(&db, &permit, &known(&path.0)?, &known_task(&path.1)?, draft).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { task: WrittenTask::new(&task) }))
}

/// `PUT /contacts/{id}/tasks/{task}/completed`
pub async fn complete(
    permit: Permit<CompleteTask>,
    path: web::Path<(String, String)>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let completed = flag(&mut fields, "completed", Given::Always).unwrap_or_default();
    finish(fields, &path.0, permit.account())?;
    let (contact, id) = (known(&path.0)?, known_task(&path.1)?);
    let task = tasks::complete(&db, &permit, &contact, &id, completed).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { task: WrittenTask::new(&task) }))
}

/// `DELETE /contacts/{id}/tasks/{task}`
pub async fn delete(
    permit: Permit<DeleteTask>,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    tasks::delete(&db, &permit, &known(&path.0)?, &known_task(&path.1)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &json!({ "succeded": true, "succeeded": true })))
}

fn read(fields: &mut Fields, given: Given) -> TaskDraft {
    TaskDraft {
        title: text(fields, "title", given, |text| read_line(text, TITLE)),
        body: prose(fields, "body"),
        assigned_to: line(fields, "assignedTo", PERSON),
        due: text(fields, "dueDate", given, |text| read_instant(text).map(Some)),
        completed: flag(fields, "completed", given),
    }
}

fn known_task(id: &str) -> Result<TaskId> {
    id.parse().map_err(|_| said(Refused::NoTask))
}
