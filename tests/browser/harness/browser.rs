//! One browser of one story, and what a person does with it.

use super::driver::Driver;
use super::evidence;
use super::look::{Look, Options};
use serde_json::Value;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use thirtyfour::prelude::*;

/// How long a page may take until a story gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A handle to one browser; clones drive the same one.
#[derive(Clone)]
pub struct Browser {
    pub(super) driver: WebDriver,
    pub(super) look: Rc<Cell<Look>>,
    scripts: bool,
}

/// Opens a browser and tells a story in it. When the story fails, its last page is kept in `target/screenshots/failed`;
/// when it ends well, pages must not have complained to the console.
pub async fn story<F>(name: &str, options: Options, tell: F)
where
    F: AsyncFnOnce(Browser) + 'static,
{
    let process = Driver::start();
    crate::support::visitor::provide_cryptography();
    let driver = WebDriver::new(process.url(), options.capabilities().unwrap()).await.expect("Chromium starts");
    let look = Rc::new(Cell::new(options.look));
    let browser = Browser { driver, look, scripts: options.scripts };
    options.look.apply(&browser.driver).await;
    let telling = browser.clone();
    let told = actix_web::rt::spawn(async move {
        tell(telling.clone()).await;
        let complaints = telling.complaints().await;
        assert!(complaints.is_empty(), "the console says: {complaints:#?}");
    })
    .await;
    if told.is_err() {
        evidence::keep(&browser, name).await;
    }
    let _ = browser.driver.quit().await;
    if let Err(failure) = told {
        std::panic::resume_unwind(failure.into_panic());
    }
}

impl Browser {
    /// Goes to an absolute address and waits until it has loaded.
    pub async fn visit(&self, url: &str) {
        self.driver.goto(url).await.expect(url);
    }

    /// The Back button.
    pub async fn back(&self) {
        self.driver.back().await.expect("going back");
    }

    /// The Forward button.
    pub async fn forward(&self) {
        self.driver.forward().await.expect("going forward");
    }

    /// The Reload button.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("reloading");
    }

    /// Opens `url` in another tab of the same browser and stays there.
    pub async fn visit_in_new_tab(&self, url: &str) {
        let tab = self.driver.new_tab().await.expect("a new tab");
        self.driver.switch_to_window(tab).await.expect("switching tabs");
        self.look.get().apply(&self.driver).await;
        self.visit(url).await;
    }

    /// Whether pages may run scripts.
    pub fn scripts(&self) -> bool {
        self.scripts
    }

    /// Looks at the page in another way from here on.
    pub async fn look(&self, look: Look) {
        look.apply(&self.driver).await;
        self.look.set(look);
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// The page's title.
    pub async fn title(&self) -> String {
        self.driver.title().await.expect("a title")
    }

    /// The text that a reader sees.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// The document as it stands now.
    pub async fn html(&self) -> String {
        self.driver.source().await.unwrap_or_default()
    }

    /// Waits until the page shows `text`.
    pub async fn sees(&self, text: &str) {
        let shown = self.within(PATIENCE, async || self.text().await.contains(text)).await;
        assert!(shown, "{:?} does not show {text:?} but:\n{}", self.path().await, self.text().await);
    }

    /// Waits until the page no longer shows `text`.
    pub async fn sees_no_more(&self, text: &str) {
        let gone = self.within(PATIENCE, async || !self.text().await.contains(text)).await;
        assert!(gone, "{:?} still shows {text:?}", self.path().await);
    }

    /// Waits until the address ends with `path`.
    pub async fn arrives_at(&self, path: &str) {
        let arrived = self.within(PATIENCE, async || self.path().await == path).await;
        assert!(arrived, "expected to arrive at {path}, but am at {}", self.path().await);
    }

    /// Asks again and again until `holds` says yes or the time is over; says which.
    pub async fn within<F>(&self, limit: Duration, holds: F) -> bool
    where
        F: AsyncFn() -> bool,
    {
        let asking = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        tokio::time::timeout(limit, asking).await.is_ok()
    }

    /// What `body`, the text of a JavaScript function, returns in the page.
    pub async fn script(&self, body: &str) -> Value {
        self.driver.execute(body, Vec::new()).await.expect(body).json().clone()
    }

    /// Presses keys where the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("pressing keys");
    }

    /// Presses Tab once.
    pub async fn tab(&self) {
        self.keys(Key::Tab).await;
    }
}
