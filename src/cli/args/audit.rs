//! What `progreda audit` and `progreda keys` are told.

use clap::Subcommand;

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print events, one a line, the newest first: an account's, or the operator's own
    List {
        /// The account's id; without it the events that belong to no account
        #[arg(long)]
        account: Option<String>,
        /// Only events since this day or instant, e.g. 2026-01-31 or 2026-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        limit: i64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Check every chain of events; says what is wrong, and ends with 1 when anything is
    Verify {
        /// Only this account's
        #[arg(long)]
        account: Option<String>,
        /// What progreda audit head printed once: a file, or the text itself
        #[arg(long, value_name = "FILE|TEXT")]
        head: Option<String>,
    },
    /// Print the head of every chain, to be kept where nobody who can change the database can change it
    Head {
        /// Only this account's
        #[arg(long)]
        account: Option<String>,
    },
}

/// The key file.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Print the keys: what they do, their ids and their ages, never the secrets
    List,
    /// Make the next key, which every instance has to know before it is used; only for several instances
    Prepare,
    /// Put the next key, or else a new one, to use; the one before still opens what it closed
    Rotate,
    /// Drop the key before
    Retire,
}
