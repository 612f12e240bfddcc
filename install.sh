#!/bin/sh
# install.sh installs astra for the current user:
#
#   curl -fsSL https://github.com/astra-admin/astra/releases/latest/download/install.sh | sh
#
# Options:
#   --require-signature   fail unless cosign or gh verifies the release
#
# Variables:
#   ASTRA_VERSION         version to install, such as 0.9.0 (default: the latest)
#   ASTRA_INSTALL_DIR     directory of the program (default: ~/.local/bin)
#   ASTRA_RELEASES_URL    mirror of https://github.com/astra-admin/astra/releases
#   ASTRA_ARCHIVE_DIR     keep the archive in this directory, and reuse it from there
#   https_proxy, no_proxy, SSL_CERT_FILE and so on, as curl or wget reads them
#
# It needs curl or wget, tar, and sha256sum, shasum or openssl. It never runs sudo and
# edits no start-up file. An installed program is replaced only by a verified one.

# Everything is in functions, called in the last line: an incomplete download does nothing.

say() { printf '%s\n' "$@"; }

# fail prints an error and hints, without the credentials of a URL in them.
fail() {
	{
		printf 'error: %s\n' "$1"
		shift
		for hint in "$@"; do printf '  %s\n' "$hint"; done
	} | sed 's|://[^/ ]*@|://|g' >&2
	exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

# trim sets trimmed to a path or URL without slashes at its end.
trim() {
	trimmed=$1
	while [ "${trimmed%/}" != "$trimmed" ] && [ "$trimmed" != / ]; do trimmed=${trimmed%/}; done
}

# quote prints a path as one word of a shell.
quote() {
	case $shell in
	fish) escape="s/[\\\\']/\\\\&/g" ;;
	*) escape="s/'/'\\\\''/g" ;;
	esac
	printf "'%s'" "$(printf '%s\n' "$1" | sed "$escape")"
}

# clean_up removes files and directories that only this run needs. A directory with the
# installed program is not empty, and stays.
clean_up() {
	rm -rf "$work"
	[ -z "$staged" ] || rm -f "$staged"
	unused=$dir
	while [ "$unused" != "$existing" ] && rmdir "$unused" 2> /dev/null; do unused=${unused%/*}; done
}

# reason prints the last line that a program wrote to the log.
reason() { tail -n 1 "$work/log" 2> /dev/null; }

# fetch downloads a URL to a file. It ends with a status other than 0 on any failure.
fetch() {
	if has curl; then
		curl -fsSL --proto "=$scheme" --retry 2 --connect-timeout 30 -o "$2" "$1" 2> "$work/log"
	else # busybox 1.35 crashes with -T, and has no option to print only errors
		wget -t 3 -O "$2" "$1" 2> "$work/log" || return
		# The TLS of busybox itself accepts any certificate, and only says so.
		! grep -q 'certificate validation not implemented' "$work/log" || {
			echo 'wget does not verify certificates; install curl' > "$work/log"; return 1
		}
	fi
}

# require_fetch downloads a URL to a file, or ends with a message and hints.
require_fetch() {
	url=$1 file=$2
	shift 2
	fetch "$url" "$file" || fail "cannot download $url: $(reason)" "$@"
}

sha256() {
	if has sha256sum; then
		sha256sum < "$1" | cut -d ' ' -f 1
	elif has shasum; then
		shasum -a 256 < "$1" | cut -d ' ' -f 1
	else
		openssl dgst -sha256 < "$1" | sed 's/.*= *//'
	fi
}

# detect sets os, arch, suffix and binary.
detect() {
	os=$(uname -s) arch=$(uname -m) suffix=tar.gz binary=astra
	case $os in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	MINGW* | MSYS* | CYGWIN*) os=windows suffix=zip binary=astra.exe ;;
	*) fail "no archive for the system $os" "install with Go: go install github.com/astra-admin/astra@latest" ;;
	esac
	case $arch in
	x86_64 | amd64) arch=amd64 ;;
	aarch64 | arm64) arch=arm64 ;;
	*) fail "no archive for the processor $arch" "install with Go: go install github.com/astra-admin/astra@latest" ;;
	esac
	if [ "$os-$arch" = darwin-amd64 ] && [ "$(sysctl -n sysctl.proc_translated 2> /dev/null)" = 1 ]; then
		arch=arm64 # a translated shell on Apple silicon
	fi
}

# check_signature verifies the release with the program that is there, and sets signature.
check_signature() {
	workflow='https://github.com/astra-admin/astra/.github/workflows/release.yml'
	if has cosign; then
		require_fetch "$release/checksums.txt.sigstore.json" "$work/checksums.txt.sigstore.json" "the signature is required because cosign is installed"
		format= # the option that cosign 2 needs, and cosign 3 has by default
		if cosign verify-blob --help 2>&1 | grep -q new-bundle-format; then format=--new-bundle-format; fi
		cosign verify-blob ${format:+"$format"} --bundle "$work/checksums.txt.sigstore.json" \
			--certificate-identity "$workflow@refs/tags/v$version" \
			--certificate-oidc-issuer https://token.actions.githubusercontent.com \
			"$work/checksums.txt" > "$work/log" 2>&1 || fail "the signature of checksums.txt is not valid: $(reason)" "nothing was installed"
		signature='signature verified by cosign'
	elif has gh && gh attestation --help > /dev/null 2>&1 && gh auth status > /dev/null 2>&1; then
		gh attestation verify "$work/$archive" --repo astra-admin/astra --cert-identity "$workflow@refs/tags/v$version" \
			> "$work/log" 2>&1 || fail "the attestation of $archive is not valid: $(reason)" "nothing was installed"
		signature='attestation verified by gh'
	elif [ "$require_signature" = yes ]; then
		fail "cannot verify the signature: neither cosign nor a logged-in gh is available" "install one of them, or run this without --require-signature"
	else
		signature='signature not verified because neither cosign nor a logged-in gh is available'
	fi
}

# next_steps prints the lines for PATH and completion.
next_steps() {
	shell=$(basename "${SHELL:-sh}")
	case :$PATH: in
	*":$dir:"*)
		first=$(command -v astra)
		[ "$first" = "$dir/$binary" ] || [ "$first" = "$dir/astra" ] || say '' "Another program comes first in PATH: $first"
		;;
	*)
		say '' 'Add the directory to PATH:'
		case $shell in
		fish) say "    fish_add_path $(quote "$dir")" ;;
		*) say "    export PATH=$(quote "$dir"):\"\$PATH\"" ;;
		esac
		;;
	esac
	case $shell in
	bash | zsh | fish) say '' "Completion: see astra completion --help, or try in this shell:" ;;
	esac
	case $shell in
	bash) say "    eval \"\$(astra completion bash)\"" ;;
	zsh) say "    autoload -U compinit && compinit && eval \"\$(astra completion zsh)\"" ;;
	fish) say '    astra completion fish | source' ;;
	esac
	say '' 'Try it without an account:' '    astra sandbox demo'
}

main() {
	[ -z "${ZSH_VERSION-}" ] || emulate sh
	set -u
	require_signature=no
	for argument in "$@"; do
		case $argument in
		--require-signature) require_signature=yes ;;
		*) fail "unexpected argument \"$argument\"" 'usage: install.sh [--require-signature]' ;;
		esac
	done

	has curl || has wget || fail 'curl or wget is required'
	has sha256sum || has shasum || has openssl || fail 'sha256sum, shasum or openssl is required'
	detect

	releases=${ASTRA_RELEASES_URL:-https://github.com/astra-admin/astra/releases}
	trim "$releases"
	releases=$trimmed
	case $releases in
	https://*) scheme=https ;;
	http://*@*) fail "refusing $releases: use https" ;; # http://localhost:x@example.com is example.com
	http://127.0.0.1[:/]* | http://localhost[:/]*) scheme=http ;; # tests
	*) fail "refusing $releases: use https" ;;
	esac
	# wget reads the names in lower case only.
	[ -n "${https_proxy-}" ] || [ -z "${HTTPS_PROXY-}" ] || export https_proxy="$HTTPS_PROXY"
	[ -n "${no_proxy-}" ] || [ -z "${NO_PROXY-}" ] || export no_proxy="$NO_PROXY"

	dir=${ASTRA_INSTALL_DIR:-${HOME:+$HOME/.local/bin}}
	case $os:$dir in
	linux:/* | darwin:/* | windows:/* | windows:[A-Za-z]:[/\\]*) ;;
	*:) fail 'HOME is not set' 'name a directory with ASTRA_INSTALL_DIR' ;;
	*) fail "ASTRA_INSTALL_DIR must be absolute: $dir" ;;
	esac
	trim "$dir"
	dir=$trimmed existing=$dir
	while [ ! -d "$existing" ] && [ "${existing%/*}" != "$existing" ]; do existing=${existing%/*}; done

	work=$(mktemp -d) || fail 'cannot create a temporary directory' 'name another one with TMPDIR'
	staged=
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM

	# Find out whether the program can be installed before anything is downloaded.
	mkdir -p "$dir" 2> "$work/log" || fail "cannot create $dir: $(reason)" 'name another directory with ASTRA_INSTALL_DIR'
	[ ! -d "$dir/$binary" ] || fail "$dir/$binary is a directory" 'name another directory with ASTRA_INSTALL_DIR'
	staged=$(mktemp "$dir/.astra-XXXXXX" 2> "$work/log") || fail "cannot write to $dir: $(reason)" 'name another directory with ASTRA_INSTALL_DIR'

	version=${ASTRA_VERSION:-latest}
	version=${version#v}
	if [ "$version" = latest ]; then
		require_fetch "$releases/latest/download/checksums.txt" "$work/checksums.txt"
		version=$(sed -n "s/^[0-9a-f]*  astra_\(.*\)_${os}_${arch}\.$suffix\$/\1/p" "$work/checksums.txt")
		[ -n "$version" ] || fail "the latest release has no archive for $os/$arch" "releases: $releases"
	fi
	case $version in
	*[!0-9A-Za-z.+-]*) fail "invalid version \"$version\"" ;;
	esac
	release=$releases/download/v$version
	archive=astra_${version}_${os}_${arch}.$suffix
	require_fetch "$release/checksums.txt" "$work/checksums.txt" "is there a version $version? releases: $releases"
	want=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$archive\$/\1/p" "$work/checksums.txt")
	[ ${#want} -le 64 ] || fail "checksums.txt has more than one line for $archive" 'nothing was installed'
	[ -n "$want" ] || fail "version $version has no archive for $os/$arch" "releases: $releases"

	stored=${ASTRA_ARCHIVE_DIR:+$ASTRA_ARCHIVE_DIR/$archive}
	if [ -n "$stored" ] && [ -f "$stored" ] && [ "$(sha256 "$stored")" = "$want" ]; then
		cp "$stored" "$work/$archive" 2> "$work/log" || fail "cannot copy $stored: $(reason)"
	else
		require_fetch "$release/$archive" "$work/$archive" 'nothing was installed'
	fi
	got=$(sha256 "$work/$archive")
	[ "$got" = "$want" ] || fail "wrong checksum of $archive: $got instead of $want" 'nothing was installed; try again, and report it if it fails again'
	check_signature
	if [ -n "$stored" ]; then
		{ mkdir -p "$ASTRA_ARCHIVE_DIR" && cp "$work/$archive" "$stored"; } 2> "$work/log" || fail "cannot store the archive in $ASTRA_ARCHIVE_DIR: $(reason)"
	fi

	mkdir "$work/files"
	case $suffix in
	zip) unzip -q "$work/$archive" "$binary" -d "$work/files" 2> "$work/log" ;;
	*) tar -xzf "$work/$archive" -C "$work/files" "$binary" 2> "$work/log" ;;
	esac || fail "cannot unpack $archive: $(reason)"
	[ -f "$work/files/$binary" ] || fail "$archive contains no $binary"

	# The rename is within one directory: there is never half a program.
	cat "$work/files/$binary" 2> "$work/log" > "$staged" || fail "cannot write to $dir: $(reason)" 'nothing was installed'
	chmod 755 "$staged"
	(unset ASTRA_OUTPUT; "$staged" version) > "$work/said" 2> "$work/log" || fail "the program does not run on this machine: $(reason)" 'nothing was installed'
	mv -f "$staged" "$dir/$binary" 2> "$work/log" || fail "cannot replace $dir/$binary: $(reason)" 'nothing was installed'
	staged=

	say "Installed astra $version in $dir ($os/$arch; checksum verified, $signature)."
	next_steps
}

main "$@"
