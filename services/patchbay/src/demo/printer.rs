//! Prints the steps of the demo.

use std::io::Write;

use owo_colors::{OwoColorize, Stream};
use tokio::time::Instant;

/// Prints steps and checks: coloured on a terminal, plain in a pipe.
#[derive(Debug)]
pub(super) struct Printer {
    started: Instant,
    steps: usize,
    checks: usize,
    bodies: bool,
}

impl Printer {
    pub(super) fn new(bodies: bool) -> Self {
        Self { started: Instant::now(), steps: 0, checks: 0, bodies }
    }

    pub(super) fn step(&mut self, text: &str) {
        self.steps += 1;
        let number = format!("{:>2}.", self.steps);
        let number = number.if_supports_color(Stream::Stdout, |text| text.cyan());
        print(&format!("{number} {}", text.if_supports_color(Stream::Stdout, |text| text.bold())));
    }

    /// Prints a check that passed.
    pub(super) fn checked(&mut self, text: &str) {
        self.checks += 1;
        let mark = "✓".if_supports_color(Stream::Stdout, |text| text.green()).to_string();
        print(&format!("    {mark} {text}"));
    }

    /// Prints the body of a webhook if `--bodies` is given.
    pub(super) fn body(&self, body: &[u8]) {
        if self.bodies {
            let text = String::from_utf8_lossy(body);
            print(&format!("      {}", text.if_supports_color(Stream::Stdout, |text| text.dimmed())));
        }
    }

    pub(super) fn done(&self) {
        let text = format!(
            "Done: {} steps, {} checks, {:.1} s.",
            self.steps,
            self.checks,
            self.started.elapsed().as_secs_f64()
        );
        print(&text.if_supports_color(Stream::Stdout, |text| text.green()).to_string());
    }
}

fn print(line: &str) {
    // A closed pipe (`| head`) is not a failure of the demo.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
