//! One connection: opened when a hit needs it, kept while the target keeps it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{Client, FetchError};
use crate::observation::Failure;

type Driver = Pin<Box<http1::Connection<TokioIo<Stream>, Full<Bytes>>>>;

/// A connection over which one request after the other goes.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    /// Dropped when it has ended: only that gives back a request it never took.
    driver: Option<Driver>,
    closed: bool,
}

/// An answer that was read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Its headers, as memory for the next request.
    pub(crate) headers: HeaderMap,
}

/// The request certainly never left: the connection had been closed before.
pub(crate) struct NotSent(pub(crate) Request<Full<Bytes>>);

impl Connection {
    /// Connects, with TLS where the target wants it.
    pub(crate) async fn open(client: &Client) -> Result<Connection, Failure> {
        let stream = open(client).await.map_err(|error| error.failure)?;
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .writev(false)
            .handshake(stream)
            .await
            .map_err(|_| Failure::Reset)?;
        Ok(Connection { sender, driver: Some(Box::pin(driver)), closed: false })
    }

    /// Lets the connection notice that the target closed it; ready then. To be polled while nothing is sent.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.closed {
            self.closed = is_over(&mut self.driver, cx);
        }
        if self.closed || self.sender.is_closed() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Result<Answer, Failure>, NotSent> {
        let Connection { sender, driver, closed } = self;
        // The driver is polled in the same task: no other task has to be woken for a request.
        let ready = poll_fn(|cx| {
            if !*closed {
                *closed = is_over(driver, cx);
            }
            sender.poll_ready(cx)
        });
        if ready.await.is_err() {
            *closed = true;
            return Err(NotSent(request));
        }
        let answer = sender.try_send_request(request);
        tokio::pin!(answer);
        let response = poll_fn(|cx| {
            if !*closed {
                *closed = is_over(driver, cx);
            }
            answer.as_mut().poll(cx)
        })
        .await;
        let response: Response<hyper::body::Incoming> = match response {
            Ok(response) => response,
            Err(mut error) => {
                *closed = true;
                if let Some(request) = error.take_message() {
                    return Err(NotSent(request));
                }
                let error = error.into_error();
                return Ok(Err(if error.is_parse() { Failure::Protocol } else { Failure::Reset }));
            }
        };
        let (head, mut body) = response.into_parts();
        let whole = poll_fn(|cx| {
            loop {
                if hyper::body::Body::is_end_stream(&body) {
                    return Poll::Ready(true);
                }
                if !*closed {
                    *closed = is_over(driver, cx);
                }
                match Pin::new(&mut body.frame()).poll(cx) {
                    Poll::Ready(None) => return Poll::Ready(true),
                    Poll::Ready(Some(Ok(_))) => {}
                    Poll::Ready(Some(Err(_))) => return Poll::Ready(false),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
        if !whole {
            *closed = true;
            return Ok(Err(Failure::Reset));
        }
        Ok(Ok(Answer { status: head.status.as_u16(), headers: head.headers }))
    }
}

fn is_over(driver: &mut Option<Driver>, cx: &mut Context<'_>) -> bool {
    let over = driver.as_mut().is_none_or(|driver| driver.as_mut().poll(cx).is_ready());
    if over {
        *driver = None;
    }
    over
}

/// Resolves, connects and shakes hands; says in words what went wrong.
pub(super) async fn open(client: &Client) -> Result<TokioIo<Stream>, FetchError> {
    let (host, port) = client.target.host();
    let fail = |failure, reason| FetchError { failure, reason };
    let addresses: Vec<_> = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| fail(Failure::Dns, format!("the name {host:?} cannot be resolved ({error})")))?
        .collect();
    let mut refused = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(|error| fail(Failure::Connect, error.to_string()))?;
                let stream = match &client.tls {
                    None => Stream::Plain(stream),
                    Some(tls) => Stream::Tls(Box::new(tls.connect(stream).await.map_err(|error| {
                        fail(Failure::Tls, format!("the TLS handshake with {host}:{port} failed: {error}"))
                    })?)),
                };
                return Ok(TokioIo::new(stream));
            }
            Err(error) => refused = Some((address, error)),
        }
    }
    Err(match refused {
        Some((address, error)) => fail(Failure::Connect, format!("cannot connect to {address}: {error}")),
        None => fail(Failure::Dns, format!("the name {host:?} has no address")),
    })
}

/// TCP, or TLS over it.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
