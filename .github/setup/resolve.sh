#!/usr/bin/env bash
# resolve.sh finds the version that the input asks for, and the checksum of its archive.
set -euo pipefail

fail() {
	echo "::error::$*"
	exit 1
}

fetch() { curl -fsSL --retry 3 --connect-timeout 30 "$@"; }

# newest prints the newest of the versions on standard input that is in a range.
newest() {
	awk -v range="$1" '
		# number returns the part n of a version, 1 to 3.
		function number(version, n, parts) { split(version, parts, "."); return parts[n] + 0 }
		function compare(a, b, n) {
			for (n = 1; n <= 3; n++) if (number(a, n) != number(b, n)) return number(a, n) < number(b, n) ? -1 : 1
			return 0
		}
		# begins reports whether the first n parts of two versions are the same.
		function begins(a, b, n, i) {
			for (i = 1; i <= n; i++) if (number(a, i) != number(b, i)) return 0
			return 1
		}
		function holds(version, term, operator, parts, n) {
			match(term, /^[<>=~^]*/)
			operator = substr(term, 1, RLENGTH)
			term = substr(term, RLENGTH + 1)
			gsub(/\.[xX*]/, "", term)
			n = split(term, parts, ".")
			if (operator == ">=") return compare(version, term) >= 0
			if (operator == ">") return compare(version, term) > 0
			if (operator == "<=") return compare(version, term) <= 0
			if (operator == "<") return compare(version, term) < 0
			if (operator == "~") return compare(version, term) >= 0 && begins(version, term, n < 2 ? n : 2)
			if (operator == "^") return compare(version, term) >= 0 && begins(version, term, parts[1] > 0 || n < 2 ? 1 : parts[2] > 0 || n < 3 ? 2 : 3)
			return begins(version, term, n)
		}
		BEGIN { count = split(range, terms, " ") }
		{
			for (i = 1; i <= count; i++) if (!holds($0, terms[i])) next
			if (best == "" || compare($0, best) > 0) best = $0
		}
		END { print best }'
}

releases=${ASTRA_RELEASES_URL%/}
case $RUNNER_OS in
Linux) os=linux suffix=tar.gz ;;
macOS) os=darwin suffix=tar.gz ;;
Windows) os=windows suffix=zip ;;
*) fail "There is no archive of astra for $RUNNER_OS." ;;
esac
case $RUNNER_ARCH in
X64) arch=amd64 ;;
ARM64) arch=arm64 ;;
*) fail "There is no archive of astra for $RUNNER_ARCH." ;;
esac

wanted=${INPUT_VERSION:-latest}
wanted=${wanted#v}
number='(0|[1-9][0-9]*)'
term="[<>=~^]*$number(\.$number(\.$number)?)?(\.[xX*])?"
exact="^$number\.$number\.$number(-[0-9A-Za-z.-]+)?$" range="^$term( +$term)*$"
if [ "$wanted" = latest ]; then
	sums=$(fetch "$releases/latest/download/checksums.txt") || fail "Cannot read the latest release of astra at $releases."
	version=$(sed -n "s/^[0-9a-f]*  astra_\(.*\)_${os}_${arch}\.$suffix\$/\1/p" <<< "$sums")
elif [[ $wanted =~ $exact ]]; then
	version=$wanted
elif [[ $wanted =~ $range ]]; then
	# The header is read from standard input: arguments are visible to other processes.
	list=$(fetch --header @- "$GITHUB_API_URL/repos/astra-admin/astra/releases?per_page=100" <<< "${GH_TOKEN:+Authorization: Bearer $GH_TOKEN}") ||
		fail "Cannot list the releases of astra."
	version=$(grep -oE '"tag_name": *"v[0-9]+\.[0-9]+\.[0-9]+"' <<< "$list" | sed 's/.*"v//; s/"//' | newest "$wanted")
	[ -n "$version" ] || fail "No release of astra is in the range $wanted."
else
	fail "The input version is not valid: $wanted. Use a version, a range such as 0.9.x, or latest."
fi
[ -n "$version" ] || fail "The latest release of astra has no archive for $os/$arch."
[[ $version =~ $exact ]] || fail "The latest release of astra does not have one valid version for $os/$arch."

sums=$(fetch "$releases/download/v$version/checksums.txt") || fail "There is no release $version of astra at $releases."
checksum=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]astra_${version}_${os}_${arch}\.$suffix\$/\1/p" <<< "$sums")
[ -n "$checksum" ] || fail "Release $version of astra has no archive for $os/$arch."
[ ${#checksum} = 64 ] || fail "Release $version of astra has more than one checksum for $os/$arch."

{
	echo "version=$version"
	echo "checksum=$checksum"
	echo "directory=$RUNNER_TEMP/astra-archive"
} >> "$GITHUB_OUTPUT"
