//! What goes out and what comes back: the ledger's rows are made into mail and sent, each
//! once; answers are read and filed. What is to be said is decided in `domain::notice` and
//! written by `actions`; nothing here changes a visit.

mod compose;
mod error;
pub mod forward;
pub mod inbox;
pub mod inbox_settings;
mod late;
mod letter;
mod lists;
mod mail_fetch;
mod mime;
mod outcomes;
pub(super) mod post;
pub mod server_settings;
pub mod sms;
pub mod step;
pub mod ticker;
pub mod transport;

pub use self::error::{Error, Result};
pub use self::inbox_settings::InboxSettings;
pub use self::post::{Parts, Post};
