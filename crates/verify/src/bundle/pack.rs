//! Writing the zip (PKWARE APPNOTE 6.3.10): plain and deterministic.

use super::container::{CENTRAL, DEFLATED, END, LOCAL, STORED};
use super::layout::{RATIO_FLOOR, RATIO_MAX};
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// A zip in the making.
pub(super) struct Zip {
    out: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
    /// One for all entries: its tables are larger than most of them.
    deflater: Compress,
}

/// Version 2.0: deflate (§4.4.3).
const NEEDED: u16 = 20;
/// Made on Unix (3), by the same version: so that the mode below counts.
const MADE_BY: u16 = 0x0300 | NEEDED;
/// 1980-01-01 00:00:00, the first moment that a zip can name.
const TIME: u16 = 0;
const DATE: u16 = 0x0021;
/// A regular file, mode 0644.
const ATTRIBUTES: u32 = 0o100_644 << 16;

impl Zip {
    /// An empty one.
    pub(super) fn new() -> Self {
        let deflater = Compress::new(Compression::default(), false);
        Self { out: Vec::new(), directory: Vec::new(), count: 0, deflater }
    }

    /// Adds a file. Names and sizes have been checked: they fit their fields.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) {
        let deflated = deflate(&mut self.deflater, bytes);
        let (method, packed) = match &deflated {
            Some(smaller) => (DEFLATED, smaller.as_slice()),
            None => (STORED, bytes),
        };
        let mut crc = Crc::new();
        crc.update(bytes);
        let offset = fit(self.out.len());
        let mut common = Vec::with_capacity(26);
        for half in [NEEDED, 0, method, TIME, DATE] {
            common.extend(half.to_le_bytes());
        }
        for word in [crc.sum(), fit(packed.len()), fit(bytes.len())] {
            common.extend(word.to_le_bytes());
        }
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        // The name's length, and that of extra fields: none.
        for half in [name_length, 0] {
            common.extend(half.to_le_bytes());
        }
        self.out.extend(LOCAL.to_le_bytes());
        self.out.extend_from_slice(&common);
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(packed);

        self.directory.extend(CENTRAL.to_le_bytes());
        self.directory.extend(MADE_BY.to_le_bytes());
        self.directory.extend_from_slice(&common);
        // No comment, disk 0, no internal attributes.
        self.directory.extend([0; 6]);
        self.directory.extend(ATTRIBUTES.to_le_bytes());
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.count = self.count.saturating_add(1);
    }

    /// The whole file.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let (at, length) = (fit(self.out.len()), fit(self.directory.len()));
        self.out.append(&mut self.directory);
        self.out.extend(END.to_le_bytes());
        for half in [0, 0, self.count, self.count] {
            self.out.extend(half.to_le_bytes());
        }
        self.out.extend(length.to_le_bytes());
        self.out.extend(at.to_le_bytes());
        self.out.extend([0; 2]);
        self.out
    }
}

/// The bytes deflated; `None` where that is no smaller, or so much smaller that it would be taken for a bomb.
fn deflate(deflater: &mut Compress, bytes: &[u8]) -> Option<Vec<u8>> {
    deflater.reset();
    let mut packed = vec![0; bytes.len()];
    // One call: what does not end within the room of the bytes themselves is no smaller.
    let Ok(Status::StreamEnd) = deflater.compress(bytes, &mut packed, FlushCompress::Finish) else {
        return None;
    };
    packed.truncate(usize::try_from(deflater.total_out()).ok()?);
    let (from, to) = (bytes.len() as u64, packed.len() as u64);
    let bomb = from > RATIO_FLOOR && from > to.saturating_mul(RATIO_MAX);
    (to < from && !bomb).then_some(packed)
}

/// Lengths are bounded by the bundle's own bound, far below 4 GiB.
fn fit(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
