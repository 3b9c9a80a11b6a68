//! The authorization_code grant. A code is bound to client, redirect_uri, PKCE challenge and
//! session; each wrong one alone is refused. Another client's attempt leaves the code
//! unspent; a wrong proof by its own client spends it; a second redemption revokes what came
//! of the first.

use super::Token;
use super::refusal::TokenRefusal;
use super::request::CodeRequest;
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::code::{AuthorizationCode, CodeState};
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::grant::{Bond, Grant};
use crate::domain::grant_type::GrantType;
use crate::domain::id::GrantId;
use crate::domain::secret::Digest;
use crate::protocol::Correlation;
use crate::protocol::client_auth::AuthenticatedClient;
use crate::protocol::issue::{Entitlement, IssuedTokens};
use crate::store::{Redeemed, Redemption};

impl Token {
    pub(super) async fn redeem(
        &self,
        client: &AuthenticatedClient,
        request: &CodeRequest,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let client = client.client();
        let digest = Digest::of(&request.code);
        let code = self
            .parts
            .codes
            .find_code(&digest)
            .await?
            .ok_or(TokenRefusal::UnknownCode)?;
        if code.client != client.id {
            return Err(TokenRefusal::ForeignCode);
        }
        let event = |kind| AuditEvent {
            at: now.as_millis(),
            correlation: correlation.0.clone(),
            kind,
        };
        let replayed = event(EventKind::CodeReplayed {
            client: client.id.clone(),
            subject: code.subject.clone(),
        });
        let signer = self.parts.mint.signer_for(client)?;
        let proof = prove(&code, request);
        let mut refresh_token = None;
        let redemption = match &proof {
            Ok(()) => {
                let mut grant = self.new_grant(&code, client, signer.kid(), now);
                let family = client
                    .may_use(GrantType::RefreshToken)
                    .then(|| self.new_family(client, &mut grant, now));
                let (family, token) = family.unzip();
                refresh_token = token;
                Redemption::Granted {
                    event: event(EventKind::CodeRedeemed {
                        client: client.id.clone(),
                        subject: code.subject.clone(),
                        grant: grant.id.clone(),
                    }),
                    grant: Box::new(grant),
                    family: family.map(Box::new),
                }
            }
            Err(_) => Redemption::Spoiled {
                event: event(EventKind::CodeSpoiled {
                    client: client.id.clone(),
                    subject: code.subject.clone(),
                }),
            },
        };
        let grant_id = match &redemption {
            Redemption::Granted { grant, .. } => Some(grant.id.clone()),
            Redemption::Spoiled { .. } => None,
        };
        let redeemed = if code.is_expired(now) && code.state == CodeState::Unspent {
            Redeemed::Unknown
        } else {
            self.parts
                .codes
                .redeem_code(digest, client.id.clone(), redemption, replayed, now)
                .await?
        };
        match redeemed {
            Redeemed::Fresh => {}
            Redeemed::Replayed => return Err(TokenRefusal::ReplayedCode),
            Redeemed::Ended => return Err(TokenRefusal::EndedSession),
            Redeemed::Unknown => return Err(TokenRefusal::UnknownCode),
        }
        proof?;
        let found = match grant_id {
            Some(id) => self.parts.grants.find_grant(&id).await?,
            None => None,
        };
        let found = found.ok_or(TokenRefusal::UnknownCode)?;
        // The act has decided. A replay that came since has revoked the grant, and these tokens
        // are dead before they arrive.
        let subject = found.subject.ok_or(TokenRefusal::EndedSession)?;
        let entitlement = Entitlement {
            client,
            subject: &subject,
            auth_time: Timestamp::from_millis(code.auth_time),
            grant: &found.grant,
            scope: &found.grant.scope,
            nonce: code.nonce.as_deref(),
        };
        Ok(IssuedTokens {
            refresh_token,
            ..self.parts.mint.issue(&entitlement, signer.as_ref(), now)?
        })
    }

    fn new_grant(
        &self,
        code: &AuthorizationCode,
        client: &Client,
        kid: &str,
        now: Timestamp,
    ) -> Grant {
        Grant {
            id: GrantId::mint(self.parts.entropy.as_ref()),
            client: code.client.clone(),
            subject: code.subject.clone(),
            sid: code.sid.clone(),
            // What the operator took from the client since is gone.
            scope: code.scope.intersection(&client.scope),
            claims: code.claims.clone(),
            auth_time: code.auth_time,
            bond: Bond::Session,
            family: None,
            created_at: now.as_millis(),
            expires_at: self.parts.mint.tokens_until(now).as_millis(),
            revoked_at: None,
            id_token_kid: kid.to_owned(),
            id_token_at: now.as_millis(),
        }
    }
}

/// The proofs that a code demands of its own client.
fn prove(code: &AuthorizationCode, request: &CodeRequest) -> Result<(), TokenRefusal> {
    if request.redirect_uri != code.redirect_uri {
        return Err(TokenRefusal::WrongRedirectUri);
    }
    match (&code.code_challenge, &request.code_verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
        // A verifier without a challenge is a sign of a request that was tampered with
        // (RFC 9700 section 2.1.1).
        (Some(_), _) | (None, Some(_)) => Err(TokenRefusal::WrongVerifier),
    }
}
