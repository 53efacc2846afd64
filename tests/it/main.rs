//! The integration tests: a real server, a real database, nothing of ours replaced.

#[cfg(test)]
mod api;
#[cfg(test)]
mod app_itself;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod contacts_list;
#[cfg(test)]
mod database_itself;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod software;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod visitor_itself;
