//! A contract signed, stamped and kept over the years, and what happens to those who vouch for it.

use crate::sign::bases::Base;
use countersign_keys::{Kind, SoftwareKey};
use countersign_pdf::dss::{Evidence as Named, add_validation_data};
use countersign_pdf::sign::{SignatureRequest, SigningDate, sign, sign_with_timestamp};
use countersign_pdf::timestamp::{TimestampSource, TimestampUnavailable, timestamp};
use countersign_pdf::{DifferencePolicy, Document, PdfReport, ReadError, verify};
use countersign_signature::ades::{Constraints, Evidence, Rules, Trust};
use countersign_signature::issue::{Reason, RevocationList, Revoked};
use countersign_signature::timestamp::{
    MessageImprint, StampFacts, TimestampRequest, TimestampToken, grant, read_response,
};
use countersign_signature::{Anchor, Signer as _, ValidationData};
use countersign_testkit::Pki;

/// 2026-04-24 13:05:00 UTC.
pub(crate) const SIGNED: i64 = 1_777_035_900;
pub(crate) const DAY: i64 = 86_400;
pub(crate) const YEAR: i64 = 365 * DAY;
pub(crate) const LISTED: i64 = SIGNED + DAY;
pub(crate) const ARCHIVED: i64 = SIGNED + 2 * DAY;
pub(crate) const SOON: i64 = SIGNED + 3 * DAY;
pub(crate) const RENEWED: i64 = SIGNED + 3 * YEAR;

/// Certificates: people's end after two years, timestamp authorities' after four, the authority's after six.
pub(crate) struct World {
    pub(crate) root: SoftwareKey,
    pub(crate) ca: SoftwareKey,
    pub(crate) berg: SoftwareKey,
    pub(crate) dahl: SoftwareKey,
    pub(crate) tsa: SoftwareKey,
    pub(crate) later_tsa: SoftwareKey,
    pub(crate) rsa_tsa: SoftwareKey,
}

/// Who is revoked, and from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Nothing,
    Berg(i64),
    Ca(i64),
    Tsa(i64),
}

impl World {
    pub(crate) fn new() -> Self {
        let pki = Pki::new("pdf-verify");
        let from = SIGNED - YEAR;
        let root = pki.root("root", "CN=Root CA,O=Kravonia");
        let ca = pki.between(from, SIGNED + 6 * YEAR).intermediate("ca", "CN=Sub CA,O=Kravonia", &root, None);
        let people = pki.between(from, SIGNED + 2 * YEAR);
        let berg = people.person("berg", "CN=A. Berg,O=Kravonia", &ca);
        let dahl = people.person("dahl", "CN=C. Dahl,O=Ruritania", &ca);
        let tsa = pki.between(from, SIGNED + 4 * YEAR).timestamp_authority("tsa", "CN=TSA 1", &root);
        let later_tsa = pki.between(RENEWED - YEAR, RENEWED + 6 * YEAR);
        let later_tsa = later_tsa.timestamp_authority("later", "CN=TSA 2", &root);
        let rsa_tsa = pki.between(from, SIGNED + 4 * YEAR).of(Kind::Rsa2048);
        let rsa_tsa = rsa_tsa.timestamp_authority("rsa-tsa", "CN=TSA 3", &root);
        Self { root, ca, berg, dahl, tsa, later_tsa, rsa_tsa }
    }

    /// What is needed of a day: both lists and every certificate.
    pub(crate) fn data(&self, event: Event, day: i64) -> ValidationData {
        let on = |key: &SoftwareKey, since: i64| {
            let serial = key.certificate().serial().to_vec();
            vec![Revoked { serial, at: since, reason: Reason::KeyCompromise, invalid_since: None }]
        };
        let (roots, cas) = match event {
            Event::Berg(since) if since <= day => (vec![], on(&self.berg, since)),
            Event::Ca(since) if since <= day => (on(&self.ca, since), vec![]),
            Event::Tsa(since) if since <= day => (on(&self.tsa, since), vec![]),
            _ => (vec![], vec![]),
        };
        let list = |key: &SoftwareKey, revoked| {
            let number = u64::try_from(day).unwrap();
            let next_update = day + 7 * DAY;
            RevocationList { number, this_update: day, next_update, revoked, keeps_expired_since: None }
                .issue(key)
                .unwrap()
        };
        let mut crls = vec![list(&self.root, roots)];
        if !matches!(event, Event::Ca(since) if since <= day) && day <= self.ca.certificate().not_after() {
            crls.push(list(&self.ca, cas));
        }
        let keys = [&self.root, &self.ca, &self.berg, &self.dahl, &self.tsa, &self.later_tsa];
        let certificates = keys.into_iter().map(|key| key.certificate().clone()).collect();
        ValidationData { certificates, crls, ocsps: Vec::new() }
    }

    pub(crate) fn b(file: &[u8], signer: &SoftwareKey) -> Vec<u8> {
        sign(&Document::read(file).unwrap(), &request(), signer).unwrap().to_bytes()
    }

    pub(crate) fn t(&self, file: &[u8], signer: &SoftwareKey, at: i64) -> Vec<u8> {
        let source = Stamps { key: &self.tsa, at };
        sign_with_timestamp(&Document::read(file).unwrap(), &request(), signer, &source).unwrap().to_bytes()
    }

    pub(crate) fn lt(&self, file: &[u8], fields: &[&str], event: Event, day: i64) -> Vec<u8> {
        let data = self.data(event, day);
        let named: Vec<Named<'_>> = fields.iter().map(|field| Named { field, data: &data }).collect();
        add_validation_data(&Document::read(file).unwrap(), &named).unwrap().to_bytes()
    }

    pub(crate) fn lta(file: &[u8], tsa: &SoftwareKey, at: i64) -> Vec<u8> {
        timestamp(&Document::read(file).unwrap(), None, &Stamps { key: tsa, at }).unwrap().to_bytes()
    }

    /// The contract at B-B, B-T, B-LT, B-LTA, and B-LTA stamped again three years later.
    pub(crate) fn levels(&self, event: Event) -> [Vec<u8>; 5] {
        let base = Base::Classic.bytes();
        let b = Self::b(&base, &self.berg);
        let t = self.t(&base, &self.berg, SIGNED);
        let lt = self.lt(&t, &["Signature1"], event, LISTED);
        let lta = Self::lta(&lt, &self.tsa, ARCHIVED);
        let again = self.lt(&lta, &["Signature1", "Timestamp1"], event, RENEWED - DAY);
        let again = Self::lta(&again, &self.later_tsa, RENEWED);
        [b, t, lt, lta, again]
    }

    pub(crate) fn trust(&self) -> Trust {
        let root = vec![Anchor::from(self.root.certificate().clone())];
        Trust { signers: root.clone(), timestamps: root }
    }

    /// Asks with lists of the day.
    pub(crate) fn ask(&self, file: &[u8], event: Event, at: i64) -> PdfReport {
        self.ask_with(file, &self.data(event, at).crls, at)
    }

    pub(crate) fn ask_with(&self, file: &[u8], crls: &[Vec<u8>], at: i64) -> PdfReport {
        self.asked(file, crls, at).unwrap()
    }

    /// The same of a file that may not be one.
    pub(crate) fn try_ask(&self, file: &[u8], event: Event, at: i64) -> Option<PdfReport> {
        self.asked(file, &self.data(event, at).crls, at).ok()
    }

    fn asked(&self, file: &[u8], crls: &[Vec<u8>], at: i64) -> Result<PdfReport, ReadError> {
        let (trust, constraints) = (self.trust(), Constraints::default());
        let collected = Evidence { crls: crls.to_vec(), ..Evidence::default() };
        let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at };
        verify(file, &rules, DifferencePolicy::default())
    }
}

fn request() -> SignatureRequest<'static> {
    SignatureRequest::new(SigningDate::utc(SIGNED).unwrap())
}

struct Stamps<'k> {
    key: &'k SoftwareKey,
    at: i64,
}

impl TimestampSource for Stamps<'_> {
    fn token(&self, imprint: &MessageImprint) -> Result<TimestampToken, TimestampUnavailable> {
        let serial = u64::from_be_bytes(*imprint.value.first_chunk().unwrap()) >> 1;
        let request = TimestampRequest::new(imprint.clone(), serial.to_be_bytes());
        let policy = "1.3.6.1.4.1.32473.3161".parse().unwrap();
        let facts = StampFacts { at: self.at, serial, policy, accuracy: 1 };
        let answer = grant(&request, &facts, self.key).unwrap();
        read_response(&request, &answer).map_err(|error| TimestampUnavailable { reason: error.to_string() })
    }
}
