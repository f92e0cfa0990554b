//! One signature after another, and what earlier ones forbid.

use super::bases::{self, Base};
use super::parties::{ALGORITHMS, NOW, World, request};
use super::signing::{signed, verified};
use countersign_pdf::Document;
use countersign_pdf::appearance::{Font, Length, Rectangle};
use countersign_pdf::dss::{DssError, Evidence, add_validation_data};
use countersign_pdf::sign::{
    Meaning, Permission, Place, Plan, SignPdfError, SignatureRequest, VisibleBox, prepare, sign,
    sign_with_timestamp,
};
use countersign_pdf::timestamp::timestamp;
use countersign_signature::{Commitment, Signer as _, sign_parts};
use std::fmt::Write as _;

/// Somebody who signs where all see it.
pub(crate) fn minister() -> SignatureRequest<'static> {
    let [x, y, width, height] = [20, 30, 180, 60].map(Length::points);
    let visible = VisibleBox {
        place: Some(Place { page: 1, rectangle: Rectangle { x, y, width, height } }),
        entity: Some("Kravonia".to_owned()),
        title: None,
        font: Font::noto_sans().unwrap(),
    };
    SignatureRequest { name: Some("Dahl".to_owned()), visible: Some(visible), ..request() }
}

/// Three signers, each in another way: one invisible with a timestamp, one seen, one in a named field.
pub(crate) fn three(world: &World, base: &[u8]) -> Vec<Vec<u8>> {
    let [(_, kind, algorithm), second, third] = [ALGORITHMS[0], ALGORITHMS[1], ALGORITHMS[2]];
    let document = Document::read(base).unwrap();
    let berg = world.signer("berg", kind, algorithm);
    let one = sign_with_timestamp(&document, &request(), &berg, &world.tsa).unwrap().to_bytes();
    let seen = minister();
    let two = signed(&one, &seen, &world.signer("dahl", second.1, second.2));
    let named = SignatureRequest { field: Some("Ruritania".to_owned()), ..request() };
    let three = signed(&two, &named, &world.signer("lind", third.1, third.2));
    vec![one, two, three]
}

#[test]
fn three_sign_in_a_row_and_every_earlier_signature_still_matches() {
    let world = World::new();
    for base in bases::ALL {
        let mut before = base.bytes();
        for (count, file) in (1..).zip(three(&world, &base.bytes())) {
            assert!(file.starts_with(&before), "{base:?}");
            let names: Vec<String> = verified(&file).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["Signature1", "Signature2", "Ruritania"][..count], "{base:?}");
            before = file;
        }
        let document = Document::read(&before).unwrap();
        let form = document.latest().form().unwrap();
        assert_eq!(form.get("SigFlags").unwrap().as_integer(), Some(3));
    }
}

#[test]
fn no_object_number_is_given_twice_and_no_earlier_object_of_another_kind_is_touched() {
    let world = World::new();
    for base in bases::ALL {
        let plain = base.bytes();
        let files = three(&world, &plain);
        let document = Document::read(files.last().unwrap()).unwrap();
        let plain = Document::read(&plain).unwrap();
        let first = document.at(0);
        let size = first.trailer().get("Size").unwrap().as_integer().unwrap();
        let allowed = |number: u32| {
            let reference = countersign_pdf::object::Reference { number, generation: 0 };
            let object = plain.latest().object(reference).unwrap();
            let kind = |name: &str| object.as_dictionary().is_some_and(|dictionary| dictionary.is_type(name));
            let is_form = object.as_dictionary().is_some_and(|one| one.get("Fields").is_some());
            kind("Catalog") || kind("Page") || is_form || object.as_array().is_some()
        };
        for revision in document.revisions().iter().skip(1) {
            let old: Vec<u32> = revision.objects().filter(|number| i64::from(*number) < size).collect();
            assert!(old.iter().copied().all(allowed), "{base:?} writes {old:?} anew");
        }
        let mut new: Vec<u32> = Vec::new();
        for revision in document.revisions().iter().skip(1) {
            let from = document.revisions()[0].objects().last().unwrap();
            new.extend(revision.objects().filter(|number| *number > from));
        }
        let count = new.len();
        new.sort_unstable();
        new.dedup();
        // The form that the first signature made is the one object that later ones write again.
        assert!(count - new.len() <= 2, "{base:?}: {count} entries, {} numbers", new.len());
    }
}

#[test]
fn the_key_may_be_elsewhere() {
    let world = World::new();
    let signer = world.berg();
    let file = Base::Two.bytes();
    let document = Document::read(&file).unwrap();
    let request = SignatureRequest { meaning: Some(Meaning::Commitment(Commitment::Approval)), ..request() };
    let prepared = prepare(&document, &request, &Plan::of(&signer)).unwrap();
    let [start, before, after, rest] = prepared.byte_range();
    assert_eq!((start, after - before), (0, 2 * prepared.room() + 2));
    assert_eq!(prepared.covered().concat().len(), before + rest);
    let digest = prepared.digest(signer.algorithm().digest());
    let cms = sign_parts(&prepared.covered(), &signer, &request.cms_claims()).unwrap();
    let whole = prepared.embed(&cms).unwrap().to_bytes();
    let [(_, signed)] = &verified(&whole)[..] else { panic!("one signature") };
    assert_eq!(signed.content_digest(), digest);
    assert_eq!(signed.commitment(), Some(Commitment::Approval));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let world = World::new();
    for base in bases::ALL {
        assert_eq!(three(&world, &base.bytes()), three(&world, &base.bytes()), "{base:?}");
    }
}

fn refused(file: &[u8], request: &SignatureRequest<'_>, world: &World) -> String {
    match sign(&Document::read(file).unwrap(), request, &world.berg()) {
        Err(SignPdfError::Prepare(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certification_comes_first_and_once_and_what_it_forbids_is_refused() {
    let world = World::new();
    let certify = |permission| SignatureRequest { certify: Some(permission), ..request() };
    for base in bases::ALL {
        let closed = signed(&base.bytes(), &certify(Permission::NoChanges), &world.berg());
        assert_eq!(
            refused(&closed, &request(), &world),
            "`Signature1` certifies the document and permits no changes: it can't be signed any more"
        );
        // Validation data and timestamps may follow all the same.
        let document = Document::read(&closed).unwrap();
        let data = world.evidence(&world.berg());
        let evidence = [Evidence { field: "Signature1", data: &data }];
        let lt = add_validation_data(&document, &evidence).unwrap().to_bytes();
        let lta = timestamp(&Document::read(&lt).unwrap(), None, &world.tsa).unwrap().to_bytes();
        assert_eq!(verified(&lta).len(), 1);

        for permission in [Permission::FormFilling, Permission::Annotations] {
            let open = signed(&base.bytes(), &certify(permission), &world.berg());
            let twice = signed(&open, &request(), &world.berg());
            assert_eq!(verified(&twice).len(), 2);
            assert_eq!(
                refused(&open, &minister(), &world),
                "`Signature1` certifies the document: sign in a field that it has, or where nothing is seen"
            );
            assert_eq!(
                refused(&open, &certify(permission), &world),
                "`Signature1` certifies the document already: it can't be certified twice"
            );
        }
        let approved = signed(&base.bytes(), &request(), &world.berg());
        assert_eq!(
            refused(&approved, &certify(Permission::FormFilling), &world),
            "the document is signed in `Signature1`: a certification must be the first signature"
        );
    }
}

#[test]
fn an_empty_field_of_the_form_is_signed_in_its_place_and_its_lock_is_laid() {
    let world = World::new();
    let file = Base::Form.bytes();
    let font = Font::noto_sans().unwrap();
    let visible = VisibleBox { place: None, entity: Some("Kravonia".to_owned()), title: None, font };
    let request = SignatureRequest {
        field: Some("kravonia.minister".to_owned()),
        meaning: Some(Meaning::Reason("ratification".to_owned())),
        visible: Some(visible),
        ..request()
    };
    let whole = signed(&file, &request, &world.berg());
    assert_eq!(verified(&whole)[0].0, "kravonia.minister");
    let text = String::from_utf8_lossy(&whole);
    assert!(
        text.contains(
            "/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams \
             /Action /Include /Fields [(amount)] /V /1.2 >> /Data 1 0 R >>]"
        ),
        "the lock of the field is in its signature"
    );
    let document = Document::read(&whole).unwrap();
    let widget = document.latest().object(countersign_pdf::object::Reference { number: 8, generation: 0 });
    let widget = widget.unwrap();
    let widget = widget.as_dictionary().unwrap();
    assert!(widget.get("AP").is_some() && widget.get("V").is_some(), "drawn and signed in its own widget");
}

#[test]
fn what_a_field_or_the_form_does_not_allow_is_refused_with_the_reason() {
    let world = World::new();
    let file = Base::Form.bytes();
    let field = |name: &str| SignatureRequest { field: Some(name.to_owned()), ..request() };
    let minister = field("kravonia.minister");
    let with = |meaning| SignatureRequest { meaning: Some(meaning), ..minister.clone() };
    insta::assert_snapshot!(refused(&file, &minister, &world), @"`kravonia.minister`: the field demands a reason");
    insta::assert_snapshot!(refused(&file, &with(Meaning::Reason("approval".to_owned())), &world), @"`kravonia.minister`: the field takes no reason `approval`; it takes `ratification`");
    insta::assert_snapshot!(refused(&file, &field("amount"), &world), @"the form has a field `amount` that is not for signatures");
    insta::assert_snapshot!(refused(&file, &field("kravonia"), &world), @"`kravonia` can't be a new field: the form has `kravonia.minister`");
    insta::assert_snapshot!(refused(&file, &field("kravonia.king"), &world), @"`kravonia.king` can't be the name of a new field: it must not be empty nor have a full stop");
    insta::assert_snapshot!(refused(&file, &field(""), &world), @"`` can't be the name of a new field: it must not be empty nor have a full stop");
    let whole = signed(&file, &with(Meaning::Reason("ratification".to_owned())), &world.berg());
    insta::assert_snapshot!(refused(&whole, &minister, &world), @"the field `kravonia.minister` is signed already");
    // A lock on a signature field, and one that closes the document.
    for (lock, name) in [("/Action /Include /Fields [(king)]", "king"), ("/Action /All", "queen")] {
        let text = String::from_utf8_lossy(&file).replace("/Action /Include /Fields [(amount)]", lock);
        let file = rebuilt(&text);
        let whole = signed(&file, &with(Meaning::Reason("ratification".to_owned())), &world.berg());
        let message = refused(&whole, &field(name), &world);
        assert_eq!(message, format!("the signature in `kravonia.minister` locks the field `{name}`"));
    }
    let file =
        rebuilt(&String::from_utf8_lossy(&file).replace("/Fields [(amount)]", "/Fields [(amount)] /P 1"));
    let whole = signed(&file, &with(Meaning::Reason("ratification".to_owned())), &world.berg());
    insta::assert_snapshot!(refused(&whole, &field("queen"), &world), @"the signature in `kravonia.minister` permits no changes: the document can't be signed any more");
}

/// The form with other seed values.
fn seeded(seed: &str) -> Vec<u8> {
    let before = "/SV << /Type /SV /Ff 10 /SubFilter [/ETSI.CAdES.detached] /Reasons [(ratification)] >>";
    let text = String::from_utf8_lossy(&Base::Form.bytes()).replace(before, &format!("/SV << {seed} >>"));
    rebuilt(&text)
}

/// The same objects, their offsets counted anew.
fn rebuilt(text: &str) -> Vec<u8> {
    let objects = text.split("\nendobj\n").filter_map(|part| part.split_once(" 0 obj\n"));
    let objects: Vec<(usize, String)> = objects
        .map(|(head, body)| (head.rsplit('\n').next().unwrap().parse().unwrap(), body.to_owned()))
        .collect();
    bases::table("1.6", &objects, "")
}

#[test]
fn seed_values_are_met_or_refused_by_name() {
    let world = World::new();
    let berg = world.berg();
    let hex = |der: &[u8]| {
        der.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    };
    let own = hex(berg.certificate().as_der());
    let above = hex(world.authority.certificate().as_der());
    let field = SignatureRequest { field: Some("kravonia.minister".to_owned()), ..request() };
    for met in [
        "/Ff 1 /Filter /Adobe.PPKLite",
        "/Filter /Other",
        "/Ff 64 /DigestMethod [/SHA512 /SHA256]",
        "/Ff 64 /DigestMethod [(SHA256)]",
        "/MDP << /P 0 >>",
        "/Ff 8",
        "/Ff 8 /Reasons [(.)]",
        "/Ff 4 /V 2",
        "/TimeStamp << /URL (http://tsa.example) >>",
        &format!("/Cert << /Ff 1 /Subject [<{own}>] >>"),
        &format!("/Cert << /Ff 2 /Issuer [<{above}>] >>"),
        "/Cert << /Subject [<00>] >>",
    ] {
        assert_eq!(verified(&signed(&seeded(met), &field, &berg)).len(), 1, "{met}");
    }
    for (demand, reason) in [
        ("/Ff 1 /Filter /Other", "the field takes no signature handler `Adobe.PPKLite`; it takes `Other`"),
        (
            "/Ff 2 /SubFilter [/adbe.pkcs7.detached]",
            "the field takes no encoding `ETSI.CAdES.detached`; it takes `adbe.pkcs7.detached`",
        ),
        ("/Ff 64 /DigestMethod [/SHA512]", "the field takes no digest `SHA256`; it takes `SHA512`"),
        ("/MDP << /P 2 >>", "the field is for a certification that permits filling in forms and signing"),
        ("/TimeStamp << /Ff 1 /URL (http://tsa.example) >>", "the field demands a timestamp"),
        ("/Ff 32 /AddRevInfo true", "the field demands `AddRevInfo`, which can't be met here"),
        ("/Ff 4 /V 4", "the field demands `V`, which can't be met here"),
        ("/Cert << /Ff 1 /Subject [<00>] >>", "the field demands the certificate of somebody else"),
        ("/Cert << /Ff 2 /Issuer [<00>] >>", "the field demands a certificate from another authority"),
        ("/Cert << /Ff 32 /KeyUsage [(1)] >>", "the field demands `Cert`, which can't be met here"),
    ] {
        let message = refused(&seeded(demand), &field, &world);
        assert_eq!(message, format!("`kravonia.minister`: {reason}"), "{demand}");
    }
    // With a timestamp the demand for one is met; as a certification the demand for that.
    let file = seeded("/TimeStamp << /Ff 1 /URL (http://tsa.example) >>");
    let stamped = sign_with_timestamp(&Document::read(&file).unwrap(), &field, &berg, &world.tsa);
    assert_eq!(verified(&stamped.unwrap().to_bytes()).len(), 1);
    let certify = SignatureRequest { certify: Some(Permission::FormFilling), ..field };
    signed(&seeded("/MDP << /P 2 >>"), &certify, &berg);
}

#[test]
fn validation_data_is_there_once_however_often_it_is_added() {
    let world = World::new();
    for base in bases::ALL {
        let file = three(&world, &base.bytes()).pop().unwrap();
        let data = world.evidence(&world.berg());
        let evidence = [Evidence { field: "Signature1", data: &data }];
        let once = add_validation_data(&Document::read(&file).unwrap(), &evidence).unwrap().to_bytes();
        let again = Document::read(&once).unwrap();
        assert_eq!(add_validation_data(&again, &evidence).unwrap().added(), b"", "{base:?}");
        // Of the other signers only what is theirs alone is new: their own certificates.
        let lind = world.signer("lind", ALGORITHMS[2].1, ALGORITHMS[2].2);
        let more = world.evidence(&lind);
        let evidence = [Evidence { field: "Ruritania", data: &more }];
        let extended = add_validation_data(&again, &evidence).unwrap();
        let both = extended.to_bytes();
        let document = Document::read(&both).unwrap();
        let view = document.latest();
        let catalog = view.catalog().unwrap();
        let store = view.get(&catalog, "DSS").unwrap().into_owned();
        let count = |name: &str| store.as_dictionary().unwrap().get(name).unwrap().as_array().unwrap().len();
        assert_eq!((count("Certs"), count("CRLs")), (5, 2), "{base:?}");
        assert_eq!(store.as_dictionary().unwrap().get("VRI").unwrap().as_dictionary().unwrap().len(), 2);
        assert_eq!(verified(&both).len(), 3);
    }
    let file = Base::Two.bytes();
    let data = world.evidence(&world.berg());
    let missing = add_validation_data(
        &Document::read(&file).unwrap(),
        &[Evidence { field: "Signature1", data: &data }],
    );
    assert_eq!(missing, Err(DssError::NoSignature { field: "Signature1".to_owned() }));
}

#[test]
fn an_archive_is_stamped_again_and_again() {
    let world = World::new();
    for base in bases::ALL {
        let mut file = signed(&base.bytes(), &request(), &world.berg());
        for round in 1..=4 {
            let document = Document::read(&file).unwrap();
            let next = timestamp(&document, None, &world.tsa.at(NOW + 1_000 * round)).unwrap().to_bytes();
            assert!(next.starts_with(&file));
            file = next;
        }
        let document = Document::read(&file).unwrap();
        let names: Vec<String> =
            document.signatures().unwrap().into_iter().map(|one| one.field_name).collect();
        assert_eq!(names, ["Signature1", "Timestamp1", "Timestamp2", "Timestamp3", "Timestamp4"]);
    }
}
