//!
//! Never: knows what the bytes mean.
//! Add a kind of access as a file here; everything that touches files for the window goes through this room.

mod backends;
mod consents;
mod data;
mod folder;
mod open;
mod samples;
mod save;
mod settings;
mod watch;

pub use backends::{change_folder_backends, folder_backends, project_functions};
pub use consents::{change_consents, consent_date, consent_folder, load_consents};
pub use data::store_path;
pub use folder::Folder;
pub use open::{OpenError, Opened, open, stamp_of};
pub use samples::{SAMPLES, Sample, sample};
pub use save::{SaveError, save, write_atomically};
pub use settings::{load_settings, settings_path, store_settings};
pub use watch::Watcher;
