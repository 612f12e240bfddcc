package sandbox

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	serverless = "serverless"
	developer  = "developer"
	vector     = "vector"
)

// tiers returns the tiers of the specification.
func tiers() []string {
	return []string{developer, "A5", "A10", "A20", "A40", "C10", "C20", "C40", "D10", "D20", "D40", serverless, "cloudnative"}
}

// canonicalTier returns the name of a tier that a request has in another case:
// the documentation writes "Serverless".
func canonicalTier(text string) string {
	for _, tier := range tiers() {
		if strings.EqualFold(tier, text) {
			return tier
		}
	}
	return text
}

// isDatabaseName reports whether the service takes a text as the name of a
// database.
func isDatabaseName(text string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9&+\-_()<>.,@]{0,48}[A-Za-z0-9])?$`).MatchString(text)
}

// newDatabase is the body of a request to create a database.
type newDatabase struct {
	Name, CloudProvider, Tier, Region string
	CapacityUnits                     int
	Keyspace, User, Password          string
	DBType, PCUGroupUUID              string
}

// createDatabase returns the ID in a header and no body.
func createDatabase(c *request) (response, error) {
	in, err := decode[newDatabase](c)
	if err != nil {
		return response{}, err
	}
	in.Tier = canonicalTier(in.Tier)
	if c.server.options.Behavior.ExtraKeys && in.Tier == serverless {
		in.User, in.Password = "", ""
	}
	if err := in.check(); err != nil {
		return response{}, err
	}
	place, err := in.region()
	if err != nil {
		return response{}, err
	}
	id, err := c.server.random.uuid()
	if err != nil {
		return response{}, err
	}
	now := c.now.Truncate(time.Second)
	d := db{
		ID: id, OwnerID: c.caller.ClientID, Name: in.Name, Type: in.DBType, Tier: in.Tier, CapacityUnits: in.CapacityUnits,
		Keyspaces: []string{in.Keyspace}, User: in.User, Status: "ACTIVE", Created: now,
		Datacenters: []datacenter{place.datacenter(1, now)},
	}
	if d.Keyspaces[0] == "" {
		d.Keyspaces[0] = "default_keyspace"
	}
	if d.User != "" {
		d.Password = hash(in.Password)
	}
	stages := creationStages()
	if in.PCUGroupUUID != "" {
		stages = associatedCreationStages()
		if err := c.createInPCU(in.PCUGroupUUID, d, stages); err != nil {
			return response{}, err
		}
	}
	if err := c.startChange(d, d, stages); err != nil {
		return response{}, err
	}
	a, err := replyEmpty(http.StatusCreated)
	a.header.Set("Location", id)
	return a, err
}

// createInPCU associates a new database with a group, which must be usable and in
// the same region.
func (c *request) createInPCU(group string, d db, stages []stage) error {
	g, err := c.unparkedPCU(group)
	if refused, ok := errors.AsType[*apiError](err); ok {
		return refuse(http.StatusUnprocessableEntity, "%s", refused.message)
	}
	if err != nil {
		return err
	}
	if err := g.checkPlace(d.Datacenters[0], http.StatusUnprocessableEntity); err != nil {
		return err
	}
	if err := databases().put(c.tx, d); err != nil { // the group has only existing datacenters
		return err
	}
	_, err = c.addAssociation(g, d.ID+"-1", stages)
	return err
}

// check validates the request: 400 for invalid values, 422 for invalid
// combinations.
func (in newDatabase) check() error {
	bad := func(format string, values ...any) error { return refuse(http.StatusBadRequest, format, values...) }
	unusable := func(format string, values ...any) error {
		return refuse(http.StatusUnprocessableEntity, format, values...)
	}
	classic := in.Tier != serverless
	switch {
	case !isDatabaseName(in.Name):
		return bad("name must be 1 to 50 letters, digits and & + - _ ( ) < > . , @, the first and the last a letter or digit")
	case !slices.Contains([]string{"AWS", "GCP", "AZURE"}, strings.ToUpper(in.CloudProvider)):
		return bad("cloudProvider %q is not AWS, GCP or AZURE", in.CloudProvider)
	case !slices.Contains(tiers(), in.Tier):
		return bad("tier %q is not one of %s", in.Tier, list(tiers()))
	case in.CapacityUnits < 1 || in.CapacityUnits > 100:
		return bad("capacityUnits must be 1 to 100")
	case in.Region == "":
		return bad("region is required")
	case in.DBType != "" && in.DBType != vector:
		return bad("dbType %q is not vector", in.DBType)
	case in.Tier == "cloudnative":
		return unusable("databases of the tier cloudnative cannot be created")
	case in.DBType == vector && classic:
		return unusable("only serverless databases can be vector databases")
	case in.CapacityUnits > 1 && (!classic || in.Tier == developer), in.CapacityUnits > 12:
		return unusable("a database of the tier %s cannot start with %d capacity units", in.Tier, in.CapacityUnits)
	case classic && (in.User == "" || len(in.Password) < minPasswordLength):
		return unusable("a classic database needs a user and a password of at least %d characters", minPasswordLength)
	case !classic && in.User+in.Password != "":
		return unusable("only classic databases have a user and a password")
	case classic && in.PCUGroupUUID != "":
		return unusable("only serverless databases can be in a PCU group")
	case in.Keyspace != "":
		return checkKeyspace(in.Keyspace)
	}
	return nil
}

// region returns the region of the new database.
func (in newDatabase) region() (region, error) {
	kind := serverless
	switch {
	case in.DBType == vector:
		kind = vector
	case in.Tier != serverless:
		kind = classicKind
	}
	r, found := findRegion(kind, in.CloudProvider, in.Region)
	switch {
	case !found:
		return r, refuse(http.StatusUnprocessableEntity, "region %s of %s is not available for this kind of database", in.Region, in.CloudProvider)
	case !r.OrgEnabled:
		return r, refuse(http.StatusUnprocessableEntity, "region %s of %s is not enabled for the organization", in.Region, in.CloudProvider)
	}
	return r, nil
}

// checkKeyspace refuses invalid keyspace names.
func checkKeyspace(name string) error {
	if !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_]{0,47}$`).MatchString(name) || strings.HasPrefix(name, "system") {
		return refuse(http.StatusUnprocessableEntity, "%q is not a valid keyspace name", name)
	}
	return nil
}
