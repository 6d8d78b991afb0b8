//! What every action needs: the store, the clock, the clinic's choices, and what is kept in memory
//! between requests. Made once at start and shared.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use super::error::Result;
use super::{guess_guard, memory, readiness};
use crate::clock::Clock;
use crate::domain::access::visit_link::LinkKey;
use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::time::time_zone::{Tz, UnknownTimeZone};
use crate::storage;
use crate::storage::Db;

/// All that an action needs, made once at start and shared.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
#[derive(Debug)]
pub struct Parts {
    /// The store.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The clinic's zone.
    pub zone: Tz,
    /// The clinic's choices.
    pub policy: Policy,
    /// What the clinic calls itself to patients.
    pub profile: ClinicProfile,
    /// Slows guessing down.
    pub guard: guess_guard::GuessGuard,
    /// The catalogue as it was read last.
    pub catalogue: memory::KeptCatalogue,
    /// How often something was committed by this process.
    pub commits: AtomicU64,
    /// Feeds as they were fetched last.
    pub feeds: memory::KeptFeeds,
    /// The key that links to patients' pages are made with, once it was read.
    pub link_key: OnceLock<LinkKey>,
    /// Audit lines of reads, committed together.
    pub read_log: memory::ReadLog,
    /// Whether anything could be written, when that was asked last.
    pub readiness: readiness::KeptReadiness,
    /// Who has whom on a list before them.
    pub seen_lately: memory::SeenLately,
    /// Whether the process is about to end, so that what would go on for ever ends too.
    pub closing: watch::Sender<bool>,
    /// Whether what is in the database is made up, which every page then says.
    demonstration: AtomicBool,
}

impl App {
    /// An app over `db`, whose schema is up to date.
    #[must_use]
    pub fn new(db: Db, clock: Clock, zone: Tz, policy: Policy, profile: ClinicProfile) -> Self {
        Self(Arc::new(Parts {
            db,
            clock,
            zone,
            policy,
            profile,
            guard: guess_guard::GuessGuard::default(),
            catalogue: memory::KeptCatalogue::default(),
            commits: AtomicU64::new(0),
            feeds: memory::KeptFeeds::default(),
            link_key: OnceLock::new(),
            read_log: memory::ReadLog::default(),
            readiness: readiness::KeptReadiness::default(),
            seen_lately: memory::SeenLately::default(),
            closing: watch::Sender::new(false),
            demonstration: AtomicBool::new(false),
        }))
    }
}

impl App {
    /// The zone of a promise: the clinic's own, by the rules in use, or another one of the data.
    pub fn zone_named(&self, name: &str) -> std::result::Result<Tz, UnknownTimeZone> {
        if name == self.zone.name() { Ok(self.zone) } else { name.parse() }
    }

    /// Looks whether what is in the database is made up.
    pub async fn look_for_demonstration(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        self.demonstration.store(storage::demo::is_loaded(&mut tx).await?, Ordering::SeqCst);
        Ok(())
    }

    /// Whether what is in the database is made up.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        self.demonstration.load(Ordering::SeqCst)
    }

    /// Notes that something was committed, so that what is kept in memory of the database is read again.
    pub fn note_commit(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
