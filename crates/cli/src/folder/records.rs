//! What records have on a dossier, in a working folder: the files of a bundle, unpacked.

use std::collections::BTreeMap;
use std::fs;

use countersign_agreement::record::{ENTRY_LENGTH, Link, Salt};
use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_tlog::checkpoint::Origin;
use countersign_verify::bundle::{Bundle, BundledProof, BundledRecord};

use super::Folder;
use crate::exit::Failure;

impl Folder {
    /// Each record's folder.
    pub(super) fn records(&self) -> Result<BTreeMap<Origin, BundledRecord>, Failure> {
        let mut records = BTreeMap::new();
        let Ok(entries) = fs::read_dir(self.dir.join("records")) else { return Ok(records) };
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let (origin, record) = self.record(&name)?;
            records.insert(origin, record);
        }
        Ok(records)
    }

    fn record(&self, name: &str) -> Result<(Origin, BundledRecord), Failure> {
        let mut files = self.part(&format!("records/{name}"))?;
        let wrong = |file: &str, what: String| Failure::usage(format!("records/{name}/{file}: {what}"));
        let origin = files.remove("origin.txt").unwrap_or_default();
        let origin = String::from_utf8_lossy(&origin).into_owned();
        let origin =
            Origin::new(origin.trim_end()).map_err(|error| wrong("origin.txt", error.to_string()))?;
        let mut record = BundledRecord { head: files.remove("head.tlog-proof"), ..BundledRecord::default() };
        for line in files.remove("links.jsonl").unwrap_or_default().split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                let link = Link::read(line).map_err(|error| wrong("links.jsonl", error.to_string()))?;
                record.links.push(link);
            }
        }
        for (file, bytes) in files {
            let (id, ending) = file.split_once('.').unwrap_or((&file, ""));
            let id = Digest::parse(&format!("sha256:{id}"))
                .ok_or_else(|| wrong(&file, "not named by an act's id".to_owned()))?;
            let act: &mut BundledProof = record.acts.entry(id).or_default();
            if ending == "salt" {
                let salt: [u8; ENTRY_LENGTH] =
                    bytes.try_into().map_err(|_| wrong(&file, format!("a salt has {ENTRY_LENGTH} bytes")))?;
                act.salt = Some(Salt::new(salt));
            } else {
                act.tlog_proof = Some(bytes);
            }
        }
        Ok((origin, record))
    }

    /// Lays a bundle out as a folder that has its manifest and nothing else yet.
    pub(crate) fn unpack(&self, bundle: &Bundle) -> Result<(), Failure> {
        for (origin, record) in &bundle.records {
            let short: String = sha256(origin.as_str().as_bytes()).hex().chars().take(16).collect();
            let at = |file: &str| format!("records/{short}/{file}");
            let dir = self.dir.join("records").join(&short);
            fs::create_dir_all(&dir).map_err(|error| Failure::File { path: dir, error })?;
            self.write(&at("origin.txt"), format!("{origin}\n").as_bytes())?;
            let lines: Vec<u8> =
                record.links.iter().flat_map(|link| [link.canonical(), b"\n".to_vec()].concat()).collect();
            self.write(&at("links.jsonl"), &lines)?;
            if let Some(head) = &record.head {
                self.write(&at("head.tlog-proof"), head)?;
            }
            for (id, act) in &record.acts {
                if let Some(proof) = &act.tlog_proof {
                    self.write(&at(&format!("{}.tlog-proof", id.hex())), proof)?;
                }
                if let Some(salt) = &act.salt {
                    self.write(&at(&format!("{}.salt", id.hex())), salt.as_bytes())?;
                }
            }
        }
        for act in &bundle.acts {
            let salt = act.salt.as_ref().map(|salt| salt.as_bytes().to_vec());
            let files = [
                ("p7s", Some(&act.p7s)),
                ("tlog-proof", act.tlog_proof.as_ref()),
                ("salt", salt.as_ref()),
                ("tsr", act.tsr.as_ref()),
                ("json", Some(&act.json)),
            ];
            for (ending, bytes) in files {
                if let Some(bytes) = bytes {
                    self.write(&format!("acts/{:04}-{}.{ending}", act.number, act.id.hex()), bytes)?;
                }
            }
        }
        for (digest, (extension, bytes)) in &bundle.documents {
            self.write(&format!("documents/{}.{extension}", digest.hex()), bytes)?;
        }
        for (folder, files) in [("maps", &bundle.maps), ("terms", &bundle.terms), ("trust", &bundle.trust)] {
            for (name, bytes) in files {
                self.write(&format!("{folder}/{name}"), bytes)?;
            }
        }
        Ok(())
    }
}
