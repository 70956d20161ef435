#!/bin/sh
# Installs from Debian's packages what some tests need and pip does not bring, where it is missing and root allows: Node
# for the clients of tests/graphql, Prometheus for ops/dashboards, HAProxy for compose.yaml, and Chromium for tests that are
# marked `browser`. Where it cannot, those tests are skipped, and this says so; with CI set they fail instead.
set -u

missing=""
{ command -v node && command -v npm; } >/dev/null 2>&1 || missing="nodejs npm"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
command -v haproxy >/dev/null 2>&1 || [ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
if grep -rqs "mark.browser" tests --include='*.py'; then
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests, from Debian's packages: $missing"
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "############################################################################################" >&2
echo "## MISSING, and not installable here: $missing. The tests that need them will be SKIPPED." >&2
echo "############################################################################################" >&2
