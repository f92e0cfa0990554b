//! What is said of files that others wrote, honestly or not.

mod attacks;
mod build;
mod changes;
mod contract;
mod foreign;
mod hostile;
mod outcome;
mod reader;
