//! Detached CMS signatures and X.509 certificates: which key signed which bytes.
