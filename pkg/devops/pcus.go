package devops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"
)

// PCUService has the calls about groups of provisioned capacity units. What
// action they need is not published; it is taken to be that of databases, which
// the groups are for.
type PCUService service

// A PCUGroup is capacity that is kept ready for databases of one cloud and
// region.
type PCUGroup struct {
	ID, Title, Description string
	Status                 string // as the API writes it: "CREATED", "ACTIVE", "PARKED" and others
	Cloud, Region          string
	Type                   string // "standard", "small" and others
	Provision              string // "shared" or "dedicated"
	Min, Max, Reserved     int    // units
	CreatedAt, UpdatedAt   time.Time
}

// A PCUMember is a datacenter of a database in a group.
type PCUMember struct {
	DatacenterID string // the database's id, a dash and a number
	Status       string
}

// List returns all groups.
//
//	POST /v2/pcus/actions/get
func (s *PCUService) List(ctx context.Context) ([]PCUGroup, error) {
	return fetch[wirePCUGroups](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus/actions/get", body: struct{}{}, class: read,
	})
}

// Members returns the datacenters in a group. Of an empty group the service says
// 404.
//
//	GET /v2/pcus/association/{pcuGroupUUID}
func (s *PCUService) Members(ctx context.Context, groupID string) ([]PCUMember, error) {
	found, err := fetch[wirePCUMembers](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/pcus/association/{id}", id: groupID, class: read,
	})
	if errors.Is(err, ErrNotFound) {
		return []PCUMember{}, nil
	}
	return found, err
}

type wirePCUGroup struct {
	UUID                        id
	Title, Description, Status  string
	CloudProvider               string
	Region                      id
	InstanceType, ProvisionType string
	PCUType                     struct{ Type string }
	Min, Max, Reserved          int
	CreatedAt, UpdatedAt        stamp
}

func (w wirePCUGroup) value() (PCUGroup, bool) {
	return PCUGroup{
		ID: string(w.UUID), Title: w.Title, Description: w.Description, Status: w.Status, Cloud: w.CloudProvider, Region: string(w.Region),
		Type: cmp.Or(w.PCUType.Type, w.InstanceType), Provision: w.ProvisionType, Min: w.Min, Max: w.Max, Reserved: w.Reserved,
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}, w.UUID != ""
}

type wirePCUGroups = rows[wirePCUGroup, PCUGroup]

type wirePCUMembers = rows[wirePCUMember, PCUMember]

type wirePCUMember struct {
	DatacenterUUID     id
	ProvisioningStatus string
}

func (w wirePCUMember) value() (PCUMember, bool) {
	return PCUMember{string(w.DatacenterUUID), w.ProvisioningStatus}, true
}
