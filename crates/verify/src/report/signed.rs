//! What a report says of signatures: who signed, how far times are proven, what is in doubt.

use std::collections::BTreeMap;

use countersign_agreement::kind::Kind;
use countersign_agreement::replay::Flag;
use countersign_authority::model::act::Act;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_authority::model::time::Instant;
use countersign_notation::time;
use countersign_signature::ades::TimestampState;

use crate::evidence::{Binding, Evidence, VerifiedAct};
use crate::recorded::recorded_after;
use crate::signed_pdf::SignedPdf;
use crate::standing::Revocation;
use crate::vouching::Runner;

/// Who signed, and who vouches for the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerLine {
    /// The person.
    pub person: String,
    /// For which party.
    pub party: PartyId,
    /// The certificate's subject.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The certificate's fingerprint.
    pub key: Digest,
    /// How the key is known to be theirs.
    pub binding: Binding,
    /// Who runs the authority that issued it.
    pub runner: Runner,
    /// What lists and answers say of it.
    pub revocation: Revocation,
    /// How many acts it signed.
    pub acts: usize,
}

/// How far an act's time is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLine {
    /// The act.
    pub number: u32,
    /// None yet, proven, archived.
    pub state: TimestampState,
    /// Not later than then.
    pub not_later_than: Option<Instant>,
    /// Says which authority.
    pub authority: Option<String>,
    /// Tokens that show nothing, and why.
    pub no_proof: Vec<String>,
}

/// An act that counts for neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The act.
    pub number: u32,
    /// Why.
    pub says: String,
}

/// Acts that count for neither yes nor no.
pub(super) fn doubts(evidence: &Evidence) -> Vec<Doubt> {
    let doubt = |act: &VerifiedAct| {
        let says = act.doubt()?;
        Some(Doubt { number: act.number(), says })
    };
    evidence.acts.iter().filter_map(doubt).collect()
}

/// What an answer hangs on, in words.
pub(super) fn hangs_on(doubts: &[Doubt], would_be: &str) -> String {
    let mut whys: Vec<(&str, Vec<String>)> = Vec::new();
    for doubt in doubts {
        match whys.iter_mut().find(|(why, _)| *why == doubt.says) {
            Some((_, numbers)) => numbers.push(doubt.number.to_string()),
            None => whys.push((&doubt.says, vec![doubt.number.to_string()])),
        }
    }
    let whys: Vec<String> =
        whys.iter().map(|(why, numbers)| format!("act {}: {why}", numbers.join(", "))).collect();
    format!("the answer hangs on {} (with what is doubtful it would be {would_be})", whys.join("; "))
}

/// Signers' clocks and authorities' may differ by this without a word: a minute.
const CLOCKS_DIFFER: i128 = 60_000_000_000;

/// Bounds facts by the times that are proven: an act happened between what it claims and what is proven. One that is proven
/// to be older than it claims is flagged, and so is one that claims to be older than what a trusted record has before it
/// and is not proven to be: it may have happened at any moment between.
pub(super) fn bound_times(facts: &mut [Act], evidence: &Evidence) -> Vec<Flag> {
    let mut flags = Vec::new();
    let after = recorded_after(&evidence.records, &evidence.acts);
    for act in &evidence.acts {
        let (stamped, proven) = (act.standing().not_later_than, act.proven_by());
        let after = after.get(&act.number()).copied();
        if proven.is_none() && after.is_none() {
            continue;
        }
        let (id, claimed) = (act.id().to_string(), act.act().at);
        let by = |moment: Instant| proven.map_or(moment, |proven| moment.min(proven));
        // A timestamp is asked for at once; a checkpoint may be years later, and says nothing against what is claimed.
        let until = stamped.map_or(claimed, |stamped| claimed.max(by(stamped)));
        let until = after.map_or(until, |(_, moment)| until.max(by(moment)));
        for fact in facts.iter_mut().filter(|fact| *fact.id == *id) {
            fact.at = by(claimed);
            fact.not_after = until;
        }
        if let Some((before, moment)) = after
            && by(moment).0.saturating_sub(claimed.0) > CLOCKS_DIFFER
        {
            let says = format!(
                "act {} claims to be of {}, and the record has it after act {before} of {}: nothing shows that it is older",
                act.number(),
                time::rfc3339(claimed),
                time::rfc3339(moment)
            );
            flags.push(Flag { number: act.number(), says });
        }
        if let Some(proven) = proven
            && claimed.0.saturating_sub(proven.0) > CLOCKS_DIFFER
        {
            let says = format!(
                "act {} claims to be of {}, and its signature existed at {}",
                act.number(),
                time::rfc3339(claimed),
                time::rfc3339(proven)
            );
            flags.push(Flag { number: act.number(), says });
        }
    }
    flags
}

/// Grants, revocations and restrictions that the record has after an act of a later time, and that nothing shows to be
/// older: the last moment at which each may have been made.
pub(super) fn made_late(evidence: &Evidence) -> BTreeMap<u32, (Doubt, Instant)> {
    let after = recorded_after(&evidence.records, &evidence.acts);
    let late = evidence.acts.iter().filter_map(|act| {
        let (before, moment) = *after.get(&act.number())?;
        let until = act.proven_by().map_or(moment, |proven| proven.min(moment));
        let changes = matches!(act.act().kind, Kind::Grant | Kind::Revoke | Kind::Restrict);
        (changes && until >= act.act().at).then(|| {
            let says = format!(
                "nothing shows that it is older than act {before}, which the record has before it, of {}",
                time::rfc3339(moment)
            );
            (act.number(), (Doubt { number: act.number(), says }, until))
        })
    });
    late.collect()
}

pub(super) fn signers(evidence: &Evidence) -> Vec<SignerLine> {
    let mut lines: Vec<SignerLine> = Vec::new();
    for act in &evidence.acts {
        let certificate = act.signature().signer();
        let key = Digest(certificate.fingerprint());
        match lines.iter_mut().find(|line| line.key == key && line.person == act.act().person.as_str()) {
            Some(line) => line.acts = line.acts.saturating_add(1),
            None => lines.push(SignerLine {
                person: act.act().person.to_string(),
                party: act.act().on_behalf_of.clone(),
                subject: certificate.subject(),
                issuer: certificate.issuer(),
                key,
                binding: *act.binding(),
                runner: act.runner().clone(),
                revocation: act.standing().revocation.clone(),
                acts: 1,
            }),
        }
    }
    lines
}

/// A PDF that an act signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfLine {
    /// The act.
    pub number: u32,
    /// What the PDF shows.
    pub pdf: SignedPdf,
}

pub(super) fn pdfs(evidence: &Evidence) -> Vec<PdfLine> {
    let line = |act: &VerifiedAct| Some(PdfLine { number: act.number(), pdf: act.pdf()?.clone() });
    evidence.acts.iter().filter_map(line).collect()
}

pub(super) fn times(evidence: &Evidence) -> Vec<TimeLine> {
    let line = |act: &VerifiedAct| {
        let standing = act.standing();
        TimeLine {
            number: act.number(),
            state: standing.state,
            not_later_than: standing.not_later_than,
            authority: standing.authority.clone(),
            no_proof: standing.no_proof.clone(),
        }
    };
    evidence.acts.iter().map(line).collect()
}
