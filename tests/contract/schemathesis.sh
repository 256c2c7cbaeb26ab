#!/usr/bin/env bash
# Asks a running service everything that its OpenAPI document allows, and much that it does not,
# and compares the answers with the document.
#
#   tests/contract/schemathesis.sh BASE_URL KEY
#
# KEY is a key of the department. The service should hold throw-away data: records are written and
# deleted. Needs Schemathesis 4 (`pip install schemathesis`); ST names its program where that is not
# on the PATH. BUDGET is the time in seconds for the long run; SEED makes a run repeatable.
set -euo pipefail

base=${1:?usage: schemathesis.sh BASE_URL KEY}
key=${2:?usage: schemathesis.sh BASE_URL KEY}
st=${ST:-st}
budget=${BUDGET:-180}
seed=${SEED:-2016}

# Reports and example databases are for people who look into a failure, not for the source tree.
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT

common=(
    "$base/openapi.json"
    --url "$base"
    --header "Authorization: Bearer $key"
    --seed "$seed"
    --generation-database none
    --suppress-health-check all
    --request-timeout 20
    --continue-on-failure
    --warnings off
    --no-color
    # A run must not take away the key that it works with.
    --exclude-operation-id-regex '^(revoke|replace|update|delete)_key$'
)

# Every operation, every phase.
"$st" run "${common[@]}" --max-time "$budget" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method

# Writing without a key, or with a wrong one. Reading is left out: whether it needs a key is a setting. Two questions are
# read by POST, as they are too long for an address.
"$st" run "${common[@]}" --include-method POST --include-method PUT --include-method PATCH --include-method DELETE \
    --exclude-operation-id compute_what_if --exclude-operation-id choose_next_sites \
    --phases examples,coverage --mode positive --max-examples 5 --checks ignored_auth
