//! Until when a chain is known to have held: past certificate validation and the sliding of the validation time
//! (EN 319 102-1 §5.6.2.1, §5.6.2.2).

use super::algorithms::Acceptable;
use super::engine::{Engine, Role, is_fresh, signed_by};
use super::proof::ObjectId;
use super::question::{Freshness, RevocationRule};
use super::reason::Reason;
use super::statement::{Statement, Statements, Status, weigh};
use crate::algorithm::{Algorithm, KeyKind};
use crate::certificate::Certificate;
use crate::path::{AnchorRule, ProvenPath};

impl Engine<'_> {
    /// Slides a moment back, from the certificate below the anchor down to the signer's, until each certificate is shown
    /// to have held at it by lists that are themselves shown to have existed while what is above was known to hold.
    ///
    /// `Err`: what lacks a proof of existence.
    pub(crate) fn slide(&self, path: &ProvenPath, role: Role, from: i64) -> Result<i64, Box<Reason>> {
        let mut control = from;
        let mut because = String::from("that is when it was asked about");
        let statements = self.chains.statements(path);
        // Of the anchor nothing is asked but that it held: its holder's word is taken.
        if let (AnchorRule::Certificate, Some(anchor)) = (path.rules().anchor, path.anchor_certificate())
            && anchor.not_after() < control
        {
            control = anchor.not_after();
            because = format!("until then `{}` holds", anchor.subject());
        }
        for (number, certificate) in path.below_anchor().iter().enumerate().rev() {
            let exists = self.proofs.earliest(ObjectId::of(certificate.as_der()));
            if exists.at > control {
                let what = format!("certificate of `{}`", certificate.subject());
                return Err(Box::new(Reason::NoProof { what, exists, needed: control, because }));
            }
            let before = control;
            control = control.min(certificate.not_after());
            // Of a responder's certificate its issuer may say that nobody need ask.
            let is_exempt = role == Role::Responder && number == 0 && certificate.is_never_checked();
            if let (Some(statements), false) = (statements.get(number), is_exempt) {
                let place = (certificate, number, role);
                control = self.slide_by_lists(statements, place, control, &because)?;
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
        statements: &Statements,
        (certificate, number, role): (&Certificate, usize, Role),
        control: i64,
        because: &str,
    ) -> Result<i64, Box<Reason>> {
        let in_time =
            |one: &&Statement| one.issued <= control && self.proofs.of_all(&one.objects).at <= control;
        let (newest, revoked) = match weigh(statements.all.iter().filter(in_time), control) {
            Status::Good(by) => (by, None),
            Status::Revoked { by, at, .. } => (by, Some(at)),
            Status::Unknown => return self.without_lists(statements, certificate, control, because),
        };
        let mut control = control;
        if let Some(responder) = &newest.responder {
            control = self.slide(responder, Role::Responder, control)?;
        }
        control = match revoked {
            // The second of the revocation is no longer one in which it held.
            Some(at) => control.min(at.saturating_sub(1)),
            None if is_fresh(newest, self.fresh_at(control, number, role)) => control,
            None => control.min(self.spoken_until(newest.issued, newest.next, number, role)),
        };
        let until = newest.signed.iter().map(|signed| self.acceptable_until(Some(*signed)));
        Ok(until.fold(control, i64::min))
    }

    /// The moment at which a list must be fresh to be relied on without asking when it was issued.
    fn fresh_at(&self, control: i64, number: usize, role: Role) -> i64 {
        match self.freshness(number, role) {
            // However far the authorities above take the moment back, a later list was due.
            Freshness::AfterSigning => self.at,
            Freshness::UntilNextUpdate => control,
        }
    }

    /// No list is of use: none is at hand, or none is known to have existed in time.
    fn without_lists(
        &self,
        statements: &Statements,
        certificate: &Certificate,
        control: i64,
        because: &str,
    ) -> Result<i64, Box<Reason>> {
        match statements.all.iter().max_by_key(|one| one.issued) {
            None if self.constraints.revocation == RevocationRule::WhereKnown => Ok(control),
            None => {
                let why = statements.why.clone().unwrap_or_default();
                Err(Box::new(Reason::NoRevocationData { subject: certificate.subject(), why }))
            }
            Some(late) => Err(Box::new(Reason::NoProof {
                what: format!("{} on `{}`", late.source, certificate.subject()),
                exists: self.proofs.of_all(&late.objects),
                needed: control,
                because: because.to_owned(),
            })),
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
