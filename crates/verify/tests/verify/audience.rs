//! What an audience gets, and what it never finds in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read as _};

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::Manifest as Text;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_notation::digest::sha256;
use countersign_signature::Certificate;
use countersign_verify::audience::{Audience, Dossier, WhyWithheld, disclose, leaks};
use countersign_verify::bundle::{Bundle, Manifest, read, write};
use countersign_verify::evidence::{Reader, examine};
use countersign_verify::record::{Completeness, RecordEvidence};
use countersign_verify::standing::Standing;
use countersign_verify::trust;
use proptest::prelude::*;

use crate::keeper::{self, OURS, THEIRS};
use crate::secrets::{PARTIES, Plan, Scene, a_plan};

fn party(id: &str) -> PartyId {
    PartyId::new(id).expect("a party")
}

fn audiences() -> [Audience; 4] {
    [Audience::Own(party("RUR")), Audience::Own(party("KRA")), Audience::Parties, Audience::Public]
}

/// A secret's forms: as it is, in hex, in base64, and its SHA-256 in all three, which is what one who guesses would look for.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let digest = sha256(secret).0.to_vec();
    let of = |bytes: &[u8]| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [bytes.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), base64(bytes).into_bytes()]
    };
    of(secret).into_iter().chain(of(&digest)).collect()
}

/// RFC 4648 §4, without padding: a secret may go on.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}

const PREFIX: usize = 6;

/// Secrets, to be looked for all at once.
struct Search(HashMap<[u8; PREFIX], Vec<(String, Vec<u8>)>>);

impl Search {
    fn of(secrets: &[(String, Vec<u8>)]) -> Self {
        let mut search = HashMap::<_, Vec<_>>::new();
        for (what, secret) in secrets {
            for form in forms(secret) {
                let prefix = *form.first_chunk().expect("a secret has some bytes");
                search.entry(prefix).or_default().push((what.clone(), form));
            }
        }
        Self(search)
    }

    /// What is found in bytes.
    fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        (0..bytes.len()).find_map(|at| {
            let rest = &bytes[at..];
            let known = self.0.get(rest.first_chunk::<PREFIX>()?)?;
            known.iter().find(|(_, form)| rest.starts_with(form)).map(|(what, _)| what.as_str())
        })
    }
}

/// A zip's entries by another reader, their names and their bytes.
fn entries(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let count = zip.len();
    let read = |at| {
        let mut entry = zip.by_index(at).expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("unpacks");
        (entry.name().expect("a name").into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// Which acts are left out, by searching their bytes for what is: round by round, the slow way.
fn left_out(scene: &Scene, audience: &Audience) -> BTreeSet<usize> {
    let mut out: BTreeSet<usize> = (0..scene.acts.len()).filter(|at| !scene.may_see(*at, audience)).collect();
    let kept = scene.own.iter().filter(|(_, owner)| *audience != Audience::Own((*owner).clone()));
    let mut hidden: Vec<String> = kept.map(|(digest, _)| digest.hex()).collect();
    for (name, bytes) in &scene.all.policies {
        let open = matches!(audience, Audience::Own(_)) && name == "anyones.policy";
        let ours = *audience == Audience::Own(party("RUR")) && name == "mine.policy"
            || *audience == Audience::Own(party("KRA")) && name == "theirs.policy";
        if !open && !ours {
            hidden.push(sha256(bytes).hex());
        }
    }
    loop {
        let ids: Vec<String> = out.iter().map(|at| scene.all.acts[*at].id.hex()).collect();
        let points = |at: &usize| {
            let mut words = String::from_utf8_lossy(&scene.all.acts[*at].json).to_lowercase();
            for (digest, (ending, text)) in &scene.all.documents {
                if ending == "json" && words.contains(&digest.hex()) {
                    words += &String::from_utf8_lossy(text);
                }
            }
            hidden.iter().chain(&ids).any(|hex| words.contains(hex.as_str()))
        };
        let more: Vec<usize> = (0..scene.acts.len()).filter(|at| !out.contains(at)).filter(points).collect();
        if more.is_empty() {
            return out;
        }
        out.extend(more);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The claim of this module. Secrets are planted in every field of acts, in names, documents, file names, salts, digests,
    /// certificates and lists; nothing of them is found in any entry, nor in the file's own bytes.
    #[test]
    fn nothing_of_one_side_leaks_to_another(plan in a_plan()) {
        let scene = Scene::of(&plan);
        for audience in audiences() {
            let search = Search::of(&scene.secrets(&audience));
            let zip = write(&disclose(scene.dossier(), &audience).bundle).expect("a bundle");
            prop_assert_eq!(search.found_in(&zip), None, "in the file for {}", audience);
            for (name, bytes) in entries(&zip) {
                prop_assert_eq!(search.found_in(name.as_bytes()), None, "in the name {} for {}", name, audience);
                prop_assert_eq!(search.found_in(&bytes), None, "in {} for {}", name, audience);
            }
        }
    }

    /// Nor is anything left out without need, and what is left out is told.
    #[test]
    fn an_audience_gets_all_that_it_may_see(plan in a_plan()) {
        let scene = Scene::of(&plan);
        for audience in audiences() {
            let disclosure = disclose(scene.dossier(), &audience);
            let out = left_out(&scene, &audience);
            let told: BTreeSet<usize> =
                disclosure.withheld.iter().map(|withheld| withheld.number as usize - 1).collect();
            prop_assert_eq!(&told, &out, "for {}", audience);
            let shown: Vec<usize> = (0..scene.acts.len()).filter(|at| !out.contains(at)).collect();
            let ids: Vec<Digest> = shown.iter().map(|at| scene.all.acts[*at].id).collect();
            let bundle = read(&write(&disclosure.bundle).expect("a bundle")).expect("reads");
            prop_assert_eq!(bundle.acts.iter().map(|act| act.id).collect::<Vec<_>>(), ids);
            for at in shown {
                let act = &scene.acts[at];
                let digests = ["text", "evidence", "scan"].into_iter().filter_map(|field| act.digest(field));
                for digest in digests {
                    let there = scene.all.documents.get(&digest);
                    prop_assert_eq!(bundle.documents.get(&digest), there);
                    let Some(text) = there.and_then(|(_, bytes)| Text::read(bytes).ok()) else { continue };
                    for document in text.documents {
                        prop_assert!(bundle.documents.contains_key(&document.digest));
                    }
                    let terms: Vec<Digest> = bundle.terms.values().map(|bytes| sha256(bytes)).collect();
                    prop_assert!(text.terms.is_none_or(|digest| terms.contains(&digest)));
                }
                if let Some(map) = act.digest("map") {
                    prop_assert!(bundle.maps.values().any(|bytes| sha256(bytes) == map));
                }
            }
            if plan.recorded {
                let evidence = RecordEvidence::examine(&bundle, &keeper::trust(&[OURS, THEIRS], 2));
                let numbers: Vec<u32> =
                    disclosure.withheld.iter().map(|withheld| withheld.number).collect();
                match evidence.own().expect("our record").completeness() {
                    Completeness::CompleteTo(_) => prop_assert_eq!(numbers, Vec::<u32>::new()),
                    Completeness::Withheld { numbers: told, .. } => prop_assert_eq!(told, &numbers),
                    Completeness::Unproven(reason) => panic!("{reason}"),
                }
            }
        }
    }

    /// What the parties got can be narrowed further, and comes to the same.
    #[test]
    fn narrowing_twice_is_narrowing_once(plan in a_plan()) {
        let scene = Scene::of(&plan);
        let once = disclose(scene.dossier(), &Audience::Public).bundle;
        for first in [Audience::Parties, Audience::Own(party("RUR")), Audience::Public] {
            let narrower = disclose(scene.dossier(), &first).bundle;
            let twice = disclose(Dossier { all: &narrower, own: &scene.own }, &Audience::Public).bundle;
            prop_assert_eq!(&twice, &once, "by way of {}", first);
        }
    }

    /// A signature that is shown is worth what it was: nothing that it rests on was left out. (Archives are, and say more.)
    #[test]
    fn what_is_shown_stands_as_before(plan in a_plan()) {
        let scene = Scene::of(&Plan { archived_before: usize::MAX, ..plan });
        let items = scene.all.trust.values().filter_map(|bytes| trust::read(bytes).ok()).flatten();
        let believed: Vec<Certificate> = items
            .filter_map(|item| match item {
                trust::Item::Certificate(certificate) if certificate.is_ca() => Some(*certificate),
                _ => None,
            })
            .collect();
        let standings = |bundle: &Bundle| -> BTreeMap<Digest, Standing> {
            let evidence = examine(bundle, &[], &Reader { trust: &believed, ..Reader::default() });
            evidence.acts.iter().map(|act| (act.id(), act.standing().clone())).collect()
        };
        let before = standings(&scene.all);
        for audience in audiences() {
            for (act, standing) in standings(&disclose(scene.dossier(), &audience).bundle) {
                prop_assert_eq!(&standing, &before[&act], "act {} for {}", act, audience);
            }
        }
    }

    /// What admission refuses is what an export would have to leave out.
    #[test]
    fn an_act_that_leaks_is_known_before_it_is_signed(plan in a_plan()) {
        let scene = Scene::of(&plan);
        for (at, act) in scene.acts.iter().enumerate() {
            let earlier = (0..at).map(|at| {
                let bundled = &scene.all.acts[at];
                (bundled.number, bundled.id, &scene.acts[at])
            });
            let json = String::from_utf8_lossy(&scene.all.acts[at].json).to_lowercase();
            let sees = |audience: &Audience, at| scene.may_see(at, audience);
            let everyone = [audiences().to_vec(), PARTIES.map(|id| Audience::Own(party(id))).to_vec()].concat();
            let slow = (0..at).find(|before| {
                json.contains(&scene.all.acts[*before].id.hex())
                    && everyone.iter().any(|audience| sees(audience, at) && !sees(audience, *before))
            });
            let found = leaks(act, earlier);
            prop_assert_eq!(found.as_ref().map(|leak| leak.number as usize - 1), slow);
        }
    }
}

fn act(visibility: Visibility, party: &str, seen: Option<Digest>, says: &str) -> SignedAct {
    let seen = seen.map_or("null".to_owned(), |seen| format!("\"{seen}\""));
    let visibility = visibility.word();
    let json = format!(
        "{{\"at\":\"2026-03-01T10:00:00Z\",\"body\":{{\"says\":\"{says}\"}},\"by\":{{\"capacity\":\"MFA\",\
         \"person\":\"dahl\",\"under\":null}},\"dossier\":\"talks\",\"kind\":\"note\",\"matter\":null,\
         \"on_behalf_of\":\"{party}\",\"seen\":{seen},\"v\":1,\"visibility\":\"{visibility}\",\"with\":[\"KRA\"]}}"
    );
    SignedAct::read(json.as_bytes()).expect("an act")
}

/// Whose act may name whose.
#[test]
fn an_act_may_point_at_what_all_may_see_who_see_it() {
    use Visibility::{Own, Parties, Public};
    let table = [
        (Own, "RUR", Own, "RUR", true),
        (Own, "RUR", Own, "KRA", false),
        (Own, "RUR", Parties, "KRA", true),
        (Own, "RUR", Public, "KRA", true),
        (Parties, "RUR", Own, "RUR", false),
        (Parties, "RUR", Own, "KRA", false),
        (Parties, "RUR", Parties, "KRA", true),
        (Parties, "RUR", Public, "KRA", true),
        (Public, "RUR", Own, "RUR", false),
        (Public, "RUR", Parties, "RUR", false),
        (Public, "RUR", Public, "KRA", true),
    ];
    for (visibility, party, of, theirs, may) in table {
        let earlier = act(of, theirs, None, "earlier");
        let later = act(visibility, party, Some(earlier.id()), "later");
        let leak = leaks(&later, [(7, earlier.id(), &earlier)]);
        assert_eq!(leak.is_none(), may, "{visibility:?} of {party} at {of:?} of {theirs}");
        assert!(leaks(&act(visibility, party, None, "later"), [(7, earlier.id(), &earlier)]).is_none());
    }
    let earlier = act(Own, "RUR", None, "earlier");
    let leak = leaks(&act(Parties, "RUR", Some(earlier.id()), "x"), [(7, earlier.id(), &earlier)]);
    assert_eq!(leak.expect("a leak").to_string(), "its seen names act 7, which fewer may see (own of RUR)");
    let spelled = act(Parties, "RUR", None, &format!("as in {}", earlier.id().hex().to_uppercase()));
    let leak = leaks(&spelled, [(7, earlier.id(), &earlier)]);
    assert_eq!(leak.expect("a leak").to_string(), "its words names act 7, which fewer may see (own of RUR)");
}

#[test]
fn a_side_that_gets_everything_gets_the_bundle_as_it_is() {
    let parties = PARTIES.map(str::to_owned).to_vec();
    let mut all = Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin: None });
    let own = act(Visibility::Own, "RUR", None, "a thought");
    let public = act(Visibility::Public, "KRA", None, "hear");
    for act in [&own, &public] {
        all.push_act(act.canonical(), b"cms".to_vec());
    }
    all.add_document("txt", b"nobody names it yet".to_vec());
    all.terms.insert("x.terms".into(), b"nor these".to_vec());
    all.policies.insert("mine.policy".into(), b"policy \"P\" version 1\nwe are RUR\n".to_vec());
    all.policies.insert("other.policy".into(), b"policy \"Q\" version 1\n".to_vec());
    all.trust.insert("x.pem".into(), b"words".to_vec());
    let none = BTreeMap::new();
    let dossier = Dossier { all: &all, own: &none };
    let mine = disclose(dossier, &Audience::Own(party("RUR")));
    assert_eq!((&mine.bundle, mine.withheld.len()), (&all, 0));
    // The other side gets the public act, as the only one there is, and nothing that no act of its leads to.
    let theirs = disclose(dossier, &Audience::Own(party("KRA")));
    let said: Vec<String> =
        theirs.withheld.iter().map(|withheld| format!("{}: {}", withheld.number, withheld.reason)).collect();
    assert_eq!(said, ["1: it is for its audience alone (own of RUR)"]);
    let theirs = theirs.bundle;
    assert_eq!(theirs.acts.iter().map(|act| (act.number, act.id)).collect::<Vec<_>>(), [(1, public.id())]);
    assert!(theirs.documents.is_empty() && theirs.terms.is_empty());
    assert!(theirs.policies.is_empty() && theirs.trust.is_empty());
}

#[test]
fn an_act_that_cannot_be_read_goes_to_nobody_else() {
    let parties = PARTIES.map(str::to_owned).to_vec();
    let mut all = Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin: None });
    all.push_act(b"{\"visibility\":\"public\"}".to_vec(), b"cms".to_vec());
    let none = BTreeMap::new();
    for audience in audiences() {
        let disclosure = disclose(Dossier { all: &all, own: &none }, &audience);
        assert!(disclosure.bundle.acts.is_empty());
        assert_eq!(disclosure.withheld[0].reason, WhyWithheld::Unreadable);
    }
}
