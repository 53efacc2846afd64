//! Flags and their environment variables.

use crate::config::{Authorities, BadSetting, Config, LogFormat, NewAccountLabs, Public, RateLimits, WebhookReach};
use crate::world::Span;
use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::PathBuf;

pub mod audit;

const DEFAULT_DATABASE: &str = "sqlite:progreda.db";

/// Progreda: the admin console of private integrations, and the API v2 that honours their tokens.
#[derive(Debug, Parser)]
#[command(name = "progreda", version, max_term_width = 110)]
pub struct Arguments {
    /// What every command may be told.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do; serves when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings of the server and of the commands that open its database.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "PROGREDA_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,
    /// Where the data is kept: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME` [default: sqlite:progreda.db; a throw-away file for demo]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// The address under which browsers and software reach this server: https, or http for loopback only [default: the listening address]
    #[arg(long, env = "PROGREDA_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// The file that holds the master secret; made on the first start, readable by its owner alone
    #[arg(long, env = "PROGREDA_KEY_FILE", value_name = "PATH", default_value = "progreda.key", global = true)]
    pub key_file: PathBuf,
    /// A proxy's address or network whose X-Forwarded-For counts; may be given several times
    #[arg(long, env = "PROGREDA_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',', value_parser = network, global = true)]
    pub trusted_proxy: Vec<IpNet>,
    /// Labs that are on in accounts made from now on: all, none, or their codes with commas between them
    #[arg(long, env = "PROGREDA_NEW_ACCOUNT_LABS", value_name = "LABS", value_parser = new_account_labs, default_value = "all", global = true)]
    pub new_account_labs: NewAccountLabs,
    /// The mail server: smtps://USER:PASSWORD@HOST, or with STARTTLS smtp://USER:PASSWORD@HOST:587?tls=required; without it no mail is sent
    #[arg(long, env = "PROGREDA_SMTP_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// From whom mails come, e.g. progreda@company.example; goes with --smtp-url
    #[arg(long, env = "PROGREDA_MAIL_FROM", value_name = "ADDRESS", global = true)]
    pub mail_from: Option<String>,
    /// Remove audit events that are older than this many days; without it all are kept
    #[arg(long, env = "PROGREDA_AUDIT_KEEP_DAYS", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..), global = true)]
    pub audit_keep_days: Option<u16>,
    /// Calls that one integration may make in 10 seconds; each instance counts for itself, in memory. Bad tokens: three times as many from one address
    #[arg(long, env = "PROGREDA_RATE_LIMIT", value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..), default_value_t = RateLimits::DEFAULT.interval, global = true)]
    pub rate_limit: u32,
    /// Calls that one integration may make in a day, from midnight to midnight UTC; counted as --rate-limit is
    #[arg(long, env = "PROGREDA_DAILY_LIMIT", value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..), default_value_t = RateLimits::DEFAULT.day, global = true)]
    pub daily_limit: u32,
    /// Lets webhooks be sent to this address or network although it is not public; may be given several times
    #[arg(long, env = "PROGREDA_WEBHOOK_NETWORK", value_name = "NETWORK", value_delimiter = ',', value_parser = network, global = true)]
    pub webhook_network: Vec<IpNet>,
    /// Lets webhooks be sent to this port besides 443 and 8443; may be given several times
    #[arg(long, env = "PROGREDA_WEBHOOK_PORT", value_name = "PORT", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..), global = true)]
    pub webhook_port: Vec<u16>,
    /// Lets webhooks be sent without encryption: contacts' data then travels in the clear
    #[arg(long, env = "PROGREDA_WEBHOOK_HTTP", global = true)]
    pub webhook_http: bool,
    /// Trusts the certificates of this PEM file, besides the authorities of browsers, when webhooks are sent
    #[arg(long, env = "PROGREDA_WEBHOOK_CA", value_name = "FILE", value_parser = authorities, global = true)]
    pub webhook_ca: Option<Authorities>,
    /// How log lines look
    #[arg(long, env = "PROGREDA_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
}

fn network(text: &str) -> Result<IpNet, String> {
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    net.map_err(|_| "expected an address like 10.0.0.7 or a network like 10.0.0.0/8".to_owned())
}

fn authorities(path: &str) -> Result<Authorities, String> {
    Authorities::read(path.as_ref()).map_err(|bad| bad.to_string())
}

fn new_account_labs(text: &str) -> Result<NewAccountLabs, String> {
    NewAccountLabs::parse(text).map_err(|bad| bad.to_string())
}

impl Settings {
    /// The database that was named, or the default one.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| DEFAULT_DATABASE.to_owned())
    }

    /// The address under which the server is reached, as far as it can be known here.
    ///
    /// # Errors
    /// When it must be given.
    pub fn public(&self) -> Result<Public, BadSetting> {
        Public::parse(&self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen)))
    }

    /// The server's configuration for this database and key file.
    #[must_use]
    pub fn config(&self, database_url: String, key_file: PathBuf) -> Config {
        Config {
            listen: self.listen,
            database_url,
            public_url: self.public_url.clone(),
            key_file,
            trusted_proxies: self.trusted_proxy.clone(),
            smtp_url: self.smtp_url.clone(),
            mail_from: self.mail_from.clone(),
            audit_keep: self.audit_keep_days.map(|days| Span::days(i64::from(days))),
            rate_limits: RateLimits { interval: self.rate_limit, day: self.daily_limit },
            webhook_reach: WebhookReach {
                http: self.webhook_http,
                networks: self.webhook_network.clone(),
                ports: self.webhook_port.clone(),
                authorities: self.webhook_ca.clone().unwrap_or_default(),
            },
            log_format: self.log_format,
            new_account_labs: self.new_account_labs.clone(),
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        }
    }
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the console and API v2 (what happens when no command is given)
    Serve,
    /// Serve a throw-away database filled with a believable account, and print how to sign in and call the API
    Demo {
        /// Print one line of JSON for scripts
        #[arg(long)]
        json: bool,
    },
    /// Bring the database's schema up to date and stop
    Migrate,
    /// Make admins, reset passwords, change addresses
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Make, list, disable and enable accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Switch labs on and off in an account
    #[command(subcommand)]
    Labs(LabsCommand),
    /// Change what roles and persons may do
    #[command(subcommand)]
    Role(RoleCommand),
    /// Read the audit log, check that it is whole, and print what proves it later
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List and change the keys in the key file
    #[command(subcommand)]
    Keys(audit::KeysCommand),
}

/// Making people.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make a person with a role in an account; the password is read from standard input
    Create {
        /// E-mail address to sign in with
        #[arg(long)]
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// The account's id
        #[arg(long)]
        account: String,
        /// The name of the role
        #[arg(long, default_value = "Admin")]
        role: String,
    },
    /// Take a person's second factor away, so that the password alone signs them in, and sign them out everywhere
    ResetSecondFactor {
        /// E-mail address of the person
        #[arg(long)]
        email: String,
    },
    /// Set a person's password, read from standard input, and sign them out everywhere
    ResetPassword {
        /// E-mail address of the person
        #[arg(long)]
        email: String,
    },
    /// Print a link by which a person sets a new password themselves; it works once, for 1 hour
    ResetLink {
        /// E-mail address of the person
        #[arg(long)]
        email: String,
    },
    /// Change the address with which a person signs in; the one before is told by mail
    ChangeEmail {
        /// E-mail address of the person
        #[arg(long)]
        email: String,
        /// The address with which they sign in from now on
        #[arg(long)]
        new_email: String,
    },
}

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account and print its id
    Create {
        /// The account's name
        #[arg(long)]
        name: String,
    },
    /// Print every account: id, state, people, name
    List,
    /// Sign the account's people out and refuse its tokens from now on
    Disable {
        /// The account's id
        account: String,
    },
    /// Let its people and tokens in again
    Enable {
        /// The account's id
        account: String,
    },
}

/// Labs.
#[derive(Debug, Subcommand)]
pub enum LabsCommand {
    /// Print which labs are on
    List {
        /// The account's id
        #[arg(long)]
        account: String,
    },
    /// Switch a lab on
    Enable {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The lab, e.g. private_integrations
        lab: String,
    },
    /// Switch a lab off: its pages are gone, tokens keep working
    Disable {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The lab, e.g. private_integrations
        lab: String,
    },
}

/// Roles, persons' roles and overrides.
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Give a role a permission
    Allow {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The role's name
        role: String,
        /// The permission, e.g. private_integrations.view
        permission: String,
    },
    /// Take a permission from a role
    Deny {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The role's name
        role: String,
        /// The permission
        permission: String,
    },
    /// Give a person another role
    Assign {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The person's e-mail address
        email: String,
        /// The role's name
        role: String,
    },
    /// Allow or deny one person one permission, above their role, or inherit it again
    Override {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The person's e-mail address
        email: String,
        /// The permission
        permission: String,
        /// inherit, allow or deny
        #[arg(value_parser = ["inherit", "allow", "deny"])]
        effect: String,
    },
    /// Disable a person in the account, or enable them
    Person {
        /// The account's id
        #[arg(long)]
        account: String,
        /// The person's e-mail address
        email: String,
        /// disable or enable
        #[arg(value_parser = ["disable", "enable"])]
        state: String,
    },
}
