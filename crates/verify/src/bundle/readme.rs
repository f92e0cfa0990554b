//! `README.txt`: how to verify without this product.

use super::Bundle;
use std::fmt::Write;

/// The text that [`super::write`] puts into a bundle: ASCII; every indented line is a command that works in a POSIX shell.
///
/// No text from outside stands in a command, and the title and id appear in printable ASCII alone.
#[must_use]
pub fn readme(bundle: &Bundle) -> String {
    let Bundle { manifest, acts, documents, trust, records, .. } = bundle;
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
    let recorded = !records.is_empty();
    if recorded {
        let _ = write!(text, "\n{}. {RECORDED}", if stamped { 4 } else { 3 });
    }
    let _ = write!(text, "\n{}. {BINDING}", 3 + u8::from(stamped) + u8::from(recorded));
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

   trust/archive-NNNN.sha256, where there is one, lists everything that was there when trust/archive-NNNN.tsr
   was made over it: sha256sum -c reads the list, openssl ts -verify -data the list -in the .tsr its time.
"#;

/// One function for all proofs: the leaf is SHA-256(0x00, entry), the path is RFC 9162 §2.1.3.2.
const RECORDED: &str = r#"IN THE RECORD. A record is a log that can only grow. Each folder in records/ is of one: origin.txt names
   it; dossier.json names the one that numbers these acts. Its entry for an act is the SHA-256 of the salt,
   the act and the signature, one after another. acts/NNNN-ID.tlog-proof (c2sp.org/tlog-proof) holds the
   entry's index, the hashes beside its path in the Merkle tree (RFC 9162 section 2.1), and the log's signed
   size and root. Its entry for the dossier is the SHA-256 of the last line of links.jsonl, without the line
   end. For each the path must lead to the root; it must say "in the tree":

    tree() { d() { openssl dgst -sha256 -binary; }; i=$(sed -n 's/^index //p' "$1" | head -n 1); s=$(($(sed '1,/^$/d' "$1" | sed -n 2p) - 1)); r=$({ printf '\000'; cat; } | d | base64); for p in $(sed -n '/^index /,/^$/p' "$1" | sed '1d;$d'); do if [ $((i % 2)) = 1 ] || [ "$i" = "$s" ]; then r=$({ printf '\001'; echo "$p" | base64 -d; echo "$r" | base64 -d; } | d | base64); while [ $((i % 2)) = 0 ] && [ "$i" != 0 ]; do i=$((i / 2)); s=$((s / 2)); done; else r=$({ printf '\001'; echo "$r" | base64 -d; echo "$p" | base64 -d; } | d | base64); fi; i=$((i / 2)); s=$((s / 2)); done; if [ "$s" = 0 ] && [ "$r" = "$(sed '1,/^$/d' "$1" | sed -n 3p)" ]; then echo "$1: in the tree"; else echo "$1: NOT SHOWN"; fi; }; for f in acts/*.tlog-proof; do b=${f%.tlog-proof}; [ ! -f "$b.salt" ] || cat "$b.salt" "$b.json" "$b.p7s" | openssl dgst -sha256 -binary | tree "$f"; done; for f in records/*/head.tlog-proof; do [ ! -f "$f" ] || tail -n 1 "${f%/*}/links.jsonl" | tr -d '\n' | openssl dgst -sha256 -binary | tree "$f"; done; for f in records/*/*.salt; do [ -f "$f" ] || continue; n=${f##*/}; b=$(echo acts/*-"${n%.salt}".json); cat "$f" "$b" "${b%.json}.p7s" | openssl dgst -sha256 -binary | tree "${f%.salt}.tlog-proof"; done

   Each line of links.jsonl names the line before by its SHA-256, so the last line fixes how many acts there
   are and what each is; numbers without an act were left out of this file. It must say "unbroken":

    for f in records/*/links.jsonl; do p=null; w=unbroken; while IFS= read -r l; do case $l in *"\"previous\":$p,"*) ;; *) w=BROKEN ;; esac; p="\"sha256:$(printf %s "$l" | sha256sum | cut -c1-64)\""; done < "$f"; echo "$f: $w"; done

   The root counts if you believe the key that signed it: the text after the first empty line of a proof is
   a note (c2sp.org/signed-note, tlog-checkpoint); below it each line is a signature in Ed25519, base64 of 4
   bytes that name the key and 64 of signature, over the three lines above with their line ends. The first
   is the log's; witnesses who saw the same tree sign that and a time (c2sp.org/tlog-cosignature).
"#;

const BINDING: &str =
    "WHETHER IT BINDS. That a key signed does not say that its holder may bind anybody. Who may do what
   is written in maps/, what was agreed in terms/ and documents/. With the program:

    countersign verify NAME.dossier --policy YOURS.policy
";
