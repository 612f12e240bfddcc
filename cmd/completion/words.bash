# The words of the line up to the cursor: bash splits them at =, : and @ too. A line
# is left alone that would do something else than call the program, as the words
# are evaluated.
__astra_words()
{
    local rest=${COMP_LINE:0:COMP_POINT} after word i
    if [[ ${rest} == *['<>|&;`']* || ${rest} == *'$('* ]]; then
        return 1
    fi
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        after=${rest#"${rest%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=${after}
        if ((i > 0)) && [[ ${after} == "${rest}" ]]; then
            words[${#words[@]}-1]+=${word}
        else
            words+=("${word}")
        fi
        rest=${after#"${word}"}
    done
    cword=$((${#words[@]} - 1))
    cur=${words[cword]}
}

# An @ begins the word that readline replaces, other than a colon that ends the one
# before it.
__astra_handle_at()
{
    local before idx
    if [[ ${cur} == *@* && ${COMP_WORDBREAKS} == *@* ]]; then
        before=${cur%"@${cur##*@}"}
        for idx in "${!COMPREPLY[@]}"; do
            COMPREPLY[idx]=${COMPREPLY[idx]#"${before}"}
        done
    fi
}

# Readline inserts what several candidates have in common as it is. A blank in it
# would begin another word.
__astra_quote_common_prefix()
{
    local tab=$'\t' compline value quoted common='' values=()
    if ((${#COMPREPLY[@]} < 2)) || [[ ${COMP_TYPE} != 9 && ${COMP_TYPE} != 33 && ${COMP_TYPE} != 64 ]]; then
        return 0
    fi
    while IFS='' read -r compline; do
        value=${compline%%"$tab"*}
        printf -v quoted "%q" "${value}"
        [[ -n ${value} && ${quoted} == "${cur}"* ]] || continue
        ((${#values[@]} == 0)) && common=${value}
        values+=("${value}")
        while [[ ${value} != "${common}"* ]]; do
            common=${common%?}
        done
    done <<<"${out}"
    [[ ${common} == *' '* ]] || return 0
    for value in "${values[@]}"; do
        if [[ ${value} == "${common% }" ]]; then
            common=${value} # it is whole without the blank
        fi
    done
    printf -v quoted "%q" "${common}"
    if [[ ${quoted} == "${cur}" && ${COMP_TYPE} != 9 ]]; then
        COMPREPLY+=(' ') # they are shown, and have nothing in common
        return 0
    fi
    COMPREPLY=("${quoted}")
    if [[ $(type -t compopt) == builtin ]]; then
        compopt -o nospace
    fi
}
