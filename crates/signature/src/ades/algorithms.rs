//! Until when which algorithm is acceptable: a dated table.
//!
//! The rows are those of ETSI TS 119 312 V1.5.1 as the EU's DSS publishes them in its default policy. They
//! are data: a caller with other rules brings other rows. Nothing here decides what can be *checked*: MD5, SHA-1 and RSA
//! below 2048 bits are not (see [`crate::DigestAlgorithm`]), whatever a table says.

use crate::algorithm::{Algorithm, DigestAlgorithm, KeyKind};
use std::borrow::Cow;

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mechanism {
    /// A digest, whatever it is used in.
    Digest(DigestAlgorithm),
    /// RSASSA-PKCS1-v1_5 with a modulus of at least so many bits.
    RsaPkcs1(u32),
    /// RSASSA-PSS with a modulus of at least so many bits.
    RsaPss(u32),
    /// ECDSA on a curve of at least so many bits.
    Ecdsa(u32),
    /// Ed25519 and its kin, by the curve's bits.
    EdDsa(u32),
}

/// One row: a mechanism and its last acceptable second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlgorithmRow {
    /// What.
    pub mechanism: Mechanism,
    /// Until when, in unix seconds, that second with it; `None` where no end is foreseen.
    pub until: Option<i64>,
}

/// A dated table of acceptable algorithms. Of the rows on one mechanism the one with the most bits that fit counts; what
/// has no row is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmTable(Cow<'static, [AlgorithmRow]>);

/// 2028-12-31T23:59:59Z.
const END_OF_2028: Option<i64> = Some(1_861_919_999);

const fn row(mechanism: Mechanism, until: Option<i64>) -> AlgorithmRow {
    AlgorithmRow { mechanism, until }
}

/// ETSI TS 119 312 V1.5.1.
const ETSI_TS_119_312: &[AlgorithmRow] = &[
    row(Mechanism::Digest(DigestAlgorithm::Sha256), None),
    row(Mechanism::Digest(DigestAlgorithm::Sha384), None),
    row(Mechanism::Digest(DigestAlgorithm::Sha512), None),
    row(Mechanism::RsaPkcs1(1900), END_OF_2028),
    row(Mechanism::RsaPss(1900), END_OF_2028),
    row(Mechanism::RsaPss(3000), None),
    row(Mechanism::Ecdsa(256), None),
    // Not in TS 119 312. FIPS 186-5 §7 and NIST SP 800-186 give Ed25519 the strength of P-256.
    row(Mechanism::EdDsa(255), None),
];

impl Default for AlgorithmTable {
    /// ETSI TS 119 312 V1.5.1, and Ed25519 (FIPS 186-5 §7).
    fn default() -> Self {
        Self(Cow::Borrowed(ETSI_TS_119_312))
    }
}

/// What the table says of a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptable {
    /// No end is foreseen.
    Open,
    /// Until this unix second, it with it.
    Until(i64),
    /// At no time.
    Never,
}

impl Acceptable {
    /// Whether it is at this moment.
    pub fn holds_at(self, at: i64) -> bool {
        match self {
            Self::Open => true,
            Self::Until(until) => at <= until,
            Self::Never => false,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Until(a), Self::Until(b)) => Self::Until(a.min(b)),
            (Self::Until(a), Self::Open) | (Self::Open, Self::Until(a)) => Self::Until(a),
            (Self::Open, Self::Open) => Self::Open,
        }
    }
}

impl AlgorithmTable {
    /// A table of one's own.
    pub fn new(rows: Vec<AlgorithmRow>) -> Self {
        Self(Cow::Owned(rows))
    }

    /// The rows.
    pub fn rows(&self) -> &[AlgorithmRow] {
        &self.0
    }

    /// Until when a key of this kind may sign by this algorithm: its digest and its mechanism together.
    pub fn signature(&self, algorithm: Algorithm, key: KeyKind) -> Acceptable {
        let bits = match key {
            KeyKind::P256 => 256,
            KeyKind::P384 => 384,
            KeyKind::Rsa(bits) => bits,
            KeyKind::Ed25519 => 255,
        };
        let mechanism = match algorithm {
            Algorithm::Ecdsa(_) => Mechanism::Ecdsa(bits),
            Algorithm::RsaPkcs1(_) => Mechanism::RsaPkcs1(bits),
            Algorithm::RsaPss { .. } => Mechanism::RsaPss(bits),
            Algorithm::Ed25519 => Mechanism::EdDsa(bits),
        };
        self.of(mechanism).and(self.digest(algorithm.digest()))
    }

    /// Until when a digest may be rested on.
    pub fn digest(&self, digest: DigestAlgorithm) -> Acceptable {
        self.of(Mechanism::Digest(digest))
    }

    fn of(&self, used: Mechanism) -> Acceptable {
        let fitting = self.0.iter().filter_map(|row| Some((strength(row.mechanism, used)?, row.until)));
        match fitting.max_by_key(|(bits, _)| *bits) {
            None => Acceptable::Never,
            Some((_, None)) => Acceptable::Open,
            Some((_, Some(until))) => Acceptable::Until(until),
        }
    }
}

/// The bits a row asks for, where it is about the mechanism used and that has them.
fn strength(row: Mechanism, used: Mechanism) -> Option<u32> {
    let (asked, has) = match (row, used) {
        (Mechanism::Digest(row), Mechanism::Digest(used)) if row == used => (0, 0),
        (Mechanism::RsaPkcs1(asked), Mechanism::RsaPkcs1(has))
        | (Mechanism::RsaPss(asked), Mechanism::RsaPss(has))
        | (Mechanism::Ecdsa(asked), Mechanism::Ecdsa(has))
        | (Mechanism::EdDsa(asked), Mechanism::EdDsa(has)) => (asked, has),
        _ => return None,
    };
    (asked <= has).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_rsa_ends_with_2028_and_long_rsa_only_with_the_old_padding() {
        let table = AlgorithmTable::default();
        let pkcs1 = Algorithm::RsaPkcs1(DigestAlgorithm::Sha256);
        let pss = Algorithm::rsa_pss(DigestAlgorithm::Sha256);
        let end = Acceptable::Until(1_861_919_999);
        for (algorithm, bits, expected) in
            [(pkcs1, 2048, end), (pkcs1, 4096, end), (pss, 2048, end), (pss, 3072, Acceptable::Open)]
        {
            assert_eq!(table.signature(algorithm, KeyKind::Rsa(bits)), expected, "{algorithm} {bits}");
        }
        assert_eq!(table.signature(pkcs1, KeyKind::Rsa(1024)), Acceptable::Never);
        assert_eq!(table.signature(Algorithm::ECDSA_SHA_256, KeyKind::P256), Acceptable::Open);
        assert!(end.holds_at(1_861_919_999) && !end.holds_at(1_861_920_000));
    }

    #[test]
    fn a_table_of_ones_own_says_what_it_says_and_no_more() {
        let digest = Mechanism::Digest(DigestAlgorithm::Sha256);
        let table = AlgorithmTable::new(vec![row(Mechanism::Ecdsa(256), None), row(digest, Some(100))]);
        assert_eq!(table.signature(Algorithm::ECDSA_SHA_256, KeyKind::P256), Acceptable::Until(100));
        assert_eq!(table.signature(Algorithm::Ed25519, KeyKind::Ed25519), Acceptable::Never);
    }
}
