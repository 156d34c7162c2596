//! What the lists on the left offer: state types, service actions, patterns.

use crate::asl::StateKind;
use crate::asl::resource;
use crate::asl::services;
use crate::editor::StateTemplate;
use crate::scene::Icon;
use crate::scene::kind_family;
use crate::scene::kind_icon;
use crate::scene::service_face;
use crate::ui::canvas::PaletteItem;

impl PaletteItem {
    /// A state of a type.
    pub fn kind(kind: StateKind) -> PaletteItem {
        PaletteItem {
            title: kind.name().to_owned(),
            detail: kind_detail(kind).to_owned(),
            family: kind_family(kind),
            icon: kind_icon(kind),
            template: StateTemplate::new(kind),
        }
    }

    /// A Task that calls an optimized integration.
    pub fn action(service: &str, action: &str) -> PaletteItem {
        let address = format!("arn:aws:states:::{service}:{action}");
        let face = service_face(&address);
        let title = services::display_name(service).into_owned();
        let detail = resource::read(&address)
            .display_name()
            .split_once(": ")
            .map_or_else(|| action.to_owned(), |(_, action)| action.to_owned());
        PaletteItem {
            title,
            detail,
            family: face.family,
            icon: face.icon,
            template: StateTemplate::task(&address),
        }
    }

    /// A state with fields of its own.
    pub fn pattern(pattern: &Pattern) -> PaletteItem {
        let mut template = StateTemplate::new(pattern.kind);
        template.name = Some(pattern.name.to_owned());
        template.resource = pattern.resource.map(str::to_owned);
        template.fields = Some(pattern.fields.to_owned());
        PaletteItem {
            title: pattern.title.to_owned(),
            detail: pattern.about.to_owned(),
            family: kind_family(pattern.kind),
            icon: pattern.icon,
            template,
        }
    }

    /// What a search looks at.
    pub fn matches(&self, words: &str) -> bool {
        let text = format!("{} {}", self.title, self.detail).to_lowercase();
        words
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    }
}

/// A piece of workflow that is needed again and again.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    pub title: &'static str,
    pub about: &'static str,
    pub name: &'static str,
    pub kind: StateKind,
    pub icon: Icon,
    pub resource: Option<&'static str>,
    /// A JSON object of fields.
    pub fields: &'static str,
}

/// The patterns on offer; each is one state with what it holds, valid in JSONPath.
pub const PATTERNS: &[Pattern] = &[
    Pattern {
        title: "Retry with back-off",
        about: "Calls a function, trying again after passing errors",
        name: "Call with retry",
        kind: StateKind::Task,
        icon: Icon::REPLAY,
        resource: Some("arn:aws:states:::lambda:invoke"),
        fields: r#"{"Retry":[{"ErrorEquals":["Lambda.ServiceException","Lambda.AWSLambdaException","Lambda.SdkClientException","Lambda.TooManyRequestsException"],"IntervalSeconds":1,"MaxAttempts":3,"BackoffRate":2,"JitterStrategy":"FULL"}]}"#,
    },
    Pattern {
        title: "For each item",
        about: "Runs the same states for every item, five at a time",
        name: "For each item",
        kind: StateKind::Map,
        icon: Icon::REPEAT,
        resource: None,
        fields: r#"{"ItemsPath":"$.items","MaxConcurrency":5}"#,
    },
    Pattern {
        title: "Large file",
        about: "Reads a CSV from S3 and works on it in batches",
        name: "Process large file",
        kind: StateKind::Map,
        icon: Icon::TABLE_ROWS,
        resource: None,
        fields: r#"{"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Process batch","States":{"Process batch":{"Type":"Pass","End":true}}},"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"},"Parameters":{"Bucket":"MyBucket","Key":"items.csv"}},"ItemBatcher":{"MaxItemsPerBatch":100},"MaxConcurrency":100}"#,
    },
    Pattern {
        title: "Side by side",
        about: "Runs two branches at once and waits for both",
        name: "Both at once",
        kind: StateKind::Parallel,
        icon: Icon::VIEW_COLUMN,
        resource: None,
        fields: "{}",
    },
    Pattern {
        title: "Human approval",
        about: "Sends a message with a token and waits for the answer",
        name: "Ask for approval",
        kind: StateKind::Task,
        icon: Icon::INBOX,
        resource: Some("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        fields: r#"{"Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/123456789012/approvals","MessageBody":{"request.$":"$","token.$":"$$.Task.Token"}},"TimeoutSeconds":86400}"#,
    },
    Pattern {
        title: "Child workflow",
        about: "Starts another workflow and waits for its end",
        name: "Run child workflow",
        kind: StateKind::Task,
        icon: Icon::ACCOUNT_TREE,
        resource: Some("arn:aws:states:::states:startExecution.sync:2"),
        fields: r#"{"Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Input":{"input.$":"$","AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$":"$$.Execution.Id"}}}"#,
    },
    Pattern {
        title: "Job poller",
        about: "Waits before asking again; connect it in a loop",
        name: "Wait before asking again",
        kind: StateKind::Wait,
        icon: Icon::HOURGLASS_BOTTOM,
        resource: None,
        fields: r#"{"Seconds":30}"#,
    },
];

const fn kind_detail(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Task => "calls a service",
        StateKind::Choice => "branches on a condition",
        StateKind::Parallel => "runs branches at once",
        StateKind::Map => "runs for each item",
        StateKind::Pass => "shapes the data",
        StateKind::Wait => "waits for a time",
        StateKind::Succeed => "ends well",
        StateKind::Fail => "ends with an error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_patterns_are_objects() {
        for pattern in PATTERNS {
            let fields = crate::query::Value::parse(pattern.fields).unwrap();
            assert!(fields.as_object().is_some(), "{}", pattern.title);
        }
    }
}
