//! Users and tokens on the command line.

use std::io::Read;

use anyhow::{Context, bail};

use super::app::say;
use super::args::{TokenCommand, UserCommand};
use crate::actions::App;
use crate::actions::access::by_command;
use crate::actions::access::by_command::NewUser;
use crate::domain::patient::Email;
use crate::domain::text::Line;

/// Does what was said about users.
pub(super) async fn user(app: &App, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(new) => {
            let password = if new.password_stdin { Some(password()?) } else { None };
            let new = NewUser {
                email: Email::try_from(new.email).context("--email")?,
                name: Line::try_from(new.name).context("--name")?,
                role: new.role,
                partner_id: new.partner,
                practitioner_id: new.practitioner,
                password,
            };
            say(&by_command::add(app, new).await?.to_string())
        }
        UserCommand::List => {
            for user in by_command::list(app).await? {
                let state = if user.active { "active" } else { "disabled" };
                say(&format!(
                    "{}\t{}\t{}\t{}\t{state}",
                    user.id, user.email, user.role, user.name
                ))?;
            }
            Ok(())
        }
        UserCommand::Disable(named) => Ok(by_command::set_active(app, &named.email, false).await?),
        UserCommand::Enable(named) => Ok(by_command::set_active(app, &named.email, true).await?),
        UserCommand::SetPassword(named) => {
            Ok(by_command::set_password(app, &named.email, password()?).await?)
        }
    }
}

/// Does what was said about tokens.
pub(super) async fn token(app: &App, command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create(new) => {
            say(&by_command::create_token(app, &new.email, new.days).await?)
        }
        TokenCommand::List => {
            for token in by_command::list_tokens(app).await? {
                let state = match token.revoked_at {
                    Some(at) => format!("revoked {}", at.to_rfc3339()),
                    None => format!("until {}", token.expires_at.to_rfc3339()),
                };
                say(&format!("{}\t{}\t{state}", token.id, token.email))?;
            }
            Ok(())
        }
        TokenCommand::Revoke { id } => Ok(by_command::revoke_token(app, id).await?),
    }
}

/// One line of standard input.
fn password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("cannot read the password")?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() {
        bail!("no password on standard input");
    }
    Ok(line)
}
