//! The sizes of RSA keys that are made here. Larger ones cost each sign-in more than they
//! bring; smaller ones are not allowed (RFC 7518 section 3.3).

/// Bits of the modulus of an RSA key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaBits {
    /// 2048: what every client can verify, at the least cost.
    #[default]
    B2048,
    /// 3072.
    B3072,
    /// 4096.
    B4096,
}

impl RsaBits {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::B2048, Self::B3072, Self::B4096];

    /// The number.
    #[must_use]
    pub const fn bits(self) -> u16 {
        match self {
            Self::B2048 => 2048,
            Self::B3072 => 3072,
            Self::B4096 => 4096,
        }
    }

    /// The size of that many bits.
    #[must_use]
    pub fn from_bits(bits: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|size| u64::from(size.bits()) == bits)
    }
}
