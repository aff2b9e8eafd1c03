//! Objects that libgit2 takes apart: refs' targets, tags, commits that are reported. Where it may not read the packs
//! ([`super::bounds`]), our own engine reads them, and libgit2 is handed the bytes.

use git2::{Error, Object, ObjectType, Odb, Oid, Repository};

use super::forest::Kind;
use super::store::Store;
use super::{loose, thin};

/// Finds objects of a repository by id.
pub(super) struct Lookup<'r> {
    /// The repository, for its refs.
    pub(super) repository: &'r Repository,
    /// Where libgit2 may not read: the objects, and a repository in memory that takes them one by one.
    apart: Option<(&'r Store, Result<Repository, Error>)>,
}

impl<'r> Lookup<'r> {
    /// By libgit2, if it may read all of the repository.
    pub(super) fn of(repository: &'r Repository) -> Self {
        Self { repository, apart: None }
    }

    /// By libgit2 where it may read the packs of `store`, which are those of the repository, else by our own engine.
    pub(super) fn in_store(repository: &'r Repository, store: &'r Store) -> Self {
        let memory = || {
            let objects = Odb::new()?;
            objects.add_new_mempack_backend(1)?;
            Repository::from_odb(objects)
        };
        Self { repository, apart: store.refused.get().map(|_| (store, memory())) }
    }

    /// The object with this id. One that cannot be read is an error that says why.
    pub(super) fn find(&self, id: Oid) -> Result<Object<'_>, Error> {
        let Some((store, memory)) = &self.apart else {
            loose::check(self.repository, id)?;
            return self.repository.find_object(id, None);
        };
        let (kind, bytes) = thin::read(store, self.repository, id).map_err(|problem| Error::from_str(&problem))?;
        let kind = match kind {
            Kind::Blob => ObjectType::Blob,
            Kind::Commit => ObjectType::Commit,
            Kind::Tag => ObjectType::Tag,
            Kind::Tree => ObjectType::Tree,
        };
        let memory = memory.as_ref().map_err(|error| Error::from_str(error.message()))?;
        if memory.odb()?.write(kind, &bytes)? != id {
            return Err(Error::from_str("its bytes are not those that its id is made of"));
        }
        memory.find_object(id, None)
    }
}
