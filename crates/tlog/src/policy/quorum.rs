//! Who cosigned, who didn't, and whether that is enough.

use super::{Asked, Component, Octets, Policy};
use crate::cosignature::Timestamp;
use crate::note::VerifiedNote;
use std::fmt;

/// The quorum of a policy, counted on one checkpoint. A negative answer is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    signed: Vec<Cosigner>,
    missing: Vec<Octets>,
    /// `None`: the policy asks for no cosignature.
    asked: Option<Member>,
    met: bool,
}

/// A witness of the policy that cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    /// What the policy calls it.
    pub name: Octets,
    /// When it says it cosigned, by its own clock; where it did so several times, the earliest.
    pub time: Timestamp,
}

/// A witness or a group, and whether it has witnessed the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// A witness.
    Witness {
        /// What the policy calls it.
        name: Octets,
        /// When it says it cosigned; `None`: it didn't.
        time: Option<Timestamp>,
    },
    /// A group.
    Group {
        /// What the policy calls it.
        name: Octets,
        /// How many of its members it takes.
        threshold: usize,
        /// Its members, in the policy's order.
        members: Vec<Member>,
    },
}

impl Quorum {
    pub(super) fn count(policy: &Policy, note: &VerifiedNote<'_>) -> Self {
        let times: Vec<Option<Timestamp>> = policy
            .witnesses
            .iter()
            .map(|witness| {
                let by_it = note.signatures().iter().filter(|signature| *signature.key() == witness.key);
                by_it.filter_map(|signature| signature.time()).min()
            })
            .collect();
        let named = || policy.witnesses.iter().map(|witness| witness.name.clone()).zip(&times);
        let (asked, met) = match policy.quorum {
            Asked::Nothing => (None, true),
            Asked::Of(component) => {
                let asked = Member::count(policy, component, &times);
                let met = asked.as_ref().is_some_and(Member::has_witnessed);
                (asked, met)
            }
        };
        Self {
            signed: named().filter_map(|(name, time)| time.map(|time| Cosigner { name, time })).collect(),
            missing: named().filter(|(_, time)| time.is_none()).map(|(name, _)| name).collect(),
            asked,
            met,
        }
    }

    /// Whether enough witnesses cosigned.
    pub fn is_met(&self) -> bool {
        self.met
    }

    /// The witnesses of the policy that cosigned, in the policy's order, whether or not the quorum counts them.
    pub fn signed(&self) -> &[Cosigner] {
        &self.signed
    }

    /// The witnesses of the policy that did not cosign.
    pub fn missing(&self) -> &[Octets] {
        &self.missing
    }

    /// What the policy asks for, with what was found; `None` where it asks for no cosignature.
    pub fn asked(&self) -> Option<&Member> {
        self.asked.as_ref()
    }
}

impl Member {
    /// Groups name only what stands before them, so this ends: at most 128 deep.
    fn count(policy: &Policy, component: Component, times: &[Option<Timestamp>]) -> Option<Self> {
        Some(match component {
            Component::Witness(at) => {
                Self::Witness { name: policy.witnesses.get(at)?.name.clone(), time: *times.get(at)? }
            }
            Component::Group(at) => {
                let group = policy.groups.get(at)?;
                let members = group.members.iter().filter_map(|member| Self::count(policy, *member, times));
                Self::Group {
                    name: group.name.clone(),
                    threshold: group.threshold,
                    members: members.collect(),
                }
            }
        })
    }

    /// Whether it has witnessed the checkpoint.
    pub fn has_witnessed(&self) -> bool {
        match self {
            Self::Witness { time, .. } => time.is_some(),
            Self::Group { threshold, members, .. } => Self::found(members) >= *threshold,
        }
    }

    fn found(members: &[Self]) -> usize {
        members.iter().filter(|member| member.has_witnessed()).count()
    }
}

/// One line: `met: X-and-Y 2 of 2 (X 2 of 3 (X1 signed, …), …)`.
impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.asked {
            None => f.write_str("met: none is asked for"),
            Some(asked) if self.is_met() => write!(f, "met: {asked}"),
            Some(asked) => write!(f, "not met: {asked}"),
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Witness { name, time: Some(_) } => write!(f, "{name} signed"),
            Self::Witness { name, time: None } => write!(f, "{name} missing"),
            Self::Group { name, threshold, members } => {
                write!(f, "{name} has {} of the {threshold} it takes (", Self::found(members))?;
                for (at, member) in members.iter().enumerate() {
                    write!(f, "{}{member}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}
