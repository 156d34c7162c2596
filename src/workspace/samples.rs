//! The samples that come with the program, so that the first start needs no files.

/// A bundled workflow with its companion.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Folder and file name.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    pub definition: &'static str,
    pub sidecar: &'static str,
}

macro_rules! bundled {
    ($name:literal, $about:literal) => {
        Sample {
            name: $name,
            about: $about,
            definition: include_str!(concat!(
                "../../sample-workflows/",
                $name,
                "/",
                $name,
                ".asl.json"
            )),
            sidecar: include_str!(concat!(
                "../../sample-workflows/",
                $name,
                "/",
                $name,
                ".stepwright.json"
            )),
        }
    };
}

/// All samples; the first one greets a new user.
pub const SAMPLES: [Sample; 5] = [
    bundled!(
        "order-processing",
        "Takes an order: reserves stock, charges one of three processors, undoes it on failure"
    ),
    bundled!(
        "api-key-registration",
        "Creates an API key with its usage plan and removes both when a step fails"
    ),
    bundled!(
        "ticket-generation",
        "Fetches or generates a ticket, encrypts it and announces it"
    ),
    bundled!(
        "correlated-api",
        "Carries headers and a correlation id through eight small functions"
    ),
    bundled!(
        "support-intake",
        "Sorts a support request, stores it and answers at once"
    ),
];

/// The sample of this name.
pub fn sample(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}
