//! Whom and what an event is about: what the log is searched by. One match says it of every
//! event, and each question takes its part of the answer.

use super::EventKind;
use crate::domain::id::{ClientId, Sid, SubjectId};

/// What an event is about; nothing where it is about none.
#[derive(Clone, Copy, Default)]
struct About<'e> {
    client: Option<&'e ClientId>,
    subject: Option<&'e SubjectId>,
    /// Somebody who had what `subject` has now.
    earlier: Option<&'e SubjectId>,
    sid: Option<&'e Sid>,
    upstream_request: Option<&'e str>,
    /// Whether anybody can cause it without signing in.
    is_anybodys: bool,
}

impl EventKind {
    fn about(&self) -> About<'_> {
        let nothing = About::default();
        match self {
            Self::SignedIn {
                client,
                subject,
                sid,
                ..
            } => About {
                client: Some(client),
                subject: Some(subject),
                sid: Some(sid),
                ..nothing
            },
            Self::UseridChangedHands { from, to, .. } => About {
                subject: Some(to),
                earlier: Some(from),
                ..nothing
            },
            Self::SessionReplaced { sid, subject } => About {
                subject: Some(subject),
                sid: Some(sid),
                ..nothing
            },
            Self::NoLongerVouchedFor {
                subject,
                upstream_request,
                ..
            } => About {
                subject: Some(subject),
                upstream_request: upstream_request.as_deref(),
                ..nothing
            },
            Self::CodeRedeemed {
                client, subject, ..
            }
            | Self::CodeSpoiled { client, subject }
            | Self::CodeReplayed { client, subject }
            | Self::RefreshTokenReused {
                client, subject, ..
            }
            | Self::RefreshFamilyEvicted {
                client, subject, ..
            }
            | Self::GrantRevoked {
                client, subject, ..
            }
            | Self::ConsentGiven {
                client, subject, ..
            }
            | Self::ConsentWithdrawn { client, subject }
            | Self::GrantEnded {
                client, subject, ..
            } => About {
                client: Some(client),
                subject: Some(subject),
                ..nothing
            },
            Self::AccessTokenRevoked { client, subject } => About {
                client: Some(client),
                subject: subject.as_ref(),
                ..nothing
            },
            Self::SessionEnded {
                sid,
                subject,
                client,
                ..
            } => About {
                client: client.as_ref(),
                subject: Some(subject),
                sid: Some(sid),
                ..nothing
            },
            Self::LogoutDelivery {
                client,
                subject,
                sid,
                ..
            } => About {
                client: Some(client),
                subject: Some(subject),
                sid: sid.as_ref(),
                ..nothing
            },
            Self::FailuresCounted {
                client,
                upstream_request,
                ..
            } => About {
                client: client.as_ref(),
                upstream_request: upstream_request.as_deref(),
                is_anybodys: true,
                ..nothing
            },
            Self::OperatorActed { act, .. } => About {
                client: act.client(),
                ..nothing
            },
            Self::KeyStateChanged { .. } | Self::SignedByEnded { .. } => nothing,
        }
    }

    /// The client that it is about, where it is about one.
    #[must_use]
    pub fn client(&self) -> Option<&ClientId> {
        self.about().client
    }

    /// The person that it is about, where it is about one. A userid that changed hands is
    /// about who has it now.
    #[must_use]
    pub fn subject(&self) -> Option<&SubjectId> {
        self.about().subject
    }

    /// Whether it is about that person, in whatever part.
    #[must_use]
    pub fn concerns(&self, person: &SubjectId) -> bool {
        let about = self.about();
        about.subject == Some(person) || about.earlier == Some(person)
    }

    /// The session that it is about, where it is about one.
    #[must_use]
    pub fn sid(&self) -> Option<&Sid> {
        self.about().sid
    }

    /// The upstream's own name of the call behind it: what its support asks for.
    #[must_use]
    pub fn upstream_request(&self) -> Option<&str> {
        self.about().upstream_request
    }

    /// Whether anybody can cause it without signing in: such events share a bounded part of
    /// the log.
    #[must_use]
    pub fn is_anybodys(&self) -> bool {
        self.about().is_anybodys
    }
}
