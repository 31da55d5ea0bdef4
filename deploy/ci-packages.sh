#!/usr/bin/env bash
# Debian packages that tests use: kcat, prometheus (with promtool), the shells whose completion is tried, and
# Chromium, in which the explorer's page is tried.
# Does nothing where they are; without root or apt it says what is missing and goes on, and those tests then say so.
set -euo pipefail
missing=()
command -v kcat >/dev/null || missing+=(kcat)
command -v prometheus >/dev/null && command -v promtool >/dev/null || missing+=(prometheus)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
command -v chromium >/dev/null || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]} (as root on Debian: apt-get install ${missing[*]})" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
install_missing() {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
echo "Installing ${missing[*]} with apt"
install_missing || { sleep 5; install_missing; }
