//! boto3 and the AWS CLI against `stepwright serve`: every operation, answers held against the service model.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Where the clients are installed, once for all runs.
fn environment() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_stepwright"));
    let target = program.ancestors().nth(2).unwrap();
    target.join("sdk-clients")
}

/// The Python with both clients, or why there is none.
fn python() -> Result<PathBuf, String> {
    let folder = environment();
    let python = folder.join("bin/python");
    let done = folder.join("installed");
    if done.is_file() {
        return Ok(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    };
    let place = folder.display().to_string();
    run(Path::new("python3"), &["-m", "venv", &place])?;
    let packages = ["boto3==1.44.8", "awscli==1.46.3"];
    let mut arguments = vec!["-m", "pip", "install", "-q", "--disable-pip-version-check"];
    arguments.extend(packages);
    run(&python, &arguments)?;
    std::fs::write(done, "").map_err(|error| error.to_string())?;
    Ok(python)
}

struct Server(Child, String);

impl Server {
    fn start(more: &[&str]) -> Server {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/serve/sdk");
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("serve")
            .arg(folder)
            .args(["--port", "0", "--api-port", "0", "--format", "json"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        Server(child, told["stepfunctions"].as_str().unwrap().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(python: &Path, script: &str, url: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let output = Command::new(python)
        .arg("-B")
        .arg(folder.join(script))
        .arg(url)
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
}

#[test]
fn boto3_and_the_aws_cli_find_every_operation() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) => {
            let reason = reason.lines().last().unwrap_or_default();
            println!("NOT CHECKED: boto3 and the AWS CLI cannot be installed here: {reason}");
            return;
        }
    };
    let store = tempfile::tempdir().unwrap();
    let file = store.path().join("store.redb").display().to_string();
    for more in [
        vec!["--no-store"],
        vec!["--store", &file, "--clock", "real"],
    ] {
        println!("serve {}", more.join(" "));
        let server = Server::start(&more);
        run(&python, "states.py", &server.1);
    }
    let server = Server::start(&["--no-store"]);
    run(&python, "cli.py", &server.1);
}
