//! Functions behind an endpoint of the Lambda Invoke API: SAM local, serverless-offline, LocalStack, the runtime
//! interface emulator.

use std::time::Duration;

use reqwest::Url;
use serde_json::Value as Json;

use crate::backends::function::FunctionError;
use crate::backends::function::FunctionRequest;
use crate::backends::function::Receipt;
use crate::backends::function::service_fault;
use crate::backends::web;
use crate::engine::Fault;

/// A function may take a quarter of an hour.
const LONGEST: Duration = Duration::from_secs(905);

/// Bytes of an answer that are read, as many as Lambda gives.
const MOST: usize = 6 * 1_024 * 1_024;

/// What an endpoint answered.
#[derive(Debug)]
pub(crate) enum Answered {
    /// The payload as JSON.
    Returned(String),
    /// The function failed.
    Failed(FunctionError),
    /// The service refused or could not be reached.
    Refused(Fault),
}

/// `POST /2015-03-31/functions/NAME/invocations`. What the answer tells of the call goes into the receipt.
pub(crate) async fn invoke(
    client: &reqwest::Client,
    base: &str,
    name: &str,
    request: &FunctionRequest,
    receipt: &mut Receipt,
) -> Answered {
    match send(client, base, name, request, receipt).await {
        Ok(answer) => judge(answer, request, &receipt.id),
        Err(words) => Answered::Refused(Fault::new(
            "Lambda.SdkClientException",
            format!(
                "Unable to execute HTTP request to the Lambda endpoint {base} for the function {name}: {words}"
            ),
        )),
    }
}

struct Answer {
    status: u16,
    /// `X-Amz-Function-Error`
    function_error: bool,
    /// `x-amzn-errortype`
    kind: Option<String>,
    body: String,
}

async fn send(
    client: &reqwest::Client,
    base: &str,
    name: &str,
    request: &FunctionRequest,
    receipt: &mut Receipt,
) -> Result<Answer, String> {
    let mut url = Url::parse(base).map_err(|error| error.to_string())?;
    match url.path_segments_mut() {
        Ok(mut path) => {
            path.pop_if_empty()
                .extend(["2015-03-31", "functions", name, "invocations"]);
        }
        Err(()) => return Err("the address has no path".to_owned()),
    }
    if let Some(qualifier) = &request.qualifier {
        url.query_pairs_mut().append_pair("Qualifier", qualifier);
    }
    let kind = match (request.fire_and_forget, request.dry_run) {
        (true, _) => "Event",
        (false, true) => "DryRun",
        (false, false) => "RequestResponse",
    };
    let sent = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-Amz-Invocation-Type", kind)
        .body(request.event.clone())
        .timeout(LONGEST)
        .send()
        .await
        .map_err(web::reason)?;
    let header = |name: &str| {
        let value = sent.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let (status, function_error) = (sent.status().as_u16(), header("x-amz-function-error"));
    let kind = header("x-amzn-errortype");
    let told = [
        (&mut receipt.id, header("x-amzn-requestid")),
        (&mut receipt.version, header("x-amz-executed-version")),
    ];
    for (place, value) in told {
        *place = value.unwrap_or(std::mem::take(place));
    }
    let body = web::body(sent, MOST).await;
    let body = body.map_err(|error| error.to_string())?;
    Ok(Answer {
        status,
        function_error: function_error.is_some(),
        kind,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn judge(answer: Answer, request: &FunctionRequest, id: &str) -> Answered {
    if answer.function_error {
        return Answered::Failed(FunctionError::of_payload(answer.body));
    }
    if (200..300).contains(&answer.status) {
        let body = answer.body.trim();
        // A function without a result answers with nothing at some emulators.
        let body = if body.is_empty() { "null" } else { body };
        return Answered::Returned(body.to_owned());
    }
    let body: Json = serde_json::from_str(&answer.body).unwrap_or_default();
    let text = |names: [&str; 2]| {
        let found = names.into_iter().find_map(|name| body.get(name)?.as_str());
        found.map(str::to_owned)
    };
    let kind = answer.kind.or_else(|| text(["__type", "code"]));
    // `ResourceNotFoundException:http://…` and `com.amazon…#ResourceNotFoundException` are seen, too.
    let kind = kind.as_deref().and_then(|kind| {
        let kind = kind.split(':').next()?;
        kind.rsplit('#').next()
    });
    let usual = match answer.status {
        404 => "ResourceNotFoundException",
        429 => "TooManyRequestsException",
        status if status >= 500 => "ServiceException",
        _ => "AWSLambdaException",
    };
    let message = text(["Message", "message"]).unwrap_or_else(|| match answer.status {
        404 => format!("Function not found: {}", request.address),
        429 => "Rate Exceeded.".to_owned(),
        status if answer.body.is_empty() => format!("The endpoint answered with status {status}"),
        _ => answer.body.chars().take(1_000).collect(),
    });
    Answered::Refused(service_fault(
        kind.unwrap_or(usual),
        &message,
        answer.status,
        id,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StatePath;
    use crate::engine::Call;
    use crate::engine::CallId;
    use crate::engine::Lane;
    use crate::query::Value;

    fn judged(status: u16, kind: Option<&str>, body: &str) -> Answered {
        let request = FunctionRequest::of(&Call {
            id: CallId(1),
            state: StatePath::top("A"),
            name: "A".into(),
            lane: Lane::default(),
            resource: "arn:aws:states:::lambda:invoke".into(),
            payload: Value::parse(r#"{"FunctionName":"pay"}"#).unwrap(),
            attempt: 0,
            iteration: None,
            token: None,
        });
        let answer = Answer {
            status,
            function_error: false,
            kind: kind.map(str::to_owned),
            body: body.to_owned(),
        };
        judge(answer, &request.unwrap(), "id-1")
    }

    fn refusal(answered: Answered) -> (String, String) {
        match answered {
            Answered::Refused(fault) => (
                fault.error.unwrap().to_string(),
                fault.cause.unwrap().to_string(),
            ),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn refusals_have_the_names_of_the_service() {
        let (error, cause) = refusal(judged(404, Some("ResourceNotFoundException"), "{}"));
        assert_eq!(error, "Lambda.ResourceNotFoundException");
        assert_eq!(
            cause,
            "Function not found: pay (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; \
             Request ID: id-1; Proxy: null)"
        );
        assert_eq!(
            refusal(judged(429, None, r#"{"Message":"Rate Exceeded."}"#)).0,
            "Lambda.TooManyRequestsException"
        );
        assert_eq!(
            refusal(judged(502, None, "<html>")).0,
            "Lambda.ServiceException"
        );
        let (error, _) = refusal(judged(
            400,
            Some("InvalidParameterValueException:http://x/"),
            "{}",
        ));
        assert_eq!(error, "Lambda.InvalidParameterValueException");
    }

    #[test]
    fn an_empty_answer_is_null() {
        assert!(matches!(judged(200, None, " "), Answered::Returned(text) if text == "null"));
    }
}
