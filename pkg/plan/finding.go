package plan

// Severity is how serious a finding is.
type Severity string

// Values of Severity.
const (
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Subject is what a finding is about.
type Subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Finding is a fact that differs from a file and that no step changes.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Subject  Subject  `json:"subject"`
	Message  string   `json:"message"`
	At       string   `json:"at"` // a position, or empty
	Fix      []string `json:"fix"`
}

// Rules of findings. Those below 100 are rules of access in general.
const (
	RuleDeletedRole       = "USR002" // a user has a role that was deleted
	RuleTokenNoExpiry     = "TOK002" // a token never expires though it must
	RuleTokenAge          = "TOK003" // a token is older than rotate
	RuleTokenOwner        = "TOK005" // the owner of a token is not a user
	RuleTokenRoles        = "TOK101" // a token has other roles
	RuleTokenMissing      = "TOK102" // a token does not exist
	RuleTokenExpiry       = "TOK103" // a token expires though it must not
	RuleTokenUnknown      = "TOK104" // the service does not show descriptions
	RuleRoleMark          = "ROL101" // a role has the mark of another file
	RuleRolePermission    = "ROL102" // a permission is not in the catalog
	RuleRoleHolders       = "ROL103" // the holders of a changed role are not all known
	RulePrivateAddress    = "NET101" // an address of a private network
	RuleUnmatched         = "ORG102" // an entry of protect or ignore matches nothing
	RuleOrganizationNamed = "ORG101" // the organization has another name
)
