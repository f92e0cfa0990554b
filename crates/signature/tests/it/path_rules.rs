//! RFC 5280 §6.1, rule by rule, over certificates made for it.

use crate::forge::{
    AT, Forged, alternative_names, authority, constraints, critical, directory, dns, extension, key,
    mappings, oid, policies, seq, spki, tlv,
};
use countersign_keys::PrivateKey;
use countersign_signature::{
    Anchor, AnchorRule, Certificate, DistinguishedName, GeneralName, PathError, PathRules, PolicySet,
    ProvenPath, Purpose, find_path,
};
use std::collections::BTreeSet;

const P: &str = "1.2.3.1";
const Q: &str = "1.2.3.2";
const ANY: &str = "2.5.29.32.0";

/// A chain of authorities, the first an anchor, and a leaf below the last; with extensions for each.
struct Chain {
    keys: Vec<PrivateKey>,
    extensions: Vec<Vec<Vec<u8>>>,
}

impl Chain {
    fn new(extensions: &[&[Vec<u8>]]) -> Self {
        let keys = (0..extensions.len()).map(|level| key(&format!("chain/{level}"))).collect();
        Self { keys, extensions: extensions.iter().map(|list| list.to_vec()).collect() }
    }

    fn subject(level: usize) -> String {
        format!("CN=Level {level},O=Kravonia")
    }

    /// From the anchor down to the leaf.
    fn certificates(&self) -> Vec<Certificate> {
        let last = self.keys.len() - 1;
        (0..self.keys.len())
            .map(|level| {
                let above = level.saturating_sub(1);
                let mut extensions = self.extensions[level].clone();
                if level < last {
                    extensions.push(authority());
                }
                Forged {
                    subject: &Self::subject(level),
                    key: &self.keys[level],
                    issuer: &Self::subject(above),
                    by: &self.keys[above],
                    serial: 7,
                    extensions,
                }
                .make()
            })
            .collect()
    }

    fn find(&self, rules: &PathRules) -> Result<ProvenPath, PathError> {
        let certificates = self.certificates();
        let [anchor, between @ .., leaf] = &certificates[..] else { panic!("two certificates at least") };
        find_path(leaf, between, &[anchor.clone().into()], AT, rules)
    }
}

fn only(ids: &[&str]) -> PolicySet {
    PolicySet::Only(ids.iter().map(|id| id.parse().unwrap()).collect::<BTreeSet<_>>())
}

fn explicit(policies: PolicySet) -> PathRules {
    PathRules { initial_policies: policies, initial_explicit_policy: true, ..PathRules::default() }
}

fn said(found: Result<ProvenPath, PathError>) -> String {
    found.map_or_else(|error| error.to_string(), |path| path.policies().to_string())
}

#[test]
fn the_policies_that_hold_are_told_in_the_anchors_terms() {
    for (chain, rules, expected) in [
        (Chain::new(&[&[], &[policies(&[P, Q])], &[policies(&[P])]]), PathRules::default(), P),
        (Chain::new(&[&[], &[policies(&[ANY])], &[policies(&[P])]]), PathRules::default(), P),
        (Chain::new(&[&[], &[policies(&[ANY])], &[policies(&[ANY])]]), PathRules::default(), "any"),
        (Chain::new(&[&[], &[policies(&[P])], &[policies(&[Q])]]), PathRules::default(), "none"),
        (Chain::new(&[&[], &[], &[policies(&[Q])]]), PathRules::default(), "none"),
        (
            Chain::new(&[&[], &[policies(&[P]), mappings(&[(P, Q)])], &[policies(&[Q])]]),
            PathRules::default(),
            P,
        ),
        (Chain::new(&[&[], &[policies(&[ANY])], &[policies(&[ANY])]]), explicit(only(&[P])), P),
    ] {
        assert_eq!(said(chain.find(&rules)), expected);
    }
}

#[test]
fn a_policy_that_is_required_and_missing_is_refused_with_what_was_accepted() {
    let chain = Chain::new(&[&[], &[policies(&[P])], &[policies(&[P])]]);
    assert_eq!(said(chain.find(&explicit(only(&[P])))), P);
    assert_eq!(
        said(chain.find(&explicit(only(&[Q])))),
        "a certificate policy is required, and with `CN=Level 2,O=Kravonia` the path holds under none that is accepted (accepted: 1.2.3.2)"
    );
}

#[test]
fn mapping_and_any_policy_can_be_inhibited_by_who_asks() {
    let mapped = Chain::new(&[&[], &[policies(&[P]), mappings(&[(P, Q)])], &[policies(&[Q])]]);
    let any = Chain::new(&[&[], &[policies(&[ANY])], &[policies(&[P])]]);
    assert!(mapped.find(&explicit(PolicySet::Any)).is_ok());
    let inhibited = PathRules { initial_policy_mapping_inhibit: true, ..explicit(PolicySet::Any) };
    assert!(matches!(mapped.find(&inhibited), Err(PathError::NoPolicy { .. })));
    assert!(any.find(&explicit(PolicySet::Any)).is_ok());
    let inhibited = PathRules { initial_any_policy_inhibit: true, ..explicit(PolicySet::Any) };
    assert!(matches!(any.find(&inhibited), Err(PathError::NoPolicy { .. })));
}

#[test]
fn nobody_maps_from_or_to_any_policy() {
    for pair in [(ANY, P), (P, ANY)] {
        let chain = Chain::new(&[&[], &[policies(&[P]), mappings(&[pair])], &[policies(&[P])]]);
        assert!(matches!(chain.find(&PathRules::default()), Err(PathError::AnyPolicyMapped { .. })));
    }
}

#[test]
fn mappings_that_double_the_tree_at_every_authority_cost_little() {
    // RFC 9618 §1: the tree of RFC 5280 has 2^depth and, with many policies, far more nodes.
    let ids: Vec<String> = (0..30).map(|number| format!("1.2.3.{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let crossed: Vec<(&str, &str)> =
        ids.iter().flat_map(|from| ids.iter().map(move |to| (*from, *to))).take(300).collect();
    let level = [policies(&ids), mappings(&crossed)];
    let chain = Chain::new(&[&[], &level, &level, &level, &level, &level, &[policies(&ids[..1])]]);
    assert!(chain.find(&explicit(PolicySet::Any)).is_ok());
}

#[test]
fn policies_beyond_the_budget_end_the_search_with_an_answer_of_its_own() {
    let ids: Vec<String> = (0..900).map(|number| format!("1.2.3.{number}")).collect();
    let level = [policies(&ids.iter().map(String::as_str).collect::<Vec<_>>())];
    let found = |depth: usize| Chain::new(&vec![&level[..]; depth]).find(&PathRules::default());
    assert!(found(4).is_ok());
    assert_eq!(found(8).unwrap_err().to_string(), "the search for a path was stopped after 5000 policies");
}

#[test]
fn names_are_held_to_what_every_authority_above_permits_and_excludes() {
    let permit = |name: &str| constraints(&[dns(name)], &[]);
    let exclude = |name: &str| constraints(&[], &[dns(name)]);
    let named = |name: &str| alternative_names(&[dns(name)]);
    for (upper, lower, leaf, expected) in [
        (permit("example"), permit("a.example"), named("x.a.example"), None),
        (
            permit("a.example"),
            permit("example"),
            named("x.b.example"),
            Some(
                "the name `x.b.example` of `CN=Level 3,O=Kravonia` is in none of the subtrees that `CN=Level 1,O=Kravonia` permits: a.example",
            ),
        ),
        (
            permit("example"),
            exclude("b.example"),
            named("x.b.example"),
            Some(
                "the name `x.b.example` of `CN=Level 3,O=Kravonia` is in the subtree b.example, which `CN=Level 2,O=Kravonia` excludes",
            ),
        ),
        (
            permit("example"),
            exclude("b.example"),
            named("x..example"),
            Some(
                "the name `x..example` of `CN=Level 3,O=Kravonia` can't be held against the constraints of `CN=Level 1,O=Kravonia`",
            ),
        ),
    ] {
        let found = Chain::new(&[&[], &[upper], &[lower], &[leaf]]).find(&PathRules::default());
        assert_eq!(found.err().map(|error| error.to_string()).as_deref(), expected);
    }
}

#[test]
fn a_constraint_on_directory_names_holds_the_subject_whatever_its_case() {
    let permitted = constraints(&[directory("O=KRAVONIA")], &[]);
    let found = Chain::new(&[&[], &[permitted], &[]]).find(&PathRules::default());
    assert!(found.is_ok(), "{found:?}");
    let other = constraints(&[directory("O=Ruritania")], &[]);
    let found = Chain::new(&[&[], &[other], &[]]).find(&PathRules::default());
    assert!(matches!(found, Err(PathError::NameNotPermitted { .. })));
}

#[test]
fn who_asks_may_constrain_names_too() {
    let chain = Chain::new(&[&[], &[], &[alternative_names(&[dns("x.example")])]]);
    for (permitted, excluded, expected) in [
        (vec![GeneralName::Dns("example".into())], vec![], true),
        (vec![GeneralName::Dns("other".into())], vec![], false),
        (vec![], vec![GeneralName::Dns("x.example".into())], false),
        (vec![GeneralName::Rfc822("other".into())], vec![], true),
    ] {
        let rules = PathRules {
            initial_permitted_subtrees: permitted,
            initial_excluded_subtrees: excluded,
            ..PathRules::default()
        };
        assert_eq!(chain.find(&rules).is_ok(), expected);
    }
}

#[test]
fn constraints_and_names_by_the_thousand_end_the_search_with_an_answer_of_its_own() {
    let many: Vec<Vec<u8>> = (0..1_500).map(|number| dns(&format!("x{number}.test"))).collect();
    let chain = Chain::new(&[&[], &[constraints(&[], &many)], &[alternative_names(&many[1_000..])]]);
    // The first name is excluded: told before the budget is spent.
    assert!(matches!(chain.find(&PathRules::default()), Err(PathError::NameExcluded { .. })));
    let others: Vec<Vec<u8>> = (0..1_500).map(|number| dns(&format!("y{number}.test"))).collect();
    let chain = Chain::new(&[&[], &[constraints(&[], &many)], &[alternative_names(&others)]]);
    let error = chain.find(&PathRules::default()).unwrap_err();
    assert_eq!(error.to_string(), "the search for a path was stopped after 250000 comparisons of names");
}

#[test]
fn extensions_that_are_not_what_they_should_be_are_refused_with_their_identifier() {
    for (extensions, expected) in [
        (vec![extension("2.5.29.30", &seq(&[]))], "2.5.29.30"),
        (vec![extension("2.5.29.32", &seq(&[]))], "2.5.29.32"),
        (vec![policies(&[P, P])], "2.5.29.32"),
        (vec![extension("2.5.29.37", &seq(&[]))], "2.5.29.37"),
        (vec![extension("2.5.29.36", &seq(&[&tlv(0x80, &[&[0x80]])]))], "2.5.29.36"),
        (vec![extension("2.5.29.17", &seq(&[]))], "2.5.29.17"),
        (vec![extension("2.5.29.31", &[5, 0])], "2.5.29.31"),
    ] {
        let found = Chain::new(&[&[], &extensions, &[]]).find(&PathRules::default());
        let expected = format!("the extension {expected} of `CN=Level 1,O=Kravonia` does not parse");
        assert_eq!(found.err().map(|error| error.to_string()), Some(expected));
    }
}

#[test]
fn a_critical_policy_qualifier_that_is_not_understood_is_refused() {
    let qualified = seq(&[&seq(&[&oid(P), &seq(&[&seq(&[&oid("1.2.3.4"), &[5, 0]])])])]);
    let found = |list| Chain::new(&[&[], &[], &[list]]).find(&PathRules::default());
    assert!(found(extension("2.5.29.32", &qualified)).is_ok());
    assert!(matches!(found(critical("2.5.29.32", &qualified)), Err(PathError::Extension { .. })));
}

#[test]
fn an_anchor_of_name_and_key_needs_no_certificate() {
    let chain = Chain::new(&[&[], &[], &[]]);
    let certificates = chain.certificates();
    let [_, between, leaf] = &certificates[..] else { panic!("three") };
    let anchor = |text: &str, key: &PrivateKey| Anchor::Key {
        name: DistinguishedName::parse(text).unwrap(),
        key: spki(key),
    };
    let find = |anchor| find_path(leaf, std::slice::from_ref(between), &[anchor], AT, &PathRules::default());
    // RFC 5280 §7.1: the name in another case is the same name.
    let found = find(anchor("CN=LEVEL  0,O=kravonia", &chain.keys[0])).unwrap();
    assert_eq!(found.certificates(), [leaf.clone(), between.clone()]);
    assert_eq!(found.below_anchor(), found.certificates());
    assert_eq!(found.anchor_certificate(), None);
    let other = key("another");
    assert!(matches!(find(anchor("CN=Level 0,O=Kravonia", &other)), Err(PathError::NotSignedBy { .. })));
    assert!(matches!(
        find(anchor("CN=Level 9,O=Kravonia", &chain.keys[0])),
        Err(PathError::IssuerUnknown { .. })
    ));
}

#[test]
fn what_an_anchors_certificate_demands_is_heeded_unless_told_otherwise() {
    let demanding: [&[Vec<u8>]; 4] = [
        &[constraints(&[dns("other")], &[])],
        &[critical("1.2.3.4", &[5, 0])],
        &[critical("2.5.29.36", &seq(&[&tlv(0x80, &[&[0]])]))],
        &[extension("2.5.29.37", &seq(&[&oid("1.3.6.1.5.5.7.3.1")]))],
    ];
    for anchor in demanding {
        let chain = Chain::new(&[anchor, &[], &[alternative_names(&[dns("x.example")])]]);
        assert!(chain.find(&PathRules::default()).is_err());
        let rules = PathRules { anchor: AnchorRule::NameAndKey, ..PathRules::default() };
        assert!(chain.find(&rules).is_ok());
    }
}

#[test]
fn a_purpose_is_looked_for_where_it_must_stand() {
    let purposes = |ids: &[&str]| seq(&[&ids.iter().flat_map(|id| oid(id)).collect::<Vec<_>>()]);
    let mail = extension("2.5.29.37", &purposes(&["1.3.6.1.5.5.7.3.4"]));
    let stamp = critical("2.5.29.37", &purposes(&["1.3.6.1.5.5.7.3.8"]));
    let stamp_not_critical = extension("2.5.29.37", &purposes(&["1.3.6.1.5.5.7.3.8"]));
    let stamp_and_mail = critical("2.5.29.37", &purposes(&["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.4"]));
    let ocsp = extension("2.5.29.37", &purposes(&["1.3.6.1.5.5.7.3.9"]));
    let any = extension("2.5.29.37", &purposes(&["2.5.29.37.0"]));
    let signs_certificates = critical("2.5.29.15", &[3, 2, 2, 4]);
    let signs_lists = critical("2.5.29.15", &[3, 2, 1, 2]);
    use Purpose::{Any, CrlSigning, DocumentSigning, OcspSigning, Timestamping};
    for (leaf, allowed) in [
        (vec![], vec![DocumentSigning, CrlSigning, Any]),
        (vec![mail], vec![DocumentSigning, CrlSigning, Any]),
        (vec![stamp], vec![Timestamping, CrlSigning, Any]),
        (vec![stamp_not_critical], vec![CrlSigning, Any]),
        (vec![stamp_and_mail], vec![DocumentSigning, CrlSigning, Any]),
        (vec![ocsp], vec![OcspSigning, CrlSigning, Any]),
        (vec![any], vec![DocumentSigning, CrlSigning, Any]),
        (vec![signs_certificates], vec![Any]),
        (vec![signs_lists], vec![CrlSigning, Any]),
    ] {
        let chain = Chain::new(&[&[], &[], &leaf]);
        for purpose in [DocumentSigning, Timestamping, OcspSigning, CrlSigning, Any] {
            let found = chain.find(&PathRules::of(purpose));
            assert_eq!(found.is_ok(), allowed.contains(&purpose), "{purpose:?}: {found:?}");
        }
    }
}
