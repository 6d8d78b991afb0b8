//! Two records of one person made one: what the record that is kept takes from the other, and what of them differs.

use serde::Serialize;
use utoipa::ToSchema;

use super::PatientDetails;

/// How many rows of each kind a merge carries over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Carried {
    /// Courses.
    pub courses: i64,
    /// Sessions, past and to come, those that were cancelled included.
    pub sessions: i64,
    /// Consents, withdrawn ones included.
    pub consents: i64,
    /// What the patient forbids to tell.
    pub locks: i64,
    /// Referrals.
    pub referrals: i64,
    /// Messages of the ledger.
    pub messages: i64,
    /// What the patient wrote.
    pub replies: i64,
    /// Tasks of the desk.
    pub tasks: i64,
    /// Calendars that the patient subscribed to.
    pub feeds: i64,
}

/// The fields of the details, as the API names them, and whether both records say the same there.
fn compared(a: &PatientDetails, b: &PatientDetails) -> [(&'static str, bool, bool); 9] {
    [
        ("given_name", a.given_name == b.given_name, false),
        ("family_name", a.family_name == b.family_name, false),
        ("phone", a.dialled() == b.dialled(), false),
        ("email", a.email == b.email, a.email.is_none()),
        ("preferred_language", a.preferred_language == b.preferred_language, false),
        ("date_of_birth", a.date_of_birth == b.date_of_birth, a.date_of_birth.is_none()),
        ("fitzpatrick", a.fitzpatrick == b.fitzpatrick, a.fitzpatrick.is_none()),
        ("calendar_invites", a.calendar_invites == b.calendar_invites, false),
        (
            "preferred_channel",
            a.preferred_channel == b.preferred_channel,
            a.preferred_channel.is_none(),
        ),
    ]
}

/// The fields in which the other record says something else, and is not followed.
#[must_use]
pub fn differing(kept: &PatientDetails, other: &PatientDetails) -> Vec<&'static str> {
    let all = compared(kept, other).into_iter();
    all.filter(|(_, same, lacking)| !same && !lacking).map(|(name, ..)| name).collect()
}

/// The fields that the record that is kept lacks, and takes from the other.
#[must_use]
pub fn taken(kept: &PatientDetails, other: &PatientDetails) -> Vec<&'static str> {
    let all = compared(kept, other).into_iter();
    all.filter(|(_, same, lacking)| !same && *lacking).map(|(name, ..)| name).collect()
}

/// `kept` with what it lacks from `other`.
#[must_use]
pub fn completed(kept: &PatientDetails, other: &PatientDetails) -> PatientDetails {
    PatientDetails {
        email: kept.email.clone().or_else(|| other.email.clone()),
        date_of_birth: kept.date_of_birth.or(other.date_of_birth),
        fitzpatrick: kept.fitzpatrick.or(other.fitzpatrick),
        preferred_channel: kept.preferred_channel.or(other.preferred_channel),
        ..kept.clone()
    }
}
