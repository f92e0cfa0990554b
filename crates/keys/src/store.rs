//! Keys in a directory.

use crate::file::{self, Access};
use crate::house::{HouseCa, HouseCaError, Register, Validity, own_certificate};
use crate::kind::Kind;
use crate::name::KeyName;
use crate::private::{KeyError, Passphrase, PrivateKey};
use crate::software::{KeyMismatch, SoftwareKey};
use countersign_signature::{Certificate, CertificateError, DistinguishedName, Signer as _, Subject};
use std::io;
use std::path::{Path, PathBuf};

/// A directory of keys; see the crate's front page for its files.
#[derive(Debug, Clone)]
pub struct KeyStore {
    dir: PathBuf,
}

/// A key to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// What kind of key.
    pub kind: Kind,
    /// What it may do.
    pub role: Subject,
    /// Whom its certificate names.
    pub subject: &'a DistinguishedName,
    /// When its certificate holds.
    pub validity: Validity,
}

impl<'a> NewKey<'a> {
    /// A person's P-256 key.
    pub fn person(subject: &'a DistinguishedName, validity: Validity) -> Self {
        Self { kind: Kind::P256, role: Subject::Person, subject, validity }
    }

    /// An authority's P-256 key.
    pub fn authority(subject: &'a DistinguishedName, validity: Validity) -> Self {
        Self { role: Subject::HOUSE, ..Self::person(subject, validity) }
    }
}

/// Who issues a new person's certificate.
#[derive(Debug, Clone, Copy)]
pub enum Issuer<'a> {
    /// An authority at hand.
    Authority(&'a HouseCa),
    /// The key itself: to be recognised by its fingerprint alone.
    Itself,
}

/// A key that was made.
#[derive(Debug)]
pub struct Created {
    /// What it is called.
    pub name: KeyName,
    /// The key with its certificate.
    pub key: SoftwareKey,
    /// Where the private key lies.
    pub key_file: PathBuf,
    /// Where the certificate and those above it lie.
    pub certificate_file: PathBuf,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// A key in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub name: KeyName,
    /// Its certificate; `Err` says what is wrong with its files.
    pub certificate: Result<Certificate, Unreadable>,
    /// How the private key is kept.
    pub protection: Protection,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// How a private key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Encrypted with a passphrase.
    Passphrase,
    /// By the file's mode alone.
    None,
    /// There is no private key beside the certificate.
    NoKey,
}

/// What the user should know, though the key works.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// The private key is not encrypted.
    #[error("the private key {} is not encrypted: whoever reads the file can sign as you; give a passphrase", .path.display())]
    Unencrypted {
        /// Its file.
        path: PathBuf,
    },
    /// Others may read the private key.
    #[error("others can read the private key {}: chmod 600 it", .path.display())]
    ReadableByOthers {
        /// Its file.
        path: PathBuf,
    },
}

/// Why a certificate file can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The certificate is missing.
    #[error("{} is missing: the making of this key was cut short; remove the key file and make it again", .path.display())]
    NoCertificate {
        /// The file that is missing.
        path: PathBuf,
    },
    /// The file can't be read.
    #[error("{} can't be read ({kind})", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The file holds no certificates.
    #[error("{}: {fault}", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: CertificateError,
    },
}

/// Why a key was not made, listed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// The name is taken: nothing is ever written over.
    #[error("there is already a key `{name}` ({}); choose another name, or move that file away", .path.display())]
    Exists {
        /// The name.
        name: KeyName,
        /// The file in the way.
        path: PathBuf,
    },
    /// No such key.
    #[error("there is no key `{name}` in {}", .dir.display())]
    Unknown {
        /// The name.
        name: KeyName,
        /// The directory.
        dir: PathBuf,
    },
    /// The system refused.
    #[error("{} can't be used ({kind})", .path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// A certificate file of no use.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The private key.
    #[error("the key `{name}`: {fault}")]
    Key {
        /// The name.
        name: KeyName,
        /// Why.
        fault: KeyError,
    },
    /// Key and certificate are not one another's.
    #[error("the files of `{name}` do not belong together: {fault}")]
    Mismatch {
        /// The name.
        name: KeyName,
        /// Whose certificate lies there.
        fault: KeyMismatch,
    },
    /// Issuing.
    #[error(transparent)]
    Issue(#[from] HouseCaError),
}

const KEY: &str = ".key.pem";
const CERTIFICATE: &str = ".cert.pem";
const REGISTER: &str = ".register.jsonl";

impl KeyStore {
    /// Opens a directory of keys, made (mode 0700) where it isn't there.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, KeyStoreError> {
        let dir = dir.into();
        file::create_dir(&dir).map_err(at(&dir))?;
        Ok(Self { dir })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes a person's key and certificate. The certificate ends when its issuer's does, if that is earlier.
    pub fn new_key(
        &self,
        name: &KeyName,
        made: &NewKey<'_>,
        issuer: Issuer<'_>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Created, KeyStoreError> {
        self.expect_free(name)?;
        let key = PrivateKey::generate_kind(made.kind)
            .map_err(|fault| KeyStoreError::Key { name: name.clone(), fault })?;
        let key = match issuer {
            Issuer::Itself => own_certificate(key, made.subject, made.validity, made.role)?,
            Issuer::Authority(ca) => {
                let public_key = key.public_key().map_err(HouseCaError::from)?;
                let validity = made.validity.until_at_most(ca.certificate().not_after());
                let certificate = ca.issue_for(made.role, made.subject, &public_key, validity)?;
                SoftwareKey::new(key, certificate, ca.chain()).map_err(HouseCaError::from)?
            }
        };
        self.save(name, key, passphrase)
    }

    /// Makes a house CA.
    pub fn new_authority(
        &self,
        name: &KeyName,
        made: &NewKey<'_>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Created, KeyStoreError> {
        self.expect_free(name)?;
        let key = PrivateKey::generate_kind(made.kind)
            .map_err(|fault| KeyStoreError::Key { name: name.clone(), fault })?;
        let key = own_certificate(key, made.subject, made.validity, Subject::HOUSE)?;
        self.save(name, key, passphrase)
    }

    /// The keys and certificates here, by name. Files of other names are left out.
    pub fn list(&self) -> Result<Vec<Entry>, KeyStoreError> {
        let mut names = Vec::new();
        for found in std::fs::read_dir(&self.dir).map_err(at(&self.dir))? {
            let found = found.map_err(at(&self.dir))?.file_name();
            let Some(found) = found.to_str() else { continue };
            let Some(stem) = found.strip_suffix(KEY).or(found.strip_suffix(CERTIFICATE)) else { continue };
            names.extend(KeyName::new(stem));
        }
        names.sort_unstable();
        names.dedup();
        Ok(names.into_iter().map(|name| self.entry(name)).collect())
    }

    /// Opens a key to sign with.
    pub fn signer(
        &self,
        name: &KeyName,
        passphrase: Option<&Passphrase>,
    ) -> Result<SoftwareKey, KeyStoreError> {
        let (key_file, certificate_file) = self.files(name);
        let pem = match file::read(&key_file) {
            Ok(pem) => pem,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyStoreError::Unknown { name: name.clone(), dir: self.dir.clone() });
            }
            Err(error) => return Err(at(&key_file)(error)),
        };
        let (certificate, chain) = read_certificates(&certificate_file)?;
        let key = PrivateKey::from_pem(&pem, passphrase)
            .map_err(|fault| KeyStoreError::Key { name: name.clone(), fault })?;
        SoftwareKey::new(key, certificate, chain)
            .map_err(|fault| KeyStoreError::Mismatch { name: name.clone(), fault })
    }

    /// Takes in a key made elsewhere, with its certificate and those above it.
    pub fn import(
        &self,
        name: &KeyName,
        key: SoftwareKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<Created, KeyStoreError> {
        self.expect_free(name)?;
        self.save(name, key, passphrase)
    }

    /// A certificate alone, and those above it: no passphrase is asked for.
    pub fn certificates(&self, name: &KeyName) -> Result<(Certificate, Vec<Certificate>), KeyStoreError> {
        let (_, certificate_file) = self.files(name);
        if !certificate_file.exists() {
            return Err(KeyStoreError::Unknown { name: name.clone(), dir: self.dir.clone() });
        }
        Ok(read_certificates(&certificate_file)?)
    }

    /// Opens an authority to issue with.
    pub fn authority(
        &self,
        name: &KeyName,
        passphrase: Option<&Passphrase>,
    ) -> Result<HouseCa, KeyStoreError> {
        Ok(HouseCa::from_key(self.signer(name, passphrase)?, self.register(name))?)
    }

    /// The register of an authority here: what it has issued and revoked.
    pub fn register(&self, name: &KeyName) -> Register {
        Register::at(self.dir.join(format!("{name}{REGISTER}")))
    }

    fn files(&self, name: &KeyName) -> (PathBuf, PathBuf) {
        (self.dir.join(format!("{name}{KEY}")), self.dir.join(format!("{name}{CERTIFICATE}")))
    }

    /// An early answer; the files themselves are made with `create_new`, which settles it.
    fn expect_free(&self, name: &KeyName) -> Result<(), KeyStoreError> {
        let (key_file, certificate_file) = self.files(name);
        for path in [key_file, certificate_file] {
            if path.symlink_metadata().is_ok() {
                return Err(KeyStoreError::Exists { name: name.clone(), path });
            }
        }
        Ok(())
    }

    fn save(
        &self,
        name: &KeyName,
        key: SoftwareKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<Created, KeyStoreError> {
        let (key_file, certificate_file) = self.files(name);
        let exists = |path: &Path| {
            let (name, path) = (name.clone(), path.to_owned());
            move |error: io::Error| match error.kind() {
                io::ErrorKind::AlreadyExists => KeyStoreError::Exists { name, path },
                kind => KeyStoreError::File { path, kind },
            }
        };
        let pem = key
            .private_key()
            .to_pem(passphrase)
            .map_err(|fault| KeyStoreError::Key { name: name.clone(), fault })?;
        file::create(&key_file, pem.as_bytes(), Access::Owner).map_err(exists(&key_file))?;
        let certificates: String =
            std::iter::once(key.certificate()).chain(key.chain()).map(Certificate::to_pem).collect();
        if let Err(error) = file::create(&certificate_file, certificates.as_bytes(), Access::Everyone) {
            // The key file is ours, and just made: without a certificate it is of no use and in the way.
            let _ = std::fs::remove_file(&key_file);
            return Err(exists(&certificate_file)(error));
        }
        file::sync_dir(&self.dir);
        let warnings = match passphrase {
            Some(_) => Vec::new(),
            None => vec![Warning::Unencrypted { path: key_file.clone() }],
        };
        Ok(Created { name: name.clone(), key, key_file, certificate_file, warnings })
    }

    fn entry(&self, name: KeyName) -> Entry {
        let (key_file, certificate_file) = self.files(&name);
        let mut warnings = Vec::new();
        let protection = match file::read(&key_file) {
            Ok(pem) if PrivateKey::is_encrypted(&pem) => Protection::Passphrase,
            Ok(_) => {
                warnings.push(Warning::Unencrypted { path: key_file.clone() });
                Protection::None
            }
            Err(_) => Protection::NoKey,
        };
        if protection != Protection::NoKey && file::others_may_read(&key_file) {
            warnings.push(Warning::ReadableByOthers { path: key_file });
        }
        let certificate = read_certificates(&certificate_file).map(|(certificate, _)| certificate);
        Entry { name, certificate, protection, warnings }
    }
}

impl Entry {
    /// Whether this is an authority's key.
    pub fn is_authority(&self) -> bool {
        self.certificate.as_ref().is_ok_and(Certificate::is_ca)
    }
}

/// The first certificate of a PEM file, and the others.
fn read_certificates(path: &Path) -> Result<(Certificate, Vec<Certificate>), Unreadable> {
    let text = file::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::NoCertificate { path: path.to_owned() },
        kind => Unreadable::File { path: path.to_owned(), kind },
    })?;
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some(end) = rest.find(END) {
        let (one, after) = rest.split_at(end.saturating_add(END.len()));
        let certificate = Certificate::from_pem(one.trim_start())
            .map_err(|fault| Unreadable::Certificate { path: path.to_owned(), fault })?;
        found.push(certificate);
        rest = after;
    }
    let mut found = found.into_iter();
    match found.next() {
        Some(first) => Ok((first, found.collect())),
        None => Err(Unreadable::Certificate { path: path.to_owned(), fault: CertificateError::NotPem }),
    }
}

const END: &str = "-----END CERTIFICATE-----";

fn at(path: &Path) -> impl Fn(io::Error) -> KeyStoreError {
    let path = path.to_owned();
    move |error| KeyStoreError::File { path: path.clone(), kind: error.kind() }
}
