//! Whole stories in headless Chromium, found by role and name. Screenshots go to `target/screenshots`.

#[cfg(test)]
mod harness;
#[cfg(test)]
mod harness_itself;
