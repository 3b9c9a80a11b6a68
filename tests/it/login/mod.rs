//! The first login, as an independent relying party sees it.

mod first_login;
