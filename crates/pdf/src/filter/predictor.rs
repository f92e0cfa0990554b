//! The PNG predictors (ISO 32000-2 §7.4.4.4, RFC 2083 §6).

use super::FilterError;

/// How samples lie in a row.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) colours: usize,
    pub(super) bits: usize,
    pub(super) columns: usize,
}

/// Takes the prediction back, row by row; each row says by its first byte how it was predicted.
pub(super) fn png(data: &[u8], shape: Shape) -> Result<Vec<u8>, FilterError> {
    let corrupt = FilterError::Corrupt { filter: "PNG predictor" };
    let pixel = (shape.colours * shape.bits).div_ceil(8);
    let row_length = (shape.colours * shape.bits * shape.columns).div_ceil(8);
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0; row_length];
    let mut row = Vec::with_capacity(row_length);
    for chunk in data.chunks(row_length + 1) {
        let Some((&kind, bytes)) = chunk.split_first() else { break };
        if bytes.len() != row_length {
            return Err(corrupt);
        }
        row.clear();
        for (index, (&byte, &up)) in bytes.iter().zip(&above).enumerate() {
            let before =
                |line: &[u8]| index.checked_sub(pixel).and_then(|at| line.get(at)).copied().unwrap_or(0);
            let left = before(&row);
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => left.midpoint(up),
                4 => paeth(left, up, before(&above)),
                _ => return Err(corrupt),
            };
            row.push(byte.wrapping_add(predicted));
        }
        out.extend_from_slice(&row);
        std::mem::swap(&mut above, &mut row);
    }
    Ok(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}
