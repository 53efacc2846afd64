//! The integration tests: a real server, a real database, nothing of ours replaced.

#[cfg(test)]
mod access_matrix;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod api;
#[cfg(test)]
mod api_hostile;
#[cfg(test)]
mod api_matrix;
#[cfg(test)]
mod app_itself;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod audit_commands;
#[cfg(test)]
mod audit_export;
#[cfg(test)]
mod audit_filters;
#[cfg(test)]
mod audit_trace;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod bursts;
#[cfg(test)]
mod chain;
#[cfg(test)]
mod console;
#[cfg(test)]
mod contact_notes;
#[cfg(test)]
mod contact_tags;
#[cfg(test)]
mod contact_tasks;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod contacts_list;
#[cfg(test)]
mod contacts_search;
#[cfg(test)]
mod contacts_search_model;
#[cfg(test)]
mod contacts_upsert;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod database_itself;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod double_clicks;
#[cfg(test)]
mod email_change;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod forgery;
#[cfg(test)]
mod forgotten;
#[cfg(test)]
mod gone;
#[cfg(test)]
mod hooked;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod idempotency_erased;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod keepers;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod killable;
#[cfg(test)]
mod labs;
#[cfg(test)]
mod life;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod loose_events;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod meanwhile;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod password_resets;
#[cfg(test)]
mod predicate;
#[cfg(test)]
mod prepared;
#[cfg(test)]
mod races;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod reference_pages;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod review;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod roles_made;
#[cfg(test)]
mod roles_meanwhile;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod second_factor_at_rest;
#[cfg(test)]
mod second_factor_proofs;
#[cfg(test)]
mod second_factor_races;
#[cfg(test)]
mod second_factor_rules;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod software;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod staff_leaving;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod sudo;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod switching;
#[cfg(test)]
mod throttle;
#[cfg(test)]
mod visitor_itself;
#[cfg(test)]
mod webhook_desk;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod webhooks_backlogs;
#[cfg(test)]
mod webhooks_bodies;
#[cfg(test)]
mod webhooks_bounds;
#[cfg(test)]
mod webhooks_crash;
#[cfg(test)]
mod webhooks_cut;
#[cfg(test)]
mod webhooks_damaged;
#[cfg(test)]
mod webhooks_failing;
#[cfg(test)]
mod webhooks_hands;
#[cfg(test)]
mod webhooks_letters;
#[cfg(test)]
mod webhooks_old_secret;
#[cfg(test)]
mod webhooks_pages;
#[cfg(test)]
mod webhooks_rights;
#[cfg(test)]
mod webhooks_schedule;
#[cfg(test)]
mod webhooks_sending;
#[cfg(test)]
mod webhooks_signature;
#[cfg(test)]
mod webhooks_stopping;
#[cfg(test)]
mod webhooks_tls;
#[cfg(test)]
mod webhooks_told;
