package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/graph"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/spelling"
)

// picture is what a graph shows.
type picture struct {
	classes []access.Class
	roles   []pictureRole
	grants  []roleGrant
	areas   []area
	lines   []line
}

// pictureRole is a role of the picture.
type pictureRole struct {
	access.Ref

	Custom   bool `json:"custom"`
	Readable bool `json:"readable"`
}

// roleGrant is what a role grants at one place.
type roleGrant struct {
	Role access.Ref `json:"role"`
	access.Grant
}

// area is a place with all that is in it.
type area struct {
	place  access.Place
	system bool // the system keyspaces of a database
}

// line is what a role grants in an area.
type line struct {
	role, area  int
	permissions []string
}

// newPicture returns the picture of principals, or of all if there are none.
func newPicture(s *rights.Snapshot, principals []access.Principal) picture {
	analyzer := s.Analyzer()
	if len(principals) > 0 {
		part := s.Organization
		part.Principals = nil
		for _, p := range principals {
			if !slices.ContainsFunc(part.Principals, func(o access.Principal) bool { return o.Kind == p.Kind && o.ID == p.ID }) {
				part.Principals = append(part.Principals, p)
			}
		}
		analyzer = access.New(part)
	}
	p := picture{classes: analyzer.Classes(), roles: []pictureRole{}, grants: []roleGrant{}}
	if p.classes == nil {
		p.classes = []access.Class{}
	}
	for i, c := range p.classes {
		if c.Roles == nil {
			p.classes[i].Roles = []access.Ref{}
		}
		for _, ref := range c.Roles {
			if !slices.ContainsFunc(p.roles, func(r pictureRole) bool { return r.ID == ref.ID }) {
				_, isDefault := iam.DefaultRole(ref.ID)
				p.roles = append(p.roles, pictureRole{Ref: ref, Custom: !isDefault})
			}
		}
	}
	slices.SortFunc(p.roles, func(a, b pictureRole) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	for i := range p.roles {
		grants, readable := analyzer.Grants(p.roles[i].ID)
		p.roles[i].Readable = readable
		for _, g := range grants {
			p.grants = append(p.grants, roleGrant{p.roles[i].Ref, g})
			if where := areaOf(g.Place); !slices.Contains(p.areas, where) {
				p.areas = append(p.areas, where)
			}
		}
	}
	slices.SortFunc(p.areas, compareAreas)
	for _, g := range p.grants {
		p.draw(g)
	}
	return p
}

// compareAreas sorts the organization and all databases before single ones.
func compareAreas(a, b area) int {
	rank := func(a area) int {
		switch a.place.Database {
		case "":
			return 0
		case iam.Wildcard:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.String(), b.String()), cmp.Compare(a.place.Database, b.place.Database))
}

// draw adds a grant to the line from its role to the area of its place.
func (p *picture) draw(g roleGrant) {
	role := slices.IndexFunc(p.roles, func(r pictureRole) bool { return r.ID == g.Role.ID })
	where := slices.Index(p.areas, areaOf(g.Place))
	i := slices.IndexFunc(p.lines, func(l line) bool { return l.role == role && l.area == where })
	if i < 0 {
		i = len(p.lines)
		p.lines = append(p.lines, line{role: role, area: where})
	}
	for _, permission := range g.Permissions {
		if !slices.Contains(p.lines[i].permissions, permission) {
			p.lines[i].permissions = append(p.lines[i].permissions, permission)
		}
	}
}

// areaOf removes trailing wildcards, and joins the keyspaces that drivers read when they
// connect.
func areaOf(p access.Place) area {
	if p.Table == iam.Wildcard {
		p.Table = ""
	}
	system := slices.Contains(iam.SystemKeyspaces(), p.Keyspace)
	if p.Table == "" && p.Keyspace == iam.Wildcard || system {
		p.Keyspace, p.Table = "", ""
	}
	return area{p, system}
}

func (a area) String() string {
	if a.system {
		return rights.DescribePlace(a.place) + ": system keyspaces"
	}
	return rights.DescribePlace(a.place)
}

// Edges is the number of lines of the picture.
func (p picture) Edges() int {
	n := len(p.lines)
	for _, c := range p.classes {
		if len(holdersOf(c)) > 0 {
			n += len(c.Roles)
		}
	}
	return n
}

// holdersOf returns the users and tokens of a class, without roles that were asked for.
func holdersOf(c access.Class) []access.Principal {
	return slices.DeleteFunc(slices.Clone(c.Principals), func(p access.Principal) bool { return p.Kind == access.RoleAlone })
}

// maxNames is the number of users and tokens that a node names.
const maxNames = 3

// classNode returns the node of the users and tokens of a class.
func classNode(holders []access.Principal, roles int) graph.Node {
	users, tokens := 0, 0
	var lines []string
	for i, p := range holders {
		if p.Kind == access.User {
			users++
		} else {
			tokens++
		}
		if i < maxNames {
			lines = append(lines, output.Sanitize(shortLabel(p)))
		}
	}
	node := graph.Node{Kind: graph.Both, Name: lines[0], Details: lines[1:]}
	switch {
	case tokens == 0:
		node.Kind = graph.Users
	case users == 0:
		node.Kind = graph.Tokens
	}
	if more := len(holders) - maxNames; more > 0 {
		node.Details = append(node.Details, fmt.Sprintf("and %d more", more))
	}
	if roles == 0 {
		node.Details = append(node.Details, "no roles")
	}
	return node
}

// shortLabel is rights.Label without the client ID of a token that has a name.
func shortLabel(p access.Principal) string {
	if p.Kind == access.Token {
		p.ID = p.Name
	}
	return rights.Label(p)
}

// graph arranges the picture in columns.
func (p picture) graph(title string, hidden []string) graph.Graph {
	g := graph.Graph{Title: output.Sanitize(title), Hub: 1, Columns: []graph.Column{{Heading: "USERS AND TOKENS"}, {Heading: "ROLES"}, {Heading: "PLACES"}}}
	for _, c := range p.classes {
		holders := holdersOf(c)
		if len(holders) == 0 {
			continue
		}
		for _, ref := range c.Roles {
			to := slices.IndexFunc(p.roles, func(r pictureRole) bool { return r.ID == ref.ID })
			g.Edges = append(g.Edges, graph.Edge{Column: 0, From: len(g.Columns[0].Nodes), To: to})
		}
		g.Columns[0].Nodes = append(g.Columns[0].Nodes, classNode(holders, len(c.Roles)))
	}
	for _, r := range p.roles {
		node := graph.Node{Kind: graph.Role, Name: output.Sanitize(r.Name)}
		switch {
		case !r.Readable:
			node.Kind, node.Details = graph.Unknown, []string{"may not be read"}
		case r.Custom:
			node.Kind, node.Details = graph.Custom, []string{"custom role"}
		}
		g.Columns[1].Nodes = append(g.Columns[1].Nodes, node)
	}
	for _, a := range p.areas {
		g.Columns[2].Nodes = append(g.Columns[2].Nodes, graph.Node{Kind: graph.Place, Name: output.Sanitize(a.String())})
	}
	for _, l := range p.lines {
		label := l.permissions[0]
		if len(l.permissions) > 1 {
			label = spelling.Count(len(l.permissions), "permission")
		}
		g.Edges = append(g.Edges, graph.Edge{Column: 1, From: l.role, To: l.area, Label: label, Detail: strings.Join(l.permissions, ", ")})
	}
	g.Description = fmt.Sprintf("%s of users and tokens, %s, %s.", spelling.Count(len(g.Columns[0].Nodes), "group"),
		spelling.Count(len(p.roles), "role"), spelling.Count(len(p.areas), "place"))
	for _, section := range hidden {
		g.Description += " Incomplete: " + section + "."
	}
	return g
}
