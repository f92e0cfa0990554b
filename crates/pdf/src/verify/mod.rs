//! A whole file: every signature and timestamp in it, what each covers, what changed after it, and whether it holds at a
//! moment (ETSI EN 319 142-1, EN 319 102-1).

mod report;
mod store;

pub use report::{PdfReport, PdfSignature, Verdict};

use crate::difference::{DifferencePolicy, Judgement};
use crate::document::{Document, ReadError};
use crate::signature::{Coverage, Purpose, SignatureValue};
use crate::text::text;
use countersign_signature::ades::{
    Covers, ObjectId, Reason, Rules, Signed, Stamp, StampKind, Together, Validation, objects_of,
    objects_of_token, verify_together,
};
use countersign_signature::{VerifiedSignature, verify_parts};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Stores;

/// Verifies every signature and timestamp of a file, oldest first, those that a later revision took out with them.
///
/// Each is held against four questions: whether its byte range is all of its revision but `/Contents`; whether its key
/// signed those bytes; what later revisions changed; and whether it holds at the moment asked about, by its timestamps, the
/// file's document timestamps and its document security store. What a document timestamp covers is known to have existed
/// when it was made: the signatures, the timestamps and the store of the revisions it is over.
pub fn verify(bytes: &[u8], rules: &Rules<'_>, changes: DifferencePolicy) -> Result<PdfReport, ReadError> {
    let document = Document::read(bytes)?;
    let judgements = document.judge(changes)?;
    let mut stores = Stores::new();
    let evidence = stores.at(&document.latest())?.evidence();
    let read: Vec<Read<'_, '_>> = judgements.iter().map(|judgement| Read::of(&document, judgement)).collect();
    let matching = read.iter().filter_map(|one| one.signature.as_ref()?.as_ref().ok());
    let signed: Vec<Signed<'_>> = matching.map(|signature| Signed { signature, made_after: None }).collect();
    let order = Arc::new(order(&document, &read, &mut stores)?);
    let mut stamps: Vec<Stamp> = Vec::new();
    for one in &read {
        match &one.signature {
            None => stamps.push(one.document_timestamp(&order)),
            Some(Ok(signature)) => {
                stamps.extend(
                    signature.timestamps().iter().map(|token| Stamp::over_signature(token, signature)),
                );
            }
            Some(Err(_)) => {}
        }
    }
    let Together { signatures, stamps: statuses, checked } =
        verify_together(&signed, &stamps, &evidence, rules);
    let mut signatures = signatures.into_iter();
    let own = stamps.iter().zip(statuses).filter(|(stamp, _)| stamp.kind() == StampKind::Document);
    let mut timestamps = own.map(|(_, status)| status);
    let verdicts = read.iter().map(|one| match &one.signature {
        Some(Ok(_)) => signatures.next().map(|one| Verdict::Signature(Box::new(one))),
        Some(Err(reason)) => {
            Some(Verdict::Signature(Box::new(Validation::of_reason((**reason).clone(), rules.at))))
        }
        None => timestamps.next().map(|status| Verdict::Timestamp(Box::new(status))),
    });
    let reports =
        read.iter().zip(verdicts).filter_map(|(one, verdict)| Some(one.report(&document, verdict?)));
    let (revisions, signatures) = (document.revisions().len(), reports.collect());
    Ok(PdfReport { revisions, signatures, at: rules.at, checked })
}

/// Where everything stands that a document timestamp may be over: the stores of revisions at even places, signatures and
/// timestamps at odd ones. A document timestamp covers its own revision's store, and what was signed and stamped before.
fn order(
    document: &Document<'_>,
    read: &[Read<'_, '_>],
    stores: &mut Stores,
) -> Result<BTreeMap<ObjectId, usize>, ReadError> {
    let mut order: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut put = |objects: &mut dyn Iterator<Item = ObjectId>, place: usize| {
        for object in objects {
            let known = order.entry(object).or_insert(place);
            *known = place.min(*known);
        }
    };
    for one in read {
        let revision = one.value().revision;
        let place = place_of_store(revision);
        put(&mut one.objects.iter().copied(), place.saturating_add(1));
        if one.signature.is_none() {
            put(&mut stores.at(&document.at(revision))?.objects(), place);
        }
    }
    Ok(order)
}

fn place_of_store(revision: usize) -> usize {
    revision.saturating_mul(2)
}

/// One signature or timestamp as it stands there.
struct Read<'j, 'a> {
    judgement: &'j Judgement<'a>,
    /// The CMS, without what fills the hole.
    cms: Vec<u8>,
    /// The bytes it covers.
    signed: Option<[&'a [u8]; 2]>,
    /// The signature, its key and bytes matching; `None` for timestamps.
    signature: Option<Result<VerifiedSignature, Box<Reason>>>,
    /// What a proof over the bytes it stands in is about.
    objects: Vec<ObjectId>,
}

/// How `/Contents` may be encoded: CMS, detached (ISO 32000-2 §12.8.3.3, EN 319 142-1 §5.2).
const DETACHED: [&[u8]; 2] = [b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"];

impl<'j, 'a> Read<'j, 'a> {
    fn of(document: &Document<'a>, judgement: &'j Judgement<'a>) -> Self {
        let value = &judgement.signature;
        let cms = value.contents.as_ref().and_then(|contents| contents.value_and_padding());
        let cms = cms.map(|(cms, _)| cms).unwrap_or_default();
        let signed = value.signed_bytes(document);
        let mut this = Self { judgement, cms, signed, signature: None, objects: Vec::new() };
        if this.value().purpose() == Purpose::Signature {
            this.signature = Some(this.matching());
        }
        this.objects = match &this.signature {
            Some(Ok(signature)) => objects_of(signature),
            Some(Err(_)) => Vec::new(),
            None => objects_of_token(&this.cms),
        };
        this
    }

    fn value(&self) -> &SignatureValue<'a> {
        &self.judgement.signature
    }

    /// That the bytes it covers are what they should be.
    fn covered(&self) -> Result<(), Box<Reason>> {
        match &self.judgement.coverage {
            Coverage::Revision { .. } => Ok(()),
            Coverage::Broken(fault) => Err(Box::new(Reason::Place { why: fault.to_string() })),
        }
    }

    fn matching(&self) -> Result<VerifiedSignature, Box<Reason>> {
        let encoding = self.value().sub_filter().unwrap_or_default();
        if !DETACHED.contains(&encoding) {
            return Err(Box::new(Reason::Unsupported { kind: text(encoding).escape_debug().to_string() }));
        }
        self.covered()?;
        let parts = self.signed.unwrap_or_default();
        verify_parts(&parts, &self.cms).map_err(|error| Box::new(Reason::Signature(error)))
    }

    /// A document timestamp, with what stands in the bytes it is over.
    fn document_timestamp(&self, order: &Arc<BTreeMap<ObjectId, usize>>) -> Stamp {
        if let Err(why) = self.covered() {
            return Stamp::misplaced(StampKind::Document, *why);
        }
        let covers = Covers::below(order, place_of_store(self.value().revision).saturating_add(1));
        Stamp::over_bytes(&self.cms, &self.signed.unwrap_or_default(), covers)
    }

    fn report(&self, document: &Document<'a>, verdict: Verdict) -> PdfSignature {
        let value = self.value();
        let said = |key: &str| {
            let found = document.at(value.revision).get(&value.dictionary, key).ok()?.into_owned();
            Some(text(found.as_string()?).escape_debug().to_string())
        };
        PdfSignature {
            field: value.field_name.clone(),
            purpose: value.purpose(),
            encoding: value.sub_filter().map(|name| text(name).escape_debug().to_string()),
            revision: value.revision,
            is_present: value.is_present,
            coverage: self.judgement.coverage.clone(),
            permitted: self.judgement.permitted,
            is_certified: self.judgement.is_certified,
            changed: self.judgement.verdict,
            changes: self.judgement.changes.clone(),
            name: said("Name"),
            reason: said("Reason"),
            location: said("Location"),
            claimed_date: said("M"),
            signature: self.signature.clone().and_then(Result::ok),
            verdict,
        }
    }
}
