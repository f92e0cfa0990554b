//! Until when a chain is known to have held: past certificate validation and the sliding of the validation time
//! (EN 319 102-1 §5.6.2.1, §5.6.2.2).

use super::algorithms::Acceptable;
use super::engine::{Engine, Role, is_fresh, signed_by};
use super::proof::ObjectId;
use super::question::RevocationRule;
use super::reason::Reason;
use super::statement::{Statement, Status, weigh};
use crate::algorithm::{Algorithm, KeyKind};
use crate::certificate::Certificate;
use crate::path::ProvenPath;

impl Engine<'_> {
    /// Slides a moment back, from the certificate below the anchor down to the signer's, until each certificate is shown
    /// to have held at it by lists that are themselves shown to have existed while what is above was known to hold.
    ///
    /// `Err`: what lacks a proof of existence.
    pub(crate) fn slide(&self, path: &ProvenPath, role: Role, from: i64) -> Result<i64, Reason> {
        let mut control = from;
        let mut because = String::from("that is when it was asked about");
        // The anchor itself is not looked at: its holder's word is taken.
        for (number, certificate) in path.below_anchor().iter().enumerate().rev() {
            let exists = self.proofs.earliest(ObjectId::of(certificate.as_der()));
            if exists.at > control {
                let what = format!("certificate of `{}`", certificate.subject());
                return Err(Reason::NoProof { what, exists, needed: control, because });
            }
            let before = control;
            control = control.min(certificate.not_after());
            if !self.chains.is_exempt(certificate) {
                control = self.slide_by_lists(path, number, role, control, &because)?;
            }
            control = control.min(self.acceptable_until(signed_by(path, number)));
            if control < before {
                because = format!("until then `{}` is known to have held", certificate.subject());
            }
        }
        Ok(control)
    }

    fn slide_by_lists(
        &self,
        path: &ProvenPath,
        number: usize,
        role: Role,
        control: i64,
        because: &str,
    ) -> Result<i64, Reason> {
        let Some(certificate) = path.certificates().get(number) else { return Ok(control) };
        let statements = self.chains.statements(path, number);
        let in_time =
            |one: &&Statement| one.issued <= control && self.proofs.earliest(one.object).at <= control;
        let (newest, revoked) = match weigh(statements.iter().filter(in_time), certificate, control) {
            Status::Good(by) => (by, None),
            Status::Revoked { by, at, .. } => (by, Some(at)),
            Status::Unknown => return self.without_lists(&statements, certificate, control, because),
        };
        let mut control = control;
        if let Some(responder) = &newest.responder {
            control = self.slide(responder, Role::TimestampAuthority, control)?;
        }
        control = match revoked {
            // The second of the revocation is no longer one in which it held.
            Some(at) => control.min(at.saturating_sub(1)),
            None if is_fresh(newest, control) => control,
            None => control.min(self.spoken_until(newest.issued, newest.next, number, role)),
        };
        Ok(control.min(self.acceptable_until(newest.signed)))
    }

    /// No list is of use: none is at hand, or none is known to have existed in time.
    fn without_lists(
        &self,
        statements: &[Statement],
        certificate: &Certificate,
        control: i64,
        because: &str,
    ) -> Result<i64, Reason> {
        match statements.iter().max_by_key(|one| one.issued) {
            None if self.constraints.revocation == RevocationRule::WhereKnown => Ok(control),
            None => Err(Reason::NoRevocationData { subject: certificate.subject() }),
            Some(late) => Err(Reason::NoProof {
                what: format!("{} on `{}`", late.source, certificate.subject()),
                exists: self.proofs.earliest(late.object),
                needed: control,
                because: because.to_owned(),
            }),
        }
    }

    /// Until when something made so may be relied on.
    fn acceptable_until(&self, by: Option<(Algorithm, KeyKind)>) -> i64 {
        let Some((algorithm, key)) = by else { return i64::MAX };
        match self.constraints.algorithms.signature(algorithm, key) {
            Acceptable::Open => i64::MAX,
            Acceptable::Until(until) => until,
            Acceptable::Never => i64::MIN,
        }
    }
}
