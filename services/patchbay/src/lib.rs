//! All services of Patchbay in one process, and the commands of the `patchbay` program.

pub mod all_in_one;
pub mod bootstrap;
pub mod clients;
pub mod data_folder;
pub mod demo;
pub mod migrate;
pub mod operator;
pub mod reference;
pub mod seed;
pub mod up;

pub use all_in_one::AllInOne;
