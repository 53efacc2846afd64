//! Cuts connections that stay silent, later request heads included, which the HTTP library times only once.

use crate::world::Mark;
use actix_web::dev::Extensions;
use actix_web::{HttpRequest, rt};
use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// A connection without a finished request for this long is cut.
pub const LIMIT: Duration = Duration::from_secs(12);

/// What is known of one connection.
#[derive(Debug)]
pub struct Line {
    socket: TcpStream,
    busy: AtomicUsize,
    since: Mutex<Mark>,
}

/// Every open connection.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<Weak<Line>>>>);

impl Lines {
    /// Notes a new connection; for `HttpServer::on_connect`.
    pub fn opened(&self, connection: &dyn Any, extensions: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() else { return };
        let Ok(socket) = socket_of(stream) else { return };
        let line = Arc::new(Line { socket, busy: AtomicUsize::new(0), since: Mutex::new(Mark::now()) });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&line));
        extensions.insert(line);
    }

    /// Cuts what has been silent too long; how many were cut.
    pub fn cut(&self) -> usize {
        let mut cut = 0;
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| {
            let Some(line) = line.upgrade() else { return false };
            let since = *line.since.lock().unwrap_or_else(PoisonError::into_inner);
            if line.busy.load(Ordering::Relaxed) == 0 && since.elapsed() >= LIMIT {
                let _ = line.socket.shutdown(Shutdown::Both);
                cut += 1;
                return false;
            }
            true
        });
        cut
    }
}

#[cfg(unix)]
fn socket_of(stream: &rt::net::TcpStream) -> std::io::Result<TcpStream> {
    use std::os::fd::AsFd as _;
    Ok(TcpStream::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(not(unix))]
fn socket_of(_stream: &rt::net::TcpStream) -> std::io::Result<TcpStream> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// A request under way: while it lasts, its connection is not silent.
#[derive(Debug)]
pub struct UnderWay(Option<Arc<Line>>);

impl UnderWay {
    /// Begins with the request's first look at it.
    #[must_use]
    pub fn begin(request: &HttpRequest) -> Self {
        let line = request.conn_data::<Arc<Line>>().cloned();
        if let Some(line) = &line {
            line.busy.fetch_add(1, Ordering::Relaxed);
        }
        Self(line)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            *line.since.lock().unwrap_or_else(PoisonError::into_inner) = Mark::now();
            line.busy.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
