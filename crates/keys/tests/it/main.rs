//! Keys in files, from outside.

#[cfg(test)]
mod device;
#[cfg(test)]
mod files;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod note;
#[cfg(test)]
mod pkcs12;
#[cfg(test)]
mod register;
