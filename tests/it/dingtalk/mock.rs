//! A DingTalk that answers whatever a test puts into its mouth.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::{APP_TOKEN, BY_UNION_ID, ME, USER, USER_TOKEN};

/// A request that was received.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Default)]
struct Script {
    replies: BTreeMap<String, (u16, String)>,
    seen: Vec<Seen>,
}

/// Answers by path; begins as one that vouches for zhangsan.
pub(crate) struct Mock {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
}

impl Mock {
    pub(crate) async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let mock = Self { url, script };
        mock.json(
            USER_TOKEN,
            &json!({"accessToken": "user-token", "refreshToken": "r", "expireIn": 7200}),
        );
        mock.json(
            ME,
            &json!({"nick": "三哥", "unionId": "union1", "openId": "o"}),
        );
        mock.json(
            APP_TOKEN,
            &json!({"accessToken": "app-token", "expireIn": 7200}),
        );
        mock.result(
            BY_UNION_ID,
            &json!({"contact_type": 0, "userid": "zhangsan"}),
        );
        mock.result(USER, &member());
        mock
    }

    /// 200 with that JSON.
    pub(crate) fn json(&self, path: &str, body: &Value) {
        self.reply(path, 200, &body.to_string());
    }

    /// The old dialect's success around `result`.
    pub(crate) fn result(&self, path: &str, result: &Value) {
        self.json(
            path,
            &json!({"errcode": 0, "errmsg": "ok", "result": result, "request_id": "q1"}),
        );
    }

    /// Any status and any text.
    pub(crate) fn reply(&self, path: &str, status: u16, body: &str) {
        let mut script = self.script.lock().unwrap();
        script
            .replies
            .insert(path.to_owned(), (status, body.to_owned()));
    }

    /// What was received at `path`.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        let script = self.script.lock().unwrap();
        let seen = script.seen.iter().filter(|seen| seen.path == path);
        seen.cloned().collect()
    }
}

/// The directory's entry of the person whom the mock vouches for.
pub(crate) fn member() -> Value {
    json!({
        "userid": "zhangsan", "unionid": "union1", "name": "张三", "mobile": "13900001001",
        "state_code": "86", "org_email": "zhangsan@acme.example", "job_number": "4",
        "dept_id_list": [3, 2], "role_list": [{"id": 100, "name": "总监", "group_name": "职务"}],
        "active": true, "exclusive_account": false,
    })
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut script = script.lock().unwrap();
    script.seen.push(Seen {
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let (status, body) = script.replies.get(uri.path()).cloned().unwrap_or_else(|| {
        let unknown = json!({"errcode": 404, "errmsg": "请求的URI地址不存在"});
        (200, unknown.to_string())
    });
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    if status == 302 {
        let elsewhere = "/elsewhere".parse().unwrap();
        response.headers_mut().insert("location", elsewhere);
    }
    response
}
