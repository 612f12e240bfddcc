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
	Title, Description, Status  text
	CloudProvider               text
	Region                      optional[id]
	InstanceType, ProvisionType text
	PCUType                     optional[struct{ Type text }]
	Min, Max, Reserved          count
	CreatedAt, UpdatedAt        timestamp
}

func (w wirePCUGroup) value() (PCUGroup, bool) {
	return PCUGroup{
		ID: string(w.UUID), Title: string(w.Title), Description: string(w.Description), Status: string(w.Status), Cloud: string(w.CloudProvider), Region: string(w.Region.v),
		Type: string(cmp.Or(w.PCUType.v.Type, w.InstanceType)), Provision: string(w.ProvisionType), Min: int(w.Min), Max: int(w.Max), Reserved: int(w.Reserved),
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}, w.UUID != ""
}

type wirePCUGroups = rows[wirePCUGroup, PCUGroup]

type wirePCUMembers = rows[wirePCUMember, PCUMember]

type wirePCUMember struct {
	DatacenterUUID     id
	ProvisioningStatus text
}

func (w wirePCUMember) value() (PCUMember, bool) {
	return PCUMember{string(w.DatacenterUUID), string(w.ProvisioningStatus)}, true
}
