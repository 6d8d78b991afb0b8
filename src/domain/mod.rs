//! The rules of the trade, pure: no I/O, no clock, no engine. A function here
//! takes what was loaded and answers what may be done, with every reason why not.
//! The derives for JSON, for the API's description and for rows are names only;
//! reading and writing happen in `storage` and `api`.

pub mod access;
pub mod booking;
pub mod catalogue;
pub mod clinic;
pub mod codes;
pub mod course;
pub mod ids;
pub mod kept_as_text;
pub mod manage;
pub mod messages;
pub mod partner;
pub mod patient;
pub mod refusal;
pub mod role;
pub mod rule_override;
pub mod text;
pub mod time;
pub(crate) mod words;
