//! Settings: from the command line and the environment (read by `args`), then from
//! `fadeline.toml`, then defaults. Checked here, so that a slip stops the start.

use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, bail};

use super::args::{LogFormat, Options};
use super::file::File;
use super::mail_settings::MailSettings;
use crate::domain::clinic::policy::Policy;
use crate::domain::time::time_zone::Tz;

/// All settings, sound.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub database_url: String,
    /// Whether the database was named, or is the default.
    pub database_named: bool,
    /// Where to listen.
    pub listen: String,
    /// The clinic's zone.
    pub zone: Tz,
    /// What is logged.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The clinic's choices.
    pub policy: Policy,
    /// How patients are written to, and in whose name.
    pub mail: MailSettings,
}

impl Settings {
    /// Reads the file that `options` names, or `fadeline.toml` if it is there, under what the options say.
    pub fn read(options: &Options) -> anyhow::Result<Self> {
        let file = read_file(options.config.as_deref())?;
        let faults = file.policy.faults();
        if !faults.is_empty() {
            bail!("{}", faults.join("; "));
        }
        let said = |option: &Option<String>, file: &Option<String>, default: &str| {
            option.as_ref().or(file.as_ref()).map_or_else(|| default.to_owned(), Clone::clone)
        };
        let listen = said(&options.listen, &file.listen, "127.0.0.1:8080");
        let zone = said(&options.time_zone, &file.time_zone, "America/Toronto");
        let zone = zone.parse().with_context(|| {
            format!("time_zone: {zone:?} is not a zone such as America/Toronto")
        })?;
        let mail = MailSettings::read(&options.mail, &file, &listen, zone)?;
        let proxies = match &options.trusted_proxies {
            Some(list) => list
                .split(',')
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect(),
            None => file.trusted_proxies.unwrap_or_default(),
        };
        Ok(Self {
            database_named: options.database_url.is_some() || file.database_url.is_some(),
            database_url: said(&options.database_url, &file.database_url, "sqlite:fadeline.db"),
            listen,
            mail,
            zone,
            log: said(&options.log, &file.log, "info"),
            log_json: options.log_format.or(file.log_format) == Some(LogFormat::Json),
            trusted_proxies: addresses(&proxies)?,
            policy: file.policy,
        })
    }
}

/// What the file holds, its policy overridden by the environment.
fn read_file(path: Option<&str>) -> anyhow::Result<File> {
    let source = config::File::from(Path::new(path.unwrap_or("fadeline.toml")))
        .format(config::FileFormat::Toml)
        .required(path.is_some());
    let mut sources = config::Config::builder().add_source(source);
    // Only the policy is read from the environment here; the options are read by clap.
    let policy = config::Environment::with_prefix("FADELINE_POLICY")
        .prefix_separator("__")
        .try_parsing(true);
    let policy = config::Config::builder().add_source(policy).build()?.cache.into_table()?;
    for (key, value) in policy {
        sources = sources.set_override(format!("policy.{key}"), value)?;
    }
    sources.build()?.try_deserialize().context("fadeline.toml, or FADELINE_POLICY__…")
}

fn addresses(proxies: &[String]) -> anyhow::Result<Vec<IpAddr>> {
    let parsed = proxies.iter().map(|one| {
        one.parse().with_context(|| format!("trusted_proxies: {one:?} is not an address"))
    });
    parsed.collect()
}
