//! `POST <prefix>/add-checkpoint` (C2SP tlog-witness) over HTTP/1.1.
//!
//! ```text
//! POST <prefix>/add-checkpoint    200 400 403 404 409 422, as `tlog::witness` says
//!                                 408 the body took too long   413 it is too long
//!                                 503 with Retry-After: too many ask at once, or the register can't be written
//! GET  <prefix>/                  what this is, and its key
//! GET  <prefix>/checkpoint/<hex>  what was cosigned last of the log with that origin, in hexadecimal; 404 where nothing was
//! GET  <prefix>/healthz           200 where the register can be read, else 503
//! ```

use super::register::{Evidence, Register, RegisterError, Witnessed};
use countersign_tlog::checkpoint::{ORIGIN_MAX, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::note::Signer;
use countersign_tlog::witness::{AddCheckpoint, REQUEST_MAX, Refusal, Response as Answer};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;

/// A witness that can be asked.
pub struct Service {
    /// Its state.
    pub register: Register,
    /// Its key.
    pub signer: Box<dyn Signer + Send + Sync>,
    /// Reads the clock.
    pub now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Hears what its operator should know.
    pub tell: Box<dyn Fn(Told<'_>) + Send + Sync>,
    /// What stands before `/add-checkpoint`: empty, or `/` and a path without a `/` at its end.
    pub prefix: String,
    /// Bounds.
    pub limits: Limits,
}

/// What a witness's operator should know.
#[derive(Debug)]
pub enum Told<'a> {
    /// A log signed two histories. Told once for each.
    Fork(&'a Evidence),
    /// A request was not answered because of something here: the disk, the register, the key.
    Trouble(&'a RegisterError),
}

/// What is spent on whoever asks. Anybody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; others wait to be accepted.
    pub connections: usize,
    /// Requests that are decided or wait for it; more are answered 503.
    pub waiting: usize,
    /// For a request's head, and for a connection on which nothing is asked.
    pub head: Duration,
    /// For a request's body.
    pub body: Duration,
    /// For a connection; then it may finish what it is at.
    pub connection: Duration,
    /// For finishing.
    pub finish: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            waiting: 256,
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            connection: Duration::from_secs(300),
            finish: Duration::from_secs(10),
        }
    }
}

/// A server that has its address, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that answers on a thread of its own; stops when it is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

/// Bound on a request's head in bytes; hyper takes no less.
const HEAD_MAX: usize = 16 * 1024;

/// How long to wait before asking again where too many ask: a handful of fsyncs.
const SOON: &str = "1";

/// How long to wait where something must be mended here.
const LATER: &str = "60";

/// How long accepting pauses where the system has no more sockets.
const PAUSE: Duration = Duration::from_millis(100);

const PLAIN: &str = "text/plain; charset=utf-8";

type Reply = Response<Full<Bytes>>;

impl Server {
    /// Takes an address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the process is told to stop (SIGTERM, Ctrl-C), then finishes what it is at.
    pub fn run(self, service: Arc<Service>) -> io::Result<()> {
        runtime()?.block_on(async move {
            let stop = stop_signal()?;
            self.serve(service, stop).await
        })
    }

    /// Answers on a thread of its own.
    pub fn start(self, service: Arc<Service>) -> io::Result<Running> {
        let (stop, stopped) = oneshot::channel::<()>();
        let address = self.address;
        let runtime = runtime()?;
        let work = move || {
            runtime.block_on(self.serve(service, async move {
                let _ = stopped.await;
            }))
        };
        let thread = std::thread::Builder::new().name("witness".to_owned()).spawn(work)?;
        Ok(Running { address, stop: Some(stop), thread: Some(thread) })
    }

    async fn serve(self, service: Arc<Service>, stop: impl Future<Output = ()>) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let limits = service.limits;
        let room = Arc::new(Semaphore::new(limits.connections.max(1)));
        let queue = Arc::new(Semaphore::new(limits.waiting));
        let (stopping, heard) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let accept = async {
                let permit = room.clone().acquire_owned().await;
                (permit, listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                () = stop.as_mut() => break,
                accepted = accept => accepted,
                // Forgets the connections that have ended.
                Some(_) = connections.join_next() => continue,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (service, queue, heard) = (service.clone(), queue.clone(), heard.clone());
                    connections.spawn(async move {
                        let _permit = permit;
                        converse(stream, service, queue, heard).await;
                    });
                }
                // No more sockets, or an asker that was gone at once: neither is a reason to stop.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
        drop(listener);
        stopping.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(limits.finish, all).await;
        Ok(())
    }
}

impl Running {
    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops, and waits until what was being answered is answered.
    pub fn stop(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        match self.thread.take().map(std::thread::JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("the server's thread panicked")),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// One thread for sockets and timers; the register is asked on others.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(16).build()
}

/// Ends at SIGTERM or Ctrl-C.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Answers all that is asked on one connection.
async fn converse(
    stream: TcpStream,
    service: Arc<Service>,
    queue: Arc<Semaphore>,
    mut heard: watch::Receiver<bool>,
) {
    let limits = service.limits;
    let answer = service_fn(|request| {
        let (service, queue) = (service.clone(), queue.clone());
        async move { Ok::<_, Infallible>(answer(request, service, queue).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    // Whoever breaks off is not told about it.
    let over = tokio::select! {
        _ = connection.as_mut() => true,
        _ = heard.wait_for(|stop| *stop) => false,
        () = tokio::time::sleep(limits.connection) => false,
    };
    if !over {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(limits.finish, connection).await;
    }
}

async fn answer(request: Request<Incoming>, service: Arc<Service>, queue: Arc<Semaphore>) -> Reply {
    let Some(place) = request.uri().path().strip_prefix(&service.prefix).map(str::to_owned) else {
        return plain(StatusCode::NOT_FOUND, "nothing is here\n");
    };
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    match place.as_str() {
        "/add-checkpoint" if request.method() == Method::POST => add_checkpoint(request, service, queue).await,
        "/add-checkpoint" => not_so("POST"),
        _ if !read => not_so("GET, HEAD"),
        "/" | "" => plain(StatusCode::OK, &about(&service)),
        "/healthz" => asked(service, queue, |service| {
            service.register.logs().map(|_| plain(StatusCode::OK, "ok\n"))
        })
        .await,
        place => match place.strip_prefix("/checkpoint/").and_then(origin) {
            Some(origin) => {
                asked(service, queue, move |service| service.register.cosigned_last(&origin).map(last)).await
            }
            None => plain(StatusCode::NOT_FOUND, "nothing is here\n"),
        },
    }
}

/// An origin as it stands in a path.
fn origin(hex: &str) -> Option<Origin> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let hex = Some(hex.as_bytes()).filter(|hex| hex.len() <= 2 * ORIGIN_MAX && hex.iter().all(u8::is_ascii_hexdigit))?;
    let bytes: Option<Vec<u8>> = hex.chunks(2).map(byte).collect();
    Origin::new(&String::from_utf8(bytes?).ok()?).ok()
}

fn last(checkpoint: Option<SignedCheckpoint>) -> Reply {
    match checkpoint {
        Some(checkpoint) => plain(StatusCode::OK, &checkpoint.to_string()),
        None => plain(StatusCode::NOT_FOUND, "nothing was cosigned of this log\n"),
    }
}

async fn add_checkpoint(request: Request<Incoming>, service: Arc<Service>, queue: Arc<Semaphore>) -> Reply {
    let too_long = || plain(StatusCode::PAYLOAD_TOO_LARGE, &format!("a request has at most {REQUEST_MAX} bytes\n"));
    if request.body().size_hint().lower() > REQUEST_MAX as u64 {
        return too_long();
    }
    let body = Limited::new(request.into_body(), REQUEST_MAX).collect();
    let body = match tokio::time::timeout(service.limits.body, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return too_long(),
        Ok(Err(_)) => return plain(StatusCode::BAD_REQUEST, "the body is not whole\n"),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
    };
    asked(service, queue, move |service| {
        let request = match AddCheckpoint::read(&body) {
            Ok(request) => request,
            Err(error) => return Ok(as_http(Answer::refused(&Refusal::Malformed(error)))),
        };
        let witnessed = service.register.witness(&request, &*service.signer, (service.now)())?;
        Ok(as_http(match witnessed {
            Witnessed::Cosigned(line) => Answer::cosigned(&[line]),
            Witnessed::Refused { refusal, alarm } => {
                if let Some(evidence) = alarm {
                    (service.tell)(Told::Fork(&evidence));
                }
                Answer::refused(&refusal)
            }
        }))
    })
    .await
}

/// Asks the register on a thread that may block.
async fn asked(
    service: Arc<Service>,
    queue: Arc<Semaphore>,
    work: impl FnOnce(&Service) -> Result<Reply, RegisterError> + Send + 'static,
) -> Reply {
    let Ok(permit) = queue.try_acquire_owned() else {
        return unavailable("too many ask at once\n", SOON);
    };
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work(&service).unwrap_or_else(|error| {
            (service.tell)(Told::Trouble(&error));
            unavailable("this witness cannot keep its state at the moment\n", LATER)
        })
    });
    let failed = |_| plain(StatusCode::INTERNAL_SERVER_ERROR, "an internal error\n");
    done.await.unwrap_or_else(failed)
}

fn as_http(answer: Answer) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(status, answer.content_type, answer.body)
}

fn plain(status: StatusCode, body: &str) -> Reply {
    reply(status, PLAIN, body.to_owned())
}

fn not_so(allowed: &'static str) -> Reply {
    with(plain(StatusCode::METHOD_NOT_ALLOWED, "not by this method\n"), ALLOW, allowed)
}

fn unavailable(body: &str, after: &'static str) -> Reply {
    with(plain(StatusCode::SERVICE_UNAVAILABLE, body), RETRY_AFTER, after)
}

fn reply(status: StatusCode, content_type: &'static str, body: String) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    with(with(reply, CONTENT_TYPE, content_type), CACHE_CONTROL, "no-store")
}

fn with(mut reply: Reply, name: HeaderName, value: &'static str) -> Reply {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
    reply
}

fn about(service: &Service) -> String {
    let key = service.register.key();
    format!(
        "A witness of transparency logs (C2SP tlog-witness), by Countersign {}.\n\
         It says of the logs it knows that it has seen them only grow. It sees sizes and roots, no entries.\n\n\
         key {key}\n\
         ask POST {}/add-checkpoint\n",
        env!("CARGO_PKG_VERSION"),
        service.prefix,
    )
}
