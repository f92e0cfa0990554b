//! The whole process: timestamps from the latest back, what each proves, then the signature (EN 319 102-1 §5.6.3).

use super::chain::Chains;
use super::engine::{Engine, Role, Subject, Weighed};
use super::level::{Level, TimestampState};
use super::proof::{ObjectId, Proof, Proofs, Witness};
use super::question::{Evidence, Question, Rules, Signed, Stamp, StampKind};
use super::reason::Reason;
use super::verdict::{Conclusion, StampStatus, Together, Validation};
use crate::path::ProvenPath;
use crate::timestamp::TimestampToken;
use crate::verify::VerifiedSignature;
use std::cmp::Reverse;

/// Verifies a signature by EN 319 102-1: the basic process, the one with time, and the one with long-term data, each as
/// far as what is at hand allows.
///
/// Timestamps are weighed from the latest back; one that holds shows that what it covers existed, which the ones before
/// it may need. Then the signature is weighed at the moment asked about, and what stands against it is held against the
/// earliest proof of its existence. Where the standard leaves a choice, [`super::Constraints`] and
/// `docs/adr/0012-signatures-over-time.md` say what is chosen.
pub fn verify(question: &Question<'_>) -> Validation {
    let Question { signature, stamps, evidence, collected, trust, constraints, made_after, at } = *question;
    let rules = Rules { trust, constraints, collected, at };
    let mut engine = engine(std::iter::once(signature), stamps, evidence, &rules);
    let (statuses, holding) = weigh_stamps(&mut engine, stamps);
    weigh_signature(&engine, &Signed { signature, made_after }, (stamps, &statuses, &holding), evidence)
}

/// Verifies the signatures and timestamps of one file together, each with all that stands in it. As [`verify`], but
/// timestamps are weighed once.
pub fn verify_together(
    signatures: &[Signed<'_>],
    stamps: &[Stamp],
    evidence: &Evidence,
    rules: &Rules<'_>,
) -> Together {
    let all = signatures.iter().map(|signed| signed.signature);
    let mut engine = engine(all, stamps, evidence, rules);
    let (mut statuses, holding) = weigh_stamps(&mut engine, stamps);
    let weighed = signatures
        .iter()
        .map(|signed| weigh_signature(&engine, signed, (stamps, &statuses, &holding), evidence))
        .collect();
    statuses.sort_by_key(|(number, _)| *number);
    let stamps = statuses.into_iter().map(|(_, status)| status).collect();
    Together { signatures: weighed, stamps, checked: engine.chains.checked() }
}

/// Verifies one timestamp with nothing else beside it.
pub(crate) fn verify_stamp(stamp: &Stamp, rules: &Rules<'_>) -> StampStatus {
    let (none, stamps) = (std::iter::empty(), std::slice::from_ref(stamp));
    weigh_stamp(&engine(none, stamps, &Evidence::default(), rules), stamp)
}

fn engine<'a, 's>(
    signatures: impl Iterator<Item = &'s VerifiedSignature>,
    stamps: &[Stamp],
    evidence: &Evidence,
    rules: &Rules<'a>,
) -> Engine<'a> {
    let chains = Chains::new(rules, signatures, stamps, &[evidence, rules.collected]);
    let mut proofs = Proofs::new(rules.at, chains.holders());
    for (object, proof) in evidence.proofs.iter().chain(&rules.collected.proofs) {
        proofs.add_one(*object, proof);
    }
    Engine { at: rules.at, chains, constraints: rules.constraints, proofs }
}

/// What is known of the timestamps: themselves, the verdicts with the place of each among them, and those that hold.
type Stamps<'a> = (&'a [Stamp], &'a [(usize, StampStatus)], &'a [Holding<'a>]);

fn weigh_signature(
    engine: &Engine<'_>,
    signed: &Signed<'_>,
    (stamps, statuses, holding): Stamps<'_>,
    evidence: &Evidence,
) -> Validation {
    let signature = signed.signature;
    let object = ObjectId::of(signature.value());
    let own: Vec<&Stamp> = stamps.iter().filter(|stamp| stamp.covers().contains(object)).collect();
    let over: Vec<&Holding<'_>> = holding.iter().filter(|one| one.stamp.covers().contains(object)).collect();
    let is_own = |number: &usize| stamps.get(*number).is_some_and(|stamp| stamp.covers().contains(object));
    let role = Role::Signer;
    let subject = Subject { signature, object, role, imprint: None, made_after: signed.made_after };
    let Weighed { mut conclusion, exists, path, revocation, control } = engine.weigh(&subject);
    if let Some(disorder) = disorder(&over) {
        conclusion.reasons.push(disorder);
    }
    let lists = lists(signature, evidence, engine, path.as_ref());
    let timestamps = statuses.iter().filter(|(number, _)| is_own(number));
    Validation {
        conclusion,
        level: level(signature, &own, &lists),
        state: state(&over),
        proven: (exists.by != Witness::Present).then_some(exists),
        path,
        revocation,
        control,
        timestamps: timestamps.map(|(_, status)| status.clone()).collect(),
        at: engine.at,
    }
}

/// A timestamp that holds.
struct Holding<'a> {
    stamp: &'a Stamp,
    token: &'a TimestampToken,
    /// The earliest time of one that holds and covers it, with its authority's accuracy, in unix seconds.
    covered: Option<i64>,
}

/// Weighs timestamps from the latest back; what one that holds covers is known to have existed for those that follow.
fn weigh_stamps<'a>(
    engine: &mut Engine<'_>,
    stamps: &'a [Stamp],
) -> (Vec<(usize, StampStatus)>, Vec<Holding<'a>>) {
    let mut order: Vec<(usize, &Stamp)> = stamps.iter().enumerate().collect();
    // Of two of one time the one that may cover the other comes first: one over more than a signature, and the last in
    // the file.
    order.sort_by_key(|(number, stamp)| {
        let time = stamp.token().map_or(i128::MIN, TimestampToken::nanoseconds);
        (Reverse(time), stamp.kind() == StampKind::Signature, Reverse(*number))
    });
    let (mut statuses, mut holding) = (Vec::new(), Vec::new());
    for (number, stamp) in order {
        let status = weigh_stamp(engine, stamp);
        if let (true, Ok(token)) = (status.conclusion.is_passed(), stamp.token()) {
            // Not later than: the authority's own accuracy is added.
            let by = Witness::Timestamp(token.authority().subject().into());
            engine.proofs.add(stamp.covers(), Proof { at: token.at_latest(), by });
            holding.push(Holding { stamp, token, covered: None });
        }
        statuses.push((number, status));
    }
    let covered: Vec<Option<i64>> = holding
        .iter()
        .map(|one| {
            let id = ObjectId::of(one.token.as_der());
            let over = holding.iter().filter(|other| other.stamp.covers().contains(id));
            over.map(|other| other.token.at_latest()).min()
        })
        .collect();
    holding.iter_mut().zip(covered).for_each(|(one, covered)| one.covered = covered);
    (statuses, holding)
}

/// Weighs one timestamp.
fn weigh_stamp(engine: &Engine<'_>, stamp: &Stamp) -> StampStatus {
    let kind = stamp.kind();
    match stamp.token() {
        Err(reason) => {
            let conclusion = Conclusion { reasons: vec![reason.clone()], overcome: Vec::new() };
            let (path, revocation) = (None, Vec::new());
            StampStatus { kind, at: None, authority: None, conclusion, path, revocation }
        }
        Ok(token) => {
            let Weighed { mut conclusion, path, revocation, .. } = engine.weigh(&subject(token));
            if token.at_earliest() > engine.at {
                let (stamped, asked) = (token.at(), engine.at);
                conclusion.reasons.insert(0, Reason::NotYetStamped { stamped, asked });
            }
            let (at, authority) = (Some(token.at_latest()), Some(token.authority().subject()));
            StampStatus { kind, at, authority, conclusion, path, revocation }
        }
    }
}

/// A token as something to weigh.
fn subject(token: &TimestampToken) -> Subject<'_> {
    Subject {
        signature: token.signature(),
        object: ObjectId::of(token.as_der()),
        role: Role::Authority,
        imprint: Some(token.imprint().digest),
        made_after: None,
    }
}

/// A timestamp over the signature that says to be later than one that covers it, both of them holding (EN 319 102-1
/// §5.5.4, step 5). Within the accuracy that their authorities state they may be in either order.
fn disorder(over: &[&Holding<'_>]) -> Option<Reason> {
    over.iter().find_map(|one| {
        let covering = one.covered.filter(|covering| one.token.at_earliest() > *covering)?;
        Some(Reason::TimestampOrder { covered: one.token.at(), covering })
    })
}

/// The lists and answers that travel with the signature and speak of the signer's certificate; all that travel with it
/// where there is no path, or nobody who could be asked.
fn lists(
    signature: &VerifiedSignature,
    evidence: &Evidence,
    engine: &Engine<'_>,
    path: Option<&ProvenPath>,
) -> Vec<ObjectId> {
    let embedded = signature.crls().iter().chain(signature.ocsps());
    let beside = evidence.crls.iter().chain(&evidence.ocsps);
    let travelling = embedded.chain(beside).map(|list| ObjectId::of(list));
    let statements = path.map(|path| engine.chains.statements(path));
    match statements.as_ref().and_then(|statements| statements.first()) {
        None => travelling.collect(),
        Some(signers) => {
            let speak = |list: &ObjectId| signers.all.iter().any(|one| one.objects.contains(list));
            travelling.filter(speak).collect()
        }
    }
}

/// What stands there, whether it holds or not. `own`: the timestamps that should cover the signature.
fn level(signature: &VerifiedSignature, own: &[&Stamp], lists: &[ObjectId]) -> Option<Level> {
    if !signature.signing_certificate_bound() {
        return None;
    }
    if own.is_empty() {
        return Some(Level::BB);
    }
    if lists.is_empty() {
        return Some(Level::BT);
    }
    let mut later = own.iter().filter(|stamp| stamp.kind() != StampKind::Signature);
    let over_lists = later.any(|stamp| stamp.covers().contains_any(lists));
    Some(if over_lists { Level::BLTA } else { Level::BLT })
}

/// How far its time is shown.
fn state(over: &[&Holding<'_>]) -> TimestampState {
    if over.is_empty() {
        TimestampState::None
    } else if over.iter().any(|one| one.covered.is_some()) {
        TimestampState::Archived
    } else {
        TimestampState::Proven
    }
}
