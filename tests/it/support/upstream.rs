//! A second upstream beside `acme`: another application of the same simulated organisation.

/// Its section, for `Plan::more`; without a name of its own it is shown by its id.
pub(crate) fn upstream_beside(id: &str, name: Option<&str>) -> String {
    let name = name.map_or_else(String::new, |name| format!("name = \"{name}\"\n"));
    format!(
        r#"
[[upstream]]
id = "{id}"
kind = "dingtalk"
{name}client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "{{sim}}"
api_base_url = "{{sim}}"
oapi_base_url = "{{sim}}"
"#
    )
}
