#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lacquer_fuzz::decode(data));
