//! What is signed and who signs it: the same files, keys and certificates for ours and for the peers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use countersign_keys::{Kind, SoftwareKey};
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::sign::{SignatureRequest, SigningDate, sign, sign_with_timestamp};
use countersign_pdf::timestamp::{TimestampSource, TimestampUnavailable, timestamp};
use countersign_pdf::{DifferencePolicy, Document, PdfReport, verify};
use countersign_signature::ades::{self, Constraints, Rules, Trust};
use countersign_signature::timestamp::{
    MessageImprint, StampFacts, TimestampRequest, TimestampToken, grant, read_response,
};
use countersign_signature::{Anchor, Signer as _, ValidationData};
use countersign_testkit::Pki;

/// Bytes of a page with some words, as a letter has them.
pub const SMALL: usize = 3_900;
/// Bytes of a scanned contract with its annexes.
pub const LARGE: usize = 50_000_000;

/// A chain of three, a timestamp authority, lists of now.
pub struct World {
    pub root: SoftwareKey,
    pub signer: SoftwareKey,
    tsa: SoftwareKey,
    data: ValidationData,
    now: i64,
}

impl World {
    pub fn new(kind: Kind) -> Result<Self> {
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? - 600;
        let pki = Pki::new("bench");
        let root = pki.root("root", "CN=Root,O=Kravonia");
        let ca = pki.intermediate("ca", "CN=Authority,O=Kravonia", &root, Some(0));
        let signer = pki.of(kind).person("berg", "CN=Berg,O=Kravonia", &ca);
        // RSA, since pyHanko's authority in the same process knows nothing else.
        let tsa = pki.of(Kind::Rsa2048).timestamp_authority("tsa", "CN=Timestamps,O=Kravonia", &ca);
        let keys = [&root, &ca, &signer, &tsa];
        let certificates = keys.into_iter().map(|key| key.certificate().clone()).collect();
        let crls = vec![pki.crl(&root, now + 60, &[]), pki.crl(&ca, now + 60, &[])];
        let data = ValidationData { certificates, crls, ocsps: Vec::new() };
        Ok(Self { root, signer, tsa, data, now })
    }

    fn request(&self) -> Result<SignatureRequest<'static>> {
        Ok(SignatureRequest::new(SigningDate::utc(self.now)?))
    }

    /// Level B-B: the file is opened, signed, and what is appended comes out.
    pub fn sign(&self, file: &[u8]) -> Result<Vec<u8>> {
        Ok(sign(&Document::read(file)?, &self.request()?, &self.signer)?.into_added())
    }

    /// Level B-LTA: signature, timestamp, validation data, timestamp over all. The authority is in the same process.
    pub fn archive(&self, file: &[u8]) -> Result<Vec<u8>> {
        let mut file = file.to_vec();
        let signed =
            sign_with_timestamp(&Document::read(&file)?, &self.request()?, &self.signer, &Stamps(self))?;
        let added = signed.into_added();
        file.extend(added);
        let evidence = [Evidence { field: "Signature1", data: &self.data }];
        let added = add_validation_data(&Document::read(&file)?, &evidence)?.into_added();
        file.extend(added);
        let added = timestamp(&Document::read(&file)?, None, &Stamps(self))?.into_added();
        file.extend(added);
        Ok(file)
    }

    /// Everything about a signed file: bytes, key, path, revocation, timestamps, changes.
    pub fn verify(&self, file: &[u8]) -> Result<PdfReport> {
        let anchors = vec![Anchor::from(self.root.certificate().clone())];
        let trust = Trust { signers: anchors.clone(), timestamps: anchors };
        let constraints = Constraints::default();
        let collected = ades::Evidence { crls: self.data.crls.clone(), ..ades::Evidence::default() };
        let rules =
            Rules { trust: &trust, constraints: &constraints, collected: &collected, at: self.now + 600 };
        Ok(verify(file, &rules, DifferencePolicy::default())?)
    }

    /// Keys, certificates and lists for the peers.
    pub fn write(&self, dir: &Path, name: &str) -> Result<()> {
        let key = self.signer.private_key().to_pem(None)?;
        fs::write(dir.join(format!("{name}.key")), key.as_bytes())?;
        fs::write(dir.join(format!("{name}.pem")), self.signer.certificate().to_pem())?;
        fs::write(dir.join("tsa.key"), self.tsa.private_key().to_pem(None)?.as_bytes())?;
        fs::write(dir.join("tsa.pem"), self.tsa.certificate().to_pem())?;
        fs::write(dir.join("root.pem"), self.root.certificate().to_pem())?;
        let above: String = self.signer.chain().iter().map(|above| above.to_pem()).collect();
        fs::write(dir.join("chain.pem"), above)?;
        for (number, list) in self.data.crls.iter().enumerate() {
            fs::write(dir.join(format!("{number}.crl")), list)?;
        }
        Ok(())
    }
}

/// The timestamp authority, in the same process.
struct Stamps<'w>(&'w World);

impl TimestampSource for Stamps<'_> {
    fn token(&self, imprint: &MessageImprint) -> Result<TimestampToken, TimestampUnavailable> {
        let gone = |error: &dyn std::fmt::Display| TimestampUnavailable { reason: error.to_string() };
        let request = TimestampRequest::new(imprint.clone(), [7; 8]);
        let policy = "1.3.6.1.4.1.32473.3161".parse().map_err(|error| gone(&error))?;
        let facts = StampFacts { at: self.0.now + 30, serial: 7, policy, accuracy: 1 };
        let answer = grant(&request, &facts, &self.0.tsa).map_err(|error| gone(&error))?;
        read_response(&request, &answer).map_err(|error| gone(&error))
    }
}

/// One page with some words, and an attachment that makes the file as large as asked.
pub fn pdf(length: usize) -> Vec<u8> {
    let words = "BT /F 11 Tf 72 770 Td 14 TL (Treaty between Kravonia and Ruritania) Tj T* ET";
    let mut filler = Vec::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while filler.len() + 900 < length {
        // Noise, as a scanned page is once it is compressed.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        filler.extend(state.to_le_bytes());
    }
    let objects: [Vec<u8>; 6] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> /PieceInfo << /Scan << /LastModified (D:20260424) /Private 6 0 R >> >> >>".to_vec(),
        stream(words.as_bytes()),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
        stream(&filler),
    ];
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("xref\n0 7\n0000000000 65535 f \n");
    for (number, object) in (1..).zip(objects) {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        out.extend(format!("{number} 0 obj\n").into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    let tail = format!("{table}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.extend(tail.into_bytes());
    out
}

fn stream(data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}
