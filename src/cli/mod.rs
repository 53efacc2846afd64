//! The command line: serve, demo, and what the operator does without a browser.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod audit;
mod keys;
mod operator;
mod serve;

use crate::db::Db;
use crate::mail::{Mailer, Post};
use crate::notices::Notices;
use crate::world::World;
use args::{Arguments, Command};
use clap::Parser as _;
use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

/// What went wrong, in one line for whoever typed the command.
type Outcome = Result<(), String>;

/// Runs what the command line asks for. Exit code 0 when it worked, 1 when not, 2 when it was not understood.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = actix_web::rt::System::new();
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Whoever closed standard error has the exit code.
            let _ = writeln!(std::io::stderr(), "progreda: {}", why.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

/// Prints lines. A standard output that is closed, by `head` say, is no fault of the command.
fn say(lines: impl IntoIterator<Item = impl Display>) -> Outcome {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = lines.into_iter().try_for_each(|line| writeln!(out, "{line}"));
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}

async fn run(arguments: Arguments) -> Outcome {
    let settings = arguments.settings;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(settings).await,
        Command::Demo { json } => serve::demo(settings, json).await,
        Command::Migrate => {
            let db = open(&settings).await?;
            db.close().await;
            say(["The database is up to date."])
        }
        Command::Admin(command) => admin(&settings, command).await,
        Command::Account(command) => {
            operator::account(&open(&settings).await?, &settings.new_account_labs, command).await
        }
        Command::Labs(command) => operator::labs(&open(&settings).await?, command).await,
        Command::Role(command) => operator::role(&open(&settings).await?, command).await,
        Command::Audit(command) => audit::run(&open(&settings).await?, command).await,
        Command::Keys(command) => keys::run(&settings, command).await,
    }
}

/// Whoever it concerns is told by mail, when a mail server is given here, too.
async fn admin(settings: &args::Settings, command: args::AdminCommand) -> Outcome {
    let db = open(settings).await?;
    let said = |error: crate::config::BadSetting| error.to_string();
    let mailer = Mailer::new(settings.smtp_url.as_deref(), settings.mail_from.as_deref()).map_err(said)?;
    let public = settings.public().map_err(said)?;
    let post = Post::start(mailer);
    let told = db.heard_by(Arc::new(Notices::new(db.clone(), post.clone(), public.clone())));
    let tells = !matches!(command, args::AdminCommand::Create { .. } | args::AdminCommand::ResetLink { .. });
    let mut outcome = operator::admin(&told, &public, command).await;
    if tells && outcome.is_ok() && !post.is_configured() {
        outcome = say(["No mail was sent, since no mail server is given here: tell them."]);
    }
    post.finish().await;
    db.close().await;
    outcome
}

async fn open(settings: &args::Settings) -> Result<Db, String> {
    let url = settings.database_url();
    Db::open(&url, &settings.key_file, World::real()).await.map_err(|error| error.to_string())
}
