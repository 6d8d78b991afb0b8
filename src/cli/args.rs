//! What can be said on the command line. Each option is an environment variable and a
//! key in `fadeline.toml` too; the command line wins, then the environment.

use chrono::{DateTime, FixedOffset};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::ids::{PartnerId, PractitionerId, TokenId};
use crate::domain::role::Role;

/// Fadeline plans, books and tracks the removal of scalp micropigmentation.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Every option is also an environment variable (shown beside it) and a key of the same name, with _ for -, in \
fadeline.toml. The clinic's numbers (how long a hold lasts, whether the Civic Holiday is kept, …) are the keys of [policy] there, or \
FADELINE_POLICY__HOLD_MINUTES and the like; docs/operations.md lists them."
)]
pub struct Cli {
    #[command(flatten)]
    pub(super) options: Options,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// The file with settings; fadeline.toml when it is there.
    #[arg(long, global = true, env = "FADELINE_CONFIG", value_name = "FILE")]
    pub(super) config: Option<String>,
    /// The database: sqlite:FILE, or postgres://… for several nodes on one. [default: sqlite:fadeline.db]
    #[arg(
        long,
        global = true,
        env = "FADELINE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) database_url: Option<String>,
    /// Where to listen; port 0 takes any free one. [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "FADELINE_LISTEN", value_name = "ADDR")]
    pub(super) listen: Option<String>,
    /// The clinic's time zone. [default: America/Toronto]
    #[arg(long, global = true, env = "FADELINE_TIME_ZONE", value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
    /// What is logged to standard error: error, warn, info, debug, or a filter. [default: info]
    #[arg(long, global = true, env = "FADELINE_LOG", value_name = "FILTER")]
    pub(super) log: Option<String>,
    /// How log lines are written. [default: text]
    #[arg(long, global = true, env = "FADELINE_LOG_FORMAT", value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
    /// Addresses of proxies whose X-Forwarded-For is believed, with commas between. [default: none]
    #[arg(long, global = true, env = "FADELINE_TRUSTED_PROXIES", value_name = "ADDRS")]
    pub(super) trusted_proxies: Option<String>,
    #[command(flatten)]
    pub(super) mail: MailOptions,
}

/// How patients are written to, and in whose name.
#[derive(Debug, Clone, Default, Args)]
pub struct MailOptions {
    /// The mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…` (TLS). Without one, mail waits in the ledger.
    #[arg(
        long,
        global = true,
        env = "FADELINE_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) smtp_url: Option<String>,
    /// A file with the certificate (PEM) of the mail server's own authority.
    #[arg(long, global = true, env = "FADELINE_SMTP_CA", value_name = "FILE")]
    pub(super) smtp_ca: Option<String>,
    /// Whether the mail server takes addresses with letters beyond ASCII before the @ (SMTPUTF8, RFC 6531).
    #[arg(long, global = true, env = "FADELINE_SMTP_UTF8", value_name = "true|false")]
    pub(super) smtp_utf8: Option<bool>,
    /// The one address that mail comes from and is answered to. Needed with a mail server.
    #[arg(long, global = true, env = "FADELINE_MAIL_FROM", value_name = "ADDRESS")]
    pub(super) mail_from: Option<String>,
    /// A file with the DKIM key: RSA (PKCS#1 PEM), or Ed25519 (32 bytes in base64). Mail is signed with it.
    #[arg(long, global = true, env = "FADELINE_DKIM_KEY", value_name = "FILE")]
    pub(super) dkim_key: Option<String>,
    /// The DKIM selector that the key is published under.
    #[arg(long, global = true, env = "FADELINE_DKIM_SELECTOR", value_name = "NAME")]
    pub(super) dkim_selector: Option<String>,
    /// The mailbox that answers come to: `imaps://user:password@host:993`. Without one, none is read.
    #[arg(
        long,
        global = true,
        env = "FADELINE_IMAP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) imap_url: Option<String>,
    /// A file with the certificate (PEM) of that server's own authority.
    #[arg(long, global = true, env = "FADELINE_IMAP_CA", value_name = "FILE")]
    pub(super) imap_ca: Option<String>,
    /// The name by which that server signs what it verified (Authentication-Results); several with commas between. Without it no
    /// answer is believed.
    #[arg(long, global = true, env = "FADELINE_IMAP_SERVER_ID", value_name = "NAMES")]
    pub(super) imap_server_id: Option<String>,
    /// Whose Authentication-Results is believed: server-id, those named above, or topmost, besides them the one on top where
    /// it names no server, as Microsoft 365 writes it. [default: server-id]
    #[arg(long, global = true, env = "FADELINE_IMAP_TRUST", value_name = "HOW")]
    pub(super) imap_trust: Option<String>,
    /// The provider of text messages, Twilio's API or one of its shape: `https://ACCOUNT:TOKEN@api.twilio.com`. Without one, no
    /// texts are sent, and reminders go by mail.
    #[arg(
        long,
        global = true,
        env = "FADELINE_SMS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) sms_url: Option<String>,
    /// What texts come from: a number (`+16475550100`), or a messaging service of the provider (`MG…`).
    #[arg(long, global = true, env = "FADELINE_SMS_FROM", value_name = "NUMBER")]
    pub(super) sms_from: Option<String>,
    /// A file with the certificate (PEM) of the provider's own authority.
    #[arg(long, global = true, env = "FADELINE_SMS_CA", value_name = "FILE")]
    pub(super) sms_ca: Option<String>,
    /// The clinic's name to patients; a neutral one, since its full name may tell what they are treated for.
    /// [default: Hayden St Clinic]
    #[arg(long, global = true, env = "FADELINE_CLINIC_LABEL", value_name = "NAME")]
    pub(super) clinic_label: Option<String>,
    /// The telephone number that patients read. [default: (647) 351-0061]
    #[arg(long, global = true, env = "FADELINE_CLINIC_PHONE", value_name = "NUMBER")]
    pub(super) clinic_phone: Option<String>,
    /// Where patients and calendars reach this service, such as `https://visits.example.ca`. [default: the address it listens on]
    #[arg(long, global = true, env = "FADELINE_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<String>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A throw-away clinic with demo data around today; mail and texts go to no one.
    Demo(DemoOptions),
    /// The service. Brings the schema up to date, then serves until told to stop.
    Serve,
    /// Brings the schema of the database up to date, and no more.
    Migrate,
    /// Loads the demo data into the configured, empty database.
    LoadDemo(LoadDemoOptions),
    /// After a change of law or of the zone data: lists every session whose promised wall time means another instant now.
    TimeCheck(TimeCheckOptions),
    /// Who may sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Prints the `OpenAPI` document.
    Openapi,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoOptions {
    /// Prints one line of JSON with the address and a token for each role.
    #[arg(long, env = "FADELINE_DEMO_JSON")]
    pub(super) json: bool,
    /// The time at which the demo's clock starts, RFC 3339. [default: now]
    #[arg(long, env = "FADELINE_DEMO_NOW", value_name = "INSTANT")]
    pub(super) now: Option<DateTime<FixedOffset>>,
}

/// Options of `load-demo`.
#[derive(Debug, Args)]
pub(super) struct LoadDemoOptions {
    /// The day around which the data lies, RFC 3339. [default: now]
    #[arg(long, env = "FADELINE_DEMO_NOW", value_name = "INSTANT")]
    pub(super) now: Option<DateTime<FixedOffset>>,
}

/// Options of `time-check`.
#[derive(Debug, Args)]
pub(super) struct TimeCheckOptions {
    /// Moves what can move, all in one transaction, and tells the patients.
    #[arg(long, conflicts_with_all = ["law_from", "law_offset"])]
    pub(super) apply: bool,
    /// A rehearsal: as if by a law the clock stood still from this instant on, RFC 3339.
    #[arg(long, value_name = "INSTANT", requires = "law_offset")]
    pub(super) law_from: Option<DateTime<FixedOffset>>,
    /// The offset at which it would stand, such as -04:00.
    #[arg(long, value_name = "OFFSET", requires = "law_from", allow_hyphen_values = true)]
    pub(super) law_offset: Option<FixedOffset>,
}

/// What to do about users.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Adds a user.
    Add(AddUser),
    /// Lists users.
    List,
    /// Ends a user's sign-in, and all their tokens.
    Disable(Named),
    /// Lets a disabled user in again.
    Enable(Named),
    /// Sets a user's password from standard input, and ends all their tokens.
    SetPassword(Named),
}

/// A user by email.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The user's email.
    #[arg(long)]
    pub(super) email: String,
}

/// A user to be added.
#[derive(Debug, Args)]
pub(super) struct AddUser {
    /// The user's email; signs them in.
    #[arg(long)]
    pub(super) email: String,
    /// The user's name.
    #[arg(long)]
    pub(super) name: String,
    /// `front_desk`, practitioner, manager or partner.
    #[arg(long)]
    pub(super) role: Role,
    /// Whose shop they belong to; with the role partner.
    #[arg(long, value_name = "ID")]
    pub(super) partner: Option<PartnerId>,
    /// Which practitioner they are, where they are one.
    #[arg(long, value_name = "ID")]
    pub(super) practitioner: Option<PractitionerId>,
    /// Reads the password, one line, from standard input. Without it the user has tokens only.
    #[arg(long)]
    pub(super) password_stdin: bool,
}

/// What to do about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Prints a new token, alone on standard output. It is shown this once.
    Create(CreateToken),
    /// Lists tokens, without the secrets.
    List,
    /// Revokes a token.
    Revoke {
        /// Its id, as `token list` shows it.
        id: TokenId,
    },
}

/// A token to be made.
#[derive(Debug, Args)]
pub(super) struct CreateToken {
    /// Whose.
    #[arg(long)]
    pub(super) email: String,
    /// How many days it lasts.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(super) days: u16,
}
