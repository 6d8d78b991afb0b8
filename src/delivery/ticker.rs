//! The bell: every few seconds a step by each way, every quarter of a minute a look into the mailbox,
//! once a day the feeds that no calendar fetches. It owns no state and may ring on many nodes at
//! once. Only UTC cron expressions: the library's zone-aware jobs slip at clock changes, its
//! repeated jobs die after a stall, and its runs overlap, hence one at a time by `try_lock`.

use std::future::Future;
use std::pin::Pin;

use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::post::Post;
use super::{inbox, step};
use crate::actions::calendar::feeds;
use crate::domain::patient::channel::Channel;

/// Starts to ring; shutting the scheduler down ends it.
pub async fn start(post: &Post) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for way in post.ways() {
        let run: fn(Post) -> Run = match way {
            Channel::Email => |post| Box::pin(deliver(post, Channel::Email)),
            Channel::Sms => |post| Box::pin(deliver(post, Channel::Sms)),
            Channel::Desk => |post| Box::pin(deliver(post, Channel::Desk)),
        };
        scheduler.add(job("*/5 * * * * *", post, run)?).await?;
    }
    if post.inbox.is_some() {
        scheduler.add(job("*/15 * * * * *", post, |post| Box::pin(read_mailbox(post)))?).await?;
    }
    scheduler.add(job("0 */10 * * * *", post, |post| Box::pin(sweep(post)))?).await?;
    scheduler.add(job("0 30 8 * * *", post, |post| Box::pin(revoke_unused(post)))?).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

type Run = Pin<Box<dyn Future<Output = ()> + Send>>;

fn job(schedule: &str, post: &Post, run: fn(Post) -> Run) -> Result<Job, JobSchedulerError> {
    let post = post.clone();
    Job::new_async(schedule, move |_, _| run(post.clone()))
}

async fn deliver(post: Post, way: Channel) {
    let Ok(_turn) = post.sending.turn_of(way).try_lock() else {
        return;
    };
    if let Err(error) = step::step_by(&post, &[way], post.app.clock.now()).await {
        tracing::warn!(%error, "messages could not be sent; that is tried again");
    }
}

async fn sweep(post: Post) {
    if let Err(error) = step::sweep(&post, post.app.clock.now()).await {
        tracing::warn!(%error, "what is too late could not be skipped; that is tried again");
    }
}

async fn read_mailbox(post: Post) {
    let Ok(_turn) = post.reading.try_lock() else {
        return;
    };
    if let Err(error) = inbox::read(&post).await {
        tracing::warn!(%error, "the mailbox could not be read; that is tried again");
    }
}

async fn revoke_unused(post: Post) {
    if let Err(error) = feeds::revoke_unused(&post.app).await {
        tracing::warn!(%error, "unused feeds could not be revoked; that is tried again");
    }
}
