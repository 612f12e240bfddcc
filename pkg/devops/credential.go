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

// partialID finds the client id in an answer that is broken elsewhere: as a
// value of its own and in the middle of the token.
func partialID() *regexp.Regexp {
	return regexp.MustCompile(`(?i:"clientId")\s*:\s*"([0-9A-Za-z]{8,64})"|AstraCS:([0-9A-Za-z]{8,64}):`)
}

// parseCredential reads the answer to the creation of a token. It is stricter
// than encoding/json, which takes the last of two secrets, lets names differ
// in case and repairs broken characters: a secret that is not exactly what the
// service made is worthless. No error quotes the answer.
func parseCredential(body []byte) (Credential, error) {
	fields, err := uniqueFields(body)
	if err != nil {
		return Credential{}, err
	}
	text := make(map[string]string, 3)
	for _, name := range []string{"clientid", "secret", "token"} {
		var s string
		if json.Unmarshal(fields[name], &s) != nil || !printable(s) {
			return Credential{}, fmt.Errorf("%s is missing or not plain text", name)
		}
		text[name] = s
	}
	if !IsID(text["clientid"]) {
		return Credential{}, errID
	}
	parts := strings.Split(text["token"], ":")
	if len(parts) != 3 || parts[0] != "AstraCS" || parts[1] != text["clientid"] || parts[2] == "" {
		return Credential{}, errors.New("the token does not belong to the client id")
	}
	var rest struct {
		OrgID       string
		Roles       []string
		Description string
		GeneratedOn timestamp
		TokenExpiry timestamp
	}
	_ = json.Unmarshal(body, &rest) // nothing in it is worth losing the secret
	return Credential{
		ClientID: text["clientid"], Secret: secret.Text(text["secret"]), Token: secret.Text(text["token"]),
		OrgID: rest.OrgID, Roles: orEmpty(rest.Roles), Description: rest.Description,
		GeneratedOn: rest.GeneratedOn.Time, ExpiresAt: rest.TokenExpiry.Time,
	}, nil
}

// uniqueFields returns the values of one JSON object by their names in small
// letters. Two names that differ in case only are a duplicate.
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

// withPartial adds to an unknown outcome the client id that the body names, if
// it names exactly one.
func withPartial(err error, body []byte) error {
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
