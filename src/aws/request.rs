//! From an operation and the parameters of a state to the request that goes over the wire, not signed yet.

use crate::aws::check;
use crate::aws::json;
use crate::aws::model::Protocol;
use crate::aws::operation::Operation;
use crate::aws::optimized;
use crate::aws::query;
use crate::aws::rest;
use crate::aws::trouble;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::aws::wire::base64;
use crate::aws::xml;
use crate::engine::Fault;
use crate::query::Value;

/// A request without host and signature.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    pub method: String,
    /// Encoded once; signatures of every service but S3 encode it again.
    pub path: String,
    /// Not encoded yet.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What AWS expects in front of its own hosts: `sync-`. Other endpoints know nothing of it.
    pub host_prefix: Option<String>,
    /// Some operations are called without a signature.
    pub signed: bool,
}

impl HttpRequest {
    /// Path and query string, encoded.
    pub fn target(&self) -> String {
        let pairs = self
            .query
            .iter()
            .map(|(key, value)| format!("{}={}", rest::encode(key), rest::encode(value)));
        let pairs: Vec<String> = pairs.collect();
        match pairs.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, pairs.join("&")),
        }
    }
}

/// Builds the request, or says what is wrong with the parameters. The seed is where tokens against repeated
/// requests come from.
pub fn build(operation: &Operation, parameters: &Value, seed: u64) -> Result<HttpRequest, Fault> {
    let given = optimized::parameters(operation, parameters);
    let input = check::check(operation, &given, seed)?;
    if let Some(label) = rest::missing_label(operation, &input) {
        let reason = format!("The field \"{label}\" is required but was missing");
        return Err(trouble::refused(parameters, &[reason]));
    }
    let model = operation.model;
    let mut request = HttpRequest {
        method: operation.line.method.to_owned(),
        path: operation.line.uri.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Vec::new(),
        host_prefix: host_prefix(operation, &input),
        signed: !operation.line.traits.has('u'),
    };
    let content = |text: &str| ("content-type".to_owned(), text.to_owned());
    match model.protocol {
        Protocol::Json => {
            let target = format!("{}.{}", model.target_prefix, operation.line.name);
            request.headers.push(("x-amz-target".to_owned(), target));
            let kind = format!("application/x-amz-json-{}", model.json_version);
            request.headers.push(content(&kind));
            request.body = json::write(&input).into_bytes();
        }
        Protocol::Query | Protocol::Ec2 => {
            let kind = "application/x-www-form-urlencoded; charset=utf-8";
            request.headers.push(content(kind));
            request.body = query::write(operation, &input).into_bytes();
        }
        // The tables have no operation to find for it.
        Protocol::Cbor => {}
        Protocol::RestJson | Protocol::RestXml => {
            let (path, query) = rest::path_and_query(operation, &input);
            request.path = path;
            request.query = query;
            request.headers = rest::headers(&input);
            if let Some((kind, body)) = body(operation, &input) {
                if !request
                    .headers
                    .iter()
                    .any(|(name, _)| name == "content-type")
                {
                    request.headers.push(content(&kind));
                }
                request.body = body;
            }
        }
    }
    if operation.line.traits.has('m') && !has_checksum(&request) {
        use md5::Digest as _;
        let sum = base64(&md5::Md5::digest(&request.body));
        request.headers.push(("content-md5".to_owned(), sum));
    }
    if model.signing_name == "s3" && request.method != "GET" && request.method != "HEAD" {
        let length = request.body.len().to_string();
        request.headers.retain(|(name, _)| name != "content-length");
        request.headers.push(("content-length".to_owned(), length));
    }
    Ok(request)
}

fn has_checksum(request: &HttpRequest) -> bool {
    request.headers.iter().any(|(name, _)| {
        name == "content-md5"
            || (name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm")
    })
}

/// What goes into the body of a REST request, and its type.
fn body(operation: &Operation, input: &StructureOf) -> Option<(String, Vec<u8>)> {
    let model = operation.model;
    let is_xml = model.protocol == Protocol::RestXml;
    let own = match is_xml {
        true => "application/xml".to_owned(),
        false => "application/json".to_owned(),
    };
    let shape = operation.line.input.map(|shape| model.shape(shape))?;
    if let Some(payload) = shape.traits.get('p') {
        let (member, wire) = input
            .members
            .iter()
            .find(|(member, _)| member.name == payload)?;
        return Some(match wire {
            Wire::Blob(bytes) => ("application/octet-stream".to_owned(), bytes.clone()),
            Wire::Structure(structure) if is_xml => {
                let name = member.traits.get('n').or(structure.root);
                let namespace = member.traits.get('x').or(structure.namespace);
                let text = xml::write(name.unwrap_or(member.name), namespace, structure);
                (own, text.into_bytes())
            }
            Wire::Structure(structure) => (own, json::write(structure).into_bytes()),
            Wire::Document(value) => (own, value.to_json().into_bytes()),
            other => ("text/plain".to_owned(), other.text("iso8601").into_bytes()),
        });
    }
    let members = model.members(operation.line.input);
    if members.iter().all(|member| member.is_outside_body()) {
        return None;
    }
    let name = operation.line.traits.get('n').or(input.root);
    match (is_xml, name) {
        (false, _) => Some((own, json::write(input).into_bytes())),
        (true, Some(name)) => {
            let namespace = operation.line.traits.get('x').or(input.namespace);
            Some((
                own,
                xml::write(name, namespace.or(model.namespace), input).into_bytes(),
            ))
        }
        (true, None) => None,
    }
}

fn host_prefix(operation: &Operation, input: &StructureOf) -> Option<String> {
    let template = operation.line.traits.get('h')?;
    let labels = input
        .members
        .iter()
        .filter(|(member, _)| member.traits.has('l'));
    Some(labels.fold(template.to_owned(), |text, (member, wire)| {
        text.replace(&format!("{{{}}}", member.name), &wire.text("iso8601"))
    }))
}

#[cfg(test)]
mod tests {
    use crate::asl::resource;
    use crate::aws::operation;

    use super::*;

    fn built(resource: &str, parameters: &str) -> Result<HttpRequest, Fault> {
        let resource = resource::read(&format!("arn:aws:states:::{resource}"));
        let operation = operation::find(&resource.target).unwrap();
        build(&operation, &Value::parse(parameters).unwrap(), 7)
    }

    fn body(request: &HttpRequest) -> &str {
        std::str::from_utf8(&request.body).unwrap()
    }

    fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
        let mut headers = request.headers.iter();
        headers
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value)
    }

    fn cause(resource: &str, parameters: &str) -> String {
        let fault = built(resource, parameters).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some("States.Runtime"));
        fault.cause.unwrap().to_string()
    }

    #[test]
    fn json_names_its_target_and_keeps_keys_of_maps() {
        let request = built(
            "aws-sdk:dynamodb:putItem",
            r#"{"TableName":"t","Item":{"lower":{"S":"ä"},"Flag":{"Bool":true}},"ReturnValues":null}"#,
        )
        .unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.target(), "/");
        assert_eq!(
            header(&request, "x-amz-target"),
            "DynamoDB_20120810.PutItem"
        );
        assert_eq!(
            header(&request, "content-type"),
            "application/x-amz-json-1.0"
        );
        assert_eq!(
            body(&request),
            r#"{"TableName":"t","Item":{"lower":{"S":"ä"},"Flag":{"BOOL":true}}}"#
        );
        let request = built("aws-sdk:ssm:getParameter", r#"{"Name":"/p"}"#).unwrap();
        assert_eq!(
            header(&request, "content-type"),
            "application/x-amz-json-1.1"
        );
    }

    #[test]
    fn rest_json_takes_members_apart() {
        let request = built(
            "aws-sdk:apigateway:updateApiKey",
            r#"{"ApiKey":"a/b","PatchOperations":[{"Op":"replace","Path":"/name"}]}"#,
        )
        .unwrap();
        assert_eq!(request.method, "PATCH");
        assert_eq!(request.target(), "/apikeys/a%2Fb");
        assert_eq!(
            body(&request),
            r#"{"patchOperations":[{"op":"replace","path":"/name"}]}"#
        );
        let request = built(
            "aws-sdk:apigateway:getApiKeys",
            r#"{"NameQuery":"a b&c","IncludeValues":true}"#,
        )
        .unwrap();
        assert_eq!(
            request.target(),
            "/apikeys?name=a%20b%26c&includeValues=true"
        );
        assert!(request.body.is_empty());
        let request = built("aws-sdk:apigateway:createApiKey", "{}").unwrap();
        assert_eq!(body(&request), "{}");
    }

    #[test]
    fn a_function_gets_its_payload_as_it_stands() {
        let invoke = |payload: &str| {
            let parameters = format!(r#"{{"FunctionName":"f","Payload":{payload}}}"#);
            built("lambda:invoke", &parameters).unwrap()
        };
        let request = invoke(r#"{"a":[1,null]}"#);
        assert_eq!(request.target(), "/2015-03-31/functions/f/invocations");
        assert_eq!(body(&request), r#"{"a":[1,null]}"#);
        assert_eq!(body(&invoke(r#""[]""#)), "[]");
        assert!(invoke("null").body.is_empty());
    }

    #[test]
    fn rest_xml_writes_elements_and_headers() {
        let request = built(
            "aws-sdk:s3:putObject",
            r#"{"Bucket":"b","Key":"a b/c+d","Body":"text","Acl":"private","Metadata":{"Color":"red"}}"#,
        )
        .unwrap();
        assert_eq!(request.target(), "/b/a%20b/c%2Bd");
        assert_eq!(header(&request, "x-amz-acl"), "private");
        assert_eq!(header(&request, "x-amz-meta-color"), "red");
        assert_eq!(body(&request), "text");
        let request = built(
            "aws-sdk:s3:deleteObjects",
            r#"{"Bucket":"b","Delete":{"Objects":[{"Key":"<a>"},{"Key":"b"}],"Quiet":true}}"#,
        )
        .unwrap();
        assert_eq!(request.target(), "/b?delete=");
        assert_eq!(
            body(&request),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>&lt;a&gt;</Key></Object>\
             <Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>"
        );
        assert!(!header(&request, "content-md5").is_empty());
        let request = built(
            "aws-sdk:route53:changeResourceRecordSets",
            r#"{"HostedZoneId":"Z1","ChangeBatch":{"Changes":[{"Action":"CREATE","ResourceRecordSet":
                {"Name":"n","Type":"A","Ttl":5,"ResourceRecords":[{"Value":"1.2.3.4"}]}}]}}"#,
        )
        .unwrap();
        assert_eq!(request.target(), "/2013-04-01/hostedzone/Z1/rrset/");
        assert_eq!(
            body(&request),
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>n</Name><Type>A</Type>\
             <TTL>5</TTL><ResourceRecords><ResourceRecord><Value>1.2.3.4</Value></ResourceRecord></ResourceRecords>\
             </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
    }

    #[test]
    fn query_flattens_lists_and_maps() {
        let request = built(
            "aws-sdk:sns:publish",
            r#"{"TopicArn":"a:b","Message":"m ä","MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}}}"#,
        )
        .unwrap();
        assert_eq!(
            body(&request),
            "Action=Publish&Version=2010-03-31&TopicArn=a%3Ab&Message=m%20%C3%A4&MessageAttributes.entry.1.Name=k\
             &MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v"
        );
        let request = built(
            "aws-sdk:iam:createRole",
            r#"{"RoleName":"r","AssumeRolePolicyDocument":"{}","Tags":[{"Key":"a","Value":"b"}]}"#,
        )
        .unwrap();
        assert!(
            body(&request).ends_with("&Tags.member.1.Key=a&Tags.member.1.Value=b"),
            "{}",
            body(&request)
        );
    }

    #[test]
    fn ec2_numbers_lists_under_their_own_name() {
        let request = built(
            "aws-sdk:ec2:describeInstances",
            r#"{"Filters":[{"Name":"n","Values":["a","b"]}],"InstanceIds":["i-1"],"DryRun":false}"#,
        )
        .unwrap();
        let body = body(&request);
        assert!(
            body.starts_with("Action=DescribeInstances&Version=2016-11-15&"),
            "{body}"
        );
        for part in [
            "&InstanceId.1=i-1",
            "&DryRun=false",
            "&Filter.1.Name=n&Filter.1.Value.1=a&Filter.1.Value.2=b",
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let cause = |parameters: &str| cause("aws-sdk:dynamodb:getItem", parameters);
        assert_eq!(
            cause(r#"{"TableNam":"t","Key":{}}"#),
            "The Parameters '{\"TableNam\":\"t\",\"Key\":{}}' could not be used to start the Task: \
             [The field \"TableName\" is required but was missing, The field \"TableNam\" is not supported by Step Functions]"
        );
        assert!(
            cause(r#"{"TableName":5,"Key":{"id":{"N":5}}}"#).ends_with(
                "[The value for the field 'TableName' must be a STRING, The value for the field 'N' must be a STRING]"
            )
        );
        assert!(
            cause(r#"{"TableName":"t","Key":{"id":{"s":"x"}}}"#)
                .contains("The field \"s\" is not supported")
        );
        assert!(cause("[]").ends_with("[The Parameters have to be an object]"));
        // What is null goes out as if it were not there, and the service complains.
        let request = built("dynamodb:putItem", r#"{"TableName":"t","Item":null}"#).unwrap();
        assert_eq!(body(&request), r#"{"TableName":"t"}"#);
    }

    #[test]
    fn optimized_integrations_take_json_where_texts_go() {
        let request = built("sns:publish", r#"{"TopicArn":"t","Message":{"a":1}}"#).unwrap();
        assert!(
            body(&request).ends_with("&Message=%7B%22a%22%3A1%7D"),
            "{}",
            body(&request)
        );
        let request = built(
            "states:startExecution",
            r#"{"StateMachineArn":"m","Input":{"a":[1]}}"#,
        )
        .unwrap();
        assert_eq!(
            body(&request),
            r#"{"stateMachineArn":"m","input":"{\"a\":[1]}"}"#
        );
        let request = built(
            "elasticmapreduce:addStep",
            r#"{"ClusterId":"j-1","Step":{"Name":"s","HadoopJarStep":{"Jar":"x"}}}"#,
        )
        .unwrap();
        assert_eq!(
            body(&request),
            r#"{"JobFlowId":"j-1","Steps":[{"Name":"s","HadoopJarStep":{"Jar":"x"}}]}"#
        );
        assert!(
            cause("aws-sdk:sns:publish", r#"{"Message":{"a":1}}"#).contains("must be a STRING")
        );
    }

    #[test]
    fn tokens_against_repeated_requests_come_from_the_seed() {
        let parameters = r#"{"Name":"s","SecretString":"x"}"#;
        let request = built("aws-sdk:secretsmanager:createSecret", parameters).unwrap();
        let again = built("aws-sdk:secretsmanager:createSecret", parameters).unwrap();
        assert_eq!(request, again);
        assert!(
            body(&request).contains("\"ClientRequestToken\":\""),
            "{}",
            body(&request)
        );
    }

    #[test]
    fn moments_take_the_format_of_their_place() {
        let request = built(
            "aws-sdk:cloudwatch:getMetricData",
            r#"{"StartTime":"2026-01-01T00:00:00Z","EndTime":"2026-01-01T01:00:00.500Z","MetricDataQueries":[]}"#,
        )
        .unwrap();
        let text = body(&request);
        assert!(
            text.contains("1767225600") && text.contains("1767229200.5"),
            "{text}"
        );
        let request = built(
            "aws-sdk:s3:getObject",
            r#"{"Bucket":"b","Key":"k","IfModifiedSince":"2026-01-01T00:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!(
            header(&request, "if-modified-since"),
            "Thu, 01 Jan 2026 00:00:00 GMT"
        );
    }

    #[test]
    fn only_aws_hears_of_a_prefix() {
        let request = built(
            "aws-sdk:sfn:startSyncExecution",
            r#"{"StateMachineArn":"m"}"#,
        )
        .unwrap();
        assert_eq!(request.host_prefix.as_deref(), Some("sync-"));
        let unsigned = r#"{"RoleArn":"r","RoleSessionName":"s","WebIdentityToken":"t"}"#;
        let request = built("aws-sdk:sts:assumeRoleWithWebIdentity", unsigned).unwrap();
        assert!(!request.signed);
    }

    #[test]
    fn what_is_not_spoken_is_refused_by_name() {
        let refused = |text: &str| {
            let resource = resource::read(&format!("arn:aws:states:::{text}"));
            operation::find(&resource.target).unwrap_err().to_string()
        };
        assert!(refused("aws-sdk:eventbridgev2:putEvents").contains("smithy-rpc-v2-cbor"));
        assert!(refused("aws-sdk:kinesis:subscribeToShard").contains("event stream"));
        assert!(refused("aws-sdk:dynamodb:fly").contains("no action \"fly\""));
        assert!(refused("eks:call").contains("eks:call"));
        assert!(refused("dynamodb:query").contains("no optimized integration dynamodb:query"));
    }
}
