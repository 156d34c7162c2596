//! Any text as an API document, and any request to it: always an answer, and lints whose fixes fit their files.

use std::collections::BTreeMap;
use std::sync::Arc;

use arbitrary::Unstructured;
use stepwright::engine::Status;
use stepwright::gateway;
use stepwright::gateway::Exchange;
use stepwright::gateway::Executed;
use stepwright::gateway::HttpAnswer;
use stepwright::gateway::IntegrationResult;
use stepwright::gateway::Meters;
use stepwright::gateway::Recording;
use stepwright::gateway::Refusal;
use stepwright::gateway::Request;
use stepwright::gateway::Step;
use stepwright::gateway::Surroundings;
use stepwright::project;
use stepwright::project::Options;
use stepwright::project::Project;
use stepwright::query::Value;

/// The first 48 bytes are requests and results, the others the document, as JSON or YAML.
pub fn check(data: &[u8]) {
    let (choices, text) = data.split_at(data.len().min(48));
    let mut dice = Unstructured::new(choices);
    let text: Arc<str> = Arc::from(String::from_utf8_lossy(text));
    let project = lint("x.openapi.yaml", &text);
    lint("template.yaml", &text);
    for document in &project.apis {
        ask(
            &document.document,
            Surroundings::of(document, &project.place),
            &mut dice,
        );
    }
    if let Ok(document) = serde_json::from_str(&text) {
        ask(&document, Surroundings::default(), &mut dice);
    }
}

fn lint(root: &str, text: &Arc<str>) -> Project {
    let files = BTreeMap::from([(root.to_owned(), text.clone())]);
    let project = project::read(root, &files, &Options::default());
    for finding in gateway::lints(&project) {
        let host = project.text(&finding.file);
        assert!(host.get(finding.diagnostic.span.range()).is_some());
        if let Some(fix) = finding.diagnostic.fix {
            assert!(fix.edit.fits(host), "{}", finding.diagnostic.code);
            let _ = fix.edit.apply(host);
        }
    }
    project
}

fn ask(document: &serde_json::Value, surroundings: Surroundings, dice: &mut Unstructured<'_>) {
    let api = gateway::read(document, surroundings);
    let clock = || 1_767_225_600_000_000;
    for route in &api.routes {
        let path = route.path.replace(['{', '}', '+'], "");
        let stage = if api.stage.is_empty() {
            String::new()
        } else {
            format!("/{}", api.stage)
        };
        let noise: String = dice.arbitrary().unwrap_or_default();
        let mut request = Request::new(
            route.method.clone(),
            format!("{stage}{path}?a={noise}&{noise}"),
        );
        request.headers.push(("X-A".to_owned(), noise.clone()));
        request.body = match dice.int_in_range(0..=3).unwrap_or(0) {
            0 => br#"{"name": "it's", "a": [1, {"b": null}]}"#.to_vec(),
            1 => noise.clone().into_bytes(),
            2 => Vec::new(),
            _ => route.example.clone().unwrap_or_default().into_bytes(),
        };
        let meters = Meters::default();
        let (mut exchange, step) =
            Exchange::begin(&api, request.clone(), &meters, Recording::Full, &clock);
        if let Step::Call(_) = step {
            let last = exchange.resume(result(dice), &clock);
            assert!(
                matches!(last, Step::Answer(response) if (100..600).contains(&response.status))
            );
        }
        assert!(!exchange.trace().is_empty());
        let (silent, _) = Exchange::begin(&api, request, &meters, Recording::Off, &clock);
        assert!(silent.trace().is_empty());
    }
}

fn result(dice: &mut Unstructured<'_>) -> IntegrationResult {
    let text: String = dice.arbitrary().unwrap_or_default();
    let status = dice.arbitrary().unwrap_or(200);
    match dice.int_in_range(0..=7).unwrap_or(0) {
        0 => IntegrationResult::Executed(Executed {
            status: Status::Succeeded,
            output: Some(Value::string(&text)),
            error: None,
            cause: None,
            started: 0,
            stopped: i64::from(status),
        }),
        1 => IntegrationResult::Executed(Executed {
            status: Status::Failed,
            output: None,
            error: Some(text.clone()),
            cause: Some(text),
            started: i64::MAX,
            stopped: i64::MIN,
        }),
        2 => IntegrationResult::Started {
            execution_arn: text,
            at: i64::from(status),
        },
        3 => IntegrationResult::Refused(Refusal::NameTaken),
        4 => IntegrationResult::Returned(Value::parse(&text).unwrap_or_default()),
        5 => IntegrationResult::Threw {
            error: text.clone(),
            cause: text,
        },
        6 => IntegrationResult::Http(HttpAnswer {
            status,
            headers: vec![(text.clone(), text.clone())],
            body: text.into_bytes(),
        }),
        _ => IntegrationResult::TimedOut,
    }
}
