//! What the server knows besides the app.

use crate::actions::App;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What the server knows besides the app.
#[derive(Clone)]
pub struct Serving {
    /// The app.
    pub app: App,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpAddr]>,
    /// How long a request may take, its body included.
    pub longest: Duration,
}
