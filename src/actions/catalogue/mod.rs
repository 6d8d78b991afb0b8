//! Writing, listing and changing what the catalogue holds. A change is a JSON merge
//! patch (RFC 7396) over what was written, checked as a whole.

pub mod closures;
pub mod entries;
pub mod rental_windows;

use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use self::entries::Entry;
use crate::actions::messages::replan;
use crate::actions::messages::replan::Whose;
use crate::actions::work::error::none_of;
use crate::actions::work::mail_reach;
use crate::actions::work::merge_patch::{patched, typed};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Result, Work};
use crate::domain::refusal::Code;
use crate::storage;
use crate::storage::course::sessions;

/// Adds a thing.
pub async fn add<E: Entry>(app: &App, caller: &Caller, details: E::Details) -> Result<Answer<E>> {
    none_of(E::faults(&details))?;
    mail_reach::check(app, "/day_list_to", E::email(&details))?;
    let mut work = Work::begin(app, caller).await?;
    let entry = E::made(app.clock.id(), 1, details);
    E::insert(&mut work.tx, &entry).await.map_err(|error| named::<E>(error))?;
    work.audit(&format!("{}.add", E::NOUN), (E::NOUN, entry.id().into()), None, None).await?;
    work.commit(Answer::Created(entry)).await
}

/// Adds a thing as it was written in a form, or says where that makes no sense.
pub async fn add_from_form<E: Entry>(
    app: &App,
    caller: &Caller,
    written: Value,
) -> Result<Answer<E>> {
    add(app, caller, read(&written)?).await
}

/// What was `written`, read as a whole; null is the same as nothing.
pub fn read<T: DeserializeOwned>(written: &Value) -> Result<T> {
    let mut value = Value::Object(serde_json::Map::new());
    json_patch::merge(&mut value, written);
    typed(value)
}

/// Changes a thing.
pub async fn change<E: Entry>(
    app: &App,
    caller: &Caller,
    id: E::Id,
    expected: &Expected,
    patch: Value,
) -> Result<Answer<E>> {
    let mut work = Work::begin(app, caller).await?;
    let current = E::get(&mut work.tx, id).await?.ok_or(Error::NotThere(E::NOUN))?;
    expected.check(current.version())?;
    let details = patched(current.details(), &patch)?;
    none_of(E::faults(&details))?;
    mail_reach::check(app, "/day_list_to", E::email(&details))?;
    // Patients are locked before anybody else, as everywhere.
    let touched = match current.replans(&details) {
        // What was referred to one shop is not another's, nor the clinic's.
        Some(Whose::Site(site)) if !sessions::live_at(&mut work.tx, site).await?.is_empty() => {
            let words = "Sessions are still to come there, or to be written up; whose place it is cannot change before.";
            return Err(Error::refused(Code::SitePartner, words));
        }
        Some(whose) => replan::lock_touched(&mut work, whose).await?,
        None => replan::Touched::default(),
    };
    let entry = E::made(id, current.version() + 1, details);
    if !E::update(&mut work.tx, &entry).await.map_err(|error| named::<E>(error))? {
        return Err(Error::Stale);
    }
    replan::replan_all(&mut work, &touched).await?;
    work.audit(&format!("{}.change", E::NOUN), (E::NOUN, id.into()), None, None).await?;
    work.commit(Answer::Is(entry)).await
}

/// One thing.
pub async fn get<E: Entry>(app: &App, caller: &Caller, id: E::Id) -> Result<Answer<E>> {
    let mut work = Work::look(app, caller).await?;
    let entry = E::get(&mut work.tx, id).await?.ok_or(Error::NotThere(E::NOUN))?;
    Ok(Answer::Is(entry))
}

/// A page of things.
pub async fn list<E: Entry>(app: &App, caller: &Caller, page: &Page) -> Result<Items<E>> {
    let after = page.after(E::Id::from(Uuid::nil()))?;
    let mut work = Work::look(app, caller).await?;
    let entries = E::page(&mut work.tx, after, page.rows()?).await?;
    page.of(entries, Entry::id)
}

/// Every thing of a kind, oldest first.
pub async fn all<E: Entry>(app: &App, caller: &Caller) -> Result<Vec<E>> {
    let mut work = Work::look(app, caller).await?;
    Ok(E::page(&mut work.tx, E::Id::from(Uuid::nil()), i64::MAX).await?)
}

/// What the store says, in the words of the catalogue.
fn named<E: Entry>(error: storage::Error) -> Error {
    match error {
        storage::Error::Duplicate => {
            Error::Taken(format!("there is a {} of that code already", E::NOUN))
        }
        storage::Error::Missing => Error::invalid(
            "",
            format!(
                "the {} names a site, partner, person, room or device that is not there",
                E::NOUN
            ),
        ),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_makes_no_sense_is_named_by_a_json_pointer() {
        let odd = patched(&json!({"a": [1]}), &json!({"a": [1, {"b": 2}]}));
        let as_numbers = |value: Value| typed::<std::collections::BTreeMap<String, Vec<u8>>>(value);
        let Err(Error::Invalid { pointer, .. }) = odd.and_then(as_numbers) else {
            panic!("a map is no number")
        };
        assert_eq!(pointer, "/a/1");
    }

    #[test]
    fn a_merge_patch_does_what_rfc_7396_says() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = target;
            json_patch::merge(&mut merged, &patch);
            assert_eq!(merged, result);
        }
    }
}
