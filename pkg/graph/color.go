package graph

// look is the pair of colors of a node.
type look struct{ fill, stroke string }

// ink is the color of text in a node, on a fill of the light theme.
const ink = "#1f2933"

// colors returns the colors of a kind in the light theme.
func colors(k Kind) look {
	switch k {
	case Users:
		return look{"#e3f0fd", "#5b9bd5"}
	case Tokens:
		return look{"#fdf0d9", "#d9a441"}
	case Both:
		return look{"#e4f4ea", "#58ac78"}
	case Custom:
		return look{"#f0e8fb", "#9a76d0"}
	case Unknown:
		return look{"#fde4e4", "#d9706f"}
	case Place:
		return look{"#e2f5f5", "#45a3a3"}
	default:
		return look{"#eceff3", "#8592a3"}
	}
}

// darkColors is colors for the dark theme.
func darkColors(k Kind) look {
	switch k {
	case Users:
		return look{"#17304a", "#5b9bd5"}
	case Tokens:
		return look{"#41321a", "#d9a441"}
	case Both:
		return look{"#183826", "#58ac78"}
	case Custom:
		return look{"#33254c", "#a584da"}
	case Unknown:
		return look{"#4a2222", "#e08382"}
	case Place:
		return look{"#153a3b", "#4fb3b3"}
	default:
		return look{"#2b323c", "#8592a3"}
	}
}

// stroke is the color of an edge in both themes.
type stroke struct{ light, dark string }

// hue returns the color of the edges of a node: neighbors differ.
func hue(i int) stroke {
	all := hues()
	return all[i%len(all)]
}

func hues() []stroke {
	return []stroke{
		{"#2f6fb3", "#6fb1f2"},
		{"#b35c1e", "#f0a063"},
		{"#2f8552", "#68c68d"},
		{"#8a4bb8", "#c08fe8"},
		{"#b0365f", "#f07da2"},
		{"#1d8080", "#55c4c4"},
		{"#7d6a12", "#d3bd55"},
		{"#5a6675", "#a7b3c2"},
	}
}
