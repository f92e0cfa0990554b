//! What `inspect` finds, for people.

use countersign_pdf::{Change, ChangeVerdict, Coverage, PdfSignature, Purpose, Verdict};
use countersign_signature::VerifiedSignature;
use countersign_signature::ades::{Conclusion, Indication, StampStatus, Standing, Validation};

use countersign_notation::digest::sha256;

use super::{Content, Found, Inspected, date};
use crate::stamp::utc;

/// Where a line's words begin.
const NAMES: usize = 13;
/// Where they go on in the next line; digests are longer and stay whole.
const WIDTH: usize = 110;

/// Changes told one by one; the rest is in the JSON.
const CHANGES_TOLD: usize = 8;

pub(super) fn of(inspected: &Inspected<'_>) -> String {
    let mut out = Lines::default();
    let (file, digest, at) = (inspected.file.display(), inspected.digest(), utc(inspected.at));
    match &inspected.found {
        Found::Pdf(report) => {
            let of = |purpose| report.signatures.iter().filter(|one| one.purpose == purpose).count();
            let mut counts =
                vec![counted(report.revisions, "revision"), counted(of(Purpose::Signature), "signature")];
            let stamps = of(Purpose::Timestamp);
            if stamps > 0 {
                counts.push(counted(stamps, "document timestamp"));
            }
            out.head(&format!("{file} · {}\n   {digest} · as of {at}", counts.join(", ")));
            for (number, one) in (1..).zip(&report.signatures) {
                out.pdf_signature(number, one);
            }
        }
        Found::Cms(validation, signature, content) => {
            out.head(&format!("{file} · CMS signature\n   {digest} · as of {at}"));
            if let Ok(signature) = signature.as_ref() {
                out.signer(signature);
            }
            if let Some(content) = content {
                out.line("over", &content.words());
            }
            out.validation(validation);
        }
        Found::Timestamp(status, token, content) => {
            out.head(&format!("{file} · timestamp\n   {digest} · as of {at}"));
            out.line("by", &token.authority().subject());
            out.line("imprint", &token.imprint().to_string());
            out.line("over", &content.words());
            out.stamp(status);
        }
    }
    out.0
}

/// `1 signature`, `2 signatures`, `no signature`.
fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}

impl Content {
    fn words(&self) -> String {
        format!("{} · {}", self.path.display(), sha256(&self.bytes))
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn head(&mut self, words: &str) {
        self.0.push_str(words);
        self.0.push('\n');
    }

    fn line(&mut self, name: &str, words: &str) {
        let mut line = format!("   {name:<10}");
        let mut width = NAMES;
        for word in words.split(' ') {
            let length = word.chars().count();
            if width > NAMES && width.saturating_add(length) >= WIDTH {
                line.push_str(&format!("\n{:NAMES$}", ""));
                width = NAMES;
            } else if width > NAMES {
                line.push(' ');
            }
            line.push_str(word);
            width = width.saturating_add(length).saturating_add(1);
        }
        self.0.push_str(&line);
        self.0.push('\n');
    }

    fn pdf_signature(&mut self, number: usize, one: &PdfSignature) {
        let what = match one.purpose {
            Purpose::Signature => "signature",
            Purpose::Timestamp => "document timestamp",
        };
        self.head(&format!("{number}  {what} `{}`", one.field.escape_debug()));
        if let Some(signature) = &one.signature {
            self.signer(signature);
        }
        let claims = [
            one.name.as_ref().map(|name| format!("name {name}")),
            one.reason.as_ref().map(|reason| format!("reason {reason}")),
            one.location.as_ref().map(|location| format!("at {location}")),
            one.claimed_date.as_ref().map(|raw| match date::read(raw) {
                Some(date) => format!("on {}", date.words),
                None => format!("on `{}`, which is no date", raw.escape_debug()),
            }),
        ];
        let claims: Vec<String> = claims.into_iter().flatten().collect();
        if !claims.is_empty() {
            self.line("says", &claims.join(", "));
        }
        match &one.coverage {
            Coverage::Revision { revision, end } => {
                self.line(
                    "covers",
                    &format!("revision {}: {end} bytes but its own value", revision.saturating_add(1)),
                );
            }
            Coverage::Broken(fault) => self.line("covers", &format!("✗ not the document: {fault}")),
        }
        if one.is_certified {
            self.line("certified", &format!("later changes may go as far as: {}", one.permitted.word()));
        }
        match &one.verdict {
            Verdict::Signature(validation) => self.validation(validation),
            Verdict::Timestamp(status) => self.stamp(status),
        }
        self.later(one);
    }

    /// What came after it.
    fn later(&mut self, one: &PdfSignature) {
        let words = match one.changed {
            ChangeVerdict::Untouched => "nothing".to_owned(),
            ChangeVerdict::AsPermitted(_) => format!("as permitted: {}", kinds(&one.changes)),
            ChangeVerdict::Suspicious(_) => "? permitted changes that can hide what was signed:".to_owned(),
            ChangeVerdict::Forbidden => "✗ changes that nobody permitted:".to_owned(),
            ChangeVerdict::Uncovered => "✗ unknown: it does not cover the document".to_owned(),
        };
        self.line("after it", &words);
        let told: Vec<&Change> = match one.changed {
            ChangeVerdict::Forbidden => {
                one.changes.iter().filter(|change| change.level > one.permitted).collect()
            }
            ChangeVerdict::Suspicious(_) => one.changes.iter().filter(|change| change.may_cover).collect(),
            _ => Vec::new(),
        };
        for change in told.iter().take(CHANGES_TOLD) {
            self.line(
                "",
                &format!(
                    "revision {}: {} at {}: {} → {}",
                    change.revision.saturating_add(1),
                    change.kind.word(),
                    change.path,
                    change.before,
                    change.after
                ),
            );
        }
        if told.len() > CHANGES_TOLD {
            self.line(
                "",
                &format!("and {} more (--json tells all)", told.len().saturating_sub(CHANGES_TOLD)),
            );
        }
        if !one.is_present {
            self.line("", "✗ a later revision took it out of the form");
        }
    }

    fn signer(&mut self, signature: &VerifiedSignature) {
        let signer = signature.signer();
        self.line("signer", &format!("{} · {}", signer.subject(), signature.algorithm()));
        let said = [
            signature.claimed_capacity().map(|capacity| format!("as {capacity}")),
            signature.claimed_act().map(|act| format!("act {act}")),
            signature.commitment().map(|commitment| commitment.to_string()),
            signature.claimed_signing_time().map(|at| format!("at {} by the signer's own clock", utc(at))),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        if !said.is_empty() {
            self.line("signed", &said.join(", "));
        }
    }

    fn validation(&mut self, validation: &Validation) {
        self.conclusion(&validation.conclusion);
        let level = validation.level.map_or("none".to_owned(), |level| level.to_string());
        self.line("level", &format!("{level} · timestamp: {}", validation.state.word()));
        if let Some(proven) = &validation.proven {
            self.line("existed", &proven.to_string());
        }
        if let Some(anchor) = validation.path.as_ref().and_then(|path| path.certificates().last()) {
            self.line("vouched", &format!("for by {}", anchor.subject()));
        }
        for one in &validation.revocation {
            let words = match &one.standing {
                Standing::Good { source, issued, .. } => {
                    format!("not revoked, says the {source} of {}", utc(*issued))
                }
                Standing::Revoked { source, at, reason } => {
                    format!("revoked at {} ({reason}), says the {source}", utc(*at))
                }
                Standing::Trusted => continue,
                _ => "nothing at hand says whether it was revoked".to_owned(),
            };
            self.line("revoked?", &format!("{}: {words}", one.subject));
        }
        for status in &validation.timestamps {
            self.line("timestamp", &status.to_string());
        }
    }

    fn stamp(&mut self, status: &StampStatus) {
        if let Some(authority) = &status.authority {
            self.line("authority", authority);
        }
        if let Some(at) = status.at {
            self.line("time", &format!("not later than {}", utc(at)));
        }
        self.conclusion(&status.conclusion);
    }

    fn conclusion(&mut self, conclusion: &Conclusion) {
        let mark = match conclusion.indication() {
            Indication::TotalPassed => "✓",
            Indication::TotalFailed => "✗",
            Indication::Indeterminate => "?",
        };
        let sub = conclusion.sub().map_or(String::new(), |sub| format!("/{sub}"));
        self.line("verdict", &format!("{mark} {}{sub}", conclusion.indication()));
        for reason in &conclusion.reasons {
            self.line("", &reason.to_string());
        }
        for reason in &conclusion.overcome {
            self.line("", &format!("overcome by a proof of existence: {reason}"));
        }
    }
}

/// `signature, dss`: each kind once.
fn kinds(changes: &[Change]) -> String {
    let mut kinds: Vec<&str> = changes.iter().map(|change| change.kind.word()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.join(", ")
}
