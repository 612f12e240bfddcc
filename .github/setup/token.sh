#!/usr/bin/env bash
# token.sh masks the application token, and passes it on as an output of the action.
set -euo pipefail

token=$(tr -d '\r\n' <<< "$INPUT_TOKEN")
[ -z "${token//[[:space:]]/}" ] || echo "::add-mask::$token" # also a malformed one
case $token in
AstraCS:?*:?*) ;;
*)
	echo '::error::The input token is no application token. It begins with AstraCS: and is shown once in the Portal.'
	exit 1
	;;
esac
echo "::add-mask::${token##*:}" # the secret alone, without the client ID
echo "token=$token" >> "$GITHUB_OUTPUT"
