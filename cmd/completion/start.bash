# A command that fails within "||" ends no shell that has errexit.
__start_astra()
{
    __astra_complete || :
}

__astra_complete()
{
    # Words are taken apart and put together at blanks, whatever the shell does, which
    # need not know its width either.
    local IFS=$' \t\n' COLUMNS=${COLUMNS:-80}
