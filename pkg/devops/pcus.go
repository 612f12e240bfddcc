package devops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// PCUService manages groups of provisioned capacity units. The required actions
// are not published. The documentation names the roles Organization Administrator
// and Billing Administrator, which the actions for billing distinguish.
type PCUService service

const (
	pcuRead  = "org-billing-read"
	pcuWrite = "org-billing-write"

	// codeNoSuchPCUGroup is the service's code for an unknown group.
	codeNoSuchPCUGroup = 2000367
)

// PCUGroup is capacity for databases of one cloud and region.
type PCUGroup struct {
	ID, Title, Description string
	Status                 string // as in the API: "CREATED", "ACTIVE", "PARKED" and others
	Cloud, Region          string
	Type                   string // "standard", "small" and others
	InstanceType           string // the type as an update must repeat it
	Provision              string // "shared" or "dedicated"
	Min, Max, Reserved     int    // units
	CreatedAt, UpdatedAt   time.Time
}

// IsParked reports whether the databases of the group are hibernated with it, or
// are about to be.
func (g PCUGroup) IsParked() bool { return g.Status == "PARKED" || g.Status == "PARKING" }

// PCUMember is a datacenter of a database in a group.
type PCUMember struct {
	DatacenterID string // the database's id, a dash and a number
	Status       string
}

// PCUType is a type of capacity units in a region.
type PCUType struct {
	Name, Cloud, Region string
	CPUs                int
	Memory, DiskCache   string // with a unit, such as "64GB"
	Enabled             bool
}

// List returns all groups. The service may respond with 404 if there is none. It needs
// org-billing-read.
//
//	POST /v2/pcus/actions/get
func (s *PCUService) List(ctx context.Context) ([]PCUGroup, error) {
	groups, err := fetch[pcuGroupsResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus/actions/get", body: struct{}{}, permission: pcuRead, retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		groups, err = []PCUGroup{}, nil
	}
	return reportList(s.client, groups, err)
}

// Get returns one group. It needs org-billing-read.
//
//	POST /v2/pcus/actions/get
func (s *PCUService) Get(ctx context.Context, groupID string) (PCUGroup, error) {
	return fetch[pcuGroupOnlyResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus/actions/get", body: map[string][]string{"pcuGroupUUIDs": {groupID}}, permission: pcuRead, retry: safe,
	})
}

// OfDatacenter returns the group of a datacenter, or ErrNotFound. It needs
// org-billing-read.
//
//	GET /v2/pcus/actions/get/{datacenterUUID}
func (s *PCUService) OfDatacenter(ctx context.Context, datacenterID string) (PCUGroup, error) {
	return fetch[pcuGroupOnlyResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/pcus/actions/get/{id}", id: datacenterID, permission: pcuRead, retry: safe,
	})
}

// Members returns the datacenters in a group. The service may respond with 404 for
// an empty group. It needs org-billing-read.
//
//	GET /v2/pcus/association/{pcuGroupUUID}
func (s *PCUService) Members(ctx context.Context, groupID string) ([]PCUMember, error) {
	found, err := fetch[pcuMembersResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/pcus/association/{id}", id: groupID, permission: pcuRead, retry: safe,
	})
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrNotFound) && e.Code != codeNoSuchPCUGroup {
		return []PCUMember{}, nil
	}
	return found, err
}

// Types returns the types of capacity units in a region. It needs
// org-billing-read.
//
//	POST /v2/pcus/types
func (s *PCUService) Types(ctx context.Context, cloud, region string) ([]PCUType, error) {
	return fetch[pcuTypesResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus/types", body: map[string]string{"provider": strings.ToLower(cloud), "region": region},
		permission: pcuRead, retry: safe,
	})
}

// pcuBody is the body of a request to create or update a group. An update has the
// ID and no place; a creation has the place and no ID.
type pcuBody struct {
	ID            string `json:"pcuGroupUUID,omitempty"`
	Title         string `json:"title"`
	CloudProvider string `json:"cloudProvider,omitempty"`
	Region        string `json:"region,omitempty"`
	InstanceType  string `json:"instanceType"`
	ProvisionType string `json:"provisionType"`
	Min           int    `json:"min"`
	Max           int    `json:"max"`
	Reserved      int    `json:"reserved"`
	Description   string `json:"description,omitempty"`
}

// Create creates a group and returns it. Type is the type; ID, InstanceType,
// Status and the times are ignored. The service allows duplicate titles, so the
// request is never repeated. It needs org-billing-write.
//
//	POST /v2/pcus
func (s *PCUService) Create(ctx context.Context, g PCUGroup) (PCUGroup, error) {
	body := []pcuBody{{
		Title: g.Title, CloudProvider: strings.ToUpper(g.Cloud), Region: g.Region, InstanceType: g.Type, ProvisionType: g.Provision,
		Min: g.Min, Max: g.Max, Reserved: g.Reserved, Description: g.Description,
	}}
	return fetch[pcuGroupOnlyResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/pcus", body: body, permission: pcuWrite, retry: atMostOnce,
	})
}

// Update replaces title, description and capacity of a group: the service resets
// what the request omits. It needs org-billing-write.
//
//	PUT /v2/pcus
func (s *PCUService) Update(ctx context.Context, g PCUGroup) error {
	body := []pcuBody{{
		ID: g.ID, Title: g.Title, InstanceType: g.InstanceType, ProvisionType: g.Provision,
		Min: g.Min, Max: g.Max, Reserved: g.Reserved, Description: g.Description,
	}}
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/pcus", body: body, permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Delete deletes a group without datacenters and reserved capacity. It needs
// org-billing-write.
//
//	DELETE /v2/pcus/{pcuGroupUUID}
func (s *PCUService) Delete(ctx context.Context, groupID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/pcus/{id}", id: groupID, permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Park starts to park a group, which hibernates its databases. It needs
// org-billing-write.
//
//	POST /v2/pcus/park/{pcuGroupUUID}
func (s *PCUService) Park(ctx context.Context, groupID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: "/v2/pcus/park/{id}", id: groupID, permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Unpark starts to unpark a group, which resumes its databases. It needs
// org-billing-write.
//
//	POST /v2/pcus/unpark/{pcuGroupUUID}
func (s *PCUService) Unpark(ctx context.Context, groupID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: "/v2/pcus/unpark/{id}", id: groupID, permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Add starts to add a datacenter to a group. A repeated request may be refused. It
// needs org-billing-write.
//
//	POST /v2/pcus/association/{pcuGroupUUID}/{datacenterUUID}
func (s *PCUService) Add(ctx context.Context, groupID, datacenterID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: "/v2/pcus/association/{id}/{part}", id: groupID, part: datacenterID, permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Move starts to move a datacenter from one group to another. A repeated request
// may be refused. It needs org-billing-write.
//
//	POST /v2/pcus/association/transfer
func (s *PCUService) Move(ctx context.Context, datacenterID, from, to string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: "/v2/pcus/association/transfer",
		body:       map[string]string{"fromPCUGroupUUID": from, "toPCUGroupUUID": to, "datacenterUUID": datacenterID},
		permission: pcuWrite, retry: idempotent,
	})
	return err
}

// Remove removes a datacenter from a group. It needs org-billing-write.
//
//	DELETE /v2/pcus/association/{pcuGroupUUID}/{datacenterUUID}
func (s *PCUService) Remove(ctx context.Context, groupID, datacenterID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/pcus/association/{id}/{part}", id: groupID, part: datacenterID, permission: pcuWrite, retry: idempotent,
	})
	return err
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
		Type: string(cmp.Or(w.PCUType.v.Type, w.InstanceType)), InstanceType: string(cmp.Or(w.InstanceType, w.PCUType.v.Type)), Provision: string(w.ProvisionType), Min: int(w.Min), Max: int(w.Max), Reserved: int(w.Reserved),
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}, w.UUID != ""
}

type pcuGroupsResponse = rows[pcuGroupResponse, PCUGroup]

// pcuGroupOnlyResponse is a list of one group.
type pcuGroupOnlyResponse struct{ pcuGroupsResponse }

func (w pcuGroupOnlyResponse) value() (PCUGroup, bool) {
	all, complete := w.pcuGroupsResponse.value()
	if !complete || len(all) != 1 {
		return PCUGroup{}, false
	}
	return all[0], true
}

type pcuTypesResponse = rows[pcuTypeResponse, PCUType]

type pcuTypeResponse struct {
	Type, Provider text
	Region         optional[id]
	Details        optional[struct {
		VCPU      count
		Memory    text
		DiskCache text `json:"disk_cache"`
	}]
	Enabled *bool
}

func (w pcuTypeResponse) value() (PCUType, bool) {
	d := w.Details.v
	return PCUType{
		string(w.Type), string(w.Provider), string(w.Region.v), int(d.VCPU), string(d.Memory), string(d.DiskCache), w.Enabled == nil || *w.Enabled,
	}, w.Type != ""
}

type pcuMembersResponse = rows[pcuMemberResponse, PCUMember]

type pcuMemberResponse struct {
	DatacenterUUID     id
	ProvisioningStatus text
}

func (w pcuMemberResponse) value() (PCUMember, bool) {
	return PCUMember{string(w.DatacenterUUID), string(w.ProvisioningStatus)}, true
}
