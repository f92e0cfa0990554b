//! What is shown of signatures: who vouches for keys, how far times are proven, what is in doubt.

use countersign_notation::time::rfc3339;
use countersign_signature::ades::TimestampState;
use serde_json::{Value, json};

use crate::evidence::Binding;
use crate::report::{PdfLine, Report, SignerLine, TimeLine};
use crate::signed_pdf::PdfSignature;
use crate::standing::Revocation;
use crate::vouching::Runner;

use super::{block, record};

/// The block on acts, their times and their signers.
pub(super) fn text(out: &mut String, report: &Report) {
    let counted = report.acts.saturating_sub(report.discarded.len());
    let all = if report.discarded.is_empty() {
        "all signatures match".to_owned()
    } else {
        format!("{counted} of {} signatures match and count", report.acts)
    };
    let later = counted.saturating_sub(report.by_then);
    let later = if later == 0 { String::new() } else { format!(", {later} of them later than asked") };
    let own = record::own(report);
    let line = match &own {
        Some(own) => format!("{} acts{later}, {own} · {all} · {}", report.acts, proven(report)),
        None => format!("{} acts{later} · {all} · no log proofs, {}", report.acts, proven(report)),
    };
    let mut issuers: Vec<String> = report.signers.iter().map(vouched).collect();
    issuers.sort();
    issuers.dedup();
    let lead = if own.is_some() { "Record" } else { "Acts" };
    let beside = record::beside(report);
    block(out, lead, std::iter::once(line).chain(beside).chain(no_proof(&report.times)).chain(issuers));
}

/// `timestamps proven for 26 of 28`
fn proven(report: &Report) -> String {
    let with = report.times.iter().filter(|time| time.state != TimestampState::None).count();
    if with == 0 {
        return "no timestamps: times are as the signers claim them".to_owned();
    }
    let archived = report.times.iter().filter(|time| time.state == TimestampState::Archived).count();
    let archived = if archived == 0 { String::new() } else { format!(", {archived} of them archived") };
    let rest = if with == report.acts { "" } else { ": the other times are as the signers claim them" };
    format!("timestamps proven for {with} of {}{archived}{rest}", report.acts)
}

/// Tokens that show nothing which are told one by one; the rest is in the JSON.
const NO_PROOF_TOLD: usize = 4;

fn no_proof(times: &[TimeLine]) -> impl Iterator<Item = String> {
    let all =
        times.iter().flat_map(|time| time.no_proof.iter().map(|why| format!("! act {}: {why}", time.number)));
    all.take(NO_PROOF_TOLD)
}

fn vouched(signer: &SignerLine) -> String {
    let person = &signer.person;
    match &signer.runner {
        Runner::Signer => format!("{person}'s key vouches for itself"),
        Runner::OwnSide(party) => {
            format!("{person}'s key is vouched for by {}, which {party} runs itself", signer.issuer)
        }
        Runner::ThirdParty(party) => {
            format!("{person}'s key is vouched for by {}, which {party} runs", signer.issuer)
        }
        Runner::Unnamed => {
            format!("{person}'s key is vouched for by {}, which no party of the maps runs", signer.issuer)
        }
        Runner::OtherSide(party) => format!(
            "! {person}'s key ({}'s) is vouched for by {}, which {party} runs",
            signer.party, signer.issuer
        ),
    }
}

/// What a reader must not miss about signers and acts in doubt.
pub(super) fn flags(report: &Report) -> impl Iterator<Item = String> {
    let other_side = report.signers.iter().filter_map(|signer| {
        let runner = signer.runner.party().filter(|_| signer.runner.is_other_side())?;
        let bound = match signer.binding {
            Binding::Fingerprint => "a map names this very key, so nothing hangs on that authority",
            Binding::Subject => "only its name is bound, so no act of it counts as done in person",
            Binding::Unbound => "no map binds it",
        };
        Some(format!(
            "! {runner} runs the authority that vouches for {}, who signs for {}: {runner} could make such a key itself; {bound}",
            signer.person, signer.party
        ))
    });
    let revoked = report.signers.iter().filter_map(|signer| match &signer.revocation {
        Revocation::Revoked { source, since, reason } => Some(format!(
            "! the certificate of {} ({}) was revoked at {} ({reason}, {source})",
            signer.person,
            signer.subject,
            rfc3339(*since)
        )),
        _ => None,
    });
    let doubts = report
        .doubts
        .iter()
        .map(|doubt| format!("? act {} counts for neither yes nor no: {}", doubt.number, doubt.says));
    let unread = report.unread.iter().map(|name| {
        format!("! trust/{name} is neither a certificate nor a revocation list nor an OCSP answer")
    });
    other_side.chain(revoked).chain(doubts).chain(unread).collect::<Vec<_>>().into_iter()
}

pub(super) fn signers_json(signers: &[SignerLine]) -> Value {
    signers.iter().map(signer_json).collect()
}

fn signer_json(signer: &SignerLine) -> Value {
    let bound = match signer.binding {
        Binding::Fingerprint => "fingerprint",
        Binding::Subject => "subject",
        Binding::Unbound => "unbound",
    };
    let revocation = match &signer.revocation {
        Revocation::Unknown => json!({"status": "unknown"}),
        Revocation::Exempt => json!({"status": "exempt"}),
        Revocation::Good { source, as_of } => {
            json!({"status": "good", "source": source, "as_of": rfc3339(*as_of)})
        }
        Revocation::Revoked { source, since, reason } => {
            json!({"status": "revoked", "source": source, "since": rfc3339(*since), "reason": reason})
        }
    };
    json!({
        "person": signer.person, "party": signer.party.as_str(), "subject": signer.subject,
        "issuer": signer.issuer, "key": signer.key.to_string(), "bound_by": bound, "acts": signer.acts,
        "vouched_by": {
            "authority": signer.issuer, "run_by": signer.runner.party().map(|party| party.as_str()),
            "who": signer.runner.word(), "flagged": signer.runner.is_other_side(),
        },
        "revocation": revocation,
    })
}

pub(super) fn times_json(times: &[TimeLine]) -> Value {
    let of = |state: TimestampState| times.iter().filter(|time| time.state == state).count();
    let (none_yet, archived) = (of(TimestampState::None), of(TimestampState::Archived));
    let acts: Vec<Value> = times
        .iter()
        .map(|time| {
            json!({
                "act": time.number, "state": time.state.word(),
                "not_later_than": time.not_later_than.map(rfc3339), "authority": time.authority,
                "no_proof": time.no_proof,
            })
        })
        .collect();
    json!({
        "of": times.len(), "proven": times.len().saturating_sub(none_yet), "archived": archived,
        "none_yet": none_yet, "acts": acts,
    })
}

/// `act 5: documents/3f2a….pdf begins with the adopted document, byte for byte; signed by …`
pub(super) fn pdf(line: &PdfLine) -> String {
    let PdfLine { number, pdf } = line;
    let signed: Vec<String> = pdf
        .signatures
        .iter()
        .map(|signature| {
            let since = match signature.changes.len() {
                0 => "nothing changed since",
                _ => "what changed since is permitted",
            };
            format!("{} ({since})", signature.subject)
        })
        .collect();
    format!(
        "act {number}: PDF {} is, before its signatures, byte for byte the adopted document {}; signed by {}",
        pdf.pdf.short(),
        pdf.base.short(),
        signed.join(", ")
    )
}

pub(super) fn pdfs_json(pdfs: &[PdfLine]) -> Value {
    let signature = |signature: &PdfSignature| {
        json!({
            "field": signature.field, "subject": signature.subject, "key": signature.key.to_string(),
            "changes": signature.changes,
        })
    };
    pdfs.iter()
        .map(|PdfLine { number, pdf }| {
            let signatures: Vec<Value> = pdf.signatures.iter().map(signature).collect();
            json!({
                "act": number, "base": pdf.base.to_string(), "pdf": pdf.pdf.to_string(),
                "signatures": signatures, "hides": pdf.hides, "fills": pdf.fills,
            })
        })
        .collect()
}

pub(super) fn doubts_json(report: &Report) -> Value {
    report.doubts.iter().map(|doubt| json!({"act": doubt.number, "says": doubt.says})).collect()
}
