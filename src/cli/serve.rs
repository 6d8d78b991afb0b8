//! Serving: connections with a limit on how slowly they may begin, until the process is
//! told to stop; then what is under way is finished, and the database let go of.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::app::open;
use super::settings::Settings;
use super::time_check;
use crate::actions::App;
use crate::actions::access::first_start;
use crate::actions::work::idempotency;
use crate::api::router;
use crate::api::serving::Serving;
use crate::delivery::post::Post;
use crate::delivery::sms::Sms;
use crate::delivery::ticker;
use crate::delivery::transport::Smtp;
use crate::domain::patient::channel::Channel;
use crate::domain::time::time_zone_data::ZoneData;
use crate::web;

/// How long a client may take to send its headers.
const HEADERS: Duration = Duration::from_secs(10);
/// How long a request may take, its body included.
const LONGEST: Duration = Duration::from_secs(30);
/// How long what is under way may take once the process was told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// How often counters of guessing and old answers are tidied.
const TIDY: Duration = Duration::from_mins(5);

/// `fadeline serve`.
pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    if settings.mail.smtp.is_some() && !settings.mail.from_named {
        bail!("smtp_url needs mail_from: the address that mail comes from and is answered to");
    }
    if settings.mail.smtp.is_some() && !settings.mail.public_url_named {
        bail!("smtp_url needs public_url: where the links in mail lead");
    }
    if settings.mail.sms.is_some() && !settings.mail.public_url_named {
        bail!(
            "sms_url needs public_url: where the links in texts lead, and where the provider calls back"
        );
    }
    let app = open(&settings).await?;
    if let Err(error) = time_check::warn(&app).await {
        tracing::error!("the promised times could not be checked: {error:#}");
    }
    let listener = listen(&settings).await?;
    let post = post(&app, &settings, false)?;
    if !post.ways().contains(&Channel::Email) {
        tracing::warn!("no smtp_url is set: mail waits in the ledger");
    }
    let zone_data = ZoneData::in_force();
    tracing::info!(
        address = %listener.local_addr()?,
        tzdb = zone_data.version(),
        tzdb_source = zone_data.source(),
        "serving"
    );
    if let Some(code) = first_start::code(&app).await? {
        // The one secret that the log may hold: it is of no use once there is a user.
        tracing::warn!(
            "nobody can sign in yet: make the first manager at {} with the code {code}",
            app.profile.public_url.to("/first")
        );
    }
    until_stopped(listener, router(serving(&app, &settings), web::routes(&app)), &post).await
}

/// The post office that the settings ask for.
pub(super) fn post(app: &App, settings: &Settings, keeps_mailbox: bool) -> anyhow::Result<Post> {
    let smtp = settings.mail.smtp.as_ref().map(Smtp::new).transpose().context("smtp_url")?;
    let sms = settings.mail.sms.as_ref().map(Sms::new).transpose().context("sms_url")?;
    Ok(Post::new(app.clone(), smtp, sms, keeps_mailbox, settings.mail.inbox.clone()))
}

/// What the server knows besides the app.
pub(super) fn serving(app: &App, settings: &Settings) -> Serving {
    Serving {
        app: app.clone(),
        trusted_proxies: Arc::from(settings.trusted_proxies.clone()),
        longest: LONGEST,
    }
}

/// Begins to listen.
pub(super) async fn listen(settings: &Settings) -> anyhow::Result<TcpListener> {
    TcpListener::bind(&settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))
}

/// Serves until SIGTERM or Ctrl-C, then finishes what is under way.
pub(super) async fn until_stopped(
    listener: TcpListener,
    router: Router,
    post: &Post,
) -> anyhow::Result<()> {
    let app = &post.app;
    let mut bell = ticker::start(post).await.context("the bell cannot be started")?;
    let connections = GracefulShutdown::new();
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let mut stop = std::pin::pin!(told_to_stop()?);
    let mut tidy = tokio::time::interval(TIDY);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to come back.
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = tidy.tick() => {
                tidy_up(app);
                continue;
            }
            () = &mut stop => break,
        };
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let service = with_peer(router.clone(), peer);
        let connection =
            server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A client that goes away is no fault of ours.
            let _ = connection.await;
        });
    }
    drop(listener);
    tracing::info!("finishing what is under way");
    app.closing.send_replace(true);
    if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests took too long and were given up");
    }
    // Nothing rings any more, and what is being sent is marked before the database goes.
    if let Err(error) = bell.shutdown().await {
        tracing::warn!(%error, "the bell does not stop");
    }
    if tokio::time::timeout(GRACE, post.stop()).await.is_err() {
        tracing::warn!("a mail took too long; its claim will expire");
    }
    app.db.close().await;
    Ok(())
}

/// Lets go of what is no longer needed, beside what is being served.
fn tidy_up(app: &App) {
    app.guard.tidy();
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = idempotency::forget_old(&app).await {
            tracing::warn!(%error, "old answers could not be forgotten; that is tried again");
        }
    });
}

/// `router` for one connection, told where it comes from.
fn with_peer(
    router: Router,
    peer: SocketAddr,
) -> TowerToHyperService<
    impl tower::Service<
        hyper::Request<hyper::body::Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future = impl Send,
    > + Clone,
> {
    TowerToHyperService::new(router.map_request(
        move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        },
    ))
}

/// Ends when the process is told to stop.
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}
