//! The refresh_token grant (RFC 6749 section 6, OIDC Core section 12), with rotation
//! (RFC 9700 section 4.14.2). The act in the store decides; what is looked at before it only
//! spares a write, and a request that is refused before it spends nothing. A refresh is no
//! sign of a person: it never prolongs the session.

use super::Token;
use super::refusal::TokenRefusal;
use super::request::RefreshRequest;
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::family::{Presented, RefreshFamily, RefreshToken};
use crate::domain::grant::{Bond, Grant};
use crate::domain::id::FamilyId;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::standing::{refreshable, standing};
use crate::keyring::{open_successor, seal_successor};
use crate::protocol::Correlation;
use crate::protocol::client_auth::AuthenticatedClient;
use crate::protocol::issue::{Entitlement, IssuedTokens};
use crate::store::{Rotated, Rotation};

impl Token {
    pub(super) async fn refresh(
        &self,
        client: &AuthenticatedClient,
        request: &RefreshRequest,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let client = client.client();
        let presented = &request.token;
        let found = self
            .parts
            .families
            .find_family(presented.family())
            .await?
            .ok_or(TokenRefusal::UnknownRefreshToken)?;
        if found.family.client != client.id {
            return Err(TokenRefusal::ForeignRefreshToken);
        }
        let before = &found.context;
        refreshable(
            &before.grant,
            before.session.as_ref(),
            before.subject.as_ref(),
            &self.parts.lifetimes,
            now,
        )
        .map_err(|_| TokenRefusal::EndedSignIn)?;
        let digest = presented.digest();
        let grace = self.parts.lifetimes.refresh_grace;
        let is_spent = found.family.recognise(&digest, grace, now) == Presented::Spent;
        // A thief's mistake elsewhere must not hide that the token was exchanged before.
        let scope = narrowed(&before.grant.scope, client, request.scope.as_ref());
        let scope = match scope {
            Err(refusal) if !is_spent => return Err(refusal),
            checked => checked,
        };
        let successor = RefreshToken::mint(presented.family().clone(), self.parts.entropy.as_ref());
        let signer = self.parts.mint.signer_for(client)?;
        let has_id_token = scope
            .as_ref()
            .is_ok_and(|scope| scope.contains(Scope::Openid));
        let rotated = self
            .parts
            .families
            .rotate_refresh_token(Rotation {
                family: presented.family().clone(),
                client: client.id.clone(),
                presented: digest,
                successor: successor.digest(),
                sealed: seal_successor(presented.as_str(), successor.as_str())?,
                id_token_kid: has_id_token.then(|| signer.kid().to_owned()),
                tokens_until: self.parts.mint.tokens_until(now),
                lifetimes: self.parts.lifetimes,
                reused: AuditEvent {
                    at: now.as_millis(),
                    correlation: correlation.0.clone(),
                    kind: EventKind::RefreshTokenReused {
                        client: client.id.clone(),
                        subject: found.family.subject.clone(),
                        grant: found.family.grant.clone(),
                    },
                },
                now,
            })
            .await?;
        let (context, refresh_token) = match rotated {
            Rotated::Fresh(context) => (context, successor),
            Rotated::Repeated { sealed, context } => {
                let same = open_successor(presented.as_str(), &sealed)
                    .and_then(|text| RefreshToken::parse(&text))
                    .ok_or(TokenRefusal::UnknownRefreshToken)?;
                (context, same)
            }
            Rotated::Reused => return Err(TokenRefusal::ReusedRefreshToken),
            Rotated::Ended => return Err(TokenRefusal::EndedSignIn),
            Rotated::Expired => return Err(TokenRefusal::ExpiredRefreshToken),
            Rotated::Unknown => return Err(TokenRefusal::UnknownRefreshToken),
        };
        let scope = scope?;
        let subject = standing(
            &context.grant,
            context.session.as_ref(),
            context.subject.as_ref(),
        )
        .map_err(|_| TokenRefusal::EndedSignIn)?;
        let entitlement = Entitlement {
            client,
            subject,
            auth_time: Timestamp::from_millis(context.grant.auth_time),
            grant: &context.grant,
            scope: &scope,
            // OIDC Core section 12.2: a refreshed ID Token should have none.
            nonce: None,
        };
        Ok(IssuedTokens {
            refresh_token: Some(refresh_token),
            ..self.parts.mint.issue(&entitlement, signer.as_ref(), now)?
        })
    }

    /// The refresh tokens that begin with `grant`, which is bound to them.
    pub(super) fn new_family(
        &self,
        client: &Client,
        grant: &mut Grant,
        now: Timestamp,
    ) -> (RefreshFamily, RefreshToken) {
        let id = FamilyId::mint(self.parts.entropy.as_ref());
        let token = RefreshToken::mint(id.clone(), self.parts.entropy.as_ref());
        grant.family = Some(id.clone());
        grant.bond = bond(&grant.scope, client);
        let mut family = RefreshFamily {
            id,
            grant: grant.id.clone(),
            client: grant.client.clone(),
            subject: grant.subject.clone(),
            sid: grant.sid.clone(),
            bond: grant.bond,
            created_at: now.as_millis(),
            rotated_at: now.as_millis(),
            current: token.digest(),
            previous: None,
            keep_until: 0,
            look_at: 0,
        };
        family.keep_until = family.ends(&self.parts.lifetimes).as_millis();
        family.look_at = family.keep_until;
        (family, token)
    }
}

/// OIDC Core section 11: what is granted by `offline_access` is good while the person is away.
fn bond(scope: &Scopes, client: &Client) -> Bond {
    if !scope.contains(Scope::OfflineAccess) {
        Bond::Session
    } else if client.offline_access_outlives_logout {
        Bond::Offline
    } else {
        Bond::OfflineUntilLogout
    }
}

/// RFC 6749 section 6: less may be asked for, never more. What the operator took from the
/// client since is gone.
fn narrowed(
    granted: &Scopes,
    client: &Client,
    asked: Option<&Scopes>,
) -> Result<Scopes, TokenRefusal> {
    let most = granted.intersection(&client.scope);
    match asked {
        None => Ok(most),
        Some(asked) if asked.is_empty() || !asked.is_within(granted) => Err(TokenRefusal::Scope),
        Some(asked) => Ok(most.intersection(asked)),
    }
}
