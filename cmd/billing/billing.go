// Package billing is "astra billing": what databases cost.
package billing

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "billing",
		SuggestFor: []string{"cost", "costs", "bill", "invoice"},
		Short:      "Show the cost of databases",
		Long: `Show the cost of databases. The API provides rates, and the usage of all
organizations to enterprises. Plan, payment method and invoices are only in the
Portal: see "astra help portal".`,
		Example: "  astra billing show",
	}, newOpen, newReport, newShow, newUsage)
}

// enterpriseOnly says what helps against the refusal of a call for enterprises.
func enterpriseOnly(err error) error {
	if !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	return exit.Hint(err, "only a credential with enterprise rights can do this; the bill of an organization is in the Portal", "astra billing open")
}

// money words an amount in dollars: with cents, or what is less than ten of them
// as exactly as the rates of the service are.
func money(amount float64) string {
	if amount == 0 || math.Abs(amount) >= 0.1 {
		return fmt.Sprintf("%.2f", amount)
	}
	return strings.TrimRight(fmt.Sprintf("%.6f", amount), "0")
}
