#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lacquer_fuzz::cd_text(data));
