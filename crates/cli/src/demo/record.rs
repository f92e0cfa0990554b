//! The home that a demo plays in: a real record, witnessed by each side, all in one process.

use std::path::Path;
use std::sync::Arc;

use countersign_authority::model::name::PartyId;
use countersign_keys::{KeyName, NoteKey};
use countersign_peer::witness::register::{Register, Witnessed};
use countersign_store::witnesses::{Answer, Request, Silence, Witnesses};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::note::{self, SignatureLine, SignatureType, Signer as _};
use countersign_tlog::policy::Policy;
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::AddCheckpoint;
use countersign_verify::bundle::Manifest;

use super::broken;
use crate::exit::Failure;
use crate::home::{self, Home, New};
use crate::recorded::Recorded;
use crate::shell::Shell;

/// The home and its dossier, and the lines with which a policy trusts record and witnesses.
pub(super) struct Play {
    pub(super) dossier: Recorded,
    pub(super) lines: String,
}

/// One witness for each party, with its register on disk as a witness that serves has it.
struct Sides {
    policy: Policy,
    witnesses: Vec<(Register, NoteKey)>,
    now: Timestamp,
}

/// Makes home, witnesses and dossier in a folder.
pub(super) fn play(dir: &Path, manifest: &Manifest, shell: &Shell) -> Result<Play, Failure> {
    let mut witnesses = Vec::new();
    let mut policy = String::new();
    let mut names = Vec::new();
    for party in &manifest.parties {
        let name = format!("{}.example/witness", party.to_lowercase());
        let (register, key) = witness(&dir.join("witnesses").join(party.to_lowercase()), &name)?;
        policy.push_str(&format!("witness {name} {}\n", key.key()));
        names.push(name);
        witnesses.push((register, key));
    }
    policy.push_str(&format!("group sides all {}\nquorum sides\n", names.join(" ")));
    let parties: Result<Vec<PartyId>, _> = manifest.parties.iter().map(|party| PartyId::new(party)).collect();
    let parties = parties.map_err(broken)?;
    let keeper = parties.last().map(ToString::to_string).unwrap_or_default().to_lowercase();
    let new = New {
        dir: dir.join("home"),
        parties,
        origin: Some(note::KeyName::new(&format!("{keeper}.example/record")).map_err(broken)?),
        witnesses: policy.clone(),
        encrypted: false,
    };
    let made = home::create(&new, |_| Ok(()))?;
    let mut lines = format!("\ntrust record \"{}\"\n", made.verifier);
    for (register, key) in &witnesses {
        register.add_log(&made.verifier, None).map_err(broken)?;
        lines.push_str(&format!("trust witness \"{}\"\n", key.key()));
    }
    let policy =
        Policy::read(policy.as_bytes()).and_then(|policy| policy.with_log(made.verifier)).map_err(broken)?;
    let sides = Sides { policy, witnesses, now: Shell::unix_now() };
    let home = Home::at(&new.dir)?.witnessed_by(Arc::new(sides));
    Ok(Play { dossier: Recorded::create(home, manifest, shell.now())?, lines })
}

fn witness(dir: &Path, name: &str) -> Result<(Register, NoteKey), Failure> {
    let file = KeyName::new("witness").map_err(broken)?;
    let name = note::KeyName::new(name).map_err(broken)?;
    let key = NoteKey::create(dir, &file, SignatureType::CosignatureV1, |_| name, None).map_err(broken)?;
    let register = Register::open(dir, None, key.key()).map_err(broken)?;
    Ok((register, key))
}

impl Sides {
    /// What goes over HTTP elsewhere.
    fn one(
        &self,
        register: &Register,
        key: &NoteKey,
        request: &Request<'_>,
    ) -> Result<Vec<SignatureLine>, Silence> {
        let garbage = |reason: String| Silence::Garbage { reason };
        let origin = request.checkpoint().checkpoint().origin();
        let last = register.cosigned_last(origin).map_err(|error| garbage(error.to_string()))?;
        let old = last.map_or(TreeSize::ZERO, |last| last.checkpoint().size());
        let proof = request.consistency(old).ok_or_else(|| garbage("no proof".to_owned()))?;
        let asked = AddCheckpoint::new(old, proof, request.checkpoint().clone());
        match register.witness(&asked, key, self.now).map_err(|error| garbage(error.to_string()))? {
            Witnessed::Cosigned(line) => Ok(vec![line]),
            Witnessed::Refused { refusal, .. } => Err(garbage(refusal.to_string())),
        }
    }
}

impl Witnesses for Sides {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn ask(&self, request: &Request<'_>) -> Vec<Answer> {
        let answer = |(register, key): &(Register, NoteKey)| Answer {
            witness: key.key().clone(),
            said: self.one(register, key, request),
        };
        self.witnesses.iter().map(answer).collect()
    }
}
