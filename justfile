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

# start, memory and CPU time per operation, of the profile that is shipped
bench *arguments:
    cargo build --profile dist
    tests/bench/figures.py target/dist/dingpass {{arguments}}
