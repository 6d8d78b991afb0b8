//! An override: a reasoned decision past rules that can be overridden. Which rules and
//! by which role, `refusal::Code::overridable_by` says; each leaves a line in the audit.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::Reason;

/// A reasoned decision past rules that can be overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Why, in ten characters or more.
    pub reason: Reason,
}
