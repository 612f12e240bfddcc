package devops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// partialID matches the client ID in a malformed response: as a value and
// inside the token.
func partialID() *regexp.Regexp {
	return regexp.MustCompile(`(?i:"clientId")\s*:\s*"([0-9A-Za-z]{8,64})"|AstraCS:([0-9A-Za-z]{8,64}):`)
}

// parseCredential parses the response to the creation of a token. It is
// stricter than encoding/json, which accepts duplicate names, ignores their
// case and replaces invalid characters: a secret must be exactly what the
// service sent. Errors do not quote the response.
func parseCredential(body []byte) (Credential, error) {
	fields, err := uniqueFields(body)
	if err != nil {
		return Credential{}, err
	}
	text := make(map[string]string, 3)
	for _, name := range []string{"clientid", "secret", "token"} {
		var s string
		if json.Unmarshal(fields[name], &s) != nil || !isPrintable(s) {
			return Credential{}, fmt.Errorf("%s is missing or not plain text", name)
		}
		text[name] = s
	}
	if !IsID(text["clientid"]) {
		return Credential{}, errID
	}
	parts := strings.Split(text["token"], ":")
	if len(parts) != 3 || parts[0] != "AstraCS" || parts[1] != text["clientid"] || parts[2] == "" {
		return Credential{}, errors.New("the token does not belong to the client ID")
	}
	var rest struct {
		OrgID       string
		Roles       []string
		Description string
		GeneratedOn timestamp
		TokenExpiry timestamp
	}
	_ = json.Unmarshal(body, &rest) // the other fields are optional
	return Credential{
		ClientID: text["clientid"], Secret: secret.Text(text["secret"]), Token: secret.Text(text["token"]),
		OrgID: rest.OrgID, Roles: orEmpty(rest.Roles), Description: rest.Description,
		GeneratedOn: rest.GeneratedOn.Time, ExpiresAt: rest.TokenExpiry.Time,
	}, nil
}

// uniqueFields returns the values of one JSON object by lower-case name. Names
// that differ only in case are duplicates.
func uniqueFields(body []byte) (map[string]json.RawMessage, error) {
	bad := errors.New("not one JSON object")
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, bad
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		key, ok := name.(string)
		if err != nil || !ok {
			return nil, bad
		}
		key = strings.ToLower(key)
		if _, twice := fields[key]; twice {
			return nil, errors.New("duplicate name in the object")
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return nil, bad
		}
		fields[key] = v
	}
	if end, err := d.Token(); err != nil || end != json.Delim('}') {
		return nil, bad
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, bad
	}
	return fields, nil
}

// withPartialCredential adds the client ID in body to an error with an unknown
// outcome, if there is exactly one.
func withPartialCredential(err error, body []byte) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrOutcomeUnknown) {
		return err
	}
	var ids []string
	for _, m := range partialID().FindAllSubmatch(body, -1) {
		ids = append(ids, string(m[1])+string(m[2]))
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 1 {
		e.cause = &PartialCredential{ids[0]}
	}
	return e
}
