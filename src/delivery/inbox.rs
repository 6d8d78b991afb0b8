//! Reading the mailbox that answers come to, over IMAP with TLS: what is unseen is filed,
//! then marked as seen; a mail that is read twice is filed once. A mail that is too large
//! is filed without its text. What is made of a mail stands in `actions/incoming/mail.rs`.

use std::time::Duration;

use async_imap::Session;
use async_imap::types::Fetch;
use futures_util::TryStreamExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::error::{Error, Result, unreadable_mailbox};
use super::inbox_settings::InboxSettings;
use super::post::Post;
use crate::actions::incoming::mail;
use crate::calendar::reply::MOST_BYTES;

/// How long a reading of the mailbox may take.
const LONGEST: Duration = Duration::from_mins(1);
/// How many mails one reading takes at most; the next one takes the rest.
const AT_ONCE: usize = 50;

/// Reads what is unseen. How many mails were filed.
pub async fn read(post: &Post) -> Result<usize> {
    let Some(settings) = &post.inbox else {
        return Ok(0);
    };
    match tokio::time::timeout(LONGEST, read_all(post, settings)).await {
        Ok(read) => read,
        Err(_) => Err(Error::Mailbox("it took too long".to_owned())),
    }
}

async fn read_all(post: &Post, settings: &InboxSettings) -> Result<usize> {
    let mut session = settings.open().await?;
    let mailbox_state = session.select("INBOX").await.map_err(unreadable_mailbox)?;
    let validity = mailbox_state.uid_validity.unwrap_or(0);
    let mut unseen: Vec<u32> =
        session.uid_search("UNSEEN").await.map_err(unreadable_mailbox)?.into_iter().collect();
    unseen.sort_unstable();
    let mut filed = 0;
    for uid in unseen.into_iter().take(AT_ONCE) {
        if post.is_stopping() {
            break;
        }
        let Some(raw) = fetch_mail(&mut session, uid).await? else {
            // It was removed meanwhile.
            continue;
        };
        let key = format!("{}@{}:{validity}:{uid}", settings.user, settings.host);
        filed += usize::from(
            mail::receive(&post.app, &key, raw.as_deref(), settings.server_id.as_deref()).await?,
        );
        let marked = session
            .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)")
            .await
            .map_err(unreadable_mailbox)?;
        marked.try_collect::<Vec<_>>().await.map_err(unreadable_mailbox)?;
    }
    // A sign-out that fails changes nothing.
    let _ = session.logout().await;
    Ok(filed)
}

/// The whole of a mail, unless it is too large; nothing when it is gone.
async fn fetch_mail(
    session: &mut Session<TlsStream<TcpStream>>,
    uid: u32,
) -> Result<Option<Option<Vec<u8>>>> {
    let Some(size) = fetch_item(session, uid, "RFC822.SIZE").await?.and_then(|fetch| fetch.size)
    else {
        return Ok(None);
    };
    if usize::try_from(size).is_ok_and(|size| size > MOST_BYTES) {
        return Ok(Some(None));
    }
    let fetch = fetch_item(session, uid, "BODY.PEEK[]").await?;
    Ok(fetch.and_then(|fetch| fetch.body().map(<[u8]>::to_vec)).map(Some))
}

async fn fetch_item(
    session: &mut Session<TlsStream<TcpStream>>,
    uid: u32,
    what: &str,
) -> Result<Option<Fetch>> {
    let fetches = session.uid_fetch(uid.to_string(), what).await.map_err(unreadable_mailbox)?;
    let fetches: Vec<Fetch> = fetches.try_collect().await.map_err(unreadable_mailbox)?;
    Ok(fetches.into_iter().find(|fetch| fetch.uid.is_none_or(|found| found == uid)))
}
