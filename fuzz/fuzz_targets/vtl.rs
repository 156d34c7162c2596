#![no_main]

libfuzzer_sys::fuzz_target!(
    init: stepwright_fuzz::let_panics_of_jsonata_be_caught(),
    |data: &[u8]| stepwright_fuzz::vtl::check(data)
);
