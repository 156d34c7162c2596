//! `MISSING_ROLE`: `Credentials` names the role to take on.

use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (_, field, member) in document.fields() {
        if field.name != "Credentials" || !document.is_object(member.value) {
            continue;
        }
        let members = document.tree.members(member.value);
        let names_role = |key: &str| key == "RoleArn" || key == "RoleArn.$" || has_hole(key);
        if members.iter().any(|inner| names_role(&inner.key)) {
            continue;
        }
        // The specification leaves the content open; AWS refuses it without RoleArn.
        let finding = Finding::error(
            document,
            "MISSING_ROLE",
            member.value,
            "Credentials needs RoleArn",
        );
        findings.push(
            finding
                .at(member.key_span)
                .hint("RoleArn is the role of the account that owns the resource")
                .service(SCHEMA, "The field 'RoleArn' is required but was missing"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn a_role_is_needed() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${R}",
  "Credentials": {}, "End": true}}}
//^^^^^^^^^^^^^ error MISSING_ROLE: Credentials needs RoleArn"#,
        );
    }
}
