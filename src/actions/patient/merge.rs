//! Two records of one person made one: shown first, done by a manager, and taken back within a day as long as nothing was changed
//! since. Everything goes along; the other record stays as a marker that leads to the one that was kept.

use chrono::{DateTime, Duration, FixedOffset};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;

use crate::actions::messages::{catch_up, links};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{DeedId, PatientId};
use crate::domain::patient::merge::{Carried, completed, differing, taken};
use crate::domain::patient::name::{FamilyName, GivenName};
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Patient, full_name};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::role::Role;
use crate::domain::time::civil;
use crate::storage::booking::resources;
use crate::storage::course::sessions;
use crate::storage::deeds;
use crate::storage::deeds::Deed;
use crate::storage::patient::merges::Merge;
use crate::storage::patient::{merges, patients};

/// How long a merge can be taken back.
const UNDONE_WITHIN: Duration = Duration::hours(24);

/// Which record is merged into the one of the address.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"other_id": "01890000-0000-7000-8000-000000000002"}))]
pub struct MergeWanted {
    /// The record that is to become part of it.
    pub other_id: PatientId,
}

/// A merge, or what it would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergeView {
    /// The record that is kept, as it is then.
    pub patient: Patient,
    /// The other one, as it was.
    pub other: Patient,
    /// What goes along.
    pub carried: Carried,
    /// The fields that the record lacked, and took from the other.
    pub taken: Vec<&'static str>,
    /// The fields in which the other says something else, and is not followed.
    pub differing: Vec<&'static str>,
    /// Why it cannot be, in a preview.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
    /// Whether this is only what it would do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// The deed, by which it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deed_id: Option<DeedId>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<DateTime<FixedOffset>>,
}

/// Both records, locked, and what merging them means.
struct Both {
    kept: Patient,
    other: Patient,
    view: MergeView,
}

/// Shows what merging would do. Nothing is kept but the audit lines of having looked at both.
pub async fn preview(
    app: &App,
    caller: &Caller,
    id: PatientId,
    wanted: MergeWanted,
) -> Result<Answer<MergeView>> {
    let caller = caller.without_key();
    let mut work = Work::begin(app, &caller).await?;
    let both = both(&mut work, id, wanted.other_id).await?;
    for one in [id, wanted.other_id] {
        work.audit_read("patient.read", ("patient", one.0), Some(one), None).await?;
    }
    work.done().await?;
    Ok(Answer::Is(MergeView { preview: true, ..both.view }))
}

/// Merges the other record into the one with this id.
pub async fn merge(
    app: &App,
    caller: &Caller,
    id: PatientId,
    expected: &Expected,
    wanted: MergeWanted,
) -> Result<Answer<MergeView>> {
    let mut work = Work::begin(app, caller).await?;
    let Both { kept, other, view } = both(&mut work, id, wanted.other_id).await?;
    expected.check(kept.version)?;
    if !view.refused.is_empty() {
        return Err(view.refused.into());
    }
    work.note_deed("patient.merge");
    let made = Merge {
        deed_id: work.deed_id(),
        kept_id: kept.id,
        other_id: other.id,
        at: work.now,
        kept_before: Json(kept.details.clone()),
        undone_at: None,
    };
    merges::insert(&mut work.tx, &made).await?;
    merges::carry_over(&mut work.tx, &made).await?;
    if !patients::update(&mut work.tx, &view.patient).await? {
        return Err(Error::Stale);
    }
    catch_up::readdress(&mut work, &view.patient).await?;
    note(&mut work, "patient.merge", (kept.id, other.id)).await?;
    let until = civil::shown(app.zone, work.now + UNDONE_WITHIN);
    let view = MergeView { deed_id: Some(made.deed_id), undo_until: Some(until), ..view };
    work.commit(Answer::Is(view)).await
}

/// Leaves the audit lines of a merge, or of its end, under both records.
async fn note(
    work: &mut Work<'_>,
    action: &str,
    (kept, other): (PatientId, PatientId),
) -> Result<()> {
    let into = Some(format!("{other} into {kept}"));
    work.audit(action, ("patient", other.0), Some(kept), into.clone()).await?;
    work.audit(action, ("patient", kept.0), Some(other), into).await
}

/// Both records under their locks, and what merging them would do.
async fn both(work: &mut Work<'_>, id: PatientId, other: PatientId) -> Result<Both> {
    if id == other {
        return Err(Error::invalid("/other_id", "is the same record: choose the other one"));
    }
    resources::lock(&mut work.tx, [id.into(), other.into()]).await?;
    let kept = record(work, id).await?;
    let other = record(work, other).await?;
    let (ours, theirs) = (&kept.details, &other.details);
    let patient =
        Patient { id: kept.id, version: kept.version + 1, details: completed(ours, theirs) };
    let view = MergeView {
        patient,
        carried: merges::count(&mut work.tx, other.id).await?,
        taken: taken(ours, theirs),
        differing: differing(ours, theirs),
        refused: overlapping(work, kept.id, other.id).await?,
        other: other.clone(),
        preview: false,
        deed_id: None,
        undo_until: None,
    };
    Ok(Both { kept, other, view })
}

/// A record; of one that was merged already, into which.
async fn record(work: &mut Work<'_>, id: PatientId) -> Result<Patient> {
    if let Some(patient) = patients::get(&mut work.tx, id).await? {
        return Ok(patient);
    }
    let kept = patients::merged_into(&mut work.tx, id).await?;
    Err(kept.map_or(Error::NotThere("patient"), Error::Merged))
}

/// Nobody is at two places at once: two who are booked at one time may be two people.
async fn overlapping(
    work: &mut Work<'_>,
    kept: PatientId,
    other: PatientId,
) -> Result<Vec<Refusal>> {
    let now = work.now;
    let both = merges::overlaps(&mut work.tx, kept, other, now).await?;
    let zone = work.app.zone;
    let spoken = |at| {
        let wall = civil::wall_of(zone, at);
        format!("{}, {}", civil::spoken_day(wall.date()), wall.format("%H:%M"))
    };
    let refusal = |(one, other)| {
        Refusal::new(
            Code::ConflictPatient,
            format!(
                "Both have a session at the same time: {} and {}. If they are one person, cancel or move one of the two first.",
                spoken(one),
                spoken(other)
            ),
        )
    };
    Ok(both.into_iter().map(refusal).collect())
}

/// A merge that can still be taken back.
#[derive(Debug, Clone)]
pub struct Undoable {
    /// The deed that made it.
    pub deed_id: DeedId,
    /// The name of the record that was merged.
    pub name: String,
    /// When it was made.
    pub at: DateTime<FixedOffset>,
}

/// The merges into a record that can still be taken back, newest first.
pub async fn undoable(app: &App, caller: &Caller, kept: PatientId) -> Result<Vec<Undoable>> {
    let mut work = Work::look(app, caller).await?;
    let since = work.now - UNDONE_WITHIN;
    let found = merges::into(&mut work.tx, kept, since).await?;
    let shown = |(deed_id, given, family, at): (DeedId, GivenName, FamilyName, _)| Undoable {
        deed_id,
        name: full_name(given.as_str(), family.as_str()),
        at: civil::shown(app.zone, at),
    };
    Ok(found.into_iter().map(shown).collect())
}

/// A deed that was taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Undone {
    /// The deed that was taken back.
    pub undone: DeedId,
    /// The deed that took it back.
    pub deed_id: DeedId,
    /// The records that are as they were.
    pub patient_ids: Vec<PatientId>,
}

/// Takes a deed back: a merge, within a day, by whoever made it or a manager. Other deeds are not taken back by this.
pub async fn undo(app: &App, caller: &Caller, id: DeedId) -> Result<Answer<Undone>> {
    let mut work = Work::begin(app, caller).await?;
    let deed = deeds::get(&mut work.tx, id).await.found("deed")?;
    let merge = merges::get(&mut work.tx, id).await?.ok_or_else(|| {
        nothing("This is not undone here: undo the last change of its session, or change it back.")
    })?;
    let actor = &work.caller.actor;
    if actor.role != Role::Manager && actor.user() != deed.user_id {
        return Err(Error::NotAllowed);
    }
    let (kept, other) = (merge.kept_id, merge.other_id);
    resources::lock(&mut work.tx, [kept.into(), other.into()]).await?;
    if work.now > merge.at + UNDONE_WITHIN {
        return Err(nothing("A merge can be undone for 24 hours, and those are over."));
    }
    let until = work.now;
    if !merges::end(&mut work.tx, id, until).await? {
        return Err(nothing("This merge was undone before."));
    }
    unchanged_since(&mut work, &deed, (kept, other)).await?;
    work.note_deed("patient.merge_undone");
    merges::take_back(&mut work.tx, &merge).await?;
    let now = patients::get(&mut work.tx, kept).await.found("patient")?;
    let restored =
        Patient { id: kept, version: now.version + 1, details: merge.kept_before.0.clone() };
    if !patients::update(&mut work.tx, &restored).await? {
        return Err(Error::Stale);
    }
    let again = patients::get(&mut work.tx, other).await.found("patient")?;
    for one in [&restored, &again] {
        catch_up::readdress(&mut work, one).await?;
    }
    reopen_links(&mut work, &again).await?;
    note(&mut work, "patient.merge_undone", (kept, other)).await?;
    let deed_id = work.deed_id();
    let undone = Undone { undone: id, deed_id, patient_ids: vec![kept, other] };
    work.commit(Answer::Is(undone)).await
}

/// The links that went to the number of the other record open their visits again.
async fn reopen_links(work: &mut Work<'_>, patient: &Patient) -> Result<()> {
    let Some(phone) = patient.details.text_phone().map(Recipient::Phone) else {
        return Ok(());
    };
    let now = work.now;
    for session in sessions::not_over(&mut work.tx, patient.id, now).await? {
        if session.status != SessionStatus::Cancelled {
            links::open(work, session.id, &phone).await?;
        }
    }
    Ok(())
}

fn nothing(words: &str) -> Error {
    Error::refused(Code::NothingToUndo, words)
}

/// Refuses to take a merge back once something of the two was changed, and names what.
async fn unchanged_since(
    work: &mut Work<'_>,
    deed: &Deed,
    both: (PatientId, PatientId),
) -> Result<()> {
    let since = deeds::on_patients_since(&mut work.tx, deed, both).await?;
    if since.is_empty() {
        return Ok(());
    }
    let zone = work.app.zone;
    let named = |deed: &Deed| {
        let at = civil::wall_of(zone, deed.at);
        let what = deed.verb.replace(['.', '_'], " ");
        format!("{what} by {} ({})", deed.actor, at.format("%-d %b %H:%M"))
    };
    let named: Vec<_> = since.iter().map(named).collect();
    Err(nothing(&format!(
        "Something was changed since, which would be lost: {}. Sort it out by hand.",
        named.join(", ")
    )))
}
