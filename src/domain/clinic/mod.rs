//! What the clinic chooses: its policy, reminders, quiet hours and profile.

pub mod policy;
pub mod profile;
pub mod quiet_hours;
pub mod reminder;
