//! The demo as a person runs it.

use std::process::Command;

#[test]
fn the_story_is_told_to_its_end_and_can_be_told_again() {
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_patchbay")).arg("demo").output().unwrap();
        let (told, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{told}\n{errors}");
        assert!(told.contains("The story is told: 15 steps"), "{told}");
        assert!(!told.contains('\u{1b}'), "piped output has no colours: {told}");
        assert_eq!(errors, "", "nothing is logged when nothing is wrong");
    }
}
