//! Whom TLS trusts: the system's roots and those of `[outbound] ca_files`. They are read and
//! parsed once, for all clients together: a system has some hundred and fifty of them, in as
//! many files, and to read them was most of what a start cost. Each client gets a TLS
//! configuration of its own, so that none resumes a session that another one began.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::{OutboundError, Settings};

/// HTTP/2 where the server has it (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Whom TLS trusts.
#[derive(Clone, Debug)]
pub struct Trust {
    /// None trusts nobody.
    verifier: Option<Arc<Verifier>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    /// Reads the system's roots, and those of the settings.
    ///
    /// # Errors
    /// [`OutboundError`] where the settings hold no certificates, or there are none at all.
    pub fn new(settings: &Settings) -> Result<Self, OutboundError> {
        let provider = provider();
        let mut further = Vec::new();
        for pem in &settings.ca_pems {
            further.extend(certificates_in(pem).map_err(OutboundError::Certificates)?);
        }
        let verifier = Verifier::new_with_extra_roots(further, Arc::clone(&provider));
        Ok(Self {
            verifier: Some(Arc::new(verifier.map_err(unusable)?)),
            provider,
        })
    }

    /// Trusts nobody: for who speaks plain http to this machine alone. Reads no file.
    #[must_use]
    pub fn in_nobody() -> Self {
        Self {
            verifier: None,
            provider: provider(),
        }
    }

    /// The configuration of one client.
    pub(super) fn configuration(&self) -> Result<ClientConfig, OutboundError> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let builder = match &self.verifier {
            // "Dangerous" is what rustls calls any verifier that is handed in; this one goes
            // by the platform's own rules.
            Some(verifier) => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(verifier) as _),
            None => builder.with_root_certificates(RootCertStore::empty()),
        };
        let mut tls = builder.with_no_client_auth();
        tls.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        Ok(tls)
    }
}

fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn unusable(error: rustls::Error) -> OutboundError {
    OutboundError::Tls(error.to_string())
}

/// The certificates of a PEM text, each one fit to be trusted.
fn certificates_in(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut fit = RootCertStore::empty();
    let mut roots = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem) {
        let der = der.map_err(|error| error.to_string())?;
        fit.add(der.clone()).map_err(|error| error.to_string())?;
        roots.push(der);
    }
    if roots.is_empty() {
        return Err("none was found".to_owned());
    }
    Ok(roots)
}
