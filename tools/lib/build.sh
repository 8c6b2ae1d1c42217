# SPDX-License-Identifier: Apache-2.0
# Building for the target. Needs tools/lib/common.sh; run from the root.
# shellcheck shell=bash

FETCH_DIR=$ROOT/build/fetch

cache_has() { grep -qs "^$2:[A-Z]*=$3\$" "build/$1/CMakeCache.txt"; }

# configure_target LINUX_VERSION: configures qemu-virt unless it already is so.
configure_target() {
	local freertos
	freertos=$(tools/fetch-freertos "$FETCH_DIR/freertos") || return
	if [ -f build/qemu-virt/build.ninja ] && cache_has qemu-virt HAVEN_LINUX_VERSION "$1" &&
		cache_has qemu-virt FREERTOS_KERNEL_PATH "$freertos"; then
		return
	fi
	cmake --preset qemu-virt -DHAVEN_LINUX_VERSION="$1" -DFREERTOS_KERNEL_PATH="$freertos"
}
