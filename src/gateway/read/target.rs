//! What the `uri` of an integration calls.

use std::collections::BTreeMap;

use crate::gateway::StatesAction;
use crate::gateway::Target;

/// Reads an address; [`Target::Unknown`] where it is none.
pub(crate) fn read(uri: &str) -> Target {
    if uri.starts_with("http://") || uri.starts_with("https://") {
        return Target::Http {
            url: uri.to_owned(),
        };
    }
    let mut parts = uri.splitn(6, ':');
    let head = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some("arn"), Some(_), Some("apigateway"), Some(_)) = head else {
        return Target::Unknown;
    };
    let (Some(service), Some(rest)) = (parts.next(), parts.next()) else {
        return Target::Unknown;
    };
    let (host, service) = match service.rsplit_once('.') {
        Some((host, service)) => (Some(host.to_owned()), service),
        None => (None, service),
    };
    match rest.split_once('/') {
        Some(("action", action)) => action_of(service, action),
        Some(("path", path)) => path_of(service, host, path),
        Some(_) | None => Target::Unknown,
    }
}

fn action_of(service: &str, action: &str) -> Target {
    let known = match (service, action) {
        ("states", "StartSyncExecution") => StatesAction::StartSyncExecution,
        ("states", "StartExecution") => StatesAction::StartExecution,
        ("states", "StopExecution") => StatesAction::StopExecution,
        ("states", "DescribeExecution") => StatesAction::DescribeExecution,
        _ => {
            return Target::Action {
                service: service.to_owned(),
                action: action.to_owned(),
            };
        }
    };
    Target::States(known)
}

fn path_of(service: &str, host: Option<String>, path: &str) -> Target {
    let function = (service == "lambda")
        .then(|| {
            path.trim_start_matches('/')
                .strip_prefix("2015-03-31/functions/")
        })
        .flatten()
        .and_then(|rest| rest.strip_suffix("/invocations"));
    match function {
        Some(function) => Target::Lambda {
            function: function.to_owned(),
        },
        None => Target::Path {
            service: service.to_owned(),
            host,
            path: format!("/{}", path.trim_start_matches('/')),
        },
    }
}

/// The text with `${stageVariables.NAME}` replaced; the names that the stage does not have.
pub(crate) fn with_stage_variables(
    text: &str,
    variables: &BTreeMap<String, String>,
) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut missing = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${stageVariables.") {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push_str("${stageVariables.");
            rest = after;
            break;
        };
        match variables.get(name) {
            Some(value) => out.push_str(value),
            None => missing.push(name.to_owned()),
        }
        rest = after;
    }
    out.push_str(rest);
    (out, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(
            read("arn:aws:apigateway:us-east-1:states:action/StartSyncExecution"),
            Target::States(StatesAction::StartSyncExecution)
        );
        let function = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
        );
        assert_eq!(
            read(&uri),
            Target::Lambda {
                function: function.to_owned()
            }
        );
        assert_eq!(
            read("arn:aws:apigateway:us-east-1:bucket.s3:path/{key}"),
            Target::Path {
                service: "s3".to_owned(),
                host: Some("bucket".to_owned()),
                path: "/{key}".to_owned()
            }
        );
        assert_eq!(
            read("arn:aws:apigateway:us-east-1:dynamodb:action/Query"),
            Target::Action {
                service: "dynamodb".to_owned(),
                action: "Query".to_owned()
            }
        );
        for text in [
            "",
            "arn",
            "arn:aws:apigateway:x:y",
            "arn:aws:apigateway:x:y:z",
            "ftp://x",
        ] {
            assert_eq!(read(text), Target::Unknown, "{text}");
        }
    }

    #[test]
    fn stage_variables() {
        let variables = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        let (text, missing) = with_stage_variables(
            "x${stageVariables.a}-${stageVariables.b}${stageVariables.",
            &variables,
        );
        assert_eq!(text, "x1-${stageVariables.");
        assert_eq!(missing, ["b"]);
    }
}
