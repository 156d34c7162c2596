//! The workers of all functions: one that is idle answers again, another one is started where none is.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use serde_json::json;
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::backends::function::FunctionError;
use crate::backends::function::FunctionRequest;
use crate::backends::function::Invocation;
use crate::backends::function::once::run_once;
use crate::backends::function::worker::Worker;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;
use crate::trace::WorkerStart;

/// Idle workers kept for one function.
const MOST_IDLE: usize = 4;

/// Processes that answer at the same time.
const MOST_BUSY: usize = 32;

/// A wait for a turn that is longer is told.
const NOTICED: Duration = Duration::from_millis(100);

/// Seconds a handler may take where nothing is said, as Lambda has it.
const HANDLER_TIMEOUT: u32 = 3;

/// Seconds a program may take where nothing is said; its start counts.
const COMMAND_TIMEOUT: u32 = 60;

/// Megabytes a function has where nothing is said, as in Lambda.
const MEMORY: u32 = 128;

/// Files that are looked at to see whether a function's code has changed.
const MOST_FILES: usize = 2_000;

/// Workers that wait for the next call.
#[derive(Debug)]
pub(crate) struct Workers {
    idle: Mutex<Idle>,
    busy: Semaphore,
    /// The programs that keep handlers warm, and code that stands in templates.
    folder: OnceLock<Result<tempfile::TempDir, String>>,
}

/// By function: its name, folder, handler, runtime and environment.
type Idle = BTreeMap<String, Vec<Parked>>;

#[derive(Debug)]
struct Parked {
    /// The code it has loaded.
    loaded: Stamp,
    worker: Worker,
}

impl Default for Workers {
    fn default() -> Workers {
        Workers {
            idle: Mutex::default(),
            busy: Semaphore::new(MOST_BUSY),
            folder: OnceLock::new(),
        }
    }
}

impl Workers {
    /// Calls a function and waits for its answer.
    pub(crate) async fn invoke(
        &self,
        plan: &FunctionPlan,
        request: &FunctionRequest,
        id: &str,
    ) -> Invocation {
        let asked = Instant::now();
        // The semaphore is never closed.
        let _permit = self.busy.acquire().await;
        let waited = asked.elapsed();
        let invocation = match &plan.run {
            FunctionRun::Command(words) => self.command(plan, words, request, id).await,
            FunctionRun::Handler {
                handler,
                runtime,
                inline,
            } => {
                let code = Code {
                    handler,
                    runtime: runtime.as_deref(),
                    inline: inline.as_deref(),
                };
                self.handler(plan, code, request, id).await
            }
            FunctionRun::Endpoint { .. } => {
                failed(FunctionError::broken("it is behind an endpoint"))
            }
        };
        let named = |error: FunctionError| match error.is_of_runtime() {
            true => error.of(&plan.name),
            false => error,
        };
        Invocation {
            result: invocation.result.map_err(named),
            log: turn(waited) + &invocation.log,
            ..invocation
        }
    }

    /// Ends every idle worker: the next call of each function starts cold.
    pub(crate) fn cool_down(&self) {
        self.lock().clear();
    }

    async fn command(
        &self,
        plan: &FunctionPlan,
        words: &[String],
        request: &FunctionRequest,
        id: &str,
    ) -> Invocation {
        let Some((program, arguments)) = words.split_first() else {
            return failed(FunctionError::broken("no program is named"));
        };
        // `./pack` is meant from the function's folder, `node` from the PATH.
        let program = match program.contains(['/', '\\']) {
            true => plan.folder.join(program),
            false => PathBuf::from(program),
        };
        let mut command = Command::new(program);
        command.args(arguments);
        surround(&mut command, plan);
        let limit = seconds(plan.timeout.unwrap_or(COMMAND_TIMEOUT));
        command.env("STEPWRIGHT_REQUEST_ID", id);
        run_once(command, &request.event, id, limit).await
    }

    async fn handler(
        &self,
        plan: &FunctionPlan,
        code: Code<'_>,
        request: &FunctionRequest,
        id: &str,
    ) -> Invocation {
        let folder = match self.code_folder(plan, code) {
            Ok(folder) => folder,
            Err(error) => return failed(error),
        };
        let language = match Language::of(code, &folder) {
            Ok(language) => language,
            Err(error) => return failed(error),
        };
        let key = format!(
            "{}\n{}\n{}\n{:?}\n{}\n{:?}",
            plan.name,
            folder.display(),
            code.handler,
            code.runtime,
            memory(plan),
            plan.environment
        );
        let stamp = Stamp::of(&folder);
        let mut warm = self.take(&key, stamp);
        let start = match &warm {
            Some(_) => WorkerStart::Warm,
            None => match self.start(plan, code, language, &folder, id).await {
                Ok(worker) => {
                    let init = worker.init;
                    warm = Some(worker);
                    WorkerStart::Cold { init }
                }
                Err((error, log)) => {
                    return Invocation {
                        log,
                        ..failed(error)
                    };
                }
            },
        };
        let Some(mut worker) = warm else {
            return failed(FunctionError::broken("no worker came up"));
        };
        let limit = seconds(plan.timeout.unwrap_or(HANDLER_TIMEOUT));
        let spoken = worker
            .ask(id, &request.event, context(plan, request, id, limit), limit)
            .await;
        if spoken.alive {
            self.put_back(key, stamp, worker);
        }
        Invocation {
            result: spoken.result,
            start: Some(start),
            log: spoken.log,
        }
    }

    async fn start(
        &self,
        plan: &FunctionPlan,
        code: Code<'_>,
        language: Language,
        folder: &Path,
        id: &str,
    ) -> Result<Worker, (FunctionError, String)> {
        let shim = self
            .file(language.file_name(), language.text())
            .map_err(|error| (error, String::new()))?;
        let mut command = Command::new(language.program());
        command.arg(shim).arg(folder).arg(code.handler);
        surround(&mut command, plan);
        command
            .current_dir(folder)
            .env("LAMBDA_TASK_ROOT", folder)
            .env("_HANDLER", code.handler)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some(runtime) = code.runtime {
            command.env("AWS_EXECUTION_ENV", format!("AWS_Lambda_{runtime}"));
        }
        Worker::start(command, id).await
    }

    /// An idle worker of a function whose code is still the same.
    fn take(&self, key: &str, stamp: Stamp) -> Option<Worker> {
        let mut idle = self.lock();
        let workers = idle.get_mut(key)?;
        workers.retain_mut(|parked| parked.loaded == stamp && parked.worker.is_alive());
        workers.pop().map(|parked| parked.worker)
    }

    fn put_back(&self, key: String, loaded: Stamp, worker: Worker) {
        let mut idle = self.lock();
        let workers = idle.entry(key).or_default();
        if workers.len() < MOST_IDLE {
            workers.push(Parked { loaded, worker });
        }
    }

    /// Where a function's code lies; code that stands in a template is written to a file first.
    fn code_folder(&self, plan: &FunctionPlan, code: Code<'_>) -> Result<PathBuf, FunctionError> {
        let Some(inline) = code.inline else {
            return match plan.folder.is_dir() {
                true => Ok(plan.folder.clone()),
                false => Err(FunctionError::new(
                    "Runtime.ImportModuleError",
                    format!("its code folder {} is not there", plan.folder.display()),
                )),
            };
        };
        let module = code
            .handler
            .rsplit_once('.')
            .map_or("index", |(module, _)| module);
        let ending = match code
            .runtime
            .is_some_and(|runtime| runtime.starts_with("python"))
        {
            true => "py",
            false => "js",
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let folder: String = plan
            .name
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .collect();
        let module: String = module.chars().filter(|c| plain(*c)).collect();
        let file = self.file(&format!("{folder}/{module}.{ending}"), inline)?;
        file.parent()
            .map(Path::to_owned)
            .ok_or_else(|| FunctionError::broken("its code has no folder"))
    }

    /// A file of the folder of this process, with a text in it.
    fn file(&self, name: &str, text: &str) -> Result<PathBuf, FunctionError> {
        let folder = self.folder.get_or_init(|| {
            let made = tempfile::Builder::new()
                .prefix("stepwright-workers-")
                .tempdir();
            made.map_err(|error| error.to_string())
        });
        let folder = folder
            .as_ref()
            .map_err(|error| FunctionError::broken(error))?;
        let path = folder.path().join(name);
        let is_there = || std::fs::read_to_string(&path).is_ok_and(|there| there == text);
        if !is_there() {
            let written = path
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::fs::write(&path, text));
            written.map_err(|error| FunctionError::broken(&error.to_string()))?;
        }
        Ok(path)
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handler and where its language is told.
#[derive(Clone, Copy, Debug)]
struct Code<'a> {
    handler: &'a str,
    runtime: Option<&'a str>,
    inline: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
enum Language {
    Node,
    Python,
}

impl Language {
    fn of(code: Code<'_>, folder: &Path) -> Result<Language, FunctionError> {
        match code.runtime {
            Some(runtime) if runtime.starts_with("nodejs") => return Ok(Language::Node),
            Some(runtime) if runtime.starts_with("python") => return Ok(Language::Python),
            Some(runtime) => {
                return Err(FunctionError::new(
                    "Runtime.InvalidRuntime",
                    format!(
                        "the runtime {runtime} is not run here: handlers of nodejs and python are; give \"command\", \
                         a program that reads the event, or \"endpoint\", a Lambda Invoke API"
                    ),
                ));
            }
            None => {}
        }
        let module = code
            .handler
            .rsplit_once('.')
            .map_or(code.handler, |(module, _)| module);
        match folder.join(format!("{module}.py")).is_file() {
            true => Ok(Language::Python),
            false => Ok(Language::Node),
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Language::Node => "node",
            Language::Python => "python3",
        }
    }

    const fn file_name(self) -> &'static str {
        match self {
            Language::Node => "node.mjs",
            Language::Python => "python.py",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Language::Node => include_str!("../../../assets/workers/node.mjs"),
            Language::Python => include_str!("../../../assets/workers/python.py"),
        }
    }
}

/// What every function finds around it, as in Lambda.
fn surround(command: &mut Command, plan: &FunctionPlan) {
    command
        .current_dir(&plan.folder)
        .env("AWS_LAMBDA_FUNCTION_NAME", &plan.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory(plan));
    for (name, value) in [
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ] {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    command.envs(&plan.environment);
}

/// A line on a call that had to wait until another one was over; Lambda would have started it at once.
fn turn(waited: Duration) -> String {
    match waited < NOTICED {
        true => String::new(),
        false => format!(
            "… waited {:.1} s for its turn: {MOST_BUSY} functions run at the same time\n",
            waited.as_secs_f64()
        ),
    }
}

/// Megabytes, as texts have it.
fn memory(plan: &FunctionPlan) -> String {
    plan.memory.unwrap_or(MEMORY).to_string()
}

fn context(
    plan: &FunctionPlan,
    request: &FunctionRequest,
    id: &str,
    limit: Duration,
) -> serde_json::Value {
    let arn = match (request.address.starts_with("arn:"), &request.qualifier) {
        (true, _) => request.address.clone(),
        (false, qualifier) => {
            let alias = qualifier.as_ref().map(|qualifier| format!(":{qualifier}"));
            format!(
                "arn:aws:lambda:us-east-1:123456789012:function:{}{}",
                plan.name,
                alias.unwrap_or_default()
            )
        }
    };
    json!({
        "awsRequestId": id,
        "functionName": plan.name,
        "functionVersion": "$LATEST",
        "invokedFunctionArn": arn,
        "memoryLimitInMB": memory(plan),
        "logGroupName": format!("/aws/lambda/{}", plan.name),
        "logStreamName": "stepwright",
        "remaining": u64::try_from(limit.as_millis()).unwrap_or_default(),
    })
}

/// By which it is seen that the code of a folder is another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stamp {
    /// When a file was changed last.
    latest: Option<SystemTime>,
    files: usize,
}

impl Stamp {
    /// Installed packages are passed over.
    fn of(folder: &Path) -> Stamp {
        let mut stamp = Stamp::default();
        let mut folders = vec![folder.to_owned()];
        let mut looked_at = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                looked_at += 1;
                if looked_at > MOST_FILES {
                    return stamp;
                }
                let Ok(about) = entry.metadata() else {
                    continue;
                };
                let name = entry.file_name();
                if about.is_dir() && name != "node_modules" && name != "__pycache__" {
                    folders.push(entry.path());
                } else if about.is_file() {
                    stamp.files += 1;
                    stamp.latest = stamp.latest.max(about.modified().ok());
                }
            }
        }
        stamp
    }
}

fn failed(error: FunctionError) -> Invocation {
    Invocation {
        result: Err(error),
        start: None,
        log: String::new(),
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
