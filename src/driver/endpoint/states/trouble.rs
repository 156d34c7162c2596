//! What the API answers where it does not do what it is asked, in the names and words of the service.

use serde_json::Value as Json;
use serde_json::json;

use crate::gateway::HttpAnswer;

/// The kind of the service's own exceptions.
const MODEL: &str = "com.amazonaws.swf.service.v2.model#";

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

pub(crate) type Answer = Result<Json, Refused>;

/// A request that is not served.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    status: u16,
    namespace: &'static str,
    code: String,
    message: String,
    /// Members beside the message.
    more: Vec<(&'static str, Json)>,
}

impl Refused {
    /// An exception of the service model.
    pub(crate) fn model(code: &str, message: impl Into<String>) -> Refused {
        Refused {
            status: 400,
            namespace: MODEL,
            code: code.to_owned(),
            message: message.into(),
            more: Vec::new(),
        }
    }

    /// Values outside of their bounds, each as a sentence without its beginning.
    pub(crate) fn bounds(found: &[String]) -> Refused {
        let errors = match found.len() {
            1 => "error",
            _ => "errors",
        };
        Refused {
            namespace: "com.amazon.coral.validate#",
            ..Refused::model(
                "ValidationException",
                format!(
                    "{} validation {errors} detected: {}",
                    found.len(),
                    found.join("; ")
                ),
            )
        }
    }

    /// `ValidationException` of the service itself, with its reason where the model has one.
    pub(crate) fn validation(message: impl Into<String>, reason: Option<&str>) -> Refused {
        Refused {
            more: reason
                .map(|reason| ("reason", Json::from(reason)))
                .into_iter()
                .collect(),
            ..Refused::model("ValidationException", message)
        }
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Refused {
        Refused {
            namespace: "com.amazon.coral.service#",
            ..Refused::model("SerializationException", message)
        }
    }

    pub(crate) fn unknown_operation(message: impl Into<String>) -> Refused {
        Refused {
            namespace: "com.amazon.coral.service#",
            ..Refused::model("UnknownOperationException", message)
        }
    }

    /// Something here has failed: the client may try again.
    pub(crate) fn internal(message: impl Into<String>) -> Refused {
        Refused {
            status: 500,
            namespace: "com.amazon.coral.service#",
            ..Refused::model("InternalFailure", message)
        }
    }

    pub(crate) fn invalid_arn(detail: &str) -> Refused {
        Refused::model("InvalidArn", format!("Invalid Arn: '{detail}'"))
    }

    pub(crate) fn no_machine(arn: &str) -> Refused {
        let message = format!("State Machine Does Not Exist: '{arn}'");
        Refused::model("StateMachineDoesNotExist", message)
    }

    pub(crate) fn deleting() -> Refused {
        Refused::model("StateMachineDeleting", "State Machine is being deleted")
    }

    pub(crate) fn no_execution(arn: &str) -> Refused {
        let message = format!("Execution Does Not Exist: '{arn}'");
        Refused::model("ExecutionDoesNotExist", message)
    }

    pub(crate) fn no_activity(arn: &str) -> Refused {
        let message = format!("Activity Does Not Exist: '{arn}'");
        Refused::model("ActivityDoesNotExist", message)
    }

    pub(crate) fn no_resource(arn: &str) -> Refused {
        Refused {
            more: vec![("resourceName", arn.into())],
            ..Refused::model("ResourceNotFound", format!("Resource not found: '{arn}'"))
        }
    }

    /// A version or an alias that a request names is not there.
    pub(crate) fn no_referenced(arn: &str) -> Refused {
        Refused {
            message: "Request references a resource that does not exist.".to_owned(),
            ..Refused::no_resource(arn)
        }
    }

    pub(crate) fn too_many_tags(arn: &str) -> Refused {
        Refused {
            more: vec![("resourceName", arn.into())],
            ..Refused::model("TooManyTags", format!("'{arn}' may have 50 tags at most"))
        }
    }

    pub(crate) fn token(token: &str) -> Refused {
        Refused::model("InvalidToken", format!("Invalid Token: '{token}'"))
    }
}

/// The answer with its headers.
pub(crate) fn answered(answer: Answer, id: &str) -> HttpAnswer {
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err(refused) => {
            let kind = format!("{}{}", refused.namespace, refused.code);
            let key = match refused.code.as_str() {
                "SerializationException" => "Message",
                _ => "message",
            };
            let mut body = json!({"__type": kind, key: refused.message});
            for (name, value) in refused.more {
                put(&mut body, name, Some(value));
            }
            (refused.status, body)
        }
    };
    HttpAnswer {
        status,
        headers: vec![
            ("Content-Type".to_owned(), CONTENT_TYPE.to_owned()),
            ("x-amzn-RequestId".to_owned(), id.to_owned()),
        ],
        body: body.to_string().into_bytes(),
    }
}

/// Adds a member that is there.
pub(crate) fn put(object: &mut Json, name: &str, value: Option<Json>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}
