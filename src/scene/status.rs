//! The icon of a status.

use crate::scene::icon::Icon;
use crate::scene::role::Status;

/// The icon that stands for a status beside its word; none for what was not reached.
pub const fn status_icon(status: Status) -> Option<Icon> {
    match status {
        Status::Succeeded => Some(Icon::CHECK_CIRCLE),
        Status::Failed => Some(Icon::CANCEL),
        Status::Running => Some(Icon::PROGRESS_ACTIVITY),
        Status::Caught => Some(Icon::ERROR),
        Status::Aborted => Some(Icon::BLOCK),
        Status::Paused => Some(Icon::PAUSE_CIRCLE),
        Status::NotReached => None,
    }
}
