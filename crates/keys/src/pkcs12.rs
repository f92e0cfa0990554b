//! PKCS#12 files (RFC 7292): a key with its certificates, as other programs hand them on.
//!
//! Read: PBES2 (AES, with PBKDF2 or scrypt), and the old encryption with 3DES or RC2-40; MACs by SHA-1 and SHA-2.
//! Written: AES-256 with PBKDF2 by HMAC-SHA-256, or 3DES and SHA-1 where an old reader is [asked for](Pkcs12Style::Legacy).
//!
//! The library that takes the file apart keeps the key in memory that it does not wipe: a file is opened once, to import
//! it or to sign, and the process ends.

use crate::chain::chain;
use crate::private::{KeyError, Passphrase, PrivateKey};
use crate::software::SoftwareKey;
use countersign_signature::{Certificate, CertificateError, Signer as _};
use p12_keystore::error::Error;
use p12_keystore::{
    Certificate as Bagged, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12Archive,
    PrivateKeyChain,
};

/// What a file is encrypted with when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pkcs12Style {
    /// AES-256, PBKDF2 and a MAC by SHA-256: what programs of this decade read.
    #[default]
    Modern,
    /// 3DES and SHA-1, for readers that know no better. Whoever gets the file guesses its passphrase far faster.
    Legacy,
}

/// Why a PKCS#12 file can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// More than [`PKCS12_MAX`].
    #[error("a PKCS#12 file of {length} bytes is larger than {PKCS12_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// More encrypted parts than [`SEALED_MAX`], or a key derivation that asks for too much work.
    #[error("the PKCS#12 file's encryption asks for too much work to open it")]
    TooCostly,
    /// Not PKCS#12 in DER.
    #[error("this is not a PKCS#12 file")]
    NotPkcs12,
    /// The MAC does not match, or decryption gave nothing.
    #[error("the passphrase is wrong, or the PKCS#12 file is damaged")]
    WrongPassphrase,
    /// Encryption of a kind that is not known here.
    #[error("the PKCS#12 file is encrypted or protected in a way that is not known here")]
    UnknownEncryption,
    /// Certificates alone, or nothing.
    #[error("the PKCS#12 file holds no private key")]
    NoKey,
    /// Which one is meant can't be told.
    #[error("the PKCS#12 file holds {count} private keys{}: one is expected; export the one that is meant into a file of its own", named(.names))]
    SeveralKeys {
        /// How many.
        count: usize,
        /// What those that have a name are called.
        names: Vec<String>,
    },
    /// No certificate speaks of the key.
    #[error("of the {certificates} certificates in the PKCS#12 file none is for its private key")]
    NoCertificate {
        /// How many certificates there are.
        certificates: usize,
    },
    /// A certificate that can't be read.
    #[error("a certificate in the PKCS#12 file: {0}")]
    Certificate(CertificateError),
    /// The private key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Writing failed.
    #[error("the key can't be written as PKCS#12")]
    NotWritable,
}

/// Bound on a file: a key and a chain of sixteen certificates take less.
pub const PKCS12_MAX: usize = 128 * 1024;

/// Bound on encrypted parts: each costs a key derivation of up to a million rounds. Counted before anything is opened;
/// what is encrypted twice over is counted once.
pub const SEALED_MAX: usize = 16;

/// PBKDF2 by SHA-256: a tenth of a second to open, for whoever guesses too.
const ROUNDS: u32 = 200_000;
/// What old readers still open; with 3DES and SHA-1 more would not help much.
const LEGACY_ROUNDS: u32 = 2_048;

impl SoftwareKey {
    /// Reads the one key of a PKCS#12 file, its certificate and those above it. `None` is the empty passphrase.
    pub fn from_pkcs12(bytes: &[u8], passphrase: Option<&Passphrase>) -> Result<Self, Pkcs12Error> {
        affordable(bytes)?;
        let archive = Pkcs12Archive::from_pkcs12(bytes, passphrase.map_or("", Passphrase::expose))
            .map_err(|error| fault(&error))?;
        let key = match archive.keys.as_slice() {
            [] => return Err(Pkcs12Error::NoKey),
            [one] => PrivateKey::from_pkcs8(one.key.as_der())?,
            several => {
                let names = several.iter().filter_map(|key| key.friendly_name.clone()).collect();
                return Err(Pkcs12Error::SeveralKeys { count: several.len(), names });
            }
        };
        let mut others = Vec::new();
        for bag in &archive.certs {
            let certificate = Certificate::from_der(bag.cert.as_der()).map_err(Pkcs12Error::Certificate)?;
            if !others.contains(&certificate) {
                others.push(certificate);
            }
        }
        let count = others.len();
        // Which certificate is the key's is for the key to say, whatever the file's labels say.
        let public = key.public_key().map_err(|_| KeyError::NotAKey)?;
        let own = others.iter().position(|certificate| certificate.public_key() == Ok(&public));
        let Some(own) = own.map(|at| others.swap_remove(at)) else {
            return Err(Pkcs12Error::NoCertificate { certificates: count });
        };
        let chain = chain(&own, others);
        Self::new(key, own, chain).map_err(|_| Pkcs12Error::NoCertificate { certificates: count })
    }

    /// Writes the key, its certificate and those above it as a PKCS#12 file, under a name that readers show.
    pub fn to_pkcs12(
        &self,
        name: &str,
        passphrase: &Passphrase,
        style: Pkcs12Style,
    ) -> Result<Vec<u8>, Pkcs12Error> {
        let plain = self.private_key().to_pkcs8()?;
        let key =
            p12_keystore::PrivateKey::from_der(plain.as_bytes()).map_err(|_| Pkcs12Error::NotWritable)?;
        let certificates = std::iter::once(self.certificate()).chain(self.chain());
        let certificates: Result<Vec<Bagged>, _> =
            certificates.map(|certificate| Bagged::from_der(certificate.as_der())).collect();
        let certificates = certificates.map_err(|_| Pkcs12Error::NotWritable)?;
        // What ties key and certificate together (RFC 7292 §4.2): any value, the same on both.
        let id = self.certificate().fingerprint();
        let mut store = KeyStore::new();
        let chain = PrivateKeyChain::new(id.as_slice(), key, certificates);
        store.add_entry(name, KeyStoreEntry::PrivateKeyChain(chain));
        let writer = store.writer(passphrase.expose());
        match style {
            Pkcs12Style::Modern => writer
                .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
                .encryption_iterations(ROUNDS)
                .mac_algorithm(MacAlgorithm::HmacSha256)
                .mac_iterations(ROUNDS),
            Pkcs12Style::Legacy => writer
                .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
                .encryption_iterations(LEGACY_ROUNDS)
                .mac_algorithm(MacAlgorithm::HmacSha1)
                .mac_iterations(LEGACY_ROUNDS),
        }
        .write()
        .map_err(|_| Pkcs12Error::NotWritable)
    }
}

/// Refuses a file that is too large, or has too many encrypted parts.
fn affordable(bytes: &[u8]) -> Result<(), Pkcs12Error> {
    if bytes.len() > PKCS12_MAX {
        return Err(Pkcs12Error::TooLarge { length: bytes.len() });
    }
    let sealed = bytes.windows(PBES2.len()).filter(|window| *window == PBES2).count();
    let sealed_the_old_way = bytes.windows(PBE.len()).filter(|window| *window == PBE).count();
    if sealed.saturating_add(sealed_the_old_way) > SEALED_MAX { Err(Pkcs12Error::TooCostly) } else { Ok(()) }
}

/// PBES2 (1.2.840.113549.1.5.13) in DER.
const PBES2: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
/// How PKCS#12's own encryptions (1.2.840.113549.1.12.1.…) begin in DER.
const PBE: [u8; 11] = [6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];

fn fault(error: &Error) -> Pkcs12Error {
    match error {
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Pkcs12Error::WrongPassphrase,
        Error::InvalidParameters => Pkcs12Error::TooCostly,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => Pkcs12Error::UnknownEncryption,
        _ => Pkcs12Error::NotPkcs12,
    }
}

fn named(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}
