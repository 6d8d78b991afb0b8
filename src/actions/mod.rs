//! One verb, one function: begin, load, decide, store, audit, commit. `api` (and the
//! pages) call these and nothing below; the rules are in `domain`, the SQL in `storage`.

pub mod answers;
pub mod attend;
pub mod audit;
pub mod book;
pub mod cancel;
pub mod cases;
pub mod catalogue;
pub mod catalogue_kept;
pub mod clinic_month;
pub mod closures;
pub mod consents;
pub mod consultation_wish;
pub mod correct;
pub mod course_view;
pub mod courses;
pub mod decide;
pub mod desk;
pub mod desk_panel;
pub mod diaries;
pub mod entries;
pub mod error;
pub mod facts;
pub mod feed_fetch;
pub mod feeds;
pub mod figures;
pub mod find_slots;
pub mod first_start;
pub mod guess_guard;
pub mod hold;
pub mod later_sessions;
pub mod links;
pub mod locks;
pub mod mailbox;
pub mod messages;
pub mod notices;
pub mod opt_outs;
pub mod packets;
pub mod page;
pub mod partner_notices;
pub mod partners;
pub mod patients;
pub mod places;
pub mod plan;
pub mod plan_booking;
pub mod planned;
pub mod planner;
mod proposals;
pub mod read_log;
pub mod readiness;
pub mod referral_answers;
mod referral_bookings;
mod referral_change;
pub mod referral_ends;
mod referral_notices;
pub mod referral_view;
pub mod referrals;
pub mod rental_windows;
pub mod repeats;
pub mod reschedule;
pub mod second_factor;
pub mod seen_lately;
pub mod session_change;
pub mod session_view;
pub mod sessions;
pub mod settlement;
pub mod shop_desk;
pub mod shop_links;
pub mod shop_view;
pub mod shop_visits;
pub mod sign_in;
pub mod sign_ins;
pub mod tasks;
pub mod texts;
pub mod time_check;
pub mod undo;
pub mod user_changes;
pub mod users;
pub mod visit;
pub mod visit_answers;
pub mod work;
pub mod write_up;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

pub use error::{Error, Result};
pub use work::{Actor, Answer, Caller, Expected, Work};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::clinic_profile::ClinicProfile;
use crate::domain::policy::Policy;
use crate::domain::time_zone::{Tz, UnknownTimeZone};
use crate::domain::visit_link::LinkKey;
pub use crate::storage::Hindrance;
use crate::storage::{self, Db};

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
    pub catalogue: catalogue_kept::Kept,
    /// How often something was committed by this process.
    pub commits: AtomicU64,
    /// Feeds as they were fetched last.
    pub feeds: feed_fetch::Kept,
    /// The key that links to patients' pages are made with, once it was read.
    pub link_key: OnceLock<LinkKey>,
    /// Audit lines of reads, committed together.
    pub read_log: read_log::ReadLog,
    /// Whether anything could be written, when that was asked last.
    pub readiness: readiness::Kept,
    /// Who has whom on a list before them.
    pub seen_lately: seen_lately::SeenLately,
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
            catalogue: catalogue_kept::Kept::default(),
            commits: AtomicU64::new(0),
            feeds: feed_fetch::Kept::default(),
            link_key: OnceLock::new(),
            read_log: read_log::ReadLog::default(),
            readiness: readiness::Kept::default(),
            seen_lately: seen_lately::SeenLately::default(),
            closing: watch::Sender::new(false),
            demonstration: AtomicBool::new(false),
        }))
    }
}

impl App {
    /// The zone of a promise: the clinic's own, by the rules in use, or another one of the data.
    pub fn zone_named(&self, name: &str) -> std::result::Result<Tz, UnknownTimeZone> {
        if name == self.zone.name() {
            Ok(self.zone)
        } else {
            name.parse()
        }
    }

    /// Looks whether what is in the database is made up.
    pub async fn look_for_demonstration(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        self.demonstration
            .store(storage::demo::is_loaded(&mut tx).await?, Ordering::SeqCst);
        Ok(())
    }

    /// Whether what is in the database is made up.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        self.demonstration.load(Ordering::SeqCst)
    }

    /// Notes that something was committed, so that what is kept in memory of the database is read anew.
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
