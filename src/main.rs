//! The binary: parse, run, map the outcome to an exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use spillcheck::cli::Cli;
use spillcheck::commands;

fn main() -> ExitCode {
    // A panic message can quote the text that was being looked at; where it happened is all that may be printed.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let _ = writeln!(std::io::stderr(), "spillcheck: internal error at {place}; please report it");
    }));
    match commands::run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "spillcheck: {error}");
            ExitCode::from(error.code())
        }
    }
}
