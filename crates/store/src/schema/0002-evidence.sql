-- Evidence beside the acts, and what witnesses know of the log.

CREATE TABLE cosigned (
  witness TEXT   PRIMARY KEY,
  size    BIGINT NOT NULL CHECK (size >= 0)
);

-- Timestamp tokens over acts' signatures, in the order they came.
CREATE TABLE stamps (
  place  BIGINT NOT NULL REFERENCES acts (place),
  number BIGINT NOT NULL CHECK (number > 0),
  name   BYTEA  NOT NULL,                  -- # SHA-256 of the token
  tsr    BYTEA  NOT NULL,                  -- *
  PRIMARY KEY (place, number),
  UNIQUE (place, name)
);

CREATE TABLE materials (
  dossier    BIGINT NOT NULL REFERENCES dossiers (dossier),
  kind       TEXT   NOT NULL,
  name       BYTEA  NOT NULL,              -- # the file's name
  visibility TEXT   NOT NULL,
  about      BYTEA  NOT NULL,              -- * JSON: name, owner
  bytes      BYTEA  NOT NULL,              -- *
  PRIMARY KEY (dossier, kind, name)
);

-- Documents, whose bytes are objects.
CREATE TABLE documents (
  dossier    BIGINT NOT NULL REFERENCES dossiers (dossier),
  name       BYTEA  NOT NULL,              -- # SHA-256 of the document
  visibility TEXT   NOT NULL,
  about      BYTEA  NOT NULL,              -- * JSON: digest, extension, media_type, owner
  PRIMARY KEY (dossier, name)
);

-- What other records have on a dossier.
CREATE TABLE records (
  dossier BIGINT NOT NULL REFERENCES dossiers (dossier),
  name    BYTEA  NOT NULL,                 -- # the origin
  origin  BYTEA  NOT NULL,                 -- *
  links   BYTEA  NOT NULL,                 -- * canonical JSON, a link a line
  head    BYTEA,                           -- * tlog-proof of the last link
  PRIMARY KEY (dossier, name)
);

CREATE TABLE proofs (
  dossier BIGINT NOT NULL,
  record  BYTEA  NOT NULL,                 -- # the origin
  name    BYTEA  NOT NULL,                 -- # the act's id
  number  BIGINT NOT NULL CHECK (number > 0),
  act     BYTEA  NOT NULL,                 -- * the act's id
  proof   BYTEA  NOT NULL,                 -- *
  salt    BYTEA  NOT NULL,                 -- *
  PRIMARY KEY (dossier, record, name),
  FOREIGN KEY (dossier, record) REFERENCES records (dossier, name)
);

-- What others have of this record and this database hasn't: no row where that is nothing.
CREATE TABLE elsewhere (
  one    BIGINT  PRIMARY KEY CHECK (one = 1),
  forked BIGINT  NOT NULL CHECK (forked IN (0, 1)), -- a witness cosigned another history
  size   BIGINT  CHECK (size >= 0)         -- at which size; none where it isn't known
);

-- Entries that were taken over from others because this database was older: it has neither acts nor heads of them. A row goes
-- when what it commits to is put back. Of a link that came back without its act, json, p7s and salt in `acts` are empty, and
-- the name is the entry.
CREATE TABLE lost (
  place    BIGINT PRIMARY KEY,             -- its index
  entry    BYTEA  NOT NULL,
  dossiers BIGINT NOT NULL,                -- the newest dossier when it was taken over: it may be of one up to that
  UNIQUE (entry, place)
);
