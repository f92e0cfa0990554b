//! The database in memory.

use countersign_store::conformance::Backend;
use countersign_store::dossiers::Store;
use countersign_store::memory::Memory;

struct InMemory(Memory);

impl Backend for InMemory {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.clone())
    }
}

countersign_store::conformance!(InMemory(Memory::new()));
