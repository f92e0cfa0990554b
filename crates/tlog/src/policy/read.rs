//! Reads a policy line by line.

use super::{Asked, COMPONENTS_MAX, Component, Group, NONE, Octets, POLICY_MAX, Policy, TrustedLog, Witness};
use crate::checkpoint::{BadOrigin, Origin};
use crate::note::{BadKey, KeyName, KeyRing, SameKeyTwice, SignatureType, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};

/// Digits of a threshold: more than [`COMPONENTS_MAX`] has, and none that overflows.
const THRESHOLD_DIGITS_MAX: usize = 9;

/// Why bytes are not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// More than [`POLICY_MAX`].
    #[error("a policy of {length} bytes is longer than {POLICY_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The last line isn't ended.
    #[error("the policy's last line does not end in a newline")]
    Unterminated,
    /// A line is wrong.
    #[error("line {line} of the policy is wrong")]
    Line {
        /// Which, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: PolicyLineError,
    },
    /// A log that was to be added.
    #[error("the log cannot be added to the policy")]
    Log(#[source] PolicyLineError),
    /// Nothing says how many witnesses it takes.
    #[error("the policy has no quorum line; write `quorum none` where no cosignature is asked for")]
    NoQuorum,
    /// Two keys cannot be told apart.
    #[error("the policy's keys cannot be told apart")]
    SameKey(#[from] SameKeyTwice),
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyLineError {
    /// A control character other than tab and newline.
    #[error("it holds the octet {octet:#04x}; of control characters only tab and newline are allowed")]
    Octet {
        /// Which.
        octet: u8,
    },
    /// Another first word.
    #[error("`{keyword}` is not log, witness, group or quorum")]
    Keyword {
        /// The word at fault.
        keyword: Octets,
    },
    /// Too few or too many words.
    #[error("it has {found} words; write: {form}")]
    Words {
        /// How such a line is written.
        form: &'static str,
        /// Words it has.
        found: usize,
    },
    /// Not a verifier key that is supported.
    #[error("its key cannot be used")]
    Key(#[from] BadKey),
    /// A key for something else.
    #[error("{name} is a key for {found}; here it takes one for {expected}")]
    KeyType {
        /// The key's name.
        name: KeyName,
        /// What it takes.
        expected: SignatureType,
        /// What the key is for.
        found: SignatureType,
    },
    /// A log's key whose name no origin can be.
    #[error("the key's name can be no origin")]
    Origin(#[from] BadOrigin),
    /// The same public key again.
    #[error("the key of {name} stands on an earlier line already")]
    KeyTwice {
        /// The key's name.
        name: KeyName,
    },
    /// A name that is taken, `none` included.
    #[error("the name {name} is taken")]
    NameTaken {
        /// Which.
        name: Octets,
    },
    /// A name that no earlier line defines.
    #[error("no earlier line defines {name}")]
    Undefined {
        /// Which.
        name: Octets,
    },
    /// A name that is a member already: nobody counts twice.
    #[error("{name} is a member of a group already")]
    MemberTwice {
        /// Which.
        name: Octets,
    },
    /// A threshold out of bounds.
    #[error("the threshold `{threshold}` is not all, any or a number from 1 to {members}")]
    Threshold {
        /// The word at fault.
        threshold: Octets,
        /// How many members the group has.
        members: usize,
    },
    /// A second quorum.
    #[error("the quorum stands on an earlier line already")]
    QuorumTwice,
    /// More than [`COMPONENTS_MAX`] lines of a kind.
    #[error("a policy has at most {COMPONENTS_MAX} {kind}")]
    TooMany {
        /// Lines of what kind.
        kind: &'static str,
    },
}

const LOG: &str = "log <vkey> [<url>]";
const WITNESS: &str = "witness <name> <vkey> [<url>]";
const GROUP: &str = "group <name> all|any|<k> <name>...";
const QUORUM: &str = "quorum <name>|none";

/// What was read so far.
#[derive(Default)]
struct Reading {
    logs: Vec<TrustedLog>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Asked>,
    names: BTreeMap<Vec<u8>, Component>,
    members: BTreeSet<Vec<u8>>,
}

pub(super) fn policy(bytes: &[u8]) -> Result<Policy, PolicyError> {
    if bytes.len() > POLICY_MAX {
        return Err(PolicyError::TooLong { length: bytes.len() });
    }
    let mut reading = Reading::default();
    for (at, line) in bytes.split_inclusive(|octet| *octet == b'\n').enumerate() {
        let line = line.strip_suffix(b"\n").ok_or(PolicyError::Unterminated)?;
        reading.line(line).map_err(|source| PolicyError::Line { line: at + 1, source })?;
    }
    let Reading { logs, witnesses, groups, quorum, .. } = reading;
    let quorum = quorum.ok_or(PolicyError::NoQuorum)?;
    let ring = ring(&logs, &witnesses)?;
    Ok(Policy { logs, witnesses, groups, quorum, ring })
}

/// All keys of a policy.
pub(super) fn ring(logs: &[TrustedLog], witnesses: &[Witness]) -> Result<KeyRing, SameKeyTwice> {
    let keys = logs.iter().map(|log| &log.key).chain(witnesses.iter().map(|witness| &witness.key));
    KeyRing::new(keys.cloned())
}

/// Adds a log whose key's name is its origin.
pub(super) fn add_log(
    logs: &mut Vec<TrustedLog>,
    key: VerifierKey,
    url: Option<Octets>,
) -> Result<(), PolicyLineError> {
    room(logs.len(), "logs")?;
    is_for(&key, SignatureType::Ed25519)?;
    unlike(&key, logs.iter().map(|log| &log.key))?;
    let origin = Origin::new(key.name().as_str())?;
    logs.push(TrustedLog { key, origin, url });
    Ok(())
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyLineError> {
        if let Some(octet) = line.iter().find(|octet| (**octet < b' ' && **octet != b'\t') || **octet == 0x7f)
        {
            return Err(PolicyLineError::Octet { octet: *octet });
        }
        let words: Vec<&[u8]> =
            line.split(|octet| matches!(octet, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            [keyword, ..] => Err(PolicyLineError::Keyword { keyword: octets(keyword) }),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), PolicyLineError> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some(octets(url))),
            _ => return Err(PolicyLineError::Words { form: LOG, found: words.len() + 1 }),
        };
        add_log(&mut self.logs, verifier(key)?, url)
    }

    fn witness(&mut self, words: &[&[u8]]) -> Result<(), PolicyLineError> {
        let (name, key, url) = match words {
            [name, key] => (*name, key, None),
            [name, key, url] => (*name, key, Some(octets(url))),
            _ => return Err(PolicyLineError::Words { form: WITNESS, found: words.len() + 1 }),
        };
        room(self.witnesses.len(), "witnesses")?;
        let key = verifier(key)?;
        is_for(&key, SignatureType::CosignatureV1)?;
        unlike(&key, self.witnesses.iter().map(|witness| &witness.key))?;
        self.define(name, Component::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: octets(name), key, url });
        Ok(())
    }

    fn group(&mut self, words: &[&[u8]]) -> Result<(), PolicyLineError> {
        let [name, threshold, names @ ..] = words else {
            return Err(PolicyLineError::Words { form: GROUP, found: words.len() + 1 });
        };
        if names.is_empty() {
            return Err(PolicyLineError::Words { form: GROUP, found: words.len() + 1 });
        }
        room(self.groups.len(), "groups")?;
        let mut members = Vec::new();
        for member in names {
            members.push(self.find(member)?);
            if !self.members.insert(member.to_vec()) {
                return Err(PolicyLineError::MemberTwice { name: octets(member) });
            }
        }
        let threshold = read_threshold(threshold, members.len())?;
        self.define(name, Component::Group(self.groups.len()))?;
        self.groups.push(Group { name: octets(name), threshold, members });
        Ok(())
    }

    fn quorum(&mut self, words: &[&[u8]]) -> Result<(), PolicyLineError> {
        let [name] = words else {
            return Err(PolicyLineError::Words { form: QUORUM, found: words.len() + 1 });
        };
        if self.quorum.is_some() {
            return Err(PolicyLineError::QuorumTwice);
        }
        self.quorum = Some(if *name == NONE { Asked::Nothing } else { Asked::Of(self.find(name)?) });
        Ok(())
    }

    fn define(&mut self, name: &[u8], component: Component) -> Result<(), PolicyLineError> {
        if name == NONE || self.names.contains_key(name) {
            return Err(PolicyLineError::NameTaken { name: octets(name) });
        }
        self.names.insert(name.to_vec(), component);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<Component, PolicyLineError> {
        self.names.get(name).copied().ok_or_else(|| PolicyLineError::Undefined { name: octets(name) })
    }
}

fn octets(word: &[u8]) -> Octets {
    Octets(word.to_vec())
}

fn room(found: usize, kind: &'static str) -> Result<(), PolicyLineError> {
    if found >= COMPONENTS_MAX { Err(PolicyLineError::TooMany { kind }) } else { Ok(()) }
}

fn verifier(word: &[u8]) -> Result<VerifierKey, PolicyLineError> {
    let Ok(text) = std::str::from_utf8(word) else {
        return Err(BadKey::Malformed { text: octets(word).to_string() }.into());
    };
    Ok(text.parse()?)
}

fn is_for(key: &VerifierKey, expected: SignatureType) -> Result<(), PolicyLineError> {
    let found = key.signature_type();
    if found == expected {
        return Ok(());
    }
    Err(PolicyLineError::KeyType { name: key.name().clone(), expected, found })
}

/// Keys are the same where the public key is, whatever its name and id.
fn unlike<'a>(
    key: &VerifierKey,
    mut others: impl Iterator<Item = &'a VerifierKey>,
) -> Result<(), PolicyLineError> {
    if others.any(|other| other.public_key() == key.public_key()) {
        return Err(PolicyLineError::KeyTwice { name: key.name().clone() });
    }
    Ok(())
}

fn read_threshold(word: &[u8], members: usize) -> Result<usize, PolicyLineError> {
    let number = match word {
        b"any" => Some(1),
        b"all" => Some(members),
        digits if digits.len() <= THRESHOLD_DIGITS_MAX && digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok())
        }
        _ => None,
    };
    number
        .filter(|number| (1..=members).contains(number))
        .ok_or_else(|| PolicyLineError::Threshold { threshold: octets(word), members })
}
