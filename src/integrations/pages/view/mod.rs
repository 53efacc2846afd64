//! What each page shows, as plain data; the templates in `templates/integrations` put it into words and parts.

pub mod compromised;
pub mod create;
pub mod edit;
pub mod held;
pub mod list;
pub mod scopes;
pub mod show;
pub mod token;

#[cfg(test)]
mod samples;
