package pcu

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// addCapacity declares the flags for numbers of units.
func addCapacity(f *pflag.FlagSet, g *devops.PCUGroup) {
	f.IntVar(&g.Min, "min", 0, "minimum `number` of units, at all times")
	f.IntVar(&g.Max, "max", 0, "maximum `number` of units, under load")
	f.IntVar(&g.Reserved, "reserved", 0, "`number` of units that are a commitment, at most --min")
}

// checkCapacity refuses numbers that the service does not accept.
func checkCapacity(g devops.PCUGroup) error {
	switch {
	case g.Min < 1:
		return exit.Usagef("--min must be at least 1, not %d", g.Min)
	case g.Max < g.Min:
		return exit.Usagef("--max must be at least --min (%d), not %d", g.Min, g.Max)
	case g.Reserved < 0 || g.Reserved > g.Min:
		return exit.Usagef("--reserved must be 0 to --min (%d), not %d", g.Min, g.Reserved)
	}
	return nil
}

// costs says what the capacity of a group costs, in units.
func costs(g devops.PCUGroup) string {
	text := fmt.Sprintf("Capacity units cost money by the hour: at least %s, even when databases are idle, and up to %d under load.", spelling.Count(g.Min, "unit"), g.Max)
	if g.Reserved > 0 {
		text += fmt.Sprintf(" With %s the group is a commitment: it cannot be parked, nor deleted before the subscription is renewed.", spelling.Count(g.Reserved, "reserved unit"))
	}
	return text
}
