//! What is said of files that others wrote, honestly or not, and what others say of files written here.

mod attacks;
mod build;
mod changes;
mod contract;
mod foreign;
mod hostile;
mod outcome;
mod reader;
mod sign;
mod verify;
