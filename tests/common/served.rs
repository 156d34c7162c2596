//! A `stepwright serve` of its own for a test, and a small HTTP client to talk to it.

#![allow(dead_code)]

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use stepwright::sidecar::SavedRequest;

/// Ends with the value.
pub struct Served {
    child: Child,
    /// `127.0.0.1:PORT` of the API.
    api: String,
    /// What every path begins with: `/prod`.
    stage: String,
    /// The line that `serve` prints once it listens.
    pub told: Json,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A path within the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Served {
    /// Serves a path, on ports that are free, in virtual time.
    pub fn start(path: &Path) -> Served {
        Served::start_with(path, &[])
    }

    /// The same, with further arguments.
    pub fn start_with(path: &Path, more: &[&str]) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("serve")
            .arg(path)
            .args([
                "--port",
                "0",
                "--api-port",
                "0",
                "--format",
                "json",
                "--no-store",
            ])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Json = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut words = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut words)
                .unwrap();
            panic!("serve {} said {line:?}; {words}", path.display())
        });
        let base = told["api"].as_str().unwrap().trim_end_matches('/');
        let url = told["routes"][0]["url"].as_str().unwrap();
        let below = url.strip_prefix(base).unwrap().trim_start_matches('/');
        let stage = format!("/{}", below.split('/').next().unwrap());
        Served {
            api: base.strip_prefix("http://").unwrap().to_owned(),
            stage,
            child,
            told,
        }
    }

    /// Sends a request to a path below the stage. Headers are sent as they are written.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<&str>,
    ) -> Answer {
        let mut head = format!("{method} {}{path} HTTP/1.1\r\n", self.stage);
        let has = |name: &str| {
            headers
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        let mut add = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        add("Host", &self.api);
        add("Connection", "close");
        for (name, value) in headers {
            add(name, value);
        }
        if body.is_some() && !has("Content-Type") {
            add("Content-Type", "application/json");
        }
        let body = body.unwrap_or_default();
        add("Content-Length", &body.len().to_string());
        let mut stream = TcpStream::connect(&self.api).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
            .write_all(format!("{head}\r\n{body}").as_bytes())
            .unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        Answer::read(&String::from_utf8(text).unwrap())
    }

    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.send("POST", path, &[], Some(&body.to_string()))
    }

    /// Sends a request as its companion file has it.
    pub fn ask(&self, request: &SavedRequest) -> Answer {
        let mut path = request.path.clone();
        for (index, (name, value)) in request.query.iter().enumerate() {
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
        let mut headers = request.headers.clone();
        if let Some(scenario) = &request.scenario {
            headers.push(("X-Stepwright-Scenario".to_owned(), scenario.clone()));
        }
        self.send(&request.method, &path, &headers, request.body.as_deref())
    }

    /// Sends a request and compares the answer; what is wrong with it, if anything.
    pub fn judge(&self, request: &SavedRequest) -> Option<String> {
        let answer = self.ask(request);
        let expect = request.expect.as_ref()?;
        let verdict = expect.judge(answer.status, &answer.headers, &answer.body);
        verdict
            .err()
            .map(|difference| format!("{}: {difference}", request.name))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    fn read(text: &str) -> Answer {
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no HTTP answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| line.split_once(':').unwrap());
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        assert!(
            headers.iter().all(|(name, _)| name != "transfer-encoding"),
            "the answer comes in one piece"
        );
        Answer {
            status: status.parse().unwrap(),
            headers,
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.body))
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
