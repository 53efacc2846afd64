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
        fs::create_dir_all(folder()).unwrap();
        fs::write(&path, self.picture().await.expect("a picture")).unwrap();
        path
    }

    /// The whole page as PNG, or why there is none.
    async fn picture(&self) -> Result<Vec<u8>, String> {
        let options = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.driver.cdp().send_raw("Page.captureScreenshot", options).await;
        let picture = answer.map_err(|error| error.to_string())?;
        let data = picture["data"].as_str().ok_or("an answer without a picture")?;
        base64::engine::general_purpose::STANDARD.decode(data).map_err(|error| error.to_string())
    }
}

/// Keeps the page that a story failed on: document, console and picture.
pub async fn keep(browser: &Browser, name: &str) {
    let place = folder().join("failed");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{name}.html")), browser.html().await).unwrap();
    let console = browser.driver.browser_log().await.unwrap_or_default();
    let lines: Vec<_> = console.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect();
    fs::write(place.join(format!("{name}.console.txt")), lines.join("\n")).unwrap();
    // A browser that crashed has nothing to show, and that must not hide why the story failed.
    match browser.picture().await {
        Ok(png) => fs::write(place.join(format!("{name}.png")), png).unwrap(),
        Err(why) => eprintln!("no picture of the failure: {why}"),
    }
    eprintln!("the page that {name} failed on is kept in {}", place.display());
}

fn folder() -> PathBuf {
    // The folder for test files is target/tmp; pictures lie beside it, where people look for them.
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}
