//! What keys cost, in the program itself and on this machine: `just bench-keys`.
//!
//! * Signatures a second by each algorithm, through what issues tokens
//!   (`Keyring::sign_for`: choice of the key, JSON, base64, signature), beside `openssl speed`
//!   of the same machine in the same run.
//! * What it costs a request of the JWKS to know who has fetched which keys.
//! * How long it takes to make a key, which the schedule does on a thread of its own.
//!
//! CPU time of this thread is what counts: the machine may be busy with other things.
#![expect(clippy::print_stdout, reason = "it is a program that prints figures")]

mod adoption;
mod cpu;
mod house;
mod openssl;
mod signing;

use anyhow::Error;

fn main() -> Result<(), Error> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    println!("{}\n", cpu::name());
    signing::report()?;
    println!();
    adoption::report()
}
