//! `countersign completions SHELL`.

use clap::CommandFactory;

use crate::exit::{Exit, Failure};
use crate::shell::Shell;

/// What `completions` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  countersign completions bash > ~/.local/share/bash-completion/completions/countersign")]
pub(crate) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::Cli::command(), "countersign", &mut script);
    shell.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Yes)
}
