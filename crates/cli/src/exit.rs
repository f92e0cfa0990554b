//! Exit codes and failures. A negative verdict is an exit code, never a failure.

use std::path::PathBuf;
use std::process::ExitCode;

use countersign_notation::diagnostic::Diagnostic;
use countersign_verify::decision::Overall;

/// How the process ends; an internal error ends with 4, in `shell::catch_panics`. In order: of several
/// answers the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0
    Yes,
    /// 3
    Undetermined,
    /// 1
    No,
    /// 2
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Usage => 2,
            Exit::Undetermined => 3,
        })
    }
}

impl From<Overall> for Exit {
    fn from(overall: Overall) -> Self {
        match overall {
            Overall::Yes => Self::Yes,
            Overall::Undetermined => Self::Undetermined,
            Overall::No => Self::No,
        }
    }
}

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Documents that can't be read; each with its place.
    #[error("{} in the documents given", if .0.len() == 1 { "an error".to_owned() } else { format!("{} errors", .0.len()) })]
    Documents(Vec<Diagnostic>),
    /// A file that can't be opened, read or written.
    #[error("{path}: {error}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Anything else in what was given, with what to do.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        help: Option<String>,
    },
    /// Standard output was closed by whoever reads it.
    #[error("standard output is closed")]
    Closed,
}

impl Failure {
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::Usage { what: what.into(), help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Usage { what, .. } => Self::Usage { what, help: Some(help.into()) },
            other => other,
        }
    }
}

impl From<std::io::Error> for Failure {
    /// Only writes to the standard streams come here; files carry their path.
    fn from(_: std::io::Error) -> Self {
        Self::Closed
    }
}
