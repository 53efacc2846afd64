//! Notes of a contact on API v2.

use super::parts::{Given, PERSON, TITLE, finish, flag, line, text};
use super::{known, said};
use crate::authz::Permit;
use crate::contacts::commands::Refused;
use crate::contacts::commands::notes::{self, NOTES_MAX};
use crate::contacts::json::WrittenNote;
use crate::contacts::model::note::NoteDraft;
use crate::contacts::model::prose::read_prose;
use crate::contacts::{CreateNote, DeleteNote, ListNotes, ReadNote, UpdateNote};
use crate::db::Db;
use crate::error::Result;
use crate::ids::NoteId;
use crate::web::api::{Fields, JsonBody, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;

/// Characters of the words for a colour.
pub const COLOR: usize = 40;

#[derive(Serialize)]
struct One<'a> {
    note: WrittenNote<'a>,
}

#[derive(Serialize)]
struct Many<'a> {
    notes: Vec<WrittenNote<'a>>,
}

/// `GET /contacts/{id}/notes`
pub async fn list(permit: Permit<ListNotes>, id: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let notes = notes::newest(&db, permit.account(), &known(&id)?, NOTES_MAX).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &Many { notes: notes.iter().map(WrittenNote::new).collect() }))
}

/// `POST /contacts/{id}/notes`
pub async fn create(
    permit: Permit<CreateNote>,
    id: web::Path<String>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields, Given::Always);
    finish(fields, &id, permit.account())?;
    let note = notes::create(&db, &permit, &known(&id)?, draft).await.map_err(said)?;
    Ok(answer(StatusCode::CREATED, &One { note: WrittenNote::new(&note) }))
}

/// `GET /contacts/{id}/notes/{note}`
pub async fn get(
    permit: Permit<ReadNote>,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let note = notes::find(&db, permit.account(), &known(&path.0)?, &known_note(&path.1)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { note: WrittenNote::new(&note) }))
}

/// `PUT /contacts/{id}/notes/{note}`
pub async fn update(
    permit: Permit<UpdateNote>,
    path: web::Path<(String, String)>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields, Given::Maybe);
    finish(fields, &path.0, permit.account())?;
    let note = notes::update(&db, &permit, &known(&path.0)?, &known_note(&path.1)?, draft).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { note: WrittenNote::new(&note) }))
}

/// `DELETE /contacts/{id}/notes/{note}`
pub async fn delete(
    permit: Permit<DeleteNote>,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    notes::delete(&db, &permit, &known(&path.0)?, &known_note(&path.1)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &json!({ "succeded": true, "succeeded": true })))
}

fn read(fields: &mut Fields, given: Given) -> NoteDraft {
    NoteDraft {
        body: text(fields, "body", given, read_prose),
        title: line(fields, "title", TITLE),
        color: line(fields, "color", COLOR),
        user: line(fields, "userId", PERSON),
        pinned: flag(fields, "pinned", Given::Maybe),
    }
}

fn known_note(id: &str) -> Result<NoteId> {
    id.parse().map_err(|_| said(Refused::NoNote))
}
