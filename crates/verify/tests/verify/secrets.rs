//! A dossier full of secrets, and what of it no audience but their own may find in a bundle.
//!
//! What is secret is said here by the definition alone: an act's visibility, and who else leads to what it leads to. Nothing
//! of `audience` is used for that.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::{Document, Manifest as Text};
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_keys::SoftwareKey;
use countersign_notation::digest::sha256;
use countersign_signature::issue::ocsp::Status;
use countersign_signature::timestamp::{MessageImprint, StampFacts, TimestampRequest, grant};
use countersign_signature::{DigestAlgorithm, Signer as _, sign_detached, signature_value};
use countersign_testkit::Pki;
use countersign_verify::archive;
use countersign_verify::audience::{Audience, Dossier};
use countersign_verify::bundle::{Bundle, Manifest};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::keeper::{Keeper, OURS, THEIRS};

pub(crate) const PARTIES: [&str; 2] = ["RUR", "KRA"];
const KINDS: [&str; 9] =
    ["note", "comment", "statement", "refuse", "adopt-map", "sign", "correct", "report", "attest"];
const DOCUMENTS: usize = 6;
const MAPS: usize = 4;
const AT: i64 = 1_772_355_600;

/// What is drawn for one act.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) kind: usize,
    pub(crate) party: usize,
    pub(crate) visibility: Visibility,
    /// How far before it the act lies that it says it had seen.
    pub(crate) seen: Option<usize>,
    /// The same, of the act that its body names.
    pub(crate) names: usize,
    /// The act that its words name, and how.
    pub(crate) spells: Option<(usize, bool)>,
    /// Which document, map or act its body names.
    pub(crate) document: usize,
    pub(crate) signer: usize,
    pub(crate) stamped: bool,
    pub(crate) given: bool,
}

prop_compose! {
    fn a_drawn_act()(
        kind in 0..KINDS.len(),
        party in 0..2_usize,
        visibility in prop_oneof![
            3 => Just(Visibility::Own), 3 => Just(Visibility::Parties), 2 => Just(Visibility::Public)
        ],
        seen in proptest::option::weighted(0.3, 1..4_usize),
        names in 1..4_usize,
        spells in proptest::option::weighted(0.1, (1..4_usize, any::<bool>())),
        document in 0..DOCUMENTS + 3,
        signer in 0..6_usize,
        stamped in any::<bool>(),
        given in any::<bool>(),
    ) -> Drawn {
        Drawn { kind, party, visibility, seen, names, spells, document, signer, stamped, given }
    }
}

/// What is drawn for a dossier.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) acts: Vec<Drawn>,
    /// Documents, by twos: which of the texts names which documents.
    pub(crate) texts: Vec<(usize, usize)>,
    /// Which party keeps which map to itself, if one does.
    pub(crate) kept: Vec<Option<usize>>,
    pub(crate) recorded: bool,
    /// How many acts the archive is older than.
    pub(crate) archived_before: usize,
}

prop_compose! {
    pub(crate) fn a_plan()(
        acts in vec(a_drawn_act(), 1..8),
        texts in vec((0..DOCUMENTS, 0..DOCUMENTS), 2),
        kept in vec(proptest::option::weighted(0.3, 0..2_usize), MAPS),
        recorded in any::<bool>(),
        archived_before in 0..4_usize,
    ) -> Plan {
        Plan { acts, texts, kept, recorded, archived_before }
    }
}

/// Keys, made once.
struct Keys {
    pki: Pki,
    houses: Vec<SoftwareKey>,
    tsas: Vec<(SoftwareKey, SoftwareKey)>,
    persons: Vec<SoftwareKey>,
}

fn agent(signer: usize) -> String {
    format!("agent{}", ["vx", "qj", "zk", "wb", "hy", "pf"][signer])
}

thread_local! {
    static KEYS: LazyCell<Keys> = LazyCell::new(|| {
        let pki = Pki::new("secrets");
        let houses: Vec<SoftwareKey> =
            (0..3).map(|at| pki.authority(&format!("house{at}"), &format!("CN=House {at} CA"))).collect();
        let tsas = (0..2).map(|at| {
            let above = pki.authority(&format!("clock{at}"), &format!("CN=Clock {at} CA"));
            (pki.timestamp_authority(&format!("tsa{at}"), &format!("CN=Clock {at} TSA"), &above), above)
        });
        let tsas = tsas.collect();
        let persons = (0..6).map(|at| {
            pki.person(&agent(at), &format!("CN={}", agent(at)), &houses[at % 3])
        });
        let persons = persons.collect();
        Keys { pki, houses, tsas, persons }
    });
}

/// A dossier, and whom each of its parts is for.
pub(crate) struct Scene {
    pub(crate) all: Bundle,
    pub(crate) own: BTreeMap<Digest, PartyId>,
    pub(crate) acts: Vec<SignedAct>,
    pub(crate) drawn: Vec<Drawn>,
    /// Digests that each act leads to, through texts too.
    leads: Vec<BTreeSet<Digest>>,
    salts: Vec<Vec<u8>>,
}

/// A word that nothing else holds.
fn word(what: &str, act: usize) -> String {
    format!("{what}{}qz", ["uno", "due", "tre", "qua", "cin", "sei", "set", "ott"][act])
}

fn document(at: usize) -> String {
    format!("The contents of document {at}, {}.", word("paper", at))
}

fn stamp(tsa: &SoftwareKey, over: &[u8], at: i64) -> Vec<u8> {
    let request = TimestampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, &[over]), [1; 8]);
    let policy = "1.3.6.1.4.1.32473.1".parse().expect("an identifier");
    grant(&request, &StampFacts { at, serial: 1, policy, accuracy: 1 }, tsa).expect("a token")
}

impl Scene {
    pub(crate) fn dossier(&self) -> Dossier<'_> {
        Dossier { all: &self.all, own: &self.own }
    }

    pub(crate) fn of(plan: &Plan) -> Self {
        let parties = PARTIES.map(str::to_owned).to_vec();
        let origin = plan.recorded.then(|| OURS.to_owned());
        let all = Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin });
        let mut scene = Self {
            all,
            own: BTreeMap::new(),
            acts: Vec::new(),
            drawn: plan.acts.clone(),
            leads: Vec::new(),
            salts: Vec::new(),
        };
        let mut named: Vec<Digest> =
            (0..DOCUMENTS).map(|at| scene.all.add_document("txt", document(at).into_bytes())).collect();
        let mut maps = Vec::new();
        for at in 0..MAPS {
            let text = format!(
                "map \"{}\" version 1\nsource \"{}\" as of 2026-01-01\n",
                word("map", at),
                word("source", at)
            );
            maps.push(sha256(text.as_bytes()));
            scene.all.maps.insert(format!("{}.authority", word("chart", at)), text.into_bytes());
            if let Some(party) = plan.kept[at] {
                scene.own.insert(maps[at], PartyId::new(PARTIES[party]).expect("a party"));
            }
        }
        let mut through: BTreeMap<Digest, Vec<Digest>> = BTreeMap::new();
        for (at, (one, other)) in plan.texts.iter().enumerate() {
            let terms = format!("terms \"{}\"\n", word("deal", at)).into_bytes();
            let terms_digest = sha256(&terms);
            scene.all.terms.insert(format!("{}.terms", word("paragraph", at)), terms);
            let entry = |at: usize| Document {
                digest: named[at],
                media_type: "text/plain".into(),
                language: "en".into(),
            };
            let text = Text { documents: vec![entry(*one), entry(*other)], terms: Some(terms_digest) };
            let digest = scene.all.add_document("json", text.canonical());
            through.insert(digest, vec![named[*one], named[*other], terms_digest]);
            named.push(digest);
        }
        for (name, says) in [("mine", "we are RUR\n"), ("theirs", "we are KRA\n"), ("anyones", "")] {
            let text = format!("policy \"{name} qzpolicy\" version 1\n{says}");
            scene.all.policies.insert(format!("{name}.policy"), text.into_bytes());
        }
        // A digest that an act may name instead: a policy's.
        named.push(sha256(&scene.all.policies["mine.policy"]));
        KEYS.with(|keys| {
            for at in 0..plan.acts.len() {
                if at == plan.archived_before {
                    scene.fill_trust(keys);
                    scene.archive(keys);
                }
                scene.act(keys, at, &named, &maps, &through);
            }
            scene.fill_trust(keys);
        });
        if plan.recorded {
            scene.record();
        }
        scene
    }

    fn earlier(&self, before: usize) -> Option<Digest> {
        let at = self.acts.len().checked_sub(before)?;
        Some(self.all.acts[at].id)
    }

    fn act(
        &mut self,
        keys: &Keys,
        at: usize,
        named: &[Digest],
        maps: &[Digest],
        through: &BTreeMap<Digest, Vec<Digest>>,
    ) {
        let drawn = self.drawn[at].clone();
        let document = named[drawn.document];
        let act = self.earlier(drawn.names).unwrap_or(Digest([9; 32]));
        let mut says = word("says", at);
        if let Some((before, upper)) = drawn.spells
            && let Some(id) = self.earlier(before)
        {
            let hex = id.hex();
            says += &format!(" see act {}.", if upper { hex.to_uppercase() } else { hex });
        }
        let kind = KINDS[drawn.kind];
        let body: Value = match kind {
            "comment" => json!({"text": document.to_string(), "says": says}),
            "statement" => json!({"speaker": word("speaker", at), "says": says, "medium": word("medium", at),
                "source": word("source", at), "evidence": document.to_string(), "stance": word("stance", at)}),
            "refuse" => json!({"text": document.to_string(), "confirms": act.to_string(), "says": says}),
            "adopt-map" => json!({"map": maps[drawn.document % MAPS].to_string(), "source": says}),
            "sign" => json!({"text": document.to_string(), "says": says}),
            "correct" => json!({"act": act.to_string(), "says": says}),
            "report" => json!({"obligation": word("O", at), "says": says, "evidence": document.to_string()}),
            "attest" => json!({"act": act.to_string(), "scan": document.to_string(), "attested_by": says,
                "original": word("archive", at)}),
            _ => json!({"says": says}),
        };
        let value = json!({
            "v": 1, "dossier": "talks", "kind": kind, "on_behalf_of": PARTIES[drawn.party],
            "with": [PARTIES[1 - drawn.party]],
            "by": {"person": agent(drawn.signer), "capacity": word("OFF", at), "under": word("G", at)},
            "matter": word("matter", at), "at": "2026-03-01T09:00:00Z",
            "seen": drawn.seen.and_then(|before| self.earlier(before)).map(|seen| seen.to_string()),
            "visibility": drawn.visibility.word(), "body": body,
        });
        let act = SignedAct::read_any(value.to_string().as_bytes()).expect("an act");
        let p7s = sign_detached(&act.canonical(), &keys.persons[drawn.signer], AT).expect("a signature");
        let mut leads: BTreeSet<Digest> = act
            .body
            .iter()
            .filter_map(|(_, value)| match value {
                countersign_agreement::signed::BodyValue::Digest(digest) => Some(*digest),
                _ => None,
            })
            .collect();
        let texts: Vec<Digest> =
            leads.iter().filter_map(|digest| through.get(digest)).flatten().copied().collect();
        leads.extend(texts);
        self.leads.push(leads);
        self.all.push_act(act.canonical(), p7s);
        if drawn.stamped {
            let act = self.all.acts.last_mut().expect("an act");
            let value = signature_value(&act.p7s).expect("a signature");
            act.tsr = Some(stamp(&keys.tsas[at % 2].0, &value, AT + 60));
        }
        self.acts.push(act);
    }

    /// Certificates of all who have acted, each in its file; lists and answers; and one file with all and words between.
    fn fill_trust(&mut self, keys: &Keys) {
        let signers: BTreeSet<usize> =
            self.drawn.iter().take(self.acts.len()).map(|drawn| drawn.signer).collect();
        let mut everything = String::new();
        let mut put = |name: String, bytes: Vec<u8>| drop(self.all.trust.insert(name, bytes));
        for signer in &signers {
            let (key, house) = (&keys.persons[*signer], &keys.houses[signer % 3]);
            for (what, key) in [(agent(*signer), key), (format!("house{}", signer % 3), house)] {
                let pem = key.certificate().to_pem();
                everything += &format!("words on {what} qzwords\n{pem}");
                put(format!("{}.pem", sha256(key.certificate().as_der()).hex()), pem.into_bytes());
            }
            let list = keys.pki.crl(house, AT, &[]);
            put(format!("house{}.crl", signer % 3), list);
            let answer = keys.pki.ocsp(house, house, key.certificate(), AT, Status::Good);
            put(format!("{}.ors", sha256(&answer).hex()), answer);
        }
        for (at, (tsa, above)) in keys.tsas.iter().enumerate() {
            for (what, key) in [("tsa", tsa), ("above", above)] {
                put(format!("{what}{at}.pem"), key.certificate().to_pem().into_bytes());
            }
        }
        put("everyone.pem".into(), everything.into_bytes());
        put("rubbish.pem".into(), b"qzrubbish".to_vec());
    }

    fn archive(&mut self, keys: &Keys) {
        let (name, list) = archive::next(&self.all);
        let answer = stamp(&keys.tsas[0].0, &list, AT + 120);
        self.all.trust.insert(format!("{name}.sha256"), list);
        self.all.trust.insert(format!("{name}.tsr"), answer);
    }

    fn record(&mut self) {
        let all = self.all.clone();
        let acts: Vec<(&[u8], &[u8])> =
            all.acts.iter().map(|act| (act.json.as_slice(), act.p7s.as_slice())).collect();
        let mut ours = Keeper::new(OURS, 2);
        ours.admit("talks", &acts);
        let mut theirs = Keeper::new(THEIRS, 1);
        let given = acts.iter().zip(&self.drawn).filter(|(_, drawn)| drawn.given);
        let given: Vec<(&[u8], &[u8])> = given.map(|(act, _)| *act).collect();
        if !given.is_empty() {
            theirs.admit("talks", &given);
            theirs.give(&mut self.all);
        }
        ours.give(&mut self.all);
        self.salts = (1..).zip(&acts).map(|(number, _)| ours.salt(number).as_bytes().to_vec()).collect();
    }

    /// Whether an audience may see an act, by the words of record.md §1.
    pub(crate) fn may_see(&self, at: usize, audience: &Audience) -> bool {
        match (self.acts[at].visibility, audience) {
            (Visibility::Public, _) | (Visibility::Parties, Audience::Parties | Audience::Own(_)) => true,
            (Visibility::Own, Audience::Own(party)) => *party == self.acts[at].on_behalf_of,
            _ => false,
        }
    }

    /// Everything that an audience must not find: what it is, and its bytes.
    pub(crate) fn secrets(&self, audience: &Audience) -> Vec<(String, Vec<u8>)> {
        let mut secrets: Vec<(String, Vec<u8>)> = Vec::new();
        let (seen, unseen): (Vec<usize>, Vec<usize>) =
            (0..self.acts.len()).partition(|at| self.may_see(*at, audience));
        let mut secret = |what: String, bytes: &[u8]| secrets.push((what, bytes.to_vec()));
        for at in &unseen {
            let act = &self.all.acts[*at];
            secret(format!("act {at}"), &act.json);
            secret(format!("signature {at}"), &act.p7s);
            secret(format!("act and signature {at}"), &[act.json.as_slice(), &act.p7s].concat());
            for bytes in [&act.tsr, &act.tlog_proof].into_iter().flatten() {
                secret(format!("proof {at}"), bytes);
            }
            self.salts.get(*at).iter().for_each(|salt| secret(format!("salt {at}"), salt));
            for what in
                ["says", "OFF", "G", "matter", "speaker", "medium", "source", "stance", "O", "archive"]
            {
                // A map's source is a word of its own.
                if what != "source" || *at >= MAPS {
                    secret(format!("{what} {at}"), word(what, *at).as_bytes());
                }
            }
        }
        let signs = |acts: &[usize], signer| acts.iter().any(|at| self.drawn[*at].signer == signer);
        KEYS.with(|keys| {
            for signer in (0..6).filter(|signer| signs(&unseen, *signer) && !signs(&seen, *signer)) {
                secret(format!("name of {signer}"), agent(signer).as_bytes());
                secret(format!("certificate of {signer}"), keys.persons[signer].certificate().as_der());
            }
            for house in 0..3 {
                let of = |acts: &[usize]| acts.iter().any(|at| self.drawn[*at].signer % 3 == house);
                if of(&unseen) && !of(&seen) {
                    secret(format!("house {house}"), format!("House {house} CA").as_bytes());
                    secret(
                        format!("certificate of house {house}"),
                        keys.houses[house].certificate().as_der(),
                    );
                }
            }
            if !unseen.is_empty() {
                secret("words between certificates".into(), b"qzwords");
                secret("what is no certificate".into(), b"qzrubbish");
            }
        });
        let leads = |acts: &[usize], digest| acts.iter().any(|at| self.leads[*at].contains(&digest));
        for (digest, (_, bytes)) in &self.all.documents {
            if !leads(&seen, *digest) {
                secret(format!("document {}", digest.short()), bytes);
            }
        }
        for (name, bytes) in &self.all.terms {
            if !leads(&seen, sha256(bytes)) {
                secret(name.clone(), bytes);
                secret(name.clone(), name.as_bytes());
            }
        }
        for (name, bytes) in &self.all.maps {
            let map = sha256(bytes);
            let kept = self.own.get(&map).is_some_and(|party| *audience != Audience::Own(party.clone()));
            if kept || (leads(&unseen, map) && !leads(&seen, map)) {
                secret(name.clone(), bytes);
                secret(name.clone(), name.as_bytes());
            }
        }
        for (name, bytes) in &self.all.policies {
            let ours = match audience {
                Audience::Own(party) => {
                    name == if party.as_str() == "RUR" { "mine.policy" } else { "theirs.policy" }
                }
                _ => false,
            };
            if !ours {
                secret(name.clone(), bytes);
                secret(name.clone(), name.as_bytes());
            }
        }
        secrets
    }
}
