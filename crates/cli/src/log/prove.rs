//! `countersign log prove SOURCE`: the proof that an entry is in a log.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use countersign_authority::model::name::Digest;
use countersign_peer::mirror::{Served, Unread, Upstream};
use countersign_store::dossiers::Dossiers as _;
use countersign_store::writer::CHECKPOINT;
use countersign_tlog::hash::{HASH_LENGTH, Hash};
use countersign_tlog::note::NOTE_MAX;
use countersign_tlog::proof::{InclusionProof, MakeError};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::spicy::TlogProof;
use countersign_tlog::tile::{ReadError, TILE_WIDTH, Tile, TileNodes, TilePath, TileSource as _};
use serde_json::json;

use super::source::{self, Progress, Shown};
use super::told;
use super::trust::{Trust, checkpoint_json, untrusted};
use super::verify::Entry;
use crate::exit::{Exit, Failure};
use crate::home::{self, Home, RECORD};
use crate::input;
use crate::shell::Shell;

/// What `log prove` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The proof is made of the log's tiles and checked before it is written. An entry that is given is
looked for, the newest first; only its leaf is compared.

Exit codes: 0 the proof is written · 1 no such entry, or a tile is missing or wrong · 3 the log can't be read,
or its checkpoint is signed by no key that was given · 2 usage"
)]
pub(super) struct Args {
    /// The log: the address of its folder (https://…), or the folder; the home's record where not given
    source: Option<String>,
    /// Which entry, counted from 0
    #[arg(long, conflicts_with_all = ["entry", "salt"])]
    index: Option<LeafIndex>,
    /// An act of the home: its number in --dossier, or its id
    #[arg(long = "of", value_name = "ACT", conflicts_with_all = ["index", "entry", "salt", "source"])]
    of: Option<String>,
    /// The dossier whose act is meant by its number
    #[arg(long, value_name = "DOSSIER", requires = "of")]
    dossier: Option<String>,
    #[command(flatten)]
    entry: Entry,
    /// The proof's file; INDEX.tlog-proof where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let made = match made(args) {
        Ok(made) => made,
        Err(Stop::Failure(failure)) => return Err(failure),
        Err(Stop::No(exit, why)) => {
            if shell.json {
                shell.print_json(&json!({"proof": null, "message": why}))?;
            } else {
                shell.print(&format!("no proof: {why}\n"))?;
            }
            return Ok(exit);
        }
    };
    let index = made.index();
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{index}.tlog-proof")));
    input::create(&path, made.file.to_string().as_bytes())?;
    if shell.json {
        shell.print_json(&json!({
            "proof": path.display().to_string(), "index": index.get(), "leaf": made.leaf.to_string(),
            "checkpoint": checkpoint_json(made.file.checkpoint()),
        }))?;
    } else {
        let size = made.file.checkpoint().checkpoint().size();
        shell.print(&format!("{}  entry {index} of {size}\n", path.display()))?;
    }
    Ok(Exit::Yes)
}

/// A proof that holds.
struct Made {
    leaf: Hash,
    file: TlogProof,
}

impl Made {
    fn index(&self) -> LeafIndex {
        self.file.index()
    }
}

/// Why there is no proof.
enum Stop {
    /// An answer: how it ends, and the words.
    No(Exit, String),
    /// What was given can't be used.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<ReadError<Unread>> for Stop {
    /// What can't be read may be there; what is missing or cut short is wrong.
    fn from(error: ReadError<Unread>) -> Self {
        match error {
            ReadError::Source { source, .. } => Self::No(Exit::Undetermined, source.to_string()),
            wrong => Self::No(Exit::No, format!("{wrong}; {FSCK}")),
        }
    }
}

/// Where a log's files are wrong.
const FSCK: &str = "`countersign log fsck` names what is wrong with a log";

fn made(args: &Args) -> Result<Made, Stop> {
    let policy = args.trust.policy()?;
    let leaf = args.entry.leaf()?;
    let (act, leaf) = match &args.of {
        None => (args.index, leaf),
        Some(of) => act(of, args.dossier.as_deref())?,
    };
    if leaf.is_none() && act.is_none() {
        let failure = Failure::usage("the proof of which entry?")
            .help("give --index N, --entry FILE, --salt FILE --act FILE --p7s FILE, or in a home --of ACT");
        return Err(failure.into());
    }
    let word = match &args.source {
        Some(word) => word.clone(),
        None => Home::needed()?.path(RECORD).display().to_string(),
    };
    let source = source::open(&word)?;
    let unread = |error: Unread| Stop::No(Exit::Undetermined, error.to_string());
    let bytes = source.fetch(CHECKPOINT, NOTE_MAX).map_err(unread)?;
    let checkpoint = source::read(&word, bytes)?;
    if let Some(Err(error)) = policy.as_ref().map(|policy| policy.evaluate(&checkpoint)) {
        return Err(Stop::No(untrusted(&error), format!("the checkpoint is not trusted: {}", told(&error))));
    }
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    let index = match (act, leaf) {
        (Some(index), _) => index,
        (None, leaf) => find(leaf, size, &*source)?
            .ok_or_else(|| Stop::No(Exit::No, format!("none of the {size} entries is that one")))?,
    };
    if index.get() >= size.get() {
        let why = match &args.of {
            Some(_) => format!(
                "the act is sequenced as entry {index}, and the published checkpoint has {size}: `countersign log witness` publishes it"
            ),
            None => format!("a log of {size} entries has no entry {index}: they count from 0"),
        };
        return Err(Stop::No(Exit::No, why));
    }
    let served = Served(&*source);
    let proof = match InclusionProof::make(index, size, &mut TileNodes::new(size, &served)) {
        Ok(proof) => proof,
        Err(MakeError::Read(error)) => return Err(error.into()),
        Err(error) => return Err(Stop::No(Exit::No, told(&error))),
    };
    let leaf = match leaf {
        Some(leaf) => leaf,
        None => leaf_at(index, size, &*source)?,
    };
    proof
        .verify(index, size, leaf, root)
        .map_err(|error| Stop::No(Exit::No, format!("a tile of the log is wrong: {error}; {FSCK}")))?;
    let file =
        TlogProof::new(index, proof, checkpoint, Vec::new()).map_err(|error| Failure::usage(told(&error)))?;
    Ok(Made { leaf, file })
}

/// An act's entry in the home's record.
fn act(word: &str, dossier: Option<&str>) -> Result<(Option<LeafIndex>, Option<Hash>), Failure> {
    let stores = Home::needed()?.stores()?;
    let unknown = || {
        Failure::usage(format!("there is no act `{word}` in the home"))
            .help("an act is named by its number with --dossier, or by its id: sha256:… or the 64 hex digits")
    };
    let recorded = match (dossier, word.parse::<u32>()) {
        (Some(dossier), Ok(number)) => {
            let after = number.checked_sub(1).ok_or_else(unknown)?;
            let acts = stores.store.acts(dossier, after, 1).map_err(home::ledger)?;
            acts.into_iter().find(|act| act.link.number == number)
        }
        _ => {
            let hex = word.strip_prefix("sha256:").unwrap_or(word);
            let id = Digest::parse(&format!("sha256:{hex}")).ok_or_else(unknown)?;
            stores.store.act(id).map_err(home::ledger)?
        }
    };
    let recorded = recorded.ok_or_else(unknown)?;
    Ok((Some(recorded.index), Some(Hash::leaf(recorded.link.act.as_bytes()))))
}

/// Looks through the level-0 tiles, the newest first.
fn find(leaf: Option<Hash>, size: TreeSize, source: &dyn Upstream) -> Result<Option<LeafIndex>, Stop> {
    let shown = Shown {
        source,
        progress: Progress::new(),
        prefix: "tile/0/",
        total: size.get(),
        read: AtomicU64::new(0),
    };
    for index in (0..size.get().div_ceil(TILE_WIDTH.into())).rev() {
        let Some(tile) = Tile::in_tree(0, index, size) else { continue };
        let leaves = leaves(tile, &shown)?;
        if let Some(at) = leaves.iter().position(|found| Some(*found) == leaf) {
            let index = index.saturating_mul(TILE_WIDTH.into()).saturating_add(at as u64);
            return Ok(LeafIndex::new(index).ok());
        }
    }
    Ok(None)
}

fn leaf_at(index: LeafIndex, size: TreeSize, source: &dyn Upstream) -> Result<Hash, Stop> {
    let width = u64::from(TILE_WIDTH);
    let at = usize::try_from(index.get() % width).unwrap_or(usize::MAX);
    let tile = Tile::in_tree(0, index.get() / width, size);
    let leaves = tile.map(|tile| leaves(tile, source)).transpose()?.unwrap_or_default();
    let none = || Stop::No(Exit::No, format!("the tile with leaf {index} is too short; {FSCK}"));
    leaves.get(at).copied().ok_or_else(none)
}

fn leaves(tile: Tile, source: &dyn Upstream) -> Result<Vec<Hash>, Stop> {
    let path = TilePath::Tile(tile);
    let bytes = Served(source).read(path).map_err(|source| ReadError::Source { path, source })?;
    let bytes = bytes.ok_or(ReadError::Missing { path })?;
    let expected = usize::from(tile.width()).saturating_mul(HASH_LENGTH);
    let (found, own) = (bytes.len(), bytes.get(..expected));
    let own = own.ok_or(ReadError::Length { path, expected, found })?;
    let (hashes, _) = own.as_chunks::<HASH_LENGTH>();
    Ok(hashes.iter().map(|hash| Hash::new(*hash)).collect())
}
