# SPDX-License-Identifier: Apache-2.0
# The second CPU leaves and comes back; then its timer and its interrupts still work.
set -e
cpu=/sys/devices/system/cpu/cpu1/online
for round in 1 2 3 4 5; do
	echo 0 >$cpu
	[ "$(nproc)" -eq 1 ]
	echo 1 >$cpu
	[ "$(nproc)" -eq 2 ]
	taskset 2 sleep 0.1
done
[ "$(cat $cpu)" -eq 1 ]
echo "hotplug: 5 rounds, $(nproc) CPUs"
