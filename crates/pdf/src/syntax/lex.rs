//! Classes of characters (ISO 32000-2 §7.2.3).

/// White space: NUL, tab, line feed, form feed, carriage return, space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Neither white space nor a delimiter.
pub(crate) fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

/// What a hexadecimal digit stands for; 0 for what is none.
pub(crate) fn hex(digit: u8) -> u8 {
    HEX.get(usize::from(digit)).copied().unwrap_or(0)
}

/// Bytes from pairs of hexadecimal digits; a last digit without its other half is left out.
pub(crate) fn hex_pairs(digits: &[u8]) -> Vec<u8> {
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(|[high, low]| hex(*high) << 4 | hex(*low)).collect()
}

/// Signatures are long strings of such digits, mostly zeros: a table is twice as fast as comparing.
#[expect(clippy::indexing_slicing, reason = "at compile time: a wrong index doesn't build")]
const HEX: [u8; 256] = {
    let mut table = [0; 256];
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit as usize] = digit;
        digit += 1;
    }
    while digit < 16 {
        table[b'a' as usize + digit as usize - 10] = digit;
        table[b'A' as usize + digit as usize - 10] = digit;
        digit += 1;
    }
    table
};
