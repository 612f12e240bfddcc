package credential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/astra-admin/astra/pkg/secret"
)

const (
	// itemVersion is the version of the stored document.
	itemVersion = 1
	// maxItem is the maximum size of an item that every keyring accepts: the
	// limit is 2,560 bytes on Windows and a little more on macOS.
	maxItem = 2 << 10
)

// itemJSON is the stored form of an Item, with secrets in clear text.
type itemJSON struct {
	Version  int        `json:"version"`
	ClientID string     `json:"client_id,omitempty"`
	Secret   string     `json:"secret,omitempty"`
	Token    string     `json:"token"`
	APIURL   string     `json:"api_url,omitempty"`
	OrgID    string     `json:"org_id,omitempty"`
	IssuedAt *time.Time `json:"issued_at,omitempty"`
}

func encode(item Item) ([]byte, error) {
	if item.Token == "" {
		return nil, fmt.Errorf("%w: it has no token", ErrCorrupt)
	}
	d := itemJSON{
		Version: itemVersion, ClientID: item.ClientID, Secret: item.Secret.Reveal(), Token: item.Token.Reveal(),
		APIURL: item.APIURL, OrgID: item.OrgID,
	}
	if !item.IssuedAt.IsZero() {
		issued := item.IssuedAt.UTC()
		d.IssuedAt = &issued
	}
	data, err := json.Marshal(d) //nolint:gosec // the secret belongs in the store
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot be written as JSON", ErrCorrupt)
	}
	if len(data) > maxItem {
		return nil, fmt.Errorf("%w: %d bytes of at most %d", ErrTooLarge, len(data), maxItem)
	}
	return data, nil
}

// decode parses an item. Its errors do not quote the data, unlike those of
// encoding/json.
func decode(data []byte) (Item, error) {
	var d itemJSON
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&d); err != nil {
		return Item{}, fmt.Errorf("%w: it is not the expected JSON", ErrCorrupt)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Item{}, fmt.Errorf("%w: data after the JSON", ErrCorrupt)
	}
	switch {
	case d.Version != itemVersion:
		return Item{}, fmt.Errorf("%w: unsupported version %d", ErrCorrupt, d.Version)
	case d.Token == "":
		return Item{}, fmt.Errorf("%w: it has no token", ErrCorrupt)
	}
	item := Item{
		ClientID: d.ClientID, Secret: secret.Text(d.Secret), Token: secret.Text(d.Token),
		APIURL: d.APIURL, OrgID: d.OrgID,
	}
	if d.IssuedAt != nil {
		item.IssuedAt = *d.IssuedAt
	}
	return item, nil
}
