//! From what came over the wire to the value the state gets, or to the fault.

use crate::aws::json;
use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Protocol;
use crate::aws::naming;
use crate::aws::operation::Operation;
use crate::aws::optimized;
use crate::aws::rest;
use crate::aws::trouble;
use crate::aws::trouble::ServiceError;
use crate::aws::xml;
use crate::engine::Fault;
use crate::query::Value;

/// A response as the client received it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpResponse {
    pub status: u16,
    /// In the order of the wire; names in any case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The id the service gave the request; empty where it gave none.
    pub fn request_id(&self) -> &str {
        ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"]
            .iter()
            .find_map(|name| self.header(name))
            .unwrap_or_default()
    }

    /// Whether what was asked for is not there.
    pub fn says_gone(&self, operation: &Operation) -> bool {
        let error = error(operation, self, &self.text());
        (400..500).contains(&self.status)
            && (error.code.contains("NotFound") || error.code.contains("DoesNotExist"))
    }

    /// Whether a question may be asked again: the service is busy or has stumbled.
    pub fn is_passing_trouble(&self) -> bool {
        let busy = ["Throttl", "TooManyRequests"];
        self.status >= 500
            || self.status == 429
            || (self.status == 400 && busy.iter().any(|word| self.text().contains(word)))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads the answer to an operation.
pub fn read(operation: &Operation, response: &HttpResponse) -> Result<Value, Fault> {
    let text = response.text();
    let is_error = !(200..300).contains(&response.status)
        // Some operations of S3 fail after they have answered that all is well.
        || (operation.model.protocol == Protocol::RestXml && is_late_error(&text));
    if is_error {
        return Err(error(operation, response, &text).fault(operation));
    }
    let result = output(operation, response, &text)?;
    optimized::result(operation, result, response)
}

fn is_late_error(text: &str) -> bool {
    let start = text.trim_start();
    let start = start.split_once("?>").map_or(start, |(_, rest)| rest);
    start.trim_start().starts_with("<Error>")
}

fn output(operation: &Operation, response: &HttpResponse, text: &str) -> Result<Value, Fault> {
    let model = operation.model;
    let style = operation.style;
    let Some(shape) = operation.line.output else {
        return Ok(Value::object::<&str>([]));
    };
    let members = model.members(Some(shape));
    let unreadable = || {
        let message = format!(
            "The answer of {} {} cannot be read: {}",
            operation.service.id,
            operation.line.name,
            text.chars().take(200).collect::<String>()
        );
        trouble::client_fault(operation, &message)
    };
    let mut found = Vec::new();
    let mut last = None;
    let payload = model.shape(shape).traits.get('p');
    let is_rest = matches!(model.protocol, Protocol::RestJson | Protocol::RestXml);
    if is_rest {
        found = rest::read_outside(model, &members, response, style);
    }
    match (model.protocol, payload.filter(|_| is_rest)) {
        (_, Some(payload)) => {
            let member = members.iter().find(|member| member.name == payload);
            if let Some(member) = member {
                let name = naming::member(member.name, style);
                match model.shape(member.shape).kind {
                    Kind::Blob | Kind::Text => last = Some((name, Value::from(text))),
                    _ if text.trim().is_empty() => {}
                    _ if model.protocol == Protocol::RestXml => {
                        let document = xml::parse(text).ok_or_else(unreadable)?;
                        let value = xml::read(model, member, document.root_element(), style);
                        found.push((name, value));
                    }
                    _ => {
                        let value = Value::parse(text).map_err(|_| unreadable())?;
                        found.push((name, json::read(model, member, &value, style)));
                    }
                }
            }
        }
        (Protocol::Json | Protocol::RestJson | Protocol::Cbor, None) => {
            if !text.trim().is_empty() {
                let value = Value::parse(text).map_err(|_| unreadable())?;
                found.extend(json_members(operation, &members, &value));
            }
        }
        (Protocol::RestXml | Protocol::Query | Protocol::Ec2, None) => {
            if !text.trim().is_empty() && members.iter().any(|member| !member.is_outside_body()) {
                let document = xml::parse(text).ok_or_else(unreadable)?;
                let root = document.root_element();
                let node = match operation.line.traits.get('w') {
                    Some(wrapper) => xml::child(root, wrapper),
                    None => Some(root),
                };
                if let Some(node) = node {
                    let read = xml::read_members(model, &members, node, style);
                    // The bucket's place is the text of the outermost element itself.
                    let is_place = operation.line.name == "GetBucketLocation" && read.is_empty();
                    found.extend(read);
                    if is_place {
                        let place = root.text().unwrap_or_default();
                        found.push(("LocationConstraint".to_owned(), Value::from(place)));
                    }
                }
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.extend(last);
    Ok(Value::object(found))
}

fn json_members(operation: &Operation, members: &[Member], value: &Value) -> Vec<(String, Value)> {
    let inside = members.iter().filter(|member| !member.is_outside_body());
    let found = inside.filter_map(|member| {
        let own = value.get(member.wire_name()).filter(|own| !own.is_null())?;
        let name = naming::member(member.name, operation.style);
        Some((
            name,
            json::read(operation.model, member, own, operation.style),
        ))
    });
    found.collect()
}

/// The error in a response.
fn error(operation: &Operation, response: &HttpResponse, text: &str) -> ServiceError {
    let mut error = ServiceError {
        status: response.status,
        request_id: response.request_id().to_owned(),
        ..ServiceError::default()
    };
    match operation.model.protocol {
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => {
            let body = Value::parse(text).unwrap_or_default();
            let member = |names: &[&str]| {
                let found = names.iter().find_map(|name| body.get(name));
                found.and_then(Value::as_str).map(str::to_owned)
            };
            let code = response.header("x-amzn-errortype").map(str::to_owned);
            let code = code.or_else(|| member(&["__type", "code", "Code"]));
            error.code = bare(&code.unwrap_or_default()).to_owned();
            let message = member(&["message", "Message", "errorMessage"]);
            error.message = message.unwrap_or_else(|| match body.is_null() {
                true => text.chars().take(1_000).collect(),
                false => String::new(),
            });
        }
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => {
            if let Some(document) = xml::parse(text) {
                let find = |name: &str| xml::text_of(&document, name);
                error.code = find("Code").unwrap_or_default();
                error.message = find("Message").unwrap_or_default();
                let id = find("RequestId").or_else(|| find("RequestID"));
                if let Some(id) = id.filter(|_| error.request_id.is_empty()) {
                    error.request_id = id;
                }
                error.extended_id = find("HostId");
            } else {
                error.message = text.chars().take(1_000).collect();
            }
            if let Some(id) = response.header("x-amz-id-2") {
                error.extended_id = Some(id.to_owned());
            }
            error.extended_id = error
                .extended_id
                .take()
                .filter(|_| operation.model.signing_name == "s3");
        }
    }
    // A HEAD request is answered without a body.
    if error.code.is_empty() && response.status == 404 {
        error.code = match operation.line.name {
            "HeadObject" => "NoSuchKey".to_owned(),
            "HeadBucket" => "NoSuchBucket".to_owned(),
            _ => String::new(),
        };
    }
    if error.message.is_empty() {
        error.message = match error.code.is_empty() {
            true => "null".to_owned(),
            false => error.code.clone(),
        };
    }
    error
}

/// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://…` is its middle.
fn bare(code: &str) -> &str {
    let code = code.rsplit_once('#').map_or(code, |(_, name)| name);
    code.split([':', ',']).next().unwrap_or(code).trim()
}

#[cfg(test)]
mod tests {
    use crate::asl::resource;
    use crate::aws::operation;

    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let headers = headers.iter();
        HttpResponse {
            status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn got(resource: &str, response: &HttpResponse) -> Result<Value, Fault> {
        let resource = resource::read(&format!("arn:aws:states:::{resource}"));
        read(&operation::find(&resource.target).unwrap(), response)
    }

    fn value(resource: &str, response: &HttpResponse) -> String {
        got(resource, response).unwrap().to_json()
    }

    fn fault(resource: &str, response: &HttpResponse) -> (String, String) {
        let fault = got(resource, response).unwrap_err();
        (
            fault.error.unwrap().to_string(),
            fault.cause.unwrap().to_string(),
        )
    }

    const ID: (&str, &str) = ("x-amzn-requestid", "id-1");

    #[test]
    fn json_is_cased_at_depth_and_moments_become_text() {
        let body = r#"{"executionArn":"e","startDate":1767225600.25}"#;
        let response = answer(200, &[ID], body);
        assert_eq!(
            value("aws-sdk:sfn:startExecution", &response),
            r#"{"ExecutionArn":"e","StartDate":"2026-01-01T00:00:00.250Z"}"#
        );
        let optimized = got("states:startExecution", &response).unwrap();
        assert_eq!(
            optimized.get("StartDate").unwrap().to_json(),
            "1767225600250"
        );
        let body =
            r#"{"item":[{"id":"a","tags":{"lower":"kept"},"stageKeys":[]}],"position":null}"#;
        assert_eq!(
            value("aws-sdk:apigateway:getApiKeys", &answer(200, &[ID], body)),
            r#"{"Items":[{"Id":"a","StageKeys":[],"Tags":{"lower":"kept"}}]}"#
        );
        let body = r#"{"Items":[{"b":{"BOOL":true},"a":{"L":[{"NULL":true}]}}]}"#;
        assert_eq!(
            value("aws-sdk:dynamodb:scan", &answer(200, &[ID], body)),
            r#"{"Items":[{"b":{"Bool":true},"a":{"L":[{"Nul":true}]}}]}"#
        );
    }

    #[test]
    fn optimized_integrations_tell_of_the_exchange() {
        let headers = [
            ("server", "Server"),
            ("content-type", "application/x-amz-json-1.0"),
            ID,
        ];
        assert_eq!(
            value("dynamodb:putItem", &answer(200, &headers, "{}")),
            "{\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"Server\":[\"Server\"],\"Content-Type\":[\"application/x-amz-json-1.0\"],\
             \"x-amzn-RequestId\":[\"id-1\"]},\"HttpHeaders\":{\"Content-Type\":\"application/x-amz-json-1.0\",\
             \"Server\":\"Server\",\"x-amzn-RequestId\":\"id-1\"},\"HttpStatusCode\":200},\
             \"SdkResponseMetadata\":{\"RequestId\":\"id-1\"}}"
        );
    }

    #[test]
    fn a_function_answers_or_fails() {
        let version = ("x-amz-executed-version", "$LATEST");
        let good = got("lambda:invoke", &answer(200, &[version, ID], "[1]")).unwrap();
        let keys: Vec<&str> = good
            .as_object()
            .unwrap()
            .keys()
            .map(AsRef::as_ref)
            .collect();
        let expected = [
            "ExecutedVersion",
            "Payload",
            "SdkHttpMetadata",
            "SdkResponseMetadata",
            "StatusCode",
        ];
        assert_eq!(keys, expected);
        assert_eq!(good.get("Payload").unwrap().to_json(), "[1]");
        let body = r#"{"errorMessage":"no","errorType":"OutOfStock"}"#;
        let failed = answer(200, &[("x-amz-function-error", "Unhandled"), ID], body);
        assert_eq!(
            fault("lambda:invoke", &failed),
            ("OutOfStock".to_owned(), body.to_owned())
        );
        // The integration of any service has no eye for what a function answers.
        assert!(
            value("aws-sdk:lambda:invoke", &failed).contains("\"FunctionError\":\"Unhandled\"")
        );
        let busy = answer(
            429,
            &[("x-amzn-errortype", "TooManyRequestsException"), ID],
            r#"{"Reason":"x","message":"Rate Exceeded."}"#,
        );
        assert_eq!(
            fault("lambda:invoke", &busy).0,
            "Lambda.TooManyRequestsException"
        );
    }

    #[test]
    fn errors_have_the_names_of_the_recordings() {
        let null = "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null";
        let body = format!(
            "{{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"{null}\"}}"
        );
        let response = answer(400, &[ID], &body);
        assert_eq!(
            fault("dynamodb:putItem", &response),
            (
                "DynamoDB.AmazonDynamoDBException".to_owned(),
                format!(
                    "{null} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: id-1; Proxy: null)"
                )
            )
        );
        assert_eq!(
            fault("aws-sdk:dynamodb:putItem", &response),
            (
                "DynamoDb.DynamoDbException".to_owned(),
                format!(
                    "{null} (Service: DynamoDb, Status Code: 400, Request ID: id-1) (SDK Attempt Count: 1)"
                )
            )
        );
        let body = r#"{"__type":"InvalidToken","message":"Invalid Token: 'Invalid token'"}"#;
        assert_eq!(
            fault("aws-sdk:sfn:sendTaskSuccess", &answer(400, &[ID], body)),
            (
                "Sfn.InvalidTokenException".to_owned(),
                "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: id-1) (SDK Attempt Count: 1)".to_owned()
            )
        );
        let body = "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>NotFound</Code>\
                    <Message>Topic does not exist</Message></Error><RequestId>id-2</RequestId></ErrorResponse>";
        assert_eq!(
            fault("sns:publish", &answer(404, &[], body)),
            (
                "SNS.NotFoundException".to_owned(),
                "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: id-2; Proxy: null)".to_owned()
            )
        );
        let body = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message>\
                    <RequestId>r</RequestId><HostId>h</HostId></Error>";
        let cause = "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: r, Extended Request ID: h) (SDK Attempt Count: 1)";
        for status in [404, 200] {
            let (error, own) = fault("aws-sdk:s3:listObjects", &answer(status, &[], body));
            assert_eq!(error, "S3.NoSuchBucketException");
            assert_eq!(own, cause.replace("404", &status.to_string()));
        }
        let (error, _) = fault(
            "aws-sdk:sns:publish",
            &answer(502, &[], "<html>bad gateway"),
        );
        assert_eq!(error, "Sns.SnsException");
        let (error, cause) = fault("aws-sdk:ssm:getParameter", &answer(200, &[], "<html>"));
        assert_eq!(error, "Ssm.SdkClientException");
        assert!(cause.contains("<html>"), "{cause}");
    }

    #[test]
    fn xml_is_read_by_its_shape() {
        let body = "<ListTopicsResponse xmlns=\"x\"><ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member>\
                    <member><TopicArn>b</TopicArn></member></Topics></ListTopicsResult></ListTopicsResponse>";
        assert_eq!(
            value("aws-sdk:sns:listTopics", &answer(200, &[], body)),
            r#"{"Topics":[{"TopicArn":"a"},{"TopicArn":"b"}]}"#
        );
        let body =
            "<R><vpcSet><item><vpcId>v</vpcId><isDefault>true</isDefault></item></vpcSet></R>";
        assert_eq!(
            value("aws-sdk:ec2:describeVpcs", &answer(200, &[], body)),
            r#"{"Vpcs":[{"IsDefault":true,"VpcId":"v"}]}"#
        );
        let body = "<ListBucketResult><Name>b</Name><KeyCount>1</KeyCount><Contents><Key>k</Key><Size>3</Size>\
                    <LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>";
        assert_eq!(
            value("aws-sdk:s3:listObjectsV2", &answer(200, &[], body)),
            r#"{"Contents":[{"Key":"k","LastModified":"2026-01-01T00:00:00Z","Size":3}],"KeyCount":1,"Name":"b"}"#
        );
        let body = "<LocationConstraint xmlns=\"x\">eu-west-1</LocationConstraint>";
        assert_eq!(
            value("aws-sdk:s3:getBucketLocation", &answer(200, &[], body)),
            r#"{"LocationConstraint":"eu-west-1"}"#
        );
    }

    #[test]
    fn a_stream_comes_last_as_text() {
        let headers = [
            ("content-length", "3"),
            ("etag", "\"e\""),
            ("x-amz-meta-color", "red"),
            ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ];
        assert_eq!(
            value("aws-sdk:s3:getObject", &answer(200, &headers, "abc")),
            r#"{"ContentLength":3,"ETag":"\"e\"","LastModified":"2026-01-01T00:00:00Z","Metadata":{"color":"red"},"Body":"abc"}"#
        );
    }

    #[test]
    fn an_entry_that_failed_fails_the_state() {
        let body = r#"{"FailedEntryCount":1,"Entries":[{"EventId":"i"},{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}]}"#;
        assert_eq!(
            fault("events:putEvents", &answer(200, &[ID], body)),
            (
                "EventBridge.FailedEntry".to_owned(),
                r#"{"Entries":[{"EventId":"i"},{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}],"FailedEntryCount":1}"#.to_owned()
            )
        );
    }
}
