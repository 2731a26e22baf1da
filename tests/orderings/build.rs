//! What is taken in from other crates has loom's atomics here.

fn main() {
    println!("cargo:rustc-cfg=loom");
}
