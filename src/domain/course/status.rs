//! What a session is at the moment: its appointment (FHIR Appointment.status) and
//! its procedure, each an enum whose transitions return a refusal (`docs/domain.md` 4). Which times a transition may happen at stands in `session`.

use crate::domain::codes::codes;
use crate::domain::refusal::{Code, Refusal};

codes! {
    /// FHIR Appointment.status.
    SessionStatus in "kebab-case" {
        /// No time yet.
        Proposed,
        /// Some party has not accepted, or its device went away.
        Pending,
        /// Agreed.
        Booked,
        /// Waiting in the clinic.
        Arrived,
        /// Ready to be treated.
        CheckedIn,
        /// Over, treated or not.
        Fulfilled,
        /// Cancelled.
        Cancelled,
        /// The patient did not come.
        Noshow,
        /// Never should have been written.
        EnteredInError,
        /// Waiting for a time.
        Waitlist,
    }
}

codes! {
    /// FHIR event-status of what is done in the session.
    ProcedureStatus in "kebab-case" {
        /// Not begun.
        Preparation,
        /// Under way.
        InProgress,
        /// Done.
        Completed,
        /// Begun and broken off.
        Stopped,
        /// Not begun, and will not be.
        NotDone,
    }
}

codes! {
    /// How a procedure ended.
    Outcome in "kebab-case" { Completed, Stopped, NotDone }
}

codes! {
    /// What the desk or a practitioner does to a session.
    Verb in "kebab-case" { Accept, Arrive, CheckIn, Complete, NoShow, Cancel, Reschedule, Report }
}

impl SessionStatus {
    /// Whether nothing more happens to it (rule 49).
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Cancelled | Self::Noshow | Self::EnteredInError)
    }

    /// Whether it is still to come and holds its time.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Booked | Self::Arrived | Self::CheckedIn)
    }

    /// The status after `verb`, or why the state does not allow it.
    pub fn after(self, verb: Verb) -> Result<Self, Vec<Refusal>> {
        use SessionStatus::{
            Arrived, Booked, Cancelled, CheckedIn, Fulfilled, Noshow, Pending, Proposed, Waitlist,
        };
        match (verb, self) {
            (Verb::Accept | Verb::Reschedule, Proposed | Pending | Waitlist)
            | (Verb::Reschedule, Booked) => Ok(Booked),
            (Verb::Arrive, Booked) => Ok(Arrived),
            (Verb::CheckIn, Arrived) => Ok(CheckedIn),
            // A shop receives its patients itself, and says afterwards what was done.
            (Verb::Complete, CheckedIn)
            | (Verb::Report, Pending | Booked | Arrived | CheckedIn) => Ok(Fulfilled),
            (Verb::NoShow, Booked) => Ok(Noshow),
            (Verb::Cancel, Proposed | Pending | Booked | Waitlist | Arrived | CheckedIn) => {
                Ok(Cancelled)
            }
            (verb, from) => {
                let no_way = Refusal::new(
                    Code::NotAllowedFrom(from.into()),
                    format!("A session that is {from} cannot {}.", verb.in_words()),
                );
                // Moving is an edit, and what has ended is not edited (rule 49).
                let ended = (verb == Verb::Reschedule && from.is_terminal()).then(|| {
                    Refusal::new(
                        Code::TerminalState,
                        format!("This session is {from}; book a new one instead."),
                    )
                });
                Err(ended.into_iter().chain([no_way]).collect())
            }
        }
    }
}

impl Verb {
    fn in_words(self) -> &'static str {
        match self {
            Self::Accept => "be accepted",
            Self::Arrive => "be marked as arrived; only a booked one can",
            Self::CheckIn => "be checked in; the patient arrives first",
            Self::Complete => "be completed; the patient is checked in first",
            Self::NoShow => "be marked as a no-show; only a booked one can",
            Self::Cancel => "be cancelled",
            Self::Reschedule => "be moved",
            Self::Report => "be reported on",
        }
    }
}

impl ProcedureStatus {
    /// Whether it has ended, one way or another.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::NotDone)
    }

    /// Where a procedure stands that ended with `outcome`.
    #[must_use]
    pub fn ended_as(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Stopped => Self::Stopped,
            Outcome::NotDone => Self::NotDone,
        }
    }

    /// The status after the procedure began, or why it cannot begin.
    pub fn started(self) -> Result<Self, Refusal> {
        match self {
            Self::Preparation => Ok(Self::InProgress),
            other => Err(Refusal::new(
                Code::TerminalState,
                format!("The procedure is {other} and cannot begin."),
            )),
        }
    }

    /// The status after the procedure ended with `outcome`, or why it cannot.
    pub fn ended(self, outcome: Outcome) -> Result<Self, Refusal> {
        match (self, outcome) {
            (Self::InProgress, Outcome::Completed) => Ok(Self::Completed),
            (Self::InProgress, Outcome::Stopped) => Ok(Self::Stopped),
            (Self::Preparation, Outcome::NotDone) => Ok(Self::NotDone),
            (from, outcome) => Err(Refusal::new(
                Code::TerminalState,
                format!("A procedure that is {from} cannot end as {outcome}."),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn only_the_transitions_of_the_table_are_allowed() {
        use SessionStatus as S;
        let allowed = |verb| {
            S::VARIANTS.iter().copied().filter(|from| from.after(verb).is_ok()).collect::<Vec<_>>()
        };
        assert_eq!(allowed(Verb::Accept), [S::Proposed, S::Pending, S::Waitlist]);
        assert_eq!(allowed(Verb::Reschedule), [S::Proposed, S::Pending, S::Booked, S::Waitlist]);
        assert_eq!(allowed(Verb::Arrive), [S::Booked]);
        assert_eq!(allowed(Verb::Report), [S::Pending, S::Booked, S::Arrived, S::CheckedIn]);
        assert_eq!(allowed(Verb::CheckIn), [S::Arrived]);
        assert_eq!(allowed(Verb::Complete), [S::CheckedIn]);
        assert_eq!(allowed(Verb::NoShow), [S::Booked]);
        assert_eq!(
            allowed(Verb::Cancel),
            [S::Proposed, S::Pending, S::Booked, S::Arrived, S::CheckedIn, S::Waitlist]
        );
    }

    #[test]
    fn a_refused_transition_names_the_state_and_a_refused_edit_the_rule() {
        let code = |from: SessionStatus, verb| from.after(verb).unwrap_err()[0].code.to_string();
        assert_eq!(code(SessionStatus::CheckedIn, Verb::Arrive), "not_allowed_from_checked-in");
        assert_eq!(code(SessionStatus::Cancelled, Verb::Cancel), "not_allowed_from_cancelled");
        assert_eq!(code(SessionStatus::Fulfilled, Verb::Reschedule), "terminal_state");
        assert_eq!(code(SessionStatus::Arrived, Verb::Reschedule), "not_allowed_from_arrived");
    }

    #[test]
    fn a_procedure_is_completed_or_stopped_only_after_it_began() {
        use ProcedureStatus as P;
        assert_eq!(P::Preparation.started().unwrap().ended(Outcome::Completed), Ok(P::Completed));
        assert_eq!(P::Preparation.started().unwrap().ended(Outcome::Stopped), Ok(P::Stopped));
        assert_eq!(P::Preparation.ended(Outcome::NotDone), Ok(P::NotDone));
        assert!(P::InProgress.ended(Outcome::NotDone).is_err());
        for over in [P::Completed, P::Stopped, P::NotDone] {
            assert!(over.has_ended() && over.started().is_err());
            assert!(Outcome::VARIANTS.iter().all(|outcome| over.ended(*outcome).is_err()));
        }
    }
}
