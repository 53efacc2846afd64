//! Pictures of pages, and what is kept of a story that failed.

use super::browser::Browser;
use base64::Engine as _;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

impl Browser {
    /// Saves the whole page as `target/screenshots/NAME-THEME-WIDTH.png`; returns the path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let look = self.look.get();
        let path = folder().join(format!("{name}-{}-{}.png", look.theme.name(), look.width));
        self.save_picture(&path).await;
        path
    }

    async fn save_picture(&self, path: &Path) {
        let cdp = self.driver.cdp();
        let options = json!({"format": "png", "captureBeyondViewport": true});
        let picture = cdp.send_raw("Page.captureScreenshot", options).await.expect("a picture");
        let data = picture["data"].as_str().expect("the picture's data");
        let png = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, png).unwrap();
    }
}

/// Keeps the page that a story failed on: picture, document and console.
pub async fn keep(browser: &Browser, name: &str) {
    let place = folder().join("failed");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{name}.html")), browser.html().await).unwrap();
    let console = browser.driver.browser_log().await.unwrap_or_default();
    let lines: Vec<_> = console.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect();
    fs::write(place.join(format!("{name}.console.txt")), lines.join("\n")).unwrap();
    browser.save_picture(&place.join(format!("{name}.png"))).await;
    eprintln!("the page that {name} failed on is kept in {}", place.display());
}

fn folder() -> PathBuf {
    // The folder for test files is target/tmp; pictures lie beside it, where people look for them.
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}
