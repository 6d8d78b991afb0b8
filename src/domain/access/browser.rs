//! A browser that is signed in: how far it has come, and until when that holds. The
//! password and the cookie are `actions`' business; the second factor stands in `second_factor`.

use chrono::{DateTime, Duration, Utc};

use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;
use crate::domain::ids::{SignInId, UserId};

codes! {
    /// How far a sign-in has come.
    Stage in "snake_case" {
        /// The password was right; the code of the second factor is missing.
        Code,
        /// The password was right; a second factor is required and there is none yet.
        Enrolment,
        /// All the way.
        In,
    }
}

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// Who.
    pub user_id: UserId,
    /// How far it has come.
    pub stage: Stage,
    /// A second factor that was offered and is not confirmed yet, base32.
    pub offered: Option<String>,
    /// When the password was given.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub seen_at: DateTime<Utc>,
    /// Whether it was locked by hand.
    pub locked: bool,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// How long the second step of signing in may take.
const SECOND_STEP: Duration = Duration::minutes(10);

/// What a sign-in is good for at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing any more.
    Over,
    /// The password again.
    Locked,
    /// The code of the second factor.
    AwaitsCode,
    /// Setting up a second factor.
    AwaitsEnrolment,
    /// Everything.
    In,
}

impl SignIn {
    /// What it is good for at `now`.
    #[must_use]
    pub fn standing(&self, policy: &Policy, now: DateTime<Utc>) -> Standing {
        let idle = now - self.seen_at;
        let over = self.ended_at.is_some()
            || idle >= Duration::hours(policy.sign_in_idle_hours.into())
            || now - self.created_at >= Duration::hours(policy.sign_in_most_hours.into());
        match self.stage {
            _ if over => Standing::Over,
            Stage::Code | Stage::Enrolment if now - self.created_at >= SECOND_STEP => {
                Standing::Over
            }
            Stage::Code => Standing::AwaitsCode,
            Stage::Enrolment => Standing::AwaitsEnrolment,
            Stage::In
                if self.locked || idle >= Duration::minutes(policy.sign_in_lock_minutes.into()) =>
            {
                Standing::Locked
            }
            Stage::In => Standing::In,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    fn sign_in(stage: Stage) -> SignIn {
        SignIn {
            id: SignInId(uuid::Uuid::nil()),
            user_id: UserId(uuid::Uuid::nil()),
            stage,
            offered: None,
            created_at: at(0),
            seen_at: at(0),
            locked: false,
            ended_at: None,
        }
    }

    #[test]
    fn who_is_away_is_locked_then_out_and_nobody_stays_for_ever() {
        let policy = Policy::default();
        let one = sign_in(Stage::In);
        assert_eq!(one.standing(&policy, at(9)), Standing::In);
        assert_eq!(one.standing(&policy, at(10)), Standing::Locked);
        assert_eq!(one.standing(&policy, at(12 * 60)), Standing::Over);
        let busy = |minutes| SignIn { seen_at: at(minutes), ..one.clone() };
        assert_eq!(busy(24 * 60 - 1).standing(&policy, at(24 * 60 - 1)), Standing::In);
        assert_eq!(busy(24 * 60).standing(&policy, at(24 * 60)), Standing::Over);
    }

    #[test]
    fn half_a_sign_in_opens_nothing_and_does_not_wait_long() {
        let policy = Policy::default();
        assert_eq!(sign_in(Stage::Code).standing(&policy, at(1)), Standing::AwaitsCode);
        assert_eq!(sign_in(Stage::Enrolment).standing(&policy, at(9)), Standing::AwaitsEnrolment);
        assert_eq!(sign_in(Stage::Code).standing(&policy, at(10)), Standing::Over);
        let ended = SignIn { ended_at: Some(at(1)), ..sign_in(Stage::In) };
        assert_eq!(ended.standing(&policy, at(1)), Standing::Over);
    }
}
