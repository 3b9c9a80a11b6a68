# The commands of this house; `just` comes from any package manager, or PyPI as rust-just.

# what the gate runs
ci:
    .ci/run

# formatting, lints, documentation, licenses and bans
check:
    cargo fmt --check
    RUSTFLAGS="-D warnings" cargo clippy --locked --all-targets
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
    cargo deny --locked check licenses bans sources

# every test
test:
    tests/run.sh

# simulator, broker and sample application on this machine
demo *arguments:
    cargo run --release -- demo {{arguments}}

# CPU time, latency and memory of each operation, of the profile that is shipped
bench *arguments:
    cargo build --locked --profile dist
    cargo run --locked --release --manifest-path tests/bench/Cargo.toml \
        --target-dir target/bench -- {{arguments}} target/dist/dingpass

# signatures a second beside openssl, and what it costs to know who has fetched which keys
bench-keys:
    cargo bench --locked --profile dist --bench keys
