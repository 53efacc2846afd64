//! Runs the real program as the operator does from the command line, beside a server on the same database.

use crate::support::app::TestApp;
use std::process::{Command, Stdio};

/// What `progreda ARGUMENTS` prints; the inner error: what it says when it refuses.
pub fn run(app: &TestApp, arguments: &[&str], settings: &[(&str, &str)]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_progreda"));
    command.args(["--database-url", app.database().url(), "--public-url", app.url(), "--key-file"]);
    command.arg(app.database().key_file()).args(arguments).env("RUST_LOG", "off");
    command.envs(settings.iter().copied());
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
}
