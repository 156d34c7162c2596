//! A moto server of our own: AWS services that answer on this machine.
//!
//! The interpreter with moto is named by `STEPWRIGHT_MOTO_PYTHON`, or made once below the target folder with
//! `python3 -m venv` and pip. Without Python, or where pip reaches nothing, there is none and a line says so.

#![allow(dead_code)]

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// What is installed.
const MOTO: &str = "moto[server]==5.2.5";

/// A running server; dropping it ends it.
pub struct Moto {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
}

impl Moto {
    /// Starts a server on a free port, or prints why there is none.
    pub fn start() -> Option<Moto> {
        let python = match python() {
            Ok(python) => python,
            Err(reason) => {
                println!("no moto server, so nothing is checked against one: {reason}");
                return None;
            }
        };
        // Somebody else may take the port that was free; then another one is.
        let moto = (0..5).find_map(|_| Moto::at_a_free_port(&python));
        Some(moto.expect("moto does not answer"))
    }

    /// A server that answers; none where it has ended before it did.
    fn at_a_free_port(python: &Path) -> Option<Moto> {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let child = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p"])
            .arg(port.to_string())
            // Whatever is configured on this machine is none of the server's business.
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut moto = Moto {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if moto.child.try_wait().unwrap().is_some() {
                return None;
            }
            // Nobody listens yet: a socket may be connected with itself then.
            let answers = TcpStream::connect(("127.0.0.1", port))
                .is_ok_and(|stream| stream.local_addr().unwrap() != stream.peer_addr().unwrap());
            if answers {
                return Some(moto);
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// Lets moto carry executions of state machines out, which it does not by itself.
    pub fn run_executions(&self) {
        let address = self.endpoint.trim_start_matches("http://");
        let body = r#"{"stepfunctions":{"execute_state_machine":true}}"#;
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /moto-api/config HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An interpreter that has moto.
fn python() -> Result<PathBuf, String> {
    if let Some(given) = std::env::var_os("STEPWRIGHT_MOTO_PYTHON") {
        return Ok(PathBuf::from(given));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto-5.2.5");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    // Tests that run side by side make it once.
    let lock = fs::File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let venv = folder.join("venv");
    let python = venv.join("bin").join("python");
    let ready = folder.join("ready");
    if ready.exists() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv))?;
    let mut pip = Command::new(&python);
    run(pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        MOTO,
    ]))?;
    fs::write(ready, MOTO).map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = format!("{:?}", command.get_program());
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{name} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = errors.lines().last().unwrap_or_default();
    Err(format!("{name} failed: {last}"))
}
