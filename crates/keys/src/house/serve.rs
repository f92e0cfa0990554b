//! Answering over HTTP (RFC 6960 appendix A): as much of HTTP/1.1 as OCSP needs, one asker at a time.
//!
//! For a house. For more askers than that put a proxy before it that keeps answers for as long as they may be used.

use super::respond::{RespondError, Responder};
use base64ct::{Base64, Encoding as _};
use countersign_signature::issue::ocsp::REQUEST_MAX;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Bound on a request's head.
const HEAD_MAX: usize = 32 * 1024;
/// Bound on how long one read or write may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bound on reads from one asker: nobody keeps the others waiting for more than this many times [`PATIENCE`].
const READS_MAX: usize = 32;

impl Responder<'_> {
    /// Answers whoever asks, until accepting fails. `now` reads the clock, in unix seconds; `tell` hears of requests that
    /// went without an answer.
    pub fn serve(
        &self,
        listener: &TcpListener,
        now: &dyn Fn() -> i64,
        tell: &dyn Fn(&RespondError),
    ) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept()?;
            // An asker that hangs up or says nothing is no reason to stop.
            let _ = self.serve_one(stream, now, tell);
        }
    }

    /// Answers one asker.
    pub fn serve_one(
        &self,
        mut stream: TcpStream,
        now: &dyn Fn() -> i64,
        tell: &dyn Fn(&RespondError),
    ) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let reply = match read(&mut stream)? {
            Asked::Request(request) => ok(&self.answer(&request, now()).unwrap_or_else(|fault| {
                tell(&fault);
                fault.refusal()
            })),
            Asked::Wrong(status) => {
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
            }
        };
        stream.write_all(&reply)?;
        stream.flush()
    }
}

/// What came.
enum Asked {
    /// An `OCSPRequest`, or what is sent as one.
    Request(Vec<u8>),
    /// Something that is no question, and HTTP's word for it.
    Wrong(&'static str),
}

const BAD: Asked = Asked::Wrong("400 Bad Request");

/// Reads a POST with a length, or a GET with the request in its path (RFC 6960 §A.1).
fn read(stream: &mut TcpStream) -> io::Result<Asked> {
    let mut came = Vec::new();
    let mut reads = 0;
    let mut more = |came: &mut Vec<u8>| -> io::Result<bool> {
        let mut part = [0; 4096];
        reads += 1;
        let length = if reads > READS_MAX { 0 } else { stream.read(&mut part)? };
        came.extend_from_slice(part.get(..length).unwrap_or_default());
        Ok(length > 0)
    };
    let body = loop {
        if let Some(end) = came.windows(4).position(|window| window == b"\r\n\r\n") {
            break end.saturating_add(4);
        }
        if came.len() > HEAD_MAX {
            return Ok(Asked::Wrong("431 Request Header Fields Too Large"));
        }
        if !more(&mut came)? {
            return Ok(BAD);
        }
    };
    let head = String::from_utf8_lossy(came.get(..body).unwrap_or_default()).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => Ok(from_path(path).map_or(BAD, Asked::Request)),
        (Some("POST"), Some(_)) => {
            let mut headers = lines.filter_map(|line| line.split_once(':'));
            let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let Some((_, length)) = length else { return Ok(Asked::Wrong("411 Length Required")) };
            let Ok(length) = length.trim().parse::<usize>() else { return Ok(BAD) };
            if length > REQUEST_MAX {
                return Ok(Asked::Wrong("413 Content Too Large"));
            }
            let whole = body.saturating_add(length);
            while came.len() < whole {
                if !more(&mut came)? {
                    return Ok(BAD);
                }
            }
            Ok(Asked::Request(came.get(body..whole).unwrap_or_default().to_vec()))
        }
        _ => Ok(Asked::Wrong("405 Method Not Allowed")),
    }
}

/// `/{base64 of the request, with % for what a path can't hold}`
fn from_path(path: &str) -> Option<Vec<u8>> {
    let mut text = String::with_capacity(path.len());
    let mut rest = path.trim_start_matches('/').chars();
    while let Some(c) = rest.next() {
        if c == '%' {
            let byte = rest.next()?.to_digit(16)?.checked_mul(16)?.checked_add(rest.next()?.to_digit(16)?)?;
            text.push(char::from(u8::try_from(byte).ok()?));
        } else {
            text.push(c);
        }
    }
    if text.is_empty() { None } else { Base64::decode_vec(&text).ok() }
}

fn ok(answer: &[u8]) -> Vec<u8> {
    let length = answer.len();
    let mut reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    reply.extend_from_slice(answer);
    reply
}
