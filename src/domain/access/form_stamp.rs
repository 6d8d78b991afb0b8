//! The stamp in a public form: when it was opened, signed by the clinic. A program that
//! fills in forms without opening them has none, or an old one, or is faster than any hand.

use chrono::{DateTime, Duration, Utc};

use super::secret::hash_of;
use super::visit_link::LinkKey;

/// The least time in which a person fills in a form.
const LEAST: Duration = Duration::seconds(3);
/// How long a form may lie open.
const MOST: Duration = Duration::hours(12);

/// Why a stamp does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadStamp {
    /// The clinic did not make it, or not for this form.
    Forged,
    /// The form was opened just now.
    TooSoon,
    /// The form was opened long ago.
    TooOld,
}

/// The stamp of the form called `form` that is opened at `now`.
#[must_use]
pub fn stamp(key: &LinkKey, form: &str, now: DateTime<Utc>) -> String {
    let opened = now.timestamp_millis().to_string();
    format!("{opened}.{}", key.signed(form, &opened))
}

/// Whether a form called `form` that is sent at `now` with `stamp` was filled in by a hand.
pub fn check(key: &LinkKey, form: &str, stamp: &str, now: DateTime<Utc>) -> Result<(), BadStamp> {
    let (opened, signature) = stamp.split_once('.').ok_or(BadStamp::Forged)?;
    // Compared by their hashes, so that how long it takes tells nothing of the signature.
    if hash_of(signature) != hash_of(&key.signed(form, opened)) {
        return Err(BadStamp::Forged);
    }
    let opened =
        opened.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(BadStamp::Forged)?;
    match now - opened {
        lain if lain < LEAST => Err(BadStamp::TooSoon),
        lain if lain > MOST => Err(BadStamp::TooOld),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_from_three_seconds_to_twelve_hours_for_its_own_form_alone() {
        let (key, opened) =
            (LinkKey::new([7; 32]), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let stamp = stamp(&key, "wish", opened);
        let after = |seconds: i64| check(&key, "wish", &stamp, opened + Duration::seconds(seconds));
        assert_eq!(after(2), Err(BadStamp::TooSoon));
        assert_eq!(after(3), Ok(()));
        assert_eq!(after(12 * 3600), Ok(()));
        assert_eq!(after(12 * 3600 + 1), Err(BadStamp::TooOld));
        assert_eq!(after(-60), Err(BadStamp::TooSoon), "another node's clock is not ahead");
        let later = opened + Duration::seconds(60);
        assert_eq!(check(&key, "other", &stamp, later), Err(BadStamp::Forged));
        assert_eq!(check(&LinkKey::new([8; 32]), "wish", &stamp, later), Err(BadStamp::Forged));
        let (_, signature) = stamp.split_once('.').unwrap();
        for junk in ["", ".", "x.y", &format!("1700000000000.{signature}"), &format!("{stamp}x")] {
            assert_eq!(check(&key, "wish", junk, later), Err(BadStamp::Forged), "{junk}");
        }
    }
}
