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
        let mut sources = config::Config::builder();
        if let Some(path) = &options.config {
            sources = sources
                .add_source(config::File::from(Path::new(path)).format(config::FileFormat::Toml));
        } else {
            sources = sources.add_source(
                config::File::from(Path::new("fadeline.toml"))
                    .format(config::FileFormat::Toml)
                    .required(false),
            );
        }
        // Only the policy is read from the environment here; the options are read by clap.
        let policy = config::Environment::with_prefix("FADELINE_POLICY")
            .prefix_separator("__")
            .try_parsing(true);
        let policy = config::Config::builder().add_source(policy).build()?.cache.into_table()?;
        for (key, value) in policy {
            sources = sources.set_override(format!("policy.{key}"), value)?;
        }
        let file: File =
            sources.build()?.try_deserialize().context("fadeline.toml, or FADELINE_POLICY__…")?;
        let faults = file.policy.faults();
        if !faults.is_empty() {
            bail!("{}", faults.join("; "));
        }
        let listen = options
            .listen
            .clone()
            .or(file.listen.clone())
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let zone = options
            .time_zone
            .clone()
            .or_else(|| file.time_zone.clone())
            .unwrap_or_else(|| "America/Toronto".to_owned());
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
        let database_url = options.database_url.clone().or(file.database_url);
        Ok(Self {
            database_named: database_url.is_some(),
            database_url: database_url.unwrap_or_else(|| "sqlite:fadeline.db".to_owned()),
            listen,
            mail,
            zone,
            log: options.log.clone().or(file.log).unwrap_or_else(|| "info".to_owned()),
            log_json: options.log_format.or(file.log_format) == Some(LogFormat::Json),
            trusted_proxies: proxies
                .iter()
                .map(|one| {
                    one.parse()
                        .with_context(|| format!("trusted_proxies: {one:?} is not an address"))
                })
                .collect::<anyhow::Result<_>>()?,
            policy: file.policy,
        })
    }
}
