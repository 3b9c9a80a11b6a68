//! An organisation: departments, roles and people, and what must hold between them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::app::derived;
use super::department::Department;
use super::person::{Person, ROOT};

/// One organisation ("corp").
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub(super) corp_id: String,
    pub(super) name: String,
    /// The secret of its administration console (SSOSecret); without one, nobody signs in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sso_secret: Option<String>,
    pub(super) departments: Vec<Department>,
    #[serde(default)]
    pub(super) role_groups: Vec<RoleGroup>,
    #[serde(default)]
    pub(super) people: Vec<Person>,
}

/// A named group of roles.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleGroup {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
}

/// A role; people hold it by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) id: i64,
    pub(super) name: String,
}

impl Organisation {
    /// The person with this userid, leavers and external contacts included.
    pub(super) fn person(&self, userid: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.userid == userid)
    }

    /// The employee with this userid.
    pub(super) fn employee(&self, userid: &str) -> Option<&Person> {
        self.person(userid).filter(|person| person.is_employee())
    }

    pub(super) fn department(&self, dept_id: i64) -> Option<&Department> {
        self.departments.iter().find(|one| one.dept_id == dept_id)
    }

    /// The departments directly below this one.
    pub(super) fn below(&self, dept_id: i64) -> impl Iterator<Item = &Department> {
        self.departments
            .iter()
            .filter(move |one| one.parent_id == Some(dept_id))
    }

    /// The employees who are members of this very department.
    pub(super) fn direct_members(&self, dept_id: i64) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |one| one.is_employee() && one.departments.contains(&dept_id))
    }

    /// The department and all above it, itself first and the root last.
    pub(super) fn ancestry(&self, dept_id: i64) -> Vec<i64> {
        let mut path = Vec::new();
        let mut next = self.department(dept_id);
        while let Some(here) = next
            && !path.contains(&here.dept_id)
        {
            path.push(here.dept_id);
            next = here.parent_id.and_then(|parent| self.department(parent));
        }
        path
    }

    /// The group and the role with this id.
    pub(super) fn role(&self, id: i64) -> Option<(&RoleGroup, &Role)> {
        self.role_groups.iter().find_map(|group| {
            let role = group.roles.iter().find(|role| role.id == id)?;
            Some((group, role))
        })
    }

    /// Gives everyone an explicit unionid.
    pub(super) fn complete(&mut self) {
        for person in &mut self.people {
            if person.unionid.is_empty() {
                person.unionid = default_unionid(&self.corp_id, &person.userid);
            }
        }
    }

    /// What contradicts itself in the organisation, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let corp = &self.corp_id;
        if corp.is_empty() || !corp.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            return Some(format!("corp_id {corp:?} is not letters and digits"));
        }
        let mut departments = HashSet::new();
        for department in &self.departments {
            let id = department.dept_id;
            if !departments.insert(id) {
                return Some(format!("{corp}: department {id} occurs twice"));
            }
            if self.ancestry(id).last() != Some(&ROOT)
                || (id == ROOT) != department.parent_id.is_none()
            {
                return Some(format!(
                    "{corp}: department {id} does not lie below department {ROOT}"
                ));
            }
        }
        if !departments.contains(&ROOT) {
            return Some(format!("{corp}: there is no department {ROOT}"));
        }
        let mut userids = HashSet::new();
        let mut unionids = HashSet::new();
        for person in &self.people {
            if !userids.insert(&person.userid) {
                return Some(format!("{corp}: userid {} occurs twice", person.userid));
            }
            if !unionids.insert(&person.unionid) {
                return Some(format!("{corp}: unionid {} occurs twice", person.unionid));
            }
            if let Some(fault) = self.fault_of(person) {
                return Some(format!("{corp}/{}: {fault}", person.userid));
            }
        }
        None
    }

    /// What is wrong with a person as a member of this organisation, if anything.
    pub(super) fn fault_of(&self, person: &Person) -> Option<String> {
        if let Some(fault) = person.fault() {
            return Some(fault);
        }
        if let Some(id) = person
            .departments
            .iter()
            .find(|id| self.department(**id).is_none())
        {
            return Some(format!("there is no department {id}"));
        }
        if let Some(id) = person
            .leader_in
            .iter()
            .find(|id| !person.departments.contains(id))
        {
            return Some(format!("leads department {id} without being in it"));
        }
        if let Some(one) = person
            .positions
            .iter()
            .find(|one| !person.departments.contains(&one.dept_id))
        {
            return Some(format!(
                "has a position in department {} without being in it",
                one.dept_id
            ));
        }
        if let Some(id) = person.roles.iter().find(|id| self.role(**id).is_none()) {
            return Some(format!("there is no role {id}"));
        }
        None
    }
}

/// The unionid of someone for whom no file states one.
pub(super) fn default_unionid(corp_id: &str, userid: &str) -> String {
    derived(&["unionid", corp_id, userid])
}
