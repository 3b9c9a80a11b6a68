//! All organisations together: reading the people file, and finding someone in it.

use serde::{Deserialize, Serialize};

use super::SettingsError;
use super::app::{App, is_permission};
use super::organisation::Organisation;
use super::person::Person;

/// The people there are without a people file; in the same form as one.
const BUILT_IN: &str = include_str!("people.json");

/// A people file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
    organisations: Vec<Organisation>,
    #[serde(default)]
    apps: Vec<App>,
}

/// All organisations, and the accounts of people who were removed.
#[derive(Debug, Serialize)]
pub(super) struct Directory {
    pub(super) organisations: Vec<Organisation>,
    /// Whoever is deleted from an organisation keeps the DingTalk account: a token that was
    /// issued before still says who they are.
    #[serde(skip)]
    departed: Vec<Person>,
}

impl Directory {
    /// The directory and the apps of a people file, or the built-in ones.
    pub(super) fn read(text: Option<&str>) -> Result<(Self, Vec<App>), SettingsError> {
        let file: PeopleFile = serde_json::from_str(text.unwrap_or(BUILT_IN)).map_err(|error| {
            let text = error.to_string();
            let reason = text
                .rsplit_once(" at line ")
                .map_or(text.as_str(), |(reason, _)| reason);
            SettingsError::Syntax {
                line: error.line(),
                column: error.column(),
                reason: reason.to_owned(),
            }
        })?;
        let mut directory = Self {
            organisations: file.organisations,
            departed: Vec::new(),
        };
        for organisation in &mut directory.organisations {
            organisation.complete();
        }
        let mut apps = file.apps;
        if apps.is_empty() {
            let home = directory
                .organisation("dingsimcorp")
                .or(directory.organisations.first());
            let both = |corp_id: &str| [App::ordinary(corp_id), App::third_party(corp_id)];
            apps.extend(home.into_iter().flat_map(|home| both(&home.corp_id)));
        }
        match directory.fault(&apps) {
            Some(fault) => Err(SettingsError::Contradiction(fault)),
            None => Ok((directory, apps)),
        }
    }

    fn fault(&self, apps: &[App]) -> Option<String> {
        if self.organisations.is_empty() {
            return Some("there is no organisation".to_owned());
        }
        for (position, organisation) in self.organisations.iter().enumerate() {
            if let Some(fault) = organisation.fault() {
                return Some(fault);
            }
            let earlier = self.organisations.iter().take(position);
            if earlier
                .map(|one| &one.corp_id)
                .any(|id| *id == organisation.corp_id)
            {
                return Some(format!("corp_id {} occurs twice", organisation.corp_id));
            }
        }
        for (position, app) in apps.iter().enumerate() {
            let id = &app.client_id;
            let Some(home) = self.organisation(&app.corp_id) else {
                return Some(format!(
                    "app {id}: there is no organisation {}",
                    app.corp_id
                ));
            };
            if apps.iter().take(position).any(|one| one.client_id == *id) {
                return Some(format!("app {id} occurs twice"));
            }
            if let Some(code) = app.permissions.iter().find(|code| !is_permission(code)) {
                return Some(format!("app {id}: there is no permission {code}"));
            }
            let customers = app.suite.iter().flat_map(|suite| &suite.customers);
            if let Some(corp) = customers
                .into_iter()
                .find(|corp| self.organisation(corp).is_none())
            {
                return Some(format!("app {id}: there is no organisation {corp}"));
            }
            let mut visible = app.visible_departments.iter();
            if let Some(dept) = visible.find(|dept| home.department(**dept).is_none()) {
                return Some(format!("app {id}: there is no department {dept}"));
            }
        }
        None
    }

    pub(super) fn organisation(&self, corp_id: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|one| one.corp_id == corp_id)
    }

    pub(super) fn organisation_mut(&mut self, corp_id: &str) -> Option<&mut Organisation> {
        self.organisations
            .iter_mut()
            .find(|one| one.corp_id == corp_id)
    }

    /// Everyone with the organisation they are in, in the file's order.
    pub(super) fn everyone(&self) -> impl Iterator<Item = (&Organisation, &Person)> {
        self.organisations
            .iter()
            .flat_map(|home| home.people.iter().map(move |person| (home, person)))
    }

    /// Someone by `userid` (the first organisation that knows it wins) or `corp_id/userid`.
    pub(super) fn by_key(&self, key: &str) -> Option<(&Organisation, &Person)> {
        match key.split_once('/') {
            Some((corp_id, userid)) => {
                let home = self.organisation(corp_id)?;
                Some((home, home.person(userid)?))
            }
            None => self.everyone().find(|(_, person)| person.userid == key),
        }
    }

    /// How the login form names someone: the shortest form that [`Self::by_key`] understands.
    pub(super) fn key_of(&self, home: &Organisation, person: &Person) -> String {
        match self.by_key(&person.userid) {
            Some((first, _)) if first.corp_id == home.corp_id => person.userid.clone(),
            _ => format!("{}/{}", home.corp_id, person.userid),
        }
    }

    /// The DingTalk account with this unionid, whether or not any organisation still has it.
    pub(super) fn account(&self, unionid: &str) -> Option<&Person> {
        self.everyone()
            .map(|(_, person)| person)
            .chain(self.departed.iter().rev())
            .find(|person| person.unionid == unionid)
    }

    /// The organisations whose employee this unionid is.
    pub(super) fn employers(&self, unionid: &str) -> Vec<&Organisation> {
        self.everyone()
            .filter(|(_, person)| person.unionid == unionid && person.is_employee())
            .map(|(home, _)| home)
            .collect()
    }

    /// Takes someone out of an organisation; false when there was nobody.
    pub(super) fn remove(&mut self, corp_id: &str, userid: &str) -> bool {
        let Some(home) = self.organisation_mut(corp_id) else {
            return false;
        };
        let Some(position) = home.people.iter().position(|one| one.userid == userid) else {
            return false;
        };
        let person = home.people.remove(position);
        self.departed.retain(|one| one.unionid != person.unionid);
        self.departed.push(person);
        true
    }
}
