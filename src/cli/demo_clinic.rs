//! `fadeline demo` and `fadeline load-demo`: a clinic that is made up, around today. The
//! data itself stands in `demo`.

use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, Duration, FixedOffset};
use serde_json::json;
use tempfile::TempDir;

use super::app::{open_with, say};
use super::args::{DemoOptions, LoadDemoOptions};
use super::demo::people::Loaded;
use super::settings::Settings;
use super::{demo, serve};
use crate::actions::access::passwords::hash_password;
use crate::actions::access::tokens::mint;
use crate::actions::{App, Program, Work};
use crate::api::demo::Forward;
use crate::api::router;
use crate::clock::Clock;
use crate::delivery::forward;
use crate::domain::clinic::profile::Texts;
use crate::{api, web};

/// The password of every user of the demo.
const PASSWORD: &str = "demonstration";
/// How long the demo's tokens last.
const TOKENS_LAST: Duration = Duration::days(365 * 4);

/// Serves a throw-away clinic until told to stop.
pub(super) async fn run(mut settings: Settings, options: DemoOptions) -> anyhow::Result<()> {
    // Lives as long as the demo; then the file is gone.
    let folder =
        TempDir::with_prefix("fadeline-demo-").context("cannot make a temporary folder")?;
    if !settings.database_named {
        let file = folder.path().join("demo.db");
        settings.database_url = format!("sqlite:{}", file.display());
    }
    let clock = clock(options.now);
    let listener = serve::listen(&settings).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut profile = settings.mail.profile.clone();
    if !settings.mail.public_url_named {
        // Known only now where any free port was asked for.
        profile.public_url = url.parse().context("public_url")?;
    }
    if profile.texts.is_none() {
        // Its texts go into the mailbox, like its mail; no other program can sign for a provider that there is not.
        profile.texts = Some(Texts { secret: hex::encode(rand::random::<[u8; 16]>()) });
    }
    let app = open_with(&settings, clock, profile).await?;
    let loaded = load(&app).await?;
    let tokens = tokens(&app, &loaded).await?;
    let post = serve::post(&app, &settings, true)?;
    let forwarding = post.clone();
    let forward: Forward = Arc::new(move |to| {
        let post = forwarding.clone();
        Box::pin(
            async move { forward::forward(&post, to).await.map_err(|error| error.to_string()) },
        )
    });
    let pages = web::routes(&app).merge(web::demo_routes()).merge(api::demo::routes(forward));
    let router = router(serve::serving(&app, &settings), pages);
    if options.json {
        let by_role: serde_json::Map<_, _> =
            tokens.iter().map(|sign_in| (sign_in.role.to_string(), json!(sign_in.token))).collect();
        say(&json!({"url": url, "tokens": by_role}).to_string())?;
    } else {
        say(&greeting(&url, &tokens, settings.mail.smtp.is_some() || settings.mail.sms.is_some()))?;
    }
    serve::until_stopped(listener, router, &post).await?;
    Ok(folder.close()?)
}

/// Loads the demo data into the configured database.
pub(super) async fn load_into(settings: Settings, options: LoadDemoOptions) -> anyhow::Result<()> {
    let clock = clock(options.now);
    let app = open_with(&settings, clock, settings.mail.profile.clone()).await?;
    load(&app).await?;
    app.db.close().await;
    Ok(())
}

fn clock(now: Option<DateTime<FixedOffset>>) -> Clock {
    now.map_or_else(Clock::real, |now| Clock::running_from(now.to_utc()))
}

async fn load(app: &App) -> anyhow::Result<Loaded> {
    let hash = hash_password(app, PASSWORD.to_owned()).await?;
    let mut work = Work::for_program(app, DEMO).await?;
    if !demo::is_empty(&mut work.tx).await? {
        bail!("the database is not empty; the demo data goes into an empty one");
    }
    let loaded = demo::load(&mut work, &hash).await.context("cannot load the demo data")?;
    work.done().await?;
    app.look_for_demonstration().await?;
    Ok(loaded)
}

/// Who loads what is made up.
const DEMO: Program = Program::own("demonstration");

/// One role's way in.
struct SignIn {
    role: &'static str,
    name: String,
    email: String,
    token: String,
}

async fn tokens(app: &App, loaded: &Loaded) -> anyhow::Result<Vec<SignIn>> {
    let mut work = Work::for_program(app, DEMO).await?;
    let mut sign_ins = Vec::new();
    for (role, user) in [
        ("front_desk", &loaded.front_desk),
        ("practitioner", &loaded.practitioner),
        ("manager", &loaded.manager),
        ("partner", &loaded.partner),
    ] {
        let (token, _) = mint(app, &mut work.tx, user.id, TOKENS_LAST).await?;
        sign_ins.push(SignIn { role, name: user.name.clone(), email: user.email.clone(), token });
    }
    work.done().await?;
    Ok(sign_ins)
}

fn greeting(url: &str, tokens: &[SignIn], mails: bool) -> String {
    let nothing = if mails {
        "messages go to the server that was named, besides the mailbox"
    } else {
        "nothing is sent to anyone"
    };
    let sign_ins: Vec<_> = tokens
        .iter()
        .map(|SignIn { role, name, email, token }| {
            format!("  {role:<13} {name}, {email}\n                Authorization: Bearer {token}")
        })
        .collect();
    [
        format!("Fadeline demo: demonstration data, nobody in it is real, and {nothing}."),
        format!("  the pages              {url}/ (sign in with an email below)\n  the API, to browse     {url}/docs/\n  its OpenAPI document   {url}/api/v1/openapi.json\n  the demo's clock       {url}/demo/clock\n  the demo's mailbox     {url}/demo/mailbox"),
        format!("Everybody's password is {PASSWORD:?}. To call the API, send a token:"),
        sign_ins.join("\n\n"),
        "Stop with Ctrl-C; then all of it is gone.".to_owned(),
    ]
    .join("\n\n")
}
