//! `POST /settings/audit-log/export`: the log as a file, written as it is read, so that its length costs no memory.

use super::list::read;
use crate::audit::ExportAuditLog;
use crate::audit::change::Exported;
use crate::audit::commands::Plan;
use crate::audit::export::Format;
use crate::audit::store::search::{Cursor, Towards};
use crate::authz::Permit;
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::AccountId;
use crate::web::form::FormBody;
use crate::web::idle::UnderWay;
use crate::world::Timestamp;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;

/// How many events are read at a time: so much must be taken within the time that a connection may stay silent.
const BATCH: usize = 200;

/// A download under way: between two batches it holds neither connection nor transaction.
struct Download {
    request: HttpRequest,
    db: Db,
    account: AccountId,
    plan: Plan,
    format: Format,
    at: Option<Cursor>,
    began: bool,
    done: bool,
}

/// `POST /settings/audit-log/export`; `format` is `csv` or `jsonl`, the other fields are the filter's.
///
/// # Errors
/// [`AppError::Malformed`] for a filter or form that no page of ours offers; faults of the store.
pub async fn download(
    permit: Permit<ExportAuditLog>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["format", "person", "action", "thing", "period", "from", "to"], &[])?;
    let format = Format::from_code(form.one("format"))
        .ok_or(AppError::Malformed("The form asks for a kind of file that there is not."))?;
    let filter = read(|name| form.one(name))?;
    let bounds = filter.bounds(permit.now()).map_err(|_| AppError::Malformed("The form's days are none."))?;
    let plan = Plan::of(&mut db.read().await?.on(), permit.account(), &filter, bounds).await?;
    // No file without its trace.
    db.write().await?.commit(&permit, &[&Exported { format, filter }]).await?;
    let name = format!("audit-log-{}.{}", stamp(permit.now()), format.ending());
    let account = permit.account().clone();
    let download = Download { request, db: Db::clone(&db), account, plan, format, at: None, began: false, done: false };
    let body = stream::try_unfold(download, |mut download| async move {
        let text = download.next().await.map_err(|error| {
            tracing::error!(cause = %error, "a download of the audit log was cut");
            AppError::from(error)
        })?;
        Ok::<_, AppError>(text.map(|text| (web::Bytes::from(text), download)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(body))
}

/// `2026-11-22-0921`.
fn stamp(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime("%Y-%m-%d-%H%M").to_string()
}

impl Download {
    /// The next lines; nothing at the end.
    async fn next(&mut self) -> Result<Option<String>, DbError> {
        // Each batch is a sign of life; whoever stops reading is cut off like any silent connection.
        let _under_way = UnderWay::begin(&self.request);
        let mut text = if self.began { String::new() } else { self.format.head().to_owned() };
        self.began = true;
        while !self.done && (text.is_empty() || text.len() == self.format.head().len()) {
            let mut reader = self.db.read().await?;
            let (events, edge) =
                self.plan.stretch(&mut reader.on(), &self.account, Towards::Older, self.at.as_ref(), BATCH).await?;
            drop(reader);
            let last = events.last().map(Cursor::at).filter(|_| events.len() == BATCH);
            for event in &events {
                self.format.add(&mut text, event);
            }
            // A combined filter may find nothing in what it looked at, and goes on where that ended.
            self.at = last.or(edge);
            self.done = self.at.is_none();
        }
        Ok((!text.is_empty()).then_some(text))
    }
}
