//! What changed after each signature, and whether it may (ISO 32000-2 §12.8.2.2; ETSI EN 319 142-1 §5.5).
//!
//! A signature speaks of the document its revision shows. Every later revision is compared with the one before it,
//! object by object; a list of what is permitted decides, and what isn't on it is named. The list is short: signatures
//! and their fields, validation data, timestamps, metadata as writers set it, values of fields, and annotations where
//! the signer permitted them.

mod annotation;
mod catalog;
mod change;
mod dss;
mod form;
mod page;
mod path;
mod permission;
mod structure;
mod walk;

pub use change::{Change, Kind, Level};

use crate::document::{Document, ReadError};
use crate::object::Object;
use crate::signature::{Coverage, SignatureValue};
use crate::syntax::is_space;
use permission::{Demands, Permission};
use walk::{Left, Walk};

/// What the verifier permits where signers said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferencePolicy {
    /// How far changes may go after a signature that doesn't certify.
    pub uncertified: Level,
}

impl Default for DifferencePolicy {
    /// Filling in and signing: what forms with several signers need.
    fn default() -> Self {
        Self { uncertified: Level::Filling }
    }
}

/// What became of the document after one signature.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The signature.
    pub signature: SignatureValue<'a>,
    /// What it covers.
    pub coverage: Coverage,
    /// How far later changes may go: the strictest that this signature and those before it say, or the policy.
    pub permitted: Level,
    /// Whether this signature or one before it certifies the document.
    pub is_certified: bool,
    /// Every change of every later revision, in order; `level` is what it takes here, locks considered.
    pub changes: Vec<Change>,
    /// What that comes to.
    pub verdict: ChangeVerdict,
}

/// What later changes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// Nothing follows the covered bytes but white space.
    Untouched,
    /// What follows is permitted, up to this level, and doesn't touch what the signer saw.
    AsPermitted(Level),
    /// What follows is permitted, but can hide what the signer saw or be taken for it: somebody should look.
    Suspicious(Level),
    /// Something follows that is not permitted.
    Forbidden,
    /// The signature doesn't cover its revision: it says nothing about this document.
    Uncovered,
}

impl<'a> Document<'a> {
    /// Judges what happened after each signature, oldest first.
    pub fn judge(&self, policy: DifferencePolicy) -> Result<Vec<Judgement<'a>>, ReadError> {
        let signatures = self.signatures()?;
        let Some(first) = signatures.iter().map(|signature| signature.revision).min() else {
            return Ok(Vec::new());
        };
        let changes = self.changes_after(first)?;
        let demands = signatures
            .iter()
            .map(|signature| Ok((signature.revision, Demands::of(self, signature)?)))
            .collect::<Result<Vec<_>, ReadError>>()?;
        Ok(signatures
            .into_iter()
            .map(|signature| {
                let earlier =
                    || demands.iter().filter(|(at, _)| *at <= signature.revision).map(|(_, demands)| demands);
                let certified = earlier().filter_map(|demands| demands.level).min();
                let permission = Permission {
                    level: certified.unwrap_or(policy.uncertified),
                    is_certified: certified.is_some(),
                    locks: earlier().flat_map(|demands| &demands.locks).collect(),
                };
                self.judged(signature, &permission, &changes)
            })
            .collect())
    }

    /// Every change of every revision after one, in order, with what each takes where no signer said anything. For those
    /// who hold a file against a revision that they know: what a signer's own revision changed is among it.
    pub fn changes_after(&self, revision: usize) -> Result<Vec<Change>, ReadError> {
        let mut changes: Vec<Change> = Vec::new();
        let mut left = Left::ALL;
        for later in revision.saturating_add(1)..self.revisions().len() {
            changes.extend(Walk::changes(self.at(later - 1), self.at(later), &mut left)?);
        }
        changes.extend(self.trailing_change());
        Ok(changes)
    }

    fn judged(
        &self,
        signature: SignatureValue<'a>,
        permission: &Permission<'_>,
        changes: &[Change],
    ) -> Judgement<'a> {
        let coverage = signature.coverage(self);
        let later = changes.iter().filter(|change| change.revision > signature.revision);
        let changes: Vec<Change> =
            later.map(|change| Change { level: permission.needed(change), ..change.clone() }).collect();
        let worst = changes.iter().map(|change| change.level).max().unwrap_or(Level::Extension);
        let is_last = signature.revision + 1 == self.revisions().len();
        let verdict = match coverage {
            Coverage::Broken(_) => ChangeVerdict::Uncovered,
            Coverage::Revision { .. } if is_last && changes.is_empty() => ChangeVerdict::Untouched,
            Coverage::Revision { .. } if worst > permission.level => ChangeVerdict::Forbidden,
            Coverage::Revision { .. } if changes.iter().any(|change| change.may_cover) => {
                ChangeVerdict::Suspicious(worst)
            }
            Coverage::Revision { .. } => ChangeVerdict::AsPermitted(worst),
        };
        let (permitted, is_certified) = (permission.level, permission.is_certified);
        Judgement { signature, coverage, permitted, is_certified, changes, verdict }
    }

    /// Bytes after the last revision: other readers may look for objects in them.
    fn trailing_change(&self) -> Option<Change> {
        let trailing = self.trailing();
        if trailing.iter().copied().all(is_space) {
            return None;
        }
        Some(Change {
            kind: Kind::Trailing,
            level: Level::Forbidden,
            may_cover: true,
            object: None,
            path: "after the last %%EOF".into(),
            field: None,
            before: change::short(&Object::Null),
            after: format!("{} bytes", trailing.len()),
            revision: self.revisions().len(),
        })
    }
}
