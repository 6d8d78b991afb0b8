//! Claims, holds and the resources that they lock.

pub mod claims;
pub mod holds;
pub mod resources;
