//! All of Patchbay in one process: what `patchbay up` and `patchbay demo` run, and what tests start.

pub mod all_in_one;
pub mod bootstrap;
pub mod clients;
pub mod data_folder;
pub mod demo;
pub mod migrate;
pub mod operator;
pub mod seed;
pub mod up;

pub use all_in_one::AllInOne;
