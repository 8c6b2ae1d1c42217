# SPDX-License-Identifier: Apache-2.0
# A list of steps with a tick and the elapsed time each; output goes to a log.
# Needs tools/lib/common.sh. LOG_DIR may be set before the first step.
# shellcheck shell=bash

LOG_DIR=${LOG_DIR:-$ROOT/build/logs}
STEP_TAIL=40

if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${CI:-}" ]; then STEP_LIVE=1; else STEP_LIVE=; fi

# The newest line of the log, shortened, while the step runs in the background.
step_watch() {
	local pid=$1 title=$2 log=$3 start=$SECONDS last
	while kill -0 "$pid" 2>/dev/null; do
		last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r\033' | cut -c 1-48) || last=
		printf '\r\033[K  .. %-34s %4ds  %s' "$title" $((SECONDS - start)) "$last"
		sleep 0.2
	done
	printf '\r\033[K'
}

# step "title" log-name command...: run it quietly; returns its status.
step_try() {
	local title=$1 log=$LOG_DIR/$2.log start=$SECONDS status=0 pid
	shift 2
	mkdir -p "$LOG_DIR"
	printf '$ %s\n' "$*" >"$log"
	if [ -n "$STEP_LIVE" ]; then
		"$@" >>"$log" 2>&1 </dev/null &
		pid=$!
		step_watch "$pid" "$title" "$log"
		wait "$pid" || status=$?
	else
		"$@" >>"$log" 2>&1 </dev/null || status=$?
	fi
	if [ "$status" -eq 0 ]; then
		printf '  ok %-34s %4ds\n' "$title" $((SECONDS - start))
	else
		printf 'FAIL %-34s %4ds  (status %d)\n' "$title" $((SECONDS - start)) "$status"
		printf '  -- last lines of %s\n' "${log#"$ROOT"/}"
		tail -n "$STEP_TAIL" "$log" | sed 's/^/  | /'
	fi
	return "$status"
}

# The same, but the script ends here when the command fails.
step() { step_try "$@" || die "stopped: '$1' failed"; }

step_skip() { printf 'skip %-34s        %s\n' "$1" "$2"; }
