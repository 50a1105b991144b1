//! The browser's types are written from the server's, and a stale file fails here.

use std::path::PathBuf;

#[test]
fn the_typescript_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../web/packages/protocol/src/generated.ts");
    let fresh = bedside_protocol::typescript::declarations();
    if std::env::var_os("BEDSIDE_WRITE").is_some() {
        std::fs::write(&path, &fresh).expect("generated.ts can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "generated.ts is stale: run BEDSIDE_WRITE=1 cargo nextest run the_typescript_is_up_to_date");
}
