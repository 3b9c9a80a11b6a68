//! The authorisation request, checked. A request with a fault ends on an error page: nothing is
//! ever redirected before the client and its redirect URL are known to be good.

use url::Url;

use super::super::redirect::registered;
use super::super::state::World;

/// The parameters that a form carries on from the request to the submission.
const CARRIED: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "prompt",
    "state",
    "org_type",
    "corpId",
    "exclusiveLogin",
    "exclusiveCorpId",
];

/// Why nobody can sign in by a request; what the error page says, in two languages.
pub(super) struct Refusal {
    pub(super) chinese: String,
    pub(super) english: String,
}

impl Refusal {
    pub(super) fn new(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        Self {
            chinese: chinese.into(),
            english: english.into(),
        }
    }
}

/// Fields of a query or a form.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let (_, value) = fields.find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The fields of the request itself, for the form to carry on.
    pub(super) fn carried(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| CARRIED.contains(name))
    }

    /// A field of the request that occurs more than once.
    fn repeated(&self) -> Option<&str> {
        self.carried()
            .map(|(name, _)| name)
            .find(|name| self.0.iter().filter(|(key, _)| key == name).count() > 1)
    }
}

/// A request that has been found good.
pub(super) struct AuthRequest {
    pub(super) client_id: String,
    /// The organisation that owns the app.
    pub(super) home_corp: String,
    pub(super) redirect: Url,
    pub(super) state: Option<String>,
    /// The scope has `corpid`: the person picks an organisation.
    pub(super) wants_organisation: bool,
    /// The organisation to offer first, which the person has to belong to.
    pub(super) corp_id: Option<String>,
    /// Only organisations that the person administers.
    pub(super) management: bool,
    /// Only exclusive accounts; of this organisation, if it is named.
    pub(super) exclusive: Option<Option<String>>,
}

impl AuthRequest {
    pub(super) fn check(
        fields: &Fields,
        world: &World,
        exact_redirects: &[String],
    ) -> Result<Self, Refusal> {
        if let Some(name) = fields.repeated() {
            return Err(Refusal::new(
                format!("参数重复：{name}"),
                format!("The parameter {name} occurs more than once."),
            ));
        }
        let required = |name: &str| {
            fields
                .get(name)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Refusal::new(
                        format!("缺少参数：{name}"),
                        format!("The parameter {name} is missing."),
                    )
                })
        };
        let client_id = required("client_id")?;
        let app = world
            .app(client_id)
            .ok_or_else(|| Refusal::new("应用不存在", format!("There is no app {client_id}.")))?;
        let raw = required("redirect_uri")?;
        let redirect = registered(raw, exact_redirects).ok_or_else(|| {
            Refusal::new(
                "redirect_uri 与开发者后台配置的重定向URL不一致",
                format!("The redirect URL {raw} is not registered for the app."),
            )
        })?;
        if required("response_type")? != "code" {
            return Err(Refusal::new(
                "response_type 只支持 code",
                "The parameter response_type can only be code.",
            ));
        }
        let wants_organisation = match required("scope")? {
            "openid" => false,
            "openid corpid" => true,
            _ => {
                return Err(Refusal::new(
                    "scope 只支持 openid 或 openid corpid",
                    "The parameter scope can only be openid, or openid corpid.",
                ));
            }
        };
        // Without it DingTalk's page does not get anywhere; that is worth finding out here.
        if !required("prompt")?.split(' ').any(|word| word == "consent") {
            return Err(Refusal::new(
                "登录异常：prompt 必须是 consent",
                "The parameter prompt has to be consent.",
            ));
        }
        let optional = |name: &str| {
            let value = fields.get(name).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        let corp_id = optional("corpId").filter(|_| wants_organisation);
        if let Some(id) = &corp_id
            && world.directory.organisation(id).is_none()
        {
            return Err(Refusal::new(
                "corpId 指定的组织不存在",
                format!("There is no organisation {id}, which corpId names."),
            ));
        }
        let is_exclusive = fields.get("exclusiveLogin") == Some("true");
        Ok(Self {
            client_id: client_id.to_owned(),
            home_corp: app.corp_id.clone(),
            redirect,
            state: fields.get("state").map(str::to_owned),
            wants_organisation,
            corp_id,
            management: wants_organisation && fields.get("org_type") == Some("management"),
            exclusive: is_exclusive.then(|| optional("exclusiveCorpId")),
        })
    }
}
