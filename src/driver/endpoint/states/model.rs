//! The input of each action as the service model has it: members, which of them are required, and their bounds.

/// A member of an input.
#[derive(Debug)]
pub(crate) struct Member {
    pub name: &'static str,
    pub need: Need,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    Optional,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Text(Text),
    Whole {
        least: i64,
        most: i64,
    },
    Real {
        least: f64,
        most: f64,
    },
    Flag,
    List {
        least: usize,
        most: usize,
        item: &'static Kind,
    },
    Structure(&'static [Member]),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    /// In characters.
    pub least: usize,
    pub most: usize,
    pub rule: Rule,
    pub shown: Shown,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    Any,
    OneOf(&'static [&'static str]),
    Pattern {
        words: &'static str,
        fits: fn(&str) -> bool,
    },
}

/// Whether a refusal repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    /// The model calls it sensitive.
    No,
}

const fn required(name: &'static str, kind: Kind) -> Member {
    let need = Need::Required;
    Member { name, need, kind }
}

const fn optional(name: &'static str, kind: Kind) -> Member {
    let need = Need::Optional;
    Member { name, need, kind }
}

const fn text(least: usize, most: usize) -> Kind {
    Kind::Text(Text {
        least,
        most,
        rule: Rule::Any,
        shown: Shown::Yes,
    })
}

const fn secret(least: usize, most: usize) -> Kind {
    Kind::Text(Text {
        least,
        most,
        rule: Rule::Any,
        shown: Shown::No,
    })
}

const fn one_of(values: &'static [&'static str]) -> Kind {
    Kind::Text(Text {
        least: 0,
        most: usize::MAX,
        rule: Rule::OneOf(values),
        shown: Shown::Yes,
    })
}

const fn pattern(least: usize, most: usize, words: &'static str, fits: fn(&str) -> bool) -> Kind {
    Kind::Text(Text {
        least,
        most,
        rule: Rule::Pattern { words, fits },
        shown: Shown::Yes,
    })
}

const fn arn() -> Kind {
    text(1, 256)
}

const fn long_arn() -> Kind {
    text(1, 2_000)
}

const fn name() -> Kind {
    text(1, 80)
}

const fn data() -> Kind {
    secret(0, 262_144)
}

const fn page_size() -> Kind {
    Kind::Whole {
        least: 0,
        most: 1_000,
    }
}

const fn count() -> Kind {
    Kind::Whole {
        least: 0,
        most: i32::MAX as i64,
    }
}

const fn list(least: usize, most: usize, item: &'static Kind) -> Kind {
    Kind::List { least, most, item }
}

fn is_alias_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    text.chars().all(known) && text.chars().any(|c| !c.is_ascii_digit())
}

fn is_printed(text: &str) -> bool {
    text.chars().all(|c| ('!'..='~').contains(&c))
}

const ALIAS_NAME: &str = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";
const TYPES: &[&str] = &["STANDARD", "EXPRESS"];
/// In the order in which the service tells them.
const STATUSES: &[&str] = &[
    "SUCCEEDED",
    "TIMED_OUT",
    "PENDING_REDRIVE",
    "ABORTED",
    "FAILED",
    "RUNNING",
];
const INCLUDED: &[&str] = &["ALL_DATA", "METADATA_ONLY"];

const TAG: Kind = Kind::Structure(&[
    optional("key", text(1, 128)),
    optional("value", text(0, 256)),
]);
const TAG_KEY: Kind = text(1, 128);
const DESTINATION: Kind = Kind::Structure(&[optional(
    "cloudWatchLogsLogGroup",
    Kind::Structure(&[optional("logGroupArn", arn())]),
)]);
const ROUTE: Kind = Kind::Structure(&[
    required("stateMachineVersionArn", arn()),
    required(
        "weight",
        Kind::Whole {
            least: 0,
            most: 100,
        },
    ),
]);

const fn tags() -> Kind {
    list(0, usize::MAX, &TAG)
}

const LOGGING: Member = optional(
    "loggingConfiguration",
    Kind::Structure(&[
        optional("level", one_of(&["ALL", "ERROR", "FATAL", "OFF"])),
        optional("includeExecutionData", Kind::Flag),
        optional("destinations", list(0, usize::MAX, &DESTINATION)),
    ]),
);

const TRACING: Member = optional(
    "tracingConfiguration",
    Kind::Structure(&[optional("enabled", Kind::Flag)]),
);

const ENCRYPTION: Member = optional(
    "encryptionConfiguration",
    Kind::Structure(&[
        optional("kmsKeyId", text(1, 2_048)),
        optional(
            "kmsDataKeyReusePeriodSeconds",
            Kind::Whole {
                least: 60,
                most: 900,
            },
        ),
        required(
            "type",
            one_of(&["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]),
        ),
    ]),
);

const fn routes(need: Need) -> Member {
    Member {
        name: "routingConfiguration",
        need,
        kind: list(1, 2, &ROUTE),
    }
}

const MAX_RESULTS: Member = optional("maxResults", page_size());
const NEXT_TOKEN: Member = optional("nextToken", text(1, 1_024));
const MACHINE: Member = required("stateMachineArn", arn());
const EXECUTION: Member = required("executionArn", arn());
const ACTIVITY: Member = required("activityArn", arn());
const TOKEN: Member = required("taskToken", text(1, 2_048));
const INCLUDED_DATA: Member = optional("includedData", one_of(INCLUDED));

/// An action and the members of its input.
#[derive(Debug)]
pub(crate) struct Action {
    pub name: &'static str,
    pub members: &'static [Member],
}

/// All actions of the API, by name.
pub(crate) static ACTIONS: &[Action] = &[
    Action {
        name: "CreateActivity",
        members: &[
            required("name", name()),
            optional("tags", tags()),
            ENCRYPTION,
        ],
    },
    Action {
        name: "CreateStateMachine",
        members: &[
            required("name", name()),
            required("definition", secret(1, 1_048_576)),
            required("roleArn", arn()),
            optional("type", one_of(TYPES)),
            LOGGING,
            optional("tags", tags()),
            TRACING,
            optional("publish", Kind::Flag),
            optional("versionDescription", secret(0, 256)),
            ENCRYPTION,
        ],
    },
    Action {
        name: "CreateStateMachineAlias",
        members: &[
            optional("description", secret(0, 256)),
            required("name", pattern(1, 80, ALIAS_NAME, is_alias_name)),
            routes(Need::Required),
        ],
    },
    Action {
        name: "DeleteActivity",
        members: &[ACTIVITY],
    },
    Action {
        name: "DeleteStateMachine",
        members: &[MACHINE],
    },
    Action {
        name: "DeleteStateMachineAlias",
        members: &[required("stateMachineAliasArn", arn())],
    },
    Action {
        name: "DeleteStateMachineVersion",
        members: &[required("stateMachineVersionArn", long_arn())],
    },
    Action {
        name: "DescribeActivity",
        members: &[ACTIVITY],
    },
    Action {
        name: "DescribeExecution",
        members: &[EXECUTION, INCLUDED_DATA],
    },
    Action {
        name: "DescribeMapRun",
        members: &[required("mapRunArn", long_arn())],
    },
    Action {
        name: "DescribeStateMachine",
        members: &[MACHINE, INCLUDED_DATA],
    },
    Action {
        name: "DescribeStateMachineAlias",
        members: &[required("stateMachineAliasArn", arn())],
    },
    Action {
        name: "DescribeStateMachineForExecution",
        members: &[EXECUTION, INCLUDED_DATA],
    },
    Action {
        name: "GetActivityTask",
        members: &[ACTIVITY, optional("workerName", name())],
    },
    Action {
        name: "GetExecutionHistory",
        members: &[
            EXECUTION,
            MAX_RESULTS,
            optional("reverseOrder", Kind::Flag),
            NEXT_TOKEN,
            optional("includeExecutionData", Kind::Flag),
        ],
    },
    Action {
        name: "ListActivities",
        members: &[MAX_RESULTS, NEXT_TOKEN],
    },
    Action {
        name: "ListExecutions",
        members: &[
            optional("stateMachineArn", arn()),
            optional("statusFilter", one_of(STATUSES)),
            MAX_RESULTS,
            optional("nextToken", text(1, 3_096)),
            optional("mapRunArn", long_arn()),
            optional("redriveFilter", one_of(&["REDRIVEN", "NOT_REDRIVEN"])),
        ],
    },
    Action {
        name: "ListMapRuns",
        members: &[EXECUTION, MAX_RESULTS, NEXT_TOKEN],
    },
    Action {
        name: "ListStateMachineAliases",
        members: &[MACHINE, NEXT_TOKEN, MAX_RESULTS],
    },
    Action {
        name: "ListStateMachineVersions",
        members: &[MACHINE, NEXT_TOKEN, MAX_RESULTS],
    },
    Action {
        name: "ListStateMachines",
        members: &[MAX_RESULTS, NEXT_TOKEN],
    },
    Action {
        name: "ListTagsForResource",
        members: &[required("resourceArn", arn())],
    },
    Action {
        name: "PublishStateMachineVersion",
        members: &[
            MACHINE,
            optional("revisionId", text(0, usize::MAX)),
            optional("description", secret(0, 256)),
        ],
    },
    Action {
        name: "RedriveExecution",
        members: &[
            EXECUTION,
            optional("clientToken", pattern(1, 64, "[!-~]+", is_printed)),
        ],
    },
    Action {
        name: "SendTaskFailure",
        members: &[
            TOKEN,
            optional("error", secret(0, 256)),
            optional("cause", secret(0, 32_768)),
        ],
    },
    Action {
        name: "SendTaskHeartbeat",
        members: &[TOKEN],
    },
    Action {
        name: "SendTaskSuccess",
        members: &[TOKEN, required("output", data())],
    },
    Action {
        name: "StartExecution",
        members: &[
            MACHINE,
            optional("name", name()),
            optional("input", data()),
            optional("traceHeader", pattern(0, 256, r"\p{ASCII}*", str::is_ascii)),
        ],
    },
    Action {
        name: "StartSyncExecution",
        members: &[
            MACHINE,
            optional("name", name()),
            optional("input", data()),
            optional("traceHeader", pattern(0, 256, r"\p{ASCII}*", str::is_ascii)),
            INCLUDED_DATA,
        ],
    },
    Action {
        name: "StopExecution",
        members: &[
            EXECUTION,
            optional("error", secret(0, 256)),
            optional("cause", secret(0, 32_768)),
        ],
    },
    Action {
        name: "TagResource",
        members: &[required("resourceArn", arn()), required("tags", tags())],
    },
    Action {
        name: "TestState",
        members: &[
            required("definition", secret(1, 1_048_576)),
            optional("roleArn", arn()),
            optional("input", data()),
            optional("inspectionLevel", one_of(&["INFO", "DEBUG", "TRACE"])),
            optional("revealSecrets", Kind::Flag),
            optional("variables", data()),
            optional("stateName", secret(1, 80)),
            optional(
                "mock",
                Kind::Structure(&[
                    optional("result", data()),
                    optional(
                        "errorOutput",
                        Kind::Structure(&[
                            optional("error", secret(0, 256)),
                            optional("cause", secret(0, 32_768)),
                        ]),
                    ),
                    optional(
                        "fieldValidationMode",
                        one_of(&["STRICT", "PRESENT", "NONE"]),
                    ),
                ]),
            ),
            optional("context", data()),
            optional(
                "stateConfiguration",
                Kind::Structure(&[
                    optional("retrierRetryCount", count()),
                    optional("errorCausedByState", secret(1, 80)),
                    optional("mapIterationFailureCount", count()),
                    optional("mapItemReaderData", data()),
                ]),
            ),
        ],
    },
    Action {
        name: "UntagResource",
        members: &[
            required("resourceArn", arn()),
            required("tagKeys", list(0, usize::MAX, &TAG_KEY)),
        ],
    },
    Action {
        name: "UpdateMapRun",
        members: &[
            required("mapRunArn", long_arn()),
            optional("maxConcurrency", count()),
            optional(
                "toleratedFailurePercentage",
                Kind::Real {
                    least: 0.0,
                    most: 100.0,
                },
            ),
            optional(
                "toleratedFailureCount",
                Kind::Whole {
                    least: 0,
                    most: i64::MAX,
                },
            ),
        ],
    },
    Action {
        name: "UpdateStateMachine",
        members: &[
            MACHINE,
            optional("definition", secret(1, 1_048_576)),
            optional("roleArn", arn()),
            LOGGING,
            TRACING,
            optional("publish", Kind::Flag),
            optional("versionDescription", secret(0, 256)),
            ENCRYPTION,
        ],
    },
    Action {
        name: "UpdateStateMachineAlias",
        members: &[
            required("stateMachineAliasArn", arn()),
            optional("description", secret(0, 256)),
            routes(Need::Optional),
        ],
    },
    Action {
        name: "ValidateStateMachineDefinition",
        members: &[
            required("definition", secret(1, 1_048_576)),
            optional("type", one_of(TYPES)),
            optional("severity", one_of(&["ERROR", "WARNING"])),
            optional(
                "maxResults",
                Kind::Whole {
                    least: 0,
                    most: 100,
                },
            ),
        ],
    },
];
