//! `countersign witness …`: says of other people's records that it has seen them only grow.

mod log;
mod serve;

use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_keys::{KeyName, NoteKey, NoteKeyError};
use countersign_notation::time::rfc3339;
use countersign_peer::witness::register::{MARK_FILE, REGISTER_FILE, Register, RegisterError, ResumeError};
use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::note::{self, SignatureType, Signer as _, VerifierKey};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::{input, keys};

/// Where a witness answers unless told otherwise.
const LISTEN: &str = "127.0.0.1:8890";

/// What its key's files are called.
const KEY: &str = "witness";

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Without a command: answers requests until stopped (SIGTERM, Ctrl-C); makes a key at the first run."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print the key that others check cosignatures with, and the line for their policies
    Key(serve::Args),
    /// Which logs are witnessed
    #[command(subcommand)]
    Log(log::Verb),
    /// Print both checkpoints of every log that signed two histories; exit code 1 where there are any
    Forks(Place),
    /// Write a copy of the register while the witness runs; it is not served from until it is resumed
    Backup(Backup),
    /// Go on from an old register, led by checkpoints that carry this witness's own cosignature
    Resume(Resume),
}

/// Where a witness's files lie.
#[derive(Debug, Clone, clap::Args)]
struct Place {
    /// Where key and register lie; `countersign/witness` in the user's data folder where not given
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the mark lies that tells an old register; in DIR where not given. On another disk it tells more
    #[arg(long, value_name = "FILE")]
    mark: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Backup {
    /// The file to write
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Args)]
struct Resume {
    /// The latest checkpoint of each log, as it publishes it, with this witness's cosignature on it
    checkpoints: Vec<PathBuf>,
    /// A log that this witness's key never cosigned
    #[arg(long, value_name = "ORIGIN", value_parser = Origin::new)]
    never_cosigned: Vec<Origin>,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        None => serve::run(&args.serve, shell),
        Some(Verb::Key(args)) => serve::key(args, shell),
        Some(Verb::Log(verb)) => log::run(verb, shell),
        Some(Verb::Forks(place)) => forks(place, shell),
        Some(Verb::Backup(args)) => backup(args, shell),
        Some(Verb::Resume(args)) => resume(args, shell),
    }
}

impl Place {
    fn dir(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| keys::data_folder().join("witness"))
    }

    /// The key, made at the first run with a name: the one given, else one that follows from the key.
    fn key(&self, named: Option<&note::KeyName>, shell: &Shell) -> Result<NoteKey, Failure> {
        let dir = self.dir();
        let file = KeyName::new(KEY).map_err(|error| Failure::usage(error.to_string()))?;
        let passphrase = keys::passphrase()?;
        let opened = NoteKey::open(&dir, &file, passphrase.as_ref());
        if !matches!(opened, Err(NoteKeyError::Missing { .. })) {
            let key = opened.map_err(key_failure)?;
            if let Some(named) = named.filter(|named| *named != key.key().name()) {
                let what = format!("this witness is called {}, not {named}", key.key().name());
                return Err(Failure::usage(what)
                    .help("its name belongs to its key: for another, choose another --dir"));
            }
            return Ok(key);
        }
        if Register::exists(&dir) {
            let what = format!("{} has a register and no key", dir.display());
            return Err(Failure::usage(what)
                .help("put witness.note.pem and witness.vkey back, or choose another --dir"));
        }
        let name = |public: &[u8; 32]| named.cloned().unwrap_or_else(|| called(public));
        let key = NoteKey::create(&dir, &file, SignatureType::CosignatureV1, name, passphrase.as_ref())
            .map_err(key_failure)?;
        let (private, _) = NoteKey::files(&dir, &file);
        shell.tell(&format!("made the key {}: {}", key.key().name(), private.display()));
        // Together with the register: a key that lost its register is told from a new one.
        self.open(key.key())?;
        Ok(key)
    }

    /// The register that belongs to the key.
    fn register(&self, key: &VerifierKey) -> Result<Register, Failure> {
        let dir = self.dir();
        if !Register::exists(&dir) {
            let what = format!("{} has a key and no register", dir.display());
            return Err(Failure::usage(what).help(
                "a witness that has forgotten what it signed must not sign: put a backup in its place and resume, or make a new witness with another --dir",
            ));
        }
        self.open(key)
    }

    fn open(&self, key: &VerifierKey) -> Result<Register, Failure> {
        Register::open(&self.dir(), self.mark.as_deref(), key).map_err(register_failure)
    }
}

/// `witness-1f2e3d4c`: by its key, so that no two are called the same.
fn called(public: &[u8; 32]) -> note::KeyName {
    let hex: String = public.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let plain = note::KeyName::new("witness");
    #[expect(clippy::expect_used, reason = "letters, digits and a hyphen")]
    note::KeyName::new(&format!("witness-{hex}")).or(plain).expect("a key's name")
}

fn forks(place: &Place, shell: &mut Shell) -> Result<Exit, Failure> {
    let key = place.key(None, shell)?;
    let forks = place.register(key.key())?.forks().map_err(register_failure)?;
    if shell.json {
        let one = |evidence: &countersign_peer::witness::register::Evidence| {
            json!({
                "origin": evidence.fork.origin.as_str(), "size": evidence.fork.size.get(), "at": moment(evidence.at),
                "seen": {"root": evidence.fork.seen.to_string(), "checkpoint": evidence.seen.to_string()},
                "offered": {"root": evidence.fork.offered.to_string(), "checkpoint": evidence.offered.to_string()},
            })
        };
        shell.print_json(&json!({"forks": forks.iter().map(one).collect::<Vec<Value>>()}))?;
    } else {
        for evidence in &forks {
            let at = moment(evidence.at);
            let (seen, offered) = (&evidence.seen, &evidence.offered);
            shell.print(&format!(
                "{}\n\n----- cosigned here -----\n{seen}\n----- refused here, {at} -----\n{offered}\n",
                evidence.fork
            ))?;
        }
        if forks.is_empty() {
            shell.tell("no log has signed two histories here");
        }
    }
    Ok(if forks.is_empty() { Exit::Yes } else { Exit::No })
}

fn backup(args: &Backup, shell: &mut Shell) -> Result<Exit, Failure> {
    let key = args.place.key(None, shell)?;
    args.place.register(key.key())?.backup(&args.file).map_err(register_failure)?;
    if shell.json {
        shell.print_json(&json!({"backup": args.file}))?;
    } else {
        shell.tell(&format!("wrote {}; keep the key's two files as well", args.file.display()));
    }
    Ok(Exit::Yes)
}

fn resume(args: &Resume, shell: &mut Shell) -> Result<Exit, Failure> {
    let key = args.place.key(None, shell)?;
    let checkpoints: Result<Vec<SignedCheckpoint>, Failure> =
        args.checkpoints.iter().map(|path| checkpoint(path)).collect();
    let (dir, mark) = (args.place.dir(), args.place.mark.as_deref());
    let register = Register::resume(&dir, mark, key.key(), &checkpoints?, &args.never_cosigned)
        .map_err(resume_failure)?;
    let logs = register.logs().map_err(register_failure)?;
    log::print(&logs, shell)?;
    shell.tell("logs that were added since the backup was made are not known: `witness log add` asks for their checkpoint");
    Ok(Exit::Yes)
}

/// A checkpoint in a file.
fn checkpoint(path: &Path) -> Result<SignedCheckpoint, Failure> {
    SignedCheckpoint::read(&input::read(path)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// `2026-05-01T10:00:00Z`
fn moment(at: Timestamp) -> String {
    rfc3339(Instant(i128::from(at.get()).saturating_mul(1_000_000_000)))
}

fn key_failure(error: NoteKeyError) -> Failure {
    let needs =
        matches!(&error, NoteKeyError::Key { fault: countersign_keys::KeyError::PassphraseNeeded, .. });
    let failure = Failure::usage(error.to_string());
    if needs { failure.help("set COUNTERSIGN_PASSPHRASE") } else { failure }
}

fn register_failure(error: RegisterError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        RegisterError::Older { .. } | RegisterError::NoMark { .. } | RegisterError::Copied { .. } => failure.help(
            "an old register could be led to sign a second history: `countersign witness resume CHECKPOINT…` goes on from what the logs published last, or make a new witness with another --dir",
        ),
        RegisterError::OtherKey { .. } => failure.help(format!("{REGISTER_FILE} and the key belong together: choose another --dir")),
        RegisterError::Foreign { .. } | RegisterError::Damaged { .. } => failure.help(format!(
            "move {REGISTER_FILE}, {REGISTER_FILE}-wal and {REGISTER_FILE}-shm away, leave {MARK_FILE} where it is, put a backup in their place, then `countersign witness resume CHECKPOINT…`"
        )),
        RegisterError::Database { .. } | RegisterError::File { .. } => {
            failure.help("nothing was signed: look after the disk and the rights on the folder, and start again")
        }
        _ => failure,
    }
}

fn resume_failure(error: ResumeError) -> Failure {
    match error {
        ResumeError::Register(error) => register_failure(error),
        ResumeError::Uncovered { .. } => Failure::usage(error.to_string()).help(
            "give the log's latest checkpoint, as it publishes it; or say --never-cosigned, where that is so; or `witness log remove VKEY`",
        ),
        ResumeError::NotByUs { .. } => {
            Failure::usage(error.to_string()).help("only what this witness cosigned shows how far it had come")
        }
        other => Failure::usage(other.to_string()),
    }
}
