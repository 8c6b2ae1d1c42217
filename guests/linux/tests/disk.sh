# SPDX-License-Identifier: Apache-2.0
# disk SUM: what is read from the disk is what is there. SUM is the SHA-256 of all of it, as
# the host sees it; the file system must be read-only meanwhile, and is writable afterwards.
set -e
whole=$(dd if=/dev/vda bs=1M iflag=direct 2>/dev/null | sha256sum | cut -d ' ' -f 1)
mount -o remount,rw /
echo "disk: whole $whole"
[ "$whole" = "$1" ]
cd /data
sha256sum -c SHA256SUMS
