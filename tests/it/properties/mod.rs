//! The parsers, whatever comes: no panic, nothing lost, nothing made up.

#![cfg(test)]

mod form;
mod redirect_uri;
mod scope;
