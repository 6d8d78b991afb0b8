//! Sign-ins, second factors, and what is signed or kept secret.

pub mod browser;
pub mod form_stamp;
pub mod provider_signature;
pub mod second_factor;
pub mod secret;
pub mod visit_link;
