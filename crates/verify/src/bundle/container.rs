//! Reading the zip (PKWARE APPNOTE 6.3.10): the plain one, in one way only.

use super::error::{BadPath, BundleError, Header, Kind};
use super::layout::{BUNDLE_MAX, PATH_MAX, RATIO_FLOOR, RATIO_MAX};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// One entry, its bytes still packed.
pub(super) struct Packed<'a> {
    /// Its name: ASCII, checked by [`check_path`].
    pub(super) name: &'a str,
    /// Its length unpacked, as stated.
    pub(super) size: u32,
    crc: u32,
    method: u16,
    bytes: &'a [u8],
}

pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const END_LENGTH: usize = 22;

/// Flags that change nothing for a reader: how hard it was deflated (bits 1 and 2), names in UTF-8 (11).
const HARMLESS: u16 = 0x0806;
/// Extra fields that change what a reader sees: zip64's sizes, Info-ZIP's Unicode path and comment.
const EXTRA_REFUSED: [u16; 3] = [0x0001, 0x7075, 0x6375];

/// The entries of a zip, in the order of the file.
pub(super) fn open(zip: &[u8]) -> Result<Vec<Packed<'_>>, BundleError> {
    let length = u64::try_from(zip.len()).unwrap_or(u64::MAX);
    if length > BUNDLE_MAX {
        return Err(BundleError::TooLarge { length });
    }
    let end = End::read(zip)?;
    let directory = zip.get(end.directory..end.at).ok_or(BundleError::NotAZip)?;
    let mut directory = Fields(directory);
    // The count is a claim: memory grows with what is read.
    let mut entries = Vec::new();
    let (mut place, mut total) = (0_usize, 0_u64);
    for found in 0..usize::from(end.count) {
        let cut_off = BundleError::EntryCount { expected: end.count, found };
        let central = Central::read(&mut directory).ok_or(cut_off)?;
        let entry = central.locate(zip, place, end.directory)?;
        place = entry.1;
        total = total.saturating_add(u64::from(entry.0.size));
        if total > BUNDLE_MAX {
            return Err(BundleError::TooLarge { length: total });
        }
        entries.push(entry.0);
    }
    let expected = end.at as u64;
    if !directory.0.is_empty() {
        return Err(BundleError::Directory { expected, found: (end.at - directory.0.len()) as u64 });
    }
    if place != end.directory {
        return Err(BundleError::Directory { expected: place as u64, found: end.directory as u64 });
    }
    Ok(entries)
}

/// The end of central directory record (§4.3.16).
struct End {
    at: usize,
    directory: usize,
    count: u16,
}

impl End {
    fn read(zip: &[u8]) -> Result<Self, BundleError> {
        let at = zip.len().checked_sub(END_LENGTH).ok_or(BundleError::NotAZip)?;
        let mut fields = Fields(zip.get(at..).unwrap_or_default());
        if fields.u32() != Some(END) {
            return Err(what_follows(zip));
        }
        let record = (|| {
            let (disk, directory_disk) = (fields.u16()?, fields.u16()?);
            let (count_here, count) = (fields.u16()?, fields.u16()?);
            let (size, offset, comment) = (fields.u32()?, fields.u32()?, fields.u16()?);
            Some((disk, directory_disk, count_here, count, size, offset, comment))
        })();
        let Some((disk, directory_disk, count_here, count, size, offset, comment)) = record else {
            return Err(BundleError::NotAZip);
        };
        if comment != 0 {
            // The record says that a comment follows, and the file ends here.
            return Err(BundleError::NotAZip);
        }
        if disk != 0 || directory_disk != 0 || count_here != count || offset == u32::MAX || count == u16::MAX
        {
            return Err(BundleError::Zip64);
        }
        let (size, directory) = (size as usize, offset as usize);
        let found = directory.saturating_add(size);
        if found != at {
            return Err(BundleError::Directory { expected: at as u64, found: found as u64 });
        }
        Ok(Self { at, directory, count })
    }
}

/// Tells a zip with something behind it from what is no zip: looks for an end record in the last 64 KiB.
fn what_follows(zip: &[u8]) -> BundleError {
    let from = zip.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let tail = zip.get(from..).unwrap_or_default();
    let last = tail.windows(4).rposition(|window| window == END.to_le_bytes());
    match last.and_then(|at| tail.len().checked_sub(at.saturating_add(END_LENGTH))) {
        Some(bytes) if bytes > 0 => BundleError::DataAfterEnd { bytes },
        _ => BundleError::NotAZip,
    }
}

/// A header in the directory (§4.3.12).
struct Central<'a> {
    made_by: u16,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    name: &'a [u8],
    extra: &'a [u8],
    attributes: u32,
    offset: u32,
}

impl<'a> Central<'a> {
    fn read(fields: &mut Fields<'a>) -> Option<Self> {
        (fields.u32()? == CENTRAL).then_some(())?;
        let (made_by, _needed) = (fields.u16()?, fields.u16()?);
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let (_time, _date) = (fields.u16()?, fields.u16()?);
        let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let (_disk, _internal) = (fields.u16()?, fields.u16()?);
        let (attributes, offset) = (fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.take(name.into())?, fields.take(extra.into())?);
        fields.take(comment.into())?;
        Some(Self { made_by, flags, method, crc, packed, size, name, extra, attributes, offset })
    }

    /// The entry at its place, which must be `expected`, and where it ends.
    fn locate(
        &self,
        zip: &'a [u8],
        expected: usize,
        directory: usize,
    ) -> Result<(Packed<'a>, usize), BundleError> {
        let entry = || shown(self.name);
        let name = check_path(self.name).map_err(|fault| BundleError::Path { entry: entry(), fault })?;
        self.check_kind()?;
        if self.flags & 1 != 0 {
            return Err(BundleError::Encrypted { entry: entry() });
        }
        if self.flags & !HARMLESS != 0 {
            return Err(BundleError::Flags { entry: entry(), flags: self.flags });
        }
        if ![STORED, DEFLATED].contains(&self.method) {
            return Err(BundleError::Method { entry: entry(), method: self.method });
        }
        let offset = self.offset as usize;
        if offset != expected {
            return Err(BundleError::Gap { entry: entry(), expected: expected as u64, found: offset as u64 });
        }
        let differ = |header| BundleError::HeadersDiffer { entry: entry(), header };
        let mut fields = Fields(zip.get(offset..directory).unwrap_or_default());
        let local = Local::read(&mut fields).ok_or_else(|| differ(Header::Place))?;
        for (header, same) in [
            (Header::Name, local.name == self.name),
            (Header::Flags, local.flags == self.flags),
            (Header::Method, local.method == self.method),
            (Header::Checksum, local.crc == self.crc),
            (Header::PackedSize, local.packed == self.packed),
            (Header::Size, local.size == self.size),
        ] {
            if !same {
                return Err(differ(header));
            }
        }
        if refuses(self.extra) || refuses(local.extra) {
            return Err(BundleError::Extra { entry: entry() });
        }
        let bytes = fields.take(self.packed as usize).ok_or_else(|| differ(Header::PackedSize))?;
        let end = directory.saturating_sub(fields.0.len());
        let packed = Packed { name, size: self.size, crc: self.crc, method: self.method, bytes };
        Ok((packed, end))
    }

    /// Unix modes stand in the upper half of the attributes (§4.4.15), DOS's directory bit in the lower.
    fn check_kind(&self) -> Result<(), BundleError> {
        const TYPE: u32 = 0o170_000;
        let kind = match (self.attributes >> 16) & TYPE {
            _ if self.name.ends_with(b"/") || self.attributes & 0x10 != 0 => Kind::Directory,
            0 | 0o100_000 => return Ok(()),
            0o040_000 => Kind::Directory,
            0o120_000 => Kind::Symlink,
            // Written on a system whose upper half means something else.
            _ if self.made_by >> 8 != 3 => return Ok(()),
            _ => Kind::Special,
        };
        Err(BundleError::NotAFile { entry: shown(self.name), kind })
    }
}

/// A header at an entry's place (§4.3.7).
struct Local<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Local<'a> {
    fn read(fields: &mut Fields<'a>) -> Option<Self> {
        (fields.u32()? == LOCAL).then_some(())?;
        let _needed = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let (_time, _date) = (fields.u16()?, fields.u16()?);
        let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.u16()?, fields.u16()?);
        let (name, extra) = (fields.take(name.into())?, fields.take(extra.into())?);
        Some(Self { flags, method, crc, packed, size, name, extra })
    }
}

impl Packed<'_> {
    /// The bytes. No more than `limit` are ever unpacked.
    pub(super) fn unpack(&self, limit: u64) -> Result<Vec<u8>, BundleError> {
        let (entry, size) = (|| self.name.to_owned(), u64::from(self.size));
        if size > limit {
            return Err(BundleError::EntryTooLarge { entry: entry(), size, limit });
        }
        let packed = self.bytes.len() as u64;
        if size > RATIO_FLOOR && size > packed.saturating_mul(RATIO_MAX) {
            return Err(BundleError::Ratio { entry: entry(), packed, size });
        }
        let damaged = || BundleError::Damaged { entry: entry(), size };
        let bytes = match self.method {
            STORED => self.bytes.to_vec(),
            _ => inflate(self.bytes, self.size as usize).ok_or_else(damaged)?,
        };
        let mut crc = Crc::new();
        crc.update(&bytes);
        if bytes.len() as u64 != size || crc.sum() != self.crc { Err(damaged()) } else { Ok(bytes) }
    }
}

/// Inflates to exactly `size` bytes, using up `packed`; memory grows as bytes come, a bomb stops at `size`.
fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    const STEP: usize = 64 * 1024;
    let mut inflater = Decompress::new(false);
    let mut out = Vec::new();
    let mut buffer = vec![0_u8; STEP.min(size.saturating_add(1))];
    let mut rest = packed;
    loop {
        let (read_before, made_before) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(rest, &mut buffer, FlushDecompress::None).ok()?;
        let read = usize::try_from(inflater.total_in().checked_sub(read_before)?).ok()?;
        let made = usize::try_from(inflater.total_out().checked_sub(made_before)?).ok()?;
        rest = rest.get(read..)?;
        out.extend_from_slice(buffer.get(..made)?);
        if out.len() > size {
            return None;
        }
        match status {
            Status::StreamEnd => return (rest.is_empty() && out.len() == size).then_some(out),
            _ if read == 0 && made == 0 => return None,
            _ => {}
        }
    }
}

/// Whether extra fields (§4.5.1) hold one that would change what is read, or don't parse.
fn refuses(extra: &[u8]) -> bool {
    let mut fields = Fields(extra);
    while !fields.0.is_empty() {
        let (Some(id), Some(length)) = (fields.u16(), fields.u16()) else { return true };
        if EXTRA_REFUSED.contains(&id) || fields.take(length.into()).is_none() {
            return true;
        }
    }
    false
}

/// Refuses names that would land outside a folder, or mean different files to different systems.
pub(super) fn check_path(name: &[u8]) -> Result<&str, BadPath> {
    if name.len() > PATH_MAX {
        return Err(BadPath::TooLong);
    }
    if name.iter().any(u8::is_ascii_control) {
        return Err(BadPath::Control);
    }
    let text = std::str::from_utf8(name).map_err(|_| BadPath::NotAscii)?;
    if !text.is_ascii() {
        return Err(BadPath::NotAscii);
    }
    if text.starts_with('/') {
        return Err(BadPath::Absolute);
    }
    for (found, fault) in [('\\', BadPath::Backslash), (':', BadPath::Colon)] {
        if text.contains(found) {
            return Err(fault);
        }
    }
    // A directory's closing slash is not a part: what it is gets its own error.
    for part in text.strip_suffix('/').unwrap_or(text).split('/') {
        match part {
            "" => return Err(BadPath::Empty),
            "." | ".." => return Err(BadPath::Dots),
            _ if part.ends_with(['.', ' ']) => return Err(BadPath::Ending),
            _ if is_device(part) => return Err(BadPath::Device),
            _ => {}
        }
    }
    Ok(text)
}

/// Names that Windows takes for devices, with any ending.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" => true,
        _ => match stem.strip_prefix("com").or(stem.strip_prefix("lpt")) {
            Some(number) => matches!(number.as_bytes(), [b'0'..=b'9']),
            None => false,
        },
    }
}

/// A name fit for a message: all but printable ASCII escaped, cut at 120 characters.
pub(super) fn shown(name: &[u8]) -> String {
    const LENGTH: usize = 120;
    let text = String::from_utf8_lossy(name);
    let mut short: String = text.chars().take(LENGTH).flat_map(char::escape_default).collect();
    if text.chars().nth(LENGTH).is_some() {
        short.push('…');
    }
    short
}

/// Little-endian fields from the front of a slice.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}
