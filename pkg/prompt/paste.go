package prompt

import (
	"bytes"
	"context"
	"fmt"
)

func (p *prompter) Paste(ctx context.Context, text string, limit int) ([]byte, error) {
	var pasted []byte
	err := p.withRawTerminal(ctx, false, func(k *keys) error {
		defer fmt.Fprint(p.out, "\r\n")
		k.asked.Store(&text)
		fmt.Fprint(p.out, text)
		for {
			part := k.input.pending
			end := bytes.IndexAny(part, string(rune(ctrlC))+string(rune(ctrlD)))
			if end >= 0 {
				part = part[:end]
			}
			pasted = append(pasted, part[:min(len(part), limit+1-len(pasted))]...)
			if end < 0 {
				k.input.pending = nil
				if _, err := k.input.fill(ctx, 0); err != nil {
					return err
				}
				continue
			}
			interrupted := k.input.pending[end] == ctrlC
			k.input.pending = k.input.pending[end+1:]
			switch {
			case interrupted:
				k.input.drain(ctx) // or the shell would execute it
				return ErrInterrupted
			case len(bytes.TrimSpace(pasted)) == 0:
				return ErrEnd
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	return pasted, nil
}
