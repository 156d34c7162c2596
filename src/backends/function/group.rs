//! A program with everything it starts: a process group that ends as a whole.

use tokio::process::Child;
use tokio::process::Command;

/// Lets the program begin a group of its own.
pub(crate) fn begin(command: &mut Command) {
    command.kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
}

/// Ends a program that has not ended, and what it has started.
pub(crate) fn end(child: &mut Child) {
    // The number of one that was waited for may belong to somebody else by now.
    #[cfg(unix)]
    if let Some(group) = child.id().and_then(number) {
        // One that is gone already needs no end.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.start_kill();
}

#[cfg(unix)]
fn number(id: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(id).ok()?)
}

/// A program that ends with whoever runs it.
#[derive(Debug)]
pub(crate) struct Owned(pub Child);

impl Drop for Owned {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}
