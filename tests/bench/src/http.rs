//! HTTP/1.1 by hand over one kept-alive connection. Both processes share the cores with what
//! they measure, so the client must cost little: requests are bytes made ahead, and of an
//! answer only what the caller looks at is read.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::failure::{Doing as _, Failure};

/// Headers of one answer; the servers send fewer than 20.
const MOST_HEADERS: usize = 48;

/// The bytes of a GET with further header lines, each of them ended by CR LF.
pub fn get(authority: &str, target: &str, lines: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: {authority}\r\n{lines}\r\n").into_bytes()
}

/// The bytes of a form POST.
pub fn post(authority: &str, target: &str, lines: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    format!(
        "POST {target} HTTP/1.1\r\nhost: {authority}\r\n{lines}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

/// A connection to one server.
pub struct Connection {
    authority: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as it lies in the connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a [u8],
    pub body: &'a [u8],
}

impl Connection {
    pub async fn open(authority: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(authority).await.doing(authority)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            authority: authority.to_owned(),
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Host and port, as `Host` wants them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(request).await.doing("sending")?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await;
            if read.doing("reading an answer")? == 0 {
                return Err(Failure::new("the server closed the connection"));
            }
            if let Some((status, head, end)) = framed(&self.buffer)? {
                if self.buffer.len() < end {
                    continue;
                }
                let whole = self.buffer.get(..end).unwrap_or_default();
                let (head, body) = whole.split_at_checked(head).unwrap_or_default();
                return Ok(Answer { status, head, body });
            }
        }
    }
}

/// Status, length of the head and of the whole answer, once the head is complete.
fn framed(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = answer.parse(bytes).doing("an answer's head")? else {
        return Ok(None);
    };
    let status = answer.code.unwrap_or_default();
    let named = |name: &str| {
        let mut headers = answer.headers.iter();
        headers.find(|header| header.name.eq_ignore_ascii_case(name))
    };
    if named("transfer-encoding").is_some() {
        return Err(Failure::new("an answer in chunks is not read here"));
    }
    let length = match named("content-length") {
        Some(header) => std::str::from_utf8(header.value)
            .ok()
            .and_then(|text| text.parse().ok())
            .doing("content-length is no number")?,
        None => 0,
    };
    Ok(Some((status, head, head + length)))
}

impl Answer<'_> {
    /// The values of a header.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        if answer.parse(self.head).is_err() {
            return Vec::new();
        }
        answer
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| String::from_utf8_lossy(header.value).into_owned())
            .collect()
    }

    /// The answer, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(self.body);
        let body: String = body.chars().take(300).collect();
        Err(Failure::new(format!(
            "expected {status}, got {}: {body}",
            self.status
        )))
    }

    /// Where a redirect leads.
    pub fn location(self) -> Result<String, Failure> {
        let location = self.headers("location").pop();
        match location {
            Some(location) if (300..400).contains(&self.status) => Ok(location),
            _ => Err(match self.expect(303) {
                Ok(_) => Failure::new("a redirect without Location"),
                Err(failure) => failure,
            }),
        }
    }

    /// The names and values of cookies that the answer sets, joined for a Cookie header.
    pub fn cookies(&self) -> String {
        let set = self.headers("set-cookie");
        let pairs: Vec<&str> = set
            .iter()
            .filter_map(|cookie| cookie.split(';').next())
            .collect();
        pairs.join("; ")
    }

    /// A member of the JSON object in the body.
    pub fn json(&self) -> Result<serde_json::Value, Failure> {
        serde_json::from_slice(self.body).doing("the body as JSON")
    }

    /// A text member of a JSON object, found without reading the rest: its value must hold
    /// nothing that JSON escapes, as tokens don't.
    pub fn text_member(&self, name: &str) -> Result<String, Failure> {
        let key = format!("\"{name}\":\"");
        std::str::from_utf8(self.body)
            .ok()
            .and_then(|body| body.split_once(key.as_str()))
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(value, _)| value.to_owned())
            .doing(&format!("the answer has no {name}"))
    }
}

/// Path and query of an absolute URL.
pub fn target(url: &str) -> &str {
    url.split_once("://")
        .and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)))
        .unwrap_or("/")
}

/// A parameter of a URL's query, still encoded; so it can be sent on as it is.
pub fn parameter(url: &str, name: &str) -> Result<String, Failure> {
    url.split_once('?')
        .and_then(|(_, query)| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
        })
        .map(|(_, value)| value.to_owned())
        .doing(&format!("no {name} in a redirect: {url}"))
}

/// Percent-encodes all but unreserved characters.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
