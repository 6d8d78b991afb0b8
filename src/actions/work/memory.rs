//! What a process keeps in memory of the database between requests: the catalogue, feeds, who saw whom,
//! and audit lines of reads that wait to be committed together.

use crate::calendar::cache::KeptEvents;
use crate::domain::ids::{PatientId, UserId};
use crate::storage::audit;
use crate::storage::catalogue::Catalogue;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use tokio::sync::oneshot;

/// The last catalogue that was read.
#[derive(Debug, Default)]
pub struct KeptCatalogue(pub(super) RwLock<Option<Arc<Catalogue>>>);

/// Lines that wait to be written.
#[derive(Debug, Default)]
pub struct ReadLog {
    pub(super) waiting: std::sync::Mutex<Vec<Waiting>>,
    /// Held by the one who writes for all.
    pub(super) writing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) line: audit::Line,
    pub(super) written: oneshot::Sender<()>,
}

/// How long one line speaks for the looks that follow it.
const LINE_FOR: Duration = Duration::hours(1);

/// How many are remembered; beyond that the eldest are forgotten, and noted again.
const REMEMBERED: usize = 50_000;

/// Who saw whom, and when that was noted.
#[derive(Debug, Default)]
pub struct SeenLately(Mutex<HashMap<(UserId, PatientId), DateTime<Utc>>>);

impl SeenLately {
    /// Those of `patients` of whom it is not noted that `user` sees them.
    pub(super) fn unnoted(
        &self,
        user: UserId,
        patients: Vec<PatientId>,
        now: DateTime<Utc>,
    ) -> Vec<PatientId> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = |patient: &PatientId| {
            seen.get(&(user, *patient)).is_some_and(|at| now - *at < LINE_FOR && *at <= now)
        };
        patients.into_iter().filter(|patient| !noted(patient)).collect()
    }

    pub(super) fn note(&self, user: UserId, patients: &[PatientId], now: DateTime<Utc>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() + patients.len() > REMEMBERED {
            seen.retain(|_, at| now - *at < LINE_FOR);
        }
        if seen.len() + patients.len() > REMEMBERED {
            seen.clear();
        }
        seen.extend(patients.iter().map(|patient| ((user, *patient), now)));
    }
}

/// How long a feed is kept at most: other nodes and commands change the database too.
const KEPT_FOR: Duration = Duration::seconds(1);

/// How many feeds are kept at most.
pub(in crate::actions) const MOST_KEPT: usize = 256;

/// A feed as it is sent.
#[derive(Debug)]
pub struct Fetched {
    /// The calendar.
    pub body: Bytes,
    /// Its strong tag, of its content.
    pub tag: String,
    /// The tag of its compressed form.
    pub gzip_tag: String,
    /// The newest change among its visits.
    pub changed: DateTime<Utc>,
    gzip: OnceLock<Bytes>,
}

impl Fetched {
    pub(in crate::actions) fn of(body: String, changed: DateTime<Utc>) -> Self {
        let hash = hex::encode(Sha256::digest(body.as_bytes()).get(..16).unwrap_or_default());
        Self {
            tag: format!("\"{hash}\""),
            gzip_tag: format!("\"{hash}-gzip\""),
            body: Bytes::from(body),
            changed,
            gzip: OnceLock::new(),
        }
    }

    /// The calendar, compressed when it is first asked for so.
    pub fn gzip(&self) -> Bytes {
        let zipped = self.gzip.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            // Writing to memory does not fail; if it did, what is there would be no gzip, and the client would say so.
            let _ = encoder.write_all(&self.body);
            Bytes::from(encoder.finish().unwrap_or_default())
        });
        zipped.clone()
    }
}

/// Feeds as they were fetched last, and their entries as they were written before.
#[derive(Debug, Default)]
pub struct KeptFeeds {
    /// By the hash of their secret.
    pub(in crate::actions) latest: RwLock<HashMap<String, KeptFeed>>,
    pub(in crate::actions) events: KeptEvents,
}

#[derive(Debug, Clone)]
pub(in crate::actions) struct KeptFeed {
    pub(in crate::actions) fetched: Arc<Fetched>,
    pub(in crate::actions) commits: u64,
    pub(in crate::actions) at: DateTime<Utc>,
}

impl KeptFeed {
    pub(in crate::actions) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.at..self.at + KEPT_FOR).contains(&now)
    }
}
