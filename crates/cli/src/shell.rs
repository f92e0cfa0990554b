//! The one door to the world: streams, colour, the clock, the environment.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use countersign_authority::model::time::Instant;
use countersign_tlog::cosignature::Timestamp;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Streams and what they may carry.
pub(crate) struct Shell {
    /// Whether data is printed as JSON.
    pub(crate) json: bool,
    out: Box<dyn Write>,
}

/// The home that the command line names: it holds for the whole process, as the environment does.
static HOME: OnceLock<PathBuf> = OnceLock::new();

impl Shell {
    pub(crate) fn new(json: bool, colour: Colour, home: Option<PathBuf>) -> Self {
        if let Some(home) = home {
            // Only set here, and once a process.
            let _ = HOME.set(home);
        }
        match colour {
            Colour::Auto => {}
            Colour::Always => anstream::ColorChoice::Always.write_global(),
            Colour::Never => anstream::ColorChoice::Never.write_global(),
        }
        let coloured = match colour {
            Colour::Auto => {
                Self::variable("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stderr().is_terminal()
            }
            Colour::Always => true,
            Colour::Never => false,
        };
        let terminal = std::io::stderr().is_terminal();
        // Only fails where a hook stands already; nobody else sets one.
        let _ = miette::set_hook(Box::new(move |_| {
            Box::new(miette::MietteHandlerOpts::new().color(coloured).unicode(terminal).build())
        }));
        Self { json, out: Box::new(std::io::BufWriter::new(std::io::stdout())) }
    }

    /// Prints data.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(())
    }

    /// Prints data as one JSON document.
    pub(crate) fn print_json(&mut self, value: &Value) -> Result<(), Failure> {
        self.print(&format!("{value:#}\n"))
    }

    /// Tells the person at the terminal something that is no data.
    #[expect(clippy::unused_self, reason = "whoever speaks, speaks through the shell")]
    pub(crate) fn tell(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Reports a failure on standard error and chooses the exit code.
    pub(crate) fn fail(&mut self, failure: &Failure) -> Exit {
        if matches!(failure, Failure::Closed) {
            return Exit::Yes;
        }
        if self.json {
            self.tell(&format!("{:#}", json!({"error": Self::failure_json(failure)})));
            return Exit::Usage;
        }
        match failure {
            Failure::Documents(diagnostics) => {
                for diagnostic in diagnostics {
                    self.tell(&diagnostic.one_line());
                    self.tell(&format!("{:?}", miette::Report::new(diagnostic.clone())));
                }
            }
            Failure::Usage { what, help } => {
                self.tell(&format!("error: {what}"));
                if let Some(help) = help {
                    self.tell(&format!("  help: {help}"));
                }
            }
            other => self.tell(&format!("error: {other}")),
        }
        Exit::Usage
    }

    fn failure_json(failure: &Failure) -> Value {
        match failure {
            Failure::Documents(diagnostics) => diagnostics
                .iter()
                .map(|d| {
                    json!({
                        "file": d.file, "line": d.line, "column": d.column, "words": d.words,
                        "message": d.message, "expected": d.expected, "help": d.help,
                    })
                })
                .collect(),
            Failure::Usage { what, help } => json!([{"message": what, "help": help}]),
            other => json!([{"message": other.to_string()}]),
        }
    }

    /// The current time.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the one place where the clock is read"
    )]
    pub(crate) fn now(&self) -> Instant {
        Instant(jiff::Timestamp::now().as_nanosecond())
    }

    /// The current time in seconds since 1970, for what answers on other threads.
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    pub(crate) fn unix_now() -> Timestamp {
        let seconds = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
        // A cosignature states a time, and 0 states none.
        Timestamp::new(seconds.max(1)).unwrap_or(Timestamp::MAX)
    }

    /// Tells the person at the terminal something from another thread.
    pub(crate) fn warn(text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Asks the person at the terminal for a secret, which is not shown. `None` where nobody is there.
    pub(crate) fn secret(prompt: &str) -> Option<Zeroizing<String>> {
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return None;
        }
        rpassword::prompt_password(format!("{prompt}: ")).ok().map(Zeroizing::new)
    }

    /// The home that `--home` names.
    pub(crate) fn home() -> Option<&'static Path> {
        HOME.get().map(PathBuf::as_path)
    }

    /// A variable of the environment.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub(crate) fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// Turns a panic into a message and exit code 4.
pub(crate) fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(
            std::io::stderr(),
            "internal error{place}: {}",
            info.payload_as_str().unwrap_or("no message")
        );
        let _ = writeln!(std::io::stderr(), "  help: this is a defect; please report it with what you ran");
        std::process::exit(4);
    }));
}
