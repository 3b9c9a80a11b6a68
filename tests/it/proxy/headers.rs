//! Sizes of headers, both ways.

use crate::support::{Browser, House, Page, REDIRECT};

/// nginx `large_client_header_buffers`: the longest single header of a request.
const REQUEST_HEADER: usize = 8 * 1024;
/// nginx `proxy_buffer_size`: all headers of an answer.
const ANSWER_HEADERS: usize = 4 * 1024;

fn request(house: &House, state: &str) -> String {
    house.url(&format!(
        "/authorize?client_id=demo&response_type=code&scope=openid&redirect_uri={REDIRECT}&state={state}"
    ))
}

fn cookie_header(browser: &Browser) -> usize {
    let pairs: usize = browser
        .cookies
        .iter()
        .map(|(name, value)| name.len() + value.len() + "=; ".len())
        .sum();
    "cookie: ".len() + pairs
}

fn answer_headers(page: &Page) -> usize {
    page.headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}

fn flows(browser: &Browser) -> usize {
    let is_flow = |name: &&String| name.contains("flow-");
    browser.cookies.keys().filter(is_flow).count()
}

/// RFC 6265 section 6.1 lets a server have many large cookies; proxies don't. A browser whose
/// cookies are too many is shut out until they expire.
#[tokio::test]
async fn many_large_sign_ins_under_way_stay_within_a_request_header() {
    let house = House::plan()
        .with_page()
        .issuer("https://login.example.com")
        .start()
        .await;
    for length in [100, 500, 1000, 1300] {
        let mut browser = house.browser();
        for _ in 0..8 {
            let page = browser.get(&request(&house, &"x".repeat(length))).await;
            assert_eq!(page.status, 303);
            let size = cookie_header(&browser);
            assert!(size < REQUEST_HEADER, "{length}: {size}");
            assert!(answer_headers(&page) < ANSWER_HEADERS);
            house.clock.advance_seconds(1);
        }
    }
}

/// Several tabs sign in side by side: making room takes the oldest, and never all.
#[tokio::test]
async fn ordinary_sign_ins_keep_five_and_large_ones_at_least_two() {
    let house = House::plan().with_page().start().await;
    for (length, least) in [(40, 5), (300, 5), (1300, 2)] {
        let mut browser = house.browser();
        for _ in 0..8 {
            browser.get(&request(&house, &"x".repeat(length))).await;
            house.clock.advance_seconds(1);
        }
        let kept = flows(&browser);
        assert!(kept >= least, "{length}: {kept}");
    }
}

/// The newest attempt is the one that the person looks at.
#[tokio::test]
async fn the_newest_sign_in_is_kept_however_large_the_others_are() {
    let house = House::start().await;
    let mut browser = house.browser();
    for _ in 0..6 {
        browser.get(&request(&house, &"x".repeat(1300))).await;
        house.clock.advance_seconds(1);
    }
    let page = browser.follow(&request(&house, "last"), REDIRECT).await;
    let location = page.location().unwrap();
    assert!(location.starts_with(REDIRECT), "{location}");
    assert!(location.contains("state=last"), "{location}");
}

/// OIDC Core section 3.1.2.1 demands POST, which is answered by the same request as a GET:
/// its address stands in an answer's header.
#[tokio::test]
async fn a_post_of_any_size_is_answered_within_an_answers_headers() {
    let house = House::plan().with_page().start().await;
    for length in [100, 1000, 2000, 2900, 3000, 4000, 5500, 7000, 20_000] {
        let state = "x".repeat(length);
        let form = [
            ("client_id", "demo"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", REDIRECT),
            ("unknown", state.as_str()),
        ];
        let page = house.browser().post(&house.url("/authorize"), &form).await;
        assert_eq!(page.status, 303, "{length}");
        let size = answer_headers(&page);
        assert!(size < ANSWER_HEADERS, "{length}: {size}");
    }
}
