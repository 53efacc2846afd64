//! Folders for tests under `target/tmp`, named by process so that two test runs never meet.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A name that no other test of this or another running process has.
pub fn unique(kind: &str) -> String {
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    format!("progreda_test_{}_{number}_{kind}", std::process::id())
}

/// Whether `name` came from [`unique`] in a process that has ended.
pub fn is_stale(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("progreda_test_") else { return false };
    let Some((process, _)) = rest.split_once('_') else { return false };
    // Without /proc nobody can tell, and nothing is swept.
    process.parse::<u32>().is_ok() && Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists()
}

/// A folder that goes when this value does.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(kind: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique(kind));
        fs::create_dir_all(&folder).expect("a folder under target/tmp");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is swept by a later run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of test processes that ended without doing so.
pub fn sweep_folders() {
    let Ok(entries) = fs::read_dir(env!("CARGO_TARGET_TMPDIR")) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_stale) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
