//! The chromedriver process that belongs to one story.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running chromedriver; ended when this value is dropped.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts one on a free loopback port and waits until it says which.
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=WARNING"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is on the PATH; ./test browser installs it");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| announced_port(&line));
        // Nobody may wait for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        match port {
            Some(port) => Self { process, port },
            None => panic!("chromedriver ended before it named its port: {:?}", process.wait()),
        }
    }

    /// Where it takes WebDriver requests.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn announced_port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').trim().parse().ok()
}
