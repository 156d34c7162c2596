//! The house checks itself: which room may name which, and the bans of `docs/style.md`.
//!
//! This is a scan of plain text. Comments and the contents of strings are blanked first, then every
//! rule is a search; that is why the style forbids the few spellings such a scan could not follow.
//! A message is `file:line: rule: what is wrong`. Code under `#[cfg(test)]` is measured by fewer rules.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use MayName::AllBut;
use MayName::EveryInside;
use MayName::These;

/// Lines a file may have, its trailing test module not counted.
const LONGEST_FILE: usize = 600;

/// The page whose table of rooms counts.
const PAGE: &str = "docs/architecture.md";

/// One row of the table of rooms: `| floor | room | is | may name |`.
struct Room {
    floor: usize,
    name: String,
    /// Touches files, network, clock, threads, randomness or the screen; the page marks it with `◦`.
    outside: bool,
    may_name: MayName,
    /// Where the row stands on the page.
    line: usize,
}

enum MayName {
    These(Vec<String>),
    /// Every room but the outside ones.
    EveryInside,
    AllBut(String),
}

static ROOMS: LazyLock<Vec<Room>> = LazyLock::new(|| {
    let text = fs::read_to_string(root().join(PAGE)).expect("docs/architecture.md can be read");
    let rows = text.lines().enumerate();
    rows.filter_map(|(index, line)| row(index + 1, line))
        .collect()
});

/// Reads one line of the page; `None` where it is no row of the table of rooms.
fn row(number: usize, line: &str) -> Option<Room> {
    let cells: Vec<&str> = line
        .trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect();
    let [floor, name, _, may_name] = cells[..] else {
        return None;
    };
    let words: Vec<String> = may_name
        .replace(['`', ',', '–', '-'], " ")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let may_name = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["every", "room", "without", "◦"] => EveryInside,
        ["all", "but", other] => AllBut(other.to_owned()),
        _ => These(words),
    };
    Some(Room {
        floor: floor.parse().ok()?,
        name: name.replace(['`', '◦'], "").trim().to_owned(),
        outside: name.contains('◦'),
        may_name,
        line: number,
    })
}

/// In the windows only this file, and those of its folder, name the other outside rooms.
const SHELL: &str = "src/ui/shell";

/// The one table of colours.
const COLORS: &str = "src/scene/theme.rs";

/// Spellings that may stand nowhere, not even in tests: text, rule, what to do instead.
const NOWHERE: &[(&str, &str, &str)] = &[
    (
        "todo!",
        "no-stubs",
        "build it, or say by name that it is not supported",
    ),
    (
        "unimplemented!",
        "no-stubs",
        "build it, or say by name that it is not supported",
    ),
    (
        "#[ignore",
        "no-ignored-tests",
        "assert what is, with the reason",
    ),
    ("dbg!", "no-leftovers", "remove it"),
    ("unsafe ", "no-unsafe", "there is a safe way"),
    (
        "use crate::{",
        "one-use-per-room",
        "write one `use crate::room::Item;` line each",
    ),
    (
        "unbounded_channel",
        "bounded-channels",
        "a channel between threads has a bound",
    ),
    (
        "mpsc::channel()",
        "bounded-channels",
        "use `sync_channel`, which has a bound",
    ),
];

/// Spellings that may not stand in code that reaches users.
const NOT_SHIPPED: &[(&str, &str, &str)] = &[
    (
        ".unwrap()",
        "no-panics",
        "use `let … else`, `?` or a default",
    ),
    (
        ".expect(",
        "no-panics",
        "use `let … else`, `?` or a default; a method of our own needs another name",
    ),
    (".unwrap_err()", "no-panics", "use `let … else`"),
    ("panic!", "no-panics", "no input may end the program"),
    ("unreachable!", "no-panics", "let the types say it"),
    ("super::", "no-super", "name the room: `crate::room::Item`"),
];

/// Spellings only the outside rooms may use. A generator that starts from a given seed is not among them.
const OUTSIDE_ONLY: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "time::Instant",
    "Instant::now",
    "SystemTime",
    "tokio",
    "thread_rng",
    "getrandom",
    "Rng::new",
    "RandomState",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
];

/// Endings of type names that say nothing.
const EMPTY_NAMES: &[&str] = &["Manager", "Helper", "Util", "Utils", "Handler"];

#[derive(Default)]
struct Report {
    lines: Vec<String>,
}

impl Report {
    fn add(&mut self, file: &str, line: usize, rule: &str, what: &str) {
        self.lines.push(format!("{file}:{line}: {rule}: {what}"));
    }

    /// Fails with everything that was found, or passes.
    fn judge(&self) {
        let mut text = String::new();
        for line in &self.lines {
            let _ = writeln!(text, "{line}");
        }
        let count = self.lines.len();
        assert!(
            self.lines.is_empty(),
            "{count} places break a rule of docs/style.md or docs/architecture.md:\n{text}"
        );
    }
}

/// A source file taken apart.
struct Source {
    /// Path from the root of the package, with `/`.
    file: String,
    text: String,
    /// The lines with comments and the contents of strings blanked.
    code: Vec<String>,
    /// Each string literal with the line it begins on.
    strings: Vec<(usize, String)>,
    /// For each line, whether it belongs to something under `#[cfg(test)]`.
    test: Vec<bool>,
}

impl Source {
    fn read(file: &str, text: &str) -> Source {
        let (blanked, strings) = blank(text);
        Source {
            file: file.to_owned(),
            text: text.to_owned(),
            test: test_lines(file, &blanked),
            code: blanked.split('\n').map(str::to_owned).collect(),
            strings,
        }
    }

    /// The room a file belongs to: its folder or its name below `src`.
    fn room(&self) -> Option<&'static Room> {
        let below = self.file.strip_prefix("src/")?;
        let name = below.split('/').next()?.trim_end_matches(".rs");
        ROOMS.iter().find(|room| room.name == name)
    }

    fn is_front_door(&self) -> bool {
        self.file.ends_with("/mod.rs") || self.file.matches('/').count() == 1
    }

    /// Number, code, and whether it is a test's.
    fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let lines = self.code.iter().zip(&self.test).enumerate();
        lines.map(|(index, (line, test))| (index + 1, line.as_str(), *test))
    }

    /// Lines of the file up to the trailing test module.
    fn length(&self) -> usize {
        let all = self.text.lines().count();
        let trailing = self.test.iter().take(all).rev().take_while(|test| **test);
        all - trailing.count()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, sorted; not what is built, and of the hidden ones only ours.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let ours = matches!(name.as_str(), ".ci" | ".cargo" | ".github" | ".gitignore");
        if (name.starts_with('.') && !ours) || name == "target" {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn relative(path: &Path) -> String {
    let root = root();
    let below = path.strip_prefix(&root).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        files(&root().join(folder), &mut found);
    }
    let mut sources: Vec<Source> = found
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .filter_map(|path| Some((relative(path), fs::read_to_string(path).ok()?)))
        .map(|(file, text)| Source::read(&file, &text))
        .collect();
    let of_tests: Vec<String> = sources.iter().flat_map(modules_of_tests).collect();
    for source in &mut sources {
        if of_tests.contains(&source.file) {
            source.test.fill(true);
        }
    }
    sources
}

/// The files that a front door declares as `#[cfg(test)] mod name;`.
fn modules_of_tests(source: &Source) -> Vec<String> {
    let folder = source
        .file
        .trim_end_matches("mod.rs")
        .trim_end_matches(".rs");
    let folder = folder.trim_end_matches('/');
    source
        .lines()
        .filter(|(_, _, test)| *test)
        .filter_map(|(_, line, _)| line.trim().rsplit_once("mod ")?.1.strip_suffix(';'))
        .map(|name| format!("{folder}/{name}.rs"))
        .collect()
}

/// Blanks comments, strings and character literals, and hands back the strings.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut strings = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let end = if c == '/' && next == Some('/') {
            at + chars[at..].iter().take_while(|c| **c != '\n').count()
        } else if c == '/' && next == Some('*') {
            comment_end(&chars, at)
        } else if let Some(literal) = string_at(&chars, at) {
            strings.push((line, chars[literal.quote..literal.end].iter().collect()));
            literal.end
        } else if c == '\'' && (next == Some('\\') || chars.get(at + 2) == Some(&'\'')) {
            let inner = at + 2 + usize::from(next == Some('\\'));
            inner + chars[inner..].iter().take_while(|c| **c != '\'').count() + 1
        } else {
            code.push(c);
            line += usize::from(c == '\n');
            at += 1;
            continue;
        };
        for c in chars.iter().take(end).skip(at) {
            code.push(if *c == '\n' { '\n' } else { ' ' });
            line += usize::from(*c == '\n');
        }
        at = end;
    }
    (code, strings)
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < chars.len() {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('/'), Some('*')) => (depth, at) = (depth + 1, at + 2),
            (Some('*'), Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(chars.len())
}

/// A string literal: where its first quote stands, and where it is over.
struct Literal {
    quote: usize,
    end: usize,
}

/// The string literal that begins at `at`, raw or not, of text or of bytes.
fn string_at(chars: &[char], at: usize) -> Option<Literal> {
    let before = at.checked_sub(1).and_then(|index| chars.get(index));
    if before.is_some_and(|c| is_word(*c)) {
        return None;
    }
    let prefix = usize::from(matches!(chars.get(at), Some('b' | 'c')));
    let raw = chars.get(at + prefix) == Some(&'r');
    let hashes = at + prefix + usize::from(raw);
    let guards = if raw {
        chars[hashes..].iter().take_while(|c| **c == '#').count()
    } else {
        0
    };
    let quote = hashes + guards;
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let mut index = quote + 1;
    while let Some(&c) = chars.get(index) {
        let closing = chars.iter().skip(index + 1).take(guards);
        if c == '\\' && !raw {
            index += 2;
        } else if c == '"' && closing.filter(|c| **c == '#').count() == guards {
            break;
        } else {
            index += 1;
        }
    }
    let end = (index + 1 + guards).min(chars.len());
    Some(Literal { quote, end })
}

/// Marks the lines of every item under `#[cfg(test)]`; a file of tests is marked throughout.
fn test_lines(file: &str, code: &str) -> Vec<bool> {
    const MARK: &str = "#[cfg(test)]";
    let whole =
        !file.starts_with("src/") || file.ends_with("/tests.rs") || file.contains("/tests/");
    let mut marks = vec![whole; code.split('\n').count()];
    let line = |offset: usize| code[..offset].matches('\n').count();
    let mut from = 0;
    while let Some(found) = code[from..].find(MARK) {
        let start = from + found;
        let end = item_end(code, start + MARK.len());
        for mark in marks.iter_mut().take(line(end) + 1).skip(line(start)) {
            *mark = true;
        }
        from = end;
    }
    marks
}

/// The byte after the item that follows an attribute: its closing brace or its semicolon.
fn item_end(code: &str, start: usize) -> usize {
    let rest = &code[start..];
    let is_use = rest.trim_start().starts_with("use ");
    let mut depth = 0_usize;
    for (offset, byte) in rest.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !is_use {
                    return start + offset + 1;
                }
            }
            b';' if depth == 0 => return start + offset + 1,
            _ => {}
        }
    }
    code.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn char_before(line: &str, at: usize) -> Option<char> {
    line[..at].chars().next_back()
}

/// The word a text begins with; empty when it begins with none.
fn first_word(text: &str) -> &str {
    text.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// Whether a spelling stands in a line as itself and not inside a longer word.
fn stands_in(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let joined_before =
            needle.starts_with(is_word) && char_before(line, at).is_some_and(is_word);
        let joined_after =
            needle.ends_with(is_word) && line[at + needle.len()..].starts_with(is_word);
        !joined_before && !joined_after
    })
}

/// The first segments of all `crate::` paths of a line.
fn named_rooms(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::")
        .filter(|(at, _)| !char_before(line, *at).is_some_and(is_word))
        .map(|(at, found)| first_word(&line[at + found.len()..]))
        .filter(|name| !name.is_empty())
}

fn check_rooms(source: &Source, report: &mut Report) {
    if source.file == "src/lib.rs" || source.file == "src/main.rs" {
        return;
    }
    let Some(room) = source.room() else {
        report.add(
            &source.file,
            1,
            "rooms",
            "this room is not in the table of rooms",
        );
        return;
    };
    for (number, line, _) in source.lines().filter(|(_, _, test)| !test) {
        for named in named_rooms(line) {
            let Some(target) = ROOMS.iter().find(|other| other.name == named) else {
                let what = format!("`{named}` is not in the table of rooms");
                report.add(&source.file, number, "rooms", &what);
                continue;
            };
            let allowed = match &room.may_name {
                These(rooms) => rooms.iter().any(|room| room == named),
                EveryInside => !target.outside,
                AllBut(other) => named != *other,
            };
            if named != room.name && !allowed {
                let what = format!("`{}` may not name `{named}`", room.name);
                report.add(&source.file, number, "rooms", &what);
            }
            let window = room.name == "ui" && named != "ui" && !source.file.starts_with(SHELL);
            if window && target.outside {
                let what = format!("only {SHELL} names `{named}`");
                report.add(&source.file, number, "rooms", &what);
            }
        }
    }
}

/// Whether a line takes an element or a range of something by index; `[..]` cannot fail and is let through.
fn indexes(line: &str) -> bool {
    line.match_indices('[').any(|(at, _)| {
        let before = char_before(line, at);
        let indexed = before.is_some_and(|c| is_word(c) || matches!(c, ')' | ']' | '?'));
        indexed && !line[at..].starts_with("[..]")
    })
}

fn check_bans(source: &Source, report: &mut Report) {
    let inside = source.room().is_some_and(|room| !room.outside);
    for (number, line, test) in source.lines() {
        for (needle, rule, advice) in NOWHERE {
            if stands_in(line, needle) {
                let what = format!("`{}`: {advice}", needle.trim());
                report.add(&source.file, number, rule, &what);
            }
        }
        if test {
            if source.file.starts_with("src/") && line.replace("super::*", "").contains("super::") {
                let what = "a test module may say `use super::*;` and no more";
                report.add(&source.file, number, "no-super", what);
            }
            continue;
        }
        for (needle, rule, advice) in NOT_SHIPPED {
            if stands_in(line, needle) {
                let what = format!("`{needle}`: {advice}");
                report.add(&source.file, number, rule, &what);
            }
        }
        if indexes(line) {
            let what = "use `get`, an iterator or a pattern";
            report.add(&source.file, number, "no-index", what);
        }
        if line.contains("pub use ") && !source.is_front_door() {
            let what = "only a front door hands out what others made";
            report.add(&source.file, number, "front-doors", what);
        }
        for needle in OUTSIDE_ONLY {
            if inside && stands_in(line, needle) {
                let what = format!("`{needle}` belongs to a room that touches the outside");
                report.add(&source.file, number, "outside-rooms", &what);
            }
        }
        for kind in ["struct ", "enum ", "trait "] {
            let name = line
                .split_once(kind)
                .map(|(_, rest)| first_word(rest))
                .unwrap_or_default();
            if EMPTY_NAMES.iter().any(|ending| name.ends_with(ending)) {
                let what = format!("`{name}` ends in a word that says nothing");
                report.add(&source.file, number, "names", &what);
            }
        }
    }
}

fn is_hex_color(literal: &str) -> bool {
    let inner = literal.trim_matches('"');
    inner.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// Whether a line makes a colour of the screen library out of numbers or takes one of its constants.
fn makes_color(line: &str) -> bool {
    line.split("Color32::").skip(1).any(|rest| {
        let name = first_word(rest);
        let from_numbers = name.starts_with("from_")
            && rest[name.len()..]
                .trim_start_matches('(')
                .trim_start()
                .starts_with(|c: char| c.is_ascii_digit());
        let constant = name.starts_with(|c: char| c.is_ascii_uppercase())
            && !matches!(name, "TRANSPARENT" | "PLACEHOLDER");
        from_numbers || constant
    })
}

fn check_colors(source: &Source, report: &mut Report) {
    if source.file == COLORS {
        return;
    }
    for (number, line, test) in source.lines() {
        if makes_color(line) && !test {
            let what = format!("colours stand in {COLORS}; use a role");
            report.add(&source.file, number, "colors", &what);
        }
    }
    for (number, literal) in &source.strings {
        let test = source.test.get(number - 1).copied().unwrap_or_default();
        if is_hex_color(literal) && !test {
            let what = format!("{literal}: colours stand in {COLORS}; use a role");
            report.add(&source.file, *number, "colors", &what);
        }
    }
}

fn check_form(source: &Source, report: &mut Report) {
    if !source.text.starts_with("//!") {
        let what = "a file opens with `//!`: what it is";
        report.add(&source.file, 1, "charters", what);
    }
    let length = source.length();
    if source.file.starts_with("src/") && length > LONGEST_FILE {
        let what =
            format!("{length} lines, more than {LONGEST_FILE}; give the cases files of their own");
        report.add(&source.file, LONGEST_FILE + 1, "length", &what);
    }
    let front_door = source.room().is_some_and(|room| {
        source.file == format!("src/{}.rs", room.name)
            || source.file == format!("src/{}/mod.rs", room.name)
    });
    let mut charter = source
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"));
    if front_door && !charter.any(|line| line.starts_with("//! Never:")) {
        let what = "the charter of a room has a line `//! Never: …`";
        report.add(&source.file, 1, "charters", what);
    }
}

fn check(source: &Source, report: &mut Report) {
    check_form(source, report);
    check_bans(source, report);
    if source.file.starts_with("src/") {
        check_rooms(source, report);
        check_colors(source, report);
    }
}

#[test]
fn the_rules_are_kept() {
    let mut report = Report::default();
    for source in sources(&["src", "tests", "benches"]) {
        check(&source, &mut report);
    }
    report.judge();
}

#[test]
fn every_module_of_the_crate_is_a_room() {
    let mut report = Report::default();
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs can be read");
    for (index, line) in text.lines().enumerate() {
        let module = line.trim().strip_prefix("pub mod ");
        let Some(name) = module.and_then(|rest| rest.strip_suffix(';')) else {
            continue;
        };
        if !ROOMS.iter().any(|room| room.name == name) {
            let what = format!("`{name}` is not in the table of rooms");
            report.add("src/lib.rs", index + 1, "rooms", &what);
        }
    }
    report.judge();
}

/// A row names rooms of its own floor or of lower ones, and only such that have a row themselves.
#[test]
fn the_table_of_rooms_points_downwards() {
    let mut report = Report::default();
    for room in ROOMS.iter() {
        let These(named) = &room.may_name else {
            continue;
        };
        for name in named {
            let target = ROOMS.iter().find(|other| other.name == *name);
            if target.is_none_or(|target| target.floor > room.floor) {
                let what = format!("`{}` may not name `{name}`: no row below it", room.name);
                report.add(PAGE, room.line, "rooms", &what);
            }
        }
    }
    assert!(ROOMS.len() > 10, "the table of {PAGE} has lost its form");
    report.judge();
}

/// Nothing in the repository remembers the machine it was written on or the place its crates came from.
#[test]
fn no_trace_of_a_build_machine() {
    let places =
        ["work", "root", "home", "Users", "tmp", "private"].map(|place| format!("/{place}/"));
    let mut report = Report::default();
    let mut found = Vec::new();
    files(&root(), &mut found);
    for path in found {
        let file = relative(&path);
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let manifest = file.starts_with("Cargo.") || file.starts_with(".cargo");
        for (index, line) in text.lines().enumerate() {
            for place in &places {
                let begins = |at: usize| {
                    char_before(line, at)
                        .is_none_or(|c| !is_word(c) && !matches!(c, '.' | '/' | '}' | '>' | '-'))
                };
                if line.match_indices(place.as_str()).any(|(at, _)| begins(at)) {
                    let what = format!("`{place}` is a path of one machine");
                    report.add(&file, index + 1, "no-machine-paths", &what);
                }
            }
            if manifest && names_a_registry(line.trim()) {
                report.add(
                    &file,
                    index + 1,
                    "no-registry-hosts",
                    "crates come from crates.io",
                );
            }
        }
    }
    report.judge();
}

fn names_a_registry(line: &str) -> bool {
    const PUBLIC: &str = "\"registry+https://github.com/rust-lang/crates.io-index";
    let source = line.strip_prefix("source = ");
    source.is_some_and(|source| source.contains("registry+") && !source.starts_with(PUBLIC))
        || line.starts_with("replace-with")
        || line.starts_with("registry =")
}

#[test]
fn the_scan_sees_what_is_wrong() {
    let text = "use crate::engine::Event;\nuse crate::nowhere::Thing;\nfn f(a: &[u8]) -> u8 {\n    a[0] + a.first().unwrap()\n}\n";
    let mut report = Report::default();
    check(&Source::read("src/text.rs", text), &mut report);
    let rules: Vec<&str> = report
        .lines
        .iter()
        .filter_map(|line| line.split(": ").nth(1))
        .collect();
    assert_eq!(
        rules,
        [
            "charters",
            "charters",
            "no-panics",
            "no-index",
            "rooms",
            "rooms"
        ]
    );
    assert!(report.lines[3].starts_with("src/text.rs:4: no-index"));
}

#[test]
fn the_scan_is_not_fooled_by_comments_strings_and_tests() {
    let text = r##"//! Text.
//!
//! Never: knows.
/* a[1] /* todo!() */ */ // a.unwrap() crate::ui
const S: &str = "todo!() \" // x[1]"; const R: &str = r#"a[1] "b" panic!"#;
const C: [char; 2] = ['"', '\''];
fn g<'a>(x: &'a [u8]) {}
#[cfg(test)]
mod tests {
    use super::*;
    fn t() { a[1].unwrap(); }
}
"##;
    let mut report = Report::default();
    let source = Source::read("src/text.rs", text);
    check(&source, &mut report);
    assert_eq!(report.lines, Vec::<String>::new());
    assert_eq!(source.length(), 7);
    assert_eq!(source.strings.len(), 2);
}
