package cli

import (
	"context"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
)

// ChooseFrom is ChooseSome with some options selected at the beginning.
func (a *App) ChooseFrom(ctx context.Context, question string, options []prompt.Option, selected []int) ([]int, error) {
	q := prompt.Question{Text: output.Sanitize(question), Selected: selected}
	chosen, err := a.Prompter().MultiSelect(ctx, q, harmless(options))
	return chosen, a.asked(err)
}
