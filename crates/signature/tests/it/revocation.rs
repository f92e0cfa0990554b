//! Revocation, rule by rule, over lists and answers made for it (RFC 5280 §6.3, RFC 6960).

use crate::forge::{
    AT, Forged, ForgedCrl, ForgedOcsp, Says, authority, by_key, by_name, critical, crl_number, directory,
    entry, entry_with, extension, int, key, oid, seq, spki, time, tlv,
};
use countersign_keys::PrivateKey;
use countersign_signature::{
    Anchor, Certificate, Crl, CrlError, Currency, DistinguishedName, OcspError, OcspResponse, PathError,
    PathRules, RevocationData, RevocationReason, RevocationStatus, SourcePlace, WhyUnused, find_path,
    find_path_unrevoked, revocation,
};

const HOUSE: &str = "CN=House CA,O=Kravonia";
const DAHL: &str = "CN=C. Dahl,O=Kravonia";
const SERIAL: u32 = 4_711;
const HOUR: i64 = 3_600;

/// A house and a person, and their keys.
struct House {
    key: PrivateKey,
    dahl: Certificate,
    certificate: Certificate,
}

impl House {
    fn new() -> Self {
        Self::with(&[])
    }

    /// With these extensions in the person's certificate.
    fn with(extensions: &[Vec<u8>]) -> Self {
        let (house, dahl) = (key("house"), key("dahl"));
        let certificate = Forged {
            subject: HOUSE,
            key: &house,
            issuer: HOUSE,
            by: &house,
            serial: 1,
            extensions: vec![authority()],
        };
        let dahl = Forged {
            subject: DAHL,
            key: &dahl,
            issuer: HOUSE,
            by: &house,
            serial: SERIAL,
            extensions: extensions.to_vec(),
        };
        let (certificate, dahl) = (certificate.make(), dahl.make());
        Self { key: house, dahl, certificate }
    }

    fn crl(&self) -> ForgedCrl<'_> {
        ForgedCrl::of(HOUSE, &self.key)
    }

    fn ocsp(&self, says: Says) -> ForgedOcsp<'_> {
        ForgedOcsp {
            about: &self.dahl,
            issuer: &self.key,
            responder: by_name(HOUSE),
            by: &self.key,
            says,
            this_update: AT - HOUR,
            next_update: Some(AT + HOUR),
            extensions: Vec::new(),
            certificates: Vec::new(),
        }
    }

    fn status_of(&self, pool: &[Certificate], data: &RevocationData, currency: Currency) -> RevocationStatus {
        let anchor = [self.certificate.clone().into()];
        let path = find_path(&self.dahl, pool, &anchor, AT, &PathRules::default()).unwrap();
        let [status] = &revocation(&path, pool, data, AT, currency)[..] else { panic!("one certificate") };
        assert_eq!(status.certificate, self.dahl);
        status.status.clone()
    }

    fn by_lists(&self, crls: &[Crl]) -> RevocationStatus {
        let data = RevocationData { crls: crls.to_vec(), ocsps: Vec::new() };
        self.status_of(&[], &data, Currency::Current)
    }

    fn by_answers(&self, ocsps: &[OcspResponse]) -> RevocationStatus {
        let data = RevocationData { crls: Vec::new(), ocsps: ocsps.to_vec() };
        self.status_of(&[], &data, Currency::Current)
    }
}

/// In one line.
fn said(status: &RevocationStatus) -> String {
    match status {
        RevocationStatus::Good { this_update, .. } => format!("good {:+}", this_update - AT),
        RevocationStatus::Revoked { at, reason, .. } => format!("revoked {:+} {reason}", at - AT),
        RevocationStatus::Unknown { why } => why.to_string(),
    }
}

#[test]
fn a_list_says_good_revoked_and_on_hold() {
    let house = House::new();
    for (entries, expected) in [
        (vec![], "good -3600"),
        (vec![entry(SERIAL + 1, AT - 9_000, 1)], "good -3600"),
        (vec![entry(1, 5, 1), entry(SERIAL, AT - 9_000, 1)], "revoked -9000 key compromise"),
        (vec![entry(SERIAL, AT - 9_000, 6)], "revoked -9000 on hold"),
        (vec![entry_with(SERIAL, AT - 9_000, &[])], "revoked -9000 no reason given"),
        // A reason that nobody defined leaves it revoked.
        (vec![entry(SERIAL, AT - 9_000, 77)], "revoked -9000 no reason given"),
    ] {
        let list = ForgedCrl { entries, ..house.crl() };
        assert_eq!(said(&house.by_lists(&[list.make()])), expected);
    }
}

#[test]
fn what_is_not_current_does_not_count_and_is_told_with_both_times() {
    let house = House::new();
    for (this, next, expected) in [
        (AT, Some(AT), "good +0".to_owned()),
        (
            AT - 9,
            Some(AT - 1),
            format!("what `{HOUSE}` says was current until unix {}, asked about {AT}", AT - 1),
        ),
        (AT + 1, Some(AT + 9), format!("what `{HOUSE}` says is of unix {}, asked about {AT}", AT + 1)),
        (
            AT - 9,
            None,
            format!(
                "what `{HOUSE}` says is of unix {}, and it does not say until when it is current",
                AT - 9
            ),
        ),
    ] {
        let list = ForgedCrl { this_update: this, next_update: next, ..house.crl() }.make();
        assert_eq!(said(&house.by_lists(std::slice::from_ref(&list))), expected);
        // The caller may judge by the times.
        let data = RevocationData { crls: vec![list], ocsps: Vec::new() };
        let RevocationStatus::Good { this_update, next_update, source } =
            house.status_of(&[], &data, Currency::AtHand)
        else {
            panic!("good");
        };
        assert_eq!((this_update, next_update), (this, next));
        assert_eq!(source.place, SourcePlace::Crl { index: 0, delta: None });
        assert_eq!(source.signer.as_ref(), Some(&house.certificate));
    }
}

#[test]
fn nothing_at_hand_is_unknown_and_neither_yes_nor_no() {
    let house = House::new();
    let status = house.by_lists(&[]);
    assert_eq!(said(&status), "no revocation list and no OCSP answer at hand is about it");
    let other = ForgedCrl { issuer: "CN=Other CA", ..house.crl() };
    assert_eq!(house.by_lists(&[other.make()]), status);
}

#[test]
fn a_list_that_another_key_signed_does_not_count() {
    let house = House::new();
    let mallory = key("mallory");
    let list = ForgedCrl { by: &mallory, ..house.crl() };
    assert_eq!(said(&house.by_lists(&[list.make()])), format!("it is not signed by the key of `{HOUSE}`"));
}

#[test]
fn a_list_with_an_unknown_critical_extension_counts_for_nobody() {
    let house = House::new();
    let own = ForgedCrl { extensions: vec![crl_number(1), critical("1.2.3.4", &[5, 0])], ..house.crl() };
    let of_another =
        ForgedCrl { entries: vec![entry_with(1, 5, &[critical("1.2.3.4", &[5, 0])])], ..house.crl() };
    for list in [own, of_another] {
        let expected = format!(
            "what `{HOUSE}` says has the extension 1.2.3.4, which is not understood here and must not be skipped"
        );
        assert_eq!(said(&house.by_lists(&[list.make()])), expected);
    }
}

/// `IssuingDistributionPoint`.
fn issuing(parts: &[&[u8]]) -> Vec<u8> {
    critical("2.5.29.28", &seq(parts))
}

const INDIRECT: &[u8] = &[0x84, 1, 0xff];
const ONLY_AUTHORITIES: &[u8] = &[0x82, 1, 0xff];
const ONLY_USERS: &[u8] = &[0x81, 1, 0xff];

#[test]
fn a_list_for_authorities_says_nothing_of_persons() {
    let house = House::new();
    let of = |part| ForgedCrl { extensions: vec![issuing(&[part])], ..house.crl() }.make();
    let why = format!("the list of `{HOUSE}` is not about such certificates (only authorities)");
    assert_eq!(said(&house.by_lists(&[of(ONLY_AUTHORITIES)])), why);
    assert_eq!(said(&house.by_lists(&[of(ONLY_USERS)])), "good -3600");
}

#[test]
fn lists_for_some_reasons_must_together_tell_of_all() {
    // keyCompromise, cACompromise; and the rest.
    let (some, rest) = (&[0x83_u8, 2, 5, 0x60][..], &[0x83_u8, 3, 7, 0x1f, 0x80][..]);
    let house = House::new();
    let of = |part, entries| ForgedCrl { extensions: vec![issuing(&[part])], entries, ..house.crl() }.make();
    let why = format!("the lists of `{HOUSE}` at hand leave out some of the reasons for a revocation");
    assert_eq!(said(&house.by_lists(&[of(some, vec![])])), why);
    assert_eq!(said(&house.by_lists(&[of(some, vec![]), of(rest, vec![])])), "good -3600");
    let revoked = of(rest, vec![entry(SERIAL, AT - 9, 4)]);
    assert_eq!(said(&house.by_lists(&[of(some, vec![]), revoked])), "revoked -9 superseded");
}

/// `CRLDistributionPoints` whose one point names a list's issuer.
fn point_of(issuer: &str) -> Vec<u8> {
    extension("2.5.29.31", &seq(&[&seq(&[&tlv(0xa2, &[&directory(issuer)])])]))
}

const LISTS: &str = "CN=Lists,O=Kravonia";

/// Key usage: signing lists, and nothing else.
fn signs_lists() -> Vec<u8> {
    critical("2.5.29.15", &[3, 2, 1, 2])
}

fn lists_certificate(house: &House, lists: &PrivateKey, extensions: Vec<Vec<u8>>) -> Certificate {
    Forged { subject: LISTS, key: lists, issuer: HOUSE, by: &house.key, serial: 9, extensions }.make()
}

#[test]
fn an_indirect_list_speaks_for_the_issuer_that_its_entries_name() {
    let house = House::with(&[point_of(LISTS)]);
    let lists = key("lists");
    let signer = lists_certificate(&house, &lists, vec![signs_lists()]);
    let of = |issuer: &str| {
        let names = seq(&[&directory(issuer)]);
        entry_with(1, 5, &[critical("2.5.29.29", &names)])
    };
    let list = |entries: Vec<Vec<u8>>, flag: &[u8]| {
        let extensions = vec![issuing(&[flag])];
        ForgedCrl { issuer: LISTS, by: &lists, entries, extensions, ..house.crl() }.make()
    };
    let own = house.crl().make();
    let ask = |list: Crl| {
        let data = RevocationData { crls: vec![list, own.clone()], ocsps: Vec::new() };
        said(&house.status_of(std::slice::from_ref(&signer), &data, Currency::Current))
    };
    assert_eq!(ask(list(vec![of(HOUSE), entry(SERIAL, AT - 9, 1)], INDIRECT)), "revoked -9 key compromise");
    // The same number under the list's own name, or another's, is another certificate's.
    assert_eq!(ask(list(vec![entry(SERIAL, AT - 9, 1)], INDIRECT)), "good -3600");
    assert_eq!(ask(list(vec![of("CN=Other"), entry(SERIAL, AT - 9, 1)], INDIRECT)), "good -3600");
    // Not indirect, it speaks for nobody but its issuer; the issuer's own list is left.
    assert_eq!(ask(list(vec![], &[])), "good -3600");
}

#[test]
fn the_list_that_a_certificate_points_to_counts_before_its_issuers_other_ones() {
    let house = House::with(&[point_of(LISTS)]);
    let lists = key("lists");
    let signer = lists_certificate(&house, &lists, vec![signs_lists()]);
    let names = seq(&[&directory(HOUSE)]);
    let held = entry_with(
        SERIAL,
        AT - 9_000,
        &[extension("2.5.29.21", &[0x0a, 1, 6]), critical("2.5.29.29", &names)],
    );
    let extensions = vec![issuing(&[INDIRECT])];
    let pointed_to = ForgedCrl { issuer: LISTS, by: &lists, entries: vec![held], extensions, ..house.crl() };
    let newer = ForgedCrl { this_update: AT - 60, ..house.crl() };
    let data = RevocationData { crls: vec![newer.make(), pointed_to.make()], ocsps: Vec::new() };
    assert_eq!(said(&house.status_of(&[signer], &data, Currency::Current)), "revoked -9000 on hold");
}

#[test]
fn who_signs_lists_for_another_must_be_allowed_and_not_revoked() {
    let house = House::with(&[point_of(LISTS)]);
    let lists = key("lists");
    let list =
        ForgedCrl { issuer: LISTS, by: &lists, extensions: vec![issuing(&[INDIRECT])], ..house.crl() }.make();
    let ask = |signer: Certificate, own: Option<Crl>| {
        let data =
            RevocationData { crls: std::iter::once(list.clone()).chain(own).collect(), ocsps: Vec::new() };
        // The issuer's own list would answer too: only the signer's status is read from it.
        let status = house.status_of(&[signer], &data, Currency::Current);
        match status {
            RevocationStatus::Good { source, .. } => format!("good, says {}", source.issuer),
            other => said(&other),
        }
    };
    let signs_other = critical("2.5.29.15", &[3, 2, 2, 4]);
    let of_users = |entries| {
        // About authorities alone: leaves the person to the indirect list.
        ForgedCrl { entries, extensions: vec![issuing(&[ONLY_AUTHORITIES])], ..house.crl() }.make()
    };
    let allowed = lists_certificate(&house, &lists, vec![signs_lists(), authority()]);
    assert_eq!(ask(allowed.clone(), Some(of_users(vec![]))), format!("good, says {LISTS}"));
    assert_eq!(
        ask(allowed.clone(), Some(of_users(vec![entry(9, AT - 5, 1)]))),
        format!("`{LISTS}`, who signed it, was revoked at unix {}", AT - 5)
    );
    assert_eq!(ask(allowed, None), format!("whether `{LISTS}`, who signed it, is revoked is unknown"));
    // Forbidden to, or merely not told to.
    for extensions in [vec![signs_other, authority()], vec![authority()], vec![]] {
        assert_eq!(
            ask(lists_certificate(&house, &lists, extensions), Some(of_users(vec![]))),
            format!(
                "`{LISTS}`, who signed it, may not: the key of `{LISTS}` may not be used for signing revocation lists"
            )
        );
    }
    // Another house's certificate of that name leads to another anchor.
    let other = key("other");
    let foreign = Forged {
        subject: LISTS,
        key: &lists,
        issuer: "CN=Other CA",
        by: &other,
        serial: 9,
        extensions: vec![signs_lists()],
    };
    assert!(ask(foreign.make(), Some(of_users(vec![]))).contains("may not"));
}

#[test]
fn a_delta_changes_what_its_base_says() {
    let house = House::new();
    let base = ForgedCrl {
        entries: vec![entry(SERIAL, AT - 9_000, 6)],
        extensions: vec![crl_number(5)],
        ..house.crl()
    };
    let delta = |number, of, entries| ForgedCrl {
        entries,
        extensions: vec![crl_number(number), critical("2.5.29.27", &int(of))],
        this_update: AT - 60,
        ..house.crl()
    };
    let held = "revoked -9000 on hold";
    let removed = || vec![entry(SERIAL, AT - 60, 8)];
    for (delta, expected) in [
        (delta(7, 5, removed()), "good -60"),
        (delta(7, 5, vec![entry(SERIAL, AT - 60, 1)]), "revoked -60 key compromise"),
        (delta(7, 5, vec![]), held),
        // Of a later base, or no later than the base itself: not about it.
        (delta(7, 6, removed()), held),
        (delta(5, 5, removed()), held),
        // By another key.
        (ForgedCrl { by: &key("mallory"), ..delta(7, 5, removed()) }, held),
        // No longer current.
        (ForgedCrl { next_update: Some(AT - 1), ..delta(7, 5, removed()) }, held),
    ] {
        assert_eq!(said(&house.by_lists(&[base.make(), delta.make()])), expected);
    }
    // Only a hold is lifted: what is final stays, whatever a delta takes off the list.
    let last = ForgedCrl {
        entries: vec![entry(SERIAL, AT - 9_000, 1)],
        extensions: vec![crl_number(5)],
        ..house.crl()
    };
    let lists = [last.make(), delta(7, 5, removed()).make()];
    assert_eq!(said(&house.by_lists(&lists)), "revoked -9000 key compromise");
    let alone = house.by_lists(&[delta(7, 5, vec![]).make()]);
    assert_eq!(
        said(&alone),
        format!("the list of `{HOUSE}` is a delta, and the list that it completes is not at hand")
    );
}

#[test]
fn of_several_answers_about_one_certificate_in_one_response_the_revocation_counts() {
    let house = House::new();
    let revoked = Says::Revoked(AT - 9_000, 1);
    for says in [[Says::Good, revoked], [revoked, Says::Good]] {
        let response = OcspResponse::from_der(&house.ocsp(Says::Good).saying(&says)).unwrap();
        assert_eq!(said(&house.by_answers(&[response])), "revoked -9000 key compromise");
    }
}

#[test]
fn the_newer_of_two_current_lists_counts() {
    let house = House::new();
    let older = ForgedCrl { entries: vec![entry(SERIAL, AT - 9_000, 6)], ..house.crl() }.make();
    let newer = ForgedCrl { this_update: AT - 60, ..house.crl() }.make();
    assert_eq!(said(&house.by_lists(&[older.clone(), newer.clone()])), "good -60");
    assert_eq!(said(&house.by_lists(&[newer.clone(), older])), "good -60");
    // A hold can be lifted; a revocation that a newer list forgot is still one.
    let older = ForgedCrl { entries: vec![entry(SERIAL, AT - 9_000, 1)], ..house.crl() }.make();
    assert_eq!(said(&house.by_lists(&[newer, older])), "revoked -9000 key compromise");
}

#[test]
fn of_two_words_as_new_the_hold_counts() {
    let house = House::new();
    let held = ForgedCrl { entries: vec![entry(SERIAL, AT - 9_000, 6)], ..house.crl() }.make();
    let good = house.ocsp(Says::Good).make();
    let data = RevocationData { crls: vec![held], ocsps: vec![good] };
    assert_eq!(said(&house.status_of(&[], &data, Currency::Current)), "revoked -9000 on hold");
    let good = house.crl().make();
    let held = house.ocsp(Says::Revoked(AT - 9_000, 6)).make();
    let data = RevocationData { crls: vec![good], ocsps: vec![held] };
    assert_eq!(said(&house.status_of(&[], &data, Currency::Current)), "revoked -9000 on hold");
}

#[test]
fn of_two_final_revocations_the_earlier_is_told() {
    let house = House::new();
    let list = ForgedCrl { entries: vec![entry(SERIAL, AT - 9_000, 1)], ..house.crl() }.make();
    let answer = ForgedOcsp { this_update: AT - 60, ..house.ocsp(Says::Revoked(AT - 90, 4)) }.make();
    let data = RevocationData { crls: vec![list], ocsps: vec![answer] };
    assert_eq!(said(&house.status_of(&[], &data, Currency::Current)), "revoked -9000 key compromise");
}

#[test]
fn paths_whose_every_authority_is_of_unknown_status_are_not_tried_without_end() {
    // One authority's key certified thirty times by the root, and no list at hand.
    let (root, middle, leaf) = (key("root"), key("middle"), key("dahl"));
    let make =
        |subject: &str, key: &PrivateKey, issuer: &str, by: &PrivateKey, serial, extensions: Vec<Vec<u8>>| {
            Forged { subject, key, issuer, by, serial, extensions }.make()
        };
    let anchor = [Anchor::from(make("CN=Root", &root, "CN=Root", &root, 1, vec![authority()]))];
    let pool: Vec<Certificate> = (10..40)
        .map(|serial| make("CN=Middle", &middle, "CN=Root", &root, serial, vec![authority()]))
        .collect();
    let dahl = make(DAHL, &leaf, "CN=Middle", &middle, SERIAL, vec![]);
    let data = RevocationData::default();
    let error = find_path_unrevoked(&dahl, &pool, &anchor, &data, AT, &PathRules::default()).unwrap_err();
    assert_eq!(error.to_string(), "the search for a path was stopped after 16 paths to an anchor");
}

#[test]
fn an_answer_says_good_revoked_and_unknown_by_name_and_by_key() {
    let house = House::new();
    for responder in [by_name(HOUSE), by_name("CN=HOUSE ca,O=KRAVONIA"), by_key(&house.key)] {
        for (says, expected) in
            [(Says::Good, "good -3600"), (Says::Revoked(AT - 9, 4), "revoked -9 superseded")]
        {
            let answer = ForgedOcsp { responder: responder.clone(), ..house.ocsp(says) };
            assert_eq!(said(&house.by_answers(&[answer.make()])), expected);
        }
    }
    let unknown = house.by_answers(&[house.ocsp(Says::Unknown).make()]);
    assert_eq!(said(&unknown), format!("`{HOUSE}` does not know the certificate"));
}

#[test]
fn an_answer_about_another_certificate_or_of_another_issuer_says_nothing() {
    let house = House::new();
    let other = key("other");
    let of_other_issuer = ForgedOcsp { issuer: &other, ..house.ocsp(Says::Good) };
    let about_other = ForgedOcsp { about: &house.certificate, ..house.ocsp(Says::Good) };
    let status = house.by_answers(&[of_other_issuer.make(), about_other.make()]);
    assert_eq!(said(&status), "no revocation list and no OCSP answer at hand is about it");
}

const RESPONDER: &str = "CN=Responder,O=Kravonia";

#[test]
fn a_responder_must_be_appointed_by_the_issuer_itself_for_that_and_in_force() {
    let house = House::new();
    let (responder, mallory) = (key("responder"), key("mallory"));
    let purpose = extension("2.5.29.37", &seq(&[&oid("1.3.6.1.5.5.7.3.9")]));
    let any = extension("2.5.29.37", &seq(&[&oid("2.5.29.37.0")]));
    let no_check = extension("1.3.6.1.5.5.7.48.1.5", &[5, 0]);
    let appointed = |extensions: Vec<Vec<u8>>, by: &PrivateKey| {
        Forged { subject: RESPONDER, key: &responder, issuer: HOUSE, by, serial: 21, extensions }.make()
    };
    let ask = |certificate: Certificate, crls: &[Crl]| {
        let answer = ForgedOcsp {
            responder: by_key(&responder),
            by: &responder,
            certificates: vec![certificate],
            ..house.ocsp(Says::Good)
        };
        // Lists about authorities and about nothing else: the person's status is the answer's alone.
        let data = RevocationData { crls: crls.to_vec(), ocsps: vec![answer.make()] };
        said(&house.status_of(&[], &data, Currency::Current))
    };
    let good = "good -3600";
    assert_eq!(ask(appointed(vec![purpose.clone(), no_check.clone()], &house.key), &[]), good);
    assert_eq!(
        ask(appointed(vec![purpose.clone()], &house.key), &[]),
        format!("whether `{RESPONDER}`, who signed it, is revoked is unknown")
    );
    for extensions in [vec![no_check.clone()], vec![any, no_check.clone()]] {
        let refused = ask(appointed(extensions, &house.key), &[]);
        assert_eq!(
            refused,
            format!(
                "`{RESPONDER}`, who signed it, may not: the key of `{RESPONDER}` may not be used for signing OCSP answers"
            )
        );
    }
    let forged = ask(appointed(vec![purpose.clone(), no_check], &mallory), &[]);
    assert!(forged.contains("is not signed by"), "{forged}");
    // The issuer's list tells of the responder, and of the person: the newest word counts.
    let revoked = ForgedCrl { entries: vec![entry(21, AT - 9, 1)], this_update: AT - 9_000, ..house.crl() };
    let by_list = ask(appointed(vec![purpose.clone()], &house.key), &[revoked.make()]);
    assert_eq!(by_list, "good -9000");
    let clean = ForgedCrl { this_update: AT - 9_000, ..house.crl() };
    assert_eq!(ask(appointed(vec![purpose], &house.key), &[clean.make()]), good);
}

#[test]
fn an_answer_that_another_key_signed_or_that_was_changed_does_not_count() {
    let house = House::new();
    let mallory = key("mallory");
    let answer = ForgedOcsp { by: &mallory, ..house.ocsp(Says::Good) };
    let why = format!("it is not signed by the key of `{HOUSE}`");
    assert_eq!(said(&house.by_answers(&[answer.make()])), why);
    // Somebody's own name and key appoint nobody.
    let own = ForgedOcsp { by: &mallory, responder: by_key(&mallory), ..house.ocsp(Says::Good) };
    let status = said(&house.by_answers(&[own.make()]));
    assert!(status.starts_with("who signed as `key sha1:"), "{status}");
}

#[test]
fn a_final_revocation_counts_whoever_says_so_and_a_hold_until_newer_word() {
    let house = House::new();
    let list = |reason, this_update| {
        ForgedCrl { entries: vec![entry(SERIAL, AT - 9_000, reason)], this_update, ..house.crl() }.make()
    };
    let good = ForgedOcsp { this_update: AT - 60, ..house.ocsp(Says::Good) }.make();
    let ask = |crl: Crl| {
        let data = RevocationData { crls: vec![crl], ocsps: vec![good.clone()] };
        said(&house.status_of(&[], &data, Currency::Current))
    };
    assert_eq!(ask(list(1, AT - 3_000)), "revoked -9000 key compromise");
    assert_eq!(ask(list(6, AT - 3_000)), "good -60");
    assert_eq!(ask(list(6, AT - 30)), "revoked -9000 on hold");
}

#[test]
fn after_a_certificate_expired_only_a_source_that_keeps_expired_ones_can_say_good() {
    let house = House::new();
    let late = house.dahl.not_after() + 10;
    let keeps = extension("2.5.29.60", &time(AT));
    let cutoff = extension("1.3.6.1.5.5.7.48.1.6", &time(AT));
    let list = |extensions| ForgedCrl { this_update: late, extensions, ..house.crl() }.make();
    let answer = |extensions| ForgedOcsp { this_update: late, extensions, ..house.ocsp(Says::Good) }.make();
    let ask = |crls, ocsps| said(&house.status_of(&[], &RevocationData { crls, ocsps }, Currency::AtHand));
    let (why, good) = (
        format!(
            "what `{HOUSE}` says is of unix {late}, after the certificate expired at unix {}",
            house.dahl.not_after()
        ),
        format!("good {:+}", late - AT),
    );
    assert_eq!(ask(vec![list(vec![crl_number(1)])], vec![]), why);
    assert_eq!(ask(vec![list(vec![crl_number(1), keeps])], vec![]), good);
    assert_eq!(ask(vec![], vec![answer(vec![])]), why);
    assert_eq!(ask(vec![], vec![answer(vec![cutoff])]), good);
}

#[test]
fn a_path_is_given_with_the_statuses_or_refused_by_the_revoked_certificates_name() {
    let house = House::new();
    let anchor = [Anchor::from(house.certificate.clone())];
    let ask = |crls: Vec<Crl>| {
        let data = RevocationData { crls, ocsps: Vec::new() };
        find_path_unrevoked(&house.dahl, &[], &anchor, &data, AT, &PathRules::default())
    };
    let found = ask(vec![house.crl().make()]).unwrap();
    assert_eq!(found.statuses.len(), 1);
    assert!(matches!(ask(vec![]), Err(PathError::StatusUnknown { .. })));
    let revoked = ForgedCrl { entries: vec![entry(SERIAL, AT - 9, 1)], ..house.crl() };
    assert_eq!(
        ask(vec![revoked.make()]).unwrap_err().to_string(),
        format!(
            "`{DAHL}` was revoked at unix {} (key compromise), says the list of `{HOUSE}` of unix {}; asked about {AT}",
            AT - 9,
            AT - HOUR
        )
    );
}

#[test]
fn where_one_path_is_revoked_another_is_taken() {
    // Two certificates of one authority's key, by two roots; one is revoked.
    let (north, south, middle, leaf) = (key("north"), key("south"), key("middle"), key("dahl"));
    let make =
        |subject: &str, key: &PrivateKey, issuer: &str, by: &PrivateKey, serial, extensions: Vec<Vec<u8>>| {
            Forged { subject, key, issuer, by, serial, extensions }.make()
        };
    let roots: Vec<Anchor> = [("CN=North", &north), ("CN=South", &south)]
        .map(|(name, key)| make(name, key, name, key, 1, vec![authority()]).into())
        .to_vec();
    let pool = [
        make("CN=Middle", &middle, "CN=North", &north, 5, vec![authority()]),
        make("CN=Middle", &middle, "CN=South", &south, 6, vec![authority()]),
    ];
    let dahl = make(DAHL, &leaf, "CN=Middle", &middle, SERIAL, vec![]);
    let list = |issuer, by, entries| ForgedCrl { entries, ..ForgedCrl::of(issuer, by) }.make();
    let ask = |north_entries, south_entries| {
        let data = RevocationData {
            crls: vec![
                list("CN=North", &north, north_entries),
                list("CN=South", &south, south_entries),
                list("CN=Middle", &middle, vec![]),
            ],
            ocsps: Vec::new(),
        };
        find_path_unrevoked(&dahl, &pool, &roots, &data, AT, &PathRules::default())
    };
    let through = |found: Result<countersign_signature::UnrevokedPath, PathError>| {
        found.unwrap().path.anchor_certificate().unwrap().subject()
    };
    assert_eq!(through(ask(vec![entry(5, AT - 9, 2)], vec![])), "CN=South");
    assert_eq!(through(ask(vec![], vec![entry(6, AT - 9, 2)])), "CN=North");
    let error = ask(vec![entry(5, AT - 9, 2)], vec![entry(6, AT - 9, 2)]).unwrap_err();
    assert!(
        matches!(&error, PathError::Revoked { subject, reason: RevocationReason::CaCompromise, .. } if subject == "CN=Middle"),
        "{error}"
    );
}

#[test]
fn an_anchor_of_name_and_key_signs_lists_and_answers_too() {
    let house = House::new();
    let anchor = Anchor::Key { name: DistinguishedName::parse(HOUSE).unwrap(), key: spki(&house.key) };
    let path = find_path(&house.dahl, &[], &[anchor], AT, &PathRules::default()).unwrap();
    for data in [
        RevocationData { crls: vec![house.crl().make()], ocsps: Vec::new() },
        RevocationData { crls: Vec::new(), ocsps: vec![house.ocsp(Says::Good).make()] },
    ] {
        let [status] = &revocation(&path, &[], &data, AT, Currency::Current)[..] else { panic!("one") };
        let RevocationStatus::Good { source, .. } = &status.status else { panic!("{status:?}") };
        assert_eq!(source.signer, None);
    }
}

#[test]
fn what_an_unknown_status_rests_on_is_listed_source_by_source() {
    let house = House::new();
    let stale = ForgedCrl { next_update: Some(AT - 1), ..house.crl() }.make();
    let forged = ForgedOcsp { by: &key("mallory"), ..house.ocsp(Says::Good) }.make();
    let data = RevocationData { crls: vec![stale], ocsps: vec![forged] };
    let RevocationStatus::Unknown { why } = house.status_of(&[], &data, Currency::Current) else {
        panic!("unknown");
    };
    let [answer, list] = &why.unused[..] else { panic!("{why:?}") };
    assert_eq!(answer.place, SourcePlace::Ocsp { index: 0 });
    assert!(matches!(answer.why, WhyUnused::NotSignedBy { .. }));
    assert_eq!(list.place, SourcePlace::Crl { index: 0, delta: None });
    assert!(
        matches!(list.why, WhyUnused::Stale { next_update, at, .. } if (next_update, at) == (AT - 1, AT))
    );
}

#[test]
fn what_is_no_list_or_answer_is_refused_with_the_reason() {
    let house = House::new();
    let der = house.crl().der();
    assert!(matches!(Crl::from_der(&der[..der.len() - 1]), Err(CrlError::Malformed { .. })));
    let twice = ForgedCrl { extensions: vec![crl_number(1), crl_number(2)], ..house.crl() };
    assert!(matches!(Crl::from_der(&twice.der()), Err(CrlError::ExtensionTwice { .. })));
    let entries = vec![seq(&[&[2, 2, 0, 5], &time(AT)])];
    let long_number = ForgedCrl { entries, ..house.crl() };
    assert_eq!(Crl::from_der(&long_number.der()), Err(CrlError::Entry));
    let nameless = entry_with(1, AT, &[critical("2.5.29.29", &[5, 0])]);
    let of_nobody = ForgedCrl { entries: vec![nameless], ..house.crl() };
    assert_eq!(Crl::from_der(&of_nobody.der()), Err(CrlError::Entry));
    assert_eq!(OcspResponse::from_der(&seq(&[&[0x0a, 1, 6]])), Err(OcspError::Refused { status: 6 }));
    let basic = house.ocsp(Says::Good).der();
    let bytes = |kind: &str| seq(&[&oid(kind), &tlv(4, &[&basic])]);
    let whole = |kind: &str| seq(&[&[0x0a, 1, 0], &tlv(0xa0, &[&bytes(kind)])]);
    assert!(matches!(OcspResponse::from_der(&whole("1.2.3")), Err(OcspError::Kind { .. })));
    let (inside, bare) = (whole("1.3.6.1.5.5.7.48.1.1"), OcspResponse::from_der(&basic).unwrap());
    let inside = OcspResponse::from_der(&inside).unwrap();
    assert_eq!(inside.responder(), bare.responder());
    assert_eq!(bare.as_der(), basic);
    assert_eq!((bare.this_update(), bare.next_update()), (Some(AT - HOUR), Some(AT + HOUR)));
}

#[test]
fn a_list_of_a_million_is_read_and_searched_where_it_stands() {
    let house = House::new();
    let mut entries: Vec<u8> = Vec::new();
    let date = time(AT - 9_000);
    for number in 0..1_000_000_u32 {
        let serial = (0x0100_0000 + number).to_be_bytes();
        entries.extend([0x30, 0x06 + u8::try_from(date.len()).unwrap(), 0x02, 0x04]);
        entries.extend(serial);
        entries.extend(&date);
    }
    entries.extend(entry(SERIAL, AT - 9, 1));
    let list = ForgedCrl { entries: vec![entries], ..house.crl() }.make();
    assert_eq!(list.len(), 1_000_001);
    assert_eq!(said(&house.by_lists(&[list])), "revoked -9 key compromise");
}
