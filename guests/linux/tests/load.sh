# SPDX-License-Identifier: Apache-2.0
# load SECONDS URL SUM: disk and network at full speed, all at once, each byte checked.
# URL gives a file whose SHA-256 is SUM. Ends with the sums of two things that are left on
# the disk for the host: /root/left, and the raw space behind the file system.
disk=/dev/vda
RAW_AT=48 RAW=16 # MiB: guests/linux/build-root
seconds=$1 url=$2 sum=$3
end=$(($(cut -d . -f 1 /proc/uptime) + seconds))
work=$(mktemp -d /tmp/load.XXXXXX)

goes_on() { [ "$(cut -d . -f 1 /proc/uptime)" -lt $end ]; }
digest() { sha256sum | cut -d ' ' -f 1; }
raw() { dd if=$disk bs=1M skip=$RAW_AT count=$RAW iflag=direct 2>/dev/null | digest; }

# keep NAME COMMAND...: rounds until the time is over or one fails; the count goes to a file.
keep() {
	name=$1 rounds=0
	shift
	while goes_on; do
		"$@" || { echo "load: $name: round $rounds: FAIL"; return; }
		rounds=$((rounds + 1))
	done
	echo $rounds >"$work/$name"
}

# The raw space and the checked files, past the page cache.
read_disk() { echo 3 >/proc/sys/vm/drop_caches && (cd /data && sha256sum -cs SHA256SUMS); }

write_raw() {
	dd if=/dev/urandom of="$work/raw" bs=1M count=$RAW 2>/dev/null
	dd if="$work/raw" of=$disk bs=1M seek=$RAW_AT oflag=direct conv=notrunc 2>/dev/null
	[ "$(digest <"$work/raw")" = "$(raw)" ]
}

write_file() {
	dd if=/dev/urandom of="$work/file" bs=1M count=4 2>/dev/null
	cp "$work/file" /root/left && sync && echo 3 >/proc/sys/vm/drop_caches
	[ "$(digest <"$work/file")" = "$(digest </root/left)" ]
}

fetch() { [ "$(wget -q -O - "$url" | digest)" = "$sum" ]; }
pings() { ping -q -c 5 -i 0.05 10.0.2.2 >/dev/null; }

jobs='read_disk write_raw write_file fetch pings'
for job in $jobs; do keep "$job" "$job" & done
wait
for job in $jobs; do
	echo "load: $job: $(cat "$work/$job" 2>/dev/null || echo no) rounds"
	[ "$(cat "$work/$job" 2>/dev/null || echo 0)" -gt 0 ] || failed=1
done
sync
echo "load: raw $(raw)"
echo "load: left $(digest </root/left)"
rm -rf "$work"
[ -z "$failed" ]
