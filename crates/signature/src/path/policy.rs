//! Certificate policies (RFC 5280 §6.1.2–6.1.5) as a graph (RFC 9618 §5).
//!
//! RFC 5280's tree doubles with every authority that maps two policies onto each other. In RFC 9618's graph a policy
//! appears once at each depth, whoever leads to it, and the verdict is the same. Qualifiers are not carried along.

use super::PathError;
use super::budget::Budget;
use crate::oid::ANY_POLICY;
use const_oid::ObjectIdentifier;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

type Policy = ObjectIdentifier;
type Set = BTreeSet<Policy>;

/// `valid_policy_graph` (RFC 9618 §5.3 (a)). No level at all is the graph NULL.
#[derive(Debug)]
pub(super) struct PolicyGraph {
    levels: Vec<BTreeMap<Policy, Node>>,
}

#[derive(Debug, Clone)]
struct Node {
    expected: Set,
    /// Nodes one level above.
    parents: Set,
}

/// Under which policies a path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySet {
    /// Any policy at all.
    Any,
    /// These, in the terms of the anchor's domain. None: the path holds under no policy, and none was required.
    Only(BTreeSet<ObjectIdentifier>),
}

impl PolicySet {
    /// Whether this policy is among them.
    pub fn contains(&self, policy: ObjectIdentifier) -> bool {
        match self {
            Self::Any => true,
            Self::Only(set) => set.contains(&policy) || set.contains(&ANY_POLICY),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(set) if set.is_empty())
    }
}

impl fmt::Display for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Only(set) if set.is_empty() => f.write_str("none"),
            Self::Only(set) => {
                let names: Vec<String> = set.iter().map(ToString::to_string).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

impl PolicyGraph {
    /// One node, any policy, at depth zero (§6.1.2 (a)).
    pub(super) fn new() -> Self {
        let root = Node { expected: Set::from([ANY_POLICY]), parents: Set::new() };
        Self { levels: vec![BTreeMap::from([(ANY_POLICY, root)])] }
    }

    pub(super) fn is_null(&self) -> bool {
        self.levels.is_empty()
    }

    /// §6.1.3 (e): a certificate without policies.
    pub(super) fn clear(&mut self) {
        self.levels.clear();
    }

    /// §6.1.3 (d): the policies of the next certificate. `any` is whether its any-policy counts: `inhibit_anyPolicy` is
    /// positive, or it is self-issued and not the last.
    pub(super) fn assert(
        &mut self,
        policies: &[Policy],
        any: AnyPolicy,
        budget: &mut Budget,
    ) -> Result<(), PathError> {
        let Some(above) = self.levels.last() else { return Ok(()) };
        let mut expecting: BTreeMap<Policy, Set> = BTreeMap::new();
        for (policy, node) in above {
            for expected in &node.expected {
                expecting.entry(*expected).or_default().insert(*policy);
            }
        }
        let mut level: BTreeMap<Policy, Node> = BTreeMap::new();
        for policy in policies.iter().filter(|policy| **policy != ANY_POLICY) {
            // (1) (i), else (1) (ii).
            let parents = match expecting.get(policy) {
                Some(parents) => parents.clone(),
                None if above.contains_key(&ANY_POLICY) => Set::from([ANY_POLICY]),
                None => continue,
            };
            level.insert(*policy, Node { expected: Set::from([*policy]), parents });
        }
        if policies.contains(&ANY_POLICY) && any == AnyPolicy::Counts {
            // (2): what was expected and isn't named.
            for (policy, parents) in expecting {
                level.entry(policy).or_insert_with(|| Node { expected: Set::from([policy]), parents });
            }
        }
        budget.add_policies(level.values().map(|node| node.parents.len()).sum())?;
        self.levels.push(level);
        self.prune();
        Ok(())
    }

    /// §6.1.4 (b): how the certificate just asserted maps policies.
    pub(super) fn map(
        &mut self,
        mappings: &[(Policy, Policy)],
        mapping: Mapping,
        budget: &mut Budget,
    ) -> Result<(), PathError> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let mut by_issuer: BTreeMap<Policy, Set> = BTreeMap::new();
        for (issuer, subject) in mappings {
            by_issuer.entry(*issuer).or_default().insert(*subject);
        }
        budget.add_policies(mappings.len())?;
        let above = level.get(&ANY_POLICY).map(|any| any.parents.clone());
        for (issuer, subjects) in by_issuer {
            match (mapping, level.get_mut(&issuer), &above) {
                // (1)
                (Mapping::Allowed, Some(node), _) => node.expected = subjects,
                (Mapping::Allowed, None, Some(parents)) => {
                    level.insert(issuer, Node { expected: subjects, parents: parents.clone() });
                }
                (Mapping::Allowed, None, None) => {}
                // (2)
                (Mapping::Inhibited, ..) => {
                    level.remove(&issuer);
                }
            }
        }
        self.prune();
        Ok(())
    }

    /// §6.1.3 (d) (3): nodes that nothing leads on from go, level by level; a level without any makes the graph NULL.
    fn prune(&mut self) {
        let mut wanted: Option<Set> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(wanted) = &wanted {
                level.retain(|policy, _| wanted.contains(policy));
            }
            if level.is_empty() {
                self.levels.clear();
                return;
            }
            wanted = Some(level.values().flat_map(|node| node.parents.iter().copied()).collect());
        }
    }

    /// §6.1.5 (g) (RFC 9618 §5.6): the policies the path holds under, among those the verifier would take.
    pub(super) fn held(&self, acceptable: &PolicySet) -> PolicySet {
        if self.is_null() {
            return PolicySet::Only(Set::new());
        }
        // Nodes other than any-policy that come straight from it, at whatever depth: the anchor's own terms.
        let below_root = self.levels.iter().skip(1).flatten();
        let authority: Set = below_root
            .filter(|(policy, node)| **policy != ANY_POLICY && node.parents.contains(&ANY_POLICY))
            .map(|(policy, _)| *policy)
            .collect();
        if self.levels.last().is_some_and(|level| level.contains_key(&ANY_POLICY)) {
            return acceptable.clone();
        }
        match acceptable {
            PolicySet::Any => PolicySet::Only(authority),
            PolicySet::Only(set) if set.contains(&ANY_POLICY) => PolicySet::Only(authority),
            PolicySet::Only(set) => PolicySet::Only(authority.intersection(set).copied().collect()),
        }
    }
}

/// Whether a certificate's any-policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnyPolicy {
    Counts,
    Inhibited,
}

/// Whether policies may be mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mapping {
    Allowed,
    Inhibited,
}

#[cfg(test)]
mod tests;
