//! Drives one headless Chromium per story: finds by role and name, waits with a deadline, keeps what it saw on failure.

mod audit;
mod browser;
mod driver;
mod evidence;
mod find;
mod look;

pub use browser::{Browser, story};
pub use look::{Look, Options, Theme};
