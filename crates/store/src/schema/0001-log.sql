-- The log, and the acts it is of. Types are PostgreSQL's; SQLite calls BIGINT INTEGER and BYTEA BLOB, and its tables are STRICT.
-- What is marked * is sealed where the home encrypts at rest, what is marked # is then a keyed hash of the name.

-- How far the record has come: one row.
CREATE TABLE record (
  one        BIGINT PRIMARY KEY CHECK (one = 1),
  mark       BYTEA  NOT NULL,              -- * tells whether the key at hand is the one
  seat       BIGINT NOT NULL,
  sequenced  BIGINT NOT NULL,
  integrated BIGINT NOT NULL,
  root       BYTEA  NOT NULL,
  checkpoint BYTEA,                        -- over what is integrated
  published  BYTEA,                        -- with its cosignatures
  tidied     BIGINT NOT NULL,              -- batches begin here
  CHECK (0 <= tidied AND tidied <= sequenced AND 0 <= integrated AND integrated <= sequenced)
);

-- Entries that are not yet tidied away, a row for each sequenced batch.
CREATE TABLE batches (
  place   BIGINT PRIMARY KEY,              -- the index of its first entry
  size    BIGINT NOT NULL CHECK (size > 0),
  entries BYTEA  NOT NULL,                 -- 32 bytes each
  leaves  BYTEA  NOT NULL                  -- 32 bytes each: the leaf hashes, as taken at admission
);

CREATE TABLE dossiers (
  dossier BIGINT PRIMARY KEY,              -- in the order they were opened
  name    BYTEA  NOT NULL UNIQUE,          -- # the id
  about   BYTEA  NOT NULL                  -- * JSON: id, title, parties, created
);

CREATE TABLE acts (
  place      BIGINT PRIMARY KEY,           -- the index of its entry
  name       BYTEA  NOT NULL UNIQUE,       -- # the id
  dossier    BIGINT NOT NULL REFERENCES dossiers (dossier),
  number     BIGINT NOT NULL CHECK (number > 0),
  entry      BYTEA  NOT NULL,              -- SHA-256(salt, act, signature)
  bears      BIGINT NOT NULL CHECK (bears IN (0, 1)),
  previous   BYTEA,                        -- digest of the link before
  visibility TEXT   NOT NULL,
  json       BYTEA  NOT NULL,              -- *
  p7s        BYTEA  NOT NULL,              -- *
  salt       BYTEA  NOT NULL,              -- *
  UNIQUE (dossier, number),
  CHECK ((number = 1) = (previous IS NULL))
);

-- Which entries are dossiers' heads, and of which link.
CREATE TABLE heads (
  place   BIGINT PRIMARY KEY,
  dossier BIGINT NOT NULL,
  number  BIGINT NOT NULL,
  UNIQUE (dossier, number),
  FOREIGN KEY (dossier, number) REFERENCES acts (dossier, number)
);
