//! The one binary: without a verb the designer, with one the command line.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use stepwright::cli;

/// A run is made of many small values; this one takes a fifth less time for them than the one of glibc.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(match cli::main() {
        cli::Request::Done(code) => code,
        cli::Request::Designer(arguments) => designer(arguments),
    })
}

#[cfg(feature = "gui")]
fn designer(arguments: cli::DesignerArgs) -> u8 {
    stepwright::ui::run(stepwright::ui::Options {
        paths: arguments.path.into_iter().collect(),
        exit_after_first_frame: arguments.exit_after_first_frame,
        timing: arguments.timing,
    })
}

#[cfg(not(feature = "gui"))]
fn designer(_arguments: cli::DesignerArgs) -> u8 {
    cli::fail(
        "this build has no window (feature `gui` is off); the verbs are listed by `stepwright help`",
    )
}
