//! What signing writes into the document catalog: the form, the certification, and what the file makes use of.

use crate::document::ReadError;
use crate::object::{Dictionary, Object, Reference};
use crate::write::{Draft, Spot};

/// `/SigFlags`: there are signatures, and the file must be changed by appending only (ISO 32000-2 table 225).
const SIGNATURES_EXIST_AND_APPEND_ONLY: i64 = 1 | 2;

/// The form, made where there is none, with its flags set.
pub(crate) fn form(draft: &mut Draft<'_, '_>) -> Result<Spot, ReadError> {
    let catalog = draft.catalog();
    let mut form = draft.within(&catalog, "AcroForm")?;
    if !matches!(draft.read(&form)?, Object::Dictionary(_)) {
        let made = draft.update.add(Dictionary::new().with("Fields", Vec::new()));
        form = Spot::of(made);
        let mut changed = draft.dictionary(&catalog)?;
        changed.set("AcroForm", made);
        draft.write(&catalog, changed)?;
    }
    let flags = draft.within(&form, "SigFlags")?;
    let before = draft.read(&flags)?.as_integer().unwrap_or(0);
    if before & SIGNATURES_EXIST_AND_APPEND_ONLY != SIGNATURES_EXIST_AND_APPEND_ONLY {
        draft.write(&flags, before | SIGNATURES_EXIST_AND_APPEND_ONLY)?;
    }
    Ok(form)
}

/// Names the certification (§12.8.6).
pub(crate) fn certify(draft: &mut Draft<'_, '_>, signature: Reference) -> Result<(), ReadError> {
    let catalog = draft.catalog();
    let permissions = draft.within(&catalog, "Perms")?;
    let mut changed = draft.dictionary(&permissions)?;
    changed.set("DocMDP", signature);
    draft.write(&permissions, changed)
}

/// PAdES stands on PDF 1.7; until PDF 2.0 took it in, a file says that it uses ETSI's extension (EN 319 142-1 §5.6,
/// ISO 32000-2 §7.12).
pub(crate) fn declare(draft: &mut Draft<'_, '_>) -> Result<(), ReadError> {
    let catalog = draft.catalog();
    let header = header_version(draft.view.document().bytes());
    let stated = draft.within(&catalog, "Version")?;
    let stated_version = draft.read(&stated)?.as_name().and_then(version);
    let now = stated_version.max(header).unwrap_or(LOWEST);
    if now < PDF_1_7 {
        draft.write(&stated, Object::name("1.7"))?;
    }
    if now >= PDF_2_0 {
        return Ok(());
    }
    let extensions = draft.within(&catalog, "Extensions")?;
    let mut changed = draft.dictionary(&extensions)?;
    if changed.get("ESIC").is_some() {
        return Ok(());
    }
    let esic = Dictionary::new().with("BaseVersion", Object::name("1.7")).with("ExtensionLevel", 1);
    changed.set("ESIC", esic);
    draft.write(&extensions, changed)
}

type Version = (u8, u8);

const LOWEST: Version = (1, 0);
const PDF_1_7: Version = (1, 7);
const PDF_2_0: Version = (2, 0);

/// `1.7`: one digit each.
fn version(text: &[u8]) -> Option<Version> {
    match text {
        [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', ..] => {
            Some((major.saturating_sub(b'0'), minor.saturating_sub(b'0')))
        }
        _ => None,
    }
}

fn header_version(file: &[u8]) -> Option<Version> {
    version(file.strip_prefix(b"%PDF-")?)
}
