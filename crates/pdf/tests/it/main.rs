//! What is said of files that others wrote, honestly or not, and what others say of files written here.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod build;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod reader;
#[cfg(test)]
mod sign;
#[cfg(test)]
mod verify;
