//! `MISSING_ROLE`, `ACTIVITY_ROLE`: `Credentials` names the role to take on, and activities have none.

use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::resource;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        if field.name != "Credentials" || !document.is_object(member.value) {
            continue;
        }
        let resource = document.tree.get_str(object.node, "Resource");
        if resource.is_some_and(|text| resource::read(text).is_activity()) {
            findings.push(
                Finding::error(
                    document,
                    "ACTIVITY_ROLE",
                    member.value,
                    "An activity takes no Credentials: its worker has its own",
                )
                .at(member.key_span)
                .service(
                    SCHEMA,
                    "The field 'Credentials' is not supported for activities",
                ),
            );
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
