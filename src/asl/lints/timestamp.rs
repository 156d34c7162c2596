//! `INVALID_TIMESTAMP`: a moment is written as RFC 3339 asks, with `T` and a zone.

use crate::asl::QueryLanguage;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Holds;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        let Some(text) = document.tree.str(member.value) else {
            continue;
        };
        let expression =
            field.expression && object.language == QueryLanguage::Jsonata && text.starts_with("{%");
        if field.holds != Holds::Timestamp
            || document.is_open(member.value)
            || expression
            || is_timestamp(text)
        {
            continue;
        }
        findings.push(
            Finding::error(
                document,
                "INVALID_TIMESTAMP",
                member.value,
                format!(
                    "{} is not a moment such as 2025-03-14T01:59:00Z",
                    quoted(text)
                ),
            )
            .hint("Year, month, day, a capital T, the time, and Z or an offset such as +01:00")
            .service(SCHEMA, "String does not match RFC3339 timestamp"),
        );
    }
}

/// RFC 3339 section 5.6, with capital letters.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        let all = digits.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let sign = |at: usize, signs: &str| {
        text.get(at..=at)
            .is_some_and(|c| !c.is_empty() && signs.contains(c))
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let (Some(hour), Some(minute), Some(second)) = (number(11..13), number(14..16), number(17..19))
    else {
        return false;
    };
    let separated = sign(4, "-") && sign(7, "-") && sign(10, "T") && sign(13, ":") && sign(16, ":");
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let date = (1..=12).contains(&month) && (1..=days).contains(&day);
    let time = hour < 24 && minute < 60 && second < 61;
    let rest = text.get(19..).unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    separated && date && time && (zone == "Z" || is_offset(zone))
}

fn is_offset(zone: &str) -> bool {
    let Some(rest) = zone.strip_prefix(['+', '-']) else {
        return false;
    };
    let two = |digits: &str, limit: u32| {
        digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u32>().is_ok_and(|value| value < limit)
    };
    rest.split_once(':')
        .is_some_and(|(hours, minutes)| two(hours, 24) && two(minutes, 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::lints::tests::check;

    #[test]
    fn forms_of_a_moment() {
        for good in [
            "2016-03-14T01:59:00Z",
            "2024-02-29T23:59:59.123456Z",
            "2016-03-14T01:59:00-08:00",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "2016-03-14",
            "2016-13-05T21:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29",
            "2023-02-29T00:00:00Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05T21:29:29é",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }

    #[test]
    fn a_literal_moment_is_checked() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Wait",
  "Timestamp": "{% '2016-03-14T01:59:00Z' %}", "End": true}}}
//             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error INVALID_TIMESTAMP: “{% '2016-03-14T01:59:00Z' %}” is not a moment such as 2025-03-14T01:59:00Z"#,
        );
    }
}
