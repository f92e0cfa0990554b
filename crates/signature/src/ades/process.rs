//! The whole process: timestamps from the latest back, what each proves, then the signature (EN 319 102-1 §5.6.3).

use super::chain::Chains;
use super::cms::Rules;
use super::engine::{Engine, Role, Subject, Weighed};
use super::level::{Level, TimestampState};
use super::proof::{ObjectId, Proof, Proofs, Witness};
use super::question::{Evidence, Question, Stamp, StampKind};
use super::reason::Reason;
use super::verdict::{Conclusion, StampStatus, Validation};
use crate::path::ProvenPath;
use crate::timestamp::TimestampToken;

/// Verifies a signature by EN 319 102-1: the basic process, the one with time, and the one with long-term data, each as
/// far as what is at hand allows.
///
/// Timestamps are weighed from the latest back; one that holds shows that what it covers existed, which the ones before
/// it may need. Then the signature is weighed at the moment asked about, and what stands against it is held against the
/// earliest proof of its existence. Where the standard leaves a choice, [`super::Constraints`] and
/// `docs/adr/0008-signatures-over-time.md` say what is chosen.
pub fn verify(question: &Question<'_>) -> Validation {
    let signature = question.signature;
    let mut engine = Engine {
        at: question.at,
        chains: Chains::new(
            question.trust,
            [&question.constraints.signer_path, &question.constraints.timestamp_path],
            question.stamps,
            Some(signature),
            &[question.evidence, question.collected],
        ),
        constraints: question.constraints,
        proofs: Proofs::new(question.at),
    };
    for (object, proof) in question.evidence.proofs.iter().chain(&question.collected.proofs) {
        engine.prove(&[*object], proof);
    }
    let (statuses, holding) = weigh_stamps(&mut engine, question.stamps);
    let object = ObjectId::of(signature.value());
    let made_after = question.made_after;
    let subject = Subject { signature, object, role: Role::Signer, imprint: None, made_after };
    let Weighed { mut conclusion, exists, path, revocation, control } = engine.weigh(&subject);
    if let Some(disorder) = disorder(&holding) {
        conclusion.reasons.push(disorder);
    }
    let lists = lists(question, &engine, path.as_ref());
    Validation {
        conclusion,
        level: level(question, &lists),
        state: state(&holding, object),
        proven: (exists.by != Witness::Present).then_some(exists),
        path,
        revocation,
        control,
        timestamps: statuses.into_iter().map(|(_, status)| status).collect(),
        at: question.at,
    }
}

/// Verifies timestamps by themselves, each with those that cover it; in the order given.
pub fn verify_stamps(stamps: &[Stamp], evidence: &Evidence, rules: &Rules<'_>) -> Vec<StampStatus> {
    let mut engine = engine_of(stamps, evidence, rules);
    let (mut statuses, _) = weigh_stamps(&mut engine, stamps);
    statuses.sort_by_key(|(number, _)| *number);
    statuses.into_iter().map(|(_, status)| status).collect()
}

/// Verifies one timestamp with nothing else at hand.
pub(crate) fn verify_stamp(stamp: &Stamp, rules: &Rules<'_>) -> StampStatus {
    weigh_stamp(&engine_of(std::slice::from_ref(stamp), &Evidence::default(), rules), stamp)
}

fn engine_of<'a>(stamps: &[Stamp], evidence: &Evidence, rules: &Rules<'a>) -> Engine<'a> {
    let constraints = rules.constraints;
    let paths = [&constraints.signer_path, &constraints.timestamp_path];
    let mut engine = Engine {
        at: rules.at,
        chains: Chains::new(rules.trust, paths, stamps, None, &[evidence, rules.collected]),
        constraints,
        proofs: Proofs::new(rules.at),
    };
    for (object, proof) in evidence.proofs.iter().chain(&rules.collected.proofs) {
        engine.prove(&[*object], proof);
    }
    engine
}

/// The timestamps that hold, with their tokens.
type Holding<'a> = Vec<(&'a Stamp, &'a TimestampToken)>;

/// Weighs timestamps from the latest back; what one that holds covers is known to have existed for those that follow.
fn weigh_stamps<'a>(
    engine: &mut Engine<'_>,
    stamps: &'a [Stamp],
) -> (Vec<(usize, StampStatus)>, Holding<'a>) {
    let mut order: Vec<(usize, &Stamp)> = stamps.iter().enumerate().collect();
    // Of two of one time the one that covers more comes first: it may cover the other.
    order.sort_by_key(|(_, stamp)| {
        let time = stamp.token().map_or(i128::MIN, TimestampToken::nanoseconds);
        (std::cmp::Reverse(time), std::cmp::Reverse(stamp.covers().len()))
    });
    let (mut statuses, mut holding) = (Vec::new(), Vec::new());
    for (number, stamp) in order {
        let status = weigh_stamp(engine, stamp);
        if let (true, Ok(token)) = (status.conclusion.is_passed(), stamp.token()) {
            // Not later than: the authority's own accuracy is added.
            let by = Witness::Timestamp(token.authority().subject().into());
            let proof = Proof { at: token.at_latest(), by };
            engine.prove(stamp.covers(), &proof);
            holding.push((stamp, token));
        }
        statuses.push((number, status));
    }
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
            let Weighed { conclusion, path, revocation, .. } = engine.weigh(&subject(token));
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

/// A timestamp that covers one which says to be later, both of them holding (EN 319 102-1 §5.5.4, step 5).
fn disorder(holding: &[(&Stamp, &TimestampToken)]) -> Option<Reason> {
    holding.iter().find_map(|(_, covered)| {
        let id = ObjectId::of(covered.as_der());
        let covering = holding.iter().filter(|(stamp, _)| stamp.covers().contains(&id));
        // Within the accuracy that their authorities state they may be in either order.
        let later =
            covering.map(|(_, token)| token).find(|token| covered.at_earliest() > token.at_latest())?;
        Some(Reason::TimestampOrder { covered: covered.at(), covering: later.at() })
    })
}

/// The lists and answers that travel with the signature and speak of the signer's certificate; all that travel with it
/// where there is no path, or nobody who could be asked.
fn lists(question: &Question<'_>, engine: &Engine<'_>, path: Option<&ProvenPath>) -> Vec<ObjectId> {
    let embedded = question.signature.crls().iter().chain(question.signature.ocsps());
    let beside = question.evidence.crls.iter().chain(&question.evidence.ocsps);
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

/// What stands there, whether it holds or not.
fn level(question: &Question<'_>, lists: &[ObjectId]) -> Option<Level> {
    let signature = question.signature;
    if !signature.signing_certificate_bound() {
        return None;
    }
    let value = ObjectId::of(signature.value());
    let over_value = |stamp: &&Stamp| stamp.covers().contains(&value);
    if !question.stamps.iter().any(|stamp| over_value(&stamp)) {
        return Some(Level::BB);
    }
    if lists.is_empty() {
        return Some(Level::BT);
    }
    let later = question.stamps.iter().filter(|stamp| stamp.kind() != StampKind::Signature);
    let over_lists =
        later.filter(over_value).any(|stamp| lists.iter().any(|list| stamp.covers().contains(list)));
    Some(if over_lists { Level::BLTA } else { Level::BLT })
}

/// How far its time is shown.
fn state(holding: &[(&Stamp, &TimestampToken)], object: ObjectId) -> TimestampState {
    let over: Vec<ObjectId> = holding
        .iter()
        .filter(|(stamp, _)| stamp.covers().contains(&object))
        .map(|(_, token)| ObjectId::of(token.as_der()))
        .collect();
    let covered = |id: &ObjectId| holding.iter().any(|(stamp, _)| stamp.covers().contains(id));
    if over.is_empty() {
        TimestampState::None
    } else if over.iter().any(covered) {
        TimestampState::Archived
    } else {
        TimestampState::Proven
    }
}
