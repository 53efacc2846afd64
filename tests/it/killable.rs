//! The real program in a process that is killed at any moment.

use crate::support::database::TestDatabase;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// `progreda serve` on a free port; killed at the latest when this value is dropped.
pub struct Binary {
    process: Child,
    url: String,
    log: PathBuf,
    /// Kept, since a program that may not speak any more ends.
    _output: BufReader<ChildStdout>,
}

impl Binary {
    /// Starts it on this database and waits until it listens; what it logs goes to a file beside the key.
    pub fn start(database: &TestDatabase, filter: &str) -> Self {
        Self::start_with(database, filter, &[])
    }

    /// The same with further settings, as variables of the environment.
    pub fn start_with(database: &TestDatabase, filter: &str, settings: &[(&str, &str)]) -> Self {
        let log = database.folder().join("stderr");
        let lines = File::options().create(true).append(true).open(&log).expect("a file for the log");
        let mut process = Command::new(env!("CARGO_BIN_EXE_progreda"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", database.url()])
            .arg("--key-file")
            .arg(database.key_file())
            .env("RUST_LOG", filter)
            .env("PROGREDA_RATE_LIMIT", "1000000")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(lines)
            .spawn()
            .expect("the binary starts");
        let mut said = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its standard output"));
        output.read_line(&mut said).expect("it says where it listens");
        let address = said.trim().strip_prefix("Progreda listens on ").expect("it listens; its log says why not");
        Self { url: format!("http://{address}"), process, log, _output: output }
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it as `kill -9` does, and waits until it is gone.
    pub fn kill(&mut self) {
        self.process.kill().expect("it was running");
        self.process.wait().expect("it ends");
    }

    /// Tells it to stop, as an operator would.
    pub fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(told.expect("kill runs").success());
    }

    /// Its exit code, once it has ended by itself.
    pub fn ended(&mut self) -> Option<i32> {
        self.process.wait().expect("it ends").code()
    }

    /// Everything that it has logged.
    pub fn log(&self) -> Vec<u8> {
        std::fs::read(&self.log).expect("its log")
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
