//! A signer with an authority above, timestamp authorities, and what happens to them over the years.

use const_oid::ObjectIdentifier;
use countersign_keys::SoftwareKey;
use countersign_signature::ades::{Constraints, Evidence, Rules, Trust, Validation, verify_cms};
use countersign_signature::issue::{Reason, RevocationList, Revoked};
use countersign_signature::timestamp::{
    MessageImprint, StampFacts, TimestampRequest, TimestampToken, grant, read_response,
};
use countersign_signature::{
    Anchor, DigestAlgorithm, Signer as _, ValidationData, archive_imprint, sign_detached, signature_value,
    with_archive_timestamp, with_timestamp, with_validation_data,
};
use countersign_testkit::Pki;

pub(crate) const CONTENT: &[u8] = b"the parties agree";

/// A moment of the story: `at(2026, 3, 1)`.
pub(crate) const fn at(year: i64, month: i64, day: i64) -> i64 {
    // Days since 1970 by the civil calendar.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    let era = y / 400;
    let of_era = y - era * 400;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468;
    days * 86_400
}

pub(crate) const DAY: i64 = 86_400;
/// When it was signed and stamped; lists were collected a day later, and archived a day after that.
pub(crate) const SIGNED: i64 = at(2026, 3, 1);
pub(crate) const LISTED: i64 = SIGNED + DAY;
pub(crate) const ARCHIVED: i64 = SIGNED + 2 * DAY;
/// When a second authority stamped everything again, before the first one's certificate ended.
pub(crate) const RENEWED: i64 = at(2029, 6, 1);

/// When people ask.
pub(crate) const SOON: i64 = SIGNED + 3 * DAY;
pub(crate) const A_YEAR_LATER: i64 = at(2027, 3, 1);
pub(crate) const SIGNER_ENDED: i64 = at(2028, 6, 1);
pub(crate) const TSA_ENDED: i64 = at(2030, 6, 1);
pub(crate) const CA_ENDED: i64 = at(2032, 6, 1);

/// How much was added to the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    BB,
    BT,
    Blt,
    Blta,
    /// B-LTA, stamped again in 2029.
    Renewed,
}

/// What happened to whom, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Nothing,
    SignerRevoked(i64),
    CaRevoked(i64),
    TsaRevoked(i64),
}

/// Whether the one who asks has lists of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    Fetched,
    Offline,
}

pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) root: SoftwareKey,
    pub(crate) ca: SoftwareKey,
    pub(crate) signer: SoftwareKey,
    pub(crate) tsa_root: SoftwareKey,
    pub(crate) tsa: SoftwareKey,
    pub(crate) later_tsa: SoftwareKey,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(Pki::new("ades"))
    }

    pub(crate) fn of(pki: Pki) -> Self {
        let root = pki.root("root", "CN=Root CA,O=Ruritania");
        let tsa_root = pki.root("tsa-root", "CN=Time CA,O=Kravonia");
        let ca = pki.between(at(2024, 1, 1), at(2032, 1, 1) - 1);
        let ca = ca.intermediate("ca", "CN=Sub CA,O=Ruritania", &root, Some(0));
        let signer = pki.between(at(2025, 1, 1), at(2028, 1, 1) - 1);
        let signer = signer.person("dahl", "CN=C. Dahl,O=Ruritania", &ca);
        let tsa = pki.between(at(2025, 1, 1), at(2030, 1, 1) - 1);
        let tsa = tsa.timestamp_authority("tsa", "CN=TSA 1,O=Kravonia", &tsa_root);
        let later_tsa = pki.between(at(2029, 1, 1), at(2036, 1, 1) - 1);
        let later_tsa = later_tsa.timestamp_authority("later-tsa", "CN=TSA 2,O=Kravonia", &tsa_root);
        Self { pki, root, ca, signer, tsa_root, tsa, later_tsa }
    }

    /// A token of a moment.
    pub(crate) fn stamp(tsa: &SoftwareKey, imprint: MessageImprint, moment: i64) -> TimestampToken {
        let request = TimestampRequest::new(imprint, [7; 8]);
        let serial = u64::try_from(moment).unwrap();
        let facts = StampFacts { at: moment, serial, policy: POLICY, accuracy: 1 };
        read_response(&request, &grant(&request, &facts, tsa).unwrap()).unwrap()
    }

    /// The lists of a day by whoever still issues any. Revocations are on them from the day they happened.
    pub(crate) fn lists(&self, event: Event, day: i64) -> Vec<Vec<u8>> {
        let on = |key: &SoftwareKey, since: i64| {
            let serial = key.certificate().serial().to_vec();
            Revoked { serial, at: since, reason: Reason::KeyCompromise, invalid_since: None }
        };
        let entries = match event {
            Event::SignerRevoked(since) if since <= day => (vec![], vec![on(&self.signer, since)], vec![]),
            Event::CaRevoked(since) if since <= day => (vec![on(&self.ca, since)], vec![], vec![]),
            Event::TsaRevoked(since) if since <= day => (vec![], vec![], vec![on(&self.tsa, since)]),
            _ => (vec![], vec![], vec![]),
        };
        let issuers = [(&self.root, entries.0), (&self.ca, entries.1), (&self.tsa_root, entries.2)];
        let mut lists = Vec::new();
        for (issuer, revoked) in issuers {
            let gone = matches!(event, Event::CaRevoked(since) if since <= day)
                && std::ptr::eq(issuer, &raw const self.ca);
            if day <= issuer.certificate().not_after() && !gone {
                lists.push(list(issuer, day, revoked));
            }
        }
        lists
    }

    /// A signature as it stands at the end.
    pub(crate) fn made(&self, made: Made, event: Event) -> Vec<u8> {
        let p7s = sign_detached(CONTENT, &self.signer, SIGNED).unwrap();
        if made == Made::BB {
            return p7s;
        }
        let p7s = Self::stamped(&p7s, &self.tsa, SIGNED);
        if made == Made::BT {
            return p7s;
        }
        let p7s = self.with_lists(&p7s, event, LISTED);
        if made == Made::Blt {
            return p7s;
        }
        let p7s = Self::archived(&p7s, &self.tsa, ARCHIVED);
        if made == Made::Blta {
            return p7s;
        }
        Self::archived(&self.with_lists(&p7s, event, RENEWED - DAY), &self.later_tsa, RENEWED)
    }

    pub(crate) fn stamped(p7s: &[u8], tsa: &SoftwareKey, moment: i64) -> Vec<u8> {
        let imprint = MessageImprint::of(DigestAlgorithm::Sha256, &[&signature_value(p7s).unwrap()]);
        with_timestamp(p7s, &Self::stamp(tsa, imprint, moment)).unwrap()
    }

    pub(crate) fn with_lists(&self, p7s: &[u8], event: Event, day: i64) -> Vec<u8> {
        let data = ValidationData { crls: self.lists(event, day), ..ValidationData::default() };
        with_validation_data(p7s, &data).unwrap()
    }

    pub(crate) fn archived(p7s: &[u8], tsa: &SoftwareKey, moment: i64) -> Vec<u8> {
        let archive = archive_imprint(p7s, &[CONTENT], DigestAlgorithm::Sha256).unwrap();
        let token = Self::stamp(tsa, archive.imprint.clone(), moment);
        with_archive_timestamp(p7s, &token, &archive).unwrap()
    }

    pub(crate) fn trust(&self) -> Trust {
        let anchor = |key: &SoftwareKey| vec![Anchor::from(key.certificate().clone())];
        Trust { signers: anchor(&self.root), timestamps: anchor(&self.tsa_root) }
    }

    pub(crate) fn collected(&self, lists: Lists, event: Event, day: i64) -> Evidence {
        match lists {
            Lists::Fetched => Evidence { crls: self.lists(event, day), ..Evidence::default() },
            Lists::Offline => Evidence::default(),
        }
    }

    pub(crate) fn ask(&self, p7s: &[u8], collected: &Evidence, moment: i64) -> Validation {
        self.ask_by(p7s, collected, moment, &Constraints::default())
    }

    pub(crate) fn ask_by(
        &self,
        p7s: &[u8],
        collected: &Evidence,
        moment: i64,
        constraints: &Constraints,
    ) -> Validation {
        let trust = self.trust();
        let rules = Rules { trust: &trust, constraints, collected, at: moment };
        verify_cms(p7s, Some(&[CONTENT]), &[], &rules).0
    }
}

/// A list of a day, good for a week.
pub(crate) fn list(issuer: &SoftwareKey, day: i64, revoked: Vec<Revoked>) -> Vec<u8> {
    let number = u64::try_from(day).unwrap();
    RevocationList {
        number,
        this_update: day,
        next_update: day + 7 * DAY,
        revoked,
        keeps_expired_since: None,
    }
    .issue(issuer)
    .unwrap()
}

const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.3161");
