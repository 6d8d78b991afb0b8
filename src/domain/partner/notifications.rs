//! How a partner's shop wants to be told: by which ways, when, in which language. What it
//! is told is the packet of rule 57 and nothing else. `messages::plan` says when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::PartnerId;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Language, Phone, Way};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::hours::TimeOfDay;

/// What a shop, or a manager for it, sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "desk@shop.example.test", "day_list_by": "email", "day_list_at": "16:00", "before_by": "sms"}))]
pub struct PartnerNoticesDetails {
    /// Where its mail goes.
    #[serde(default)]
    pub email: Option<Email>,
    /// Where its text messages go.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// In which language.
    #[serde(default = "english")]
    pub language: Language,
    /// How the list of the next day comes; not at all where null.
    #[serde(default)]
    pub day_list_by: Option<Way>,
    /// When it comes, the day before, the clinic's time; when the clinic sends them unless set.
    #[serde(default)]
    #[schema(value_type = Option<String>, examples("16:00"))]
    pub day_list_at: Option<TimeOfDay>,
    /// How it is told before each visit; not at all unless set.
    #[serde(default)]
    pub before_by: Option<Way>,
    /// How long before, minutes; as long as the clinic says unless set.
    #[serde(default)]
    #[schema(minimum = 10, maximum = 1440)]
    pub before_minutes: Option<i64>,
    /// How it is told of changes, of what waits for its answer, and of a report that is overdue; not at all where null.
    #[serde(default)]
    pub changes_by: Option<Way>,
}

fn english() -> Language {
    Language::En
}

impl Default for PartnerNoticesDetails {
    fn default() -> Self {
        Self {
            email: None,
            phone: None,
            language: english(),
            day_list_by: Some(Way::Email),
            day_list_at: None,
            before_by: None,
            before_minutes: None,
            changes_by: Some(Way::Email),
        }
    }
}

impl PartnerNoticesDetails {
    /// What cannot be: a way without an address for it, or a time out of range.
    #[must_use]
    pub fn faults(&self) -> Vec<Refusal> {
        let fields = [
            ("/day_list_by", self.day_list_by),
            ("/before_by", self.before_by),
            ("/changes_by", self.changes_by),
        ];
        let mut faults: Vec<_> = fields
            .into_iter()
            .filter_map(|(field, by)| {
                // Without an email address a new shop gets nothing until it has one; asking for texts is asking for a number.
                let missing = by == Some(Way::Sms) && self.phone.is_none();
                missing.then(|| {
                    Refusal::new(Code::NoSuchWay, "Text messages need a telephone number.")
                        .about(field)
                })
            })
            .collect();
        if self.before_minutes.is_some_and(|minutes| !(10..=1440).contains(&minutes)) {
            let words = "Before a visit is 10 to 1440 minutes before it.";
            faults.push(Refusal::new(Code::NoSuchWay, words).about("/before_minutes"));
        }
        faults
    }

    /// The same for a clinic that sends no texts: what would come so comes by mail.
    #[must_use]
    pub fn without_texts(self) -> Self {
        let by = |way: Option<Way>| way.map(|_| Way::Email);
        Self {
            day_list_by: by(self.day_list_by),
            before_by: by(self.before_by),
            changes_by: by(self.changes_by),
            ..self
        }
    }

    /// Where what comes this way goes.
    #[must_use]
    pub fn recipient(&self, by: Way) -> Option<Recipient> {
        match by {
            Way::Email => self.email.clone().map(Recipient::Email),
            Way::Sms => self.phone.clone().map(Recipient::Phone),
        }
    }
}

/// How a shop wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct PartnerNotices {
    /// Which shop.
    pub partner_id: PartnerId,
    /// Rises with each change.
    pub version: i64,
    /// What was set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: PartnerNoticesDetails,
}

impl PartnerNotices {
    /// Those of a shop that has set nothing yet.
    #[must_use]
    pub fn unset(partner_id: PartnerId) -> Self {
        Self { partner_id, version: 0, details: PartnerNoticesDetails::default() }
    }
}
