//! What a Task calls, read off its `Resource`: service, action, pattern, and words for people.

use crate::asl::services::{self, OptimizedAction};
use crate::text::upper_first;

/// A `Resource` taken apart. Reading is total: what is not understood is a stand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub target: Target,
    pub pattern: Pattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `arn:aws:states:::lambda:invoke`: an integration made for Step Functions.
    Optimized {
        service: String,
        action: String,
    },
    /// `arn:aws:states:::aws-sdk:s3:getObject`: any action of any service.
    Sdk {
        service: String,
        action: String,
    },
    /// The address of a function itself.
    Lambda {
        function: String,
        qualifier: Option<String>,
    },
    Activity {
        name: String,
    },
    /// A `${Placeholder}` or any text that is no address yet; the words inside.
    StandIn {
        name: String,
    },
    /// The address of something else.
    Other {
        service: String,
        resource: String,
    },
}

/// How the state goes on after the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// Goes on with the answer.
    #[default]
    RequestResponse,
    /// `.sync`: waits until the job has ended.
    Sync,
    /// `.sync:2`: the same, with the output as JSON instead of text.
    Sync2,
    /// `.waitForTaskToken`: waits until somebody hands the token back.
    WaitForTaskToken,
}

/// What kind of service a task calls; the picture gives each an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceGroup {
    Lambda,
    Compute,
    Containers,
    Database,
    Storage,
    Topic,
    Queue,
    Events,
    StepFunctions,
    Http,
    Analytics,
    MachineLearning,
    Security,
    Other,
}

/// Groups that share a tint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceFamily {
    /// Lambda, other compute, containers, activities.
    Compute,
    /// Databases, storage, analytics, machine learning.
    Data,
    /// Topics, queues, events.
    Messaging,
    /// HTTP tasks and API Gateway.
    Http,
    /// Another execution of Step Functions.
    Workflow,
    Other,
}

/// Takes a `Resource` apart.
pub fn read(text: &str) -> Resource {
    let (bare, pattern) = split_pattern(text);
    match read_target(bare) {
        // The name of an activity may have a dot in it.
        Target::Activity { .. } => Resource {
            target: read_target(text),
            pattern: Pattern::RequestResponse,
        },
        target => Resource { target, pattern },
    }
}

/// The name of a function in `name`, `name:alias`, `account:function:name` or an ARN, and its version or alias.
pub fn function_name(address: &str) -> (&str, Option<&str>) {
    let tail = address
        .split_once(":function:")
        .map_or(address, |(_, tail)| tail);
    let tail = tail.strip_prefix("function:").unwrap_or(tail);
    match tail.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (tail, None),
    }
}

impl Resource {
    /// The service as it is written in the address: `lambda`, `dynamodb`, `sfn`; none of a stand-in.
    pub fn service(&self) -> Option<&str> {
        match &self.target {
            Target::Optimized { service, .. }
            | Target::Sdk { service, .. }
            | Target::Other { service, .. } => Some(service),
            Target::Lambda { .. } => Some("lambda"),
            Target::Activity { .. } => Some("states"),
            Target::StandIn { .. } => None,
        }
    }

    /// The action as it is written in the address: `putItem`.
    pub fn action(&self) -> Option<&str> {
        match &self.target {
            Target::Optimized { action, .. } | Target::Sdk { action, .. } => Some(action),
            Target::Lambda { .. } => Some("invoke"),
            Target::Activity { .. } | Target::StandIn { .. } | Target::Other { .. } => None,
        }
    }

    /// Words for a card: `Lambda: Invoke`, `DynamoDB: PutItem`, `Activity`.
    pub fn display_name(&self) -> String {
        match &self.target {
            Target::Optimized { service, action } | Target::Sdk { service, action } => format!(
                "{}: {}",
                services::display_name(service),
                upper_first(action)
            ),
            Target::Lambda { .. } => "Lambda: Invoke".to_owned(),
            Target::Activity { .. } => "Activity".to_owned(),
            Target::StandIn { name } => name.clone(),
            Target::Other { service, .. } => services::display_name(service).into_owned(),
        }
    }

    pub fn group(&self) -> ServiceGroup {
        match &self.target {
            Target::Activity { .. } => ServiceGroup::Compute,
            Target::StandIn { name } => services::guess(name),
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Lambda { .. }
            | Target::Other { .. } => self.service().map_or(ServiceGroup::Other, services::group),
        }
    }

    pub fn family(&self) -> ServiceFamily {
        self.group().family()
    }

    /// An activity, or a stand-in whose name says that it will be one.
    pub fn is_activity(&self) -> bool {
        match &self.target {
            Target::Activity { .. } => true,
            Target::StandIn { name } => services::words(name).iter().any(|word| word == "activity"),
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Lambda { .. }
            | Target::Other { .. } => false,
        }
    }

    /// Whether what it calls can be called in its pattern; true where nobody knows what that is.
    pub fn takes_pattern(&self) -> bool {
        match &self.target {
            Target::Optimized { .. } => self
                .optimized()
                .is_none_or(|known| known.allows(self.pattern)),
            Target::Sdk { .. } => !matches!(self.pattern, Pattern::Sync | Pattern::Sync2),
            Target::Lambda { .. } | Target::Activity { .. } => {
                self.pattern == Pattern::RequestResponse
            }
            Target::StandIn { .. } | Target::Other { .. } => true,
        }
    }

    /// What the service offers for an optimized integration; none where there is no such one.
    pub fn optimized(&self) -> Option<&'static OptimizedAction> {
        match &self.target {
            Target::Optimized { service, action } => services::optimized(service, action),
            Target::Sdk { .. }
            | Target::Lambda { .. }
            | Target::Activity { .. }
            | Target::StandIn { .. }
            | Target::Other { .. } => None,
        }
    }
}

impl Pattern {
    pub const ALL: [Pattern; 4] = [
        Pattern::RequestResponse,
        Pattern::Sync,
        Pattern::Sync2,
        Pattern::WaitForTaskToken,
    ];

    /// What is written behind the action.
    pub const fn suffix(self) -> &'static str {
        match self {
            Pattern::RequestResponse => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }
}

impl ServiceGroup {
    pub const fn family(self) -> ServiceFamily {
        match self {
            ServiceGroup::Lambda | ServiceGroup::Compute | ServiceGroup::Containers => {
                ServiceFamily::Compute
            }
            ServiceGroup::Database
            | ServiceGroup::Storage
            | ServiceGroup::Analytics
            | ServiceGroup::MachineLearning => ServiceFamily::Data,
            ServiceGroup::Topic | ServiceGroup::Queue | ServiceGroup::Events => {
                ServiceFamily::Messaging
            }
            ServiceGroup::Http => ServiceFamily::Http,
            ServiceGroup::StepFunctions => ServiceFamily::Workflow,
            ServiceGroup::Security | ServiceGroup::Other => ServiceFamily::Other,
        }
    }
}

fn split_pattern(text: &str) -> (&str, Pattern) {
    Pattern::ALL
        .into_iter()
        .filter(|pattern| !pattern.suffix().is_empty())
        .find_map(|pattern| Some((text.strip_suffix(pattern.suffix())?, pattern)))
        .unwrap_or((text, Pattern::RequestResponse))
}

fn read_target(text: &str) -> Target {
    let parts = split_address(text);
    let at = |index: usize| parts.get(index).copied().unwrap_or_default();
    let stand_in = || Target::StandIn {
        name: stand_in_name(text),
    };
    if at(0) != "arn" || parts.len() < 6 {
        return stand_in();
    }
    let own = |index: usize| at(index).to_owned();
    match (at(2), at(5)) {
        ("states", "activity") => Target::Activity { name: own(6) },
        ("states", "aws-sdk") => Target::Sdk {
            service: own(6),
            action: own(7),
        },
        ("states", "stateMachine" | "execution" | "express") => Target::Other {
            service: "states".to_owned(),
            resource: own(6),
        },
        ("states", _) => Target::Optimized {
            service: own(5),
            action: own(6),
        },
        ("lambda", "function") => Target::Lambda {
            function: own(6),
            qualifier: parts.get(7).map(|part| (*part).to_owned()),
        },
        (service, _) => Target::Other {
            service: service.to_owned(),
            resource: parts
                .get(5..)
                .map(|rest| rest.join(":"))
                .unwrap_or_default(),
        },
    }
}

/// The parts between colons; colons inside `${…}` do not part.
fn split_address(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut inside = false;
    for (offset, c) in text.char_indices() {
        match c {
            '{' if text.get(..offset).is_some_and(|t| t.ends_with('$')) => inside = true,
            '}' => inside = false,
            ':' if !inside => {
                parts.extend(text.get(start..offset));
                start = offset + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

fn stand_in_name(text: &str) -> String {
    let bare = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|inner| !inner.contains("${"))
        .unwrap_or(text);
    let bare = bare.trim_matches(['%', '_', ' ']);
    let bare = bare.strip_suffix(".Arn").unwrap_or(bare);
    let cut = bare.strip_suffix("Arn").unwrap_or(bare);
    if cut.is_empty() { bare } else { cut }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, display: &str, group: ServiceGroup, pattern: Pattern) {
        let resource = read(text);
        assert_eq!(resource.display_name(), display, "{text}");
        assert_eq!(resource.group(), group, "{text}");
        assert_eq!(resource.pattern, pattern, "{text}");
    }

    #[test]
    fn addresses_become_words() {
        use Pattern::*;
        use ServiceGroup::*;
        check(
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Lambda: Invoke",
            Lambda,
            WaitForTaskToken,
        );
        check(
            "arn:aws:states:::aws-sdk:s3:getObject",
            "S3: GetObject",
            Storage,
            RequestResponse,
        );
        check(
            "arn:aws:states:::states:startExecution.sync:2",
            "Step Functions: StartExecution",
            StepFunctions,
            Sync2,
        );
        check(
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:aws-sdk:polly:getSpeechSynthesisTask",
            "Polly: GetSpeechSynthesisTask",
            MachineLearning,
            RequestResponse,
        );
        check(
            "arn:aws:lambda:us-east-1:111111111111:function:f:PROD",
            "Lambda: Invoke",
            Lambda,
            RequestResponse,
        );
        check(
            "arn:aws:states:us-east-1:1:activity:pack",
            "Activity",
            Compute,
            RequestResponse,
        );
        check(
            "${DynamoDbPutItem}",
            "DynamoDbPutItem",
            Database,
            RequestResponse,
        );
        check(
            "${HelloLambdaFunction.Arn}",
            "HelloLambdaFunction",
            Lambda,
            RequestResponse,
        );
        check(
            "${SqsSendMessage}",
            "SqsSendMessage",
            Queue,
            RequestResponse,
        );
        check("", "", Other, RequestResponse);
    }

    #[test]
    fn optimized_actions_are_known() {
        assert!(
            read("arn:aws:states:::dynamodb:putItem")
                .optimized()
                .is_some()
        );
        assert!(
            read("arn:aws:states:::dynamodb:query")
                .optimized()
                .is_none()
        );
        assert!(read("activity_arn").is_activity() && read("${MyActivityArn}").is_activity());
    }

    #[test]
    fn a_pattern_has_to_be_offered() {
        for text in [
            "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
            "arn:aws:states:::dynamodb:putItem.sync",
            "arn:aws:states:::lambda:invoke.sync",
            "arn:aws:states:::ecs:runTask.sync:2",
            "arn:aws:states:::http:invoke.waitForTaskToken",
            "arn:aws:states:::aws-sdk:ecs:runTask.sync",
            "arn:aws:states:::aws-sdk:sfn:startExecution.sync:2",
            "arn:aws:lambda:us-east-1:1:function:f.waitForTaskToken",
        ] {
            assert!(!read(text).takes_pattern(), "{text}");
        }
        for text in [
            "arn:aws:states:::dynamodb:putItem",
            "arn:aws:states:::eks:call.waitForTaskToken",
            "arn:aws:states:::bedrock:invokeModel.waitForTaskToken",
            "arn:aws:states:::states:startExecution.sync:2",
            "arn:aws:states:::aws-sdk:ecs:runTask.waitForTaskToken",
            "arn:aws:states:::${Service}:putItem.sync",
            "${Anything}.sync",
        ] {
            assert!(read(text).takes_pattern(), "{text}");
        }
        let dotted = read("arn:aws:states:us-east-1:1:activity:pack.sync");
        let name = "pack.sync".to_owned();
        assert_eq!(dotted.target, Target::Activity { name });
        assert!(dotted.takes_pattern());
    }
}
