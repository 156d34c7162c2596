//! The formats that are checked; others are words for people.

use crate::gateway::pattern::Cover;
use crate::gateway::pattern::Pattern;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    DateTime,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Regex,
    Uri,
    Uuid,
}

impl Format {
    pub(crate) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "date-time" => Format::DateTime,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "regex" => Format::Regex,
            "uri" => Format::Uri,
            "uuid" => Format::Uuid,
            _ => return None,
        })
    }

    /// What is wrong with the text, in the words of the service.
    pub(crate) fn complaint(self, text: &str) -> Option<String> {
        let kind = match self {
            Format::DateTime if is_date_time(text) => return None,
            Format::DateTime => {
                return Some(format!(
                    "string \"{text}\" is invalid against requested date format(s) \
                     [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{{1,12}}Z]"
                ));
            }
            Format::Email if is_email(text) => return None,
            Format::Email => "email address",
            Format::Hostname if is_hostname(text) => return None,
            Format::Hostname => "hostname",
            Format::Ipv4 if is_ipv4(text) => return None,
            Format::Ipv4 => "IPv4 address",
            Format::Ipv6 if is_ipv6(text) => return None,
            Format::Ipv6 => "IPv6 address",
            Format::Regex if Pattern::new(text, Cover::Part).is_ok() => return None,
            Format::Regex => "ECMA 262 regular expression",
            Format::Uri if is_uri(text) => return None,
            Format::Uri => "URI",
            Format::Uuid if is_uuid(text) => return None,
            Format::Uuid => {
                return Some(format!("input string \"{text}\" is not a valid UUID"));
            }
        };
        Some(format!("string \"{text}\" is not a valid {kind}"))
    }
}

/// `2026-11-26T10:00:00Z`, `…00.123+01:00`.
fn is_date_time(text: &str) -> bool {
    jiff::fmt::temporal::DateTimeParser::new()
        .parse_timestamp(text)
        .is_ok()
        && text.as_bytes().get(10) == Some(&b'T')
        && text.len() > 18
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let plain = |part: &str| {
            !part.is_empty()
                && !part.contains(|c: char| c.is_whitespace() || c == '@' || c.is_control())
        };
        plain(local) && plain(domain)
    })
}

fn is_hostname(text: &str) -> bool {
    text.len() <= 255
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_uri(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_graphic() && !"<>\"{}|\\^`".contains(c);
    text.chars().all(allowed)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(index, c)| match index {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

fn is_ipv4(text: &str) -> bool {
    let octet = |part: &str| {
        (1..=3).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_digit())
            && part.parse::<u8>().is_ok()
    };
    text.split('.').count() == 4 && text.split('.').all(octet)
}

/// Eight groups of up to four hexadecimal digits, a run of zeros once as `::`, the last two as IPv4.
fn is_ipv6(text: &str) -> bool {
    let groups = |part: &str| -> Option<usize> {
        if part.is_empty() {
            return Some(0);
        }
        let last = part.split(':').count();
        part.split(':')
            .enumerate()
            .try_fold(0, |count, (index, group)| {
                if (1..=4).contains(&group.len()) && group.chars().all(|c| c.is_ascii_hexdigit()) {
                    Some(count + 1)
                } else {
                    (index + 1 == last && is_ipv4(group)).then_some(count + 2)
                }
            })
    };
    match text.split_once("::") {
        Some((left, right)) => match (groups(left), groups(right)) {
            (Some(left), Some(right)) => left + right < 8,
            (_, None) | (None, _) => false,
        },
        None => groups(text) == Some(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_times() {
        for good in [
            "::1",
            "2001:db8::ff00:42:8329",
            "1:2:3:4:5:6:7:8",
            "::ffff:1.2.3.4",
        ] {
            assert!(is_ipv6(good), "{good}");
        }
        for bad in [
            "",
            "1:2",
            "1::2::3",
            ":::",
            "12345::",
            "1:2:3:4:5:6:7:8:9",
            "1.2.3.4",
        ] {
            assert!(!is_ipv6(bad), "{bad}");
        }
        assert!(is_ipv4("127.0.0.1") && !is_ipv4("256.1.1.1") && !is_ipv4("1.2.3"));
        assert!(
            is_date_time("2026-11-26T10:00:00Z") && is_date_time("2026-11-26T10:00:00.5+01:00")
        );
        assert!(!is_date_time("2026-11-26") && !is_date_time("yesterday"));
        assert_eq!(
            Format::Email.complaint("x").as_deref(),
            Some("string \"x\" is not a valid email address")
        );
    }
}
