//! `STATE_NAME`: a state's name is empty or longer than 80 characters.

use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Finding;

/// Specification, "States": names are at most this many characters long.
const LONGEST: usize = 80;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for state in &document.machine.states {
        let length = state.name.chars().count();
        let message = if length == 0 {
            "A state needs a name".to_owned()
        } else if length > LONGEST && !has_hole(&state.name) {
            format!("This name is {length} characters long, and {LONGEST} are allowed")
        } else {
            if state.name.chars().any(char::is_control) {
                findings.push(Finding::new(
                    document,
                    "STATE_NAME",
                    Severity::Warning,
                    state.node,
                    state.name_span,
                    "This name holds a line break, a tab or another sign that cannot be seen",
                ));
            }
            continue;
        };
        findings.push(
            Finding::new(
                document,
                "STATE_NAME",
                Severity::Error,
                state.node,
                state.name_span,
                message,
            )
            .service(
                "INVALID_STATE_NAME",
                format!("State name must be between 1 and {LONGEST} characters"),
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn a_name_of_no_length() {
        check(
            r#"{"StartAt": "", "States": {
  "": {"Type": "Succeed"}
//^^ error STATE_NAME: A state needs a name
}}"#,
        );
    }
}
