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
	// itemVersion is the version of the document in a store.
	itemVersion = 1
	// maxItem is what an item may weigh in every keyring: Windows ends at
	// 2,560 bytes, macOS a little above.
	maxItem = 2 << 10
)

// A itemJSON is an Item as it stands in a store, secrets in clear.
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
		return nil, fmt.Errorf("%w: there is no token in it", ErrCorrupt)
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

// decode reads an item. Its errors hold nothing of the data: the text of a
// JSON error may quote it.
func decode(data []byte) (Item, error) {
	var d itemJSON
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&d); err != nil {
		return Item{}, fmt.Errorf("%w: it is not the JSON that it should be", ErrCorrupt)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Item{}, fmt.Errorf("%w: something follows the JSON", ErrCorrupt)
	}
	switch {
	case d.Version != itemVersion:
		return Item{}, fmt.Errorf("%w: version %d is not known here", ErrCorrupt, d.Version)
	case d.Token == "":
		return Item{}, fmt.Errorf("%w: there is no token in it", ErrCorrupt)
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
