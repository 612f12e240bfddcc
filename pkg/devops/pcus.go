package devops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"
)

// PCUService reads groups of provisioned capacity units. The required
// permissions are not published; those of databases are assumed.
type PCUService service

// PCUGroup is capacity reserved for databases of one cloud and region.
type PCUGroup struct {
	ID, Title, Description string
	Status                 string // as in the API: "CREATED", "ACTIVE", "PARKED" and others
	Cloud, Region          string
	Type                   string // "standard", "small" and others
	Provision              string // "shared" or "dedicated"
	Min, Max, Reserved     int    // units
	CreatedAt, UpdatedAt   time.Time
}

// PCUMember is a datacenter of a database in a group.
type PCUMember struct {
	DatacenterID string // the database's id, a dash and a number
	Status       string
}

// List returns all groups. The service may respond with 404 if there is none.
//
//	POST /v2/pcus/actions/get
func (s *PCUService) List(ctx context.Context) ([]PCUGroup, error) {
	found, err := fetch[pcuGroupsResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus/actions/get", body: struct{}{}, retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		return []PCUGroup{}, nil
	}
	return found, err
}

// Members returns the datacenters in a group. The service responds with 404 for
// an empty group.
//
//	GET /v2/pcus/association/{pcuGroupUUID}
func (s *PCUService) Members(ctx context.Context, groupID string) ([]PCUMember, error) {
	found, err := fetch[pcuMembersResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/pcus/association/{id}", id: groupID, retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		return []PCUMember{}, nil
	}
	return found, err
}

type pcuGroupResponse struct {
	UUID                        id
	Title, Description, Status  text
	CloudProvider               text
	Region                      optional[id]
	InstanceType, ProvisionType text
	PCUType                     optional[struct{ Type text }]
	Min, Max, Reserved          count
	CreatedAt, UpdatedAt        timestamp
}

func (w pcuGroupResponse) value() (PCUGroup, bool) {
	return PCUGroup{
		ID: string(w.UUID), Title: string(w.Title), Description: string(w.Description), Status: string(w.Status), Cloud: string(w.CloudProvider), Region: string(w.Region.v),
		Type: string(cmp.Or(w.PCUType.v.Type, w.InstanceType)), Provision: string(w.ProvisionType), Min: int(w.Min), Max: int(w.Max), Reserved: int(w.Reserved),
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}, w.UUID != ""
}

type pcuGroupsResponse = rows[pcuGroupResponse, PCUGroup]

type pcuMembersResponse = rows[pcuMemberResponse, PCUMember]

type pcuMemberResponse struct {
	DatacenterUUID     id
	ProvisioningStatus text
}

func (w pcuMemberResponse) value() (PCUMember, bool) {
	return PCUMember{string(w.DatacenterUUID), string(w.ProvisioningStatus)}, true
}
