//! What the tracking costs, measured by hand:
//! `cargo test --release --test it readiness::cost -- --ignored --nocapture`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use dingpass::clock::Timestamp;
use dingpass::protocol::key_adoption::KeyAdoption;
use http::Request;
use std::net::SocketAddr;
use tower::ServiceExt as _;

use super::bounds::{caller, clients, kids};
use super::house;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The CPU time of this thread.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = text.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

fn nanoseconds_each(times: u32, mut what: impl FnMut(u32)) -> f64 {
    let begun = cpu_time();
    for number in 0..times {
        what(number);
    }
    (cpu_time() - begun).as_secs_f64() * 1e9 / f64::from(times)
}

/// By itself: the digest of a caller, a fetch of one who is known, one of a stranger, and the
/// whole flood.
#[test]
#[ignore = "a measurement"]
fn a_fetch_by_itself() {
    let clients = clients(100);
    let adoption = KeyAdoption::new(&clients);
    let kids = kids();
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let known = caller(&adoption, agent);
    let client = clients.iter().next().unwrap();
    adoption.authenticated(&known, client, NOW);
    let digest = nanoseconds_each(1_000_000, |_| {
        black_box(caller(&adoption, black_box(agent)));
    });
    let own = nanoseconds_each(1_000_000, |_| adoption.fetched(&known, &kids, NOW));
    let authenticated = nanoseconds_each(1_000_000, |_| {
        adoption.authenticated(&known, client, NOW);
    });
    let strangers: Vec<_> = (0..200_000)
        .map(|number| caller(&adoption, &format!("agent-{number}")))
        .collect();
    let flood = nanoseconds_each(200_000, |number| {
        let stranger = &strangers[usize::try_from(number).unwrap()];
        adoption.fetched(stranger, &kids, NOW);
    });
    println!(
        "digest {digest:.0} ns, own fetch {own:.0} ns, authentication {authenticated:.0} ns, \
         fetch of a flood {flood:.0} ns"
    );
}

/// 64 threads, each with its own application, and all with the same one.
#[test]
#[ignore = "a measurement"]
fn many_threads_at_once() {
    const THREADS: u32 = 64;
    const TIMES: u32 = 100_000;
    for shared in [false, true] {
        let clients = clients(64);
        let adoption = KeyAdoption::new(&clients);
        let kids = kids();
        let ids: Vec<_> = clients.iter().collect();
        let each: Vec<f64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|number| {
                    let (adoption, kids, ids) = (&adoption, &kids, &ids);
                    scope.spawn(move || {
                        let number = if shared { 0 } else { number };
                        let own = caller(adoption, &format!("own-{number}"));
                        let client = ids[usize::try_from(number).unwrap()];
                        adoption.authenticated(&own, client, NOW);
                        nanoseconds_each(TIMES, |_| adoption.fetched(&own, kids, NOW))
                    })
                })
                .collect();
            let threads = threads.into_iter();
            threads.map(|thread| thread.join().unwrap()).collect()
        });
        let mean = each.iter().sum::<f64>() / f64::from(THREADS);
        println!("64 threads, one application: {shared}; {mean:.0} ns of CPU time each");
    }
}

/// A whole request through the router, without a socket, beside what the tracking adds to it:
/// digest and fetch. The real share is smaller still, since a request comes over TCP.
#[tokio::test]
#[ignore = "a measurement"]
async fn a_request() {
    const TIMES: u32 = 50_000;
    let house = house().await;
    let router = house.app.router();
    let adoption = house.app.key_adoption();
    let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
    let agent = "gitea/1.24 (linux; amd64) go1.24";
    let kids: Arc<[String]> = super::kids(&house);
    let mut shares = Vec::new();
    for _ in 0..5 {
        let begun = cpu_time();
        for _ in 0..TIMES {
            let mut request = Request::get("/jwks")
                .header("user-agent", agent)
                .header("x-forwarded-for", "10.20.30.40")
                .body(Body::empty())
                .unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(black_box(answer).status(), 200);
        }
        let whole = (cpu_time() - begun).as_secs_f64() * 1e9 / f64::from(TIMES);
        let tracking = nanoseconds_each(TIMES, |_| {
            let headers = [(0, "10.20.30.40".as_bytes()), (2, agent.as_bytes())];
            let caller = adoption.caller(Some(black_box(peer.ip())), headers.into_iter());
            adoption.fetched(&caller, &kids, NOW);
        });
        shares.push((whole, tracking, tracking / whole * 100.0));
    }
    for (whole, tracking, share) in shares {
        println!("request {whole:.0} ns, of which tracking {tracking:.0} ns: {share:.1} %");
    }
}
