//! Sites, rooms, devices, practitioners, services, partners and closures.

pub mod closure;
pub mod device;
pub mod measure;
pub mod opening;
pub mod partner;
pub mod practitioner;
pub mod room;
pub mod service;
pub mod site;
