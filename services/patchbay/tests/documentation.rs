//! The generated pages of `docs/` agree with the code.

fn assert_generated(page: &str, expected: &str) {
    let file = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let written = std::fs::read_to_string(file).expect("the page exists");
    assert!(written.ends_with(expected), "docs/{page} is out of date; run `cargo xtask docs`");
}

#[test]
fn the_configuration_reference_lists_the_settings_that_the_code_declares() {
    assert_generated("configuration.md", &patchbay::reference::settings());
}

#[test]
fn the_metrics_reference_lists_the_metrics_that_the_code_registers() {
    assert_generated("metrics.md", &patchbay::reference::metrics());
}
