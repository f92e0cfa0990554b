-- A witness's register. Times are seconds since 1970.
CREATE TABLE witness (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    vkey     TEXT    NOT NULL,                           -- whose register it is
    signed   INTEGER NOT NULL DEFAULT 0,                 -- how many cosignatures were ever made: the mark's number
    copied   INTEGER NOT NULL DEFAULT 0,                 -- 1 in a backup: it may be older than what was signed since
    resumed  INTEGER NOT NULL DEFAULT 0                  -- 1 once a backup was taken up: it may not know all logs
) STRICT;

-- What was signed last. A row stays for ever, also when the log's keys are taken away.
CREATE TABLE log (
    origin TEXT    PRIMARY KEY,
    size   INTEGER NOT NULL,
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    note   TEXT,                                         -- the checkpoint with the log's signatures
    signed INTEGER NOT NULL                              -- when; never goes back
) STRICT;

CREATE TABLE log_key (
    vkey   TEXT PRIMARY KEY,
    origin TEXT NOT NULL REFERENCES log (origin)
) STRICT;

-- Two notes of one log at one size with two roots: proof that it rewrote its history.
CREATE TABLE fork (
    origin       TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    offered      BLOB    NOT NULL,
    seen_note    TEXT    NOT NULL,
    offered_note TEXT    NOT NULL,
    seen_at      INTEGER NOT NULL,
    PRIMARY KEY (origin, size, offered)
) STRICT;
