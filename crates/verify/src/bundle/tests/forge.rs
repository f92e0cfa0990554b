//! Zips with any field at all.

use crate::bundle::container::{CENTRAL, END, LOCAL};
use flate2::Crc;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// One entry, every field free. The directory's fields follow the entry's own unless set.
#[derive(Clone)]
pub(super) struct Forged {
    pub(super) name: Vec<u8>,
    pub(super) packed: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) size: u32,
    pub(super) extra: Vec<u8>,
    pub(super) made_by: u16,
    pub(super) attributes: u32,
    /// What the directory says instead.
    pub(super) central_name: Option<Vec<u8>>,
    pub(super) central_size: Option<u32>,
    pub(super) central_crc: Option<u32>,
    pub(super) central_packed: Option<u32>,
    pub(super) central_offset: Option<u32>,
    /// Bytes put before it, in no entry.
    pub(super) before: Vec<u8>,
}

impl Forged {
    /// An honest entry, stored.
    pub(super) fn stored(name: &str, bytes: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        Self {
            name: name.into(),
            packed: bytes.to_vec(),
            flags: 0,
            method: 0,
            crc: crc.sum(),
            size: u32::try_from(bytes.len()).unwrap(),
            extra: vec![],
            made_by: 0x0314,
            attributes: 0o100_644 << 16,
            central_name: None,
            central_size: None,
            central_crc: None,
            central_packed: None,
            central_offset: None,
            before: vec![],
        }
    }

    /// An honest entry, deflated.
    pub(super) fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        Self { packed: encoder.finish().unwrap(), method: 8, ..Self::stored(name, bytes) }
    }
}

fn half(out: &mut Vec<u8>, values: &[u16]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn word(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap()
}

fn long(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

/// Puts the zip together; `count` overrides the number of entries that its end states.
pub(super) fn zip(entries: &[Forged], count: Option<u16>) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        out.extend_from_slice(&entry.before);
        let offset = long(out.len());
        word(&mut out, &[LOCAL]);
        half(&mut out, &[20, entry.flags, entry.method, 0, 0x21]);
        word(&mut out, &[entry.crc, long(entry.packed.len()), entry.size]);
        half(&mut out, &[short(entry.name.len()), short(entry.extra.len())]);
        out.extend_from_slice(&entry.name);
        out.extend_from_slice(&entry.extra);
        out.extend_from_slice(&entry.packed);

        let name = entry.central_name.as_ref().unwrap_or(&entry.name);
        word(&mut directory, &[CENTRAL]);
        half(&mut directory, &[entry.made_by, 20, entry.flags, entry.method, 0, 0x21]);
        let packed = entry.central_packed.unwrap_or(long(entry.packed.len()));
        word(
            &mut directory,
            &[entry.central_crc.unwrap_or(entry.crc), packed, entry.central_size.unwrap_or(entry.size)],
        );
        half(&mut directory, &[short(name.len()), short(entry.extra.len()), 0, 0, 0]);
        word(&mut directory, &[entry.attributes, entry.central_offset.unwrap_or(offset)]);
        directory.extend_from_slice(name);
        directory.extend_from_slice(&entry.extra);
    }
    let (at, length) = (long(out.len()), long(directory.len()));
    out.extend(directory);
    word(&mut out, &[END]);
    let count = count.unwrap_or(short(entries.len()));
    half(&mut out, &[0, 0, count, count]);
    word(&mut out, &[length, at]);
    half(&mut out, &[0]);
    out
}
