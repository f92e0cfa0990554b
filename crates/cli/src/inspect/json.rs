//! What `inspect` finds, as JSON.

use countersign_notation::digest::sha256;
use countersign_pdf::{Change, ChangeVerdict, Coverage, PdfSignature, Purpose, Verdict};
use countersign_signature::ades::{Conclusion, Proof, Reason, StampStatus, Standing, Validation, Witness};
use countersign_signature::timestamp::TimestampToken;
use countersign_signature::{Certificate, VerifiedSignature};
use serde_json::{Map, Value, json};

use super::{Content, Found, Inspected, date};
use crate::stamp::utc;

pub(super) fn of(inspected: &Inspected<'_>) -> Value {
    let head = json!({
        "file": inspected.file.display().to_string(),
        "digest": inspected.digest(),
        "as_of": utc(inspected.at),
        "answer": inspected.answer_word(),
    });
    let body = match &inspected.found {
        Found::Pdf(report) => json!({
            "kind": "pdf",
            "revisions": report.revisions,
            "signatures": report.signatures.iter().map(pdf_signature).collect::<Vec<_>>(),
        }),
        Found::Cms(validation, signature, content) => json!({
            "kind": "cms",
            "content": content.as_ref().map(over),
            "signatures": [merged(validation_json(validation), signature.as_ref().as_ref().map_or_else(|_| json!({}), cms))],
        }),
        Found::Timestamp(status, token, content) => {
            json!({"kind": "timestamp", "content": over(content), "timestamp": merged(stamp(status), token_json(token))})
        }
    };
    merged(head, body)
}

/// The file beside that was taken for what is signed or stamped.
fn over(content: &Content) -> Value {
    json!({"file": content.path.display().to_string(), "digest": sha256(&content.bytes).to_string()})
}

/// One object of two; the second's fields count.
fn merged(one: Value, other: Value) -> Value {
    let fields = |value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut all = fields(one);
    all.extend(fields(other));
    Value::Object(all)
}

fn pdf_signature(one: &PdfSignature) -> Value {
    let kind = match one.purpose {
        Purpose::Signature => "signature",
        Purpose::Timestamp => "document-timestamp",
    };
    let coverage = match &one.coverage {
        Coverage::Revision { revision, end } => json!({"revision": revision.saturating_add(1), "bytes": end}),
        Coverage::Broken(fault) => json!({"fault": fault.to_string()}),
    };
    let about = json!({
        "field": one.field,
        "purpose": kind,
        "encoding": one.encoding,
        "revision": one.revision.saturating_add(1),
        "present": one.is_present,
        "covers": coverage,
        "certifies": one.is_certified,
        "permits": one.permitted.word(),
        "changed": changed(one.changed),
        "changes": one.changes.iter().map(change).collect::<Vec<_>>(),
        "holds": one.holds(),
        "claims": {
            "name": one.name, "reason": one.reason, "location": one.location, "date": one.claimed_date,
            "date_time": one.claimed_date.as_deref().and_then(date::read).and_then(|date| date.moment),
        },
    });
    let verdict = match &one.verdict {
        Verdict::Signature(validation) => validation_json(validation),
        Verdict::Timestamp(status) => stamp(status),
    };
    let signature = one.signature.as_ref().map_or_else(|| json!({}), cms);
    merged(merged(about, verdict), signature)
}

/// `untouched`, `as-permitted`, `suspicious`, `forbidden`, `uncovered`: stable.
pub(super) fn changed(verdict: ChangeVerdict) -> &'static str {
    match verdict {
        ChangeVerdict::Untouched => "untouched",
        ChangeVerdict::AsPermitted(_) => "as-permitted",
        ChangeVerdict::Suspicious(_) => "suspicious",
        ChangeVerdict::Forbidden => "forbidden",
        ChangeVerdict::Uncovered => "uncovered",
    }
}

fn change(change: &Change) -> Value {
    json!({
        "revision": change.revision.saturating_add(1),
        "kind": change.kind.word(),
        "path": change.path,
        "field": change.field,
        "takes": change.level.word(),
        "may_cover": change.may_cover,
        "before": change.before,
        "after": change.after,
    })
}

fn validation_json(validation: &Validation) -> Value {
    let conclusion = conclusion(&validation.conclusion);
    let revocation = validation.revocation.iter().map(|one| {
        let standing = match &one.standing {
            Standing::Good { source, issued, next } => json!({
                "status": "good", "source": source.to_string(), "issued": utc(*issued), "next": next.map(utc),
            }),
            Standing::Revoked { source, at, reason } => json!({
                "status": "revoked", "source": source.to_string(), "at": utc(*at), "reason": reason.to_string(),
            }),
            Standing::Trusted => json!({"status": "trusted"}),
            _ => json!({"status": "unknown"}),
        };
        merged(json!({"subject": one.subject}), standing)
    });
    let path = validation.path.as_ref();
    let path = path.map(|path| path.certificates().iter().map(certificate).collect::<Vec<_>>());
    let rest = json!({
        "level": validation.level.map(|level| level.word()),
        "timestamp_state": validation.state.word(),
        "proven": validation.proven.as_ref().map(proof),
        "path": path,
        "vouched_for_by": validation.path.as_ref().and_then(|path| path.certificates().last()).map(Certificate::subject),
        "revocation": revocation.collect::<Vec<_>>(),
        "timestamps": validation.timestamps.iter().map(stamp).collect::<Vec<_>>(),
    });
    merged(conclusion, rest)
}

fn conclusion(conclusion: &Conclusion) -> Value {
    let words = |reasons: &[Reason]| reasons.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "indication": conclusion.indication().word(),
        "sub_indication": conclusion.sub().map(|sub| sub.word()),
        "reasons": words(&conclusion.reasons),
        "overcome": words(&conclusion.overcome),
    })
}

fn proof(proof: &Proof) -> Value {
    let by = match &proof.by {
        Witness::Timestamp(authority) => json!(authority.to_string()),
        Witness::Caller(words) => json!(words.to_string()),
        _ => Value::Null,
    };
    json!({"not_later_than": utc(proof.at), "by": by})
}

fn stamp(status: &StampStatus) -> Value {
    let about = json!({
        "kind": status.kind.word(), "not_later_than": status.at.map(utc), "authority": status.authority,
    });
    merged(about, conclusion(&status.conclusion))
}

fn token_json(token: &TimestampToken) -> Value {
    json!({
        "policy": token.policy().to_string(),
        "imprint": token.imprint().to_string(),
        "certificate": certificate(token.authority()),
    })
}

/// Who signed, how, and what they said under the signature.
fn cms(signature: &VerifiedSignature) -> Value {
    json!({
        "signer": certificate(signature.signer()),
        "algorithm": signature.algorithm().to_string(),
        "certificate_bound": signature.signing_certificate_bound(),
        "claimed_time": signature.claimed_signing_time().map(utc),
        "capacity": signature.claimed_capacity(),
        "act": signature.claimed_act(),
        "commitment": signature.commitment().map(|commitment| commitment.to_string()),
    })
}

fn certificate(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "fingerprint": sha256(certificate.as_der()).to_string(),
        "not_before": utc(certificate.not_before()),
        "not_after": utc(certificate.not_after()),
    })
}
