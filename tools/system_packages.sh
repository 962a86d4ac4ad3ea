#!/usr/bin/env bash
# Install the Debian packages that the tests use. Without root or sudo: name what is missing; those tests then
# skip out loud (tests/conftest.py prints why).
set -u
declare -A needed=([chromium]=chromium [espeak-ng]=espeak-ng [flite]=flite [turnserver]=coturn [pdftoppm]=poppler-utils)
missing=()
for program in "${!needed[@]}"; do
  command -v "$program" >/dev/null 2>&1 || missing+=("${needed[$program]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ]; then as_root=(); elif sudo -n true 2>/dev/null; then as_root=(sudo -n); else
  echo "Missing Debian packages: ${missing[*]}. The tests that need them are skipped; install them with apt-get."
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq >/dev/null &&
  "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null ||
  echo "apt-get could not install: ${missing[*]}. The tests that need them are skipped."
exit 0
