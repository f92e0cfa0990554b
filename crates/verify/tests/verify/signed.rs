//! What a dossier shows of its signatures: proven times, revoked certificates, who runs the authority above a key.

use countersign_agreement::signed::SignedAct;
use countersign_authority::model::name::Digest;
use countersign_keys::SoftwareKey;
use countersign_notation::parse;
use countersign_signature::issue::Reason;
use countersign_signature::issue::ocsp::Status;
use countersign_signature::timestamp::{MessageImprint, StampFacts, TimestampRequest, grant};
use countersign_signature::{DigestAlgorithm, Signer as _, sign_detached, signature_value};
use countersign_testkit::Pki;
use countersign_verify::archive;
use countersign_verify::bundle::{Bundle, Manifest, read, write};
use countersign_verify::recorded::KnownAt;
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, report};
use serde_json::{Value, json};

const MAP: &str = r#"map "Ruritania" version 1
source "Desk" as of 2026-01-01
party RUR "Republic of Ruritania" state
party KRA "Kingdom of Kravonia" state
party TIM "Clock Office" organisation
matter security
office SL "Supreme Leader" of RUR decides basis "Constitution art. 110"
SL may sign, mandate on security basis "Constitution art. 110"
principal of RUR on security is SL confidence high basis "Study"
person berg "A. Berg"
person gast "G. Gast"
berg holds SL from 2019-06-04 until 2026-06-01 basis "Gazette"
gast holds SL from 2026-06-01 basis "Gazette"
"#;

/// 2026-03-01T09:00:00Z, when the act says it was signed.
const SIGNED: i64 = 1_772_355_600;
const DAY: i64 = 86_400;

/// How the key is bound, and by whose authority.
#[derive(Clone, Copy)]
enum Bound {
    Fingerprint,
    Subject,
}

/// A dossier with one signature of RUR's Supreme Leader.
struct Desk {
    pki: Pki,
    house: SoftwareKey,
    tsa: SoftwareKey,
    clockwork: SoftwareKey,
    bundle: Bundle,
    policy: String,
    bound: Bound,
}

impl Desk {
    fn new(bound: Bound) -> Self {
        Self::under(bound, "CN=Government CA,O=Republic of Ruritania")
    }

    fn under(bound: Bound, authority: &str) -> Self {
        let pki = Pki::new("desk");
        let house = pki.authority("house", authority);
        let clockwork = pki.authority("clockwork", "CN=Clockwork CA,O=Clockwork");
        let tsa = pki.timestamp_authority("tsa", "CN=Clockwork TSA,O=Clockwork", &clockwork);
        let parties = vec!["RUR".into(), "KRA".into()];
        let mut bundle =
            Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin: None });
        bundle.maps.insert("ruritania.authority".into(), MAP.into());
        bundle.add_document("txt", b"The parties agree.\n".to_vec());
        let believes = format!(
            "trust certificate authority {}\ntrust timestamp authority {}\n",
            Digest(house.certificate().fingerprint()),
            Digest(clockwork.certificate().fingerprint())
        );
        let policy = format!(
            "policy \"P\" version 1\nwe are KRA\naccept source \"Desk\"\naccept source \"Keys\"\n{believes}\
             gate conclude on security with RUR: principal signs definitive text in person\n"
        );
        Self { pki, house, tsa, clockwork, bundle, policy, bound }
    }

    fn key(&self) -> SoftwareKey {
        self.pki.person("berg", "CN=A. Berg,O=Republic of Ruritania", &self.house)
    }

    /// Berg signs the text as Supreme Leader, at a time that he claims.
    fn signs(&mut self, at: &str) {
        let key = self.key();
        let bound = match self.bound {
            Bound::Fingerprint => Digest(key.certificate().fingerprint()).to_string(),
            Bound::Subject => "subject \"CN=A. Berg,O=Republic of Ruritania\"".to_owned(),
        };
        let keys = format!(
            "map \"Keys\" version 1\nsource \"Keys\" as of 2026-01-01\nperson berg \"A. Berg\" key {bound}\n"
        );
        self.bundle.maps.insert("keys.authority".into(), keys.into());
        let text = self.bundle.documents.keys().next().expect("a document").to_string();
        let act = json!({
            "v": 1, "dossier": "talks", "kind": "sign", "on_behalf_of": "RUR", "with": ["KRA"],
            "by": {"person": "berg", "capacity": "SL", "under": null}, "matter": "security", "at": at, "seen": null,
            "visibility": "public", "body": {"text": text},
        });
        let act = SignedAct::read_any(act.to_string().as_bytes()).expect("an act");
        let seconds = i64::try_from(act.at.0 / 1_000_000_000).expect("a time");
        let p7s = sign_detached(&act.canonical(), &key, seconds).expect("a signature");
        self.bundle.push_act(act.canonical(), p7s);
    }

    /// An authority stamps an act's signature.
    fn stamps(&mut self, act: usize, by: &SoftwareKey, at: i64) {
        self.bundle.acts[act].tsr = Some(self.token(act, by, at));
    }

    fn stamped(&mut self, act: usize, at: i64) {
        self.bundle.acts[act].tsr = Some(self.token(act, &self.tsa, at));
    }

    fn token(&self, act: usize, by: &SoftwareKey, at: i64) -> Vec<u8> {
        let value = signature_value(&self.bundle.acts[act].p7s).expect("a signature");
        answer(by, &[&value], at)
    }

    /// The signer's authority says that the signer's certificate was revoked at a moment.
    fn revokes(&mut self, at: i64) {
        let list = self.pki.crl(&self.house, at + DAY, &[Pki::revoked(&self.key(), at)]);
        self.bundle.trust.insert("house.crl".into(), list);
    }

    /// The report, after the bundle has been packed and read again.
    fn report(&self) -> Value {
        self.reports().1
    }

    /// An authority stamps the list of everything that is there by then.
    fn archives(&mut self, by: &SoftwareKey, at: i64) {
        let (name, list) = archive::next(&self.bundle);
        self.bundle.trust.insert(format!("{name}.tsr"), answer(by, &[&list], at));
        self.bundle.trust.insert(format!("{name}.sha256"), list);
    }

    /// How far the first act's time is proven to somebody who asks at a moment.
    fn state_at(&self, known_at: &str) -> Value {
        let bundle = read(&write(&self.bundle).expect("it is written")).expect("it is read");
        let trust = [self.clockwork.certificate().clone()];
        let known_at = Some(countersign_notation::time::instant_or_day(known_at).expect("a day"));
        let question = ReportQuestion {
            trust: &trust,
            known_at: known_at.map(KnownAt::Time),
            ..ReportQuestion::default()
        };
        render::json(&report(&bundle, question).expect("a report"))["timestamps"]["acts"][0]["state"].clone()
    }

    fn reports(&self) -> (String, Value) {
        let bundle = read(&write(&self.bundle).expect("it is written")).expect("it is read");
        let policy = parse::policy("p", self.policy.as_bytes()).expect("a policy").value;
        let question = ReportQuestion { policy: Some(&policy), ..ReportQuestion::default() };
        let report = report(&bundle, question).expect("a report");
        (render::text(&report), render::json(&report))
    }
}

/// A timestamp authority's answer.
fn answer(by: &SoftwareKey, over: &[&[u8]], at: i64) -> Vec<u8> {
    let request = TimestampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, over), [1; 8]);
    let policy = "1.3.6.1.4.1.32473.1".parse().expect("an identifier");
    grant(&request, &StampFacts { at, serial: 1, policy, accuracy: 1 }, by).expect("a token")
}

fn ruritania<'a>(report: &'a Value, column: &str) -> &'a str {
    let parties = report["parties"].as_array().expect("parties");
    let ruritania = parties.iter().find(|party| party["party"] == "RUR").expect("RUR");
    ruritania[column]["verdict"].as_str().expect("a verdict")
}

fn columns(report: &Value) -> [&str; 2] {
    [ruritania(report, "internal"), ruritania(report, "gate")]
}

#[test]
fn a_token_by_a_believed_authority_proves_not_later_than() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.signs("2026-03-01T09:30:00Z");
    desk.stamped(0, SIGNED + 60);
    let (text, report) = desk.reports();
    assert_eq!(columns(&report), ["yes", "yes"]);
    let times = &report["timestamps"];
    assert_eq!((&times["proven"], &times["of"], &times["none_yet"]), (&json!(1), &json!(2), &json!(1)));
    assert_eq!(times["acts"][0]["state"], "proven");
    assert_eq!(
        times["acts"][0]["not_later_than"], "2026-03-01T09:01:01Z",
        "its accuracy of a second is added"
    );
    assert_eq!(times["acts"][0]["authority"], "CN=Clockwork TSA,O=Clockwork");
    assert_eq!(times["acts"][1]["state"], "none yet");
    assert!(text.contains("timestamps proven for 1 of 2"), "{text}");
}

#[test]
fn a_token_by_an_authority_that_nobody_believes_proves_nothing_and_is_named() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    let stranger = desk.pki.authority("stranger", "CN=Stranger CA");
    let tsa = desk.pki.timestamp_authority("other", "CN=Stranger TSA", &stranger);
    desk.stamps(0, &tsa, SIGNED);
    let (text, report) = desk.reports();
    assert_eq!(report["timestamps"]["acts"][0]["state"], "none yet");
    assert!(text.contains("by CN=Stranger TSA, an authority that you don't believe: not proven"), "{text}");
    assert!(text.contains("no timestamps: times are as the signers claim them"), "{text}");
}

#[test]
fn the_readers_own_certificates_are_believed_beside_the_policys() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.stamped(0, SIGNED);
    let bundle = read(&write(&desk.bundle).expect("it is written")).expect("it is read");
    let state = |trust: &[countersign_signature::Certificate]| {
        let question = ReportQuestion { trust, ..ReportQuestion::default() };
        render::json(&report(&bundle, question).expect("a report"))["timestamps"]["acts"][0]["state"].clone()
    };
    assert_eq!(state(&[]), "none yet");
    assert_eq!(state(&[desk.clockwork.certificate().clone()]), "proven");
    assert_eq!(state(&[desk.tsa.certificate().clone()]), "proven", "pinned itself");
    assert_eq!(state(&[desk.house.certificate().clone()]), "none yet");
}

#[test]
fn a_signers_authority_is_not_believed_for_timestamps_by_that() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    let tsa = desk.pki.timestamp_authority("own", "CN=RUR TSA", &desk.house);
    desk.stamps(0, &tsa, SIGNED);
    assert_eq!(desk.report()["timestamps"]["acts"][0]["state"], "none yet");
}

#[test]
fn a_token_over_another_acts_signature_or_spoilt_shows_nothing() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.signs("2026-03-01T09:30:00Z");
    desk.stamped(0, SIGNED);
    let good = desk.bundle.acts[0].tsr.clone().expect("a token");
    desk.bundle.acts[1].tsr = Some(good.clone());
    assert_eq!(desk.report()["timestamps"]["proven"], 1);
    for at in (0..good.len()).step_by(37) {
        let mut spoilt = good.clone();
        spoilt[at] ^= 1;
        desk.bundle.acts[0].tsr = Some(spoilt);
        let report = desk.report();
        let times = &report["timestamps"];
        let proven = times["acts"][0]["not_later_than"].as_str();
        assert!(proven.is_none_or(|time| time == "2026-03-01T09:00:01Z"), "byte {at}: {times}");
        assert_eq!(columns(&report), ["yes", "yes"], "a bad token takes nothing away");
    }
}

#[test]
fn a_backdated_act_is_weighed_until_its_proof() {
    let mut desk = Desk::new(Bound::Fingerprint);
    // Berg's tenure ends on 2026-06-01; the signature is proven two days later.
    desk.signs("2026-05-30T09:00:00Z");
    let claimed = SIGNED + 90 * DAY;
    desk.stamped(0, claimed + 60);
    assert_eq!(ruritania(&desk.report(), "internal"), "yes");
    desk.stamped(0, claimed + 4 * DAY);
    let (text, report) = desk.reports();
    assert_eq!(ruritania(&report, "internal"), "unknown", "{text}");
}

#[test]
fn an_act_that_claims_to_be_younger_than_its_proof_is_flagged() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.stamped(0, SIGNED - DAY);
    let flags = desk.report()["flags"].to_string();
    assert!(
        flags.contains(
            "act 1 claims to be of 2026-03-01T09:00:00Z, and its signature existed at 2026-02-28T09:00:01Z"
        ),
        "{flags}"
    );
}

#[test]
fn a_certificate_revoked_after_the_proof_still_counts() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.stamped(0, SIGNED + 60);
    desk.revokes(SIGNED + DAY);
    let report = desk.report();
    assert_eq!(columns(&report), ["yes", "yes"]);
    assert_eq!(report["signers"][0]["revocation"]["status"], "revoked");
    assert_eq!(report["doubts"], json!([]));
}

#[test]
fn a_certificate_revoked_before_the_proof_or_without_one_is_neither_yes_nor_no() {
    for (stamped, revoked) in [(Some(60), 30), (Some(60), -DAY), (None, DAY), (None, -DAY)] {
        for bound in [Bound::Fingerprint, Bound::Subject] {
            let mut desk = Desk::new(bound);
            desk.signs("2026-03-01T09:00:00Z");
            if let Some(after) = stamped {
                desk.stamped(0, SIGNED + after);
            }
            desk.revokes(SIGNED + revoked);
            let (text, report) = desk.reports();
            assert_eq!(columns(&report), ["unknown", "unknown"], "{stamped:?} {revoked}: {text}");
            let doubts = report["doubts"].to_string();
            assert!(doubts.contains("revoked"), "{doubts}");
            assert!(text.contains("act 1 counts for neither yes nor no"), "{text}");
        }
    }
}

#[test]
fn an_ocsp_answer_says_the_same_as_a_list() {
    let told = |status, stamped: bool| {
        let mut desk = Desk::new(Bound::Fingerprint);
        desk.signs("2026-03-01T09:00:00Z");
        if stamped {
            desk.stamped(0, SIGNED + 60);
        }
        let about = desk.key();
        let answer = desk.pki.ocsp(&desk.house, &desk.house, about.certificate(), SIGNED + 2 * DAY, status);
        desk.bundle.trust.insert("berg.ors".into(), answer);
        let report = desk.report();
        let status = report["signers"][0]["revocation"]["status"].clone();
        (ruritania(&report, "internal").to_owned(), status)
    };
    let revoked = || Status::Revoked { at: SIGNED + DAY, reason: Reason::KeyCompromise };
    assert_eq!(told(Status::Good, false), ("yes".into(), json!("good")));
    assert_eq!(told(revoked(), true), ("yes".into(), json!("revoked")));
    assert_eq!(told(revoked(), false), ("unknown".into(), json!("revoked")));
}

#[test]
fn a_list_by_somebody_else_revokes_nothing() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    let namesake = Pki::new("elsewhere").authority("house", "CN=Government CA,O=Republic of Ruritania");
    let list = desk.pki.crl(&namesake, SIGNED + DAY, &[Pki::revoked(&desk.key(), SIGNED - DAY)]);
    desk.bundle.trust.insert("house.crl".into(), list);
    let report = desk.report();
    assert_eq!(columns(&report), ["yes", "yes"]);
    assert_eq!(report["signers"][0]["revocation"]["status"], "unknown");
}

#[test]
fn a_list_that_does_not_name_the_certificate_says_that_it_is_good() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.stamped(0, SIGNED);
    let list = desk.pki.crl(&desk.house, SIGNED + DAY, &[]);
    desk.bundle.trust.insert("house.crl".into(), list);
    let revocation = &desk.report()["signers"][0]["revocation"];
    assert_eq!(revocation["status"], "good");
    assert_eq!(revocation["as_of"], "2026-03-02T09:00:00Z");
}

#[test]
fn what_is_in_trust_and_is_none_of_it_is_named() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.bundle.trust.insert("note.txt".into(), b"trust me".to_vec());
    let (text, report) = desk.reports();
    assert_eq!(report["unread"], json!(["note.txt"]));
    assert!(text.contains("trust/note.txt is neither"), "{text}");
    assert_eq!(columns(&report), ["yes", "yes"]);
}

#[test]
fn the_report_says_who_runs_the_authority_and_flags_the_other_side() {
    let shown = |authority: &str, bound| {
        let mut desk = Desk::under(bound, authority);
        desk.signs("2026-03-01T09:00:00Z");
        let (text, report) = desk.reports();
        let vouched = report["signers"][0]["vouched_by"].clone();
        let lines =
            text.lines().filter(|line| line.contains("vouched") || line.contains("runs")).map(str::trim);
        let lines: Vec<&str> = lines.collect();
        let gate = ruritania(&report, "gate").to_owned();
        (format!("{}\n{}\n{gate}", lines.join("\n"), vouched["who"]), vouched)
    };
    let own = shown("CN=Government CA,O=Republic of Ruritania", Bound::Subject);
    let third = shown("CN=Trade CA,O=Chamber of Commerce", Bound::Subject);
    let other = shown("CN=State CA,O=KINGDOM  of kravonia", Bound::Subject);
    assert_eq!((&other.1["run_by"], &other.1["flagged"]), (&json!("KRA"), &json!(true)));
    let pinned = shown("CN=State CA,O=Kingdom of Kravonia", Bound::Fingerprint);
    let elsewhere = shown("CN=Clock Office", Bound::Subject);
    let all = [own.0, third.0, other.0, pinned.0, elsewhere.0].join("\n\n");
    insta::assert_snapshot!(all, @r#"
    berg's key is vouched for by CN=Government CA,O=Republic of Ruritania, which RUR runs itself
    "own side"
    yes

    berg's key is vouched for by CN=Trade CA,O=Chamber of Commerce, which no party of the maps runs
    "no party named"
    yes

    Flag  ! KRA runs the authority that vouches for berg, who signs for RUR: KRA could make such a key itself; only its name is bound, so no act of it counts as done in person
    ! berg's key (RUR's) is vouched for by CN=State CA,O=KINGDOM  of kravonia, which KRA runs
    "other side"
    no

    Flag  ! KRA runs the authority that vouches for berg, who signs for RUR: KRA could make such a key itself; a map names this very key, so nothing hangs on that authority
    ! berg's key (RUR's) is vouched for by CN=State CA,O=Kingdom of Kravonia, which KRA runs
    "other side"
    yes

    berg's key is vouched for by CN=Clock Office, which TIM runs
    "third party"
    yes
    "#);
}

#[test]
fn an_archive_timestamp_lets_a_proof_outlive_its_authority() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    // An authority whose certificate ends in 2027.
    let brief = desk.pki.between(1_577_836_800, 1_798_761_600);
    let short_lived = brief.timestamp_authority("brief", "CN=Brief TSA", &desk.clockwork);
    desk.stamps(0, &short_lived, SIGNED + 60);
    let states = |desk: &Desk| ["2026-06-01", "2026-09-01", "2030-01-01"].map(|day| desk.state_at(day));
    assert_eq!(states(&desk), ["proven", "proven", "none yet"]);
    let tsa = desk.pki.timestamp_authority("tsa", "CN=Clockwork TSA,O=Clockwork", &desk.clockwork);
    desk.archives(&tsa, SIGNED + 150 * DAY);
    assert_eq!(states(&desk), ["proven", "archived", "archived"]);
    assert!(desk.reports().0.contains("timestamps proven for 1 of 1, 1 of them archived"));

    // What the list does not name, or names otherwise, it does not cover.
    let mut spoilt = desk.bundle.acts[0].tsr.clone().expect("a token");
    desk.stamps(0, &short_lived, SIGNED + 61);
    std::mem::swap(&mut spoilt, desk.bundle.acts[0].tsr.as_mut().expect("a token"));
    assert_eq!(desk.state_at("2030-01-01"), "archived", "the same token again");
    desk.stamps(0, &short_lived, SIGNED + 61);
    assert_ne!(desk.state_at("2030-01-01"), "archived");
    let list = desk.bundle.trust.get_mut("archive-0001.sha256").expect("the list");
    list[0] ^= 1;
    assert_eq!(desk.state_at("2030-01-01"), "none yet", "the list is not what was stamped");
}

#[test]
fn the_next_archive_lists_the_one_before_it() {
    let mut desk = Desk::new(Bound::Fingerprint);
    desk.signs("2026-03-01T09:00:00Z");
    desk.stamped(0, SIGNED + 60);
    let tsa = desk.pki.timestamp_authority("tsa", "CN=Clockwork TSA,O=Clockwork", &desk.clockwork);
    desk.archives(&tsa, SIGNED + DAY);
    let (name, list) = archive::next(&desk.bundle);
    let list = String::from_utf8(list).expect("text");
    assert_eq!(name, "archive-0002");
    for listed in
        ["trust/archive-0001.sha256", "trust/archive-0001.tsr", ".p7s", "maps/keys.authority", "documents/"]
    {
        assert!(list.contains(listed), "no {listed} in {list}");
    }
    desk.archives(&tsa, SIGNED + 2 * DAY);
    assert_eq!(desk.state_at("2030-01-01"), "archived");
}

#[test]
fn an_authority_in_the_middle_that_is_revoked_leaves_what_it_vouched_for_in_doubt() {
    let mut desk = Desk::new(Bound::Subject);
    let root = desk.pki.root("root", "CN=Root CA");
    let middle = desk.pki.intermediate("middle", "CN=Middle CA", &root, Some(0));
    desk.policy = desk.policy.replace(
        &Digest(desk.house.certificate().fingerprint()).to_string(),
        &Digest(root.certificate().fingerprint()).to_string(),
    );
    desk.house = middle;
    desk.signs("2026-03-01T09:00:00Z");
    assert_eq!(columns(&desk.report()), ["yes", "yes"]);
    let list = desk.pki.crl(&root, SIGNED + DAY, &[Pki::revoked(&desk.house, SIGNED - DAY)]);
    desk.bundle.trust.insert("root.crl".into(), list);
    let (text, report) = desk.reports();
    assert_eq!(columns(&report), ["unknown", "unknown"], "{text}");
    assert!(text.contains("Middle CA"), "{text}");
}

/// The other side's authority appoints one that bears the signer's own name: their certificate is self-issued, and signed by
/// a key of the other side all the same.
#[test]
fn an_authority_that_bears_the_signers_name_does_not_hide_the_other_side() {
    let mut desk = Desk::new(Bound::Subject);
    let root = desk.pki.root("root", "CN=State CA,O=Kingdom of Kravonia");
    let namesake = "CN=A. Berg,O=Republic of Ruritania";
    let middle = desk.pki.intermediate("middle", namesake, &root, Some(0));
    desk.policy = desk.policy.replace(
        &Digest(desk.house.certificate().fingerprint()).to_string(),
        &Digest(root.certificate().fingerprint()).to_string(),
    );
    desk.house = middle;
    desk.signs("2026-03-01T09:00:00Z");
    let (text, report) = desk.reports();
    assert_eq!(report["signers"][0]["vouched_by"]["who"], "other side", "{text}");
    assert_eq!(ruritania(&report, "gate"), "no", "{text}");

    let list = desk.pki.crl(&desk.house, SIGNED + DAY, &[]);
    desk.bundle.trust.insert("middle.crl".into(), list);
    let said = &desk.report()["signers"][0]["revocation"];
    assert!(said.to_string().contains("good"), "somebody can be asked: {said}");
}
