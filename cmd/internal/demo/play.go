package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// rows is the height of the terminal.
const rows = 24

// A play is a recording in time.
type play struct {
	blocks []block
	end    time.Duration
}

// A block is what appears at one time: a typed line, or the output of a command.
type block struct {
	at    time.Duration
	typed time.Duration // how long the text after the prompt takes; 0 for output
	rows  []row
}

// A row is one row of the terminal, in runs of one style each.
type row []span

type span struct{ text, style string }

func (r row) width() int {
	n := 0
	for _, s := range r {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}

// prompt begins each typed line.
const prompt = "$ "

// schedule gives each step time to be typed and read.
func schedule(steps []step) play {
	var p play
	clock := 500 * time.Millisecond
	for _, s := range steps {
		style, pace := "", 28*time.Millisecond
		if strings.HasPrefix(s.line, "#") {
			style, pace = "comment", 18*time.Millisecond
		}
		for i, text := range splitCommand(s.line) {
			lead := span{prompt, "prompt"}
			if i > 0 {
				lead.text = "> "
			}
			b := block{at: clock, typed: time.Duration(utf8.RuneCountInString(text)) * pace, rows: []row{{lead, {text, style}}}}
			p.blocks = append(p.blocks, b)
			clock += b.typed + 150*time.Millisecond
		}
		if s.output != "" {
			b := block{at: clock, rows: terminalRows(s.output)}
			p.blocks = append(p.blocks, b)
			clock += time.Second + time.Duration(len(b.rows))*180*time.Millisecond
		}
	}
	p.blocks = append(p.blocks, block{at: clock, rows: []row{{{prompt, "prompt"}}}})
	p.end = clock + 5*time.Second
	return p
}

// splitCommand breaks a command line between words, as one types it on several lines.
func splitCommand(line string) []string {
	const most = columns - len(prompt) - len(" \\")
	var lines []string
	for utf8.RuneCountInString(line) > most {
		cut := strings.LastIndex(line[:most], " --")
		if cut <= 0 {
			break
		}
		lines = append(lines, line[:cut]+" \\")
		line = "  " + line[cut+1:]
	}
	return append(lines, line)
}

var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// terminalRows returns the rows on which a terminal shows text.
func terminalRows(text string) []row {
	styles := map[string]string{"": "", "0": "", "1": "bold", "31": "red", "1;31": "red bold", "32": "green", "33": "yellow", "2": "comment"}
	var all []row
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		r, style, left := row{}, "", columns
		write := func(text string) {
			for text != "" {
				if left == 0 {
					all, r, left = append(all, r), row{}, columns
				}
				runes := []rune(text)
				n := min(left, len(runes))
				r = append(r, span{string(runes[:n]), style})
				text, left = string(runes[n:]), left-n
			}
		}
		at := 0
		for _, found := range escape.FindAllStringSubmatchIndex(line, -1) {
			write(line[at:found[0]])
			name := line[found[2]:found[3]]
			known, ok := styles[name]
			if !ok {
				panic(fmt.Sprintf("no style for the escape sequence %q", name))
			}
			style, at = known, found[1]
		}
		write(line[at:])
		all = append(all, r)
	}
	return all
}

// cast returns the recording as an asciicast of version 2.
func (p play) cast() string {
	var b strings.Builder
	event := func(value any) {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	colors := map[string]string{"": "", "bold": "\x1b[1m", "red": "\x1b[31m", "red bold": "\x1b[1;31m", "green": "\x1b[32m", "yellow": "\x1b[33m", "comment": "\x1b[2m", "prompt": "\x1b[2m"}
	styled := func(s span) string {
		if colors[s.style] == "" {
			return s.text
		}
		return colors[s.style] + s.text + "\x1b[0m"
	}
	show := func(at time.Duration, text string) { event([]any{at.Seconds(), "o", text}) }
	event(map[string]any{"version": 2, "width": columns, "height": rows, "title": "astra"})
	for _, block := range p.blocks {
		if block.typed > 0 {
			lead, text := block.rows[0][0], block.rows[0][1]
			show(block.at, styled(lead))
			letters := []rune(text.text)
			for i, letter := range letters {
				show(block.at+block.typed*time.Duration(i+1)/time.Duration(len(letters)), styled(span{string(letter), text.style}))
			}
			show(block.at+block.typed, "\r\n")
			continue
		}
		var text strings.Builder
		for i, r := range block.rows {
			for _, s := range r {
				text.WriteString(styled(s))
			}
			if i < len(block.rows)-1 || block.at+5*time.Second < p.end {
				text.WriteString("\r\n")
			}
		}
		show(block.at, text.String())
	}
	show(p.end, "")
	return b.String()
}
