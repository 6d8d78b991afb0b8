//! The demo's mailbox: what would have gone out, to be looked at as the patient would.

use crate::actions::{App, Error, Result};
pub use crate::storage::messages::demo_mailbox::Delivered;

/// Every mail in the order in which they went out.
pub async fn all(app: &App) -> Result<Vec<Delivered>> {
    let mut tx = app.db.read().await?;
    let all = crate::storage::messages::demo_mailbox::all(&mut tx).await?;
    tx.rollback().await?;
    Ok(all)
}

/// One mail.
pub async fn get(app: &App, id: uuid::Uuid) -> Result<Delivered> {
    let mut tx = app.db.read().await?;
    let mail = crate::storage::messages::demo_mailbox::get(&mut tx, id).await?;
    tx.rollback().await?;
    mail.ok_or(Error::NotThere("mail"))
}

/// What a mail program shows of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

/// What a mail program shows of `mail`.
#[must_use]
pub fn shown(mail: &Delivered) -> Shown {
    let parsed = mail_parser::MessageParser::default().parse(mail.raw.as_bytes());
    let part = |part: Option<std::borrow::Cow<'_, str>>| {
        part.map(std::borrow::Cow::into_owned).unwrap_or_default()
    };
    parsed.map_or_else(Shown::default, |parsed| Shown {
        text: part(parsed.body_text(0)),
        html: part(parsed.body_html(0)),
    })
}
