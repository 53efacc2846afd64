//! Whole stories in headless Chromium, found by role and name. Screenshots go to `target/screenshots`.

#[cfg(test)]
mod changes;
#[cfg(test)]
mod console;
#[cfg(test)]
mod filled;
#[cfg(test)]
mod first_start;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod harness_itself;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod people;
#[cfg(test)]
mod protecting;
#[cfg(test)]
#[path = "../it/receiver.rs"]
#[expect(dead_code, reason = "the integration tests need more of it")]
mod receiver;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod rotation;
#[cfg(test)]
#[path = "../it/software.rs"]
#[expect(dead_code, reason = "the integration tests need more of it")]
mod software;
#[cfg(test)]
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the integration tests need more of it")]
mod support;
#[cfg(test)]
mod survey;
#[cfg(test)]
mod survey_webhooks;
#[cfg(test)]
mod ways;
#[cfg(test)]
mod webhooks;
