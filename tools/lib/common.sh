# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts in tools/: source it, then use the functions below.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Another python3 in PATH may not see the modules that the distribution installs.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3
PROGRAM=${0##*/}

say() { printf '%s: %s\n' "$PROGRAM" "$*"; }
warn() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }
die() { warn "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Print the comment block at the head of the calling script as its help text.
show_help() { sed -n '3,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

bad_option() { warn "unknown option '$1'"; show_help >&2; exit 2; }

# Value of an option that needs one: option_value --version "$@"
option_value() { [ $# -ge 2 ] && [ -n "$2" ] || die "$1 needs a value"; printf '%s' "$2"; }
