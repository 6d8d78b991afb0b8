//! The command line: it ties the rooms together and serves them. Standard output holds
//! only what was asked for; logs and complaints go to standard error.

pub mod accounts;
mod app;
pub mod args;
pub mod demo;
mod demo_clinic;
mod file;
mod mail_settings;
pub mod serve;
pub mod settings;
mod time_check;
mod zone_files;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use self::app::{open, say};
use self::args::{Cli, Command};
use self::settings::Settings;

/// Does what the command line says: status 0 on success, 2 on bad usage, 1 otherwise with one line on standard error.
pub async fn run() -> ExitCode {
    complain_of_panics();
    let cli = Cli::parse();
    match run_command(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the chain of causes says.
            let line = format!("{error:#}").replace(['\n', '\r'], " ");
            let _ = writeln!(std::io::stderr(), "fadeline: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run_command(cli: Cli) -> anyhow::Result<()> {
    if matches!(cli.command, Command::Openapi) {
        return say(&serde_json::to_string_pretty(&crate::api::document())?);
    }
    let doubt = zone_files::put_newest_in_force()?;
    let settings = Settings::read(&cli.options)?;
    log_to_stderr(&settings)?;
    if let Some(doubt) = doubt {
        doubt.warn(settings.zone);
    }
    match cli.command {
        Command::Openapi => Ok(()),
        Command::Demo(options) => demo_clinic::run(settings, options).await,
        Command::Serve => serve::run(settings).await,
        Command::Migrate => open(&settings).await.map(|_| ()),
        Command::TimeCheck(options) => time_check::run(&settings, options).await,
        Command::LoadDemo(options) => demo_clinic::load_into(settings, options).await,
        Command::User(command) => accounts::user(&open(&settings).await?, command).await,
        Command::Token(command) => accounts::token(&open(&settings).await?, command).await,
    }
}

/// Says on standard error what panicked, if it can be said. A hook that panics itself would end the process.
fn complain_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(std::io::stderr(), "fadeline: {panic}");
    }));
}

fn log_to_stderr(settings: &Settings) -> anyhow::Result<()> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&settings.log)
        .context("log: not a filter such as info or fadeline=debug")?;
    // PostgreSQL notices that what is there already is there already, at every start.
    let filter = filter.add_directive("sqlx::postgres::notice=warn".parse()?);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A line that cannot be written would be complained of where it cannot be written, by a panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    if settings.log_json {
        lines.json().init();
    } else {
        lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    }
    Ok(())
}
