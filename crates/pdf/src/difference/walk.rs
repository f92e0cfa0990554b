//! Two states of a document, walked in step from the trailer down.
//!
//! Every object that either state reaches is compared in each role it plays. What an object may change depends on the
//! role: the same bytes as a page's content and as validation data are two questions. Roles that have rules of their
//! own (catalog, pages, form, annotations, …) go first; what is reached elsewhere only has to stay as it is.

use super::change::{Change, Kind, Level, short};
use super::path::{Path, Paths};
use crate::document::{Location, ReadError, View};
use crate::object::{Dictionary, Name, Object, Reference, Stream};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// What an object is, where it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Catalog,
    PageTree,
    Annotation,
    Structure,
    /// Nothing with rules of its own: a difference is a change of this kind, which takes this level.
    Plain(Scope),
}

/// What a difference means, where it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) kind: Kind,
    pub(super) level: Level,
    /// The field it belongs to, as its place in [`Walk::fields`].
    pub(super) field: Option<usize>,
    /// Whether what changes here can cover what the signer saw.
    pub(super) may_cover: bool,
}

impl Scope {
    pub(super) fn new(kind: Kind, level: Level) -> Self {
        Self { kind, level, field: None, may_cover: kind == Kind::Annotation }
    }

    pub(super) fn forbidden(kind: Kind) -> Self {
        Self::new(kind, Level::Forbidden)
    }

    /// The same, for a change that belongs to a field.
    pub(super) fn of(self, field: Option<usize>) -> Self {
        Self { field, ..self }
    }
}

struct Job {
    old: Reference,
    new: Reference,
    role: Role,
    path: usize,
    /// Whether the way there only links ([`Paths::is_link`]).
    is_link: bool,
}

/// How much may still be done, in all revisions of a file.
#[derive(Clone, Copy)]
pub(super) struct Left {
    /// Comparisons of objects.
    pairs: usize,
    /// Changes that say nothing new.
    changes: usize,
}

impl Left {
    pub(super) const ALL: Self = Self { pairs: PAIRS_MAX, changes: CHANGES_MAX };
}

/// One comparison of a revision with the next.
pub(super) struct Walk<'d, 'a> {
    pub(super) old: View<'d, 'a>,
    pub(super) new: View<'d, 'a>,
    pub(super) paths: Paths,
    pub(super) changes: Vec<Change>,
    /// Names of fields that changes belong to.
    pub(super) fields: Vec<String>,
    /// Objects with rules of their own; reached from elsewhere, they were or will be judged by those.
    pub(super) ruled: HashSet<u32>,
    /// Annotations that are no fields' widgets.
    annotations: HashSet<u32>,
    /// Widgets of signature fields that this revision adds.
    pub(super) new_widgets: HashSet<u32>,
    /// Widgets and fields that the form's rules have compared.
    pub(super) form_objects: HashSet<u32>,
    ruled_jobs: VecDeque<Job>,
    plain_jobs: VecDeque<Job>,
    seen: HashSet<(u32, u32, Role, bool)>,
    /// Objects that either state led to.
    reached: HashSet<u32>,
    /// New objects whose content was followed as a whole.
    added: HashSet<u32>,
    left: Left,
    /// What the changes so far may come to: each kind, level, field, and whether it may cover.
    weights: HashSet<(Kind, Level, Option<String>, bool)>,
    /// The object being compared.
    current: Option<Reference>,
}

impl<'d, 'a> Walk<'d, 'a> {
    /// The changes from one state to the next; `left` is what may still be done in this and later revisions.
    pub(super) fn changes(
        old: View<'d, 'a>,
        new: View<'d, 'a>,
        left: &mut Left,
    ) -> Result<Vec<Change>, ReadError> {
        let mut walk = Self {
            old,
            new,
            paths: Paths::new(),
            changes: Vec::new(),
            fields: Vec::new(),
            ruled: HashSet::new(),
            annotations: HashSet::new(),
            new_widgets: HashSet::new(),
            form_objects: HashSet::new(),
            ruled_jobs: VecDeque::new(),
            plain_jobs: VecDeque::new(),
            seen: HashSet::new(),
            reached: HashSet::new(),
            added: HashSet::new(),
            left: *left,
            weights: HashSet::new(),
            current: None,
        };
        walk.trailer()?;
        while let Some(job) = walk.ruled_jobs.pop_front() {
            walk.run(&job)?;
        }
        while let Some(job) = walk.plain_jobs.pop_front() {
            if !walk.is_ruled_elsewhere(&job) {
                walk.run(&job)?;
            }
        }
        walk.objects()?;
        *left = walk.left;
        Ok(walk.changes)
    }

    fn run(&mut self, job: &Job) -> Result<(), ReadError> {
        let path = Path::Kept(job.path);
        let old = self.old.object(job.old)?;
        self.current = Some(job.new);
        // One object at one place is read once, and compared with itself to find where it leads.
        let same = job.old == job.new
            && self.old.location(job.old.number) == self.new.location(job.new.number)
            && !matches!(old, Object::Stream(_));
        if same {
            return self.in_role(&old, &old, job.role, &path);
        }
        let new = self.new.object(job.new)?;
        self.in_role(&old, &new, job.role, &path)
    }

    fn in_role(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        role: Role,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        if let Role::Plain(scope) = role {
            return self.plain(old, new, scope, path);
        }
        match (role, old, new) {
            (Role::Catalog, Object::Dictionary(old), Object::Dictionary(new)) => self.catalog(old, new, path),
            (Role::PageTree, Object::Dictionary(old), Object::Dictionary(new)) => {
                self.page_tree(old, new, path)
            }
            (Role::Annotation, Object::Dictionary(old), Object::Dictionary(new)) => {
                self.annotation(old, new, path)
            }
            (Role::Structure, ..) => self.structure(old, new, path),
            (Role::Catalog, ..) => self.plain(old, new, Scope::forbidden(Kind::Catalog), path),
            (Role::PageTree, ..) => self.plain(old, new, Scope::forbidden(Kind::PageTree), path),
            (Role::Annotation, ..) => {
                let scope = Scope::new(Kind::Annotation, Level::Annotations);
                self.plain(old, new, scope, path)
            }
            (Role::Plain(_), ..) => Ok(()),
        }
    }

    /// Compares two values in a role; references are put off until their turn.
    pub(super) fn compare(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        role: Role,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        match (old, new) {
            (Object::Reference(old), Object::Reference(new)) => self.put_off(*old, *new, role, path),
            (Object::Reference(_), _) | (_, Object::Reference(_)) => {
                let (old, new) = self.resolved(old, new)?;
                self.in_role(&old, &new, role, path)
            }
            _ => self.in_role(old, new, role, path),
        }
    }

    /// What two values stand for, references followed and noted.
    pub(super) fn resolved<'o>(
        &mut self,
        old: &'o Object<'a>,
        new: &'o Object<'a>,
    ) -> Result<(Cow<'o, Object<'a>>, Cow<'o, Object<'a>>), ReadError> {
        self.reached
            .extend([old, new].iter().filter_map(|object| object.as_reference()).map(|found| found.number));
        Ok((self.old.resolve(old)?, self.new.resolve(new)?))
    }

    /// The arrays two values stand for; empty where there is none.
    pub(super) fn arrays(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
    ) -> Result<(Vec<Object<'a>>, Vec<Object<'a>>), ReadError> {
        let (old, new) = self.resolved(old, new)?;
        let items = |object: Cow<'_, Object<'a>>| match object.into_owned() {
            Object::Array(items) => items,
            _ => Vec::new(),
        };
        Ok((items(old), items(new)))
    }

    fn put_off(
        &mut self,
        old: Reference,
        new: Reference,
        role: Role,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        self.reached.insert(old.number);
        self.reached.insert(new.number);
        if self.old.location(old.number) == Location::None && self.new.location(new.number) == Location::None
        {
            return Ok(());
        }
        let is_link = matches!(role, Role::Plain(_)) && Paths::is_link(path);
        let job = Job { old, new, role, path: 0, is_link };
        if self.is_ruled_elsewhere(&job) || !self.seen.insert((old.number, new.number, role, is_link)) {
            return Ok(());
        }
        let too_many = ReadError::Budget { what: "objects compared in all revisions", max: PAIRS_MAX };
        self.left.pairs = self.left.pairs.checked_sub(1).ok_or(too_many)?;
        let job = Job { path: self.paths.keep(path), ..job };
        match role {
            Role::Plain(_) => self.plain_jobs.push_back(job),
            Role::Annotation => {
                self.annotations.insert(new.number);
                self.ruled_jobs.push_back(job);
            }
            _ => {
                // Of a page put in another's place, only what it is now was compared.
                if old.number == new.number {
                    self.ruled.insert(new.number);
                }
                self.ruled_jobs.push_back(job);
            }
        }
        Ok(())
    }

    /// Whether the object is judged by rules of its own, and is only linked to from here.
    ///
    /// What those rules let through (a field's `/V`, a page's `/Tabs`) means nothing to whoever links to a page or a
    /// field. To a dictionary whose names the author picks, such as a page's `/XObject` resources, it may mean
    /// everything: there the object has to stay as it is. Annotations may change in all entries, which only other
    /// annotations and the structure tree can bear.
    fn is_ruled_elsewhere(&self, job: &Job) -> bool {
        let (Role::Plain(scope), number) = (job.role, job.new.number) else { return false };
        let knows_annotations = matches!(scope.kind, Kind::Annotation | Kind::Structure);
        let is_ruled =
            self.ruled.contains(&number) || knows_annotations && self.annotations.contains(&number);
        job.is_link && job.old.number == number && is_ruled
    }

    /// Compares what must stay as it is.
    fn plain(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        scope: Scope,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        match (old, new) {
            (Object::Reference(_), _) | (_, Object::Reference(_)) => {
                self.compare(old, new, Role::Plain(scope), path)
            }
            (Object::Array(old), Object::Array(new)) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.plain(old, new, scope, &Path::Index(path, index))?;
                }
                Ok(())
            }
            (Object::Dictionary(old), Object::Dictionary(new)) => self.entries(old, new, scope, path, &[]),
            (Object::Stream(old), Object::Stream(new)) => self.stream(old, new, scope, path),
            _ if is_equal(old, new) => Ok(()),
            _ => {
                self.report(scope, path, old, new);
                self.reach(new)
            }
        }
    }

    fn stream(
        &mut self,
        old: &Stream<'a>,
        new: &Stream<'a>,
        scope: Scope,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        let is_one_place = old.data.as_ptr() == new.data.as_ptr() && old.data.len() == new.data.len();
        if !is_one_place && old.data != new.data {
            self.report(scope, path, &Object::Stream(old.clone()), &Object::Stream(new.clone()));
        }
        // `/Length` has been taken account of: the bytes are compared.
        self.entries(&old.dictionary, &new.dictionary, scope, path, &["Length"])
    }

    /// Compares two dictionaries name by name, but for some names.
    pub(super) fn entries(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        scope: Scope,
        path: &Path<'_>,
        but: &[&str],
    ) -> Result<(), ReadError> {
        for (name, before, after) in pairs(old, new) {
            if !but.iter().any(|word| name == *word) {
                self.plain(before, after, scope, &Path::Key(path, name))?;
            }
        }
        Ok(())
    }

    /// Notes a change.
    pub(super) fn report(&mut self, scope: Scope, path: &Path<'_>, old: &Object<'_>, new: &Object<'_>) {
        let change = Change {
            kind: scope.kind,
            level: scope.level,
            may_cover: scope.may_cover,
            object: self.current,
            path: self.paths.show(path),
            field: scope.field.and_then(|field| self.fields.get(field)).cloned(),
            before: short(old),
            after: short(new),
            revision: self.new.revision(),
        };
        self.push(change);
    }

    /// Keeps a change, unless there are many already and one of this revision weighs the same: of its kind and level, in
    /// the same field, which is all that locks and certifications ask about.
    pub(super) fn push(&mut self, change: Change) {
        let weight = (change.kind, change.level, change.field.clone(), change.may_cover);
        let is_new = self.weights.insert(weight);
        if is_new || self.left.changes > 0 {
            self.left.changes = self.left.changes.saturating_sub(1);
            self.changes.push(change);
        }
    }

    /// Notes that everything below a value was looked at: it is new, and its kind was permitted or refused as a whole.
    pub(super) fn reach(&mut self, object: &Object<'a>) -> Result<(), ReadError> {
        let mut left = vec![object.clone()];
        while let Some(object) = left.pop() {
            match object {
                Object::Reference(reference) => {
                    let is_new = !self.old.is_used(reference.number);
                    self.reached.insert(reference.number);
                    if is_new && self.added.insert(reference.number) {
                        left.push(self.new.object(reference)?);
                    }
                }
                Object::Array(items) => left.extend(items),
                Object::Dictionary(dictionary) => {
                    left.extend(dictionary.iter().map(|(_, value)| value.clone()));
                }
                Object::Stream(stream) => {
                    left.extend(stream.dictionary.iter().map(|(_, value)| value.clone()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks at each object the revision lists, also those that nothing refers to.
    fn objects(&mut self) -> Result<(), ReadError> {
        let revisions = self.new.document().revisions();
        let Some(revision) = revisions.get(self.new.revision()) else { return Ok(()) };
        let numbers: BTreeSet<u32> = revision.objects().collect();
        for number in numbers {
            let (before, after) = (self.old.location(number), self.new.location(number));
            if before == after {
                continue;
            }
            let path = self.paths.begin(format!("object {number}"));
            let path = Path::Kept(path);
            self.current = self.new.reference(number).or_else(|| self.old.reference(number));
            if let Location::Offset(at) | Location::Contained(at, _) = after
                && at < revision.start()
            {
                let (old, new) = (Object::Integer(offset(before)), Object::Integer(offset(after)));
                self.report(Scope::forbidden(Kind::HiddenObject), &path, &old, &new);
            }
            if !self.reached.contains(&number) {
                self.unreferenced(number, &path)?;
            }
        }
        Ok(())
    }

    /// An object that neither state reaches. New ones do nothing; where one stood already, it was put there for
    /// something.
    fn unreferenced(&mut self, number: u32, path: &Path<'_>) -> Result<(), ReadError> {
        let read = |view: &View<'d, 'a>| match view.reference(number) {
            Some(reference) => view.object(reference),
            None => Ok(Object::Null),
        };
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let is_structure = |object: &Object<'_>, kind| matches!(object, Object::Stream(stream) if stream.dictionary.is_type(kind));
        let level = match (&old, &new) {
            (_, Object::Null) => return Ok(()),
            (Object::Null, new) if is_structure(new, "ObjStm") || is_structure(new, "XRef") => return Ok(()),
            (old, new) if is_structure(old, "XRef") && is_structure(new, "XRef") => return Ok(()),
            (Object::Null, _) => Level::Extension,
            (old, new) if old == new => return Ok(()),
            _ => Level::Forbidden,
        };
        self.report(Scope::new(Kind::Unreferenced, level), path, &old, &new);
        Ok(())
    }
}

fn offset(location: Location) -> i64 {
    match location {
        Location::Offset(at) | Location::Contained(at, _) => i64::try_from(at).unwrap_or(i64::MAX),
        Location::None => 0,
    }
}

/// Every name of either dictionary, with what stands under it: `null` where nothing does.
pub(super) fn pairs<'o, 'a>(
    old: &'o Dictionary<'a>,
    new: &'o Dictionary<'a>,
) -> impl Iterator<Item = (&'o Name<'a>, &'o Object<'a>, &'o Object<'a>)> {
    static NULL: Object<'static> = Object::Null;
    let after: Cow<'o, BTreeMap<&'o Name<'a>, &'o Object<'a>>> = Cow::Owned(new.iter().collect());
    let before: BTreeMap<&'o Name<'a>, &'o Object<'a>> = old.iter().collect();
    let added: Vec<_> = new.iter().filter(|(name, _)| !before.contains_key(name)).collect();
    let kept = old.iter().map(move |(name, value)| (name, value, after.get(name).copied().unwrap_or(&NULL)));
    kept.chain(added.into_iter().map(|(name, value)| (name, &NULL, value)))
}

/// The same value, however it is written.
pub(super) fn is_equal(old: &Object<'_>, new: &Object<'_>) -> bool {
    match (old, new) {
        (Object::Integer(_) | Object::Real(_), Object::Integer(_) | Object::Real(_)) => {
            old == new
                || old.as_number().zip(new.as_number()).is_some_and(|(old, new)| old.total_cmp(&new).is_eq())
        }
        _ => old == new,
    }
}

/// In all revisions: a contract of ten thousand objects, filled in and signed a hundred times. Two chains of references,
/// one against the other, could ask for more.
const PAIRS_MAX: usize = 1 << 20;

/// In all revisions: nobody reads more. What follows is kept only where it may come to something else.
const CHANGES_MAX: usize = 1000;
