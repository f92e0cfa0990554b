//! What earlier signatures let a later one do (ISO 32000-2 §12.8.2).

use super::request::Permission;
use crate::document::{Document, ReadError, View};
use crate::object::{Dictionary, Object};
use crate::signature::Purpose;
use crate::text::text;

/// What the signatures of a document lay down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// The certification: its field, and what it permits.
    pub(crate) certified: Option<(String, Permission)>,
    /// Signature fields that are signed, timestamps among them.
    pub(crate) signed: Vec<String>,
    /// Locks, each with the field whose signature laid it.
    locks: Vec<(String, Lock)>,
}

/// Which fields a signature locks, and what else it forbids.
#[derive(Debug, Clone)]
struct Lock {
    fields: LockedFields,
    permission: Option<Permission>,
}

#[derive(Debug, Clone)]
enum LockedFields {
    All,
    These(Vec<String>),
    AllBut(Vec<String>),
}

/// Why a document can't be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// The certification forbids it.
    #[error("`{by}` certifies the document and permits no changes: it can't be signed any more")]
    Certified {
        /// The certifying field.
        by: String,
    },
    /// An approval forbids all changes from then on.
    #[error("the signature in `{by}` permits no changes: the document can't be signed any more")]
    Closed {
        /// The field.
        by: String,
    },
    /// An earlier signature locks the field.
    #[error("the signature in `{by}` locks the field `{field}`")]
    Locked {
        /// The field that is locked.
        field: String,
        /// The field whose signature locks it.
        by: String,
    },
    /// A certified document takes no new box on its pages: verifiers take that for a change of what was certified.
    #[error("`{by}` certifies the document: sign in a field that it has, or where nothing is seen")]
    NewBox {
        /// The certifying field.
        by: String,
    },
    /// Certified already.
    #[error("`{by}` certifies the document already: it can't be certified twice")]
    CertifiedTwice {
        /// The certifying field.
        by: String,
    },
    /// Signed already, so that a certification comes too late.
    #[error("the document is signed in `{by}`: a certification must be the first signature")]
    CertifiedLate {
        /// The first signed field.
        by: String,
    },
}

impl Rules {
    pub(crate) fn read(document: &Document<'_>) -> Result<Self, ReadError> {
        let mut rules = Self { certified: certification(document)?, ..Self::default() };
        for signature in document.signatures()? {
            let view = document.at(signature.revision);
            if signature.purpose() == Purpose::Signature {
                for reference in transforms(view, &signature.dictionary, "FieldMDP")? {
                    if let Some(lock) = Lock::read(view, &reference)? {
                        rules.locks.push((signature.field_name.clone(), lock));
                    }
                }
            }
            rules.signed.push(signature.field_name);
        }
        Ok(rules)
    }

    /// Whether a field may be signed.
    pub(crate) fn allow_signing(&self, field: &str) -> Result<(), Forbidden> {
        if let Some((by, Permission::NoChanges)) = &self.certified {
            return Err(Forbidden::Certified { by: by.clone() });
        }
        for (by, lock) in &self.locks {
            if lock.permission == Some(Permission::NoChanges) {
                return Err(Forbidden::Closed { by: by.clone() });
            }
            if lock.fields.covers(field) {
                return Err(Forbidden::Locked { field: field.to_owned(), by: by.clone() });
            }
        }
        Ok(())
    }

    /// Whether a field that is seen may be added.
    pub(crate) fn allow_new_box(&self) -> Result<(), Forbidden> {
        match &self.certified {
            Some((by, _)) => Err(Forbidden::NewBox { by: by.clone() }),
            None => Ok(()),
        }
    }

    /// Whether the document may be certified.
    pub(crate) fn allow_certifying(&self) -> Result<(), Forbidden> {
        if let Some((by, _)) = &self.certified {
            return Err(Forbidden::CertifiedTwice { by: by.clone() });
        }
        match self.signed.first() {
            Some(by) => Err(Forbidden::CertifiedLate { by: by.clone() }),
            None => Ok(()),
        }
    }
}

/// The signature that `/Perms` names (§12.8.6), and what it permits.
fn certification(document: &Document<'_>) -> Result<Option<(String, Permission)>, ReadError> {
    let view = document.latest();
    let permissions = view.dictionary(&view.catalog()?, "Perms")?;
    let Some(named) = permissions.get("DocMDP") else { return Ok(None) };
    let resolved = view.resolve(named)?;
    let Some(dictionary) = resolved.as_dictionary() else { return Ok(None) };
    let mut permission = Permission::FormFilling;
    for transform in transforms(view, dictionary, "DocMDP")? {
        let number = view.get(&transform, "P")?.as_integer().and_then(Permission::of);
        permission = number.unwrap_or(Permission::FormFilling);
    }
    let field = view.fields()?.into_iter().find(|field| field.value.as_ref() == Some(named));
    Ok(Some((field.map_or_else(|| "/Perms".to_owned(), |field| field.name), permission)))
}

/// The parameters of a signature's references with this method (§12.8.2.1).
fn transforms<'a>(
    view: View<'_, 'a>,
    signature: &Dictionary<'a>,
    method: &str,
) -> Result<Vec<Dictionary<'a>>, ReadError> {
    let mut found = Vec::new();
    for reference in view.array(signature, "Reference")? {
        let reference = view.resolve(&reference)?;
        let Some(reference) = reference.as_dictionary() else { continue };
        if view.get(reference, "TransformMethod")?.as_name() == Some(method.as_bytes()) {
            found.push(view.dictionary(reference, "TransformParams")?);
        }
    }
    Ok(found)
}

impl Lock {
    /// What a lock says (§12.7.5.5, table 236; §12.8.2.4, table 259). `None` where it says nothing that is known.
    fn read<'a>(view: View<'_, 'a>, lock: &Dictionary<'a>) -> Result<Option<Self>, ReadError> {
        let mut names = Vec::new();
        for field in view.array(lock, "Fields")? {
            names.extend(view.resolve(&field)?.as_string().map(text));
        }
        let fields = match view.get(lock, "Action")?.as_name() {
            Some(b"All") => LockedFields::All,
            Some(b"Include") => LockedFields::These(names),
            Some(b"Exclude") => LockedFields::AllBut(names),
            _ => return Ok(None),
        };
        let permission = view.get(lock, "P")?.as_integer().and_then(Permission::of);
        Ok(Some(Self { fields, permission }))
    }
}

impl LockedFields {
    /// A name stands for the field and all below it.
    fn covers(&self, field: &str) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|name| {
                field.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Self::All => true,
            Self::These(names) => named(names),
            Self::AllBut(names) => !named(names),
        }
    }
}

/// `/Reference` of a certification.
pub(crate) fn certifying(permission: Permission) -> Object<'static> {
    let parameters = Dictionary::new()
        .with("Type", Object::name("TransformParams"))
        .with("P", permission.number())
        .with("V", Object::name("1.2"));
    reference("DocMDP", parameters).into()
}

/// `/Reference` of a signature in a field with a lock: the same action, fields and permission (§12.8.2.4). The permission
/// stands where Acrobat puts it; the standard has no place for it.
pub(crate) fn locking<'a>(
    view: View<'_, 'a>,
    lock: &Dictionary<'a>,
    catalog: Object<'a>,
) -> Result<Object<'a>, ReadError> {
    let mut parameters = Dictionary::new().with("Type", Object::name("TransformParams"));
    for name in ["Action", "Fields", "P"] {
        let value = view.get(lock, name)?.into_owned();
        if !value.is_null() {
            parameters.set(name, value);
        }
    }
    parameters.set("V", Object::name("1.2"));
    Ok(reference("FieldMDP", parameters).with("Data", catalog).into())
}

fn reference<'a>(method: &'static str, parameters: Dictionary<'a>) -> Dictionary<'a> {
    Dictionary::new()
        .with("Type", Object::name("SigRef"))
        .with("TransformMethod", Object::name(method))
        .with("TransformParams", parameters)
}
