//! The binary `countersign`, one file a verb.
//!
//! A verb is a module with `Args` (clap) and `run(&Args, &mut Shell) -> Result<Exit, Failure>`, and one line in the
//! table below. The clock, the environment and the streams are read in `shell.rs` and nowhere else.

mod act;
mod audit;
mod check;
mod completions;
mod decide;
mod demo;
mod dossier;
mod exit;
mod fmt;
mod folder;
mod home;
mod init;
mod input;
mod inspect;
mod keeping;
mod key;
mod keys;
mod log;
mod office;
mod order;
mod pdf;
mod recorded;
mod shell;
mod sign;
mod stamp;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::{Exit, Failure};
use crate::shell::Shell;

/// Declares the verbs: name, module, one line a verb.
macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident = $module:ident),* $(,)?) => {
        /// What to do.
        #[derive(Debug, clap::Subcommand)]
        enum Verb { $($(#[$doc])* $verb($module::Args)),* }

        impl Verb {
            fn run(&self, shell: &mut Shell) -> Result<Exit, Failure> {
                match self { $(Self::$verb(args) => $module::run(args, shell)),* }
            }
        }
    };
}

verbs! {
    /// Play a whole negotiation on embedded defaults, with real signatures
    Demo = demo,
    /// Check a bundle offline and report who is bound, with reasons
    Verify = verify,
    /// Evaluate unsigned acts against maps and a policy: a what-if, no signatures
    Decide = decide,
    /// Look for gaps, cycles, expired tenures, unreachable powers and conflicts
    Check = check,
    /// Lay out maps, policies and terms in one way
    Fmt = fmt,
    /// Hold an order against what was signed above its issuer
    Order = order,
    /// Make a home: a database, a record that neither side can rewrite, its seal, a house CA
    Init = init,
    /// What the home's record is called, who witnesses it, whom it trusts; a backup while it is in use
    Home = office,
    /// Make a dossier, and pack it into a bundle
    Dossier = dossier,
    /// Sign an act and put it into a dossier
    Act = act,
    /// Sign a PDF (PAdES), with a timestamp where asked for
    Sign = sign,
    /// Say who signed which bytes when: a PDF, a CMS signature, a timestamp
    Inspect = inspect,
    /// Make and list keys and the house CA
    Key = key,
    /// The record: copy a log, prove, verify, re-hash
    Log = log,
    /// Find signed agreements that lacked authority, as of their dates
    Audit = audit,
    /// Witness other people's records: say that they only grow
    Witness = witness,
    /// Print completions for a shell
    Completions = completions,
}

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    about = "Agreements that bind: whether the person who signed for the other side could bind it, with reasons",
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(after_help = "Exit codes: 0 yes · 1 verdict no · 2 usage · 3 undetermined · 4 internal error")]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON on standard output
    #[arg(long, global = true)]
    json: bool,
    /// When to use colour; `NO_COLOR` is honoured
    #[arg(long, global = true, value_enum, default_value_t = shell::Colour::Auto, value_name = "WHEN")]
    color: shell::Colour,
    /// The home to work in; $COUNTERSIGN_HOME where not given, else the current folder if it is one
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    shell::catch_panics();
    let cli = Cli::parse();
    let mut shell = Shell::new(cli.json, cli.color, cli.home);
    let exit = cli.verb.run(&mut shell).unwrap_or_else(|failure| shell.fail(&failure));
    exit.into()
}
