//! Building requests: a hit's parameters behind a question mark, or in a body together with the token.

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Uri};
use traffic::encode::{Parameters, Query};
use traffic::plan::{Plan, Scratch, Stamp};
use traffic::visit::Visit;

use crate::target::{Secret, Target};

/// Queries are built in blocks of this size, which are given back when all requests in them are over.
const BLOCK: usize = 32 * 1024;

/// Builds requests to one target; keeps the memory it builds them in.
pub(crate) struct Requests {
    path: String,
    /// The address of a POST.
    form_path: PathAndQuery,
    token: Option<Secret>,
    headers: [Option<(hyper::header::HeaderName, HeaderValue)>; 3],
    user_agents: Vec<HeaderValue>,
    scratch: Scratch,
    query: Vec<u8>,
    block: BytesMut,
}

impl Requests {
    pub(crate) fn new(plan: &Plan, target: &Target) -> Requests {
        let path = target.url.path().to_owned();
        let content_type = target
            .token
            .is_some()
            .then(|| (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")));
        Requests {
            form_path: PathAndQuery::try_from(path.as_str()).expect("a URL's path"),
            path,
            token: target.token.clone(),
            headers: [
                Some((HOST, target.host_header())),
                content_type,
                target.authorization.clone().map(|value| (AUTHORIZATION, value)),
            ],
            user_agents: plan
                .user_agents()
                .map(|text| HeaderValue::from_str(text.raw()).expect("a user agent is a valid header"))
                .collect(),
            scratch: Scratch::default(),
            query: Vec::with_capacity(4096),
            block: BytesMut::new(),
        }
    }

    /// The request of a hit. `headers` is memory to use: that of an answer that was read.
    ///
    /// With a token every hit is a POST, so that the token is in no access log; without one it is a GET.
    pub(crate) fn build(
        &mut self,
        plan: &Plan,
        visit: &Visit,
        index: usize,
        stamp: Stamp,
        mut headers: HeaderMap,
    ) -> Request<Full<Bytes>> {
        self.query.clear();
        if self.token.is_none() {
            self.query.extend_from_slice(self.path.as_bytes());
            self.query.push(b'?');
        }
        let mut parameters = Query(&mut self.query);
        plan.parameters(visit, index, Some(stamp), &mut self.scratch, &mut parameters);
        if let Some(token) = &self.token {
            parameters.value("token_auth", token.reveal());
        }
        if self.block.capacity() < self.query.len() {
            self.block.reserve(BLOCK.max(self.query.len()));
        }
        self.block.put_slice(&self.query);
        let bytes = self.block.split().freeze();

        headers.clear();
        for (name, value) in self.headers.iter().flatten() {
            headers.insert(name.clone(), value.clone());
        }
        headers.insert(USER_AGENT, self.user_agents[plan.user_agent(visit)].clone());
        let (method, path, body) = if self.token.is_some() {
            (Method::POST, self.form_path.clone(), bytes)
        } else {
            let path = PathAndQuery::from_maybe_shared(bytes).expect("an encoded query");
            (Method::GET, path, Bytes::new())
        };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from(path);
        *request.headers_mut() = headers;
        request
    }
}
