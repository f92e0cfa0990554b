//! From bytes to evidence: which acts' signatures match, and whose keys made them.
//!
//! An act counts only if its signature matches its bytes and a map binds the key to the person it names. A key that
//! no map binds is neither good nor bad, nor is a signature by a certificate that was revoked and that nothing proves to be
//! older: the report says what hangs on them.

use countersign_agreement::replay::Admitted;
use countersign_agreement::signed::{ActError, Names, SignedAct};
use countersign_authority::model::map::{Fact, Key, Map};
use countersign_authority::model::name::{Digest, PartyId, PersonId};
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::Instant;
use countersign_signature::{Anchor, Certificate, SignatureError, VerifiedSignature, path, verify_detached};
use countersign_tlog::policy::Policy as TrustedRecords;

use crate::archive::archives;
use crate::bundle::{Bundle, BundledAct};
use crate::record::RecordEvidence;
use crate::recorded::{KnownAt, RecordTrust, Recorded, earlier};
use crate::signed_pdf::{PdfFault, SignedPdf};
use crate::standing::{Asked, Standing, Weigher, instant, seconds};
use crate::trust::{Believed, Seen};
use crate::vouching::{Runner, runner};

/// A signature that matched, on an act that was read: made only by checking both ([`examine`]).
///
/// Nobody else can make one:
/// ```compile_fail,E0451
/// # use countersign_verify::evidence::VerifiedAct;
/// fn forge(real: VerifiedAct) -> VerifiedAct {
///     VerifiedAct { number: 1, ..real }
/// }
/// ```
#[derive(Debug)]
pub struct VerifiedAct {
    number: u32,
    id: Digest,
    act: SignedAct,
    signature: VerifiedSignature,
    binding: Binding,
    standing: Standing,
    runner: Runner,
    pdf: Option<SignedPdf>,
    recorded: Recorded,
}

impl VerifiedAct {
    /// Its number in the dossier.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.id
    }

    /// What it says.
    #[must_use]
    pub fn act(&self) -> &SignedAct {
        &self.act
    }

    /// The signature on it.
    pub fn signature(&self) -> &VerifiedSignature {
        &self.signature
    }

    /// Whose key made it.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// How far its time is proven, and whether its certificate was revoked.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Who runs the authority that vouches for its key.
    #[must_use]
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The latest that it happened: what it claims, or what is proven where that is later.
    #[must_use]
    pub fn latest(&self) -> Instant {
        self.standing.not_later_than.map_or(self.act.at, |proven| proven.max(self.act.at))
    }

    /// What trusted records show of it.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        self.recorded
    }

    /// It existed by then: by a timestamp that the reader believes, or by enough witnesses' clocks.
    #[must_use]
    pub fn proven_by(&self) -> Option<Instant> {
        earlier(self.standing.not_later_than, self.recorded.not_later_than)
    }

    /// The PDF that it signs, if it signs one.
    #[must_use]
    pub fn pdf(&self) -> Option<&SignedPdf> {
        self.pdf.as_ref()
    }

    /// Why it counts for neither yes nor no, if so.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        let unbound = self.binding == Binding::Unbound;
        let pdf = || self.pdf.as_ref().and_then(SignedPdf::doubt);
        let doubt = self.standing.doubt.clone().or_else(pdf);
        doubt.or_else(|| unbound.then(|| "no recognised map binds its key".to_owned()))
    }

    /// The act for replay. In person: by one's own bound key, under no grant. A key known by its name alone, under an
    /// authority that the other side runs, is not shown to be one's own: the other side can make such keys.
    #[must_use]
    pub fn admitted(&self) -> Admitted {
        let in_person = match self.binding {
            Binding::Subject if self.runner.is_other_side() => Some(false),
            Binding::Fingerprint | Binding::Subject => Some(self.act.under.is_none()),
            Binding::Unbound => None,
        };
        Admitted {
            number: self.number,
            id: self.id,
            act: self.act.clone(),
            in_person,
            witnessed: self.recorded.witnessed,
        }
    }
}

/// How a key is known to be a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// A map names the certificate.
    Fingerprint,
    /// A map names the certificate's subject, and the policy trusts an authority above it.
    Subject,
    /// No map binds the key to anybody.
    Unbound,
}

/// Why an act of a bundle counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Discarded {
    /// The act can't be read.
    #[error("act {number}: {error}")]
    Act {
        /// Which.
        number: u32,
        /// Why.
        error: ActError,
    },
    /// The signature does not match.
    #[error("act {number}: {error}")]
    Signature {
        /// Which.
        number: u32,
        /// Why, with both sides of the comparison.
        error: SignatureError,
    },
    /// The key is another person's.
    #[error("act {number} says {claimed}; it is signed with key {key}, which the map gives to {owner}")]
    ForeignKey {
        /// Which.
        number: u32,
        /// Who is said to have signed.
        claimed: PersonId,
        /// The certificate's fingerprint.
        key: Digest,
        /// Whose it is.
        owner: PersonId,
    },
    /// The person has keys, and this is none of them.
    #[error(
        "act {number} says {claimed}; it is signed with key {key} ({subject}), which is none of the keys that maps give to {claimed}"
    )]
    WrongKey {
        /// Which.
        number: u32,
        /// Who is said to have signed.
        claimed: PersonId,
        /// The certificate's fingerprint.
        key: Digest,
        /// The certificate's subject.
        subject: String,
    },
    /// The PDF that it signs is not what it says.
    #[error("act {number} signs a PDF, and {fault}")]
    Pdf {
        /// Which.
        number: u32,
        /// What fails.
        fault: Box<PdfFault>,
    },
    /// The act belongs to another dossier.
    #[error("act {number} belongs to dossier {found}, not to {expected}")]
    OtherDossier {
        /// Which.
        number: u32,
        /// The dossier it names.
        found: String,
        /// The bundle's.
        expected: String,
    },
    /// The certificate was not valid when the act says it was signed.
    #[error(
        "act {number} claims to be of {claimed}, and the certificate of {subject} holds from {from} until {until}"
    )]
    Expired {
        /// Which.
        number: u32,
        /// The time the act claims.
        claimed: Instant,
        /// The certificate's subject.
        subject: String,
        /// The certificate's first second.
        from: Instant,
        /// The certificate's last second.
        until: Instant,
    },
}

/// Acts that count, and acts that don't, with the reason.
#[derive(Debug)]
pub struct Evidence {
    /// Acts whose signature matched.
    pub acts: Vec<VerifiedAct>,
    /// Acts that count for nothing.
    pub discarded: Vec<Discarded>,
    /// Files of `trust/` that are neither certificates nor lists nor answers.
    pub unread: Vec<String>,
    /// What the records in the bundle show.
    pub records: RecordEvidence,
    /// Which records and witnesses the reader trusts.
    pub trust: RecordTrust,
}

/// Checks every act of a bundle against the maps' keys, and what is known of its time and its certificate.
pub fn examine(bundle: &Bundle, maps: &[Map], reader: &Reader<'_>) -> Evidence {
    let (seen, believed) = (Seen::of(bundle), Believed::of(reader.policy, reader.trust));
    let claimed = bundle.acts.iter().filter_map(|act| SignedAct::read(&act.json).ok()).map(|act| act.at);
    let latest = claimed.chain(reader.as_of).max().unwrap_or(Instant::MIN);
    let asked = Asked { at: seconds(latest), known_at: reader.known_at.and_then(KnownAt::time).map(seconds) };
    let archives = archives(bundle, &seen);
    let policy = reader.policy;
    let weigher = Weigher::new(&seen, &archives, &believed, asked);
    let trust = RecordTrust::of(policy, reader.records);
    let records = RecordEvidence::examine(bundle, trust.policy());
    let mut examiner = Examiner { bundle, maps, policy, seen: &seen, believed: &believed, weigher };
    let mut evidence =
        Evidence { acts: Vec::new(), discarded: Vec::new(), unread: seen.unread.clone(), records, trust };
    let mut names = Names::default();
    let known_at = reader.known_at.and_then(KnownAt::time);
    for bundled in &bundle.acts {
        match examiner.examine(bundled) {
            Ok(act) => {
                let recorded = Recorded::of(&evidence.records, bundled.number, known_at);
                evidence.acts.push(VerifiedAct { act: act.act.sharing(&mut names), recorded, ..act });
            }
            Err(discarded) => evidence.discarded.push(discarded),
        }
    }
    evidence
}

/// Who reads, and about when.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reader<'a> {
    /// What the reader recognises and demands.
    pub policy: Option<&'a Policy>,
    /// Certificates of authorities that the reader believes, beside the policy's.
    pub trust: &'a [Certificate],
    /// About when.
    pub as_of: Option<Instant>,
    /// What came later is not known.
    pub known_at: Option<KnownAt>,
    /// Records and witnesses to trust in the place of the policy's.
    pub records: Option<&'a TrustedRecords>,
}

struct Examiner<'a> {
    bundle: &'a Bundle,
    maps: &'a [Map],
    policy: Option<&'a Policy>,
    seen: &'a Seen,
    believed: &'a Believed,
    weigher: Weigher<'a>,
}

impl Examiner<'_> {
    fn examine(&mut self, bundled: &BundledAct) -> Result<VerifiedAct, Discarded> {
        let number = bundled.number;
        let act = SignedAct::read(&bundled.json).map_err(|error| Discarded::Act { number, error })?;
        if *act.dossier != *self.bundle.manifest.id {
            let (found, expected) = (act.dossier.to_string(), self.bundle.manifest.id.clone());
            return Err(Discarded::OtherDossier { number, found, expected });
        }
        let signature = verify_detached(&bundled.json, &bundled.p7s)
            .map_err(|error| Discarded::Signature { number, error })?;
        let maps = recognised(self.maps, self.policy, &act);
        let mut pool = signature.certificates().to_vec();
        pool.extend_from_slice(&self.seen.evidence.certificates);
        let binding = bind(number, &act, &signature, &maps, &pool, &self.believed.signers)?;
        let certificate = signature.signer();
        if !holds(certificate, act.at) {
            let (from, until) = (instant(certificate.not_before()), instant(certificate.not_after()));
            let subject = certificate.subject();
            return Err(Discarded::Expired { number, claimed: act.at, subject, from, until });
        }
        let pdf = SignedPdf::examine(&act, &signature, self.bundle)
            .map_err(|fault| Discarded::Pdf { number, fault })?;
        let standing = self.weigher.weigh(bundled, &signature);
        let parties = self.bundle.manifest.parties.iter().filter_map(|party| PartyId::new(party).ok());
        let ours = self.policy.and_then(Policy::we_are).cloned();
        let others: Vec<PartyId> = parties.chain(act.with.iter().cloned()).chain(ours).collect();
        let runner = runner(certificate, &standing.above, &act.on_behalf_of, &others, self.maps);
        let (id, recorded) = (bundled.id, Recorded::default());
        Ok(VerifiedAct { number, id, act, signature, binding, standing, runner, pdf, recorded })
    }
}

/// Whether a certificate holds at a moment (RFC 5280 §4.1.2.5, both ends included).
pub fn holds(certificate: &Certificate, at: Instant) -> bool {
    (certificate.not_before()..=certificate.not_after()).contains(&seconds(at))
}

/// Maps that the verifier believes about the act's party: nobody else's says whose key is whose.
fn recognised<'m>(maps: &'m [Map], policy: Option<&Policy>, act: &SignedAct) -> Vec<&'m Map> {
    maps.iter()
        .filter(|map| policy.is_none_or(|policy| policy.accepts(&map.source, &act.on_behalf_of)))
        .collect()
}

fn bind(
    number: u32,
    act: &SignedAct,
    signature: &VerifiedSignature,
    maps: &[&Map],
    pool: &[Certificate],
    anchors: &[Anchor],
) -> Result<Binding, Discarded> {
    let certificate = signature.signer();
    let key = Digest(certificate.fingerprint());
    let persons = || {
        maps.iter().flat_map(|map| &map.statements).filter_map(|statement| match &statement.fact {
            Fact::Person(person) => Some(person),
            _ => None,
        })
    };
    let by_fingerprint = |keys: &[Key]| keys.contains(&Key::Fingerprint(key));
    let own = || persons().filter(|person| person.id == act.person);
    if own().any(|person| by_fingerprint(&person.keys)) {
        return Ok(Binding::Fingerprint);
    }
    let claimed = act.person.clone();
    if let Some(owner) = persons().find(|person| by_fingerprint(&person.keys)) {
        return Err(Discarded::ForeignKey { number, claimed, key, owner: owner.id.clone() });
    }
    let subject = certificate.subject();
    let named = own().flat_map(|person| &person.keys).any(|key| *key == Key::Subject(subject.clone()));
    if named && path(certificate, pool, anchors, seconds(act.at)).is_ok() {
        return Ok(Binding::Subject);
    }
    let has_fingerprints =
        own().flat_map(|person| &person.keys).any(|key| matches!(key, Key::Fingerprint(_)));
    if has_fingerprints && !named {
        return Err(Discarded::WrongKey { number, claimed, key, subject });
    }
    Ok(Binding::Unbound)
}
