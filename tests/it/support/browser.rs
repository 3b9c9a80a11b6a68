//! A browser without script: keeps cookies by host, as browsers do (whatever the port), and
//! follows redirects until told to stop.

use std::collections::BTreeMap;

use http::{HeaderMap, Method, StatusCode};

use super::http;

/// What a browser has received.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers
            .get("location")
            .map(|value| value.to_str().unwrap())
    }

    /// The `href` of the element with that id.
    pub(crate) fn href(&self, id: &str) -> Option<String> {
        let tag = self
            .body
            .split('<')
            .find(|tag| tag.contains(&format!("id=\"{id}\"")))?;
        let href = tag.split("href=\"").nth(1)?.split('"').next()?;
        Some(href.replace("&amp;", "&").replace("&#38;", "&"))
    }
}

pub(crate) struct Browser {
    http: reqwest::Client,
    /// By name; all servers of a test are one host.
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: String,
    /// `Origin` of its requests, where it is sent.
    pub(crate) origin: Option<String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            http: http(),
            cookies: BTreeMap::new(),
            language: "en".to_owned(),
            origin: None,
        }
    }

    /// One GET, no redirect followed.
    pub(crate) async fn get(&mut self, url: &str) -> Page {
        self.request(Method::GET, url, None).await
    }

    /// One POST of a form, no redirect followed.
    pub(crate) async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.request(Method::POST, url, Some(body)).await
    }

    /// GETs and follows redirects until one leads to an address that begins with `stop`, or
    /// a page comes.
    pub(crate) async fn follow(&mut self, url: &str, stop: &str) -> Page {
        let page = self.get(url).await;
        self.onward(page, stop).await
    }

    /// Follows the redirects of a page until one leads to an address that begins with `stop`.
    pub(crate) async fn onward(&mut self, mut page: Page, stop: &str) -> Page {
        for _ in 0..12 {
            let Some(location) = page.location().map(str::to_owned) else {
                return page;
            };
            if location.starts_with(stop) {
                return page;
            }
            let next = url::Url::parse(&page.url).unwrap().join(&location).unwrap();
            page = self.get(next.as_str()).await;
        }
        panic!("too many redirects, the last one at {}", page.url);
    }

    async fn request(&mut self, method: Method, url: &str, form: Option<String>) -> Page {
        let mut request = self
            .http
            .request(method, url)
            .header("accept-language", &self.language);
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(form) = form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            self.keep(cookie.to_str().unwrap());
        }
        Page {
            url: url.to_owned(),
            status,
            headers,
            body: response.text().await.unwrap(),
        }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
