//! By what names with one letter wrong are found: a side table with an index, so that a slip of the hand costs no look at every
//! patient.

use std::collections::BTreeSet;

use crate::domain::patient::Patient;
use crate::domain::patient::likeness::{FORGIVING, folded, forgives, keys_of_names, keys_of_word};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// How many keys are written, or looked for, by one statement.
const AT_ONCE: usize = 10;
const LOOKED_FOR: usize = 40;
/// How many records with a name like it are looked at.
const MOST: i64 = 500;

/// Writes the keys of a new patient.
pub(super) async fn insert(tx: &mut Tx, patient: &Patient) -> Result<()> {
    let details = &patient.details;
    let keys = keys_of_names(details.given_name.as_str(), details.family_name.as_str());
    let keys: Vec<String> = keys.into_iter().collect();
    for some in keys.chunks(AT_ONCE) {
        let mut query = tx.query(stmt!(
            "INSERT INTO name_keys (patient_id, key) VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6),
                ($1, $7), ($1, $8), ($1, $9), ($1, $10), ($1, $11) ON CONFLICT DO NOTHING"
        ));
        query = query.bind(patient.id);
        // What is missing to ten is the last one again.
        for key in
            some.iter().chain(std::iter::repeat_n(some.last(), AT_ONCE).flatten()).take(AT_ONCE)
        {
            query = query.bind(key);
        }
        query.done().await?;
    }
    Ok(())
}

/// Writes the keys of a patient anew.
pub(super) async fn replace(tx: &mut Tx, patient: &Patient) -> Result<()> {
    tx.query(stmt!("DELETE FROM name_keys WHERE patient_id = $1")).bind(patient.id).done().await?;
    insert(tx, patient).await
}

/// Patients of whom each word of `q` is found, with one letter wrong in words of five letters or so. Asked where nobody is
/// found by the letter.
pub async fn nearly(tx: &mut Tx, q: &str, limit: usize) -> Result<Vec<Patient>> {
    let text = folded(q);
    let long = text.split(' ').filter(|word| word.chars().count() + 1 >= FORGIVING);
    let keys: BTreeSet<String> = long.flat_map(keys_of_word).collect();
    let Some(last) = keys.last().cloned() else {
        return Ok(Vec::new());
    };
    let mut query = tx.query(stmt!(
        "SELECT * FROM patients WHERE merged_into IS NULL AND id IN (SELECT patient_id FROM name_keys WHERE key IN (
            $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41))
         ORDER BY search, id LIMIT $1"
    ));
    query = query.bind(MOST);
    for key in keys.into_iter().chain(std::iter::repeat(last)).take(LOOKED_FOR) {
        query = query.bind(key);
    }
    let mut found: Vec<Patient> = query.all().await?;
    found.retain(|patient| {
        let details = &patient.details;
        let (given, family) = (details.given_name.as_str(), details.family_name.as_str());
        forgives(&text, &details.search_text(), given, family)
    });
    found.truncate(limit);
    Ok(found)
}
