//! The one binary: without a verb the designer, with one the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(stepwright::cli::main())
}
