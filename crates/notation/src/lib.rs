//! The notation of maps, policies and terms: parse, print, canonical JSON.
