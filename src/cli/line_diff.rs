//! Two texts as a unified diff of their lines.

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Texts that differ in more lines than this are shown as replaced between what they share.
const MOST_CHANGES: usize = 1_000;

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Same,
    Gone,
    New,
}

/// The unified diff of two texts; empty where they are the same.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let script = script(&old, &new);
    let source = if before.is_empty() { "/dev/null" } else { name };
    let mut out = format!("--- {source}\n+++ {name}\n");
    for (start, end) in hunks(&script) {
        out.push_str(&hunk(&script, start, end, &old, &new));
    }
    out
}

/// One entry a line: what happens to it.
fn script(old: &[&str], new: &[&str]) -> Vec<Change> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take_while(|(a, b)| a == b).count();
    let (old, new) = (
        old.get(..old.len() - tail).unwrap_or_default(),
        new.get(..new.len() - tail).unwrap_or_default(),
    );
    let mut script = vec![Change::Same; head];
    match shortest(old, new) {
        Some(middle) => script.extend(middle),
        None => {
            script.extend(std::iter::repeat_n(Change::Gone, old.len()));
            script.extend(std::iter::repeat_n(Change::New, new.len()));
        }
    }
    script.extend(std::iter::repeat_n(Change::Same, tail));
    script
}

/// The shortest script (E. W. Myers, "An O(ND) difference algorithm", 1986).
fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Change>> {
    let (rows, columns) = (old.len() as isize, new.len() as isize);
    let most = (old.len() + new.len()).min(MOST_CHANGES) as isize;
    let slot = |k: isize| (k + most + 1) as usize;
    let mut reach = vec![0isize; (2 * most + 3) as usize];
    let mut trace = Vec::new();
    let at = |reach: &[isize], k: isize| reach.get(slot(k)).copied().unwrap_or(-1);
    for changes in 0..=most {
        trace.push(reach.clone());
        for k in (-changes..=changes).step_by(2) {
            let down = k == -changes || (k != changes && at(&reach, k - 1) < at(&reach, k + 1));
            let mut x = if down {
                at(&reach, k + 1)
            } else {
                at(&reach, k - 1) + 1
            };
            while same(old, new, x, x - k) {
                x += 1;
            }
            if let Some(entry) = reach.get_mut(slot(k)) {
                *entry = x;
            }
            if x >= rows && x - k >= columns {
                return Some(walk_back(&trace, rows, columns, most));
            }
        }
    }
    None
}

fn same(old: &[&str], new: &[&str], x: isize, y: isize) -> bool {
    let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
        return false;
    };
    matches!((old.get(x), new.get(y)), (Some(a), Some(b)) if a == b)
}

fn walk_back(trace: &[Vec<isize>], rows: isize, columns: isize, most: isize) -> Vec<Change> {
    let (mut x, mut y) = (rows, columns);
    let mut script = Vec::new();
    for (changes, reach) in trace.iter().enumerate().rev() {
        let changes = changes as isize;
        let at = |k: isize| reach.get((k + most + 1) as usize).copied().unwrap_or(-1);
        let k = x - y;
        let down = k == -changes || (k != changes && at(k - 1) < at(k + 1));
        let before_k = if down { k + 1 } else { k - 1 };
        let before_x = if changes == 0 { 0 } else { at(before_k) };
        let before_y = if changes == 0 { 0 } else { before_x - before_k };
        while x > before_x && y > before_y {
            script.push(Change::Same);
            (x, y) = (x - 1, y - 1);
        }
        if changes > 0 {
            script.push(if down { Change::New } else { Change::Gone });
            (x, y) = (before_x, before_y);
        }
    }
    script.reverse();
    script
}

/// Ranges of the script that are shown together.
fn hunks(script: &[Change]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (index, change) in script.iter().enumerate() {
        if *change == Change::Same {
            continue;
        }
        let start = index.saturating_sub(CONTEXT);
        let end = (index + CONTEXT + 1).min(script.len());
        match hunks.last_mut() {
            Some((_, last)) if start <= *last => *last = end,
            _ => hunks.push((start, end)),
        }
    }
    hunks
}

fn hunk(script: &[Change], start: usize, end: usize, old: &[&str], new: &[&str]) -> String {
    let count =
        |range: &[Change], other: Change| range.iter().filter(|change| **change != other).count();
    let before = script.get(..start).unwrap_or_default();
    let inside = script.get(start..end).unwrap_or_default();
    let (mut a, mut b) = (count(before, Change::New), count(before, Change::Gone));
    let (old_count, new_count) = (count(inside, Change::New), count(inside, Change::Gone));
    let place = |first: usize, count: usize| match count {
        0 => format!("{first},0"),
        1 => format!("{}", first + 1),
        _ => format!("{},{count}", first + 1),
    };
    let mut out = format!("@@ -{} +{} @@\n", place(a, old_count), place(b, new_count));
    for change in inside {
        let (sign, line) = match change {
            Change::Same => (' ', old.get(a)),
            Change::Gone => ('-', old.get(a)),
            Change::New => ('+', new.get(b)),
        };
        a += usize::from(*change != Change::New);
        b += usize::from(*change != Change::Gone);
        let line = line.copied().unwrap_or_default();
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_its_surroundings() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni";
        assert_eq!(
            unified("x", before, after),
            "--- x\n+++ x\n@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("x", before, before), "");
        assert_eq!(
            unified("x", "", "a\n"),
            "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+a\n"
        );
    }

    #[test]
    fn scripts_turn_one_text_into_the_other() {
        let texts = [
            "",
            "a\n",
            "a\nb\nc\n",
            "b\nc\na\n",
            "x\ny\n",
            "a\nx\nb\ny\nc\nz\n",
            "c\nb\na\n",
        ];
        for before in texts {
            for after in texts {
                let old: Vec<&str> = before.split_inclusive('\n').collect();
                let new: Vec<&str> = after.split_inclusive('\n').collect();
                let (mut a, mut b, mut result) = (0, 0, String::new());
                for change in script(&old, &new) {
                    match change {
                        Change::Same => {
                            assert_eq!(old[a], new[b]);
                            result.push_str(old[a]);
                            (a, b) = (a + 1, b + 1);
                        }
                        Change::Gone => a += 1,
                        Change::New => {
                            result.push_str(new[b]);
                            b += 1;
                        }
                    }
                }
                assert_eq!((a, b), (old.len(), new.len()));
                assert_eq!(result, after);
            }
        }
    }
}
