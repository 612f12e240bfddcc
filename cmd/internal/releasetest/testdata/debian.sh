# Installs the older package, logs in, upgrades, tries what the package promises, and removes it.
export HOME=/tmp/home
mkdir -p "$HOME"
cd "$HOME"
fail() { echo "FAIL: $*" >&2; exit 1; }

apt-get install -y -qq /mnt/older.deb > /tmp/apt 2>&1 || { cat /tmp/apt; fail "apt does not install the package"; }
[ "$(command -v astra)" = /usr/bin/astra ] || fail "another astra is first on PATH: $(command -v astra)"
astra sandbox demo > /tmp/demo || fail "the demo fails"
astra-admin version > /dev/null || fail "the second name does not run"
[ "$(dpkg-query -W -f '${Version}' astra-admin)" = 0.1.0 ] || fail "the older package is not installed"

trap 'kill "${COPROC_PID-}" 2> /dev/null || :' EXIT # a failure leaves no server
coproc astra sandbox serve --listen 127.0.0.1:0
read -r url <&"${COPROC[0]}"
astra sandbox status --jq .token | astra auth login local --api-url "$url" --store file
astra token generate --role 'RO User' --save app --yes > /dev/null
astra env use demo --saved-token app
files() { find "$HOME" -type f ! -path '*/.cache/*' ! -path '*/serving/*' -exec sha256sum {} + | sort; }
files > /tmp/before
[ "$(wc -l < /tmp/before)" -ge 2 ] || fail "nothing was stored"

apt-get install -y -qq /mnt/newer.deb > /tmp/apt 2>&1 || { cat /tmp/apt; fail "apt does not upgrade the package"; }
[ "$(dpkg-query -W -f '${Version}' astra-admin)" != 0.1.0 ] || fail "the package was not upgraded"
files | diff /tmp/before - || fail "the upgrade changes files of the user"
astra auth status > /dev/null || fail "the login is lost"
astra env export --shell bash | grep -q ASTRA_DB_ID || fail "the selected database is lost"
kill "$COPROC_PID"

man -w astra > /dev/null || fail "man finds no page of astra"
man -w astra-admin > /dev/null || fail "man finds no page of astra-admin"
man astra-token-rotate | grep -q 'replace a token' || fail "man does not open astra-token-rotate"
zcat /usr/share/doc/astra-admin/changelog.gz | head -n 1 | grep -q "^astra-admin ($(dpkg-query -W -f '${Version}' astra-admin)) " || fail "the changelog is of another version"

# no set-up: what a login shell of Debian reads is enough
bash --login -ic '. /usr/share/bash-completion/bash_completion
  _completion_loader astra
  COMP_LINE="astra token rot" COMP_POINT=15 COMP_WORDS=(astra token rot) COMP_CWORD=2
  "$(complete -p astra | sed "s/.*-F \(\S*\).*/\1/")" astra rot token
  printf "%s\n" "${COMPREPLY[@]}"' 2> /tmp/bash | grep -q '^rotate' || { cat /tmp/bash; fail "bash does not complete"; }
cat > /tmp/type.zsh <<'EOF'
zmodload zsh/zpty
zpty shell zsh -fi
zpty -w shell 'autoload -Uz compinit; compinit -D -u; show() { print -r -- "$BUFFER" > /tmp/line; exit }; zle -N show; bindkey "^X" show; PS1=; print rea""dy'
zpty -r shell text '*ready*'
zpty -w -n shell $'astra token rot\t\C-x'
while zpty -r shell text; do :; done
EOF
timeout 60 zsh -f /tmp/type.zsh > /tmp/zsh || :
grep -qx 'astra token rotate ' /tmp/line || { cat /tmp/zsh; fail "zsh does not complete"; }
fish -c 'complete -C "astra token rot"' | grep -q '^rotate' || fail "fish does not complete"

apt-get remove -y -qq astra-admin > /tmp/apt 2>&1 || { cat /tmp/apt; fail "apt does not remove the package"; }
hash -r
! command -v astra astra-admin || fail "the program is still there"
files | diff /tmp/before - || fail "the removal changes files of the user"
