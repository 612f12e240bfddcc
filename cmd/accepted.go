package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/usage"
)

// acceptedFlags says of each command which of the output flags mean something to it, by
// what it prints, and whether it can show a change instead of making it.
func acceptedFlags() map[usage.FlagKinds]string {
	return map[usage.FlagKinds]string{
		0: `org export,access-list export,access-list template,completion,sandbox demo,sandbox dump,sandbox serve,env hook,env unset`,
		usage.AcceptDryRun: `auth logout,env export,env run,org use,profile delete,profile rename,profile use,sandbox load,
			sandbox reset,sandbox seed`,
		usage.AcceptJSON | usage.AcceptDryRun: `api,auth login`,
		usage.AcceptObject: `org plan,access can,access graph,access why,access-list get,cdc get,db get,key get,org get,pcu get,permission get,profile get,
			role advise,role diff,role get,sandbox status,streaming tenant get,telemetry get,token get,token verify,user get,version`,
		usage.AcceptObject | usage.AcceptDryRun: `auth session,billing open,billing report,db bundle,db create,db delete,db park,db reset-password,
			db resize,db unpark,db wake,key create,keyspace create,keyspace delete,open,org add,private-link accept,private-link create,private-link delete,region add,region remove,role create,
			role update,access-list clear,access-list disable,access-list enable,cdc disable,telemetry delete,telemetry set,token generate,
			pcu add,pcu create,pcu delete,pcu park,pcu remove,pcu unpark,pcu update`,
		usage.AcceptList: `access audit,org check,org diff,org runs,access diff,access who,auth status,billing show,billing usage,db check,doctor,key accounts,pcu types,private-link get`,
		usage.AcceptList | usage.AcceptDryRun: `org apply,org undo,access-list add,access-list remove,cdc enable,env use,profile import,role delete,token delete,token panic,
			token recover,token rotate,user invite,user remove,user update`,
	}
}

// acceptFlags makes each command of the tree reject the global flags that mean nothing
// to it. A list accepts those for rows and cannot be rehearsed.
func acceptFlags(root *cobra.Command) {
	of := map[string]usage.FlagKinds{}
	for flags, paths := range acceptedFlags() {
		for path := range strings.SplitSeq(paths, ",") {
			of["astra "+strings.TrimSpace(path)] = flags
		}
	}
	var below func(*cobra.Command)
	below = func(parent *cobra.Command) {
		for _, c := range parent.Commands() {
			below(c)
			switch flags, known := of[c.CommandPath()]; {
			case c.HasSubCommands() || !c.Runnable():
			case known:
				usage.Accept(c, flags)
			case c.Name() == "list":
				usage.Accept(c, usage.AcceptList)
			}
		}
	}
	below(root)
}
