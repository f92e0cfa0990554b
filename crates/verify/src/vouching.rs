//! Who runs the authority that vouches for a signer's key.
//!
//! An authority run by the other side can make a key in any name: the report says so. Who runs one is read from the names in
//! its certificates, held against the names of parties in the maps: a claim that the authority itself makes. That it names
//! nobody proves nothing, that it names the other side is reason enough.

use countersign_authority::model::map::{Fact, Map};
use countersign_authority::model::name::PartyId;
use countersign_signature::{Certificate, DistinguishedName};

/// Who runs the authority above a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// Nobody: the certificate is signed by the key it is about.
    Signer,
    /// The signer's own side.
    OwnSide(PartyId),
    /// The other side, a party to the dossier: it could make such a key itself.
    OtherSide(PartyId),
    /// A party of the maps that is no party to the dossier.
    ThirdParty(PartyId),
    /// No party that the maps name.
    Unnamed,
}

impl Runner {
    /// The word in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Signer => "the signer",
            Self::OwnSide(_) => "own side",
            Self::OtherSide(_) => "other side",
            Self::ThirdParty(_) => "third party",
            Self::Unnamed => "no party named",
        }
    }

    /// The party that runs it.
    #[must_use]
    pub fn party(&self) -> Option<&PartyId> {
        match self {
            Self::OwnSide(party) | Self::OtherSide(party) | Self::ThirdParty(party) => Some(party),
            Self::Signer | Self::Unnamed => None,
        }
    }

    /// Whether it is the other side.
    #[must_use]
    pub fn is_other_side(&self) -> bool {
        matches!(self, Self::OtherSide(_))
    }
}

/// Who runs the authorities above a signer's certificate.
///
/// `above`: the certificates over it, as far as a path has proven them; whoever issued the signer's own is read from that.
/// `party`: for whom the signer signs; `others`: with whom.
#[must_use]
pub fn runner(
    signer: &Certificate,
    above: &[Certificate],
    party: &PartyId,
    others: &[PartyId],
    maps: &[Map],
) -> Runner {
    if signer.is_self_signed() {
        return Runner::Signer;
    }
    let names = std::iter::once(signer.issuer_name()).chain(above.iter().map(Certificate::subject_name));
    let named: Vec<&PartyId> = names.filter_map(|name| named(name, maps)).collect();
    let other_side = named.iter().find(|named| **named != party && others.contains(named));
    match (other_side, named.first()) {
        (Some(other), _) => Runner::OtherSide((*other).clone()),
        (None, None) => Runner::Unnamed,
        (None, Some(_)) if named.contains(&party) => Runner::OwnSide(party.clone()),
        (None, Some(third)) => Runner::ThirdParty((*third).clone()),
    }
}

/// The party whose name or id an organisation or common name repeats, case and space apart.
fn named<'m>(name: &DistinguishedName, maps: &'m [Map]) -> Option<&'m PartyId> {
    let values: Vec<String> = values(name.as_str()).iter().map(|value| plain(value)).collect();
    let statements = maps.iter().flat_map(|map| &map.statements);
    let mut parties = statements.filter_map(|statement| match &statement.fact {
        Fact::Party(party) => Some(party),
        _ => None,
    });
    parties
        .find(|party| {
            values.iter().any(|value| *value == plain(&party.name) || *value == plain(party.id.as_str()))
        })
        .map(|party| &party.id)
}

fn plain(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The values of `O=`, `OU=` and `CN=` in RFC 4514's text form, escapes undone.
fn values(name: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if let (Some(last), Some(escaped)) = (values.last_mut(), chars.next()) {
                    last.push(escaped);
                }
            }
            ',' | '+' => values.push(String::new()),
            other => values.iter_mut().last().into_iter().for_each(|last| last.push(other)),
        }
    }
    let kinds = ["O=", "OU=", "CN="];
    let stripped =
        |value: &String| kinds.iter().find_map(|kind| value.trim().strip_prefix(kind)).map(str::to_owned);
    values.iter().filter_map(stripped).collect()
}
