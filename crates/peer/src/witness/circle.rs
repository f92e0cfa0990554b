//! The witnesses of a record, as its writing path asks them.

use super::client::{AskError, Client, Patience, Question};
use super::outcome::{Asked, Outcome};
use countersign_store::witnesses::{Answer, Request, Silence, Witnesses};
use countersign_tlog::note::{KeyId, KeyName, SignatureLine, VerifierKey};
use countersign_tlog::policy::{Policy, PolicyError};
use countersign_tlog::size::TreeSize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A policy's witnesses, reached over HTTP.
pub struct Circle {
    policy: Policy,
    client: Client,
    /// What each cosigned last, as far as this process has heard.
    latest: Mutex<BTreeMap<(KeyName, KeyId), TreeSize>>,
    tell: Box<dyn Fn(&Asked) + Send + Sync>,
}

impl Circle {
    /// The witnesses of a policy, for a log that need not be in it. `tell` hears what came of each asking: alarms above
    /// all.
    pub fn new(
        policy: Policy,
        log: &VerifierKey,
        patience: Patience,
        tell: impl Fn(&Asked) + Send + Sync + 'static,
    ) -> Result<Self, PolicyError> {
        let knows = policy.logs().iter().any(|trusted| trusted.key() == log);
        let policy = if knows { policy } else { policy.with_log(log.clone())? };
        Ok(Self { policy, client: Client::new(patience), latest: Mutex::default(), tell: Box::new(tell) })
    }

    fn remembered(&self, witness: &VerifierKey) -> Option<TreeSize> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.get(&(witness.name().clone(), witness.id())).copied()
    }

    fn remember(&self, asked: &Asked) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        for answered in &asked.answers {
            if let Some(size) = answered.latest {
                latest.insert((answered.key.name().clone(), answered.key.id()), size);
            }
        }
    }

    /// Asks, and gives all that is known of it.
    pub fn asked(&self, request: &Request<'_>) -> Result<Asked, AskError> {
        let remembered = |witness: &VerifierKey| {
            let known = request.cosigned_by(witness);
            self.remembered(witness).max((known > TreeSize::ZERO).then_some(known))
        };
        let asked = self.client.ask(Question {
            checkpoint: request.checkpoint(),
            policy: &self.policy,
            remembered: &remembered,
            proof: &mut |old| request.consistency(old).ok_or_else(|| "its tiles can't be read".into()),
        })?;
        self.remember(&asked);
        (self.tell)(&asked);
        Ok(asked)
    }
}

impl Witnesses for Circle {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn ask(&self, request: &Request<'_>) -> Vec<Answer> {
        match self.asked(request) {
            Ok(asked) => asked
                .answers
                .iter()
                .map(|answered| Answer {
                    witness: answered.key.clone(),
                    said: said(&asked, &answered.key, &answered.outcome, request),
                })
                .collect(),
            // A checkpoint that does not count, whoever cosigns it.
            Err(error) => self
                .policy
                .witnesses()
                .iter()
                .map(|witness| Answer {
                    witness: witness.key().clone(),
                    said: Err(Silence::Garbage { reason: error.to_string() }),
                })
                .collect(),
        }
    }
}

/// An outcome in the writing path's words.
fn said(
    asked: &Asked,
    witness: &VerifierKey,
    outcome: &Outcome,
    request: &Request<'_>,
) -> Result<Vec<SignatureLine>, Silence> {
    Err(match outcome {
        Outcome::Cosigned { .. } => {
            let lines = asked.checkpoint.note().signatures().iter();
            let by_it = |line: &&SignatureLine| line.name() == witness.name() && line.id() == witness.id();
            return Ok(lines.filter(by_it).cloned().collect());
        }
        Outcome::Fork(alarm) => Silence::Fork { size: alarm.at, shown: alarm.seen.is_some() },
        Outcome::Behind { latest } => {
            Silence::Ahead { latest: *latest, asked: request.checkpoint().checkpoint().size() }
        }
        Outcome::NotKnown => Silence::UnknownLog,
        Outcome::KeyNotKnown => Silence::Refused { status: 403 },
        Outcome::Refused { status } | Outcome::Redirected { status, .. } => {
            Silence::Refused { status: *status }
        }
        Outcome::Busy { .. } => Silence::Busy,
        Outcome::NoAddress => Silence::NoUrl,
        Outcome::TimedOut { .. } | Outcome::NotWaitedFor => Silence::Late,
        Outcome::Unreachable { error } => Silence::Unreachable { reason: error.clone() },
        Outcome::NotCounted { .. }
        | Outcome::Garbled(_)
        | Outcome::Contradictory { .. }
        | Outcome::TooLong
        | Outcome::NoProof { .. } => Silence::Garbage { reason: outcome.to_string() },
    })
}

impl fmt::Debug for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Circle").field("policy", &self.policy).finish_non_exhaustive()
    }
}
