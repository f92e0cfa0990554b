//! Asks timestamp authorities over HTTP (RFC 3161 §3.4): retries, a second authority, never a local time.
