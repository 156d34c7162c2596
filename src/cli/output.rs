//! Standard output and standard error, with a reader that may go away.

use std::io::ErrorKind;
use std::io::Write;

/// Bytes that are written at a time.
const GATHERED: usize = 1 << 16;

/// Prints a line of the result. A reader that has seen enough (`| head`) ends the process quietly.
pub fn say(text: &str) {
    write(&format!("{text}\n"));
}

/// Prints text as it is.
pub fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else {
        return;
    };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    note(&format!(
        "stepwright: the output cannot be written: {error}"
    ));
    std::process::exit(2);
}

/// Prints pieces of one text, gathered so that few writes are needed, and ends the line.
pub fn write_pieces(pieces: impl Iterator<Item = String>) {
    let mut gathered = String::new();
    for piece in pieces {
        gathered.push_str(&piece);
        if gathered.len() >= GATHERED {
            write(&gathered);
            gathered.clear();
        }
    }
    gathered.push('\n');
    write(&gathered);
}

/// Says something that is no result.
pub fn note(text: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
