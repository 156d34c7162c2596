//! Names of states: which are taken, and a free one near a wish.

use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::editor::Refusal;
use crate::editor::words::refuse;

/// A state name may have at most this many characters (specification, "States").
const LONGEST: usize = 80;

/// All names of a machine. They have to differ across all its scopes.
pub(crate) fn taken(machine: &Machine) -> BTreeSet<String> {
    let names = machine.states.iter().map(|state| state.name.to_string());
    names.collect()
}

/// The wish itself, or "Wish (2)", "Wish (3)", …; the name is taken from then on.
pub(crate) fn unique(wish: &str, taken: &mut BTreeSet<String>) -> String {
    let wish: String = wish.trim().chars().take(LONGEST).collect();
    let wish = if wish.is_empty() {
        "State".to_owned()
    } else {
        wish
    };
    if taken.insert(wish.clone()) {
        return wish;
    }
    let base = without_number(&wish);
    let mut number = 2u64;
    loop {
        let tail = format!(" ({number})");
        let head: String = base.chars().take(LONGEST - tail.len()).collect();
        let name = format!("{}{tail}", head.trim_end());
        if taken.insert(name.clone()) {
            return name;
        }
        number += 1;
    }
}

/// "Wait" of "Wait (2)"
fn without_number(name: &str) -> &str {
    let inner = name
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("));
    match inner {
        Some((base, digits))
            if !base.is_empty()
                && !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            base
        }
        _ => name,
    }
}

/// Whether a name may be given to a state that has none of the names taken.
pub(crate) fn check(name: &str, taken: &BTreeSet<String>) -> Result<(), Refusal> {
    let what = format!("A state cannot be called “{name}”");
    if name.trim().is_empty() {
        return refuse("A state needs a name", "The name is empty");
    }
    if name.chars().count() > LONGEST {
        return refuse(what, "A name has at most 80 characters");
    }
    if name.chars().any(char::is_control) {
        return refuse(what, "A name has no line ends or control characters");
    }
    if taken.contains(name) {
        return refuse(what, "Another state of this workflow has that name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered() {
        let mut taken = BTreeSet::new();
        assert_eq!(unique("Wait", &mut taken), "Wait");
        assert_eq!(unique("Wait", &mut taken), "Wait (2)");
        assert_eq!(unique("Wait (2)", &mut taken), "Wait (3)");
        assert_eq!(unique(" ", &mut taken), "State");
        let long = "x".repeat(80);
        unique(&long, &mut taken);
        assert_eq!(unique(&long, &mut taken).chars().count(), 80);
    }
}
