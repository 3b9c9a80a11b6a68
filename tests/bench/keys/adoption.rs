//! What it costs to know who has fetched which keys: by itself, and beside a whole request of
//! the JWKS through the router, without a socket. Over TCP a request costs more, and the share
//! is smaller still (`just bench --only jwks` shows what it costs then).

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Error, ensure};
use axum::body::Body;
use axum::extract::ConnectInfo;
use dingpass::app::{App, Foundation};
use dingpass::clock::{Clock as _, SystemClock};
use dingpass::domain::client::Clients;
use dingpass::entropy::SystemEntropy;
use dingpass::protocol::key_adoption::{Caller, KeyAdoption};
use dingpass::store::{self, Location};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use crate::{cpu, house};

const AGENT: &str = "gitea/1.24 (linux; amd64) go1.24";
const FORWARDED: &str = "10.20.30.40";
const PEER: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);

pub(crate) fn report() -> Result<(), Error> {
    let config = house::configuration(2048)?;
    let clients: Clients = config.clients.iter().cloned().collect();
    let custody = Arc::new(house::keys(&config)?);
    let kids = Arc::clone(&custody.keyring().published().kids);
    let adoption = KeyAdoption::new(&clients);
    let now = SystemClock.now();
    let known = caller(&adoption, AGENT);
    let client = clients.iter().next().context("no client")?;
    adoption.authenticated(&known, client, now);

    let digest = cpu::each(|| {
        black_box(caller(&adoption, black_box(AGENT)));
        Ok(())
    })?;
    let fetch = cpu::each(|| {
        adoption.fetched(black_box(&known), &kids, now);
        Ok(())
    })?;
    let mut number = 0_u64;
    let stranger = cpu::each(|| {
        number += 1;
        let who = caller(&adoption, &number.to_string());
        adoption.fetched(&who, &kids, now);
        Ok(())
    })?;
    let authenticated = cpu::each(|| {
        adoption.authenticated(black_box(&known), client, now);
        Ok(())
    })?;

    let store = store::open(&Location::Memory)?;
    let foundation = Foundation {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        store,
        custody,
    };
    let router = App::assemble(config, foundation)?.router();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let request = cpu::each(|| {
        let mut request = Request::get("/jwks")
            .header("user-agent", AGENT)
            .header("x-forwarded-for", FORWARDED)
            .body(Body::empty())?;
        let peer = SocketAddr::from(PEER);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = runtime.block_on(router.clone().oneshot(request))?;
        ensure!(answer.status() == StatusCode::OK);
        Ok(())
    })?;

    println!("who has fetched which keys, in nanoseconds of CPU time");
    println!(
        "{:<58} {digest:>8.0}",
        "whence a request comes, as a digest"
    );
    println!(
        "{:<58} {fetch:>8.0}",
        "a fetch from where a client is known"
    );
    println!(
        "{:<58} {stranger:>8.0}",
        "a fetch of somebody new, digest and all"
    );
    println!("{:<58} {authenticated:>8.0}", "a client that authenticates");
    println!(
        "{:<58} {request:>8.0}",
        "a whole request of the JWKS, without a socket"
    );
    let share = (digest + fetch) / request * 100.0;
    println!("{:<58} {share:>7.1}%", "of which digest and fetch");
    Ok(())
}

fn caller(adoption: &KeyAdoption, agent: &str) -> Caller {
    let peer = SocketAddr::from(PEER);
    let headers = [(0, FORWARDED.as_bytes()), (2, agent.as_bytes())];
    adoption.caller(Some(peer.ip()), headers.into_iter())
}
