//! A small HTTP/1.1 server on the loopback: one thread, one request a connection, everything bounded.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a server that can't start must stop the test"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `POST /tsa`
    pub line: String,
    /// Fields, their names in lower case.
    pub fields: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// What a field holds; the first of them.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Status, fields, body.
    Answer {
        /// `200`
        status: u16,
        /// Fields besides the length.
        fields: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection is closed without a word.
    HangUp,
    /// Nothing is said until the other side closes.
    Silence,
    /// A good start, then a byte now and then until the other side closes.
    Drip,
}

impl Reply {
    /// 200 with a body of a type.
    pub fn ok(content_type: &str, body: Vec<u8>) -> Self {
        Self::Answer { status: 200, fields: vec![("Content-Type", content_type.to_owned())], body }
    }

    /// A status with some words.
    pub fn status(status: u16) -> Self {
        let fields = vec![("Content-Type", "text/plain".to_owned())];
        Self::Answer { status, fields, body: format!("status {status}\n").into_bytes() }
    }
}

/// The server; it stops when this is dropped.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Bound on a request's head and on its body, in bytes.
const REQUEST_MAX: usize = 64 * 1024;

/// Bound on waiting for the other side's bytes, or for its end.
const WAIT_MAX: Duration = Duration::from_secs(10);

impl Loopback {
    /// Serves on a free port.
    pub fn serve(answer: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port on the loopback");
        let address = listener.local_addr().expect("the port");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopping, mut answer) = (stop.clone(), answer);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::SeqCst) {
                    return;
                }
                // A client that goes away is the client's business.
                let _ = stream.and_then(|stream| serve_one(stream, &mut answer));
            }
        });
        Self { address, stop, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT/`
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread from `accept`.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve_one(mut stream: TcpStream, answer: &mut impl FnMut(&Asked) -> Reply) -> std::io::Result<()> {
    stream.set_read_timeout(Some(WAIT_MAX))?;
    stream.set_write_timeout(Some(WAIT_MAX))?;
    let Some(asked) = read(&mut stream)? else {
        return stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    match answer(&asked) {
        Reply::HangUp => Ok(()),
        Reply::Silence => until_closed(&mut stream),
        Reply::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n")?;
            stream.write_all(b"Content-Type: application/timestamp-reply\r\n\r\n")?;
            let pause = Duration::from_millis(20);
            let most = WAIT_MAX.as_millis() / pause.as_millis();
            for _ in 0..most {
                stream.write_all(b"0")?;
                std::thread::sleep(pause);
            }
            Ok(())
        }
        Reply::Answer { status, fields, body } => {
            let mut head = format!("HTTP/1.1 {status} .\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in fields {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("Connection: close\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            stream.write_all(&body)
        }
    }
}

/// Reads one request; `None` where it is none that is served here.
fn read(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > REQUEST_MAX || !more(stream, &mut bytes)? {
            return Ok(None);
        }
    };
    let rest = bytes.split_off(end.saturating_add(4));
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = head.split("\r\n");
    let mut asked =
        Asked { line: lines.next().unwrap_or_default().to_owned(), body: rest, ..Asked::default() };
    let fields = lines.filter_map(|line| line.split_once(':'));
    asked.fields.extend(fields.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())));
    let length = asked.field("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if length > REQUEST_MAX {
        return Ok(None);
    }
    while asked.body.len() < length {
        if !more(stream, &mut asked.body)? {
            return Ok(None);
        }
    }
    Ok(Some(asked))
}

fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut some = [0; 4096];
    let read = stream.read(&mut some)?;
    bytes.extend(some.iter().take(read));
    Ok(read > 0)
}

fn until_closed(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut ignored = Vec::new();
    while more(stream, &mut ignored)? && ignored.len() < REQUEST_MAX {}
    Ok(())
}
