//! The door. The process-wide cryptography is chosen here, before anything can ask for it.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Both fail only when a provider was chosen before, which nothing can have done.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    dingpass::cli::run()
}
