//! What a later revision changed, and how much that takes.

use crate::object::{Object, Reference};
use std::fmt;

/// How far a change goes, and how far it may: each level holds the ones before it (ISO 32000-2 table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What keeps signatures verifiable: validation data, document timestamps, metadata. Always permitted.
    Extension,
    /// Filling in forms, and signing. `/P 2`.
    Filling,
    /// Annotations. `/P 3`.
    Annotations,
    /// Everything else: never permitted.
    Forbidden,
}

impl Level {
    /// `extension`, `filling`, `annotations`, `forbidden`: stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Filling => "filling",
            Self::Annotations => "annotations",
            Self::Forbidden => "forbidden",
        }
    }
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A signature was added, or one that stood there was touched.
    Signature,
    /// A document timestamp was added.
    Timestamp,
    /// A signature field was added that shows nothing.
    SignatureField,
    /// A signature field was added that shows something on a page.
    VisibleSignatureField,
    /// The document security store.
    Dss,
    /// The developer extensions or the version the catalog names.
    Extensions,
    /// The XMP metadata, or the information dictionary.
    Metadata,
    /// A field's value, and how the field shows it.
    FormFill,
    /// How a field looks, while its value stayed.
    Appearance,
    /// A field or widget in other ways: place, flags, name, lock, actions.
    Field,
    /// The form itself: its resources, its defaults, XFA.
    Form,
    /// An annotation.
    Annotation,
    /// What a page draws.
    PageContent,
    /// What a page draws with: fonts, images, states.
    Resource,
    /// A page's boxes or rotation.
    PageBox,
    /// Something else of a page.
    Page,
    /// Which pages there are, in which order.
    PageTree,
    /// Actions and scripts.
    Action,
    /// Optional content: what is shown and what isn't.
    Layers,
    /// The structure tree.
    Structure,
    /// Something else of the catalog or the trailer.
    Catalog,
    /// An object that takes its content from bytes of an earlier revision which didn't use them.
    HiddenObject,
    /// An object nothing refers to.
    Unreferenced,
    /// Bytes after the last revision.
    Trailing,
}

impl Kind {
    /// `page-content`: stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::SignatureField => "signature-field",
            Self::VisibleSignatureField => "visible-signature-field",
            Self::Dss => "dss",
            Self::Extensions => "extensions",
            Self::Metadata => "metadata",
            Self::FormFill => "form-fill",
            Self::Appearance => "appearance",
            Self::Field => "field",
            Self::Form => "form",
            Self::Annotation => "annotation",
            Self::PageContent => "page-content",
            Self::Resource => "resource",
            Self::PageBox => "page-box",
            Self::Page => "page",
            Self::PageTree => "page-tree",
            Self::Action => "action",
            Self::Layers => "layers",
            Self::Structure => "structure",
            Self::Catalog => "catalog",
            Self::HiddenObject => "hidden-object",
            Self::Unreferenced => "unreferenced",
            Self::Trailing => "trailing",
        }
    }
}

/// One change of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was changed.
    pub kind: Kind,
    /// What it takes to be permitted.
    pub level: Level,
    /// Whether, permitted or not, it can cover what the signer saw.
    pub may_cover: bool,
    /// The object in which it was found, if it is one.
    pub object: Option<Reference>,
    /// Where: `catalog/Pages/Kids/0/Contents`.
    pub path: String,
    /// The field it belongs to, if it belongs to one, by its fully qualified name.
    pub field: Option<String>,
    /// What stood there before, in short.
    pub before: String,
    /// What stands there after, in short.
    pub after: String,
    /// The revision that made it, from 0.
    pub revision: usize,
}

impl fmt::Display for Change {
    /// One line; revisions counted from 1, as people count.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, path, before, after, .. } = self;
        let (revision, kind) = (self.revision.saturating_add(1), kind.word());
        write!(f, "revision {revision}: {kind} at {path}: {before} → {after}")
    }
}

/// An object in so few characters that a list of changes can be read.
pub(super) fn short(object: &Object<'_>) -> String {
    match object {
        Object::Null => "nothing".into(),
        Object::Stream(stream) => format!("a stream of {} bytes", stream.data.len()),
        Object::Dictionary(dictionary) if dictionary.get("ByteRange").is_some() => {
            let kind = dictionary.get("SubFilter").and_then(Object::as_name).unwrap_or(b"of no kind");
            format!("a signature, {}", kind.escape_ascii())
        }
        Object::Array(items) if items.len() > ITEMS_MAX => format!("an array of {} items", items.len()),
        Object::Dictionary(dictionary) if dictionary.len() > ITEMS_MAX => {
            format!("a dictionary of {} entries", dictionary.len())
        }
        Object::String(bytes) if bytes.len() > SHOWN_MAX => format!("a string of {} bytes", bytes.len()),
        other => {
            let mut written = Vec::new();
            other.write_to(&mut written);
            let text = String::from_utf8_lossy(&written);
            let shown: String = text.chars().take(SHOWN_MAX).collect();
            if shown.len() < text.len() { format!("{shown}…") } else { shown }
        }
    }
}

/// One line of a terminal holds two.
const SHOWN_MAX: usize = 60;
/// A rectangle still is shown.
const ITEMS_MAX: usize = 6;
