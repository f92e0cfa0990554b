//! Witnesses whose answers come by a hook.

use std::sync::Arc;

use countersign_tlog::policy::Policy;

use super::{Fate, Hook, Site};
use crate::witnesses::{Answer, Request, Silence, Witnesses};

/// Other witnesses behind a hook: *failed* never hear of the checkpoint, *persisted* cosign it, and the answer is lost.
pub struct FaultyWitnesses {
    inner: Arc<dyn Witnesses>,
    hook: Arc<dyn Hook>,
}

impl FaultyWitnesses {
    /// Puts a hook before witnesses.
    pub fn new(inner: Arc<dyn Witnesses>, hook: Arc<dyn Hook>) -> Self {
        Self { inner, hook }
    }
}

impl Witnesses for FaultyWitnesses {
    fn policy(&self) -> &Policy {
        self.inner.policy()
    }

    fn ask(&self, request: &Request<'_>) -> Vec<Answer> {
        let fate = self.hook.at(Site::Cosign);
        let answers = if fate == Fate::Failed { Vec::new() } else { self.inner.ask(request) };
        match fate {
            Fate::Done | Fate::Flipped => answers,
            Fate::Failed | Fate::Persisted => {
                let keys = self.policy().witnesses().iter().map(|witness| witness.key().clone());
                keys.map(|witness| Answer { witness, said: Err(Silence::Late) }).collect()
            }
        }
    }
}
