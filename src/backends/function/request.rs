//! Which function a task calls, with which event; and the shape of what the state gets back.

use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::asl::resource;
use crate::asl::resource::Target;
use crate::aws::http_date;
use crate::backends::function::FunctionError;
use crate::engine::Call;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::query::Value;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;

/// How a call went through, as its answer tells.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// Of the request.
    pub id: String,
    /// The version that ran.
    pub version: String,
    pub at: Millis,
}

/// How a task calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// `Resource` is the function itself: its result is the state's.
    Direct,
    /// `arn:aws:states:::lambda:invoke`
    Optimized,
    /// `arn:aws:states:::aws-sdk:lambda:invoke`: the payload is text.
    Sdk,
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionRequest {
    /// The function's name alone, by which it is configured.
    pub name: String,
    /// As the task gives it: a name, a part of an ARN, a whole one.
    pub address: String,
    pub qualifier: Option<String>,
    /// The event as JSON.
    pub event: String,
    /// Nobody waits for the result: `InvocationType` is `Event`.
    pub fire_and_forget: bool,
    /// `InvocationType` is `DryRun`: nothing is called.
    pub dry_run: bool,
    way: Way,
}

impl FunctionRequest {
    /// None where the task calls something else.
    pub(crate) fn of(call: &Call) -> Option<FunctionRequest> {
        let payload = &call.payload;
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let way = match resource::read(&call.resource).target {
            Target::Lambda {
                function,
                qualifier,
            } => {
                return Some(FunctionRequest {
                    name: function,
                    address: call.resource.to_string(),
                    qualifier,
                    event: payload.to_json(),
                    fire_and_forget: false,
                    dry_run: false,
                    way: Way::Direct,
                });
            }
            Target::Optimized { service, action } if service == "lambda" && action == "invoke" => {
                Way::Optimized
            }
            Target::Sdk { service, action } if service == "lambda" && action == "invoke" => {
                Way::Sdk
            }
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Activity { .. }
            | Target::StandIn { .. }
            | Target::Other { .. } => return None,
        };
        let address = text("FunctionName").unwrap_or_default();
        let (name, own) = resource::function_name(address);
        let event = match payload.get("Payload") {
            None => "{}".to_owned(),
            Some(Value::String(event)) if way == Way::Sdk => event.to_string(),
            Some(event) => event.to_json(),
        };
        let kind = text("InvocationType").unwrap_or("RequestResponse");
        Some(FunctionRequest {
            name: name.to_owned(),
            address: address.to_owned(),
            qualifier: text("Qualifier").or(own).map(str::to_owned),
            event,
            fire_and_forget: kind == "Event",
            dry_run: kind == "DryRun",
            way,
        })
    }

    /// How a call of a function on this machine went through: there is one version of it, which every alias means.
    pub(crate) fn receipt(&self, id: &str, at: Millis) -> Receipt {
        let number = |qualifier: &&String| qualifier.bytes().all(|byte| byte.is_ascii_digit());
        Receipt {
            id: id.to_owned(),
            version: match self.qualifier.as_ref().filter(number) {
                Some(number) => number.clone(),
                None => "$LATEST".to_owned(),
            },
            at,
        }
    }

    /// The service's refusal of an event that is no JSON; a state gives such a one as the text of a payload.
    pub(crate) fn refusal(&self, id: &str) -> Option<Fault> {
        let error = serde_json::from_str::<IgnoredAny>(&self.event).err()?;
        let words = format!("Could not parse request body into json: {error}");
        let kind = "InvalidRequestContentException";
        Some(service_fault(kind, &words, 400, id))
    }

    /// What the state gets of a function's result.
    ///
    /// # Errors
    /// The result is not JSON where the state needs some.
    pub(crate) fn returned(&self, result: &str, receipt: &Receipt) -> Result<Value, FunctionError> {
        let parsed = || {
            Value::parse(result).map_err(|error| {
                FunctionError::new(
                    "Runtime.MalformedHandlerResponse",
                    format!("the result is not JSON: {error}"),
                )
            })
        };
        Ok(match self.way {
            Way::Direct => parsed()?,
            Way::Optimized => self.wrapped(Some(parsed()?), None, result.len(), receipt),
            Way::Sdk => self.wrapped(Some(Value::string(result)), None, result.len(), receipt),
        })
    }

    /// Whether it is an event for a function that runs on this machine: it is accepted before the function begins. One that
    /// is no JSON is refused instead.
    pub(crate) fn is_event_here(&self, plan: &FunctionPlan) -> bool {
        let here = match plan.run {
            FunctionRun::Command(_) | FunctionRun::Handler { .. } => true,
            FunctionRun::Endpoint { .. } => false,
        };
        here && self.fire_and_forget && serde_json::from_str::<IgnoredAny>(&self.event).is_ok()
    }

    /// What the state gets where nobody waits for a result.
    pub(crate) fn accepted(&self, receipt: &Receipt) -> Value {
        self.wrapped(None, None, 0, receipt)
    }

    /// What a failed function is to the state.
    ///
    /// # Errors
    /// The fault; the SDK integration alone hands the error on as a result.
    pub(crate) fn failed(&self, error: FunctionError, receipt: &Receipt) -> Result<Value, Fault> {
        if self.way == Way::Sdk {
            let size = error.payload.len();
            let payload = Value::string(&error.payload);
            return Ok(self.wrapped(Some(payload), Some("Unhandled"), size, receipt));
        }
        Err(match &error.kind {
            Some(kind) => Fault::new(kind, &error.payload),
            None => Fault::new(
                "Lambda.Unknown",
                format!(
                    "The cause could not be determined because Lambda did not return an error type. Returned payload: {}",
                    error.payload
                ),
            ),
        })
    }

    fn wrapped(
        &self,
        payload: Option<Value>,
        error: Option<&str>,
        size: usize,
        receipt: &Receipt,
    ) -> Value {
        let (id, version) = (receipt.id.as_str(), receipt.version.as_str());
        let status = match (self.fire_and_forget, self.dry_run) {
            (true, _) => 202,
            (false, true) => 204,
            (false, false) => 200,
        };
        let date = http_date(receipt.at);
        let size = size.to_string();
        let headers = [
            ("Connection", "keep-alive"),
            ("Content-Length", size.as_str()),
            ("Content-Type", "application/json"),
            ("Date", date.as_str()),
            ("X-Amz-Executed-Version", version),
            ("x-amzn-Remapped-Content-Length", "0"),
            ("x-amzn-RequestId", id),
        ];
        let one = |(name, value): (&'static str, &str)| (name, Value::string(value));
        let all =
            |(name, value): (&'static str, &str)| (name, Value::array(vec![Value::string(value)]));
        let metadata = Value::object([
            ("AllHttpHeaders", Value::object(headers.map(all))),
            ("HttpHeaders", Value::object(headers.map(one))),
            ("HttpStatusCode", Value::from(i64::from(status))),
        ]);
        let mut members = Vec::new();
        if status == 200 {
            members.push(("ExecutedVersion", Value::string(version)));
        }
        members.extend(error.map(|error| ("FunctionError", Value::string(error))));
        members.extend(payload.map(|payload| ("Payload", payload)));
        members.push(("SdkHttpMetadata", metadata));
        let response = Value::object([("RequestId", Value::string(id))]);
        members.push(("SdkResponseMetadata", response));
        members.push(("StatusCode", Value::from(i64::from(status))));
        Value::object(members)
    }
}

/// The error of a service call, from the parts of its answer.
pub(crate) fn service_fault(kind: &str, message: &str, status: u16, id: &str) -> Fault {
    let kind: Arc<str> = match kind.strip_suffix("Exception") {
        Some(_) => Arc::from(kind),
        None => Arc::from(format!("{kind}Exception")),
    };
    Fault::new(
        format!("Lambda.{kind}"),
        format!(
            "{message} (Service: AWSLambda; Status Code: {status}; Error Code: {kind}; Request ID: {id}; Proxy: null)"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StatePath;
    use crate::engine::CallId;
    use crate::engine::Lane;

    fn request(resource: &str, payload: &str) -> Option<FunctionRequest> {
        FunctionRequest::of(&Call {
            id: CallId(1),
            state: StatePath::top("A"),
            name: "A".into(),
            lane: Lane::default(),
            resource: resource.into(),
            payload: Value::parse(payload).unwrap(),
            attempt: 0,
            iteration: None,
            token: None,
        })
    }

    #[test]
    fn the_function_is_found_in_every_form_of_its_name() {
        for address in [
            "pay",
            "pay:live",
            "123456789012:function:pay",
            "arn:aws:lambda:us-east-1:123456789012:function:pay:live",
            "arn:aws:lambda:us-east-1:123456789012:function:pay",
        ] {
            let payload = format!(r#"{{"FunctionName":"{address}","Payload":{{"a":1}}}}"#);
            let request = request("arn:aws:states:::lambda:invoke", &payload).unwrap();
            assert_eq!(request.name, "pay", "{address}");
            assert_eq!(request.event, r#"{"a":1}"#);
        }
        let direct = request("arn:aws:lambda:us-east-1:1:function:pay", "[1]").unwrap();
        assert_eq!(
            (direct.name.as_str(), direct.event.as_str()),
            ("pay", "[1]")
        );
        assert!(request("arn:aws:states:::sqs:sendMessage", "{}").is_none());
    }

    #[test]
    fn results_and_errors_have_the_shapes_of_their_integration() {
        let thrown = || FunctionError::new("Declined", "no");
        let optimized =
            request("arn:aws:states:::lambda:invoke", r#"{"FunctionName":"f"}"#).unwrap();
        let receipt = optimized.receipt("id", 0);
        let value = optimized.returned("{\"a\":1}", &receipt).unwrap();
        assert_eq!(value.pointer("/Payload/a"), Some(&Value::from(1)));
        assert_eq!(value.get("StatusCode"), Some(&Value::from(200)));
        let fault = optimized.failed(thrown(), &receipt).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some("Declined"));
        assert_eq!(
            fault.cause.as_deref(),
            Some(r#"{"errorMessage":"no","errorType":"Declined"}"#)
        );
        assert!(optimized.returned("<html>", &receipt).is_err());
        let sdk = request(
            "arn:aws:states:::aws-sdk:lambda:invoke",
            r#"{"FunctionName":"f"}"#,
        )
        .unwrap();
        let value = sdk.failed(thrown(), &receipt).unwrap();
        assert_eq!(value.get("FunctionError"), Some(&Value::from("Unhandled")));
        let nameless = FunctionError::thrown(serde_json::json!({"oops": 1}));
        let fault = optimized.failed(nameless, &receipt).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some("Lambda.Unknown"));
    }
}
