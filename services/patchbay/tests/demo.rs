//! `patchbay demo` as a user runs it.

use std::process::Command;

#[test]
fn the_demo_completes_and_can_be_repeated() {
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_patchbay")).arg("demo").output().unwrap();
        let (printed, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{printed}\n{errors}");
        assert!(printed.contains("Done: 15 steps"), "{printed}");
        assert!(!printed.contains('\u{1b}'), "piped output has no colours: {printed}");
        assert_eq!(errors, "", "nothing is logged when nothing is wrong");
    }
}
