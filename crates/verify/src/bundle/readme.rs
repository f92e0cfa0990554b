//! `README.txt`: how to verify without this product.

use super::Bundle;
use std::fmt::Write;

/// The text that [`super::write`] puts into a bundle: ASCII; every indented line is a command that works in a POSIX shell.
///
/// No text from outside stands in a command, and the title and id appear in printable ASCII alone.
#[must_use]
pub fn readme(bundle: &Bundle) -> String {
    let Bundle { manifest, acts, documents, trust, .. } = bundle;
    let mut text = String::from(TITLE);
    let (id, title) = (printable(&manifest.id), printable(&manifest.title));
    // Writing to a String does not fail.
    let _ = writeln!(text, "Dossier {id}: {title}\n{} acts, {} documents", acts.len(), documents.len());
    text.push_str(UNALTERED);
    text.push_str(if trust.keys().any(|name| is_pem(name)) { SIGNED_SEEN } else { SIGNED_OWN });
    text.push_str(EXPIRED);
    let stamped = acts.iter().any(|act| act.tsr.is_some());
    if stamped {
        text.push_str(STAMPED);
    }
    let _ = write!(text, "\n{}. {BINDING}", if stamped { 4 } else { 3 });
    text
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}

fn is_pem(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending == "pem")
}

const TITLE: &str = "A DOSSIER, AND HOW TO VERIFY IT WITHOUT THE PROGRAM THAT WROTE IT

";

const UNALTERED: &str = r#"
This text is signed by nobody. What counts are the acts: each acts/NNNN-ID.json was signed by the
person it names, and acts/NNNN-ID.p7s is that signature. Unpack, then work in the new folder:

    unzip -n NAME.dossier -d dossier
    cd dossier

1. NOTHING WAS ALTERED. The names of acts and documents hold their SHA-256. Every line must say OK:

    for f in acts/*.json documents/*; do if [ -f "$f" ]; then n=${f##*/}; n=${n%%.*}; echo "${n##*-}  $f"; fi; done | sha256sum -c

2. WHO SIGNED. With openssl 3; for every act it must say "CMS Verification successful":

"#;

const SIGNED_SEEN: &str = r#"    cat trust/*.pem > seen.pem
    for f in acts/*.json; do echo "$f"; openssl cms -verify -binary -inform DER -in "${f%.json}.p7s" -content "$f" -CAfile seen.pem -purpose any -out /dev/null; done

   The file after -CAfile decides whom you believe, and what lies in trust/ merely came with this file.
   Compare fingerprints with those that you were given in another way:

    for f in trust/*.pem; do openssl x509 -in "$f" -noout -subject -fingerprint -sha256; done

"#;

const SIGNED_OWN: &str = r#"    for f in acts/*.json; do echo "$f"; openssl cms -verify -binary -inform DER -in "${f%.json}.p7s" -content "$f" -CAfile YOURS.pem -purpose any -out /dev/null; done

   YOURS.pem holds the certificate authorities that you believe. None came with this file.

"#;

const EXPIRED: &str =
    "   When a signer's certificate has expired since, add -attime and the signing time in unix seconds.
";

const STAMPED: &str = r#"
3. WHEN. acts/NNNN-ID.tsr is an authority's timestamp (RFC 3161) over the signature value in the .p7s, its
   last OCTET STRING: the act is not later than that. For each it must say "Verification: OK"; the file
   after -CAfile holds the timestamp authorities that you believe:

    for f in acts/*.tsr; do p="${f%.tsr}.p7s"; o=$(openssl asn1parse -inform DER -in "$p" | awk -F: '/OCTET STRING/{o=$1+0} END{print o}'); openssl asn1parse -inform DER -in "$p" -strparse "$o" -noout -out value.bin; openssl ts -verify -in "$f" -data value.bin -CAfile AUTHORITIES.pem; done
"#;

const BINDING: &str =
    "WHETHER IT BINDS. That a key signed does not say that its holder may bind anybody. Who may do what
   is written in maps/, what was agreed in terms/ and documents/. With the program:

    countersign verify NAME.dossier --policy YOURS.policy
";
