//! Moments as texts: ISO 8601 with an offset, as Java's `ISO_OFFSET_DATE_TIME` reads them.

/// Nanoseconds since 1970-01-01T00:00:00Z, or nothing where the text is no moment.
pub(crate) fn parse_instant(text: &str) -> Option<i128> {
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_once(['T', 't'])?;
    let mut date = date.splitn(3, '-');
    let year = digits(date.next()?, 4)?;
    let month = digits(date.next()?, 2)?;
    let day = digits(date.next()?, 2)?;
    let at = rest.find(['Z', 'z', '+', '-'])?;
    let (time, offset) = (rest.get(..at)?, rest.get(at..)?);
    let mut time = time.splitn(3, ':');
    let hour = digits(time.next()?, 2)?;
    let minute = digits(time.next()?, 2)?;
    let (second, nanos) = match time.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (digits(seconds, 2)?, 0),
            Some((whole, fraction)) => (digits(whole, 2)?, fraction_nanos(fraction)?),
        },
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        - offset_seconds(offset)?;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

/// Milliseconds since the epoch, cut down.
pub fn parse_millis(text: &str) -> Option<i64> {
    i64::try_from(parse_instant(text)?.div_euclid(1_000_000)).ok()
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

fn fraction_nanos(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{text:0<9}").parse().ok()
}

fn offset_seconds(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut parts = text.get(1..)?.splitn(3, ':');
    let hours = digits(parts.next()?, 2)?;
    let minutes = parts.next().map_or(Some(0), |part| digits(part, 2))?;
    let seconds = parts.next().map_or(Some(0), |part| digits(part, 2))?;
    (hours <= 18 && minutes < 60 && seconds < 60)
        .then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::history::moment_text;

    #[test]
    fn reads_what_java_reads() {
        assert_eq!(parse_millis("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(
            parse_millis("2024-02-29T12:30+02:00"),
            Some(1_709_202_600_000)
        );
        assert_eq!(
            parse_millis("2016-12-05T21:29:29.123456789Z"),
            Some(1_480_973_369_123)
        );
        for bad in [
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29",
            "2016-13-05T21:29:29Z",
            "2023-02-29T00:00:00Z",
            "2016-12-05T25:29:29Z",
            "05-12-2016T21:29:29Z",
            "x",
            "",
        ] {
            assert_eq!(parse_millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn moments_read_back() {
        for at in [0, 1_709_202_600_123, -1, 253_402_300_799_999] {
            assert_eq!(parse_millis(&moment_text(at)), Some(at));
        }
    }
}
