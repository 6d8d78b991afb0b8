//! The demo's time: its clock moves to each moment at which a message falls
//! due, in order, and what falls due there is sent before the clock goes on.

use chrono::{DateTime, Utc};

use super::error::Result;
use super::post::Post;
use super::{inbox, step};

/// Moves the clock forward to `to`; not back.
pub async fn forward(post: &Post, to: DateTime<Utc>) -> Result<()> {
    let _turns = post.sending.take_all().await;
    while let Some(due) = step::next_due(post).await?.filter(|due| *due <= to) {
        move_to(post, due);
        // What is due but cannot be claimed, since another is under way before it, is not waited for.
        if step::step(post, post.app.clock.now()).await?.is_nothing() {
            break;
        }
    }
    move_to(post, to);
    if post.inbox.is_some()
        && let Err(error) = inbox::read(post).await
    {
        tracing::warn!(%error, "the mailbox could not be read");
    }
    Ok(())
}

fn move_to(post: &Post, to: DateTime<Utc>) {
    let clock = &post.app.clock;
    clock.advance(to - clock.now());
}
