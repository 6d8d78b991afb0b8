//! The rules of the trade, pure: no I/O, no clock, no engine. A function here
//! takes what was loaded and answers what may be done, with every reason why not.
//! The derives for JSON, for the API's description and for rows are names only;
//! reading and writing happen in `storage` and `api`.

pub mod access;
pub mod availability;
pub mod booking;
pub mod case;
pub mod civil;
pub mod closure;
pub mod codes;
pub mod consent;
pub mod course;
pub mod device;
pub mod diary;
pub mod estimate;
pub mod grid;
pub mod holidays;
pub mod hours;
pub mod ids;
pub mod interval;
pub mod kirby_desai;
pub mod overriding;
pub mod patient;
pub mod plan;
pub mod policy;
pub mod practitioner;
pub mod progress;
pub mod quote;
pub mod ranking;
pub mod record;
pub mod refusal;
pub mod room;
pub mod rules;
pub mod service;
pub mod session;
pub mod site;
pub mod status;
pub mod text;
pub mod time_zone;
