//! The two halves of a connection in one task.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

pin_project_lite::pin_project! {
    /// Runs a reader and a writer in one task. What the reader has the writer do, such as an acknowledgement, is done in
    /// the same turn: nothing is scheduled for it, and no other thread is woken.
    pub struct Pair<R, W> {
        #[pin]
        reader: R,
        #[pin]
        writer: W,
        is_read: bool,
        is_written: bool,
        bell: Arc<Bell>,
        waker: Waker,
    }
}

/// Wakes the task for the writer, unless the task is at it already.
struct Bell {
    rung: AtomicBool,
    at_it: AtomicBool,
    task: AtomicWaker,
}

impl<R, W> Pair<R, W>
where
    R: Future<Output = ()>,
    W: Future<Output = ()>,
{
    pub fn new(reader: R, writer: W) -> Self {
        let bell = Arc::new(Bell {
            rung: AtomicBool::new(true),
            at_it: AtomicBool::new(false),
            task: AtomicWaker::new(),
        });
        Self {
            reader,
            writer,
            is_read: false,
            is_written: false,
            waker: bell.clone().into(),
            bell,
        }
    }
}

impl<R, W> Future for Pair<R, W>
where
    R: Future<Output = ()>,
    W: Future<Output = ()>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.bell.task.register(cx.waker());
        this.bell.at_it.store(true, Ordering::SeqCst);
        if !*this.is_read {
            *this.is_read = this.reader.poll(cx).is_ready();
        }
        if this.bell.rung.swap(false, Ordering::SeqCst) && !*this.is_written {
            let cx = &mut Context::from_waker(this.waker);
            *this.is_written = this.writer.poll(cx).is_ready();
        }
        this.bell.at_it.store(false, Ordering::SeqCst);
        if *this.is_read && *this.is_written {
            return Poll::Ready(());
        }
        // Rung while it was written, or by a writer that gives way to other tasks.
        if this.bell.rung.load(Ordering::SeqCst) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        if !self.at_it.load(Ordering::SeqCst) {
            self.task.wake();
        }
    }
}
