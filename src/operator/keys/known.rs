//! What is known of the clients: whether each has a key. A running server knows it from the
//! requests of this very moment; without one, what it wrote down last is read.

use std::collections::HashMap;
use std::sync::Arc;

use super::Standing;
use crate::clock::Timestamp;
use crate::domain::client::{Client, Clients};
use crate::domain::id::ClientId;
use crate::domain::readiness::ClientReadiness;
use crate::protocol::key_adoption::{self, KeyAdoption};
use crate::store::{KeyReadiness, StoreError};

/// Where it is known from.
#[derive(Clone)]
pub enum Knowledge {
    /// The server that runs.
    Running(Arc<KeyAdoption>),
    /// What a server wrote down.
    AtRest(Arc<dyn KeyReadiness>),
}

/// What is known at one moment.
pub(super) struct Known {
    clients: HashMap<ClientId, ClientReadiness>,
    is_complete: bool,
}

impl Knowledge {
    /// Whether no server is asked.
    pub(super) const fn is_at_rest(&self) -> bool {
        match self {
            Self::Running(_) => false,
            Self::AtRest(_) => true,
        }
    }

    /// What is known now.
    pub(super) async fn look(&self, clients: &Clients) -> Result<Known, StoreError> {
        let known: Vec<ClientReadiness> = match self {
            Self::Running(adoption) => clients
                .iter()
                .map(|client| adoption.of(&client.id))
                .collect(),
            Self::AtRest(store) => store.load_readiness().await?,
        };
        let by_client = known.into_iter().map(|it| (it.client.clone(), it));
        Ok(Known {
            clients: by_client.collect(),
            is_complete: match self {
                Self::Running(adoption) => adoption.is_recalled(),
                Self::AtRest(_) => true,
            },
        })
    }
}

impl Known {
    /// What is known of a client.
    pub(super) fn of(&self, client: &ClientId) -> Option<&ClientReadiness> {
        self.clients.get(client)
    }

    /// Whether what was known before this process is part of it. Else "unknown" says nothing.
    pub(super) const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether a client has a key; of one that is yet to be made nobody has heard.
    pub(super) fn standing(&self, client: &Client, kid: Option<&str>, now: Timestamp) -> Standing {
        let Some(known) = self.of(&client.id) else {
            return Standing::Unknown;
        };
        // No key has an empty name.
        key_adoption::standing(known, kid.unwrap_or(""), now)
    }
}
