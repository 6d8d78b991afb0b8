//! The promise: what a patient was told, by any way, is kept true by a way that works, or is a call
//! for the desk. Every change, for every reason, for a patient in every state of their ways: by the time at which
//! they might come for nothing, and after the session is over, the last that they heard is true, or a task is open.

mod changes;
mod places;
mod verdict;
mod ways;
mod weather;
mod world;
