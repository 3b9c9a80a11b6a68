//! Why a text is no private key that works here, in words for an operator: what it is instead,
//! and what to do. Nothing of the text is ever repeated, for it may be a secret.

/// What was wrong with a text that should be a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFormatError {
    /// More bytes than any key has.
    #[error("it has more than {0} bytes, and no key is as long; give the file with the key alone")]
    TooLong(usize),
    /// Binary.
    #[error(
        "it is binary, not text; if it is DER, run: openssl pkey -inform DER -in FILE -out FILE.pem; if it is PKCS #12 (.p12, .pfx), run: openssl pkcs12 -nocerts -in FILE -out FILE.pem"
    )]
    Binary,
    /// Neither PEM nor JWK.
    #[error(
        "it is no key: neither PEM (a line of -----BEGIN ... PRIVATE KEY-----) nor a JWK (JSON with a member \"kty\")"
    )]
    NotAKey,
    /// Its end is missing.
    #[error("it is cut short: its end is missing; copy the file again, as a whole")]
    Truncated,
    /// Right from outside, wrong within.
    #[error("it is damaged: what it holds can't be read as a key; copy the file again, as a whole")]
    Damaged,
    /// Several private keys.
    #[error("there are several private keys in it; put each into a file of its own")]
    SeveralKeys,
    /// The public half.
    #[error("it is a public key; the private key belonging to it is needed")]
    PublicKey,
    /// A certificate.
    #[error("it is a certificate; the private key belonging to it is needed")]
    Certificate,
    /// Encrypted, and there is no passphrase.
    #[error(
        "it is encrypted, and no passphrase was given; name the file that holds its passphrase"
    )]
    PassphraseNeeded,
    /// Encrypted with something else.
    #[error("it is encrypted, and the passphrase that was given does not open it")]
    WrongPassphrase,
    /// The encryption of OpenSSL before PKCS #8: one round of MD5.
    #[error(
        "it is encrypted in the old form of OpenSSL (Proc-Type), which is weak; convert it with: openssl pkey -in FILE -aes256 -out NEW.pem"
    )]
    OldEncryption,
    /// An encryption of PKCS #8 that is not supported.
    #[error(
        "it is encrypted in a way that is not supported here (supported: PBES2 with scrypt or PBKDF2-HMAC-SHA-2, and AES-CBC); convert it with: openssl pkey -in FILE -aes256 -out NEW.pem"
    )]
    OtherEncryption,
    /// Parameters that would cost more memory or time than a passphrase is worth.
    #[error(
        "its encryption asks for more memory or time than is allowed here (scrypt: 256 MiB; PBKDF2: 10 million rounds); convert it with: openssl pkey -in FILE -aes256 -out NEW.pem"
    )]
    CostlyEncryption,
    /// A curve other than P-256 and Ed25519.
    #[error("it is a key on {0}; only the curves P-256 (ES256) and Ed25519 (EdDSA) sign here")]
    OtherCurve(&'static str),
    /// A curve by its numbers, not by its name.
    #[error(
        "it spells out its curve instead of naming it; convert it with: openssl ec -in FILE -param_enc named_curve -out NEW.pem"
    )]
    CurveWithoutName,
    /// A type of key that does not sign here.
    #[error("it is {0}, which signs nothing here; RSA, EC on P-256 and Ed25519 do")]
    OtherType(&'static str),
    /// `id-RSASSA-PSS`.
    #[error(
        "it is an RSA key that is bound to PSS with parameters of its own (id-RSASSA-PSS); use a plain RSA key, as made by: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"
    )]
    RsaPss,
    /// RSA below 2048 bits.
    #[error(
        "it is an RSA key of fewer than 2048 bits, which RFC 7518 section 3.3 forbids; use a new key"
    )]
    RsaTooSmall,
    /// RSA above 8192 bits.
    #[error(
        "it is an RSA key of more than 8192 bits, which is not supported; 2048 to 4096 are usual"
    )]
    RsaTooLarge,
    /// A public exponent that is even, too small or too large.
    #[error(
        "its RSA public exponent is unfit: it must be odd, from 3 to 2^33 - 1 (65537 is usual); use a new key"
    )]
    RsaExponent,
    /// More than two primes.
    #[error("it is an RSA key of more than two primes, which is not supported; use a new key")]
    RsaManyPrimes,
    /// Public half, private half or primes don't belong together.
    #[error(
        "its parts don't belong together: private half, public half or primes are of different keys, or it is damaged"
    )]
    Mismatched,
    /// A JWK that is meant for something else.
    #[error(
        "its members \"use\", \"key_ops\" or \"alg\" say that it is not for signing with RS256, PS256, ES256 or EdDSA (RFC 7517 section 4)"
    )]
    NotForSigning,
    /// What should seal.
    #[error(
        "it is no sealing key, which is 32 bytes in base64url (43 characters), or such a key encrypted"
    )]
    NotASealingKey,
    /// A JWK whose members are no base64url, are missing or have the wrong length.
    #[error(
        "a member of the JWK is missing, is twice there, is no base64url without padding or has the wrong length"
    )]
    JwkMember,
}
