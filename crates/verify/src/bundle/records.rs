//! What came from records: read, and held to the rules that reading and writing share.

use super::error::{BundleError, OriginFault};
use super::layout::{ACTS_MAX, RECORDS_MAX, RecordKey, RecordPart};
use super::{Bundle, BundledProof, BundledRecord};
use countersign_agreement::record::{ENTRY_LENGTH, Link, Salt};
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// Records as they come from the zip, in any order.
#[derive(Default)]
pub(super) struct FoundRecords(BTreeMap<RecordKey, (Option<Origin>, BundledRecord)>);

impl FoundRecords {
    pub(super) fn add(
        &mut self,
        record: RecordKey,
        part: RecordPart,
        bytes: Vec<u8>,
    ) -> Result<(), BundleError> {
        let entry = || record.path(part);
        if !self.0.contains_key(&record) && self.0.len() >= RECORDS_MAX {
            return Err(BundleError::TooManyRecords);
        }
        let (origin, found) = self.0.entry(record).or_default();
        match part {
            RecordPart::Origin => {
                let read =
                    read_origin(&bytes).map_err(|fault| BundleError::Origin { entry: entry(), fault })?;
                let expected = RecordKey::of(&read).path(part);
                if expected != entry() {
                    return Err(BundleError::RecordName { entry: entry(), expected });
                }
                *origin = Some(read);
            }
            RecordPart::Links => found.links = read_links(&entry, &bytes)?,
            RecordPart::Head => found.head = Some(bytes),
            RecordPart::Proof(id) => found.acts.entry(id).or_default().tlog_proof = Some(bytes),
            RecordPart::Salt(id) => {
                found.acts.entry(id).or_default().salt = Some(read_salt(entry, &bytes)?);
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<BTreeMap<Origin, BundledRecord>, BundleError> {
        let mut records = BTreeMap::new();
        for (key, (origin, record)) in self.0 {
            let Some(origin) = origin else {
                let any = parts(&record).next().unwrap_or(RecordPart::Origin);
                let missing = key.path(RecordPart::Origin);
                return Err(BundleError::NoOrigin { entry: key.path(any), missing });
            };
            records.insert(origin, record);
        }
        Ok(records)
    }
}

/// Which files a record has beside its origin.
fn parts(record: &BundledRecord) -> impl Iterator<Item = RecordPart> {
    let links = (!record.links.is_empty()).then_some(RecordPart::Links);
    let head = record.head.is_some().then_some(RecordPart::Head);
    let acts = record.acts.iter().flat_map(|(id, BundledProof { tlog_proof, salt })| {
        let proof = tlog_proof.is_some().then_some(RecordPart::Proof(*id));
        proof.into_iter().chain(salt.is_some().then_some(RecordPart::Salt(*id)))
    });
    links.into_iter().chain(head).chain(acts)
}

pub(super) fn read_salt(entry: impl Fn() -> String, bytes: &[u8]) -> Result<Salt, BundleError> {
    let salt: [u8; ENTRY_LENGTH] =
        bytes.try_into().map_err(|_| BundleError::Salt { entry: entry(), found: bytes.len() })?;
    Ok(Salt::new(salt))
}

/// One line.
fn read_origin(bytes: &[u8]) -> Result<Origin, OriginFault> {
    let text = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
    let line = text.filter(|line| !line.chars().any(char::is_control)).ok_or(OriginFault::NotALine)?;
    Ok(Origin::new(line)?)
}

/// Links 1 to k, one a line.
fn read_links(entry: &impl Fn() -> String, bytes: &[u8]) -> Result<Vec<Link>, BundleError> {
    let lines = bytes.strip_suffix(b"\n").ok_or_else(|| BundleError::Lines { entry: entry() })?;
    let mut links = Vec::new();
    for (line, bytes) in (1_usize..).zip(lines.split(|byte| *byte == b'\n')) {
        let link = Link::read(bytes).map_err(|fault| BundleError::Link { entry: entry(), line, fault })?;
        check_number(entry, line, &link)?;
        links.push(link);
    }
    Ok(links)
}

fn check_number(entry: &impl Fn() -> String, line: usize, link: &Link) -> Result<(), BundleError> {
    let found = link.number;
    match u32::try_from(line) {
        Ok(line) if line > ACTS_MAX => Err(BundleError::TooManyActs),
        Ok(line) if line == found => Ok(()),
        _ => Err(BundleError::LinkNumber { entry: entry(), line, found }),
    }
}

/// What a record's `links.jsonl` holds.
pub(super) fn links_file(links: &[Link]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for link in links {
        bytes.extend(link.canonical());
        bytes.push(b'\n');
    }
    bytes
}

/// What reading and writing both ask of a bundle's records.
pub(super) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    if bundle.records.len() > RECORDS_MAX {
        return Err(BundleError::TooManyRecords);
    }
    let own = bundle.origin();
    let ids: BTreeSet<Digest> = bundle.acts.iter().map(|act| act.id).collect();
    for (origin, record) in &bundle.records {
        let key = RecordKey::of(origin);
        if origin.as_str().chars().any(char::is_control) {
            let (entry, fault) = (key.path(RecordPart::Origin), OriginFault::NotALine);
            return Err(BundleError::Origin { entry, fault });
        }
        for (line, link) in (1..).zip(&record.links) {
            check_number(&|| key.path(RecordPart::Links), line, link)?;
        }
        if record.head.is_some() && record.links.is_empty() {
            let missing = key.path(RecordPart::Links);
            return Err(BundleError::NoLinks { entry: key.path(RecordPart::Head), missing });
        }
        for part in parts(record) {
            let (RecordPart::Proof(id) | RecordPart::Salt(id)) = part else { continue };
            let entry = || key.path(part);
            if own.as_ref() == Some(origin) {
                return Err(BundleError::OwnRecord { entry: entry() });
            }
            if !ids.contains(&id) {
                let missing = format!("acts/NNNN-{}.json", id.hex());
                return Err(BundleError::NoAct { entry: entry(), missing });
            }
        }
    }
    Ok(())
}

/// The numbers that a bundle's acts may have: those of its own record's links, or else 1, 2, … without a gap.
pub(super) struct Numbers {
    /// The entry with the links, and how many they are.
    links: Option<(String, usize)>,
    expected: u32,
}

impl Numbers {
    pub(super) fn of(bundle: &Bundle) -> Self {
        let links = bundle.origin().zip(bundle.own_record()).filter(|(_, record)| !record.links.is_empty());
        let links = links
            .map(|(origin, record)| (RecordKey::of(&origin).path(RecordPart::Links), record.links.len()));
        Self { links, expected: 1 }
    }

    /// Whether an act may have this number after those before it.
    pub(super) fn next(&mut self, found: u32, entry: impl Fn() -> String) -> Result<(), BundleError> {
        let expected = self.expected;
        if found > ACTS_MAX {
            return Err(BundleError::TooManyActs);
        }
        match &self.links {
            Some((links, count)) if usize::try_from(found).is_ok_and(|found| found > *count) => {
                return Err(BundleError::BeyondLinks {
                    entry: entry(),
                    found,
                    links: links.clone(),
                    count: *count,
                });
            }
            Some(_) if found >= expected => {}
            None if found == expected => {}
            _ => return Err(BundleError::ActNumber { entry: entry(), expected, found }),
        }
        self.expected = found.saturating_add(1);
        Ok(())
    }
}
