//! Which certificates stand above one.

use countersign_signature::Certificate;
use countersign_signature::issue::is_issued_by;

/// Bound on the certificates above a key.
const CHAIN_MAX: usize = 8;

/// Those above a certificate, nearest first, found among others by who signed whom. What belongs to nobody is left out.
pub(crate) fn chain(own: &Certificate, mut others: Vec<Certificate>) -> Vec<Certificate> {
    let mut chain: Vec<Certificate> = Vec::new();
    while chain.len() < CHAIN_MAX {
        let below = chain.last().unwrap_or(own);
        if below.is_self_issued() {
            break;
        }
        let Some(at) = others.iter().position(|above| is_issued_by(below, above)) else { break };
        chain.push(others.swap_remove(at));
    }
    chain
}
