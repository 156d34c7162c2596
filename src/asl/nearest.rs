//! The word somebody probably meant.

/// The candidate that differs least from a word: few letters, and fewer than half of it. Letters
/// swapped count as one; case does not count, but decides between candidates that are as near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower: Vec<char> = word.to_lowercase().chars().take(120).collect();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 12)
        .map(|candidate| {
            let other: Vec<char> = candidate.to_lowercase().chars().take(120).collect();
            (distance(&lower, &other), other.len(), candidate)
        })
        .filter(|(distance, length, _)| {
            *distance <= 3 && (*distance * 2 < lower.len().max(*length) || *distance == 0)
        })
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, candidate)| candidate)
}

/// The end of a sentence on a word that is not known: `; did you mean X?`, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let meant = nearest(word, candidates);
    meant
        .map(|meant| format!("; did you mean {meant}?"))
        .unwrap_or_default()
}

/// Letters to insert, remove, replace, or swap with their neighbor (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last: Option<char> = None;
    for (i, left) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&row, j) + usize::from(left != right))
                .min(at(&row, j + 1) + 1)
                .min(at(&next, j) + 1);
            let swapped = j > 0 && last == Some(*right) && b.get(j - 1) == Some(left);
            if swapped && i > 0 {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(*left);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let fields = ["InputPath", "OutputPath", "ResultPath", "Next", "End"];
        assert_eq!(nearest("InputPaht", fields), Some("InputPath"));
        assert_eq!(nearest("next", fields), Some("Next"));
        assert_eq!(nearest("Something", fields), None);
        assert_eq!(nearest("Foo", fields), None);
    }
}
