//! Step Functions: what it takes, what it refuses, and how it answers.

use crate::asl::input_fault;
use crate::engine::Millis;
use crate::engine::Status;
use crate::gateway::Executed;
use crate::gateway::HttpAnswer;
use crate::gateway::Named;
use crate::gateway::Refusal;
use crate::gateway::StartCall;
use crate::gateway::Synchrony;
use crate::gateway::integration::json_answer;
use crate::query::Chance;
use crate::query::Number;
use crate::query::Value;
use crate::query::java_number;

/// Bytes of an input.
const LARGEST: usize = 262_144;
const KIND: &str = "application/x-amz-json-1.0";
const MODEL: &str = "com.amazonaws.swf.service.v2.model#";
const DETAILS: &str = "com.amazonaws.swf.base.model#CloudWatchEventsExecutionDataDetails";

/// Why the service does not take a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// With its namespace.
    pub kind: String,
    pub message: Option<String>,
    /// The same for somebody who has to mend it.
    pub words: String,
}

impl ServiceError {
    fn new(kind: &str, message: impl Into<String>, words: impl Into<String>) -> ServiceError {
        ServiceError {
            kind: kind.to_owned(),
            message: Some(message.into()),
            words: words.into(),
        }
    }

    /// The answer with status 400.
    pub(crate) fn answer(&self, request_id: &str) -> HttpAnswer {
        let key = if self.kind.ends_with("SerializationException") {
            "Message"
        } else {
            "message"
        };
        let mut members = vec![("__type", Value::string(&self.kind))];
        members.extend(
            self.message
                .as_ref()
                .map(|message| (key, Value::string(message))),
        );
        json_answer(400, KIND, Value::object(members).to_json(), request_id)
    }

    /// The name without its namespace.
    pub(crate) fn name(&self) -> &str {
        self.kind.rsplit('#').next().unwrap_or(&self.kind)
    }
}

/// Reads the JSON of a `StartExecution` or `StartSyncExecution` request, as the service would.
///
/// # Errors
/// What the service answers with status 400.
pub(crate) fn start(
    body: &str,
    synchrony: Synchrony,
    chance: &mut Chance,
) -> Result<StartCall, ServiceError> {
    let serialization = "com.amazon.coral.service#SerializationException";
    let request = match Value::parse(body) {
        Ok(request @ Value::Object(_)) => request,
        Ok(_) => {
            return Err(ServiceError {
                kind: serialization.to_owned(),
                message: None,
                words: "the request of Step Functions has to be a JSON object with stateMachineArn and input".to_owned(),
            });
        }
        Err(error) => {
            return Err(ServiceError {
                kind: serialization.to_owned(),
                message: None,
                words: format!("what was sent to Step Functions is {error}"),
            });
        }
    };
    let arn = text(&request, "stateMachineArn")?;
    let input_text = text(&request, "input")?.unwrap_or_else(|| "{}".to_owned());
    let name = text(&request, "name")?;
    let trace_header = text(&request, "traceHeader")?;
    let Some(arn) = arn else {
        return Err(validation(
            "Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
        ));
    };
    if arn.is_empty() || arn.len() > 256 {
        let rule = if arn.is_empty() {
            "greater than or equal to 1"
        } else {
            "less than or equal to 256"
        };
        return Err(validation(&format!(
            "Value '{arn}' at 'stateMachineArn' failed to satisfy constraint: Member must have length {rule}"
        )));
    }
    if let Some(name) = &name {
        check_name(name)?;
    }
    if input_text.len() > LARGEST {
        return Err(validation(
            "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
        ));
    }
    let machine = machine_of(&arn)?;
    let input = Value::parse(&input_text).map_err(|error| {
        ServiceError::new(
            &format!("{MODEL}InvalidExecutionInput"),
            format!(
                "Invalid State Machine Execution Input: '{}'",
                input_fault(&input_text).unwrap_or(error.0.clone())
            ),
            format!("the text in \"input\" is {error}; an apostrophe or a quotation mark that the request template does not escape is the usual reason"),
        )
    })?;
    let named = if name.is_some() {
        Named::ByRequest
    } else {
        Named::ByService
    };
    Ok(StartCall {
        synchrony,
        machine_arn: arn,
        machine,
        name: name.unwrap_or_else(|| chance.uuid()),
        named,
        input,
        input_text,
        trace_header,
        unique: chance.uuid(),
    })
}

/// A member that is text or absent.
fn text(request: &Value, key: &str) -> Result<Option<String>, ServiceError> {
    let what = match request.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => return Ok(Some(text.to_string())),
        Some(Value::Object(_)) => "Start of structure or map found where not expected.",
        Some(Value::Array(_)) => "Start of list found where not expected.",
        Some(Value::Number(_)) => "NUMBER_VALUE can not be converted to a String",
        Some(Value::Bool(true)) => "TRUE_VALUE can not be converted to a String",
        Some(Value::Bool(false)) => "FALSE_VALUE can not be converted to a String",
    };
    Err(ServiceError::new(
        "com.amazon.coral.service#SerializationException",
        what,
        format!(
            "\"{key}\" has to be text: put quotation marks around it in the request template and escape the JSON inside, as in \"{key}\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")\""
        ),
    ))
}

fn validation(detail: &str) -> ServiceError {
    ServiceError::new(
        "com.amazon.coral.validate#ValidationException",
        format!("1 validation error detected: {detail}"),
        format!("Step Functions does not take the request: {detail}"),
    )
}

fn check_name(name: &str) -> Result<(), ServiceError> {
    let length = name.chars().count();
    let rule = match length {
        0 => "greater than or equal to 1",
        1..=80 => {
            let banned = |c: char| {
                c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c)
            };
            let Some(bad) = name.chars().find(|c| banned(*c)) else {
                return Ok(());
            };
            return Err(ServiceError::new(
                &format!("{MODEL}InvalidName"),
                format!("Invalid Name: '{name}'"),
                format!(
                    "the name of an execution must not contain {bad:?}: letters, digits, - and _ are safe"
                ),
            ));
        }
        _ => "less than or equal to 80",
    };
    Err(validation(&format!(
        "Value '{name}' at 'name' failed to satisfy constraint: Member must have length {rule}"
    )))
}

/// The machine's name in an ARN, without version or alias.
fn machine_of(arn: &str) -> Result<String, ServiceError> {
    let mut parts = arn.split(':');
    let head: Vec<&str> = parts.by_ref().take(6).collect();
    let invalid = |detail: &str, what: &str| {
        ServiceError::new(
            &format!("{MODEL}InvalidArn"),
            format!("Invalid Arn: '{detail}: {what}'"),
            format!(
                "{arn:?} is no ARN of a state machine, arn:aws:states:REGION:ACCOUNT:stateMachine:NAME"
            ),
        )
    };
    match (head.as_slice(), parts.next()) {
        (["arn", _, "states", _, _, "stateMachine"], Some(name)) if !name.is_empty() => {
            Ok(name.to_owned())
        }
        (["arn", _, "states", _, _, resource], Some(_)) if *resource != "stateMachine" => {
            Err(invalid("Resource type not valid in this context", resource))
        }
        (["arn", ..], _) => Err(invalid("Invalid ARN", arn)),
        _ => Err(invalid("Invalid ARN prefix", arn)),
    }
}

/// What the service answers where it takes the request but does not start an execution.
pub(crate) fn refused(refusal: Refusal, call: &StartCall) -> ServiceError {
    let (name, message, words) = match refusal {
        Refusal::NoSuchMachine => (
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{}'", call.machine_arn),
            format!("there is no state machine {} here", call.machine),
        ),
        Refusal::Deleting => (
            "StateMachineDeleting",
            "State Machine is being deleted".to_owned(),
            format!(
                "{} was deleted, and goes once its last execution has ended",
                call.machine
            ),
        ),
        Refusal::NotExpress => (
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine".to_owned(),
            format!(
                "{} is a Standard workflow; StartSyncExecution waits for Express workflows only",
                call.machine
            ),
        ),
        Refusal::NameTaken => (
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{}'", call.standard_arn()),
            format!(
                "an execution named {} exists already, with another input or ended",
                call.name
            ),
        ),
    };
    ServiceError::new(&format!("{MODEL}{name}"), message, words)
}

/// The answer of `StartExecution`.
pub(crate) fn started(execution_arn: &str, at: Millis, request_id: &str) -> HttpAnswer {
    let arn = Value::string(execution_arn).to_json();
    let body = format!("{{\"executionArn\":{arn},\"startDate\":{}}}", seconds(at));
    json_answer(200, KIND, body, request_id)
}

/// The answer of `StartSyncExecution`, with status 200 even where the execution failed.
///
/// The members come in the order of the alphabet, and moments are seconds as Java writes a double.
pub(crate) fn executed(call: &StartCall, executed: &Executed, request_id: &str) -> HttpAnswer {
    let quoted = |text: &str| Value::string(text).to_json();
    let details = format!("{{\"__type\":\"{DETAILS}\",\"included\":true}}");
    let duration = executed.stopped.saturating_sub(executed.started).max(0);
    // Billed in steps of 100 ms, and at least one.
    let billed = duration
        .saturating_add(99)
        .div_euclid(100)
        .max(1)
        .saturating_mul(100);
    let mut body = format!(
        "{{\"billingDetails\":{{\"billedDurationInMilliseconds\":{billed},\"billedMemoryUsedInMB\":64}}"
    );
    let mut add = |key: &str, value: &str| {
        body.push_str(",\"");
        body.push_str(key);
        body.push_str("\":");
        body.push_str(value);
    };
    if let Some(cause) = &executed.cause {
        add("cause", &quoted(cause));
    }
    if let Some(error) = &executed.error {
        add("error", &quoted(error));
    }
    add("executionArn", &quoted(&call.express_arn()));
    add("input", &quoted(&call.input_text));
    add("inputDetails", &details);
    add("name", &quoted(&call.name));
    if let Some(output) = &executed.output {
        add("output", &quoted(&output.to_json()));
        add("outputDetails", &details);
    }
    add("startDate", &seconds(executed.started));
    add("stateMachineArn", &quoted(&call.machine_arn));
    let status = match executed.status {
        Status::Succeeded => "SUCCEEDED",
        // A synchronous execution knows no other end.
        Status::Failed | Status::Aborted => "FAILED",
        Status::TimedOut => "TIMED_OUT",
    };
    add("status", &quoted(status));
    add("stopDate", &seconds(executed.stopped));
    if let Some(header) = &call.trace_header {
        add("traceHeader", &quoted(header));
    }
    body.push('}');
    json_answer(200, KIND, body, request_id)
}

/// `1.721709848725E9`
fn seconds(at: Millis) -> String {
    java_number(Number::Float(at as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Order";

    fn refusal(body: &str) -> String {
        let error =
            start(body, Synchrony::Synchronous, &mut Chance::seeded(1)).expect_err("refused");
        String::from_utf8(error.answer("id").body).expect("text")
    }

    #[test]
    fn a_request_is_taken_apart() {
        let body =
            format!(r#"{{"stateMachineArn":"{ARN}:live","input":"{{\"a\": 1}}","name":"cust-1"}}"#);
        let call = start(&body, Synchrony::Synchronous, &mut Chance::seeded(1)).expect("taken");
        assert_eq!(
            (call.machine.as_str(), call.name.as_str()),
            ("Order", "cust-1")
        );
        assert_eq!(call.input_text, "{\"a\": 1}");
        let arn = call.express_arn();
        assert!(
            arn.starts_with("arn:aws:states:us-east-1:123456789012:express:Order:cust-1:"),
            "{arn}"
        );
        assert_eq!(
            call.standard_arn(),
            "arn:aws:states:us-east-1:123456789012:execution:Order:cust-1"
        );
    }

    #[test]
    fn refusals_have_the_words_of_the_service() {
        assert_eq!(
            refusal("{"),
            r#"{"__type":"com.amazon.coral.service#SerializationException"}"#
        );
        assert_eq!(
            refusal(&format!(r#"{{"stateMachineArn":"{ARN}","input":{{}}}}"#)),
            r#"{"__type":"com.amazon.coral.service#SerializationException","Message":"Start of structure or map found where not expected."}"#
        );
        assert_eq!(
            refusal("{}"),
            r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null"}"#
        );
        let named =
            |name: &str| refusal(&format!(r#"{{"stateMachineArn":"{ARN}","name":"{name}"}}"#));
        assert!(named("a b").contains("#InvalidName\",\"message\":\"Invalid Name: 'a b'\""));
        assert!(named(&"x".repeat(81)).contains("length less than or equal to 80"));
        assert!(named("").contains("length greater than or equal to 1"));
        assert!(
            refusal(&format!(r#"{{"stateMachineArn":"{ARN}","input":"it's"}}"#))
                .contains("#InvalidExecutionInput")
        );
        assert!(refusal(r#"{"stateMachineArn":"Order"}"#).contains("#InvalidArn"));
    }

    #[test]
    fn the_answer_has_the_members_of_the_service_in_its_order() {
        let body = format!(r#"{{"stateMachineArn":"{ARN}","input":"{{}}","name":"n"}}"#);
        let mut call = start(&body, Synchrony::Synchronous, &mut Chance::seeded(1)).expect("taken");
        call.unique = "u".to_owned();
        let ended = Executed {
            status: Status::Succeeded,
            output: Some(Value::object([("a", Value::from(1))])),
            error: None,
            cause: None,
            started: 1_721_709_848_530,
            stopped: 1_721_709_848_725,
        };
        let details = r#"{"__type":"com.amazonaws.swf.base.model#CloudWatchEventsExecutionDataDetails","included":true}"#;
        assert_eq!(
            String::from_utf8(executed(&call, &ended, "id").body).expect("text"),
            format!(
                r#"{{"billingDetails":{{"billedDurationInMilliseconds":200,"billedMemoryUsedInMB":64}},"executionArn":"arn:aws:states:us-east-1:123456789012:express:Order:n:u","input":"{{}}","inputDetails":{details},"name":"n","output":"{{\"a\":1}}","outputDetails":{details},"startDate":1.72170984853E9,"stateMachineArn":"{ARN}","status":"SUCCEEDED","stopDate":1.721709848725E9}}"#
            )
        );
    }
}
