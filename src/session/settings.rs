//! What is remembered between starts.

use std::path::PathBuf;

use crate::session::ThemeChoice;

/// Remembered as JSON by the shell. Unknown or missing members fall back to the defaults.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: ThemeChoice,
    /// Latest first.
    pub recent: Vec<PathBuf>,
    /// The files that were open at the end of the last session.
    pub open: Vec<PathBuf>,
    /// Real milliseconds a state is shown while a run is watched.
    pub tempo: u64,
    /// Whatever a window wants to keep of its own: panel widths and the like.
    pub window: serde_json::Value,
}

/// Recent files kept.
const MOST_RECENT: usize = 12;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeChoice::System,
            recent: Vec::new(),
            open: Vec::new(),
            tempo: 90,
            window: serde_json::Value::Null,
        }
    }
}

impl Settings {
    /// Reads remembered settings; a text that cannot be read gives the defaults.
    pub fn read(text: &str) -> Settings {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(crate) fn note_recent(&mut self, path: PathBuf) {
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(MOST_RECENT);
    }
}
