//! Acts that sign a PDF: what counts, and everything that must not.

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::{Document as Listed, Manifest as Text};
use countersign_authority::model::name::Digest;
use countersign_keys::SoftwareKey;
use countersign_notation::digest::sha256;
use countersign_notation::parse;
use countersign_pdf::Document;
use countersign_pdf::appearance::{Font, Length, Rectangle};
use countersign_pdf::sign::{Place, SignatureRequest, SigningDate, VisibleBox, sign};
use countersign_signature::{Signer as _, sign_detached};
use countersign_testkit::{Pki, pdf};
use countersign_verify::bundle::{Bundle, Manifest, read, write};
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, report};
use serde_json::{Value, json};

const MAP: &str = r#"map "Ruritania" version 1
source "Desk" as of 2026-01-01
party RUR "Republic of Ruritania" state
party KRA "Kingdom of Kravonia" state
matter security
office SL "Supreme Leader" of RUR decides basis "Constitution art. 110"
office KFM "Foreign Minister" of KRA decides basis "Government Act s. 4"
SL may sign on security basis "Constitution art. 110"
KFM may sign on security basis "Government Act s. 4"
berg holds SL from 2019-06-04 basis "Gazette"
kurz holds KFM from 2019-06-04 basis "Gazette"
"#;

/// 2026-03-01T09:00:00Z
const AT: i64 = 1_772_355_600;

struct Table {
    pki: Pki,
    bundle: Bundle,
    base: Digest,
    text: Digest,
}

impl Table {
    fn new() -> Self {
        Self::over(pdf::page("The parties agree."))
    }

    /// A text whose one document is this PDF.
    fn over(document: Vec<u8>) -> Self {
        let pki = Pki::new("papers");
        let parties = vec!["RUR".into(), "KRA".into()];
        let mut bundle =
            Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin: None });
        let base = bundle.add_document("pdf", document);
        let listed = Listed { digest: base, media_type: "application/pdf".into(), language: "en".into() };
        let text = bundle.add_document("json", Text { documents: vec![listed], terms: None }.canonical());
        let mut table = Self { pki, bundle, base, text };
        let keys = ["berg", "kurz"].map(|person| {
            let key = Digest(table.key(person).certificate().fingerprint());
            format!("person {person} \"{person}\" key {key}\n")
        });
        table.bundle.maps.insert("a.authority".into(), format!("{MAP}{}", keys.concat()).into());
        table
    }

    fn key(&self, person: &str) -> SoftwareKey {
        let house = self.pki.authority("house", "CN=House CA,O=Chamber");
        self.pki.person(person, &format!("CN={person}"), &house)
    }

    fn base(&self) -> Vec<u8> {
        self.bundle.documents[&self.base].1.clone()
    }

    /// A PDF with a person's signature added.
    fn signed(&self, file: &[u8], person: &str) -> Vec<u8> {
        let document = Document::read(file).expect("a PDF");
        let request = SignatureRequest::new(SigningDate::utc(AT).expect("a date"));
        sign(&document, &request, &self.key(person)).expect("a signature").to_bytes()
    }

    /// A person's act on a PDF, put in with it.
    fn act(&mut self, person: &str, file: &[u8]) {
        let pdf = self.bundle.add_document("pdf", file.to_vec()).to_string();
        let (text, base) = (self.text.to_string(), self.base.to_string());
        self.act_on(person, json!({"text": text, "base": base, "pdf": pdf}));
    }

    fn act_on(&mut self, person: &str, body: Value) {
        let (party, other, office) =
            if person == "berg" { ("RUR", "KRA", "SL") } else { ("KRA", "RUR", "KFM") };
        let act = json!({
            "v": 1, "dossier": "talks", "kind": "sign", "on_behalf_of": party, "with": [other],
            "by": {"person": person, "capacity": office, "under": null}, "matter": "security",
            "at": "2026-03-01T09:00:00Z", "seen": null, "visibility": "public", "body": body,
        });
        let act = SignedAct::read_any(act.to_string().as_bytes()).expect("an act");
        let p7s = sign_detached(&act.canonical(), &self.key(person), AT).expect("a signature");
        self.bundle.push_act(act.canonical(), p7s);
    }

    fn reports(&self) -> (String, Value) {
        let bundle = read(&write(&self.bundle).expect("it is written")).expect("it is read");
        let policy = parse::policy("p", b"policy \"P\" version 1\nwe are KRA\naccept source \"Desk\"\n");
        let policy = policy.expect("a policy").value;
        let question = ReportQuestion { policy: Some(&policy), ..ReportQuestion::default() };
        let report = report(&bundle, question).expect("a report");
        (render::text(&report), render::json(&report))
    }

    /// Why the one act counts for nothing.
    fn refused(&self) -> String {
        let (text, report) = self.reports();
        assert_eq!(verdict(&report, "RUR"), "no", "{text}");
        let said = report["discarded"][0].as_str().unwrap_or_default();
        assert!(!said.is_empty(), "{text}");
        said.to_owned()
    }
}

fn verdict<'a>(report: &'a Value, party: &str) -> &'a str {
    let parties = report["parties"].as_array().expect("parties");
    let found = parties.iter().find(|shown| shown["party"] == party).expect("the party");
    found["internal"]["verdict"].as_str().expect("a verdict")
}

/// Another page content, as an object.
fn other_content() -> String {
    let content = "BT /F 18 Tf 72 700 Td (The parties agree to all of it.) Tj ET";
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

#[test]
fn two_sign_the_adopted_document_in_a_row() {
    let mut table = Table::new();
    let first = table.signed(&table.base(), "berg");
    let second = table.signed(&first, "kurz");
    table.act("berg", &first);
    table.act("kurz", &second);
    let (text, report) = table.reports();
    assert_eq!(["RUR", "KRA"].map(|party| verdict(&report, party)), ["yes", "yes"], "{text}");
    assert_eq!(report["discarded"], json!([]));
    let shown = &report["pdfs"];
    assert_eq!(shown[0]["signatures"].as_array().map(Vec::len), Some(1));
    let signatures = shown[1]["signatures"].as_array().expect("signatures").iter();
    let subjects: Vec<&Value> = signatures.map(|one| &one["subject"]).collect();
    assert_eq!(subjects, ["CN=berg", "CN=kurz"]);
    let lines = text.lines().filter(|line| line.contains("adopted document"));
    // Digests hang on every byte that the writer of PDFs chooses.
    let cut = |line: &str| {
        line.split("sha256:")
            .map(|part| part.split_once('…').map_or(part, |(_, rest)| rest))
            .collect::<Vec<_>>()
            .join("D")
    };
    let lines: Vec<String> = lines.map(cut).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    PDF   act 1: PDF D is, before its signatures, byte for byte the adopted document D; signed by CN=berg (nothing changed since)
          act 2: PDF D is, before its signatures, byte for byte the adopted document D; signed by CN=berg (what changed since is permitted), CN=kurz (nothing changed since)
    ");
}

#[test]
fn an_act_without_a_pdf_is_as_it_was() {
    let mut table = Table::new();
    table.act_on("berg", json!({"text": table.text.to_string()}));
    let (_, report) = table.reports();
    assert_eq!((verdict(&report, "RUR"), &report["pdfs"]), ("yes", &json!([])));
}

#[test]
fn a_signature_by_another_key_than_the_acts_counts_for_nothing() {
    let mut table = Table::new();
    let file = table.signed(&table.base(), "kurz");
    table.act("berg", &file);
    let said = table.refused();
    assert!(said.contains("is by CN=kurz") && said.contains("the act by CN=berg"), "{said}");
}

#[test]
fn an_earlier_signature_of_ones_own_is_not_the_last_one() {
    let mut table = Table::new();
    let file = table.signed(&table.signed(&table.base(), "berg"), "kurz");
    table.act("berg", &file);
    let said = table.refused();
    assert!(said.contains("last signature"), "{said}");
}

#[test]
fn the_signature_of_another_pdf_counts_for_nothing() {
    let mut table = Table::new();
    let file = table.signed(&pdf::page("The parties agree to nothing."), "berg");
    table.act("berg", &file);
    let said = table.refused();
    assert!(said.contains("is the adopted document"), "{said}");

    // The signature moved over: its own bytes put behind the adopted document.
    let mut table = Table::new();
    let other = pdf::page("The parties agree!");
    let (signed, base) = (table.signed(&other, "berg"), table.base());
    assert_eq!(other.len(), base.len());
    let moved = [&base[..], &signed[other.len()..]].concat();
    table.act("berg", &moved);
    let said = table.refused();
    assert!(said.contains("in field Signature1 of the PDF: the content has"), "{said}");
}

#[test]
fn a_document_that_was_altered_before_signing_counts_for_nothing() {
    let mut table = Table::new();
    let mut base = table.base();
    let at = base.windows(5).position(|five| five == b"agree").expect("it is there");
    base[at..at + 5].copy_from_slice(b"argue");
    let file = table.signed(&base, "berg");
    table.act("berg", &file);
    assert!(table.refused().contains("is the adopted document"));
}

#[test]
fn a_page_changed_in_a_revision_before_the_signature_counts_for_nothing() {
    let mut table = Table::new();
    let file = table.signed(&pdf::updated(&table.base(), 4, &other_content()), "berg");
    table.act("berg", &file);
    let said = table.refused();
    assert!(said.contains("not the adopted document any more") && said.contains("Contents"), "{said}");
}

#[test]
fn a_page_changed_after_the_signature_counts_for_nothing() {
    let mut table = Table::new();
    let file = pdf::updated(&table.signed(&table.base(), "berg"), 4, &other_content());
    table.act("berg", &file);
    let said = table.refused();
    assert!(said.contains("not the adopted document any more"), "{said}");

    // Nor does a second signature over it heal that.
    let mut table = Table::new();
    let file = table.signed(&file, "kurz");
    table.act("kurz", &file);
    let (_, report) = table.reports();
    let discarded = report["discarded"].to_string();
    assert!(discarded.contains("not the adopted document any more"), "{discarded}");
}

#[test]
fn a_box_that_can_hide_the_text_leaves_the_act_in_doubt() {
    let boxed = |width: i32, height: i32| {
        let mut table = Table::new();
        let [x, y, width, height] = [20, 20, width, height].map(Length::points);
        let font = Font::noto_sans().expect("the font of the crate");
        let place = Some(Place { page: 1, rectangle: Rectangle { x, y, width, height } });
        let visible = Some(VisibleBox { place, entity: None, title: None, font });
        let date = SigningDate::utc(AT).expect("a date");
        let request =
            SignatureRequest { visible, name: Some("A. Berg".into()), ..SignatureRequest::new(date) };
        let base = table.base();
        let document = Document::read(&base).expect("a PDF");
        let file = sign(&document, &request, &table.key("berg")).expect("a signature").to_bytes();
        table.act("berg", &file);
        table.reports()
    };
    let (text, report) = boxed(200, 60);
    assert_eq!(verdict(&report, "RUR"), "yes", "{text}");
    let (text, report) = boxed(500, 780);
    assert_eq!(verdict(&report, "RUR"), "unknown", "{text}");
    assert!(text.contains("can hide some of the adopted document"), "{text}");
}

#[test]
fn a_field_filled_in_since_leaves_the_act_in_doubt() {
    let field = |price: &str| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (price) /V ({price}) /Rect [72 600 200 620] /P 3 0 R /F 4 >>"
        )
    };
    let base = pdf::updated(&pdf::page("The parties agree."), 5, &field("100"));
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [5 0 R] >>";
    let base = pdf::updated(&base, 3, page);
    let base = pdf::updated(&base, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>");
    let signed = |file: &[u8]| {
        let mut table = Table::over(base.clone());
        let file = table.signed(file, "berg");
        table.act("berg", &file);
        table.reports()
    };
    let (text, report) = signed(&base);
    assert_eq!(verdict(&report, "RUR"), "yes", "{text}");
    let (text, report) = signed(&pdf::updated(&base, 5, &field("999")));
    assert_eq!(verdict(&report, "RUR"), "unknown", "{text}");
    assert!(text.contains("fields were filled in that the adopted document leaves open"), "{text}");
}

#[test]
fn a_pdf_that_is_not_there_counts_for_nothing() {
    let mut table = Table::new();
    let file = table.signed(&table.base(), "berg");
    table.act("berg", &file);
    table.bundle.documents.remove(&sha256(&file));
    assert!(table.refused().contains("is not in the bundle"));
}

#[test]
fn without_the_unsigned_document_its_digest_still_shows_it() {
    let mut table = Table::new();
    let file = table.signed(&table.base(), "berg");
    table.act("berg", &file);
    table.bundle.documents.remove(&table.base);
    assert_eq!(verdict(&table.reports().1, "RUR"), "yes");
    table.bundle.documents.remove(&table.text);
    assert!(table.refused().contains("does not hold text"));
}

#[test]
fn a_document_that_the_text_does_not_name_counts_for_nothing() {
    let mut table = Table::new();
    let other = pdf::page("Something else.");
    let file = table.signed(&other, "berg");
    let (base, signed) = (table.bundle.add_document("pdf", other), table.bundle.add_document("pdf", file));
    let text = table.text.to_string();
    table.act_on("berg", json!({"text": text, "base": base.to_string(), "pdf": signed.to_string()}));
    assert!(table.refused().contains("no document of text"));
}

#[test]
fn half_of_the_two_digests_counts_for_nothing() {
    for (named, missing) in [("base", "`pdf`"), ("pdf", "`base`")] {
        let mut table = Table::new();
        let body = json!({"text": table.text.to_string(), named: table.base.to_string()});
        table.act_on("berg", body);
        let said = table.refused();
        assert!(said.contains(missing), "{said}");
    }
}

#[test]
fn the_unsigned_document_itself_is_no_signed_one() {
    let mut table = Table::new();
    let base = table.base();
    table.act("berg", &base);
    assert!(table.refused().contains("holds no signature"));
}

#[test]
fn no_flipped_bit_of_a_signed_pdf_makes_another_yes() {
    let table = Table::new();
    let file = table.signed(&table.base(), "berg");
    let hole = file.windows(11).position(|some| some == b"/Contents <").expect("the hole") + 11;
    let mut refused = 0;
    for at in (0..file.len()).step_by(97) {
        let mut spoilt = file.clone();
        spoilt[at] ^= 0x04;
        let mut table = Table::new();
        table.act("berg", &spoilt);
        let (text, report) = table.reports();
        let counted = verdict(&report, "RUR") == "yes";
        // What stands in the hole is covered by nothing: a digit's case, an attribute that nobody signed.
        assert!(!counted || at > hole, "byte {at}: {text}");
        refused += u32::from(!counted);
    }
    assert!(refused > 20, "{refused}");
}
