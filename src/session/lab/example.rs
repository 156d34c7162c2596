//! Templates to begin with, each with a request and an answer.

use crate::session::lab::AnswerFrom;
use crate::session::lab::LabAnswer;
use crate::session::lab::LabRequest;

/// A request and a response template with all that they are rendered against.
#[derive(Debug)]
pub struct LabExample {
    pub title: &'static str,
    method: &'static str,
    path: &'static str,
    path_parameters: &'static str,
    query: &'static str,
    body: &'static str,
    answer: &'static str,
    pub request_template: &'static str,
    pub response_template: &'static str,
}

impl LabExample {
    pub fn request(&self) -> LabRequest {
        LabRequest {
            method: self.method.to_owned(),
            path: self.path.to_owned(),
            path_parameters: self.path_parameters.to_owned(),
            query: self.query.to_owned(),
            headers: "content-type: application/json\nx-correlation-id: 7c1f0b52".to_owned(),
            body: self.body.to_owned(),
            context: String::new(),
            stage_variables: "workflow: arn:aws:states:us-east-1:123456789012:stateMachine:Orders"
                .to_owned(),
        }
    }

    pub fn answer(&self) -> LabAnswer {
        LabAnswer {
            status: "200".to_owned(),
            body: self.answer.to_owned(),
            from: AnswerFrom::Example,
        }
    }
}

/// What the lab offers; the first is there at the start.
pub const EXAMPLES: &[LabExample; 3] = &[
    LabExample {
        title: "Order through a workflow",
        method: "POST",
        path: "/orders",
        path_parameters: "",
        query: "",
        body: r#"{
  "customerId": "cus_91aa",
  "note": "Ring at the neighbour's",
  "items": [
    {"sku": "SKU-118", "quantity": 2},
    {"sku": "SKU-204", "quantity": 1}
  ]
}"#,
        answer: r#"{
  "executionArn": "arn:aws:states:us-east-1:123456789012:express:Orders:cus_91aa:0d4c",
  "name": "cus_91aa",
  "status": "SUCCEEDED",
  "startDate": 1795183320.114,
  "stopDate": 1795183320.317,
  "output": "{\"status\":\"error\",\"reason\":\"OutOfStock\",\"sku\":\"SKU-118\"}"
}"#,
        request_template: r##"#set($order = $input.path('$'))
#set($count = $order.items.size())
{
  "stateMachineArn": "$stageVariables.workflow",
#if($order.customerId != "")
  "name": "$order.customerId",
#else
  "name": "$context.requestId",
#end
  "input": "{\"customer\":\"$order.customerId\",\"count\":$count,\"skus\":[#foreach($item in $order.items)\"$item.sku\"#if($foreach.hasNext),#end#end]}"
}
"##,
        response_template: r##"#set($output = $util.parseJson($input.path('$.output')))
#if($input.path('$.status') != "SUCCEEDED")
  #set($context.responseOverride.status = 500)
{"message": "The order could not be handled"}
#elseif($output.status == "error")
  #set($context.responseOverride.status = 400)
{"message": "$output.reason", "sku": "$output.sku"}
#else
$input.path('$.output')
#end
"##,
    },
    LabExample {
        title: "Whole body as input",
        method: "POST",
        path: "/tickets",
        path_parameters: "",
        query: "",
        body: r#"{
  "title": "It won't print",
  "priority": "high"
}"#,
        answer: r#"{
  "name": "t-17",
  "status": "FAILED",
  "error": "PrinterOffline",
  "cause": "No answer from room 12"
}"#,
        request_template: r##"{
  "stateMachineArn": "$stageVariables.workflow",
  "input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")"
}
"##,
        response_template: r##"#set($status = $input.path('$.status'))
#if($status == "FAILED")
  #set($context.responseOverride.status = 502)
{"error": "$input.path('$.error')", "detail": "$input.path('$.cause')"}
#else
$input.path('$.output')
#end
"##,
    },
    LabExample {
        title: "Items of a DynamoDB table",
        method: "GET",
        path: "/customers/{id}/orders",
        path_parameters: "id: cus_91aa",
        query: "limit: 10",
        body: "",
        answer: r#"{
  "Count": 2,
  "Items": [
    {"sk": {"S": "order#1001"}, "total": {"N": "118.50"}},
    {"sk": {"S": "order#1002"}, "total": {"N": "20"}, "paid": {"BOOL": true}}
  ]
}"#,
        request_template: r##"#set($limit = $input.params('limit'))
{
  "TableName": "orders",
  "KeyConditionExpression": "pk = :customer",
  "ExpressionAttributeValues": {
    ":customer": {"S": "$util.escapeJavaScript($input.params('id')).replaceAll("\\'", "'")"}
  }#if($limit != ""),
  "Limit": $limit#end

}
"##,
        response_template: r##"#set($root = $input.path('$'))
{
  "count": $root.Count,
  "orders": [
#foreach($item in $root.Items)
    {"id": "$item.sk.S", "total": $item.total.N, "paid": "$item.paid.BOOL"}#if($foreach.hasNext),#end

#end
  ]
}
"##,
    },
];
