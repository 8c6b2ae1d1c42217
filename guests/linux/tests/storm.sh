# SPDX-License-Identifier: Apache-2.0
# Everything that keeps a CPU and its kernel busy, for STORM_SECONDS by the clock: two loops
# that compute, one that writes and reads files, one that starts programs.
seconds=${STORM_SECONDS:-10}
end=$(($(cut -d . -f 1 /proc/uptime) + seconds))
running() { [ "$(cut -d . -f 1 /proc/uptime)" -lt $end ]; }

mkdir -p /tmp/storm
for loop in 1 2; do
	while running; do
		dd if=/dev/zero bs=64k count=16 2>/dev/null | md5sum >/dev/null
		echo >>/tmp/storm/cpu
	done &
done
while running; do
	dd if=/dev/zero of=/tmp/storm/file bs=4k count=256 2>/dev/null
	sync
	cat /tmp/storm/file >/dev/null
	echo >>/tmp/storm/io
done &
while running; do
	(true) && /bin/busybox true
	echo >>/tmp/storm/fork
done &
wait
echo "storm: $(wc -l </tmp/storm/cpu) sums, $(wc -l </tmp/storm/io) files," \
	"$((2 * $(wc -l </tmp/storm/fork))) processes in $seconds s"
rm -r /tmp/storm
