//! What the fuzz targets do with their bytes. `cargo test` feeds the same functions too, so that they do not rot.

pub mod definitions;
pub mod editing;
pub mod expressions;
pub mod gateway;
pub mod growth;
pub mod inputs;
pub mod jsonpath;
pub mod project;
pub mod syntax;
pub mod vtl;

/// JSONata's evaluator is a crate whose panics the library catches and answers; libFuzzer's own hook would abort on them.
/// Any other panic is a finding, caught or not.
pub fn let_panics_of_jsonata_be_caught() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(std::panic::Location::file)
            .unwrap_or_default();
        // Overflows of its sums are reported from within the standard library.
        let inside = place.contains("jsonata-core")
            || place.starts_with("/rustc/")
                && std::backtrace::Backtrace::force_capture()
                    .to_string()
                    .contains("jsonata_core");
        if !inside {
            eprintln!("{panic}\n{}", std::backtrace::Backtrace::force_capture());
            std::process::abort();
        }
    }));
}
