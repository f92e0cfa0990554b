//! From bytes to evidence: which acts' signatures match, and whose keys made them.
//!
//! An act counts only if its signature matches its bytes and a map binds the key to the person it names. A key that
//! no map binds is neither good nor bad: the report says what hangs on it.

use countersign_agreement::replay::Admitted;
use countersign_agreement::signed::{ActError, Names, SignedAct};
use countersign_authority::model::map::{Fact, Key, Map};
use countersign_authority::model::name::{Digest, PersonId};
use countersign_authority::model::policy::{Policy, Rule, Trust};
use countersign_authority::model::time::Instant;
use countersign_signature::{Anchor, Certificate, SignatureError, VerifiedSignature, path, verify_detached};

use crate::bundle::{Bundle, BundledAct};

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

    /// The act for replay. In person: by one's own bound key, under no grant.
    #[must_use]
    pub fn admitted(&self) -> Admitted {
        let in_person = match self.binding {
            Binding::Fingerprint | Binding::Subject => Some(self.act.under.is_none()),
            Binding::Unbound => None,
        };
        Admitted { number: self.number, id: self.id, act: self.act.clone(), in_person }
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
#[derive(Debug, Default)]
pub struct Evidence {
    /// Acts whose signature matched.
    pub acts: Vec<VerifiedAct>,
    /// Acts that count for nothing.
    pub discarded: Vec<Discarded>,
}

/// Checks every act of a bundle against the maps' keys.
pub fn examine(bundle: &Bundle, maps: &[Map], policy: Option<&Policy>) -> Evidence {
    let mut evidence = Evidence::default();
    let anchors: Vec<Anchor> = trusted(policy).into_iter().map(Anchor::Fingerprint).collect();
    let mut names = Names::default();
    for bundled in &bundle.acts {
        match examine_one(bundled, bundle, maps, policy, &anchors) {
            Ok(act) => evidence.acts.push(VerifiedAct { act: act.act.sharing(&mut names), ..act }),
            Err(discarded) => evidence.discarded.push(discarded),
        }
    }
    evidence
}

fn trusted(policy: Option<&Policy>) -> Vec<[u8; 32]> {
    let rules = policy.into_iter().flat_map(|policy| &policy.rules);
    rules
        .filter_map(|rule| match rule {
            Rule::Trust(Trust::CertificateAuthority(digest)) => Some(digest.0),
            _ => None,
        })
        .collect()
}

fn examine_one(
    bundled: &BundledAct,
    bundle: &Bundle,
    maps: &[Map],
    policy: Option<&Policy>,
    anchors: &[Anchor],
) -> Result<VerifiedAct, Discarded> {
    let number = bundled.number;
    let act = SignedAct::read(&bundled.json).map_err(|error| Discarded::Act { number, error })?;
    if *act.dossier != *bundle.manifest.id {
        let (found, expected) = (act.dossier.to_string(), bundle.manifest.id.clone());
        return Err(Discarded::OtherDossier { number, found, expected });
    }
    let signature = verify_detached(&bundled.json, &bundled.p7s)
        .map_err(|error| Discarded::Signature { number, error })?;
    let binding = bind(number, &act, &signature, &recognised(maps, policy, &act), anchors)?;
    let certificate = signature.signer();
    if !holds(certificate, act.at) {
        let of = |seconds: i64| Instant(i128::from(seconds).saturating_mul(1_000_000_000));
        let (from, until) = (of(certificate.not_before()), of(certificate.not_after()));
        let subject = certificate.subject();
        return Err(Discarded::Expired { number, claimed: act.at, subject, from, until });
    }
    Ok(VerifiedAct { number, id: bundled.id, act, signature, binding })
}

/// Whether a certificate holds at a moment (RFC 5280 §4.1.2.5, both ends included).
pub fn holds(certificate: &Certificate, at: Instant) -> bool {
    let seconds = at.0.div_euclid(1_000_000_000);
    i128::from(certificate.not_before()) <= seconds && seconds <= i128::from(certificate.not_after())
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
    if named && chains(certificate, signature.certificates(), anchors, act.at.0) {
        return Ok(Binding::Subject);
    }
    let has_fingerprints =
        own().flat_map(|person| &person.keys).any(|key| matches!(key, Key::Fingerprint(_)));
    if has_fingerprints && !named {
        return Err(Discarded::WrongKey { number, claimed, key, subject });
    }
    Ok(Binding::Unbound)
}

fn chains(leaf: &Certificate, others: &[Certificate], anchors: &[Anchor], at: i128) -> bool {
    let seconds = i64::try_from(at.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
    path(leaf, others, anchors, seconds).is_ok()
}
