//! Archive timestamps: one over everything in a dossier, so that what proves times today can be proven itself later.
//!
//! An authority's certificate ends, and its algorithms age; then its timestamps show nothing any more, unless a later one
//! shows that they were there before. Here that is a list of the SHA-256 of every file, and a timestamp over the list:
//!
//! ```text
//! trust/archive-0001.sha256    lines of sha256sum: digest, two spaces, name in the bundle; sorted by name
//! trust/archive-0001.tsr       an authority's answer, over the list's bytes
//! ```
//! `sha256sum -c trust/archive-0001.sha256` and `openssl ts -verify -data trust/archive-0001.sha256 -in
//! trust/archive-0001.tsr` say the same without this program. The next archive lists the one before it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_signature::VerifiedSignature;
use countersign_signature::ades::{ObjectId, Stamp, objects_of, objects_of_token};
use countersign_signature::timestamp::{TimestampToken, read_token};

use crate::bundle::{Bundle, BundledAct};
use crate::trust::Seen;

const NAME: &str = "archive-";
const LIST: &str = ".sha256";
const ANSWER: &str = ".tsr";

/// Bound on the lines of a list: what a bundle can hold, five files for each of 9,999 acts and as many others.
const LINES_MAX: usize = 100_000;

/// The list of everything in a bundle, and the name that the next archive has: `archive-0001`.
#[must_use]
pub fn next(bundle: &Bundle) -> (String, Vec<u8>) {
    let taken = bundle.trust.keys().filter_map(|name| name.strip_prefix(NAME)?.get(..4)?.parse::<u32>().ok());
    let number = taken.max().unwrap_or(0).saturating_add(1);
    let mut text = String::new();
    for (name, digest) in files(bundle) {
        let _ = writeln!(text, "{}  {name}", digest.hex());
    }
    (format!("{NAME}{number:04}"), text.into_bytes())
}

/// Every file of a bundle but `dossier.json` and `README.txt`, which prove nothing, with its digest.
fn files(bundle: &Bundle) -> BTreeMap<String, Digest> {
    let mut files = BTreeMap::new();
    for act in &bundle.acts {
        let stem = format!("acts/{:04}-{}", act.number, act.id.hex());
        let parts = [("json", Some(&act.json)), ("p7s", Some(&act.p7s)), ("tsr", act.tsr.as_ref())];
        for (ending, bytes) in parts {
            files.extend(bytes.map(|bytes| (format!("{stem}.{ending}"), sha256(bytes))));
        }
    }
    for (digest, (ending, _)) in &bundle.documents {
        files.insert(format!("documents/{}.{ending}", digest.hex()), *digest);
    }
    for (folder, named) in [("maps", &bundle.maps), ("terms", &bundle.terms), ("trust", &bundle.trust)] {
        files.extend(named.iter().map(|(name, bytes)| (format!("{folder}/{name}"), sha256(bytes))));
    }
    files
}

/// The archives that show the same in a narrower bundle: everything that their lists name is there. Others stay out, for a
/// list names what isn't. `but_trust` asks for all but the files of `trust/`.
fn that_fit<'a>(all: &'a Bundle, bundle: &Bundle, but_trust: bool) -> Vec<(&'a str, &'a [u8], &'a [u8])> {
    let mut there: BTreeMap<String, String> =
        files(bundle).into_iter().map(|(name, digest)| (name, digest.hex())).collect();
    let mut fitting = Vec::new();
    for (name, list) in &all.trust {
        let Some(stem) = name.strip_suffix(LIST).filter(|stem| stem.starts_with(NAME)) else { continue };
        let Some(answer) = all.trust.get(&format!("{stem}{ANSWER}")) else { continue };
        let is_there = |line: &str| {
            line.split_once("  ").is_some_and(|(digest, name)| {
                (but_trust && name.starts_with("trust/"))
                    || there.get(name).is_some_and(|known| known == digest)
            })
        };
        if std::str::from_utf8(list).is_ok_and(|text| text.lines().all(is_there)) {
            // The next archive may list this one.
            there.insert(format!("trust/{stem}{LIST}"), sha256(list).hex());
            there.insert(format!("trust/{stem}{ANSWER}"), sha256(answer).hex());
            fitting.push((stem, list.as_slice(), answer.as_slice()));
        }
    }
    fitting
}

/// Puts into a narrower bundle the archives that show the same there.
pub(crate) fn keep(all: &Bundle, bundle: &mut Bundle) {
    for (stem, list, answer) in that_fit(all, bundle, false) {
        bundle.trust.insert(format!("{stem}{LIST}"), list.to_vec());
        bundle.trust.insert(format!("{stem}{ANSWER}"), answer.to_vec());
    }
}

/// The tokens of archives that may be kept, if what they need is.
pub(crate) fn tokens(all: &Bundle, bundle: &Bundle) -> Vec<TimestampToken> {
    that_fit(all, bundle, true).into_iter().filter_map(|(_, _, answer)| token(answer)).collect()
}

/// Whether a file of `trust/` is part of an archive.
pub(crate) fn is_part(name: &str) -> bool {
    name.starts_with(NAME) && (name.ends_with(LIST) || name.ends_with(ANSWER))
}

/// An archive timestamp of a bundle, as far as its list fits what is there.
#[derive(Debug, Clone)]
pub(crate) struct Archive<'b> {
    list: &'b [u8],
    answer: &'b [u8],
    /// What every act may rest on: certificates, lists, answers and earlier archives that it names.
    common: Vec<ObjectId>,
    /// Digests that it names.
    named: BTreeMap<&'b str, &'b str>,
}

/// The archives of a bundle.
pub(crate) fn archives<'b>(bundle: &'b Bundle, seen: &Seen) -> Vec<Archive<'b>> {
    let pairs = bundle.trust.iter().filter_map(|(name, list)| {
        let stem = name.strip_suffix(LIST).filter(|stem| stem.starts_with(NAME))?;
        Some((list, bundle.trust.get(&format!("{stem}{ANSWER}"))?))
    });
    pairs.filter_map(|(list, answer)| Archive::read(list, answer, bundle, seen)).collect()
}

impl<'b> Archive<'b> {
    fn read(list: &'b [u8], answer: &'b [u8], bundle: &Bundle, seen: &Seen) -> Option<Self> {
        let text = std::str::from_utf8(list).ok()?;
        let lines = text.lines().take(LINES_MAX);
        let named: BTreeMap<&str, &str> =
            lines.filter_map(|line| line.split_once("  ").map(|(digest, name)| (name, digest))).collect();
        let mut archive = Self { list, answer, common: Vec::new(), named };
        for (name, bytes) in &bundle.trust {
            if !archive.names(&format!("trust/{name}"), bytes) {
                continue;
            }
            match name.strip_prefix(NAME).filter(|_| name.ends_with(ANSWER)) {
                Some(_) => archive
                    .common
                    .extend(token(bytes).iter().flat_map(|token| objects_of_token(token.as_der()))),
                None => archive.common.extend(seen.objects.get(name).into_iter().flatten().copied()),
            }
        }
        Some(archive)
    }

    /// Whether the list names a file with these bytes.
    fn names(&self, name: &str, bytes: &[u8]) -> bool {
        self.named.get(name).is_some_and(|digest| **digest == *sha256(bytes).hex())
    }

    /// As a timestamp over what proves one act: `None` where the list does not name that.
    pub(crate) fn stamp(&self, act: &BundledAct, signature: &VerifiedSignature) -> Option<Stamp> {
        let stem = format!("acts/{:04}-{}", act.number, act.id.hex());
        let mut covers = Vec::new();
        if self.names(&format!("{stem}.p7s"), &act.p7s) {
            covers.extend(objects_of(signature));
        }
        if let Some(tsr) = act.tsr.as_deref().filter(|tsr| self.names(&format!("{stem}.tsr"), tsr)) {
            covers.extend(token(tsr).iter().flat_map(|token| objects_of_token(token.as_der())));
        }
        if covers.is_empty() {
            return None;
        }
        covers.extend_from_slice(&self.common);
        Some(Stamp::over_bytes(self.answer, &[self.list], covers.into()))
    }
}

/// The token in a `.tsr`: an answer, or the token alone.
pub(crate) fn token(tsr: &[u8]) -> Option<TimestampToken> {
    read_token(tsr).ok().or_else(|| TimestampToken::read(tsr).ok())
}
