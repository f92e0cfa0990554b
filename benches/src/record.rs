//! The record as it is kept: integration beside the hashes that it needs, acknowledged acts beside what the same disk can sync
//! and write, what lies on it afterwards, and how long a killed process takes to be there again. Limits are measured in the
//! same run; every answer is checked.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use anyhow::{Context, Result, bail, ensure};
use countersign_agreement::record::{Commitment, Salt};
use countersign_agreement::signed::id_of;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::time::Instant;
use countersign_store::directory::Directory;
use countersign_store::dossiers::{Dossier, Dossiers as _, Store};
use countersign_store::ledger::{Admission, Ledger as _, Tree};
use countersign_store::memory::Memory;
use countersign_store::objects::{self, Objects, Tiles};
use countersign_store::receipt::prove;
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::witnesses::Nobody;
use countersign_store::writer::{CHECKPOINT, Parts, Publisher, Writer};
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::proof::InclusionProof;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::spicy::TlogProof;
use countersign_tlog::tile::{Bundle, Edge, TilePath, tile_bytes, write_bundle};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::estimates::Row;

const ORIGIN: &str = "kravonia.example/record";
/// Acts of a batch.
const BATCH: usize = 1_000;
const BATCHES: usize = 60;
/// Act and signature together: the class that logs are measured with. A real signature with its certificates is a kilobyte more.
const ACT: usize = 192;
const SIGNATURE: usize = 64;

pub fn rows() -> Result<Vec<Row>> {
    let mut rows = integration()?;
    rows.extend(ingest()?);
    rows.push(proof_file()?);
    rows.extend(generated()?);
    Ok(rows)
}

/// `record fill DIR` acknowledges acts and dies; `record restart DIR` is there again, and says after how many milliseconds.
pub fn child(verb: &str, folder: &Path) -> Result<()> {
    match verb {
        "fill" => {
            let (store, publisher) = home(folder)?;
            publish_after(&*store, publisher, 0, 20)?;
            std::process::abort()
        }
        "restart" => {
            let start = Clock::now();
            let (store, _) = home(folder)?;
            let milliseconds = start.elapsed().as_secs_f64() * 1e3;
            println!("{milliseconds} {}", store.head()?.published_size());
            Ok(())
        }
        other => bail!("no verb {other}"),
    }
}

/// The processor's part: entries that are sequenced become tiles and bundles in memory.
fn integration() -> Result<Vec<Row>> {
    const ENTRIES: usize = 100_000;
    let (mut ours, mut bound) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let mut publisher = opened(store.clone(), Arc::new(objects::Memory::new()))?;
        let seat = store.head()?.seat;
        for batch in 0..ENTRIES / BATCH {
            store.sequence(seat, &acts(batch))?;
        }
        let size = store.head()?.sequenced;
        let start = Clock::now();
        let published = publisher.publish()?;
        ours.push(start.elapsed().as_secs_f64() / size.get() as f64);
        ensure!(Tree::of(published.checkpoint()).size == size, "all of it is published");
        let start = Clock::now();
        hashes(size.get());
        bound.push(start.elapsed().as_secs_f64() / size.get() as f64);
    }
    let (ours, bound) = (median(ours), median(bound));
    Ok(vec![
        Row::rate("record: integrate, of the SHA-256 bound of leaves and nodes", bound / ours, "×", 0.8),
        Row { more: true, ..Row::ours("record: entries integrated in memory", 1e-6 / ours, "M/s", None) },
    ])
}

/// A leaf of 32 bytes and a node for each entry, and nothing else.
fn hashes(count: u64) {
    let mut node = [1; 65];
    let mut leaf = [0; 33];
    for number in 0..count {
        leaf[1..9].copy_from_slice(&number.to_be_bytes());
        black_box(Sha256::digest(black_box(&leaf)));
        let hash: [u8; 32] = Sha256::digest(black_box(&node)).into();
        node[1..33].copy_from_slice(&hash);
    }
}

/// Acts acknowledged and published on a disk, beside what the disk can do.
fn ingest() -> Result<Vec<Row>> {
    let folder = Scratch::new("ingest")?;
    let (store, publisher) = home(&folder.0)?;
    let seat = store.head()?.seat;
    let batches: Vec<_> = (0..BATCHES).map(acts).collect();
    let start = Clock::now();
    for batch in &batches {
        store.sequence(seat, batch)?;
    }
    let acknowledged = (BATCHES * BATCH) as f64 / start.elapsed().as_secs_f64();
    let start = Clock::now();
    let published = publish_after(&*store, publisher, BATCHES, BATCHES)?;
    let whole = (BATCHES * BATCH) as f64 / start.elapsed().as_secs_f64();

    let record = Directory::open(&folder.0.join("record"))?;
    let tree = Tree::of(&published);
    ensure!(matches!(fsck(tree.size, tree.root, &Tiles(&record))?, Findings::Sound(_)), "it is sound");
    let last = batches.last().and_then(|batch| batch.last()).context("an act")?;
    let kept = store.act(last.id)?.context("it was kept")?;
    prove(&record, &published, kept.index, Hash::leaf(last.entry.as_bytes()))?;

    // What an act comes to on the disk, once: its row and its entry.
    let bytes = (last.json.len() + last.p7s.len() + 2 * 32) as f64;
    let (syncs, sequential) = (syncs_a_second(&folder.0)?, bytes_a_second(&folder.0)?);
    let limit = (syncs * BATCH as f64).min(sequential / bytes);
    Ok(vec![
        Row {
            more: true,
            ..Row::ours("record: acts acknowledged, durable, batches of 1,000", acknowledged, "/s", None)
        },
        Row::rate("record: acts acknowledged, of min(syncs × 1,000, disk)", acknowledged / limit, "×", 0.8),
        Row {
            more: true,
            ..Row::ours("record: acts acknowledged and published, each batch", whole, "/s", None)
        },
        Row { more: true, ..Row::ours("record: limit of that disk, syncs", syncs, "/s", None) },
        Row {
            more: true,
            ..Row::ours("record: limit of that disk, written in a row", sequential / 1e6, "MB/s", None)
        },
    ])
}

/// Sequences batches and publishes after each; gives the last checkpoint.
fn publish_after(
    store: &dyn Store,
    mut publisher: Publisher,
    from: usize,
    count: usize,
) -> Result<SignedCheckpoint> {
    let seat = store.head()?.seat;
    let mut last = None;
    for batch in from..from + count {
        store.sequence(seat, &acts(batch))?;
        last = Some(publisher.publish()?);
    }
    Ok(last.context("something was published")?.checkpoint().clone())
}

fn syncs_a_second(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("syncs"))?;
    let start = Clock::now();
    let mut syncs = 0;
    while start.elapsed() < Duration::from_secs(2) {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        syncs += 1;
    }
    Ok(f64::from(syncs) / start.elapsed().as_secs_f64())
}

fn bytes_a_second(folder: &Path) -> Result<f64> {
    let chunk = vec![7; 1 << 20];
    let mut file = File::create(folder.join("sequential"))?;
    let start = Clock::now();
    for _ in 0..256 {
        file.write_all(&chunk)?;
    }
    file.sync_data()?;
    Ok((256 << 20) as f64 / start.elapsed().as_secs_f64())
}

/// A proof file at a million entries, with three witnesses.
fn proof_file() -> Result<Row> {
    let mut checkpoint =
        Checkpoint::new(Origin::new(ORIGIN)?, TreeSize::new(1_000_000)?, Hash::leaf(b"root"))
            .sign(&Key::seal()?)?;
    for witness in ["witness.one.example/w1", "witness.two.example/w2", "witness.three.example/w3"] {
        let key = Key::new(witness, SignatureType::CosignatureV1)?;
        let line = cosign(checkpoint.checkpoint(), &key, Timestamp::new(1_777_629_600)?)?;
        checkpoint.add([line])?;
    }
    // Twenty hashes lead from one of a million leaves to the root.
    let proof = InclusionProof::new((0..20_u8).map(|at| Hash::leaf(&[at])).collect())?;
    let file = TlogProof::new(LeafIndex::new(699_050)?, proof, checkpoint, Vec::new())?.to_string();
    Ok(Row::ours(
        "record: proof file, 1,000,000 entries, 3 witnesses",
        file.len() as f64,
        "bytes",
        Some(1_600.0),
    ))
}

/// Logs that were generated, of a million and of ten million entries: what they take on disk, and a killed process over them.
fn generated() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, size) in [("1,000,000", 1_000_000), ("10,000,000", 10_000_000)] {
        let folder = Scratch::new("generated")?;
        let checkpoint = generate(&folder.0.join("record"), size)?;
        let store = ledger(&folder.0)?;
        store.adopt(store.take_seat()?, Tree::EMPTY, &checkpoint, &[])?;
        drop(store);
        let on_disk = bytes_of(&folder.0.join("record"))? as f64 / size as f64;
        rows.push(Row::ours(
            &format!("record: bytes per entry of 32 after tidying, {name} entries"),
            on_disk,
            "bytes",
            Some(67.0),
        ));

        // Twenty thousand acts more, and killed with its write-ahead log not yet in the database.
        let own = std::env::current_exe()?;
        let filled = Command::new(&own).arg("record").arg("fill").arg(&folder.0).output()?;
        ensure!(!filled.status.success(), "it was to die");
        let mut times = Vec::new();
        for _ in 0..5 {
            let output = Command::new(&own).arg("record").arg("restart").arg(&folder.0).output()?;
            let text = String::from_utf8(output.stdout)?;
            let (milliseconds, published) = text.trim().split_once(' ').context("two numbers")?;
            ensure!(
                published.parse::<u64>()? == size + 20 * (BATCH as u64 + 1),
                "nothing is lost: {published}"
            );
            times.push(milliseconds.parse()?);
        }
        // The first finds what the killed one left.
        let first = times.first().copied().context("a first")?;
        rows.push(Row::ours(
            &format!("record: there again after being killed, {name} entries"),
            first,
            "ms",
            Some(1_000.0),
        ));
    }
    Ok(rows)
}

/// Writes all tiles and bundles of a log, as integration does, and its checkpoint.
fn generate(record: &Path, size: u64) -> Result<SignedCheckpoint> {
    fs::create_dir_all(record)?;
    let mut edge = Edge::new();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut first = 0;
    while first < size {
        let width = 256.min(size - first);
        let entries: Vec<[u8; 32]> =
            (first..first + width).map(|number| Sha256::digest(number.to_be_bytes()).into()).collect();
        for entry in &entries {
            edge.append(Hash::leaf(entry), |tile, hashes| {
                files.push((TilePath::from(tile).to_string(), tile_bytes(hashes)));
            })?;
        }
        let bundle = Bundle::new(first / 256, u16::try_from(width)?)?;
        files.push((
            TilePath::from(bundle).to_string(),
            write_bundle(bundle, entries.iter().map(|entry| &entry[..]))?,
        ));
        first += width;
        write(record, &mut files)?;
    }
    files.extend(
        edge.partial_tiles().map(|(tile, hashes)| (TilePath::from(tile).to_string(), tile_bytes(hashes))),
    );
    write(record, &mut files)?;
    let checkpoint = Checkpoint::new(Origin::new(ORIGIN)?, edge.size(), edge.root()).sign(&Key::seal()?)?;
    fs::write(record.join(CHECKPOINT), checkpoint.to_string())?;
    Ok(checkpoint)
}

fn write(record: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for (name, bytes) in files.drain(..) {
        let path = record.join(name);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn bytes_of(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        sum += if entry.file_type()?.is_dir() { bytes_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(sum)
}

/// A batch of acts of which each is another; checking signatures is measured elsewhere.
fn acts(batch: usize) -> Vec<Admission> {
    let p7s = vec![7; SIGNATURE];
    (batch * BATCH..(batch + 1) * BATCH)
        .map(|number| {
            let mut json = format!("{{\"number\":{number},\"says\":\"").into_bytes();
            json.resize(ACT - 2, b'.');
            json.extend_from_slice(b"\"}");
            let salt = Salt::new(Sha256::digest(number.to_be_bytes()).into());
            Admission {
                dossier: "bench".into(),
                id: id_of(&json),
                entry: Commitment::of(&salt, &json, &p7s),
                json,
                p7s: p7s.clone(),
                salt,
                visibility: Visibility::Parties,
                bears: true,
            }
        })
        .collect()
}

fn home(folder: &Path) -> Result<(Arc<Sqlite>, Publisher)> {
    let store = Arc::new(ledger(folder)?);
    let publisher = opened(store.clone(), Arc::new(Directory::make(&folder.join("record"))?))?;
    Ok((store, publisher))
}

fn ledger(folder: &Path) -> Result<Sqlite> {
    fs::create_dir_all(folder)?;
    let path = folder.join("countersign.db");
    Ok(if path.exists() {
        Sqlite::open(&path, &Access::default())?
    } else {
        Sqlite::create(&path, &Access::default())?
    })
}

fn opened(store: Arc<dyn Store>, objects: Arc<dyn Objects>) -> Result<Publisher> {
    store.open(&Dossier {
        id: "bench".into(),
        title: "Bench".to_owned(),
        parties: vec!["RUR".to_owned(), "KRA".to_owned()],
        created: Instant(1_767_225_600_000_000_000),
    })?;
    let parts =
        Parts { ledger: store, objects, seal: Arc::new(Key::seal()?), witnesses: Arc::new(Nobody::new()?) };
    Ok(Writer::open(parts)?.split().1)
}

/// A key made from its name.
struct Key {
    key: VerifierKey,
    secret: SigningKey,
}

impl Key {
    fn seal() -> Result<Self> {
        Self::new(ORIGIN, SignatureType::Ed25519)
    }

    fn new(name: &str, kind: SignatureType) -> Result<Self> {
        let secret = SigningKey::from_bytes(&Sha256::digest(name).into());
        let key = VerifierKey::new(KeyName::new(name)?, kind, secret.verifying_key().as_bytes())?;
        Ok(Self { key, secret })
    }
}

impl Signer for Key {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Refused> {
        Ok(self.secret.sign(message).to_bytes())
    }
}

/// A folder on the disk that the workspace is on, gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(format!("record-{name}"));
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is removed by the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
