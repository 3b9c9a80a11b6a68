//! What is measured. An operation is one act of a client or a browser, with all the requests
//! that it takes; its answers are looked at, since a fast refusal is no figure.

use std::cell::Cell;
use std::rc::Rc;

use crate::failure::{Doing as _, Failure};
use crate::house::{DISCOVERY, House, Offered, REDIRECT_URI, SECRET};
use crate::http::{Connection, encoded, get, parameter, post, target};
use crate::load::Operation;
use crate::process::Server;

/// The example of RFC 7636 appendix B: a hash per sign-in is no cost of the server's.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// One request, over and over: the same bytes, an answer of 200 that holds `sign`.
pub struct Repeat {
    broker: Connection,
    request: Vec<u8>,
    sign: &'static str,
}

impl Operation for Repeat {
    async fn once(&mut self) -> Result<(), Failure> {
        let answer = self.broker.send(&self.request).await?.expect(200)?;
        let sign = self.sign.as_bytes();
        if answer.body.windows(sign.len()).any(|part| part == sign) {
            Ok(())
        } else {
            Err(Failure::new(format!("an answer without {}", self.sign)))
        }
    }
}

/// A browser and the application behind it.
pub struct Person {
    broker: Connection,
    sim: Connection,
    client: Client,
    token: String,
    authorize: Vec<u8>,
    authorize_target: String,
    session: String,
    people: usize,
    next: Rc<Cell<usize>>,
}

/// A client of the configuration.
#[derive(Clone, Copy)]
pub enum Client {
    Plain,
    Lasting,
}

impl Client {
    const fn id(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Lasting => "lasting",
        }
    }

    /// Its Authorization header: Basic, as RFC 6749 recommends.
    fn basic(self) -> String {
        basic(self.id())
    }
}

/// What came of a code.
struct Tokens {
    access: String,
    refresh: Option<String>,
}

impl Person {
    pub async fn new(
        house: &House,
        broker: &Server,
        offered: &Offered,
        client: Client,
        next: &Rc<Cell<usize>>,
    ) -> Result<Self, Failure> {
        let authorize_target = format!(
            "{}?client_id={}&redirect_uri={}&response_type=code&scope=openid%20profile%20email\
             &state=ssssssssssssssssssssss&nonce=nnnnnnnnnnnnnnnnnnnnnn\
             &code_challenge={CHALLENGE}&code_challenge_method=S256",
            offered.authorization,
            client.id(),
            encoded(REDIRECT_URI),
        );
        Ok(Self {
            broker: Connection::open(&broker.authority).await?,
            sim: Connection::open(&house.sim.authority).await?,
            client,
            token: offered.token.clone(),
            authorize: get(&broker.authority, &authorize_target, ""),
            authorize_target,
            session: String::new(),
            people: house.people,
            next: Rc::clone(next),
        })
    }

    /// A first login: nobody is signed in here, the next person signs in at DingTalk.
    async fn sign_in(&mut self) -> Result<Tokens, Failure> {
        let answer = self.broker.send(&self.authorize).await?;
        let flow = answer.cookies();
        let page = answer.location()?;
        let (path, query) = target(&page).split_once('?').doing("DingTalk's page")?;
        let number = self.next.get();
        self.next.set((number + 1) % self.people);
        let form = format!("{query}&decision=confirm&userid=p{number}");
        let submit = post(self.sim.authority(), path, "", &form);
        let back = self.sim.send(&submit).await?.location()?;
        let callback = get(
            self.broker.authority(),
            target(&back),
            &format!("cookie: {flow}\r\n"),
        );
        let answer = self.broker.send(&callback).await?;
        self.session = answer
            .cookies()
            .split("; ")
            .filter(|cookie| cookie.contains("session="))
            .collect();
        let location = answer.location()?;
        self.redeem(&location).await
    }

    /// Code and token, with the session that there is.
    async fn renew(&mut self) -> Result<Tokens, Failure> {
        let cookie = format!("cookie: {}\r\n", self.session);
        let request = get(self.broker.authority(), &self.authorize_target, &cookie);
        let location = self.broker.send(&request).await?.location()?;
        self.redeem(&location).await
    }

    async fn redeem(&mut self, location: &str) -> Result<Tokens, Failure> {
        let form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={VERIFIER}",
            parameter(location, "code")?,
            encoded(REDIRECT_URI),
        );
        let lines = self.client.basic();
        let request = post(self.broker.authority(), &self.token, &lines, &form);
        let answer = self.broker.send(&request).await?.expect(200)?;
        answer.text_member("id_token")?;
        Ok(Tokens {
            access: answer.text_member("access_token")?,
            refresh: answer.text_member("refresh_token").ok(),
        })
    }
}

/// A complete first login in a fresh browser.
pub struct Login(pub Person);

impl Operation for Login {
    async fn once(&mut self) -> Result<(), Failure> {
        self.0.sign_in().await.map(drop)
    }
}

/// Code and token with a live session.
pub struct Renewal(Person);

impl Renewal {
    pub async fn begin(mut person: Person) -> Result<Self, Failure> {
        person.sign_in().await.doing("signing in")?;
        Ok(Self(person))
    }
}

impl Operation for Renewal {
    async fn once(&mut self) -> Result<(), Failure> {
        self.0.renew().await.map(drop)
    }
}

/// A family of refresh tokens, rotated at each use.
pub struct Refresh {
    broker: Connection,
    token: String,
    refresh_token: String,
    lines: String,
}

impl Refresh {
    pub async fn begin(mut person: Person) -> Result<Self, Failure> {
        let tokens = person.sign_in().await.doing("signing in")?;
        Ok(Self {
            refresh_token: tokens
                .refresh
                .doing("no refresh_token came with the code")?,
            broker: person.broker,
            token: person.token,
            lines: person.client.basic(),
        })
    }
}

impl Operation for Refresh {
    async fn once(&mut self) -> Result<(), Failure> {
        let token = encoded(&self.refresh_token);
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        let request = post(self.broker.authority(), &self.token, &self.lines, &form);
        let answer = self.broker.send(&request).await?.expect(200)?;
        answer.text_member("id_token")?;
        let next = answer.text_member("refresh_token")?;
        if next == self.refresh_token {
            return Err(Failure::new("the refresh token was not rotated"));
        }
        self.refresh_token = next;
        Ok(())
    }
}

/// A GET without credentials.
pub async fn document(broker: &Server, path: &str, sign: &'static str) -> Result<Repeat, Failure> {
    let request = get(&broker.authority, path, "");
    repeat(broker, request, sign).await
}

pub async fn discovery(broker: &Server) -> Result<Repeat, Failure> {
    document(broker, DISCOVERY, "\"issuer\"").await
}

/// Userinfo with a token of this person's own.
pub async fn userinfo(mut person: Person, broker: &Server, path: &str) -> Result<Repeat, Failure> {
    let token = person.sign_in().await.doing("signing in")?.access;
    let lines = format!("authorization: Bearer {token}\r\n");
    repeat(broker, get(&broker.authority, path, &lines), "\"sub\"").await
}

/// A client that asks about its own access token (RFC 7662).
pub async fn introspection(
    mut person: Person,
    broker: &Server,
    path: &str,
) -> Result<Repeat, Failure> {
    let token = person.sign_in().await.doing("signing in")?.access;
    let form = format!("token={}&token_type_hint=access_token", encoded(&token));
    let request = post(&broker.authority, path, &person.client.basic(), &form);
    repeat(broker, request, "\"active\":true").await
}

/// A machine that acts for itself (RFC 6749 section 4.4).
pub async fn client_credentials(broker: &Server, path: &str) -> Result<Repeat, Failure> {
    let form = "grant_type=client_credentials";
    let request = post(&broker.authority, path, &basic("machine"), form);
    repeat(broker, request, "\"access_token\"").await
}

async fn repeat(broker: &Server, request: Vec<u8>, sign: &'static str) -> Result<Repeat, Failure> {
    Ok(Repeat {
        broker: Connection::open(&broker.authority).await?,
        request,
        sign,
    })
}

fn basic(id: &str) -> String {
    let credentials = base64(format!("{id}:{SECRET}").as_bytes());
    format!("authorization: Basic {credentials}\r\n")
}

/// RFC 4648 section 4, for one header.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0_u8; 4];
        for (place, byte) in group.iter_mut().skip(1).zip(chunk) {
            *place = *byte;
        }
        let bits = u32::from_be_bytes(group);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 63;
            let sign = ALPHABET.get(index as usize).copied().unwrap_or(b'=');
            out.push(if place <= chunk.len() {
                char::from(sign)
            } else {
                '='
            });
        }
    }
    out
}
