//! `INVALID_INTRINSIC`: calls such as `States.Format('{}', $.a)` (specification, appendix B).

use crate::asl::lints::document::Document;
use crate::asl::lints::expression::Parsed;
use crate::asl::lints::expression::Site;
use crate::asl::lints::expression::place;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::path::filter;
use crate::asl::lints::path::is_filter_trouble;
use crate::asl::nearest::nearest;
use crate::asl::schema::Holds;
use crate::query::intrinsics::Argument;
use crate::query::intrinsics::Call;
use crate::query::intrinsics::Function;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for site in &document.sites {
        let Parsed::Intrinsic(parsed) = &site.parsed else {
            continue;
        };
        let text = document.tree.str(site.node).unwrap_or_default();
        let (message, position, length) = match parsed {
            Ok(intrinsic) => {
                let call = intrinsic.call();
                match misfit(call).or_else(|| not_a_text(site, call)) {
                    Some(message) => (message, 0, text.chars().count()),
                    None => continue,
                }
            }
            Err(error) => (error.message.clone(), error.position, 1),
        };
        if is_filter_trouble(&message) {
            let span = document.tree.content_span(site.node);
            findings.push(filter(document, site, "INVALID_INTRINSIC", span));
            continue;
        }
        let mut finding = Finding::error(
            document,
            "INVALID_INTRINSIC",
            site.node,
            message.trim_end_matches('.').to_owned(),
        )
        .at(place(document, site.node, position, length))
        .service_at(
            document,
            site.holder,
            SCHEMA,
            format!(
                "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call",
                site.key
            ),
        );
        let name: &str = text.split('(').next().unwrap_or_default().trim();
        if Function::from_name(name).is_none()
            && let Some(near) = nearest(name, Function::ALL.into_iter().map(Function::name))
        {
            finding = finding.fix(
                format!("Change to {near}"),
                document.respell(document.tree.span(site.node), &text.replacen(name, near, 1)),
            );
        } else if let Some(function) = Function::from_name(name) {
            finding = finding.hint(format!("Written as {}", function.signature()));
        }
        findings.push(finding);
    }
}

/// `ErrorPath` and `CausePath` take functions that give a text (developer guide, "Fail workflow state").
fn not_a_text(site: &Site, call: &Call) -> Option<String> {
    let gives_text = match call.function {
        Function::Format
        | Function::JsonToString
        | Function::ArrayGetItem
        | Function::Base64Encode
        | Function::Base64Decode
        | Function::Hash
        | Function::Uuid => true,
        Function::StringToJson
        | Function::Array
        | Function::ArrayPartition
        | Function::ArrayContains
        | Function::ArrayRange
        | Function::ArrayLength
        | Function::ArrayUnique
        | Function::JsonMerge
        | Function::MathRandom
        | Function::MathAdd
        | Function::StringSplit => false,
    };
    (site.field.holds == Holds::PathOrIntrinsic && !gives_text).then(|| {
        format!(
            "{} takes a text, and {} gives none",
            site.field.name,
            call.function.name()
        )
    })
}

/// A literal that a function can never take, at any depth.
fn misfit(call: &Call) -> Option<String> {
    let mut waiting = vec![call];
    while let Some(call) = waiting.pop() {
        let numbers: &[usize] = match call.function {
            Function::MathAdd | Function::MathRandom => &[0, 1],
            Function::ArrayRange => &[0, 1, 2],
            Function::ArrayPartition | Function::ArrayGetItem => &[1],
            Function::Format
            | Function::StringToJson
            | Function::JsonToString
            | Function::Array
            | Function::ArrayContains
            | Function::ArrayLength
            | Function::ArrayUnique
            | Function::Base64Encode
            | Function::Base64Decode
            | Function::Hash
            | Function::JsonMerge
            | Function::StringSplit
            | Function::Uuid => &[],
        };
        for (index, argument) in call.arguments.iter().enumerate() {
            match argument {
                Argument::Text { .. } if numbers.contains(&index) => {
                    return Some(format!(
                        "{} takes numbers, and argument {} is a text",
                        call.function.name(),
                        index + 1
                    ));
                }
                Argument::Call(inner) => waiting.push(inner),
                Argument::Text { .. } | Argument::Literal(_) | Argument::Path(_) => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::fixed;
    use crate::asl::service_diagnostics;

    fn codes(call: &str) -> Vec<&'static str> {
        let text = format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","End":true,"Parameters":{{"a.$":"{call}"}}}}}}}}"#
        );
        let parse = crate::syntax::parse(&text, crate::syntax::Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let found = crate::asl::lint(&text, &parse.tree, &machine, &parse.errors);
        found
            .into_iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    #[test]
    fn calls_have_to_be_readable() {
        assert!(codes("States.Format('{}', $.a)").is_empty());
        for wrong in [
            "States.Formatt('a')",
            "States.Format('a'",
            "States.MathAdd(1,'-1')",
            "States.UUID(1)",
        ] {
            assert_eq!(codes(wrong), ["INVALID_INTRINSIC"], "{wrong}");
        }
        assert_eq!(
            fixed(
                r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"a.$":"States.Formatt('a')"}}}}"#
            ),
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"a.$":"States.Format('a')"}}}}"#
        );
    }

    #[test]
    fn the_service_names_the_template() {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"a.$":"States.Nope()"}}}}"#;
        let said = service_diagnostics(text, crate::asl::MachineType::Standard);
        assert_eq!(
            said.first().unwrap().location.as_deref(),
            Some("/States/A/Parameters")
        );
    }
}
