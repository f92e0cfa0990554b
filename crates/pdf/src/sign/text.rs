//! Text strings (ISO 32000-2 §7.9.2.2).

use crate::object::Object;

/// Text that can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {entry} holds the control character U+{:04X}", u32::from(*.character))]
pub struct BadText {
    /// Which entry of the signature.
    pub entry: &'static str,
    /// Which character.
    pub character: char,
}

/// A text string: ASCII as it is, which is PDFDocEncoding too, and all else as UTF-16BE behind its mark, which every
/// reader knows. UTF-8 came with PDF 2.0.
///
/// Control characters are refused: what is signed is shown, in dialogs and on terminals.
pub(crate) fn text_string(entry: &'static str, text: &str) -> Result<Object<'static>, BadText> {
    if let Some(character) = text.chars().find(|character| character.is_control()) {
        return Err(BadText { entry, character });
    }
    if text.is_ascii() {
        return Ok(Object::string(text.as_bytes().to_vec()));
    }
    let units = std::iter::once(BYTE_ORDER_MARK).chain(text.encode_utf16());
    Ok(Object::string(units.flat_map(u16::to_be_bytes).collect::<Vec<_>>()))
}

const BYTE_ORDER_MARK: u16 = 0xfeff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_written_as_it_is_and_all_else_as_utf_16() {
        for (text, bytes) in [
            ("(a\\b)", &b"(a\\b)"[..]),
            ("", b""),
            ("é", &[0xfe, 0xff, 0, 0xe9]),
            ("𝔘", &[0xfe, 0xff, 0xd8, 0x35, 0xdd, 0x18]),
            ("þÿ", &[0xfe, 0xff, 0, 0xfe, 0, 0xff]),
        ] {
            assert_eq!(text_string("reason", text).unwrap().as_string(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        for character in ['\n', '\t', '\u{1b}', '\u{85}'] {
            let refused = text_string("reason", &format!("a{character}")).unwrap_err();
            assert_eq!(refused, BadText { entry: "reason", character });
        }
    }
}
