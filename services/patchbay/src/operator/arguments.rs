//! Values of options that several commands have.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

impl From<YesNo> for bool {
    fn from(answer: YesNo) -> Self {
        matches!(answer, YesNo::Yes)
    }
}
