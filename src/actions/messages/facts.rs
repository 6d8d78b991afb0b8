//! What decides which messages a visit needs, loaded once: its place and service, how its
//! patient can be reached and what they permit, and, at a partner's shop, how the shop wants to be told.

use chrono::{DateTime, Utc};

use crate::actions::{App, Error, Result};
use crate::domain::clinic::reminder::ReminderRule;
use crate::domain::course::CourseStatus;
use crate::domain::course::session::Session;
use crate::domain::ids::{PartnerId, PatientId, SiteId};
use crate::domain::messages::message::{Content, Message};
use crate::domain::messages::plan::patient::Reach;
use crate::domain::partner::notifications::PartnerNotices;
use crate::domain::partner::referral::ProposalStatus;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::consent::{ConsentKind, ConsentStatus};
use crate::domain::patient::opt_out::OptOutScope;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Patient, Way};
use crate::storage::Tx;
use crate::storage::catalogue::Catalogue;
use crate::storage::course::courses;
use crate::storage::partner::{notifications, proposals, referrals};
use crate::storage::patient::dead_ways::InTheWay;
use crate::storage::patient::{consents, dead_ways, opt_outs};

/// A shop, as a patient's visit there sees it.
#[derive(Debug, Clone)]
pub(in crate::actions) struct Shop {
    /// How it wants to be told.
    pub(in crate::actions) notices: PartnerNotices,
    /// Whether the patient permits that it is told of them (rule 56).
    pub(in crate::actions) disclosed: bool,
    /// The ways by which it wants nothing: it has said STOP there.
    pub(in crate::actions) refused: Vec<Way>,
}

/// What decides which messages a visit needs.
#[derive(Debug)]
pub(in crate::actions) struct Facts<'a> {
    pub(in crate::actions) session: &'a Session,
    pub(in crate::actions) patient: &'a Patient,
    pub(in crate::actions) reach: Reach,
    pub(in crate::actions) on_hold: bool,
    pub(in crate::actions) rules: Vec<ReminderRule>,
    /// The shop that it is at; none at the clinic, nor while the referral to it was not sent.
    pub(in crate::actions) shop: Option<Shop>,
    /// Since when it waits for the shop's answer, if it does.
    pub(in crate::actions) asked_at: Option<DateTime<Utc>>,
    /// When what the shop proposed instead was declined, if it was.
    pub(in crate::actions) declined_at: Option<DateTime<Utc>>,
    /// Where the practitioner's list of the day goes.
    pub(in crate::actions) day_list_to: Option<Email>,
    place: String,
    catalogue: &'a Catalogue,
}

/// Loads what decides about `session` of `patient`.
pub(in crate::actions) async fn load<'a>(
    tx: &mut Tx,
    app: &App,
    catalogue: &'a Catalogue,
    session: &'a Session,
    patient: &'a Patient,
) -> Result<Facts<'a>> {
    let site = catalogue.sites.iter().find(|site| site.id == session.place.site_id);
    let site = site.ok_or(Error::NotThere("site"))?;
    let service = catalogue.services.iter().find(|service| service.id == session.service_id);
    let rules = service.and_then(|service| service.details.reminders.clone());
    let practitioner =
        catalogue.practitioners.iter().find(|one| one.id == session.place.practitioner_id);
    let course = courses::get(tx, session.course_id).await?;
    let shop = match site.details.partner_id {
        Some(partner) if was_sent(tx, session).await? => {
            Some(shop(tx, app, patient.id, partner).await?)
        }
        _ => None,
    };
    let (asked_at, declined_at) = match &shop {
        Some(_) if session.awaits_shop() => asked_at(tx, session).await?,
        _ => (None, None),
    };
    Ok(Facts {
        session,
        patient,
        reach: reach(tx, app, patient).await?,
        on_hold: course.is_some_and(|course| course.details.status == CourseStatus::OnHold),
        rules: rules.unwrap_or_else(|| app.policy.reminders.clone()),
        shop,
        asked_at,
        declined_at,
        // What a shop's people are told is the shop's own list.
        day_list_to: match site.details.partner_id {
            None => practitioner.and_then(|one| one.details.day_list_to.clone()),
            Some(_) => None,
        },
        place: site.details.address.to_string(),
        catalogue,
    })
}

/// Whether the shop may know of a session: its referral was sent. One without a referral was there before there were any.
async fn was_sent(tx: &mut Tx, session: &Session) -> Result<bool> {
    let Some(id) = session.referral_id else {
        return Ok(true);
    };
    Ok(referrals::get(tx, None, id).await?.is_some_and(|referral| referral.was_sent()))
}

/// Since when a session waits for its shop, and since when again because what the shop proposed was declined; not while the shop
/// itself waits for an answer to what it proposed.
async fn asked_at(
    tx: &mut Tx,
    session: &Session,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
    let proposed = proposals::of_session(tx, session.id).await?;
    if proposed.iter().any(|one| one.status == ProposalStatus::Open) {
        return Ok((None, None));
    }
    let declined = proposed.iter().filter(|one| one.status == ProposalStatus::Declined);
    let declined =
        declined.filter_map(|one| one.decided_at).max().filter(|at| session.updated_at <= *at);
    Ok((declined.max(Some(session.updated_at)), declined))
}

/// A shop, with what `patient` permits.
pub(in crate::actions) async fn shop(
    tx: &mut Tx,
    app: &App,
    patient: PatientId,
    partner: PartnerId,
) -> Result<Shop> {
    let set = notifications::get(tx, partner).await?;
    let mut notices = set.unwrap_or_else(|| PartnerNotices::unset(partner));
    if app.profile.texts.is_none() {
        notices.details = notices.details.without_texts();
    }
    let mut refused = Vec::new();
    for way in [Way::Email, Way::Sms] {
        if let Some(recipient) = notices.details.recipient(way)
            && has_opted_out(tx, &recipient).await?
        {
            refused.push(way);
        }
    }
    Ok(Shop { notices, disclosed: consents::is_disclosed(tx, patient, partner).await?, refused })
}

/// How a patient can be reached, and what they permit (rule 53): nothing after withdrawing the consent to messages, and
/// only with a recorded one where the clinic asks for it.
pub(super) async fn reach(tx: &mut Tx, app: &App, patient: &Patient) -> Result<Reach> {
    let given = consents::of_kind(tx, patient.id, ConsentKind::Messages).await?;
    let refused = match given.last() {
        Some(consent) => consent.status != ConsentStatus::Active,
        None => app.policy.messages_need_recorded_consent,
    };
    let email = patient.details.email.clone();
    let phone = patient.details.text_phone().filter(|_| app.profile.texts.is_some());
    let at_mail = in_the_way(tx, email.clone().map(Recipient::Email)).await?;
    let at_phone = in_the_way(tx, phone.clone().map(Recipient::Phone)).await?;
    Ok(Reach {
        refused,
        no_reminders: at_mail.opted_out.is_some(),
        refused_email: at_mail.opted_out == Some(OptOutScope::All),
        refused_sms: at_phone.opted_out == Some(OptOutScope::All),
        dead_email: at_mail.dead.is_some(),
        dead_sms: at_phone.dead.is_some(),
        email,
        phone,
        preferred: patient.details.preferred_channel.map(Channel::from),
    })
}

/// What is in the way of sending to an address, if there is one.
pub(super) async fn in_the_way(tx: &mut Tx, to: Option<Recipient>) -> Result<InTheWay> {
    match to {
        Some(to) => Ok(dead_ways::in_the_way(tx, &to).await?),
        None => Ok(InTheWay::default()),
    }
}

/// Whether nothing may be sent to this address.
pub(in crate::actions) async fn has_opted_out(tx: &mut Tx, recipient: &Recipient) -> Result<bool> {
    Ok(opt_outs::in_force(tx, recipient).await? == Some(OptOutScope::All))
}

impl Facts<'_> {
    /// The street address of a site.
    pub(super) fn place_of(&self, site: SiteId) -> String {
        let found = self.catalogue.sites.iter().find(|one| one.id == site);
        found.map(|site| site.details.address.to_string()).unwrap_or_default()
    }

    /// What is said of the visit to its patient.
    pub(in crate::actions) fn content(&self) -> Content {
        Content::about_session(
            self.session,
            self.place.clone(),
            self.patient.details.calendar_invites,
        )
    }

    /// What is said of it to its shop, if it is at one.
    pub(super) fn shop_content(&self) -> Content {
        Content {
            partner_id: self.shop.as_ref().map(|shop| shop.notices.partner_id),
            calendar: false,
            ..self.content()
        }
    }

    /// A message about it, to be filled.
    pub(in crate::actions) fn message(&self, app: &App, now: DateTime<Utc>) -> Message {
        let language = self.patient.details.preferred_language;
        Message {
            session_id: Some(self.session.id),
            referral_id: self.session.referral_id,
            uid: Some(self.session.uid),
            session_version: self.session.version,
            sequence: self.session.sequence,
            ..Message::waiting(app.clock.id(), self.patient.id, language, self.content(), now)
        }
    }
}
