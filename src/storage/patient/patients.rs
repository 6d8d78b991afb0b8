//! Patients. Search looks through a column that the program folds, since engines fold
//! case and accents differently.

use crate::domain::ids::PatientId;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Patient, PatientDetails};
use crate::domain::text::folded;
use crate::storage::booking::resources;
use crate::storage::engine::{Query, stmt};
use crate::storage::{Result, Tx};

/// Writes a new patient, who can be claimed from now on.
pub async fn insert(tx: &mut Tx, patient: &Patient) -> Result<()> {
    resources::insert(tx, patient.id, "patient", None).await?;
    let query = tx.query(stmt!(
        "INSERT INTO patients (id, version, given_name, family_name, phone, email, preferred_language, date_of_birth, fitzpatrick, search,
            calendar_invites, preferred_channel)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ));
    bound(query, patient).done().await
}

/// Writes `patient`, who was one version older. Whether they still were.
pub async fn update(tx: &mut Tx, patient: &Patient) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE patients SET version = $2, given_name = $3, family_name = $4, phone = $5, email = $6, preferred_language = $7,
                date_of_birth = $8, fitzpatrick = $9, search = $10, calendar_invites = $11, preferred_channel = $12
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, patient).changed_one().await
}

/// `query` with the values of `patient`, in the order of the columns.
fn bound<'c>(query: Query<'c>, patient: &Patient) -> Query<'c> {
    let PatientDetails {
        given_name,
        family_name,
        phone,
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
}

/// The patient with this id.
pub async fn get(tx: &mut Tx, id: PatientId) -> Result<Option<Patient>> {
    tx.query(stmt!("SELECT * FROM patients WHERE id = $1")).bind(id).optional().await
}

/// The patients who are written to at `address`, at most two: with more than one, the sender is not known.
pub async fn by_address(tx: &mut Tx, address: &str) -> Result<Vec<(PatientId,)>> {
    tx.query(stmt!("SELECT id FROM patients WHERE lower(email) = $1 LIMIT 2"))
        .bind(address.to_lowercase())
        .all()
        .await
}

/// The patients who are reached at this address or number.
pub async fn reached_at(tx: &mut Tx, recipient: &Recipient) -> Result<Vec<PatientId>> {
    let found: Vec<(PatientId,)> = match recipient {
        Recipient::Phone(phone) => {
            let query = tx.query(stmt!("SELECT id FROM patients WHERE phone = $1 ORDER BY id"));
            query.bind(phone.clone()).all().await?
        }
        Recipient::Email(email) => {
            let query =
                tx.query(stmt!("SELECT id FROM patients WHERE lower(email) = $1 ORDER BY id"));
            query.bind(email.lowered()).all().await?
        }
    };
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Whether there is a patient with this id, without reading the record.
pub async fn exists(tx: &mut Tx, id: PatientId) -> Result<bool> {
    Ok(tx
        .query(stmt!("SELECT id FROM patients WHERE id = $1"))
        .bind(id)
        .optional::<(PatientId,)>()
        .await?
        .is_some())
}

/// Patients that `q` finds by words of their name or email, or by digits of their telephone,
/// in order of their folded text and id, those after `after`.
pub async fn search(
    tx: &mut Tx,
    q: &str,
    after: (&str, PatientId),
    limit: i64,
) -> Result<Vec<Patient>> {
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    let telephone =
        !digits.is_empty() && q.chars().all(|c| c.is_ascii_digit() || " ()-+.".contains(c));
    // A leading 1 is how people dial a number that is kept as +1….
    let digits = if telephone { format!("%{digits}%") } else { String::from("-") };
    let text = folded(q);
    let mut words = text.split(' ').map(|word| format!("%{}%", escaped(word)));
    let mut word = || words.next().unwrap_or_else(|| "%".to_owned());
    tx.query(stmt!(
        "SELECT * FROM patients
         WHERE (phone LIKE $1 OR (search LIKE $2 ESCAPE '\\' AND search LIKE $3 ESCAPE '\\' AND search LIKE $4 ESCAPE '\\' AND search LIKE $5 ESCAPE '\\'))
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
