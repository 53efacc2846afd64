//! The binary as a process: how soon it answers and how much memory it holds.

use crate::client::Client;
use crate::{Outcome, megabytes, seed};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// `progreda serve`; killed when this value is dropped.
pub struct Running {
    process: Child,
    /// Its loopback address and port.
    pub address: String,
    _output: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Running {
    fn start(binary: &Path, url: &str, key_file: &Path) -> Outcome<Self> {
        Self::start_logging(binary, url, key_file, Stdio::null())
    }

    /// Starts it on a free port with its log going to `log`.
    pub fn start_logging(binary: &Path, url: &str, key_file: &Path, log: Stdio) -> Outcome<Self> {
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", url, "--key-file"])
            .arg(key_file)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut output = BufReader::new(process.stdout.take().ok_or("its standard output")?);
        let mut said = String::new();
        output.read_line(&mut said)?;
        let address = said.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        Ok(Self { process, address, _output: output })
    }

    /// Memory that lies in RAM, in MB.
    fn resident(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = kilobytes.and_then(|rest| rest.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
        Ok(megabytes(kilobytes.trim().parse::<u64>()? * 1_024))
    }
}

/// Cold starts on an empty and on a known database, then memory before and after sign-ins.
pub async fn measure(binary: &Path, folder: &Path) -> Outcome<()> {
    let mut times = Vec::new();
    for number in 0..5 {
        let url = format!("sqlite:{}", folder.join(format!("new{number}.db")).display());
        times.push(cold_start(binary, &url, &folder.join(format!("new{number}.key"))).await?);
    }
    say("cold start to the first answer, new database", &mut times);
    let (url, key_file) = seed::small(folder).await?;
    let mut times = Vec::new();
    for _ in 0..5 {
        times.push(cold_start(binary, &url, &key_file).await?);
    }
    say("cold start to the first answer, known database", &mut times);
    let server = Running::start(binary, &url, &key_file)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    println!("memory when idle: {:.1} MB (wanted: at most 25)", server.resident()?);
    for _ in 0..10 {
        let mut five = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let address = server.address.clone();
            five.spawn(async move {
                let mut client = Client::connect(&address).await.map_err(|error| error.to_string())?;
                client.sign_in().await.map_err(|error| error.to_string())
            });
        }
        while let Some(done) = five.join_next().await {
            done??;
        }
    }
    println!("memory after 50 sign-ins, five at a time: {:.1} MB (wanted: at most 80)", server.resident()?);
    Ok(())
}

fn say(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let (first, last) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{what}: median {median:.0} ms, from {first:.0} to {last:.0} ms (wanted: at most 150)");
}

async fn cold_start(binary: &Path, url: &str, key_file: &Path) -> Outcome<f64> {
    let began = Instant::now();
    let server = Running::start(binary, url, key_file)?;
    let mut client = Client::connect(&server.address).await?;
    let answer = client.get("/healthz").await?;
    if answer.status != 200 {
        return Err("it is not healthy".into());
    }
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}
