//! The origins whose script may call us: those of the clients, as browsers write them.

use std::collections::HashSet;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue};

use crate::domain::client::Clients;

/// The origins of all clients, as browsers write them.
#[derive(Clone, Debug, Default)]
pub struct ClientOrigins(HashSet<String>);

impl ClientOrigins {
    /// Those of these clients.
    #[must_use]
    pub fn of(clients: &Clients) -> Self {
        let origins = clients.iter().flat_map(|client| &client.cors_origins);
        Self(origins.cloned().collect())
    }

    /// The origin of a request as it goes back, if it is a client's.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut written = headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (written.next(), written.next()) else {
            return None;
        };
        let known = origin.to_str().is_ok_and(|text| self.0.contains(text));
        known.then(|| origin.clone())
    }
}
