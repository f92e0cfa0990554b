//! Before anything new is signed, witnesses are asked whether they know better: a database that was put back from an old copy
//! looks like any other, and only others can tell.
//!
//! ```text
//! they cosign the head       it is what they have seen
//! Ahead                      kept as Elsewhere::Signed: refused until what is missing was taken over (`Writer::rejoin`), or
//!                            all witnesses cosign the head
//! Fork, and it shows it       kept as Elsewhere::Forked: refused until a quorum cosigns the head (`Writer::confirm`)
//! silence                    blocks nothing, and is told
//! ```

use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::policy::Quorum;

use super::{Publisher, WriteError, Writer};
use crate::ledger::{Elsewhere, Head};
use crate::witnesses::Answer;

/// What witnesses said of the record's head, before anything new was signed.
#[derive(Debug, Clone)]
pub struct Confirmation {
    quorum: Quorum,
    answers: Vec<Answer>,
}

impl Confirmation {
    /// Who has seen the head, and whether that is enough. It need not be: witnesses who can't be reached block nothing.
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// What each witness said.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }
}

impl Writer {
    /// Asks the witnesses whether they have seen more than what is here, or something else, without signing anything. Where a
    /// quorum has seen this and nobody who answered contradicts it, a record that was restored
    /// ([`Elsewhere::Unknown`]) or contradicted ([`Elsewhere::Forked`]) may be written to again.
    pub fn confirm(&mut self) -> Result<Confirmation, WriteError> {
        let publisher = &mut self.publisher;
        let head = publisher.inspect()?;
        let confirmation = publisher.ask_about(&head)?;
        let (ledger, quorum) = (&publisher.parts.ledger, &confirmation.quorum);
        // A policy that asks for nobody is met by nobody, who has seen nothing.
        let seen = quorum.asked().is_some() && quorum.is_met();
        let lifted = match head.elsewhere {
            Elsewhere::Nothing => false,
            // No witness that is trusted can have seen more: the one who said so cosigns this, or isn't trusted any more.
            Elsewhere::Signed(_) => confirmation.answers.iter().all(|answer| answer.said.is_ok()),
            Elsewhere::Unknown => true,
            Elsewhere::Forked(size) => size <= head.integrated.size,
        };
        if seen && lifted && !confirmation.answers.iter().any(Answer::alarms) {
            ledger.hear(Elsewhere::Nothing)?;
        }
        ledger.head()?.up_to_date()?;
        publisher.confirmed = Some(confirmation.clone());
        Ok(confirmation)
    }
}

impl Publisher {
    /// Asks once, before the first thing that this writer does; refuses where anybody has seen more, or something else.
    pub(super) fn ask_before_the_first(&mut self) -> Result<(), WriteError> {
        if self.confirmed.is_some() {
            return Ok(());
        }
        let head = self.inspect()?;
        head.up_to_date()?;
        let confirmation = self.ask_about(&head)?;
        self.parts.ledger.head()?.up_to_date()?;
        self.confirmed = Some(confirmation);
        Ok(())
    }

    fn ask_about(&self, head: &Head) -> Result<Confirmation, WriteError> {
        let mut checkpoint = match &head.checkpoint {
            Some(checkpoint) => self.bare(checkpoint)?,
            None => self.found()?,
        };
        let answers = self.ask(&mut checkpoint)?;
        Ok(Confirmation { quorum: self.policy.evaluate(&checkpoint)?.quorum().clone(), answers })
    }

    /// Without cosignatures, so that everybody is asked for a new one.
    fn bare(&self, checkpoint: &SignedCheckpoint) -> Result<SignedCheckpoint, WriteError> {
        let note = checkpoint.note();
        let own = note.signatures().iter().filter(|line| self.own.find(line.name(), line.id()).is_some());
        let lines: String = own.map(ToString::to_string).collect();
        Ok(SignedCheckpoint::read(format!("{}\n{lines}", note.text()).as_bytes())?)
    }
}
