//! Request templates of `serverless-step-functions`: the usual one, that of `lambda_proxy`, and those an event names.

use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::Item;

/// The template a method has if it names none: the body as input, the request's id as name.
const USUAL: &str = r#"
#set( $body = $util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'") )
{"input": "$body", "name": "$context.requestId", "stateMachineArn":"${Machine}"}"#;

/// The templates by which the plugin makes a call of a request.
pub(crate) fn request_templates(
    settings: &Item,
    machine: &str,
    has_action: bool,
    origin: &Origin,
) -> Arc<Item> {
    let for_machine = |template: &str| {
        let template = template.replace("${Machine}", &format!("${{{machine}}}"));
        Item::map(vec![("Fn::Sub", Item::text(&template, origin))], origin)
    };
    let usual = || {
        Item::map(
            vec![
                ("application/json", for_machine(USUAL)),
                ("application/x-www-form-urlencoded", for_machine(USUAL)),
            ],
            origin,
        )
    };
    let written = settings
        .get("request")
        .and_then(|request| request.get("template"));
    match written {
        Some(template) if template.as_text() == Some("lambda_proxy") => Item::map(
            vec![
                (
                    "application/json",
                    for_machine(&format!("#set( $body = $input.body )\n{PROXY}")),
                ),
                (
                    "application/x-www-form-urlencoded",
                    for_machine(&format!("{FORM}\n{PROXY}")),
                ),
            ],
            origin,
        ),
        // What the event says counts, and the usual one stays for what it does not mention.
        Some(template) => template.or(&usual()),
        // With an action named, the plugin leaves the whole body of the call to the client.
        None if has_action => Item::map(Vec::new(), origin),
        None => usual(),
    }
}

/// The request the way a function behind a proxy sees it, as input of the machine.
const PROXY: &str = r##"#define( $entries )
{#foreach( $name in $map.keySet() )"$util.escapeJavaScript($name)": #if( "$map.get($name)" == "" )null#else"$util.escapeJavaScript($map.get($name)).replaceAll("\\'", "'")"#end#if( $foreach.hasNext ),#end#end}
#end
#define( $request )
{
"resource": "$context.resourcePath",
"path": "$context.path",
"httpMethod": "$context.httpMethod",
#set( $map = $input.params().header )
"headers": $entries,
#set( $map = $input.params().querystring )
"queryStringParameters": #if( $map.size() == 0 )null#else$entries#end,
#set( $map = $input.params().path )
"pathParameters": #if( $map.size() == 0 )null#else$entries#end,
#set( $map = $stageVariables )
"stageVariables": #if( $map.size() == 0 )null#else$entries#end,
"requestContext": {
"resourceId": "$context.resourceId",
"resourcePath": "$context.resourcePath",
"httpMethod": "$context.httpMethod",
"extendedRequestId": "$context.extendedRequestId",
"requestTime": "$context.requestTime",
"path": "$context.path",
"accountId": "${AWS::AccountId}",
"protocol": "$context.protocol",
"stage": "$context.stage",
"domainPrefix": "$context.domainPrefix",
"requestTimeEpoch": $context.requestTimeEpoch,
"requestId": "$context.requestId",
#set( $map = $context.identity )
"identity": $entries,
"domainName": "$context.domainName",
#set( $map = $context.authorizer )
"authorizer": $entries,
"apiId": "$context.apiId"
},
"body": "$util.escapeJavaScript("$body").replaceAll("\\'", "'")",
"isBase64Encoded": false
}
#end
{
"input": "$util.escapeJavaScript("$request").replaceAll("\\'", "'")",
"name": "$context.requestId",
"stateMachineArn": "${Machine}"
}"##;

/// A form as an object of its fields.
const FORM: &str = r##"#define( $body )
{#foreach( $pair in $input.path('$').split('&') )#set( $parts = $pair.split('=') )#if( $parts.size() >= 1 )"$util.escapeJavaScript($util.urlDecode($parts[0]))": "#if( $parts.size() >= 2 )$util.escapeJavaScript($util.urlDecode($parts[1])).replaceAll("\\'", "'")#end"#if( $foreach.hasNext ),#end#end#end}
#end"##;
