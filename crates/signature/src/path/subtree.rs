//! Whether a name lies in a subtree, form by form (RFC 5280 §4.2.1.10).

use crate::general_name::GeneralName;

/// A name or a base of which it can't be said: a path with it is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Whether the whole of `name` lies under `base`, a name of the same form.
pub(super) fn is_within(name: &GeneralName, base: &GeneralName) -> Result<bool, Unreadable> {
    match (name, base) {
        (GeneralName::Rfc822(mailbox), GeneralName::Rfc822(base)) => mailbox_within(mailbox, base),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => {
            let base = dns_base(base)?;
            Ok(is_below_or_is(dns_name(name)?.host(), base))
        }
        (GeneralName::Uri(uri), GeneralName::Uri(base)) => host_matches(uri_host(uri)?, base),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => {
            Ok(name.comparable().is_within(base.comparable()))
        }
        (GeneralName::Ip(address), GeneralName::Ip(base)) => ip_within(address, base),
        (GeneralName::Registered(name), GeneralName::Registered(base)) => {
            let (name, base) = (name.as_bytes(), base.as_bytes());
            Ok(name.starts_with(base))
        }
        // Forms whose subtrees nobody defined: named by a constraint, they can't be judged.
        _ => Err(Unreadable),
    }
}

/// Whether some part of `name` lies under `base`: a wildcard stands for more than one host.
pub(super) fn is_excluded_by(name: &GeneralName, base: &GeneralName) -> Result<bool, Unreadable> {
    if let (GeneralName::Dns(name), GeneralName::Dns(base)) = (name, base)
        && let DnsName::Wildcard { parent, .. } = dns_name(name)?
    {
        let base = dns_base(base)?;
        return Ok(is_below_or_is(parent, base) || is_below_or_is(base, parent));
    }
    is_within(name, base)
}

enum DnsName<'a> {
    Host(&'a str),
    /// `*.parent`, and the whole.
    Wildcard {
        whole: &'a str,
        parent: &'a str,
    },
}

impl<'a> DnsName<'a> {
    fn host(&self) -> &'a str {
        match self {
            Self::Host(host) => host,
            Self::Wildcard { whole, .. } => whole,
        }
    }
}

fn dns_name(name: &str) -> Result<DnsName<'_>, Unreadable> {
    match name.strip_prefix("*.") {
        Some(parent) if is_host(parent) => Ok(DnsName::Wildcard { whole: name, parent }),
        None if is_host(name) => Ok(DnsName::Host(name)),
        _ => Err(Unreadable),
    }
}

/// The base of a DNS subtree: a domain, or nothing at all, under which every host lies.
fn dns_base(base: &str) -> Result<&str, Unreadable> {
    if base.is_empty() || is_host(base) { Ok(base) } else { Err(Unreadable) }
}

/// Labels of letters, digits, hyphens and underscores (which RFC 1034 §3.5 lacks and the DNS has).
fn is_host(text: &str) -> bool {
    const NAME_MAX: usize = 253;
    const LABEL_MAX: usize = 63;
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= LABEL_MAX
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= NAME_MAX && text.split('.').all(label)
}

/// Zero or more labels added to the left.
fn is_below_or_is(name: &str, base: &str) -> bool {
    base.is_empty() || name.eq_ignore_ascii_case(base) || is_below(name, base)
}

/// One or more labels added to the left.
fn is_below(name: &str, base: &str) -> bool {
    let Some(at) = name.len().checked_sub(base.len()) else { return false };
    let (Some(left), Some(right)) = (name.get(..at), name.get(at..)) else { return false };
    left.len() > 1 && left.ends_with('.') && right.eq_ignore_ascii_case(base)
}

/// A host against a base of mailboxes or URIs: a host means itself, `.domain` the hosts below it.
fn host_matches(host: &str, base: &str) -> Result<bool, Unreadable> {
    match base.strip_prefix('.') {
        Some(domain) if is_host(domain) => Ok(is_below(host, domain)),
        None if is_host(base) => Ok(host.eq_ignore_ascii_case(base)),
        _ => Err(Unreadable),
    }
}

/// The local part counts with its case, the host without (RFC 5280 §7.5).
fn mailbox_within(mailbox: &str, base: &str) -> Result<bool, Unreadable> {
    let (local, host) = split_mailbox(mailbox)?;
    if base.contains('@') {
        let (base_local, base_host) = split_mailbox(base)?;
        return Ok(local == base_local && host.eq_ignore_ascii_case(base_host));
    }
    host_matches(host, base)
}

fn split_mailbox(mailbox: &str) -> Result<(&str, &str), Unreadable> {
    let (local, host) = mailbox.rsplit_once('@').ok_or(Unreadable)?;
    let plain = |c: char| c.is_ascii_graphic() && c != '@';
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    if local.is_empty() || !is_host(host) || !(quoted || local.chars().all(plain)) {
        return Err(Unreadable);
    }
    Ok((local, host))
}

/// The host of a URI (RFC 3986 §3.2.2). Without one, or with an address for one, the URI can't be judged: RFC 5280
/// §4.2.1.10 refuses it.
fn uri_host(uri: &str) -> Result<&str, Unreadable> {
    let (_, rest) = uri.split_once("://").ok_or(Unreadable)?;
    let authority = rest.split(['/', '?', '#']).next().ok_or(Unreadable)?;
    // Programs disagree about what a backslash ends.
    if authority.bytes().any(|byte| byte == b'\\' || !byte.is_ascii_graphic()) {
        return Err(Unreadable);
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return Err(Unreadable),
        None => host,
    };
    let address = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if address || !is_host(host) { Err(Unreadable) } else { Ok(host) }
}

/// An address against an address and a mask whose set bits come first (RFC 4632 §3.1).
fn ip_within(address: &[u8], base: &[u8]) -> Result<bool, Unreadable> {
    if !matches!(address.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return Err(Unreadable);
    }
    let (network, mask) = base.split_at(base.len().div_euclid(2));
    let bits = mask.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1));
    if !bits.is_sorted_by(|a, b| a >= b) {
        return Err(Unreadable);
    }
    let same = |((a, b), mask): ((&u8, &u8), &u8)| a & mask == b & mask;
    Ok(address.len() == network.len() && address.iter().zip(network).zip(mask).all(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(make: fn(String) -> GeneralName, rows: &[(&str, &str, Result<bool, Unreadable>)]) {
        for (name, base, expected) in rows {
            let found = is_within(&make((*name).to_owned()), &make((*base).to_owned()));
            assert_eq!(&found, expected, "{name} under {base}");
        }
    }

    #[test]
    fn a_dns_subtree_holds_its_own_name_and_every_name_below() {
        table(
            GeneralName::Dns,
            &[
                ("host.example.com", "example.com", Ok(true)),
                ("EXAMPLE.com", "example.COM", Ok(true)),
                ("badexample.com", "example.com", Ok(false)),
                ("com", "example.com", Ok(false)),
                ("anything", "", Ok(true)),
                ("*.example.com", "example.com", Ok(true)),
                ("*.com", "example.com", Ok(false)),
                ("a.example.com", ".example.com", Err(Unreadable)),
                ("a.example.com", "*.example.com", Err(Unreadable)),
                ("a..example.com", "example.com", Err(Unreadable)),
                (".example.com", "example.com", Err(Unreadable)),
                ("a.*.example.com", "example.com", Err(Unreadable)),
                ("", "example.com", Err(Unreadable)),
            ],
        );
    }

    #[test]
    fn a_wildcard_is_excluded_where_one_of_its_hosts_is() {
        let dns = |text: &str| GeneralName::Dns(text.to_owned());
        for (name, base, expected) in [
            ("*.example.com", "host.example.com", true),
            ("*.example.com", "example.com", true),
            ("*.example.com", "com", true),
            ("*.example.com", "example.org", false),
            ("host.example.com", "other.example.com", false),
        ] {
            assert_eq!(is_excluded_by(&dns(name), &dns(base)), Ok(expected), "{name} under {base}");
        }
    }

    #[test]
    fn a_mailbox_subtree_is_a_mailbox_a_host_or_a_domain() {
        table(
            GeneralName::Rfc822,
            &[
                ("dahl@example.com", "dahl@EXAMPLE.com", Ok(true)),
                ("Dahl@example.com", "dahl@example.com", Ok(false)),
                ("dahl@example.com", "example.com", Ok(true)),
                ("dahl@host.example.com", "example.com", Ok(false)),
                ("dahl@host.example.com", ".example.com", Ok(true)),
                ("dahl@example.com", ".example.com", Ok(false)),
                ("dahl@badexample.com", ".example.com", Ok(false)),
                ("\"a@b\"@example.com", "example.com", Ok(true)),
                ("a@b@example.com", "example.com", Err(Unreadable)),
                ("example.com", "example.com", Err(Unreadable)),
                ("@example.com", "example.com", Err(Unreadable)),
                ("dahl@[192.0.2.1]", "example.com", Err(Unreadable)),
                ("dahl@example.com", "", Err(Unreadable)),
            ],
        );
    }

    #[test]
    fn a_uri_subtree_is_about_its_host() {
        table(
            GeneralName::Uri,
            &[
                ("http://host.example.com/x", "host.example.com", Ok(true)),
                ("ldap://u:p@HOST.example.com:389?x", "host.example.com", Ok(true)),
                ("http://host.example.com/x", "example.com", Ok(false)),
                ("http://host.example.com", ".example.com", Ok(true)),
                ("http://example.com", ".example.com", Ok(false)),
                ("http://evil.com\\@host.example.com", "host.example.com", Err(Unreadable)),
                ("http://192.0.2.1/", "example.com", Err(Unreadable)),
                ("http://[::1]/", "example.com", Err(Unreadable)),
                ("urn:isbn:1", "example.com", Err(Unreadable)),
                ("file:///x", "example.com", Err(Unreadable)),
            ],
        );
    }

    #[test]
    fn an_address_subtree_is_a_network() {
        for (address, base, expected) in [
            (&[192, 0, 2, 7][..], &[192, 0, 2, 0, 255, 255, 255, 0][..], Ok(true)),
            (&[192, 0, 3, 7], &[192, 0, 2, 0, 255, 255, 255, 0], Ok(false)),
            (&[192, 0, 3, 7], &[192, 0, 2, 0, 255, 255, 254, 0], Ok(true)),
            (&[192, 0, 2, 7], &[0; 8], Ok(true)),
            (&[192, 0, 2, 7], &[0; 32], Ok(false)),
            (&[192, 0, 2, 7], &[192, 0, 2, 0, 255, 0, 255, 0], Err(Unreadable)),
            (&[192, 0, 2], &[0; 8], Err(Unreadable)),
            (&[192, 0, 2, 7], &[0; 4], Err(Unreadable)),
        ] {
            let found = is_within(&GeneralName::Ip(address.to_vec()), &GeneralName::Ip(base.to_vec()));
            assert_eq!(found, expected, "{address:?} under {base:?}");
        }
    }
}
