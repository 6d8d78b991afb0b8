//! Reading the mailbox that answers come to, over IMAP with TLS: what is unseen is filed,
//! then marked as seen; a mail that is read twice is filed once. Of a mail that is too large
//! what can be read is filed (`mail_fetch`). What is made of a mail stands in
//! `actions/incoming/mail.rs`.

use std::time::Duration;

use futures_util::TryStreamExt;

use super::error::{Error, Result, unreadable_mailbox};
use super::inbox_settings::InboxSettings;
use super::mail_fetch;
use super::mail_fetch::Mailbox;
use super::post::Post;
use crate::actions::incoming::mail;

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
    let (mut mailbox, validity) = open(settings).await?;
    let mut unseen: Vec<u32> =
        mailbox.uid_search("UNSEEN").await.map_err(unreadable_mailbox)?.into_iter().collect();
    unseen.sort_unstable();
    let mut filed = 0;
    for uid in unseen.into_iter().take(AT_ONCE) {
        if post.is_stopping() {
            break;
        }
        let fetched = if let Ok(fetched) = mail_fetch::fetch(&mut mailbox, uid).await {
            fetched
        } else {
            // What a server says of one mail may be beyond reading, and the connection with it. The beginning of that mail alone
            // keeps it from standing before all others.
            tracing::warn!(uid, "a mail could not be fetched by its parts; its beginning is read");
            mailbox = open(settings).await?.0;
            mail_fetch::beginning(&mut mailbox, uid).await?
        };
        let Some(raw) = fetched else {
            // It was removed meanwhile.
            continue;
        };
        let key = format!("{}@{}:{validity}:{uid}", settings.user, settings.host);
        filed += usize::from(mail::receive(&post.app, &key, Some(&raw), &settings.trust).await?);
        let marked = mailbox
            .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)")
            .await
            .map_err(unreadable_mailbox)?;
        marked.try_collect::<Vec<_>>().await.map_err(unreadable_mailbox)?;
    }
    // A sign-out that fails changes nothing.
    let _ = mailbox.logout().await;
    Ok(filed)
}

/// The mailbox, and what its numbers of mails hold for.
async fn open(settings: &InboxSettings) -> Result<(Mailbox, u32)> {
    let mut mailbox = settings.open().await?;
    let state = mailbox.select("INBOX").await.map_err(unreadable_mailbox)?;
    Ok((mailbox, state.uid_validity.unwrap_or(0)))
}
