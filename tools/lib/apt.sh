# SPDX-License-Identifier: Apache-2.0
# Packages from apt's mirror. Needs tools/lib/common.sh.
# shellcheck shell=bash

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

os_field() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" /etc/os-release 2>/dev/null || true; }

# Lines "URI SUITE" that apt is configured with, whatever form its sources have.
apt_sources() { apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*[^/]\)/*/dists/\([^']*\)/InRelease' .*|\1 \2|p"; }

# Debian mirror: the one apt already uses; on another distribution the one that
# debootstrap uses, or the one named in HAVEN_DEBIAN_MIRROR.
debian_mirror() {
	local mirror=${HAVEN_DEBIAN_MIRROR:-}
	if [ -z "$mirror" ] && [ "$(os_field ID)" = debian ]; then
		mirror=$(apt_sources | awk -v suite="$(os_field VERSION_CODENAME)" '$2 == suite { print $1; exit }')
	fi
	if [ -z "$mirror" ] && [ -r /usr/sbin/debootstrap ]; then
		mirror=$(sed -n 's/^DEF_MIRROR="\([^"]*\)"$/\1/p' /usr/sbin/debootstrap)
	fi
	[ -n "$mirror" ] || die "no Debian mirror in apt's sources; name one in HAVEN_DEBIAN_MIRROR"
	printf '%s' "$mirror"
}

# apt_side_open DIR SUITE ARCH: a private apt state in DIR; the system's own
# sources, architectures and package lists stay as they are.
apt_side_open() {
	local dir=$1 suite=$2 arch=$3 mirror
	[ -r "$DEBIAN_KEYRING" ] || die "missing $DEBIAN_KEYRING (package debian-archive-keyring)"
	mirror=$(debian_mirror) || return
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/etc"
	: >"$dir/status"
	printf 'deb [arch=%s signed-by=%s] %s %s main\n' "$arch" "$DEBIAN_KEYRING" "$mirror" "$suite" >"$dir/etc/sources.list"
	cat >"$dir/apt.conf" <<-END
		Dir::State "$dir/state";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::sourcelist "$dir/etc/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		APT::Architecture "$arch";
		#clear APT::Architectures;
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "";
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Update::Post-Invoke;
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	APT_CONFIG=$dir/apt.conf apt-get -qq update
}

# apt_side_extract DIR PACKAGE DEST: download one package and unpack it.
apt_side_extract() {
	local dir=$1 package=$2 dest=$3
	mkdir -p "$dir/debs" "$dest"
	(cd "$dir/debs" && rm -f -- *.deb && APT_CONFIG=$dir/apt.conf apt-get -qq download "$package")
	dpkg-deb -x "$dir"/debs/*.deb "$dest"
}

# apt_side_depends DIR PACKAGE PATTERN: first direct dependency that matches.
apt_side_depends() {
	APT_CONFIG=$1/apt.conf apt-cache depends --important "$2" | sed -n "s/^ *Depends: \($3\)\$/\1/p" | head -n 1
}
