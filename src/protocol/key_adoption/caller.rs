//! Where a request comes from, as one opaque number: nothing but "the same as before" can be
//! read from it. Address, `X-Forwarded-For`, `Forwarded` and `User-Agent` go into it as they
//! came and are not looked at: no address decides anything in this house, since the latter
//! three are whatever the sender writes and the first may be a proxy's. What hangs from it is
//! a guess that an operator reads: whoever imitates a client's place makes it look ready for
//! a key.
//!
//! It is made with keys that live in this process alone, so that it says nothing of anybody
//! where it is not made; and it is neither written down nor logged.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::IpAddr;

/// Whence a request comes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller(u64, u64);

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller(..)")
    }
}

impl Caller {
    /// In which of so many parts it is kept.
    pub(super) fn part(&self, parts: usize) -> usize {
        usize::try_from(self.1 & 0xffff).unwrap_or_default() % parts
    }
}

/// Makes them: two keyed hashes, since one of 64 bits can be met by chance.
#[derive(Default)]
pub(super) struct Callers(RandomState, RandomState);

impl Callers {
    /// The caller at that address, if it is known, with those headers: the place of each in a
    /// list of names, and its text. A port is none of it: each connection has its own.
    pub(super) fn digest<'a>(
        &self,
        address: Option<IpAddr>,
        headers: impl Iterator<Item = (u8, &'a [u8])>,
    ) -> Caller {
        let (mut left, mut right) = (self.0.build_hasher(), self.1.build_hasher());
        let mut write = |bytes: &[u8]| {
            // With its length, so that what stands in one text can't pass for two.
            left.write_usize(bytes.len());
            left.write(bytes);
            right.write_usize(bytes.len());
            right.write(bytes);
        };
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => write(&address.octets()),
            Some(IpAddr::V6(address)) => write(&address.octets()),
            None => write(&[]),
        }
        for (name, text) in headers {
            write(&[name]);
            write(text);
        }
        Caller(left.finish(), right.finish())
    }
}
