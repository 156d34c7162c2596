//! `stepwright serve` in a process of its own, as a client sees it.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

/// A server in a process of its own; it ends with the value.
pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    pub fn start(folder: &Path, more: &[&str]) -> Server {
        Server::try_start(folder, more).unwrap_or_else(|words| panic!("{words}"))
    }

    pub fn try_start(folder: &Path, more: &[&str]) -> Result<Server, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("serve")
            .arg(folder.join("work"))
            .args(["--port", "0", "--api-port", "0", "--format", "json"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        match serde_json::from_str::<Value>(&line) {
            Ok(told) => Ok(Server {
                child,
                address: told["stepfunctions"].as_str().unwrap()[7..].to_owned(),
            }),
            Err(_) => {
                let code = child.wait().unwrap().code();
                let mut words = String::new();
                let mut errors = child.stderr.take().unwrap();
                errors.read_to_string(&mut words).unwrap();
                Err(format!("{code:?}: {words}"))
            }
        }
    }

    pub fn ask(&self, action: &str, body: &Value) -> Value {
        let answer = ask(&self.address, action, body);
        answer.unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn interrupt(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One action on a connection of its own; the body of the answer, whatever its status.
pub fn ask(address: &str, action: &str, body: &Value) -> std::io::Result<Value> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(70)))?;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Amz-Target: AWSStepFunctions.{action}\r\n\
         Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).map_err(std::io::Error::other)
}
