//! The first login, as an independent relying party sees it.

mod algorithms;
mod first_login;
