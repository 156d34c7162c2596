//! `stepwright bench`: runs one execution many times and says how fast.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use cpu_time::ProcessTime;

use crate::backends::Mocks;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::cli::output::say;
use crate::cli::run::KindArg;
use crate::cli::run::companion;
use crate::cli::run::compile_source;
use crate::cli::run::kind_of;
use crate::cli::run::read_mocks;
use crate::engine::Ended;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::Status;
use crate::engine::simulate;
use crate::query::Value;

#[derive(clap::Args, Debug)]
pub struct BenchArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The input: JSON, or @FILE
    #[arg(long)]
    input: Option<String>,
    /// Answers of tasks: FILE in the list form, or a MockConfigFile.json as FILE#CASE
    #[arg(long, value_name = "FILE[#CASE]")]
    mocks: Option<String>,
    #[arg(long = "type", value_enum)]
    kind: Option<KindArg>,
    /// Measured executions
    #[arg(long, default_value_t = 100)]
    runs: usize,
    /// Threads that share them, at most 1024
    #[arg(long, default_value_t = 1, value_parser = threads)]
    threads: usize,
    /// Run without keeping the history, which needs memory that grows with the transitions
    #[arg(long)]
    no_history: bool,
    #[arg(long, value_enum, default_value_t = BenchFormat::Text)]
    format: BenchFormat,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum BenchFormat {
    Text,
    Json,
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|threads| (1..=1024).contains(threads))
        .ok_or_else(|| "a number from 1 to 1024".to_owned())
}

/// What one thread measured.
struct Measured {
    times: Vec<Duration>,
    transitions: u64,
    all_succeeded: bool,
    last: Option<Ended>,
}

/// Exit 0 when every execution succeeded, 1 when one did not.
pub fn bench(arguments: &BenchArgs) -> u8 {
    match measure(arguments) {
        Ok(code) => code,
        Err(reason) => fail(&reason),
    }
}

fn measure(arguments: &BenchArgs) -> Result<u8, String> {
    let source = Source::read(&arguments.source)?;
    let sidecar = companion(&source);
    let kind = arguments
        .kind
        .map_or(kind_of(&source, &sidecar), Into::into);
    let program = Arc::new(compile_source(&source, kind, &sidecar)?);
    let start = Start {
        input: match &arguments.input {
            Some(input) => json_argument(input)?,
            None => Value::object::<&str>([]),
        },
        history: !arguments.no_history,
        ..Start::default()
    };
    let mocks = match &arguments.mocks {
        Some(file) => read_mocks(file, source.mocks_name())?,
        None => Mocks::default(),
    };
    let threads = arguments.threads.max(1);
    let runs = arguments.runs.max(1).div_ceil(threads);
    repeat(&program, &start, &mocks, runs.min(20));
    let cpu = ProcessTime::now();
    let begun = Instant::now();
    let measured: Vec<Measured> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| repeat(&program, &start, &mocks, runs)))
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect()
    });
    let elapsed = begun.elapsed().as_secs_f64();
    let cpu = cpu.elapsed().as_secs_f64();
    let mut times: Vec<Duration> = measured
        .iter()
        .flat_map(|one| one.times.iter().copied())
        .collect();
    times.sort();
    if times.len() < runs * threads {
        return Err("a worker ended unexpectedly".into());
    }
    let count = times.len() as f64;
    let transitions: u64 = measured.iter().map(|one| one.transitions).sum();
    let quantile = |share: f64| {
        let place = ((count - 1.0) * share).round() as usize;
        times.get(place).copied().unwrap_or_default().as_secs_f64() * 1e6
    };
    let mut members = vec![
        ("runs", Value::from(times.len() as i64)),
        (
            "transitions_per_s",
            Value::from(transitions as f64 / elapsed),
        ),
        ("executions_per_s", Value::from(count / elapsed)),
        ("p50_us", Value::from(quantile(0.5))),
        ("p95_us", Value::from(quantile(0.95))),
        ("cpu_s_per_execution", Value::from(cpu / count)),
    ];
    members.extend(peak_memory().map(|kilobytes| ("peak_memory_kb", Value::from(kilobytes))));
    let last = measured.iter().rev().find_map(|one| one.last.as_ref());
    if let Some(last) = last {
        members.push(("status", last.status.name().into()));
        members.extend(last.output.clone().map(|output| ("output", output)));
    }
    match arguments.format {
        BenchFormat::Json => say(&Value::object(members).to_json_pretty()),
        BenchFormat::Text => {
            for (name, value) in members.iter().filter(|(name, _)| *name != "output") {
                say(&format!(
                    "{name:<20} {}",
                    value
                        .as_f64()
                        .map_or_else(|| value.to_json(), |number| format!("{number:.7}"))
                ));
            }
        }
    }
    Ok(u8::from(!measured.iter().all(|one| one.all_succeeded)))
}

/// The most memory the process has had, in kilobytes; only Linux tells.
fn peak_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn repeat(program: &Arc<Program>, start: &Start, mocks: &Mocks, runs: usize) -> Measured {
    let mut measured = Measured {
        times: Vec::with_capacity(runs.min(1 << 16)),
        transitions: 0,
        all_succeeded: true,
        last: None,
    };
    for _ in 0..runs {
        let begun = Instant::now();
        let mut mocks = mocks.clone();
        let run = simulate(program, start.clone(), &mut |call| mocks.answer(call));
        measured.times.push(begun.elapsed());
        measured.transitions += run.execution.transitions();
        measured.all_succeeded &= run
            .ended
            .as_ref()
            .is_some_and(|ended| ended.status == Status::Succeeded);
        measured.last = run.ended;
    }
    measured
}
