//! The command line: the same core without a window, for scripts and CI.
//!
//! Results go to stdout, everything else to stderr. Exit 0: done and good; 1: done and not good;
//! 2: it could not be done.
//!
//! Never: decides what a workflow means, or draws.
//! Add a verb as a file with its `Args` and a function that returns the exit code, and a line in `Verb`.

mod answers;
mod asked;
mod backends;
mod bench;
mod buckets;
mod cases;
mod check;
mod complaints;
mod consent;
mod edit;
mod eval;
mod eval_vtl;
mod export;
mod fault_place;
mod fmt;
mod layout;
mod line_diff;
mod live;
mod load;
mod output;
mod render;
mod report;
mod run;
mod serve;
mod signals;
mod site;
mod source;
mod test;
mod test_state;
mod within;

use std::path::PathBuf;

use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;

pub use cases::run_case;
pub use source::{Source, SourceArgs, argument_text, fail, json_argument};

/// What the process was asked for.
#[derive(Debug)]
pub enum Request {
    /// A verb was carried out, or the arguments were wrong: the exit code.
    Done(u8),
    /// No verb: the designer.
    Designer(DesignerArgs),
}

/// Reads the arguments of the process and carries out the verb, if there is one.
pub fn main() -> Request {
    match Arguments::try_parse() {
        Ok(Arguments {
            verb: Some(verb), ..
        }) => Request::Done(verb.execute()),
        Ok(arguments) => Request::Designer(arguments.designer),
        Err(error) => {
            let _ = error.print();
            Request::Done(if error.use_stderr() { 2 } else { 0 })
        }
    }
}

/// Opens, draws, edits, runs and debugs Amazon States Language workflows, offline.
#[derive(Parser, Debug)]
#[command(name = "stepwright", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    designer: DesignerArgs,
}

/// What the designer opens.
#[derive(clap::Args, Debug, Clone, Default)]
pub struct DesignerArgs {
    /// A workflow file or a folder; without it the last session
    pub path: Option<PathBuf>,
    /// End once a complete frame is on the screen
    #[arg(long)]
    pub exit_after_first_frame: bool,
    /// Print {"first_frame_ms", …} on stdout, counted from the start of the process
    #[arg(long)]
    pub timing: bool,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Execute a definition locally and print what happened
    #[command(
        after_help = run::HELP
    )]
    Run(Box<run::RunArgs>),
    /// Run the scenarios of companion files
    #[command(after_help = "Example: stepwright test sample-workflows --format junit --coverage")]
    Test(test::TestArgs),
    /// Run one execution many times and say how fast
    #[command(
        after_help = "Example: stepwright bench order.asl.json --mocks mocks.json --runs 1000 --format json"
    )]
    Bench(bench::BenchArgs),
    /// Print a definition in another form
    #[command(
        after_help = "Example: stepwright export order.asl.json --to asl-yaml -o order.asl.yaml"
    )]
    Export(export::ExportArgs),
    /// Evaluate JSONPath, JSONata, an intrinsic function or a mapping template
    #[command(
        after_help = "Example: stepwright eval --language jsonata '$sum(items.price)' --input @order.json\nExample: \
            stepwright eval --language vtl '{\"input\": $input.json(\\'$\\')}' --request '{\"body\": {\"a\": 1}}'"
    )]
    Eval(eval::EvalArgs),
    /// Say what is wrong with definitions, or could be
    #[command(after_help = "Example: stepwright check order.asl.json other.asl.yaml --format json")]
    Check(check::CheckArgs),
    /// Apply editing commands and print or write the edited text
    Edit(edit::EditArgs),
    /// Lay definitions out anew
    #[command(after_help = "Example: stepwright fmt order.asl.json --check")]
    Fmt(fmt::FmtArgs),
    /// Print where everything is drawn
    #[command(after_help = "Example: stepwright layout order.asl.json --format json --timing")]
    Layout(layout::LayoutArgs),
    /// Draw a workflow as SVG or PNG, coloured by a run
    #[command(
        after_help = "Example: stepwright render order.asl.json -o order.svg --theme dark --run history.json"
    )]
    Render(render::RenderArgs),
    /// Compare two definitions by meaning (not built yet)
    #[command(after_help = "Example: stepwright diff before.asl.json after.asl.json --format json")]
    Diff(Unbuilt),
    /// Load a recorded AWS history (not built yet)
    #[command(
        after_help = "Example: stepwright replay history.json order.asl.json --mocks-out mocks.json"
    )]
    Replay(Unbuilt),
    /// Estimate latency, cold starts, throttling and cost (not built yet)
    #[command(after_help = "Example: stepwright forecast order.asl.json --requests 1000000")]
    Forecast(Unbuilt),
    /// Serve the Step Functions API and the API Gateway edge locally
    #[command(after_help = serve::HELP)]
    Serve(Box<serve::ServeArgs>),
    /// List and withdraw what may be done for real, by folder
    #[command(
        after_help = "Example: stepwright consent give orders command\nExample: stepwright consent withdraw orders"
    )]
    Consent(consent::ConsentArgs),
    /// Put load on a route of the local API and say how long answers took
    #[command(after_help = load::HELP)]
    Load(Box<load::LoadArgs>),
    /// List, run and watch executions on AWS (not built yet)
    #[command(after_help = "Example: stepwright remote list --profile dev")]
    Remote(Unbuilt),
    /// Print shell completions
    #[command(after_help = "Example: stepwright completions bash > stepwright.bash")]
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
}

/// Takes any arguments of a verb that does not exist yet.
#[derive(clap::Args, Debug)]
struct Unbuilt {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

impl Verb {
    fn execute(self) -> u8 {
        match self {
            Verb::Run(arguments) => run::run(&arguments),
            Verb::Test(arguments) => test::test(&arguments),
            Verb::Bench(arguments) => bench::bench(&arguments),
            Verb::Export(arguments) => export::export(&arguments),
            Verb::Eval(arguments) => eval::eval(&arguments),
            Verb::Check(arguments) => check::check(&arguments),
            Verb::Edit(arguments) => edit::edit(&arguments),
            Verb::Fmt(arguments) => fmt::fmt(&arguments),
            Verb::Layout(arguments) => layout::layout(&arguments),
            Verb::Render(arguments) => render::render(&arguments),
            Verb::Diff(_) => unbuilt("diff"),
            Verb::Replay(_) => unbuilt("replay"),
            Verb::Forecast(_) => unbuilt("forecast"),
            Verb::Serve(arguments) => serve::serve(&arguments),
            Verb::Consent(arguments) => consent::consent(&arguments),
            Verb::Load(arguments) => load::load(&arguments),
            Verb::Remote(_) => unbuilt("remote"),
            Verb::Completions { shell } => {
                clap_complete::generate(
                    shell,
                    &mut Arguments::command(),
                    "stepwright",
                    &mut std::io::stdout(),
                );
                0
            }
        }
    }
}

fn unbuilt(verb: &str) -> u8 {
    fail(&format!("`stepwright {verb}` is not built yet"))
}
