//! How a page is looked at: width, theme, motion, scripts.

use serde_json::json;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

/// A common phone, in CSS pixels.
const PHONE: u32 = 360;
/// The narrowest window that must work, in CSS pixels.
pub const NARROWEST: u32 = 320;

/// The colours that the reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// As CSS and file names say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// One way to look at a page; can change within a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// CSS pixels.
    pub width: u32,
    pub theme: Theme,
    pub reduced_motion: bool,
}

impl Look {
    /// Desktop, phone and the narrowest that must work, each by day and by night.
    pub const ALL: [Self; 6] = [
        Self::new(1280, Theme::Light),
        Self::new(1280, Theme::Dark),
        Self::new(PHONE, Theme::Light),
        Self::new(PHONE, Theme::Dark),
        Self::new(NARROWEST, Theme::Light),
        Self::new(NARROWEST, Theme::Dark),
    ];

    pub const fn new(width: u32, theme: Theme) -> Self {
        Self { width, theme, reduced_motion: false }
    }

    /// The window's height in CSS pixels.
    pub fn height(self) -> u32 {
        if self.width < 600 { 740 } else { 800 }
    }

    /// Shows the present window like this until told otherwise.
    pub async fn apply(self, driver: &WebDriver) {
        let cdp = driver.cdp();
        let size = json!({"width": self.width, "height": self.height(), "deviceScaleFactor": 1, "mobile": false});
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("the size is set");
        let motion = if self.reduced_motion { "reduce" } else { "no-preference" };
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": self.theme.name()},
            {"name": "prefers-reduced-motion", "value": motion},
        ]});
        cdp.send_raw("Emulation.setEmulatedMedia", media).await.expect("the theme is set");
    }
}

/// What is fixed when a browser opens.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub look: Look,
    /// Off: pages run no scripts, as in a browser that blocks them.
    pub scripts: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { look: Look::new(1280, Theme::Light), scripts: true }
    }
}

impl Options {
    /// A browser that blocks scripts.
    pub fn without_scripts() -> Self {
        Self { scripts: false, ..Self::default() }
    }

    /// A browser of this width in CSS pixels.
    pub fn wide(width: u32) -> Self {
        Self { look: Look::new(width, Theme::Light), ..Self::default() }
    }

    /// What chromedriver is asked for. The back/forward cache stays on, as it is for people.
    pub fn capabilities(self) -> WebDriverResult<ChromeCapabilities> {
        let mut chrome = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--lang=en-GB",
        ] {
            chrome.add_arg(argument)?;
        }
        let mut preferences = json!({
            "credentials_enable_service": false,
            "profile.password_manager_leak_detection": false,
        });
        if !self.scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        chrome.add_experimental_option("prefs", preferences)?;
        chrome.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        Ok(chrome)
    }
}
