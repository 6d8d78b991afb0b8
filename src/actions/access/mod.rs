//! Who may come in: passwords, tokens, browsers, second factors, users.

pub mod browsers;
pub mod by_command;
pub mod clinicians;
pub mod first_start;
pub mod passwords;
pub mod second_factor;
pub mod tokens;
pub mod users;
