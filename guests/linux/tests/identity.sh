# SPDX-License-Identifier: Apache-2.0
# What the guest sees of its machine; a target test compares it with the configuration.
echo "identity: kernel $(uname -r)"
echo "identity: cpus $(cat /sys/devices/system/cpu/online)"
sed -n 's/^MemTotal: */identity: memory /p' /proc/meminfo
