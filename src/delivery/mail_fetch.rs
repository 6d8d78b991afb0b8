//! Fetching one mail over IMAP: the whole of it, or of one over the limit its header fields and
//! the parts that can be read, found by BODYSTRUCTURE and put together again as a mail. What
//! cannot be read (pictures, films) stays where it is. Nothing is marked as seen here.

use std::fmt::Write;

use async_imap::Session;
use async_imap::imap_proto::{BodyStructure, MessageSection, SectionPath};
use async_imap::types::Fetch;
use futures_util::TryStreamExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::error::{Result, unreadable_mailbox};
use crate::calendar::reply::MOST_BYTES;

/// A mailbox that is open.
pub(super) type Mailbox = Session<TlsStream<TcpStream>>;

/// How many parts of a mail over the limit are fetched.
const MOST_PARTS: usize = 8;
/// The most octets of each of them.
const MOST_OF_A_PART: usize = MOST_BYTES / MOST_PARTS;
/// How deep parts are looked for.
const DEEPEST: usize = 8;

/// What can be read of a mail; nothing when it is gone.
pub(super) async fn fetch(mailbox: &mut Mailbox, uid: u32) -> Result<Option<Vec<u8>>> {
    let Some(size) = item(mailbox, uid, "RFC822.SIZE").await?.and_then(|fetch| fetch.size) else {
        return Ok(None);
    };
    if usize::try_from(size).is_ok_and(|size| size <= MOST_BYTES) {
        let fetched = item(mailbox, uid, "BODY.PEEK[]").await?;
        return Ok(fetched.and_then(|fetch| fetch.body().map(<[u8]>::to_vec)));
    }
    let Some(structure) = item(mailbox, uid, "BODYSTRUCTURE").await? else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    let boundary = structure.bodystructure().and_then(|structure| {
        readable(structure, &mut Vec::new(), &mut parts);
        boundary(structure)
    });
    parts.truncate(MOST_PARTS);
    match boundary {
        Some(boundary) => put_together(mailbox, uid, &boundary, &parts).await,
        // One long text, or a server that does not say what the mail is made of.
        None => beginning(mailbox, uid).await,
    }
}

/// The beginning of a mail, as long as the limit; nothing when it is gone.
pub(super) async fn beginning(mailbox: &mut Mailbox, uid: u32) -> Result<Option<Vec<u8>>> {
    let fetched = item(mailbox, uid, &format!("BODY.PEEK[]<0.{MOST_BYTES}>")).await?;
    Ok(fetched.and_then(|fetch| fetch.body().map(<[u8]>::to_vec)))
}

/// The numbers of the parts in which words, calendars and reports stand, in order. What lies within a mail that was sent on or
/// back is reached as the whole of that part.
fn readable(structure: &BodyStructure<'_>, at: &mut Vec<u32>, found: &mut Vec<Vec<u32>>) {
    match structure {
        BodyStructure::Multipart { bodies, .. } if at.len() < DEEPEST => {
            for (number, body) in (1..).zip(bodies) {
                at.push(number);
                readable(body, at, found);
                at.pop();
            }
        }
        BodyStructure::Multipart { .. } => (),
        BodyStructure::Message { .. } => found.push(at.clone()),
        BodyStructure::Text { common, .. } | BodyStructure::Basic { common, .. } => {
            let is = |kind: &str| common.ty.ty.eq_ignore_ascii_case(kind);
            let calendar = common.ty.subtype.eq_ignore_ascii_case("ics");
            if is("text") || is("message") || is("application") && calendar {
                found.push(at.clone());
            }
        }
    }
}

/// The line between the parts of a mail that has any.
fn boundary(structure: &BodyStructure<'_>) -> Option<String> {
    let BodyStructure::Multipart { common, .. } = structure else {
        return None;
    };
    let parameters = common.ty.params.iter().flatten();
    let mut named = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    named.next().map(|(_, value)| value.to_string()).filter(|line| !line.is_empty())
}

/// The header fields and the beginning of these parts, as a mail that has no others. Its parts lie side by side.
async fn put_together(
    mailbox: &mut Mailbox,
    uid: u32,
    boundary: &str,
    parts: &[Vec<u32>],
) -> Result<Option<Vec<u8>>> {
    let mut wanted = format!("(BODY.PEEK[HEADER]<0.{MOST_BYTES}>");
    for part in parts.iter().map(|part| numbered(part)) {
        // Writing into a string never fails.
        let _ = write!(wanted, " BODY.PEEK[{part}.MIME] BODY.PEEK[{part}]<0.{MOST_OF_A_PART}>");
    }
    wanted.push(')');
    let Some(fetched) = item(mailbox, uid, &wanted).await? else {
        return Ok(None);
    };
    let Some(header) = fetched.header() else {
        return Ok(None);
    };
    let mut mail = header.to_vec();
    if !mail.ends_with(b"\r\n\r\n") && !mail.ends_with(b"\n\n") {
        mail.extend(b"\r\n\r\n");
    }
    for part in parts {
        let section = |of| fetched.section(&SectionPath::Part(part.clone(), of));
        let Some(body) = section(None) else {
            continue;
        };
        mail.extend(format!("--{boundary}\r\n").bytes());
        let fields = section(Some(MessageSection::Mime)).unwrap_or_default();
        mail.extend(fields.trim_ascii_end());
        mail.extend(b"\r\n\r\n");
        mail.extend(body);
        mail.extend(b"\r\n");
    }
    mail.extend(format!("--{boundary}--\r\n").bytes());
    Ok(Some(mail))
}

/// `1.2`, as IMAP numbers parts.
fn numbered(part: &[u32]) -> String {
    part.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

async fn item(mailbox: &mut Mailbox, uid: u32, what: &str) -> Result<Option<Fetch>> {
    let fetches = mailbox.uid_fetch(uid.to_string(), what).await.map_err(unreadable_mailbox)?;
    let fetches: Vec<Fetch> = fetches.try_collect().await.map_err(unreadable_mailbox)?;
    Ok(fetches.into_iter().find(|fetch| fetch.uid.is_none_or(|found| found == uid)))
}
