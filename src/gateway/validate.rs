//! What a request validator finds.

use crate::gateway::Checks;
use crate::gateway::Direction;
use crate::gateway::Required;
use crate::gateway::Route;
use crate::gateway::exchange::Failed;
use crate::gateway::inbound::Inbound;
use crate::gateway::refusal::Failure;
use crate::gateway::schema;
use crate::query::Value;

/// What was looked at, in words.
pub(crate) fn validate(route: &Route, inbound: &Inbound) -> Result<Vec<String>, Failed> {
    let Some(validator) = &route.validator else {
        return Ok(vec![
            "the method has no request validator, so neither parameters nor body are checked"
                .to_owned(),
        ]);
    };
    let (parameters, body) = match validator.checks {
        Checks::Nothing => (false, false),
        Checks::Parameters => (true, false),
        Checks::Body => (false, true),
        Checks::Both => (true, true),
    };
    let mut words = Vec::new();
    if parameters {
        words.push(check_parameters(route, inbound)?);
    }
    if body {
        words.push(check_body(route, inbound)?);
    }
    if words.is_empty() {
        words.push(format!("the validator {:?} checks nothing", validator.name));
    }
    Ok(words)
}

/// Parameters have to be there and not empty. The names of headers count in any letter case: servers change it
/// on the way, though the service itself is said to look letter by letter.
fn check_parameters(route: &Route, inbound: &Inbound) -> Result<String, Failed> {
    let mut missing: Vec<&str> = Vec::new();
    let mut count = 0;
    for parameter in &route.parameters {
        if parameter.required == Required::No {
            continue;
        }
        count += 1;
        let fields = match parameter.place {
            Direction::Path => &inbound.path_parameters,
            Direction::Querystring => &inbound.query,
            Direction::Header => &inbound.headers,
        };
        let same = |key: &str| match parameter.place {
            Direction::Header => key.eq_ignore_ascii_case(&parameter.name),
            Direction::Path | Direction::Querystring => key == parameter.name,
        };
        if !fields
            .iter()
            .any(|(key, value)| same(key) && !value.is_empty())
        {
            missing.push(&parameter.name);
        }
    }
    if missing.is_empty() {
        return Ok(match count {
            0 => "no parameter is required".to_owned(),
            1 => "the required parameter is there".to_owned(),
            _ => format!("all {count} required parameters are there"),
        });
    }
    missing.sort_unstable();
    Err(Failed {
        failure: Failure::BadRequestParameters,
        message: Some(format!(
            "Missing required request parameters: [{}]",
            missing.join(", ")
        )),
        validation: None,
    })
}

/// The body against the model of its content type, or that of `$default`; an empty one counts as `{}`.
fn check_body(route: &Route, inbound: &Inbound) -> Result<String, Failed> {
    let kind = inbound.content_type();
    let model = route
        .models
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&kind))
        .or_else(|| route.models.get_key_value("$default"));
    let Some((_, model)) = model else {
        return Ok(match route.models.is_empty() {
            true => "the method has no model, so the body is not checked".to_owned(),
            false => format!("there is no model for {kind}, so the body is not checked"),
        });
    };
    let text = inbound.text();
    let text = if text.trim().is_empty() { "{}" } else { &text };
    let refuse = |validation: String| Failed {
        failure: Failure::BadRequestBody,
        message: None,
        validation: Some(validation),
    };
    let body = Value::parse(text).map_err(|error| refuse(format!("[the body is {error}]")))?;
    let complaints = schema::check(&model.schema, &body);
    match complaints.is_empty() {
        true => Ok(match &model.name {
            Some(name) => format!("the body fits the model {name}"),
            None => "the body fits its model".to_owned(),
        }),
        false => Err(refuse(format!("[{}]", complaints.join(", ")))),
    }
}
