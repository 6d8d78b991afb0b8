//! Patients. Search looks through a column that the program folds, since engines fold
//! case and accents differently. A record that was merged into another is found by nothing here but its marker.

use chrono::{DateTime, Utc};

use super::name_keys;
use crate::domain::ids::PatientId;
use crate::domain::patient::email::address_key;
use crate::domain::patient::likeness::folded;
use crate::domain::patient::phone::digits_of;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Patient, PatientDetails};
use crate::storage::booking::resources;
use crate::storage::engine::{Query, stmt};
use crate::storage::{Db, Result, Tx};

/// Writes a new patient, who can be claimed from now on.
pub async fn insert(tx: &mut Tx, patient: &Patient) -> Result<()> {
    resources::insert(tx, patient.id, "patient", None).await?;
    let query = tx.query(stmt!(
        "INSERT INTO patients (id, version, given_name, family_name, phone, email, preferred_language, date_of_birth, fitzpatrick, search,
            calendar_invites, preferred_channel, phone_extension, email_key, name_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    ));
    bound(query, patient).done().await?;
    name_keys::insert(tx, patient).await
}

/// Writes `patient`, who was one version older. Whether they still were.
pub async fn update(tx: &mut Tx, patient: &Patient) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE patients SET version = $2, given_name = $3, family_name = $4, phone = $5, email = $6, preferred_language = $7,
                date_of_birth = $8, fitzpatrick = $9, search = $10, calendar_invites = $11, preferred_channel = $12,
                phone_extension = $13, email_key = $14, name_key = $15
             WHERE id = $1 AND version = $2 - 1"
    ));
    if !bound(query, patient).changed_one().await? {
        return Ok(false);
    }
    name_keys::replace(tx, patient).await?;
    Ok(true)
}

/// `query` with the values of `patient`, in the order of the columns.
fn bound<'c>(query: Query<'c>, patient: &Patient) -> Query<'c> {
    let PatientDetails {
        given_name,
        family_name,
        phone,
        phone_extension,
        email,
        preferred_language,
        date_of_birth,
        fitzpatrick,
        calendar_invites,
        preferred_channel,
    } = &patient.details;
    query
        .bind_all((patient.id, patient.version, given_name, family_name, phone, email))
        .bind_all((*preferred_language, *date_of_birth, *fitzpatrick))
        .bind_all((patient.details.search_text(), *calendar_invites, *preferred_channel))
        .bind_all((phone_extension, email.as_ref().map(Email::lowered), patient.details.name_key()))
}

/// The patient with this id.
pub async fn get(tx: &mut Tx, id: PatientId) -> Result<Option<Patient>> {
    tx.query(stmt!("SELECT * FROM patients WHERE id = $1 AND merged_into IS NULL"))
        .bind(id)
        .optional()
        .await
}

/// The record that the one with this id was merged into, if it was.
pub async fn merged_into(tx: &mut Tx, id: PatientId) -> Result<Option<PatientId>> {
    tx.query(stmt!("SELECT merged_into FROM patients WHERE id = $1 AND merged_into IS NOT NULL"))
        .bind(id)
        .optional_value()
        .await
}

/// The patients who are written to at `address`, at most two: with more than one, the sender is not known.
pub async fn by_address(tx: &mut Tx, address: &str) -> Result<Vec<(PatientId,)>> {
    tx.query(stmt!(
        "SELECT DISTINCT COALESCE(merged_into, id) AS id FROM patients WHERE email_key = $1 LIMIT 2"
    ))
    .bind(address_key(address))
    .all()
    .await
}

/// The patients who are reached at this address or number; not those behind a switchboard, who do not text from it.
pub async fn reached_at(tx: &mut Tx, recipient: &Recipient) -> Result<Vec<PatientId>> {
    let found: Vec<(PatientId,)> = match recipient {
        Recipient::Phone(phone) => {
            let query = tx.query(stmt!(
                "SELECT DISTINCT COALESCE(merged_into, id) AS id FROM patients WHERE phone = $1 AND phone_extension IS NULL ORDER BY id"
            ));
            query.bind(phone.clone()).all().await?
        }
        Recipient::Email(email) => {
            let query = tx.query(stmt!(
                "SELECT DISTINCT COALESCE(merged_into, id) AS id FROM patients WHERE email_key = $1 ORDER BY id"
            ));
            query.bind(email.lowered()).all().await?
        }
    };
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Whether there is a patient with this id, without reading the record.
pub async fn exists(tx: &mut Tx, id: PatientId) -> Result<bool> {
    Ok(tx
        .query(stmt!("SELECT id FROM patients WHERE id = $1 AND merged_into IS NULL"))
        .bind(id)
        .optional::<(PatientId,)>()
        .await?
        .is_some())
}

/// A patient, and when they came last.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Known {
    /// The patient.
    #[sqlx(flatten)]
    pub patient: Patient,
    /// The start of the last session that they came to.
    pub seen_at: Option<DateTime<Utc>>,
}

/// Lets one registration at a time go on, until the transaction ends.
pub async fn lock_registering(tx: &mut Tx) -> Result<()> {
    tx.query(stmt!("UPDATE registering SET count = count + 1")).done().await
}

/// Those who have the number or the email of `details`.
pub async fn with_same_contact(tx: &mut Tx, details: &PatientDetails) -> Result<Vec<Known>> {
    tx.query(stmt!(
        "SELECT p.*, (SELECT MAX(s.starts_at) FROM sessions s WHERE s.patient_id = p.id AND s.status IN ('arrived', 'checked-in', 'fulfilled'))
            AS seen_at
         FROM patients p WHERE p.merged_into IS NULL AND (p.phone = $1 OR p.email_key = $2) ORDER BY p.id LIMIT 100"
    ))
    .bind_all((&details.phone, details.email.as_ref().map(Email::lowered)))
    .all()
    .await
}

/// The other records that look like one person with `patient`: the same names, and the same number, email or date of birth.
pub async fn look_alikes(tx: &mut Tx, patient: PatientId) -> Result<Vec<PatientId>> {
    let found: Vec<(PatientId,)> = tx
        .query(stmt!(
            "SELECT o.id FROM patients p JOIN patients o ON o.name_key = p.name_key AND o.id <> p.id AND o.merged_into IS NULL
                AND (o.phone = p.phone OR o.email_key = p.email_key OR o.date_of_birth = p.date_of_birth)
             WHERE p.id = $1 ORDER BY o.id"
        ))
        .bind(patient)
        .all()
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Patients that `q` finds by words of their name or email, or by digits of their telephone,
/// in order of their folded text and id, those after `after`.
pub async fn search(
    tx: &mut Tx,
    q: &str,
    after: (&str, PatientId),
    limit: i64,
) -> Result<Vec<Patient>> {
    // A leading 1 is how people dial a number that is kept as +1….
    let digits = digits_of(q).map_or_else(|| String::from("-"), |digits| format!("%{digits}%"));
    let text = folded(q);
    // What holds nothing but signs finds nobody; nothing at all finds everybody.
    let text = if text.is_empty() && !q.trim().is_empty() { "\u{1}".to_owned() } else { text };
    let mut words = text.split(' ').map(|word| format!("%{}%", escaped(word)));
    let mut word = || words.next().unwrap_or_else(|| "%".to_owned());
    tx.query(stmt!(
        "SELECT * FROM patients
         WHERE merged_into IS NULL
           AND (phone LIKE $1 OR (search LIKE $2 ESCAPE '\\' AND search LIKE $3 ESCAPE '\\' AND search LIKE $4 ESCAPE '\\' AND search LIKE $5 ESCAPE '\\'))
           AND (search, id) > ($6, $7)
         ORDER BY search, id LIMIT $8"
    ))
    .bind_all((digits, word(), word(), word(), word(), after.0.to_owned(), after.1, limit))
    .all()
    .await
}

/// `text` with the signs that `LIKE` gives a meaning made plain.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How many records are folded in one transaction.
const BATCH: i64 = 200;

/// Folds anew what an older version of the program folded otherwise: a migration has emptied it.
pub async fn fold_again(db: &Db) -> Result<()> {
    let mut after = PatientId(uuid::Uuid::nil());
    loop {
        // Mostly there is none, and a start writes nothing.
        let mut look = db.read().await?;
        let found: Vec<Patient> = look
            .query(stmt!(
                "SELECT * FROM patients WHERE search = '' AND id > $1 ORDER BY id LIMIT $2"
            ))
            .bind_all((after, BATCH))
            .all()
            .await?;
        look.rollback().await?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = last.id;
        let mut tx = db.begin().await?;
        for patient in &found {
            let details = &patient.details;
            tx.query(stmt!(
                "UPDATE patients SET search = $2, email_key = $3, name_key = $4 WHERE id = $1"
            ))
            .bind_all((patient.id, details.search_text()))
            .bind_all((details.email.as_ref().map(Email::lowered), details.name_key()))
            .done()
            .await?;
            name_keys::replace(&mut tx, patient).await?;
        }
        tx.commit().await?;
    }
}
