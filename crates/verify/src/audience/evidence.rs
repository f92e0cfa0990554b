//! What lies in `trust/`, as far as the signatures in a bundle need it.
//!
//! A certificate names its holder, so one that only an act left out needs would tell who acted. A revocation list is public
//! and stays whole: it has numbers, no names.

use countersign_pdf::Document;
use countersign_signature::timestamp::TimestampToken;
use countersign_signature::{
    Certificate, Crl, OcspResponse, VerifiedSignature, verify_detached, verify_parts,
};
use std::collections::{BTreeMap, BTreeSet};

use crate::archive;
use crate::bundle::Bundle;
use crate::trust::{self, Item};

/// Fills `bundle.trust` from the whole dossier's.
pub(super) fn disclose(all: &Bundle, bundle: &mut Bundle, acts_are_left_out: bool) {
    let files = all.trust.iter().filter(|(name, _)| !archive::is_part(name));
    if acts_are_left_out {
        let mut needed = Needed::of(bundle);
        for token in archive::tokens(all, bundle) {
            needed.token(&token);
        }
        let items: BTreeMap<&String, Vec<Item>> =
            files.filter_map(|(name, bytes)| Some((name, trust::read(bytes).ok()?))).collect();
        needed.close(items.values().flatten());
        for (name, items) in items {
            let goes: Vec<&Item> = items.iter().filter(|item| needed.has(item)).collect();
            let bytes = all.trust.get(name);
            if goes.len() == items.len() && bytes.is_some_and(|bytes| *bytes == written(&items)) {
                bundle.trust.extend(bytes.map(|bytes| (name.clone(), bytes.clone())));
            } else {
                // Beside certificates a file can hold words, and its name can be one.
                bundle.trust.extend(goes.into_iter().map(|item| (item.file_name(), item.to_bytes())));
            }
        }
    } else {
        bundle.trust.extend(files.map(|(name, bytes)| (name.clone(), bytes.clone())));
    }
    archive::keep(all, bundle);
}

/// A file's bytes, if it holds these items and nothing else.
fn written(items: &[Item]) -> Vec<u8> {
    items.iter().flat_map(Item::to_bytes).collect()
}

/// Certificates that the signatures of a bundle need, by fingerprint.
#[derive(Default)]
struct Needed(BTreeMap<[u8; 32], Certificate>);

impl Needed {
    /// Those that signatures and timestamps bring along.
    fn of(bundle: &Bundle) -> Self {
        let mut needed = Self::default();
        for act in &bundle.acts {
            if let Ok(signature) = verify_detached(&act.json, &act.p7s) {
                needed.signature(&signature);
            }
            for token in act.tsr.iter().filter_map(|tsr| archive::token(tsr)) {
                needed.token(&token);
            }
        }
        for (_, bytes) in bundle.documents.values().filter(|(_, bytes)| bytes.starts_with(b"%PDF-")) {
            needed.pdf(bytes);
        }
        needed
    }

    fn signature(&mut self, signature: &VerifiedSignature) {
        for certificate in std::iter::once(signature.signer()).chain(signature.certificates()) {
            self.add(certificate);
        }
        for token in signature.timestamps().iter().chain(signature.archive_timestamps()) {
            if let Some(token) = archive::token(token) {
                self.token(&token);
            }
        }
    }

    fn token(&mut self, token: &TimestampToken) {
        let signature = token.signature();
        for certificate in std::iter::once(signature.signer()).chain(signature.certificates()) {
            self.add(certificate);
        }
    }

    fn pdf(&mut self, bytes: &[u8]) {
        let Ok(document) = Document::read(bytes) else { return };
        for value in document.signatures().unwrap_or_default() {
            let cms = value.contents.as_ref().and_then(|contents| contents.value_and_padding());
            let (Some(parts), Some((cms, _))) = (value.signed_bytes(&document), cms) else { continue };
            match verify_parts(&parts, &cms) {
                Ok(signature) => self.signature(&signature),
                Err(_) => archive::token(&cms).iter().for_each(|token| self.token(token)),
            }
        }
    }

    fn add(&mut self, certificate: &Certificate) -> bool {
        self.0.insert(certificate.fingerprint(), certificate.clone()).is_none()
    }

    /// Adds what stands above them: issuers, and who answers for an issuer. Each round adds one, or is the last.
    fn close<'a>(&mut self, items: impl Iterator<Item = &'a Item> + Clone) {
        loop {
            let mut grew = false;
            let answers: Vec<OcspResponse> = items.clone().filter_map(|item| self.answer(item)).collect();
            let responders: BTreeSet<String> = answers.iter().map(OcspResponse::responder).collect();
            for certificate in answers.iter().flat_map(OcspResponse::certificates) {
                grew |= self.add(certificate);
            }
            for item in items.clone() {
                if let Item::Certificate(certificate) = item
                    && (self.names_as_issuer(certificate) || responders.contains(&certificate.subject()))
                {
                    grew |= self.add(certificate);
                }
            }
            if !grew {
                return;
            }
        }
    }

    fn names_as_issuer(&self, above: &Certificate) -> bool {
        self.0.values().any(|certificate| certificate.issuer_name().matches(above.subject_name()))
    }

    /// An answer about nothing but certificates that are needed.
    fn answer(&self, item: &Item) -> Option<OcspResponse> {
        let Item::Ocsp(der) = item else { return None };
        let answer = OcspResponse::from_der(der).ok()?;
        let certificates: Vec<&Certificate> = self.0.values().collect();
        answer.is_about_none_but(&certificates).then_some(answer)
    }

    fn has(&self, item: &Item) -> bool {
        match item {
            Item::Certificate(certificate) => self.0.contains_key(&certificate.fingerprint()),
            Item::Ocsp(_) => self.answer(item).is_some(),
            Item::Crl(der) => Crl::from_der(der).is_ok_and(|crl| {
                self.0.values().any(|certificate| certificate.issuer_name().matches(crl.issuer()))
            }),
        }
    }
}
