//! Descriptor 3 of a child process, by which it answers: its outputs stay free for its log.

use tokio::process::Command;

use crate::backends::function::FunctionError;

/// The end that is read here.
#[cfg(unix)]
pub(crate) type SideChannel = tokio::net::unix::pipe::Receiver;

/// Gives a child descriptor 3.
///
/// # Errors
/// The system has no more pipes.
#[cfg(unix)]
pub(crate) fn side_channel(command: &mut Command) -> Result<SideChannel, FunctionError> {
    use command_fds::CommandFdExt;
    use command_fds::FdMapping;
    let broken = |error: &dyn std::fmt::Display| FunctionError::broken(&error.to_string());
    let (reader, writer) = std::io::pipe().map_err(|error| broken(&error))?;
    command
        .fd_mappings(vec![FdMapping {
            parent_fd: writer.into(),
            child_fd: 3,
        }])
        .map_err(|error| broken(&error))?;
    tokio::net::unix::pipe::Receiver::from_owned_fd(reader.into()).map_err(|error| broken(&error))
}

/// There is no descriptor 3 elsewhere.
#[cfg(not(unix))]
pub(crate) type SideChannel = tokio::io::Empty;

/// There is no descriptor 3 elsewhere: nothing comes, and programs answer in their result file.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn side_channel(_command: &mut Command) -> Result<SideChannel, FunctionError> {
    Ok(tokio::io::empty())
}
