//! Mails that nobody waits for: a bounded queue, worked off beside the requests and once more when the server stops.

use super::{Mail, Mailer};
use futures_util::FutureExt as _;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Errands that may wait; what comes beyond is not taken, and the log says so.
const WAITING: usize = 512;
/// Errands under way at once: a mail that hangs does not hold the others up.
const AT_ONCE: usize = 8;
/// How long a server that stops waits for mails under way.
const GRACE: Duration = Duration::from_secs(10);

/// A mail that waits for its turn.
#[derive(Clone)]
pub struct Letter {
    /// The address of whom it is for.
    pub to: String,
    /// Its subject; one line.
    pub subject: String,
    /// Its text; lines end with a line feed.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its text may hold a link, and an address is nobody's business.
        f.write_str("Letter")
    }
}

/// What finds out, when its turn comes, which mails are to be sent.
pub type Errand = Pin<Box<dyn Future<Output = Vec<Letter>> + Send>>;

/// Takes errands. Best effort: what waits when the process is killed, or what the mail server refuses, is not sent again.
#[derive(Clone)]
pub struct Post {
    mailer: Mailer,
    way: Arc<Mutex<Option<mpsc::Sender<Errand>>>>,
    carriers: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// Starts those who work the queue off; they end when no hand holds it any more.
    #[must_use]
    pub fn start(mailer: Mailer) -> Self {
        let (way, errands) = mpsc::channel(WAITING);
        let errands = Arc::new(tokio::sync::Mutex::new(errands));
        let carrier = |_| tokio::spawn(carry(Arc::clone(&errands), mailer.clone()));
        let carriers = (0..AT_ONCE).map(carrier).collect();
        Self { mailer, way: Arc::new(Mutex::new(Some(way))), carriers: Arc::new(Mutex::new(carriers)) }
    }

    /// Whether a mail server is configured; else every errand is dropped.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.mailer.is_configured()
    }

    /// Takes an errand, and never waits. Whether it was taken: not when too many wait.
    pub fn take(&self, errand: impl Future<Output = Vec<Letter>> + Send + 'static) -> bool {
        if !self.is_configured() {
            return true;
        }
        let way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = way.as_ref().is_some_and(|way| way.try_send(Box::pin(errand)).is_ok());
        drop(way);
        if !taken {
            tracing::warn!("a mail was not written: too many wait");
        }
        taken
    }

    /// Takes nothing more, and waits for what was taken, at most ten seconds.
    pub async fn finish(&self) {
        self.way.lock().unwrap_or_else(PoisonError::into_inner).take();
        let carriers = std::mem::take(&mut *self.carriers.lock().unwrap_or_else(PoisonError::into_inner));
        let stop: Vec<_> = carriers.iter().map(JoinHandle::abort_handle).collect();
        if tokio::time::timeout(GRACE, futures_util::future::join_all(carriers)).await.is_err() {
            tracing::warn!("mails were left unsent");
            stop.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
}

async fn carry(errands: Arc<tokio::sync::Mutex<mpsc::Receiver<Errand>>>, mailer: Mailer) {
    loop {
        let next = errands.lock().await.recv().await;
        let Some(errand) = next else { return };
        // An errand that fails must not take its carrier with it.
        if AssertUnwindSafe(deliver(errand, &mailer)).catch_unwind().await.is_err() {
            tracing::error!("a mail could not be written");
        }
    }
}

async fn deliver(errand: Errand, mailer: &Mailer) {
    for Letter { to, subject, text } in errand.await {
        mailer.send(Mail { to: &to, id: None, subject, text }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn configured() -> Post {
        Post::start(Mailer::new(Some("smtp://127.0.0.1:1"), Some("p@mail.example")).unwrap())
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn it_takes_so_many_and_then_no_more() {
        run(async {
            let post = configured();
            let taken = (0..WAITING + AT_ONCE + 10).filter(|_| post.take(std::future::pending())).count();
            assert_eq!(taken, WAITING, "nobody had a turn yet");
        });
    }

    #[test]
    fn what_was_taken_is_done_before_it_ends_and_a_broken_errand_breaks_no_other() {
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        run(async move {
            let post = configured();
            for number in 0..40 {
                let done = Arc::clone(&counted);
                post.take(async move {
                    assert!(number % 4 != 0, "an errand that fails");
                    done.fetch_add(1, Ordering::SeqCst);
                    Vec::new()
                });
            }
            post.finish().await;
            assert!(!post.take(async { Vec::new() }), "it has ended");
        });
        assert_eq!(done.load(Ordering::SeqCst), 30);
    }

    #[test]
    fn without_a_mail_server_nothing_is_done() {
        run(async {
            let post = Post::start(Mailer::new(None, None).unwrap());
            assert!(post.take(async { panic!("nobody asked for it") }));
            post.finish().await;
        });
    }
}
