//! The DingTalk simulator, over real HTTP: what it promises of DingTalk's behaviour, one rule a
//! test. "Section" in these files is a section of the project's notes on DingTalk.

// Says to the lints that helpers are test code too, not only the functions marked as tests.
#![cfg(test)]

mod apps;
mod console;
mod control;
mod departments;
mod dialects;
mod directory;
mod faults;
mod form;
mod identity;
mod limits;
mod login;
mod people_file;
mod redirects;
mod roles;
mod support;
mod third_party;
mod tickets;
mod tokens;
