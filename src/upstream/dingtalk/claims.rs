//! From the directory's entry to a profile. Mail and mobile come from the organisation's
//! directory alone, with the flag of where they stand.

use serde_json::Value;

use super::api::Me;
use super::display::{portrait, shown};
use super::settings::{Settings, UsernameSource};
use super::wire::{as_integer, boolean, integer, list, text, verbatim};
use crate::domain::identity::{Phone, Profile};

/// Departments that are kept of one person, and roles as many.
const MOST_GROUPS: usize = 200;

/// China's country calling code: the directory's default.
const CHINA: &str = "86";

pub(super) fn profile(settings: &Settings, me: Me, userid: String, employee: &Value) -> Profile {
    let org_email =
        verbatim(employee, &["org_email", "orgEmail"]).filter(|mail| is_one_address(mail));
    let job_number = text(employee, &["job_number", "jobNumber"]).and_then(|number| shown(&number));
    let preferred_username = match settings.preferred_username {
        UsernameSource::UserId => Some(userid.clone()),
        UsernameSource::JobNumber => job_number.clone(),
        UsernameSource::OrgEmail => org_email.clone(),
        UsernameSource::OrgEmailLocalPart => org_email
            .as_deref()
            .and_then(|mail| mail.split('@').next())
            .map(str::to_owned),
    };
    let departments = numbers(
        list(employee, "dept_id_list")
            .iter()
            .filter_map(as_integer)
            .collect(),
    );
    let roles = numbers(
        list(employee, "role_list")
            .iter()
            .filter_map(|role| integer(role, &["id"]))
            .collect(),
    );
    Profile {
        name: text(employee, &["name"]).and_then(|name| shown(&name)),
        nickname: me.nick.and_then(|nick| shown(&nick)),
        picture: text(employee, &["avatar"])
            .or(me.avatar_url)
            .and_then(|address| portrait(&address)),
        preferred_username,
        org_email,
        other_email: verbatim(employee, &["email"]).filter(|mail| is_one_address(mail)),
        phone: phone(employee),
        // What can't be read counts as exclusive: its number was proved by nobody.
        exclusive: boolean(employee, "exclusive_account").unwrap_or(true),
        title: text(employee, &["title"]).and_then(|title| shown(&title)),
        job_number,
        departments,
        roles,
        userid,
        unionid: me.union_id,
        corp: settings.corp_id.clone(),
        locale: settings.locale.clone(),
        zoneinfo: settings.zoneinfo.clone(),
    }
}

/// Numbers in order, each once. More than any person has are cut off: they would swell the
/// tokens of everybody who put them there.
fn numbers(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() > MOST_GROUPS {
        tracing::warn!(
            count = numbers.len(),
            kept = MOST_GROUPS,
            "too many departments or roles for one person"
        );
        numbers.truncate(MOST_GROUPS);
    }
    numbers
}

/// `mobile` and `state_code` as one number. Masked numbers (`155****3240`) are none.
fn phone(employee: &Value) -> Option<Phone> {
    let mobile = text(employee, &["mobile"])?;
    let country = text(employee, &["state_code", "stateCode"]).map_or_else(
        || CHINA.to_owned(),
        |code| code.trim_start_matches('+').to_owned(),
    );
    let national = mobile
        .strip_prefix(&format!("+{country}"))
        .unwrap_or(&mobile)
        .trim_start_matches('-')
        .replace(['-', ' '], "");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // E.164: at most 15 digits in all, the country's first one never a zero.
    let plausible = digits(&country)
        && digits(&national)
        && !country.starts_with('0')
        && (5..=15).contains(&(country.len() + national.len()));
    plausible.then_some(Phone { country, national })
}

/// One mailbox in plain form. Relying parties cut addresses apart at the `@` to decide who
/// somebody is, so anything unusual is no address.
fn is_one_address(mail: &str) -> bool {
    let Some((local, domain)) = mail.split_once('@') else {
        return false;
    };
    let plain = |text: &str, more: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    mail.len() <= 254
        && plain(local, "!#$%&'*+-/=?^_`{|}~.")
        && plain(domain, ".-")
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
}
