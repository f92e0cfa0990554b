//! For whom a bundle is made, and what it leaves out for that.
//!
//! An act says who may see it (record.md §1): its own side, the parties, everyone. A bundle for an audience holds the acts
//! that the audience may see and what is reached from them; everything that only acts left out lead to stays out with them.
//! That an act was left out is seen: its link stays in the record's chain, a commitment that names nobody.
//!
//! An act that points at a narrower one, by the digest in its `seen` say, gives something away: whoever guesses the narrower
//! act's words can check the guess. [`leaks`] finds that before the act is signed; [`disclose`] leaves such an act out.

mod evidence;
mod reach;

use countersign_agreement::signed::SignedAct;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_notation::digest::sha256;
use countersign_notation::parse;
use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::{Bundle, BundledAct};
use reach::{Reach, digests_in, field_of};

/// Who looks: the widest first is [`Audience::Public`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// One side itself: public acts, the parties' acts, and those kept to itself that were done on its behalf.
    Own(PartyId),
    /// The parties: no act that one of them keeps to itself.
    Parties,
    /// Everyone.
    Public,
}

impl Audience {
    /// Who may see an act.
    #[must_use]
    pub fn of(act: &SignedAct) -> Self {
        match act.visibility {
            Visibility::Own => Self::Own(act.on_behalf_of.clone()),
            Visibility::Parties => Self::Parties,
            Visibility::Public => Self::Public,
        }
    }

    /// Whether all who are `other` belong to this audience: whether what is meant for `self` may be shown to `other`.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Public, _) | (Self::Parties, Self::Parties | Self::Own(_)) => true,
            (Self::Own(us), Self::Own(them)) => us == them,
            _ => false,
        }
    }
}

/// `own` of a party, `parties`, `public`.
impl std::fmt::Display for Audience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(party) => write!(f, "own of {party}"),
            Self::Parties => f.write_str("parties"),
            Self::Public => f.write_str("public"),
        }
    }
}

/// All that a side has of a dossier.
#[derive(Debug, Clone, Copy)]
pub struct Dossier<'a> {
    /// Acts, documents, maps, terms, policies, evidence, records.
    pub all: &'a Bundle,
    /// Maps and terms that a party keeps to itself, by their SHA-256.
    pub own: &'a BTreeMap<Digest, PartyId>,
}

/// A bundle for an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// What it gets.
    pub bundle: Bundle,
    /// Acts that it doesn't get, by number.
    pub withheld: Vec<Withheld>,
}

/// An act left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Which.
    pub number: u32,
    /// Why.
    pub reason: WhyWithheld,
}

/// Why an act is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyWithheld {
    /// It is for fewer.
    #[error("it is for its audience alone ({for_whom})")]
    Narrower {
        /// For whom it is.
        for_whom: Audience,
    },
    /// It holds the digest of something that is left out.
    #[error("its {field} is the digest of something that is left out")]
    PointsAtWithheld {
        /// In which field.
        field: &'static str,
    },
    /// Nobody can say who may see it.
    #[error("it can't be read, so nobody can say who may see it")]
    Unreadable,
}

/// What an act would give away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {field} names act {number}, which fewer may see ({for_whom})")]
pub struct Leak {
    /// The field that holds the digest.
    pub field: &'static str,
    /// The act it names.
    pub number: u32,
    /// Who may see that one.
    pub for_whom: Audience,
}

/// Makes the bundle that an audience gets.
#[must_use]
pub fn disclose(dossier: Dossier<'_>, audience: &Audience) -> Disclosure {
    let all = dossier.all;
    let acts: Vec<Read<'_>> =
        all.acts.iter().map(|bundled| Read { bundled, act: SignedAct::read(&bundled.json).ok() }).collect();
    let kept = dossier.kept_from(audience);
    let withheld = withheld(all, &acts, &kept, audience);
    if matches!(audience, Audience::Own(_)) && withheld.is_empty() && kept.is_empty() {
        return Disclosure { bundle: all.clone(), withheld: Vec::new() };
    }
    let (shown, left_out): (Vec<&Read<'_>>, Vec<&Read<'_>>) =
        acts.iter().partition(|read| !withheld.contains_key(&read.bundled.number));
    let reached = Reach::of(all, shown.iter().filter_map(|read| read.act.as_ref()));
    let lost = Reach::of(all, left_out.iter().filter_map(|read| read.act.as_ref()));
    let named = |files: &BTreeMap<String, Vec<u8>>, goes: &dyn Fn(Digest, &[u8]) -> bool| {
        let fit = files.iter().filter(|(_, bytes)| goes(sha256(bytes), bytes));
        fit.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    };
    let mut bundle = Bundle {
        manifest: all.manifest.clone(),
        acts: shown.iter().map(|read| read.bundled.clone()).collect(),
        documents: all.documents.iter().filter(|(digest, _)| reached.has(**digest)).map(cloned).collect(),
        maps: named(&all.maps, &|map, _| !kept.contains(&map) && (reached.has(map) || !lost.has(map))),
        terms: named(&all.terms, &|terms, _| !kept.contains(&terms) && reached.has(terms)),
        policies: named(&all.policies, &|_, policy| is_policy_of(policy, audience)),
        trust: BTreeMap::new(),
        records: all.records.clone(),
    };
    let ids: BTreeSet<Digest> = bundle.acts.iter().map(|act| act.id).collect();
    for record in bundle.records.values_mut() {
        record.acts.retain(|id, _| ids.contains(id));
    }
    if bundle.own_record().is_none_or(|record| record.links.is_empty()) {
        // Nothing says that there are more acts: they count without a gap.
        for (number, act) in (1..).zip(&mut bundle.acts) {
            act.number = number;
        }
    }
    evidence::disclose(all, &mut bundle, !withheld.is_empty());
    let withheld = withheld.into_iter().map(|(number, reason)| Withheld { number, reason }).collect();
    Disclosure { bundle, withheld }
}

/// An act of the dossier; none where it can't be read.
struct Read<'a> {
    bundled: &'a BundledAct,
    act: Option<SignedAct>,
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

impl Dossier<'_> {
    /// Digests of maps, terms and policies that are kept from an audience.
    fn kept_from(&self, audience: &Audience) -> BTreeSet<Digest> {
        let marked = self.own.iter().filter(|(_, owner)| !Audience::Own((*owner).clone()).includes(audience));
        let marked = marked.map(|(digest, _)| *digest);
        let policies =
            self.all.policies.values().filter(|bytes| match (audience, parse::policy("", bytes)) {
                (Audience::Own(party), Ok(policy)) => policy.value.we_are().is_some_and(|we| we != party),
                _ => true,
            });
        marked.chain(policies.map(|policy| sha256(policy))).collect()
    }
}

/// Whether a policy says that it is that of the side that looks.
fn is_policy_of(bytes: &[u8], audience: &Audience) -> bool {
    let Audience::Own(party) = audience else { return false };
    parse::policy("", bytes).is_ok_and(|policy| policy.value.we_are() == Some(party))
}

/// Which acts an audience doesn't get. Those that point at what is left out are left out in turn, and so on.
fn withheld(
    all: &Bundle,
    acts: &[Read<'_>],
    kept: &BTreeSet<Digest>,
    audience: &Audience,
) -> BTreeMap<u32, WhyWithheld> {
    let mut withheld = BTreeMap::new();
    let mut hidden = kept.clone();
    for Read { bundled, act } in acts {
        let reason = match act.as_ref().map(Audience::of) {
            Some(for_whom) if for_whom.includes(audience) => continue,
            Some(for_whom) => WhyWithheld::Narrower { for_whom },
            None => WhyWithheld::Unreadable,
        };
        hidden.insert(bundled.id);
        withheld.insert(bundled.number, reason);
    }
    let texts = reach::texts(all);
    loop {
        let before = withheld.len();
        for Read { bundled, act } in acts.iter().filter(|read| read.act.is_some()) {
            if withheld.contains_key(&bundled.number) {
                continue;
            }
            let mut points = digests_in(&bundled.json);
            let through: Vec<Digest> =
                points.iter().filter_map(|at| texts.get(at)).flatten().copied().collect();
            points.extend(through);
            if let Some(at) = points.intersection(&hidden).next() {
                let field = act.as_ref().map_or("words", |act| field_of(act, *at));
                hidden.insert(bundled.id);
                withheld.insert(bundled.number, WhyWithheld::PointsAtWithheld { field });
            }
        }
        if withheld.len() == before {
            return withheld;
        }
    }
}

/// Whether an act points at an earlier one that fewer may see than may see itself. `earlier` are the dossier's acts with
/// their numbers and ids.
#[must_use]
pub fn leaks<'a>(
    act: &SignedAct,
    earlier: impl IntoIterator<Item = (u32, Digest, &'a SignedAct)>,
) -> Option<Leak> {
    let (points, for_all) = (digests_in(&act.canonical()), Audience::of(act));
    earlier.into_iter().find_map(|(number, id, earlier)| {
        let for_whom = Audience::of(earlier);
        let leaks = points.contains(&id) && !for_whom.includes(&for_all);
        leaks.then(|| Leak { field: field_of(act, id), number, for_whom })
    })
}
