# `just` lists what there is to do here.

set shell := ["bash", "-euo", "pipefail", "-c"]

# What there is to do.
list:
    @just --list --unsorted

# The quick look while writing: does it compile?
check:
    cargo check --all-targets

# Every test; those on PostgreSQL are skipped, with a line, where it is not installed.
test *args:
    cargo test {{ args }}

# Every test, and PostgreSQL must be there.
test-pg *args:
    CI=true cargo test {{ args }}

# Format, lints, documentation, and (where installed) licences and unused dependencies.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --document-private-items
    if command -v cargo-deny >/dev/null; then cargo deny check; else echo "skipped: cargo-deny is not installed"; fi
    if command -v cargo-shear >/dev/null; then cargo shear; else echo "skipped: cargo-shear is not installed"; fi

# Writes openapi/openapi.json anew from the code.
bless:
    cargo build -q
    cargo run -q -- openapi > target/openapi.json
    mv target/openapi.json openapi/openapi.json
    git diff --stat -- openapi

# The benches with a stated target.
bench *args:
    cargo bench --benches {{ args }}

# Asks a running service everything that its contract allows: just contract http://127.0.0.1:8080 KEY
contract base key:
    tests/contract/schemathesis.sh {{ base }} {{ key }}

# All that a change must pass, from packages to a clean tree.
ci:
    .ci/run
