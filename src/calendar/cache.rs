//! Entries of feeds that were written before, so that a feed in which little has changed is
//! put together from what is there. An entry is found by all that its text is made of, so it
//! is never an older state of it. What was not asked for lately goes when there is much.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::content::{Open, Serialized};
use super::entry::EntryKey;

/// The most octets of text that are kept since the last time that there was too much. As many again were kept before
/// that; with what they are found by, all of it takes some 16 MiB, and is some 28,000 entries.
const MOST_OCTETS: usize = 4 * 1024 * 1024;

/// Entries of feeds that were written before.
#[derive(Debug)]
pub struct KeptEvents {
    most_octets: usize,
    generations: Mutex<Generations>,
}

/// What was asked for lately, and what was only asked for before that.
#[derive(Debug, Default)]
struct Generations {
    lately: HashMap<EntryKey, Serialized>,
    octets: usize,
    before: HashMap<EntryKey, Serialized>,
}

impl Default for KeptEvents {
    fn default() -> Self {
        Self::with_most(MOST_OCTETS)
    }
}

impl KeptEvents {
    /// Room for twice as many octets of text.
    pub(super) fn with_most(octets: usize) -> Self {
        Self { most_octets: octets, generations: Mutex::default() }
    }

    /// Puts the entry at the end of `feed`, as it is kept or written now.
    pub(super) fn add_to(&self, feed: &mut Open, shown: &EntryKey) {
        if self.generations().add_to(feed, shown, self.most_octets) {
            return;
        }
        // Serialized while other feeds can go on.
        let written = shown.serialized();
        feed.add(&written);
        self.generations().keep(shown.clone(), written, self.most_octets);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// Puts the entry at the end of `feed` if it is kept.
    fn add_to(&mut self, feed: &mut Open, shown: &EntryKey, most_octets: usize) -> bool {
        if let Some(written) = self.lately.get(shown) {
            feed.add(written);
            return true;
        }
        let Some((shown, written)) = self.before.remove_entry(shown) else {
            return false;
        };
        feed.add(&written);
        self.keep(shown, written, most_octets);
        true
    }

    fn keep(&mut self, shown: EntryKey, written: Serialized, most_octets: usize) {
        let octets = written.octets();
        if self.octets + octets > most_octets {
            self.before = mem::take(&mut self.lately);
            self.octets = 0;
        }
        self.octets += octets;
        if let Some(same) = self.lately.insert(shown, written) {
            self.octets -= same.octets();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::content::{Block, Content};
    use crate::calendar::entry::{Entry, Kind};
    use crate::calendar::event::Status;
    use crate::domain::patient::Language;
    use chrono::{DateTime, Duration};
    use uuid::Uuid;

    fn shown(n: u32) -> EntryKey {
        let start = DateTime::UNIX_EPOCH + Duration::hours(n.into());
        let entry = Entry {
            uid: Uuid::from_u128(n.into()),
            sequence: 0,
            start,
            end: start + Duration::minutes(45),
            changed: start,
            status: Status::Confirmed,
            kind: Kind::Busy,
            language: Language::En,
        };
        EntryKey::new("America/Toronto".parse().unwrap(), entry)
    }

    fn feed_of(kept: &KeptEvents, numbers: impl IntoIterator<Item = u32>) -> String {
        let mut feed = Content::calendar(None).open(0);
        for n in numbers {
            kept.add_to(&mut feed, &shown(n));
        }
        feed.finish()
    }

    /// What is kept is put in and not written again, also after there was too much once; then it goes.
    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let octets = shown(1).serialized().octets();
        let kept = KeptEvents::with_most(octets * 4);
        let mark = Block::new("X-KEPT").serialized();
        kept.generations().keep(shown(1), mark, octets * 4);
        let marked = |kept: &KeptEvents| feed_of(kept, [1]).contains("BEGIN:X-KEPT");
        for others in [2..4, 4..7, 7..10] {
            assert!(marked(&kept), "{others:?}");
            feed_of(&kept, others);
        }
        assert!(marked(&kept));
        feed_of(&kept, 10..20);
        assert!(!marked(&kept), "it was not asked for for long");
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for_however_much_is_asked_for() {
        let octets = shown(10).serialized().octets();
        let kept = KeptEvents::with_most(octets * 10);
        for round in 0..3 {
            for from in (0..200).step_by(7) {
                feed_of(&kept, from + round..from + round + 20);
                let generations = kept.generations();
                let held = [&generations.lately, &generations.before]
                    .map(|all| all.values().map(Serialized::octets).sum::<usize>());
                assert!(held.iter().all(|held| *held <= octets * 10), "{held:?}");
                assert_eq!(held[0], generations.octets);
            }
        }
    }
}
