//! The samples that come with the program, so that the first start needs no files.

/// A bundled workflow with its companion and the API in front of it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Folder and file name.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    pub definition: &'static str,
    pub sidecar: &'static str,
    /// The OpenAPI document, `NAME.openapi.yaml`.
    pub api: &'static str,
    /// What else lies in the folder, by file name: further workflows that the API starts.
    pub others: &'static [(&'static str, &'static str)],
}

macro_rules! file {
    ($name:literal, $file:expr) => {
        include_str!(concat!("../../sample-workflows/", $name, "/", $file))
    };
}

macro_rules! bundled {
    ($name:literal, $about:literal $(, $other:literal)*) => {
        Sample {
            name: $name,
            about: $about,
            definition: file!($name, concat!($name, ".asl.json")),
            sidecar: file!($name, concat!($name, ".stepwright.json")),
            api: file!($name, concat!($name, ".openapi.yaml")),
            others: &[$(($other, file!($name, $other))),*],
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
        "Sorts a support request, stores it and answers at once",
        "support-digest.asl.json",
        "support-digest.stepwright.json"
    ),
];

/// The sample of this name.
pub fn sample(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_samples_comes_along() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-workflows");
        for sample in SAMPLES {
            let mut named: Vec<String> = [".asl.json", ".stepwright.json", ".openapi.yaml"]
                .iter()
                .map(|ending| format!("{}{ending}", sample.name))
                .collect();
            named.extend(sample.others.iter().map(|(name, _)| (*name).to_owned()));
            named.sort();
            // Functions run from a folder on disk, which a bundled sample has not.
            let mut there: Vec<String> = std::fs::read_dir(root.join(sample.name))
                .unwrap()
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_file())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            there.sort();
            assert_eq!(named, there);
        }
    }
}
