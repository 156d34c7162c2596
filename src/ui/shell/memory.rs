//! What is remembered between sessions: settings, and what was agreed to.

use crate::session::Arrival;
use crate::session::Settings;
use crate::sidecar::ConsentChange;
use crate::sidecar::Consents;

/// The remembered settings; the defaults where there are none.
pub fn remembered() -> Settings {
    crate::workspace::load_settings()
        .map(|text| Settings::read(&text))
        .unwrap_or_default()
}

/// What was agreed to in earlier sessions; nothing where it cannot be read, and why.
pub fn agreed() -> (Consents, Option<String>) {
    match crate::workspace::load_consents() {
        Ok(consents) => (consents, None),
        Err(reason) => (Consents::default(), Some(reason)),
    }
}

/// Changes what is agreed to; what counts from then on has in it what was said outside of this window.
pub fn change(change: &ConsentChange) -> Option<Arrival> {
    match crate::workspace::change_consents(change) {
        Ok(consents) => Some(Arrival::Consents(consents?)),
        Err(what) => Some(Arrival::Failed { what }),
    }
}
