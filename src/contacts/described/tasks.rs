//! Tasks of a contact.

use super::records::{NOT_THERE, refuses};
use super::schemas::{again, contact_id, in_path, succeeded};
use crate::contacts::api::parts::{PERSON, TITLE};
use crate::contacts::commands::tasks::TASKS_MAX;
use crate::contacts::model::prose::PROSE;
use crate::web::described::{Chapter, Field, Operation, Schema};

const NO_TASK: (u16, &str, &str) = (404, "task_not_found", "The contact has no task with this id.");

/// The chapter about tasks.
pub fn chapter() -> Chapter {
    Chapter {
        anchor: "tasks",
        title: "Tasks of a contact",
        text: "What is to be done about a contact, and by when; at most 1,000 of each contact. They are deleted with it.",
        operations: vec![create(), list(), get(), update(), complete(), delete()],
        objects: vec![task()],
    }
}

fn task_id() -> Schema {
    Schema::pattern("^tsk_[0-9a-hjkmnp-tv-z]{26}$").like("tsk_01kb7d2m5n8r1v4x6q9h3c0ezw")
}

fn place() -> Field {
    Schema::short(200).from("TASK_ID").note("Id of the task").must("task")
}

fn title() -> Schema {
    Schema::short(TITLE).note("What is to be done").like("Send the offer")
}

fn due() -> Schema {
    let note = "By when, in ISO 8601; without an offset it is in UTC, a day alone is its beginning";
    Schema::short(100).note(note).like("2026-12-01T09:00:00Z")
}

fn others() -> Vec<Field> {
    vec![
        Schema::short(PROSE).or_null().note("More about it; it may have several lines").may("body"),
        Schema::short(PERSON).or_null().note("By whom, in words of your own").may("assignedTo"),
    ]
}

fn done() -> Schema {
    Schema::flag().note("Whether it was done")
}

fn task() -> Schema {
    Schema::object("Task", fields(false)).note("What is unknown is left out, never null.")
}

/// What is said of a task that is completed or not.
pub fn fields(completed: bool) -> Vec<Field> {
    vec![
        task_id().must("id"),
        contact_id().must("contactId"),
        title().must("title"),
        Schema::short(PROSE).note("More about it").may("body"),
        Schema::short(PERSON).note("By whom").may("assignedTo"),
        Schema::instant().note("By when").like("2026-12-01T09:00:00.000Z").must("dueDate"),
        done().like(completed).must("completed"),
    ]
}

fn one() -> Schema {
    Schema::fields(vec![task().must("task")])
}

fn create() -> Operation {
    let mut fields = vec![title().must("title"), due().must("dueDate"), done().like(false).must("completed")];
    fields.extend(others());
    fields.extend(again());
    let operation = Operation::new("POST", "/contacts/{id}/tasks", "createTask", "Add a task");
    refuses(operation.path(in_path()).json(Schema::fields(fields)).answers(201, one()), &[NOT_THERE])
}

fn list() -> Operation {
    let all = Schema::fields(vec![Schema::few(task(), TASKS_MAX).must("tasks")]);
    let operation = Operation::new("GET", "/contacts/{id}/tasks", "listTasks", "List the tasks of a contact");
    refuses(operation.text("All of them, the newest first.").path(in_path()).answers(200, all), &[NOT_THERE])
}

fn get() -> Operation {
    let operation = Operation::new("GET", "/contacts/{id}/tasks/{task}", "getTask", "Read a task");
    refuses(operation.path(in_path()).path(place()).answers(200, one()), &[NOT_THERE, NO_TASK])
}

fn update() -> Operation {
    let mut fields =
        vec![title().or_null().may("title"), due().or_null().may("dueDate"), done().or_null().may("completed")];
    fields.extend(others());
    fields.extend(again());
    let operation = Operation::new("PUT", "/contacts/{id}/tasks/{task}", "updateTask", "Change a task")
        .text("Fields that are left out stay as they are; null clears body and assignedTo.");
    let operation = operation.path(in_path()).path(place()).json(Schema::fields(fields)).answers(200, one());
    refuses(operation, &[NOT_THERE, NO_TASK])
}

fn complete() -> Operation {
    let mut body = vec![done().like(true).must("completed")];
    body.extend(again());
    let completed = Schema::fields(vec![Schema::object("Task", fields(true)).must("task")]);
    let path = "/contacts/{id}/tasks/{task}/completed";
    let operation = Operation::new("PUT", path, "completeTask", "Complete a task, or open it again");
    let operation = operation.path(in_path()).path(place()).json(Schema::fields(body)).answers(200, completed);
    refuses(operation, &[NOT_THERE, NO_TASK])
}

fn delete() -> Operation {
    let operation = Operation::new("DELETE", "/contacts/{id}/tasks/{task}", "deleteTask", "Delete a task");
    let operation = operation.path(in_path()).path(place()).answers(200, Schema::fields(succeeded()));
    refuses(operation, &[NOT_THERE, NO_TASK])
}
