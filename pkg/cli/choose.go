package cli

import (
	"context"
	"slices"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
)

// Choose asks for one of options and returns its index. It must not be used
// unless Interactive.
func (a *App) Choose(ctx context.Context, question string, options ...prompt.Option) (int, error) {
	chosen, err := a.Prompter().Select(ctx, prompt.Question{Text: output.Sanitize(question)}, harmless(options))
	return chosen, a.asked(err)
}

// ChooseSome asks for any number of options, of which those at selected are
// chosen at the beginning, and returns their indexes. It must not be used unless
// Interactive.
func (a *App) ChooseSome(ctx context.Context, question string, options []prompt.Option, selected []int) ([]int, error) {
	q := prompt.Question{Text: output.Sanitize(question), Selected: selected}
	chosen, err := a.Prompter().MultiSelect(ctx, q, harmless(options))
	return chosen, a.asked(err)
}

// harmless makes text from outside harmless for the terminal.
func harmless(options []prompt.Option) []prompt.Option {
	clean := slices.Clone(options)
	for i, o := range clean {
		clean[i] = prompt.Option{Label: output.Sanitize(o.Label), Description: output.Sanitize(o.Description), Group: output.Sanitize(o.Group)}
	}
	return clean
}
