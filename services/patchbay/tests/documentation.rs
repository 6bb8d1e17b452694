//! The written reference and the code say the same.

#[test]
fn the_configuration_reference_is_what_the_code_declares() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let written = std::fs::read_to_string(file).unwrap();
    assert!(
        written.ends_with(&patchbay::migrate::settings_reference()),
        "docs/configuration.md is out of date; run `cargo xtask docs`"
    );
}
