//! The settings file and the variables, as they are written.

use super::args::LogFormat;
use crate::domain::clinic::policy::Policy;
use serde::Deserialize;

/// What `fadeline.toml` may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) database_url: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) policy: Policy,
    // Of mail; named one by one, since what is flattened cannot refuse unknown keys.
    pub(super) smtp_url: Option<String>,
    pub(super) smtp_ca: Option<String>,
    pub(super) smtp_utf8: Option<bool>,
    pub(super) mail_from: Option<String>,
    pub(super) dkim_key: Option<String>,
    pub(super) dkim_selector: Option<String>,
    pub(super) imap_url: Option<String>,
    pub(super) imap_ca: Option<String>,
    pub(super) imap_server_id: Option<String>,
    pub(super) imap_trust: Option<String>,
    pub(super) sms_url: Option<String>,
    pub(super) sms_from: Option<String>,
    pub(super) sms_ca: Option<String>,
    pub(super) clinic_label: Option<String>,
    pub(super) clinic_phone: Option<String>,
    pub(super) public_url: Option<String>,
}
