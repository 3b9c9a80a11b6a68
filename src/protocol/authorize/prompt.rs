//! `prompt` (OIDC Core section 3.1.2.1).

/// What `prompt` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// `none`
    pub(super) silent: bool,
    /// `login` or `select_account`: DingTalk's page offers both at once.
    pub(super) fresh: bool,
    /// `consent`
    pub(super) consent: bool,
}

impl Prompt {
    /// Parses the space-separated list; nothing for an unknown value, or `none` beside
    /// another one.
    pub(super) fn parse(list: Option<&str>) -> Option<Self> {
        let mut prompt = Self::default();
        let mut others = false;
        for value in list
            .unwrap_or_default()
            .split(' ')
            .filter(|v| !v.is_empty())
        {
            match value {
                "none" => prompt.silent = true,
                "login" | "select_account" => {
                    prompt.fresh = true;
                    others = true;
                }
                "consent" => {
                    prompt.consent = true;
                    others = true;
                }
                _ => return None,
            }
        }
        (!(prompt.silent && others)).then_some(prompt)
    }
}
