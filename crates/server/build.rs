//! The web app is built into the binary from `web/dist`. Without Node there is none, and the server says so.

use std::path::Path;

fn main() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    // An absent folder is watched through its parent, or the pages would not be noticed once they are built.
    std::fs::create_dir_all(&pages).expect("web/dist can be made");
    println!("cargo::rerun-if-changed={}", pages.display());
}
