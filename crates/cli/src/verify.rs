//! `countersign verify BUNDLE`: offline, from the bundle and one's own policy alone.

use std::path::{Path, PathBuf};

use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::Instant;
use countersign_notation::parse;
use countersign_signature::Certificate;
use countersign_tlog::policy::Policy as TrustedRecords;
use countersign_verify::decision::Overall;
use countersign_verify::recorded::KnownAt;
use countersign_verify::render;
use countersign_verify::report::{Report, ReportError, ReportQuestion, report};
use countersign_verify::trust::{self, Item};

use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::{folder, input};

/// What `verify` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign verify talks.dossier --policy ours.policy
  countersign verify talks.dossier --policy ours.policy --as-of 2026-04-20 --json
  countersign verify talks.dossier --policy ours.policy --trust timestamp-authority.pem
  countersign verify talks.dossier --record-policy witnesses.policy --known-at 27

Exit codes: 0 every headline is attributable · 1 one is not, or an act counts for nothing · 3 undetermined · 2 usage")]
pub(crate) struct Args {
    /// A .dossier file, or a working folder
    bundle: PathBuf,
    /// Whose maps are recognised, under which law, what is demanded
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Ignore acts after this time; the latest act where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    as_of: Option<Instant>,
    /// Ignore what was not known by this time, or by this index of the record
    #[arg(long, value_name = "TIME|INDEX", value_parser = input::known_at)]
    known_at: Option<KnownAt>,
    /// Records and witnesses to trust (C2SP tlog-policy), in the place of the policy's `trust record`, `trust witness` and
    /// `quorum` lines
    #[arg(long, value_name = "FILE")]
    record_policy: Option<PathBuf>,
    /// Certificates that I believe beside the policy's, of authorities for signers and for timestamps: a PEM or DER
    /// file, or a folder of them; may be given several times
    #[arg(long, value_name = "DIR|FILE")]
    trust: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let bundle = folder::open(&args.bundle)?;
    let policy = policy(args.policy.as_deref())?;
    let trust = believed(&args.trust)?;
    let (as_of, known_at) = (args.as_of, args.known_at);
    let records = record_policy(args.record_policy.as_deref())?;
    let (policy, records) = (policy.as_ref(), records.as_ref());
    let question = ReportQuestion { policy, as_of, known_at, trust: &trust, records };
    let report = report(&bundle, question).map_err(failure)?;
    if shell.json {
        shell.print_json(&render::json(&report))?;
    } else {
        shell.print(&render::text(&report))?;
    }
    Ok(exit(&report))
}

/// Certificates that the reader believes, from files and folders.
pub(crate) fn believed(paths: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut certificates = Vec::new();
    for path in paths {
        for file in input::files(path)? {
            let items = trust::read(&input::read(&file)?)
                .map_err(|error| Failure::usage(format!("--trust {}: {error}", file.display())))?;
            for item in items {
                match item {
                    Item::Certificate(certificate) => certificates.push(*certificate),
                    Item::Crl(_) | Item::Ocsp(_) => {
                        return Err(Failure::usage(format!(
                            "--trust {}: holds no certificate",
                            file.display()
                        ))
                        .help("revocation lists and OCSP answers go into the dossier: `countersign dossier trust`"));
                    }
                }
            }
        }
    }
    Ok(certificates)
}

/// The verdict's exit code; evidence that counts for nothing is never a yes.
pub(crate) fn exit(report: &Report) -> Exit {
    match Exit::from(Overall::of(&report.decision)) {
        _ if !report.discarded.is_empty() => Exit::No,
        exit => exit,
    }
}

/// Reads a tlog-policy, if there is one.
pub(crate) fn record_policy(path: Option<&Path>) -> Result<Option<TrustedRecords>, Failure> {
    let read = |path: &Path| {
        TrustedRecords::read(&input::read(path)?).map_err(|error| {
            let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
            Failure::usage(format!("--record-policy {}: {error}{cause}", path.display()))
                .help("it is a C2SP tlog-policy: `log VKEY`, `witness NAME VKEY`, `group NAME all|any|N NAME …`, `quorum NAME`")
        })
    };
    path.map(read).transpose()
}

/// Reads one's policy, if there is one.
pub(crate) fn policy(path: Option<&Path>) -> Result<Option<Policy>, Failure> {
    path.map(|path| {
        let parsed = parse::policy(&path.display().to_string(), &input::read_document(path)?);
        parsed.map(|policy| policy.value).map_err(Failure::Documents)
    })
    .transpose()
}

pub(crate) fn failure(error: ReportError) -> Failure {
    match error {
        ReportError::Documents(diagnostics) => Failure::Documents(diagnostics),
        other => Failure::usage(other.to_string()),
    }
}
