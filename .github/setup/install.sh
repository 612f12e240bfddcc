#!/usr/bin/env bash
# install.sh installs the resolved version for this job.
set -euo pipefail

unix() { if command -v cygpath > /dev/null; then cygpath -u "$1"; else printf '%s\n' "$1"; fi; }

if [ "$INPUT_PROBLEM_MATCHER" != false ]; then
	echo "::add-matcher::$GITHUB_ACTION_PATH/.github/setup/problem-matcher.json"
fi
arguments=()
if [ "$INPUT_REQUIRE_SIGNATURE" != false ]; then
	arguments+=(--require-signature)
fi
bin=$RUNNER_TEMP/astra-$ASTRA_VERSION
ASTRA_INSTALL_DIR=$(unix "$bin") ASTRA_ARCHIVE_DIR=$(unix "$ASTRA_ARCHIVE_DIR") \
	sh "$GITHUB_ACTION_PATH/install.sh" ${arguments[@]+"${arguments[@]}"} | sed -n 1p
echo "$bin" >> "$GITHUB_PATH"
program=$bin/astra
[ "$RUNNER_OS" != Windows ] || program=$bin\\astra.exe
echo "path=$program" >> "$GITHUB_OUTPUT"
