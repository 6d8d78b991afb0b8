//! What the provider of texts reports of one that did not reach its telephone, by its code.

use chrono::Duration;

use crate::actions::messages::failures;
use crate::actions::patient::opt_outs;
use crate::actions::{Result, Work};
use crate::domain::messages::message::Message;
use crate::domain::messages::text_failure::TextFailure;
use crate::domain::patient::opt_out::OptOutBy;
use crate::storage::messages::{ledger, unsent};

/// After how long a text is tried once more whose telephone was out of reach.
const AGAIN: Duration = Duration::hours(1);
/// After how many visits in a row a number that is never in reach takes no texts.
const IN_A_ROW: i64 = 3;

/// Does what a text asks for that did not arrive: `status` is the provider's word for it (`undelivered`), `error` its code.
pub(super) async fn note(
    work: &mut Work<'_>,
    message: &Message,
    status: &str,
    error: Option<&str>,
) -> Result<()> {
    let reason: String =
        error.unwrap_or("no reason given").chars().filter(|c| !c.is_control()).take(40).collect();
    let report = &format!("{status}: {reason}");
    // A report without a code that can be read is one whose reason is not known.
    let code = reason.trim().parse().unwrap_or(0);
    let failure = TextFailure::of_code(code);
    if matches!(failure, TextFailure::OutOfReach | TextFailure::Unknown) {
        let again = work.now + AGAIN;
        if unsent::try_once_more(&mut work.tx, message.id, again, report).await? {
            return Ok(());
        }
    }
    if !ledger::mark_undelivered(&mut work.tx, message.id, report).await? {
        return Ok(());
    }
    match failure {
        TextFailure::Dead => failures::note_dead_way(work, message, report, None).await,
        TextFailure::OptedOut => {
            if let Some(recipient) = &message.recipient {
                opt_outs::begin_in(work, recipient, OptOutBy::Provider, report).await?;
            }
            failures::add_task(
                work,
                message,
                "This patient has ended texts with the provider. Phone them about this appointment.", None,
            )
            .await
        }
        TextFailure::Filtered => {
            failures::add_task(
                work,
                message,
                "A carrier blocked this text as spam. Phone the patient, and tell the manager: the number is fine, our texts are filtered.", None,
            )
            .await
        }
        TextFailure::OutOfReach if is_never_in_reach(work, message, code).await? => {
            failures::note_dead_way(work, message, report, None).await
        }
        TextFailure::OutOfReach | TextFailure::Unknown | TextFailure::GivenUp => {
            failures::add_task(
                work,
                message,
                "A text did not reach the phone. Check the number, and phone the patient.", None,
            )
            .await
        }
    }
}

async fn is_never_in_reach(work: &mut Work<'_>, message: &Message, code: u32) -> Result<bool> {
    let Some(recipient) = &message.recipient else {
        return Ok(false);
    };
    Ok(unsent::failed_in_a_row(&mut work.tx, recipient, code).await? >= IN_A_ROW)
}
