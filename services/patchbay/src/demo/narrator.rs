//! Tells on the terminal what happens.

use std::io::Write;
use std::time::Instant;

use owo_colors::{OwoColorize, Stream};

/// Prints the steps of the story: coloured on a terminal, plain where it is piped.
#[derive(Debug)]
pub(super) struct Narrator {
    started: Instant,
    steps: usize,
    checks: usize,
    bodies: bool,
}

impl Narrator {
    pub(super) fn new(bodies: bool) -> Self {
        Self { started: Instant::now(), steps: 0, checks: 0, bodies }
    }

    /// A new step begins.
    pub(super) fn step(&mut self, text: &str) {
        self.steps += 1;
        let number = format!("{:>2}.", self.steps);
        let number = number.if_supports_color(Stream::Stdout, |text| text.cyan());
        say(&format!("{number} {}", text.if_supports_color(Stream::Stdout, |text| text.bold())));
    }

    /// Something that was checked and holds.
    pub(super) fn holds(&mut self, text: &str) {
        self.checks += 1;
        let mark = "✓".if_supports_color(Stream::Stdout, |text| text.green()).to_string();
        say(&format!("    {mark} {text}"));
    }

    /// A body, where they are wanted.
    pub(super) fn body(&self, body: &[u8]) {
        if self.bodies {
            let text = String::from_utf8_lossy(body);
            say(&format!("      {}", text.if_supports_color(Stream::Stdout, |text| text.dimmed())));
        }
    }

    /// The end.
    pub(super) fn done(&self) {
        let text = format!(
            "The story is told: {} steps, {} checks, {:.1} s.",
            self.steps,
            self.checks,
            self.started.elapsed().as_secs_f64()
        );
        say(&text.if_supports_color(Stream::Stdout, |text| text.green()).to_string());
    }
}

fn say(line: &str) {
    // A closed pipe (`| head`) is the reader's choice, not a failure of the story.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
